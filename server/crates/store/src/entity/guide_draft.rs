//! The next version of the compiling guide while it is being written; there is one row (CAT-03).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "guide_draft")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// What it is to lay down, JSON.
    #[sea_orm(column_type = "Text")]
    pub content: String,
    pub revision: i32,
    pub is_open: bool,
    pub changed_by: String,
    pub changed_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
