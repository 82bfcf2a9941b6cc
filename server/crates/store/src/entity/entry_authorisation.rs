//! Written authorisations of stationed agencies (PUB-16).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "entry_authorisation")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The case in which it was attached.
    pub case_id: i64,
    pub dataset: String,
    #[sea_orm(column_type = "Text")]
    pub file_name: String,
    pub size_bytes: i64,
    pub sha256: String,
    pub blob_key: String,
    #[sea_orm(column_type = "Text")]
    pub attached_by: String,
    pub attached_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
