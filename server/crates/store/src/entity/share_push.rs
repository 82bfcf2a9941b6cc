//! Grants whose data is sent to the agency that it is shared with (SHR-23).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "share_push")]
pub(crate) struct Model {
    /// The case of the grant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: i64,
    #[sea_orm(column_type = "Text")]
    pub url: String,
    pub cycle: String,
    /// What calls are signed with, encrypted.
    pub secret: String,
    /// The turn that is sent, or the next one.
    pub slot_at: DateTimeUtc,
    /// It is not looked at before.
    pub due_at: DateTimeUtc,
    /// Calls of this turn that failed.
    pub n_failures: i32,
    /// The version that was sent last.
    pub version: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}
