//! What inspections found wrong with the data of a dataset (PUB-06).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inspection")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub dataset: String,
    #[sea_orm(column_type = "Text")]
    pub finding: String,
    /// The version that was inspected.
    pub found_in: i32,
    pub found_on: Date,
    /// The last day to mend it.
    pub due: Date,
    /// The organization that has to mend it, as of the inspection.
    pub owner: String,
    #[sea_orm(column_type = "Text")]
    pub inspected_by: String,
    /// The version that mended it; none while it is open.
    pub fixed_in: Option<i32>,
    pub closed_on: Option<Date>,
    /// Whether it was told that the last day has passed.
    pub is_told: bool,
    pub is_reminded: bool,
    /// Whether somebody was told on its last day.
    pub is_due_told: bool,
}

impl ActiveModelBehavior for ActiveModel {}
