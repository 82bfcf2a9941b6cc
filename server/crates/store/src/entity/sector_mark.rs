//! Which organization leads the sector of which (ORG-07).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sector_mark")]
pub(crate) struct Model {
    /// Code of the organization that is led.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization: String,
    /// Code of the one that leads it.
    pub lead: String,
}

impl ActiveModelBehavior for ActiveModel {}
