//! Standing approvals of the cyberspace office (REV-04).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "standing_approval")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub region: String,
    /// The category: a code of the vocabulary `theme`.
    pub theme: String,
    #[sea_orm(column_type = "Text")]
    pub approved_by: String,
    #[sea_orm(column_type = "Text")]
    pub evidence: String,
    pub first_day: Date,
    pub last_day: Date,
    pub recorded_at: DateTimeUtc,
    /// When it was ended before its last day.
    pub ended_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
