//! Conflicts of interest that experts declared (ORG-10).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "expert_conflict")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub expert_id: i64,
    /// Whose cases the expert takes no part in.
    pub organization: String,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub declared_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
