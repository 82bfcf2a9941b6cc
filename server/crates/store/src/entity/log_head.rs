//! The last entry of the log, sealed, so that a cut tail shows. One row.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "log_head")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    pub seq: i64,
    pub hash: String,
    pub mac: String,
    pub at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
