//! Mails to accounts that wait to be sent, or were given up. No row lets anybody in.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account_letter")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// 0 for nobody.
    pub account_id: i64,
    pub kind: String,
    /// The tag of its language.
    pub lang: String,
    /// `waiting`, `failed`.
    pub state: String,
    pub n_attempts: i32,
    pub after: DateTimeUtc,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
