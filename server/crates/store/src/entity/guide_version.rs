//! Versions of the compiling guide (CAT-03).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "guide_version")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    pub published_on: Date,
    /// What is new.
    #[sea_orm(column_type = "Text")]
    pub note: String,
    /// Where the document is.
    #[sea_orm(column_type = "Text", nullable)]
    pub link: Option<String>,
    /// The fields and terms as they were, JSON.
    #[sea_orm(column_type = "Text")]
    pub content: String,
    /// SM3 of the content.
    pub hash: String,
}

impl ActiveModelBehavior for ActiveModel {}
