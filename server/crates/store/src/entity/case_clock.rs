//! The clocks of cases, to be found by the day they end.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_clock")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub rule: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day_zero: Date,
    pub last_day: Date,
    pub is_paused: bool,
    pub ended_on: Option<Date>,
    pub is_reminded: bool,
    /// Whether somebody was told on its last day.
    pub is_due_told: bool,
    pub is_overdue: bool,
}

impl ActiveModelBehavior for ActiveModel {}
