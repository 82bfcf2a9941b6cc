//! Materials that applicants gave: what is known of them, and where the sealed bytes are (APP-03).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "application_material")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Who gave it.
    pub account_id: i64,
    /// The application that it was given with first.
    pub case_id: i64,
    pub kind: String,
    #[sea_orm(column_type = "Text")]
    pub file_name: String,
    /// Of the file as it was given.
    pub size_bytes: i64,
    /// Of the file as it was given.
    pub sha256: String,
    /// The key of the sealed bytes.
    pub blob_key: String,
    pub valid_until: Option<Date>,
    pub given_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
