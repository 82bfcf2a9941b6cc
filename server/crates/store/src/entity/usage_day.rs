//! Views and downloads of a dataset on a day.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "usage_day")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub dataset_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    pub views: i64,
    pub downloads: i64,
    #[sea_orm(belongs_to, from = "dataset_id", to = "id")]
    pub dataset: BelongsTo<super::dataset::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
