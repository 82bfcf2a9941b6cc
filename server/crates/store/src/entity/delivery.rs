//! What an agency says of the delivery of an entry: since when it holds data, a refusal, an exemption (PUB-08).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Code of the entry.
    #[sea_orm(unique)]
    pub dataset: String,
    pub standing: String,
    pub held_since: Option<Date>,
    /// The system behind an exemption.
    pub system_id: Option<i64>,
    /// The law behind a refusal.
    #[sea_orm(column_type = "Text")]
    pub basis_title: String,
    #[sea_orm(column_type = "Text")]
    pub basis_article: String,
    #[sea_orm(column_type = "Text")]
    pub basis_level: String,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    /// Counts the changes, so that of two editors the second one is told.
    pub revision: i32,
    pub changed_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
