//! Which figures of a table its provider lets everybody see before they apply.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "look_release")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub dataset: String,
    /// Names of the columns, a JSON list.
    #[sea_orm(column_type = "Text")]
    pub columns: String,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub released_by: String,
    pub released_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
