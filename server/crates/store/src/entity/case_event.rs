//! The log: what was done, by whom, each entry bound to the one before. Rows are never changed.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_event")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// The case; none for acts that belong to no case.
    #[sea_orm(unique_key = "place")]
    pub case_id: Option<i64>,
    /// The place in the case, from 1.
    #[sea_orm(unique_key = "place")]
    pub n: Option<i32>,
    pub kind: String,
    pub subject: String,
    pub event: String,
    pub account_id: Option<i64>,
    pub at: DateTimeUtc,
    /// The event, canonical JSON.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    #[sea_orm(unique)]
    pub idempotency_key: Option<String>,
    /// The hash of the entry before.
    pub previous: String,
    pub hash: String,
}

impl ActiveModelBehavior for ActiveModel {}
