//! By which identities of another system the owners of accounts log in.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account_identity")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub account_id: i64,
    /// The address of the system.
    #[sea_orm(column_type = "Text")]
    pub issuer: String,
    /// What issuer and subject are found by.
    #[sea_orm(unique)]
    pub hash: String,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
