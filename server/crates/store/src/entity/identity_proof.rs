//! How it was proven who the people behind accounts are. The number of a document is kept nowhere.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identity_proof")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub account_id: i64,
    /// The account, until the proof ends.
    #[sea_orm(unique)]
    pub standing_for: Option<i64>,
    pub method: String,
    pub document: Option<String>,
    pub last_four: Option<String>,
    /// The keyed hash of what proved it, until the proof ends.
    #[sea_orm(unique)]
    pub hash: Option<String>,
    pub valid_until: Option<Date>,
    pub proven_at: DateTimeUtc,
    pub proven_by: i64,
    #[sea_orm(column_type = "Text")]
    pub proven_by_name: String,
    pub ended_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub end_reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
