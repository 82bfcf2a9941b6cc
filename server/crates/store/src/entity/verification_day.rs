//! What was verified under a grant on a day: what its limits are held against (DL-07).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "verification_day")]
pub(crate) struct Model {
    /// The case that the grant came from.
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    pub n_calls: i64,
    pub n_asked: i64,
    pub n_matched: i64,
    pub n_missed: i64,
    /// Tuples that are under way.
    pub n_open: i64,
    /// The minute of the last call, counted from 1970.
    pub minute: i64,
    pub n_in_minute: i64,
    pub is_stopped: bool,
}

impl ActiveModelBehavior for ActiveModel {}
