//! Data of two providers that differs on the same item (SHR-12).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "source_dispute")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Codes of the two entries.
    pub one: String,
    pub other: String,
    /// Codes of their providers.
    pub one_organization: String,
    pub other_organization: String,
    /// Code of the agency that opened it; empty for the data authority.
    pub opener: String,
    /// The region whose authority mediates: the smallest that both are in.
    pub region: String,
    pub item: String,
    pub standing: String,
    /// How they differ, the steps that were taken, and what counts, as JSON.
    #[sea_orm(column_type = "Text")]
    pub fields: String,
    /// Counts the steps, so that of two people the second one is told.
    pub revision: i32,
    pub changed_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
