//! Resources, from the version they came with to the last one that has them.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "resource")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub dataset_id: i64,
    pub first_version: i32,
    /// The last version that has the resource; none while the current one has it.
    pub last_version: Option<i32>,
    pub position: i32,
    pub title: String,
    pub description: Option<String>,
    pub kind: String,
    pub format: String,
    pub media_type: Option<String>,
    pub url: Option<String>,
    pub file_name: Option<String>,
    pub size_bytes: Option<i64>,
    pub sha256: Option<String>,
    pub sm3: Option<String>,
    pub encoding: Option<String>,
    pub n_rows: Option<i64>,
    pub n_columns: Option<i64>,
    pub updated_at: DateTimeUtc,
    pub source_id: Option<String>,
    pub blob_key: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub in_place: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
