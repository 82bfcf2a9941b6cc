//! Information systems of agencies, and how they are joined to the platform (PUB-09).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "information_system")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub organization: String,
    pub region: String,
    #[sea_orm(column_type = "Text")]
    pub purpose: String,
    pub connection: String,
    /// Why it cannot be connected, or the law that says otherwise.
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    #[sea_orm(column_type = "Text")]
    pub plan: String,
    pub planned_on: Option<Date>,
    /// The system of an upper unit that is used in place of one of its own (PUB-10).
    pub uses: Option<i64>,
    pub ended_on: Option<Date>,
    /// Counts the changes, so that of two editors the second one is told.
    pub revision: i32,
    pub changed_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
