//! Members of the expert committee (ORG-10).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "expert")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub account_id: i64,
    pub affiliation_kind: String,
    #[sea_orm(column_type = "Text")]
    pub affiliation: String,
    /// The organization of the portal that is the affiliation.
    pub organization: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub field: String,
    pub appointed_at: DateTimeUtc,
    pub ended_at: Option<DateTimeUtc>,
    /// The account while the appointment lasts: nobody is appointed twice at a time.
    #[sea_orm(unique)]
    pub appointed_account: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
