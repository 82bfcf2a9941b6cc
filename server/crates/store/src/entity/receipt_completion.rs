//! Size and digest of what was sent while it was made, known at its end. Rows are added and never changed: the log
//! seals them as it seals receipts.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "receipt_completion")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The number of the receipt.
    #[sea_orm(unique)]
    pub code: String,
    pub size_bytes: i64,
    pub sha256: String,
}

impl ActiveModelBehavior for ActiveModel {}
