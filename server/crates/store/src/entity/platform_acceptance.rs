//! Who accepted which version of the terms of the platform, and when (AGR-03).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "platform_acceptance")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique_key = "platform_acceptance_once")]
    pub account_id: i64,
    /// The version of the terms.
    #[sea_orm(unique_key = "platform_acceptance_once")]
    pub number: i32,
    /// SHA-256 of the text that was accepted, hex.
    pub sha256: String,
    pub accepted_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
