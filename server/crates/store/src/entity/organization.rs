//! Organizations, each below at most one other.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organization")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub code: String,
    pub name: String,
    pub name_en: Option<String>,
    pub kind: String,
    pub level: String,
    pub region_id: i64,
    pub parent_id: Option<i64>,
    pub description: Option<String>,
    pub responsible_head: Option<String>,
    pub contact: Option<String>,
    pub homepage: Option<String>,
    /// The serial of the next dataset code; it only grows, so that no code is used twice.
    pub next_serial: i64,
    /// Whether an import found it, and nobody has described it since.
    pub is_imported: bool,
    /// The sector of a body that serves the public, as in 供水.
    #[sea_orm(column_type = "Text", nullable)]
    pub sector: Option<String>,
    /// Counts the changes, so that of two editors the second one is told.
    pub revision: i32,
}

impl ActiveModelBehavior for ActiveModel {}
