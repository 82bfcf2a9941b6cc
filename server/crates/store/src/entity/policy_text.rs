//! The rules of a profile as they were in force under a revision, so that a case can say what held when it was filed.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "policy_text")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub code: String,
    pub revision: i32,
    /// The profile as people read it, JSON.
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// The text of the profile, TOML; none where only what people read was kept.
    #[sea_orm(column_type = "Text", nullable)]
    pub profile: Option<String>,
    /// The text of the file whose rules prevailed over it, TOML.
    #[sea_orm(column_type = "Text", nullable)]
    pub prevailing: Option<String>,
    pub kept_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
