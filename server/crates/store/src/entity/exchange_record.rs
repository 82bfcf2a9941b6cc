//! What agencies exchange beside and above the platform (SHR-16 to SHR-18, SHR-20).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exchange_record")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub register: String,
    pub organization: String,
    pub region: String,
    /// Code of the agency that answers it, and of its region; empty where none is named.
    pub addressee: String,
    pub addressee_region: String,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// What the register holds of it, as JSON.
    #[sea_orm(column_type = "Text")]
    pub fields: String,
    /// Code of the entry that it became; empty where there is none.
    pub dataset: String,
    /// Counts the changes, so that of two editors the second one is told.
    pub revision: i32,
    pub changed_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
