//! The parts of an upload that are here.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "upload_part")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub upload_id: String,
    /// The place of its first byte in the file.
    #[sea_orm(primary_key, auto_increment = false)]
    pub start_at: i64,
    /// The place behind its last byte.
    pub end_at: i64,
    /// Where its bytes are kept.
    pub part_key: String,
}

impl ActiveModelBehavior for ActiveModel {}
