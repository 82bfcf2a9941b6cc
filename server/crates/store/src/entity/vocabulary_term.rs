//! Terms of the vocabularies that an authority edits.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "vocabulary_term")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique_key = "term")]
    pub vocabulary: String,
    #[sea_orm(unique_key = "term")]
    pub code: String,
    pub label_zh: String,
    pub label_en: String,
    pub uri: Option<String>,
    pub position: i32,
    /// From when it is no longer offered; what uses it keeps it.
    pub retired_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
