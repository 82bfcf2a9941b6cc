//! Periodic assessments of quality, as they were signed and filed (PUB-07).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quality_assessment")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub region: String,
    /// Who assessed and signed.
    pub assessor: String,
    /// Unified social credit code of the assessor; empty where it has none.
    pub credit_code: String,
    pub signed_by: String,
    pub signed_on: Date,
    pub first_day: Date,
    pub last_day: Date,
    #[sea_orm(column_type = "Text")]
    pub conclusion: String,
    pub file_name: String,
    pub size_bytes: i64,
    pub sha256: String,
    pub blob_key: String,
    /// The name of who filed it.
    pub filed_by: String,
    pub filed_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
