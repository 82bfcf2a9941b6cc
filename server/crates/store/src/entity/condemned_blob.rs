//! Bytes that nothing referred to when somebody looked; they are looked at once more before they go.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "condemned_blob")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub blob_key: String,
    pub condemned_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
