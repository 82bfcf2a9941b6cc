//! Changes of the catalogue in the order they were committed.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "change_feed")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub seq: i64,
    pub dataset_code: String,
}

impl ActiveModelBehavior for ActiveModel {}
