//! Receipts. Copies, not references: a receipt proves what was true when it was given.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "retrieval_receipt")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub code: String,
    pub dataset_code: String,
    pub dataset_title: String,
    pub version: i32,
    pub resource_id: i64,
    pub resource_title: String,
    pub file_name: String,
    pub size_bytes: i64,
    pub sha256: String,
    pub sm3: String,
    pub provider_code: String,
    pub provider_name: String,
    pub provider_name_en: Option<String>,
    pub licence: String,
    pub retrieved_at: DateTimeUtc,
    pub attribution: String,
    /// What was taken.
    pub kind: String,
    /// The parameters of a question.
    #[sea_orm(column_type = "Text", nullable)]
    pub question: Option<String>,
    /// The case of the grant that it was taken under.
    pub grant_case: Option<i64>,
    /// Who took it, where it was shared.
    pub account_id: Option<i64>,
    /// The agency it was taken for.
    pub organization: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
