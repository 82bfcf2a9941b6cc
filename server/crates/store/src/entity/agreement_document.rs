//! Documents that are signed for a grant: the text is what is hashed and signed.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_document")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub case_id: i64,
    /// What it is, as in `usage_agreement`.
    pub kind: String,
    /// The version of its template.
    pub template: String,
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// SHA-256 of the text, hex.
    pub sha256: String,
    pub offered_at: DateTimeUtc,
    /// The applicant's account.
    pub signer: Option<i64>,
    pub signer_name: Option<String>,
    pub signed_at: Option<DateTimeUtc>,
    /// The account that signed for the provider.
    pub countersigner: Option<i64>,
    pub countersigner_name: Option<String>,
    pub countersigned_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
