//! Who can log in.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub login: String,
    pub kind: String,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The address for mail, as the caller encrypted it.
    #[sea_orm(column_type = "Text", nullable)]
    pub email: Option<String>,
    /// What the address is found by.
    pub email_hash: Option<String>,
    /// The same while the account is active: of two active ones each has its own address.
    #[sea_orm(unique)]
    pub email_taken: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub password_hash: Option<String>,
    pub state: String,
    /// Attempts since somebody last logged in.
    pub n_attempts: i32,
    pub locked_until: Option<DateTimeUtc>,
    /// The secret of one-time codes, as the caller encrypted it.
    #[sea_orm(column_type = "Text", nullable)]
    pub totp_secret: Option<String>,
    /// The step of the last code that was used; no code counts twice.
    pub totp_step: i64,
    /// When the contract ends (ORG-08).
    pub valid_until: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub security_review: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub contract: Option<String>,
    pub created_at: DateTimeUtc,
    pub last_login_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
