//! Applications for conditional data, as they are written.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "application")]
pub(crate) struct Model {
    /// The case that it is decided in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: i64,
    /// Who applies.
    pub account_id: i64,
    /// Code of the dataset.
    pub dataset: String,
    /// What is asked for, JSON.
    #[sea_orm(column_type = "Text")]
    pub document: String,
    /// What was submitted last: what is decided about.
    #[sea_orm(column_type = "Text", nullable)]
    pub submitted: Option<String>,
    /// How often it was saved.
    pub revision: i64,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
