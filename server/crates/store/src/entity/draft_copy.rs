//! What a draft said at a revision that was submitted, or that somebody else wrote over.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "draft_copy")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i32,
    /// The entry, JSON.
    #[sea_orm(column_type = "Text")]
    pub document: String,
    pub saved_by: String,
    pub saved_at: DateTimeUtc,
    /// Whether it was submitted as it stands here.
    pub is_submitted: bool,
}

impl ActiveModelBehavior for ActiveModel {}
