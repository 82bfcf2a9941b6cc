//! Grants: who may have which data items of which dataset, how and until when.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_grant")]
pub(crate) struct Model {
    /// The case that it came from.
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: i64,
    pub account_id: i64,
    /// Code of the dataset.
    pub dataset: String,
    /// Names of the data items, JSON.
    #[sea_orm(column_type = "Text")]
    pub items: String,
    /// Conditions of rows, JSON; all rows where there are none.
    #[sea_orm(column_type = "Text", nullable)]
    pub rows: Option<String>,
    pub mode: String,
    pub first_day: Date,
    pub last_day: Date,
    /// Whether it is in force, days aside.
    pub is_active: bool,
    /// Whether it ended for good.
    pub is_over: bool,
    /// The number under which it was filed.
    pub filing: String,
    /// The day up to which its use was to be reported; none before the first report.
    pub reported_until: Option<Date>,
    /// The day on which it is looked at for a report; none after the last one was asked for.
    pub next_report: Option<Date>,
    /// The agency that holds it, where it is shared; its accounts stand in `share_account`.
    pub holder: Option<String>,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
