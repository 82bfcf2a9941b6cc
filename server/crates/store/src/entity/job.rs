//! Work that outlives a request.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique_key = "subject")]
    pub kind: String,
    /// What it works on: the number of a resource, for one.
    #[sea_orm(unique_key = "subject")]
    pub subject: i64,
    pub state: String,
    pub n_attempts: i32,
    /// How far it is, in a measure of its own.
    pub done: i64,
    pub total: i64,
    /// Why it failed, for people.
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    pub is_cancel_requested: bool,
    pub run_after: DateTimeUtc,
    /// Who works on it, until when nobody else does.
    pub lease_owner: Option<String>,
    pub lease_until: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
