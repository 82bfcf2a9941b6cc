//! Duties of holders of grants: reports on use, answers, violations.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "duty")]
pub(crate) struct Model {
    /// The case that it is settled in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: i64,
    /// The case of the grant.
    pub grant_case: i64,
    /// Who holds it.
    pub account_id: i64,
    /// What was reported, JSON; none before, and where nothing is reported.
    #[sea_orm(column_type = "Text", nullable)]
    pub document: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
