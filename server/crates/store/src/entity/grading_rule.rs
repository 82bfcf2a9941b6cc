//! The rules by which data gets its security level (CLS-12).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "grading_rule")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub level: i16,
    /// To which entries it applies.
    pub applies: String,
    /// Only to those of a domain.
    pub theme: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub text: String,
    #[sea_orm(column_type = "Text")]
    pub basis: String,
    /// The version of the rules with which it came.
    pub since: i32,
    /// The version with which it went.
    pub until: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}
