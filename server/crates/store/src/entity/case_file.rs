//! Cases as their events left them.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_file")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub kind: String,
    /// What it is about: the code of a dataset, a login.
    pub subject: String,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    pub organization: Option<String>,
    pub region: Option<String>,
    /// The other organization that it is between.
    pub party: Option<String>,
    /// The profile in force when it was opened (ORG-12).
    pub policy: String,
    pub policy_revision: i32,
    pub state: String,
    pub is_open: bool,
    /// Its number of events.
    pub version: i32,
    /// What somebody must be allowed to do to take the step that is on.
    pub waits_for: Option<String>,
    /// The last day of the clock that ends first.
    pub due: Option<Date>,
    /// What its events come to, JSON.
    #[sea_orm(column_type = "Text")]
    pub file: String,
    pub opened_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
