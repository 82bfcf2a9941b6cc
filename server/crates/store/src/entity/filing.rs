//! Filings with their numbers (REV-08).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "filing")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique_key = "filing_number")]
    pub year: i32,
    /// From 1 in each year, without gaps.
    #[sea_orm(unique_key = "filing_number")]
    pub number: i32,
    pub case_id: i64,
    /// Code of the dataset.
    pub dataset: String,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    pub organization: String,
    pub region: String,
    pub filed_on: Date,
}

impl ActiveModelBehavior for ActiveModel {}
