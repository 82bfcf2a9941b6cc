//! Entries before they are published: nothing public reads this table.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "draft")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: i64,
    /// The code of the dataset that it becomes.
    pub code: String,
    /// The entry, JSON.
    #[sea_orm(column_type = "Text")]
    pub document: String,
    /// How often it was saved.
    pub revision: i32,
    pub updated_by: String,
    /// The account that saved it last; none for commands, and before accounts were kept.
    pub updated_account: Option<i64>,
    /// The accounts that saved it, numbers between commas.
    #[sea_orm(column_type = "Text")]
    pub authors: String,
    pub updated_at: DateTimeUtc,
    /// The version of the dataset that it became.
    pub became_version: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}
