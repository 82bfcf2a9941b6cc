//! Publications of a dataset. A row changes once: when the next version supersedes it.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dataset_version")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique_key = "number")]
    pub dataset_id: i64,
    #[sea_orm(unique_key = "number")]
    pub number: i32,
    pub note: String,
    pub published_at: DateTimeUtc,
    /// Names of the changed fields, a JSON list.
    #[sea_orm(column_type = "Text")]
    pub changed_fields: String,
    /// What this version said, JSON; none for the current one, which the dataset itself holds.
    #[sea_orm(column_type = "Text", nullable)]
    pub superseded: Option<String>,
    /// Whether the public may know of this version.
    pub is_public: bool,
    /// Whether the entry and every data item of it are unconditional.
    pub is_wholly_open: bool,
    /// Whether the data items that the public may know of differ from those of the version before.
    pub changes_public_items: bool,
    /// Its masked and sensitive data items, a JSON list; none while it is the current one.
    #[sea_orm(column_type = "Text", nullable)]
    pub guards: Option<String>,
    /// The name of who submitted it; none for imports, and before authors were kept.
    pub author: Option<String>,
    /// Code of the organization that provided it; none before providers were kept.
    pub provider: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
