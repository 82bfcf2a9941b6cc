//! What agencies ask of each other.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "share_request")]
pub(crate) struct Model {
    /// The case that it is decided in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: i64,
    /// Code of the dataset.
    pub dataset: String,
    /// Code of the agency that asks.
    pub organization: String,
    /// What is asked for, JSON.
    #[sea_orm(column_type = "Text")]
    pub document: String,
    /// Whom to ask at the provider; empty until it is approved.
    #[sea_orm(column_type = "Text")]
    pub contact: String,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
