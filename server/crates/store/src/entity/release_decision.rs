//! What persons decided about what was found in files. Rows are only added; the last one counts.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "release_decision")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub dataset_id: i64,
    /// The file, where the decision is about a whole one.
    pub resource_id: Option<i64>,
    /// The column, where it is about one.
    #[sea_orm(column_type = "Text", nullable)]
    pub column_name: Option<String>,
    /// `mask:partial:3:4`, `restrict` or `justify`.
    pub decision: String,
    /// What had been found, in words with blanks between.
    #[sea_orm(column_type = "Text")]
    pub kinds: String,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    #[sea_orm(column_type = "Text")]
    pub decided_by: String,
    pub decided_at: DateTimeUtc,
    #[sea_orm(belongs_to, from = "dataset_id", to = "id")]
    pub dataset: BelongsTo<super::dataset::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
