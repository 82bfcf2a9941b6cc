//! Regions, each below at most one other.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "region")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub code: String,
    pub name: String,
    pub name_en: Option<String>,
    pub level: String,
    pub parent_id: Option<i64>,
    pub description: Option<String>,
    /// Code of the data authority. Text, because regions are written before their organizations.
    pub authority_code: Option<String>,
    pub position: i32,
}

impl ActiveModelBehavior for ActiveModel {}
