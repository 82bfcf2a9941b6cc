//! Files on their way into drafts and datasets, part by part.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "upload")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Who began it; nobody else goes on with it.
    pub account_id: i64,
    /// What it is for, as in `draft/17` or `dataset/YX-FGW-0001`.
    pub target: String,
    #[sea_orm(column_type = "Text")]
    pub file_name: String,
    pub size_bytes: i64,
    /// What the sender says it is.
    pub sha256: Option<String>,
    /// How many bytes are here; the next part begins there.
    pub received: i64,
    /// The revision or version that it became.
    pub result: Option<i32>,
    pub expires_at: DateTimeUtc,
    /// Somebody sends more of it until then, and nobody else does.
    pub lease_until: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
