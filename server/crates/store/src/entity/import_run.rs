//! Imports, with the place where each can go on.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_run")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub source: String,
    /// What identifies the file, so that another file is never taken for the rest of this one.
    pub fingerprint: String,
    /// How far the file is taken over, in the words of the importer.
    pub position: i64,
    /// `MergeReport` so far, JSON.
    #[sea_orm(column_type = "Text")]
    pub report: String,
    pub started_at: DateTimeUtc,
    pub progressed_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
