//! Who compiles the entries of a base register or a topic (CAT-04).

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "entry_compiler")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// `base` or `topic`.
    pub kind: String,
    /// The register, or a code of the vocabulary `theme`.
    pub subject: String,
    pub region: String,
    pub organization: String,
    #[sea_orm(column_type = "Text")]
    pub basis: String,
    pub recorded_at: DateTimeUtc,
    pub ended_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
