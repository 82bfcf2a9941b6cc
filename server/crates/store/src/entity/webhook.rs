//! Addresses that are called when something happens to applications and grants.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Who registered it; whose it is, where it is of no organization.
    pub account_id: i64,
    pub organization: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub url: String,
    /// Families of events, with spaces between them.
    pub events: String,
    /// Encrypted.
    pub secret: String,
    pub state: String,
    /// The entry of the log up to which it was looked for events.
    pub after_seq: i64,
    /// Deliveries that failed since the last that did not.
    pub n_failures: i32,
    pub try_after: DateTimeUtc,
    pub lease_until: Option<DateTimeUtc>,
    pub made_by: String,
    pub made_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
