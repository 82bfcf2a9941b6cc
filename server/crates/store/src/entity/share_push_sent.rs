//! Tables that were sent to an agency, or were to be (SHR-23).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "share_push_sent")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub case_id: i64,
    pub slot_at: DateTimeUtc,
    pub resource_id: i64,
    pub table_number: i32,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    pub version: i32,
    pub sha256: String,
    /// Empty where nothing left.
    pub receipt: String,
    pub n_attempts: i32,
    /// What the last answer was; none where none came.
    pub status: Option<i32>,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    pub tried_at: DateTimeUtc,
    pub delivered_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
