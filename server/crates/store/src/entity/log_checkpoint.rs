//! The last entry of the log on each day, sealed.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "log_checkpoint")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    pub seq: i64,
    pub hash: String,
    pub mac: String,
}

impl ActiveModelBehavior for ActiveModel {}
