//! What a webhook is told, one event each.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique_key = "place")]
    pub webhook_id: i64,
    /// The entry of the log: each is told once.
    #[sea_orm(unique_key = "place")]
    pub seq: i64,
    pub event: String,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub n_attempts: i32,
    /// What the last answer was; none where none came.
    pub status: Option<i32>,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    pub created_at: DateTimeUtc,
    pub tried_at: Option<DateTimeUtc>,
    pub delivered_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
