//! Files that are attached to cases (REV-02, CLS-10).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_attachment")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub case_id: i64,
    /// What the case is about.
    pub subject: String,
    pub purpose: String,
    /// Which event of the case it came with; none while it waits for one.
    pub event_no: Option<i32>,
    #[sea_orm(column_type = "Text")]
    pub file_name: String,
    pub size_bytes: i64,
    pub sha256: String,
    pub blob_key: String,
    /// The account that attached it.
    pub account_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub attached_by: String,
    pub attached_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
