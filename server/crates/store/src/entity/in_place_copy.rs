//! What was last fetched of files that stand at their provider (PUB-11).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "in_place_copy")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: i64,
    /// Code of the dataset.
    pub dataset: String,
    /// Where it was fetched.
    #[sea_orm(column_type = "Text")]
    pub url: String,
    /// By what the source knows it.
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub blob_key: String,
    pub size_bytes: i64,
    pub sha256: String,
    pub sm3: String,
    /// When these bytes came.
    pub fetched_at: DateTimeUtc,
    /// When the source last said that they are what it has.
    pub asked_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
