//! Consultations of the public before something is opened (REV-06).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consultation")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub case_id: i64,
    /// The case, as long as what is asked is what is under review.
    #[sea_orm(unique)]
    pub live_case: Option<i64>,
    /// Code of the dataset that is planned.
    pub dataset: String,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    pub organization: String,
    pub region: String,
    /// What the notice tells of it, as JSON.
    #[sea_orm(column_type = "Text")]
    pub planned: String,
    pub mode: String,
    #[sea_orm(column_type = "Text")]
    pub notice: String,
    pub first_day: Date,
    pub last_day: Date,
    /// When the reviewers were told that the time is over.
    pub ended_on: Option<Date>,
    #[sea_orm(column_type = "Text", nullable)]
    pub summary: Option<String>,
    pub summarised_on: Option<Date>,
    /// When the entry left its review before there was a summary.
    pub stopped_on: Option<Date>,
}

impl ActiveModelBehavior for ActiveModel {}
