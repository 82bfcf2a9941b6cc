//! Data items of the current version of a dataset.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "data_item")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub dataset_id: i64,
    pub position: i32,
    pub name: String,
    pub label: String,
    pub item_type: String,
    pub unit: Option<String>,
    pub length: Option<i64>,
    pub description: Option<String>,
    pub open_class: String,
    pub share_class: String,
    pub sensitive: bool,
    pub mask: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub release_reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
