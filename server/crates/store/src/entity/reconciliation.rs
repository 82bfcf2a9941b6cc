//! Comparisons of what the portal holds with what the provider says that it holds (PUB-13).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reconciliation")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Code of the dataset.
    pub dataset: String,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    pub organization: String,
    pub region: String,
    pub version: i32,
    pub resource_id: i64,
    #[sea_orm(column_type = "Text")]
    pub resource_title: String,
    /// Which table of the file, from 1.
    pub table_number: i32,
    /// The name of who stated it.
    pub stated_by: String,
    pub stated_at: DateTimeUtc,
    pub stated_rows: Option<i64>,
    pub found_rows: Option<i64>,
    pub stated_sha256: Option<String>,
    pub found_sha256: Option<String>,
    /// Rows of the sample.
    pub n_sample: i32,
    /// Which of them are not there: places from 1, a JSON list. Their values are not kept.
    #[sea_orm(column_type = "Text")]
    pub missing: String,
    pub is_consistent: bool,
}

impl ActiveModelBehavior for ActiveModel {}
