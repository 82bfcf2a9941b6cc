//! Datasets: columns for what is searched and counted, one JSON text for the rest.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dataset")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub code: String,
    pub title: String,
    pub theme: String,
    pub organization_id: i64,
    pub region_id: i64,
    pub open_class: String,
    pub state: String,
    pub state_reason: Option<String>,
    pub state_since: DateTimeUtc,
    pub frequency: String,
    pub published_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub next_due: Option<Date>,
    /// The day of the update that the provider was reminded of before.
    pub soon_told: Option<Date>,
    /// The day of the update that the provider was reminded of on it.
    pub due_told: Option<Date>,
    /// The day of the missed update that the provider was told of.
    pub overdue_told: Option<Date>,
    pub version: i32,
    #[sea_orm(unique_key = "origin")]
    pub source_name: Option<String>,
    #[sea_orm(unique_key = "origin")]
    pub source_id: Option<String>,
    pub source_url: Option<String>,
    pub imported_at: Option<DateTimeUtc>,
    pub content_hash: String,
    pub n_downloads: i64,
    pub n_views: i64,
    /// `EntryFields` as JSON. Text, because it is read straight into the type, without a tree.
    #[sea_orm(column_type = "Text")]
    pub fields: String,
    #[sea_orm(belongs_to, from = "organization_id", to = "id")]
    pub organization: BelongsTo<super::organization::Entity>,
    #[sea_orm(belongs_to, from = "region_id", to = "id")]
    pub region: BelongsTo<super::region::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
