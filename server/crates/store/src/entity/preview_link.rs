//! Links by which a draft is seen before it is public. The token itself is kept nowhere.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "preview_link")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub case_id: i64,
    /// SHA-256 of the token, hex.
    #[sea_orm(unique)]
    pub token_hash: String,
    /// Who made it.
    pub account_id: i64,
    /// The organization it was made for.
    pub organization: String,
    /// The name of who made it.
    pub made_by: String,
    pub made_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub revoked_at: Option<DateTimeUtc>,
    pub last_opened_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
