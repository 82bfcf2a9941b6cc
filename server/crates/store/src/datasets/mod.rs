//! Datasets: whole entries, their writing, and the documents that search is told of.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use kaishu_types::DatasetCode;
use kaishu_types::vocabulary::DatasetState;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{check_optional, number, to_stored, word};
use crate::entity::{dataset, resource};
use crate::{Result, Store, StoreError, Transaction, feed};

mod assessed;
mod assign;
mod change;
mod context;
mod create;
mod destroy;
mod document;
mod find;
mod kept;
mod listed;
mod overdue;
mod providing;
mod publish;
mod recount;
mod row;
mod tagged;
mod tally;
mod upsert;
mod write;

pub use assessed::unassessed_since;
pub use destroy::{Destroyed, destroy_data};
pub use document::{CodePage, page_of_codes, search_documents};
pub use find::{VersionEntry, find, find_shown, version};
pub use kept::{Keeping, Kept, kept, mounted};
pub use listed::{
    From as ListedFrom, assembled_from, listed_among, listed_codes, n_listed, titles_among,
};
pub use overdue::{Overdue, due_untold, mark_told};
pub use providing::{ProvidedItem, Wanted, providing};
pub use publish::{Standing, provider, publish, reserve_code, standing};
pub use recount::recount_due;
pub use tagged::{TagTally, tagged};
pub use tally::{Tallied, tally};
pub use upsert::{Verdicts, upsert_batch};
pub use write::{EntryWrite, Origin, Outcome, Refusal, ResourceWrite, Upserted};

pub(crate) use row::fields as fields_of;
pub(crate) use upsert::upsert_in;

/// Finds the key of a resource's bytes, where they are kept here.
pub async fn blob_key(store: &Store, code: &DatasetCode, id: i64) -> Result<Option<String>> {
    let Some(dataset_id) = find_id(store, code).await? else {
        return Ok(None);
    };
    let found: Option<Option<String>> = resource::Entity::find_by_id(id)
        .filter(resource::COLUMN.dataset_id.eq(dataset_id))
        .select_only()
        .column(resource::Column::BlobKey)
        .into_tuple()
        .one(&store.connection)
        .await?;
    Ok(found.flatten())
}

/// Lists the files with some bytes (SHA-256, lower-case hex): dataset, number of the file, and the version
/// it came with; the newest first (SEC-02).
pub async fn with_sha256(
    store: &Store,
    sha256: &str,
    limit: u64,
) -> Result<Vec<(DatasetCode, i64, u32)>> {
    let files: Vec<(i64, i64, i32)> = resource::Entity::find()
        .select_only()
        .columns([
            resource::Column::Id,
            resource::Column::DatasetId,
            resource::Column::FirstVersion,
        ])
        .filter(resource::COLUMN.sha256.eq(sha256))
        .order_by_desc(resource::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(&store.connection)
        .await?;
    let ids = files.iter().map(|(_, dataset, _)| *dataset);
    let codes: Vec<(i64, String)> = dataset::Entity::find()
        .select_only()
        .columns([dataset::Column::Id, dataset::Column::Code])
        .filter(dataset::Column::Id.is_in(ids))
        .into_tuple()
        .all(&store.connection)
        .await?;
    let codes: HashMap<i64, String> = codes.into_iter().collect();
    let mut found = Vec::with_capacity(files.len());
    for (file, dataset, version) in files {
        let what = format!("resource {file}");
        let Some(code) = codes.get(&dataset) else { continue };
        found.push((word(code, &what, "dataset")?, file, number(version, &what, "first_version")?));
    }
    Ok(found)
}

/// Puts a dataset into another state, for a reason that people read. Whether the state may follow
/// the present one is for the caller to know.
pub async fn set_state(
    store: &Store,
    code: &DatasetCode,
    state: DatasetState,
    reason: Option<&str>,
    at: DateTime<Utc>,
) -> Result<()> {
    let transaction = store.begin_catalogue().await?;
    change_state(&transaction, code, state, reason, at).await?;
    transaction.commit().await
}

/// Like [`set_state`], in a transaction of [`Store::begin_catalogue`].
pub async fn change_state(
    transaction: &Transaction,
    code: &DatasetCode,
    state: DatasetState,
    reason: Option<&str>,
    at: DateTime<Utc>,
) -> Result<()> {
    check_optional(reason, &format!("the reason for the state of dataset `{code}`"))?;
    let transaction = &transaction.inner;
    let updated = dataset::Entity::update_many()
        .col_expr(dataset::Column::State, Expr::value(state.as_str()))
        .col_expr(dataset::Column::StateReason, Expr::value(reason.map(str::to_owned)))
        .col_expr(dataset::Column::StateSince, Expr::value(to_stored(at)))
        .filter(dataset::COLUMN.code.eq(code.as_str()))
        .exec(transaction)
        .await?;
    if updated.rows_affected == 0 {
        return Err(StoreError::not_found(format!("dataset `{code}`")));
    }
    feed::append(transaction, &[code.to_string()]).await
}

async fn find_id(store: &Store, code: &DatasetCode) -> Result<Option<i64>> {
    Ok(dataset::Entity::find()
        .select_only()
        .column(dataset::Column::Id)
        .filter(dataset::COLUMN.code.eq(code.as_str()))
        .into_tuple()
        .one(&store.connection)
        .await?)
}
