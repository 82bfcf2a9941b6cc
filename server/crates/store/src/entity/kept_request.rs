//! Requests that were done, by the key that makes a repeated one the same.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "kept_request")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique_key = "kept_request_key")]
    pub account_id: i64,
    /// What the sender calls the request.
    #[sea_orm(unique_key = "kept_request_key")]
    pub key: String,
    /// Method and path.
    pub request: String,
    /// SHA-256 of what was sent, hex; empty where that was not looked at.
    pub sha256: String,
    /// SHA-256 of the roles that the sender came with, hex.
    pub held: String,
    /// HTTP status of the answer; 0 while it is being done.
    pub status: i32,
    /// Where the answer leads; empty for nowhere.
    pub location: String,
    /// The JSON of the answer; empty for none.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub begun_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
