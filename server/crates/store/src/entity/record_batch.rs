//! Batches of records that changed a table, by the key that makes a repeated one the same (PUB-12).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "record_batch")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Code of the dataset.
    #[sea_orm(unique_key = "record_batch_key")]
    pub dataset: String,
    /// What the sender calls the batch.
    #[sea_orm(unique_key = "record_batch_key")]
    pub key: String,
    /// SHA-256 of what was sent, hex.
    pub sha256: String,
    /// The version that it became.
    pub version: i32,
    pub n_inserted: i64,
    pub n_updated: i64,
    pub n_same: i64,
    pub n_deleted: i64,
    pub n_rows: i64,
    pub taken_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
