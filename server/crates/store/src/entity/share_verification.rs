//! What an agency asks the provider to verify.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "share_verification")]
pub(crate) struct Model {
    /// The case that it is answered in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: i64,
    /// Code of the agency that asks.
    pub organization: String,
    /// What is asked, JSON: never in the log.
    #[sea_orm(column_type = "Text")]
    pub asked: String,
    /// What was answered, JSON.
    #[sea_orm(column_type = "Text", nullable)]
    pub answers: Option<String>,
    pub updated_at: DateTimeUtc,
    /// When the values and what was answered were erased; then `asked` holds the rest.
    pub erased_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
