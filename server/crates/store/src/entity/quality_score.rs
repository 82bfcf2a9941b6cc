//! What monitoring found when it looked at a dataset (PUB-07).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "quality_score")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Code of the dataset.
    #[sea_orm(unique_key = "quality_score_day")]
    pub dataset: String,
    #[sea_orm(unique_key = "quality_score_day")]
    pub day: Date,
    pub version: i32,
    /// The mean of the dimensions, in tenths from 0 to 1000; none where no rule measures anything.
    pub score: Option<i32>,
    /// The dimensions by their codes, in tenths, JSON.
    #[sea_orm(column_type = "Text")]
    pub dimensions: String,
    pub n_tables: i32,
}

impl ActiveModelBehavior for ActiveModel {}
