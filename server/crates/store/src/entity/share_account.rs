//! The accounts that use shared data for a matter.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "share_account")]
pub(crate) struct Model {
    /// The case of the grant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: i64,
    /// When it last chose to work on this matter.
    pub chosen_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
