//! What accounts are told: an event of the log each.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notification")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique_key = "told_once")]
    pub account_id: i64,
    #[sea_orm(unique_key = "told_once")]
    pub seq: i64,
    pub case_id: Option<i64>,
    pub at: DateTimeUtc,
    pub read_at: Option<DateTimeUtc>,
    /// `waiting`, `sent`, `failed`, or `none` where there is no address.
    pub mail_state: String,
    pub n_mail_attempts: i32,
    pub mail_after: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
