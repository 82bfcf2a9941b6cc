//! Functions of an authority that another organization takes over (ORG-05).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delegation")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub function: String,
    /// The authority.
    pub delegated_by: String,
    /// Where: the region of the authority.
    pub region: String,
    /// Who takes it over.
    pub organization: String,
    pub first_day: Date,
    pub last_day: Option<Date>,
    /// The document it rests on.
    #[sea_orm(column_type = "Text")]
    pub basis: String,
    pub made_at: DateTimeUtc,
    /// When it was ended before its last day.
    pub ended_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
