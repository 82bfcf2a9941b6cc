//! Who is logged in with which browser.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// SHA-256 of what the browser holds.
    #[sea_orm(unique)]
    pub hash: String,
    pub account_id: i64,
    /// Whether a one-time code was given.
    pub has_second_factor: bool,
    pub created_at: DateTimeUtc,
    pub last_seen_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    #[sea_orm(column_type = "Text", nullable)]
    pub user_agent: Option<String>,
    /// Where it was begun, as the caller encrypted it.
    #[sea_orm(column_type = "Text", nullable)]
    pub address: Option<String>,
    #[sea_orm(belongs_to, from = "account_id", to = "id")]
    pub account: BelongsTo<super::account::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
