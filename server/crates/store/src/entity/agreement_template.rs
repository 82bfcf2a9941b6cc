//! Templates of agreements, each version a row that is never changed (AGR-02).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_template")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose it is, as in `organization:YX-JT` or `region:YX`.
    #[sea_orm(unique_key = "agreement_template_once")]
    pub owner: String,
    /// The document, as in `usage_agreement`.
    #[sea_orm(unique_key = "agreement_template_once")]
    pub kind: String,
    /// Its version, from 1.
    #[sea_orm(unique_key = "agreement_template_once")]
    pub number: i32,
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// What is new.
    #[sea_orm(column_type = "Text")]
    pub note: String,
    /// SHA-256 of the text, hex.
    pub sha256: String,
    /// The account that published it.
    pub account_id: Option<i64>,
    /// The name of the person.
    pub published_by: String,
    pub published_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
