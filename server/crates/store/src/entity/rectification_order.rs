//! Orders to put something right, which agencies answer by a day (SUP-05).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rectification_order")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub organization: String,
    pub region: String,
    /// In whose name it is, as the rules name them.
    pub issuer: String,
    #[sea_orm(column_type = "Text")]
    pub article: String,
    /// What was urged before, as in `case:12`; empty where it was issued by itself.
    pub about: String,
    #[sea_orm(column_type = "Text")]
    pub facts: String,
    pub issued_on: Date,
    #[sea_orm(column_type = "Text")]
    pub issued_by: String,
    /// The last day to answer.
    pub due: Date,
    /// What was answered; empty while nothing was.
    #[sea_orm(column_type = "Text")]
    pub answer: String,
    pub answered_on: Option<Date>,
    /// How often an answer was sent back, and why the last time.
    pub n_returned: i32,
    #[sea_orm(column_type = "Text")]
    pub returned: String,
    /// Who accepted the answer; empty while nobody did.
    #[sea_orm(column_type = "Text")]
    pub verified_by: String,
    pub closed_on: Option<Date>,
    /// To whom it was escalated last; empty where it never was.
    pub escalated_to: String,
    pub escalated_on: Option<Date>,
    /// Whether it was escalated since its last day is what it is.
    pub is_told: bool,
    pub is_reminded: bool,
    pub is_due_told: bool,
}

impl ActiveModelBehavior for ActiveModel {}
