//! Results of the use of granted data.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "use_result")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The case of the grant.
    pub grant_case: i64,
    pub account_id: i64,
    pub dataset: String,
    pub kind: String,
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub summary: String,
    pub url: String,
    #[sea_orm(column_type = "Text")]
    pub source: String,
    pub retrieved_on: Option<Date>,
    /// The number of the receipt that it was filled in from.
    pub receipt: Option<String>,
    /// By what the results of one account are found together; tells nothing of it.
    pub holder: String,
    pub shown_as: String,
    pub is_public: bool,
    pub on_dataset: bool,
    pub registered_at: DateTimeUtc,
    pub withdrawn_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
