//! Files that stand at their provider, and what was last fetched of them (PUB-11).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use kaishu_types::DatasetCode;
use kaishu_types::vocabulary::Format;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{check_text, number, stored_number, to_stored, word};
use crate::entity::{dataset, in_place_copy, resource, resource_table};
use crate::tables::{TableRow, replace};
use crate::{Result, Store};

/// Where a file stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The address; empty where it was never given.
    pub url: String,
    /// Its format, as its publisher says.
    pub format: Format,
    /// Whether the present version has it.
    pub is_current: bool,
}

/// What was last fetched of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// Number of the file.
    pub resource: i64,
    /// The dataset.
    pub dataset: DatasetCode,
    /// Where it was fetched.
    pub url: String,
    /// What the source calls these bytes, where it says so.
    pub etag: Option<String>,
    /// When the source says that they last changed, in its words.
    pub last_modified: Option<String>,
    /// The key of the bytes.
    pub blob_key: String,
    /// How many there are.
    pub size_bytes: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
    /// SM3, lower-case hex.
    pub sm3: String,
    /// When they came.
    pub fetched_at: DateTime<Utc>,
    /// When the source last said that they are what it has.
    pub asked_at: DateTime<Utc>,
}

/// Finds where a file of a dataset stands; none where its bytes are kept here.
pub async fn source(store: &Store, code: &DatasetCode, id: i64) -> Result<Option<Source>> {
    let row = resource::Entity::find_by_id(id)
        .filter(resource::COLUMN.in_place.is_not_null())
        .one(&store.connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let of: Option<String> = dataset::Entity::find_by_id(row.dataset_id)
        .select_only()
        .column(dataset::Column::Code)
        .into_tuple()
        .one(&store.connection)
        .await?;
    if of.as_deref() != Some(code.as_str()) {
        return Ok(None);
    }
    Ok(Some(Source {
        url: row.url.unwrap_or_default(),
        format: word(&row.format, &format!("resource {id}"), "format")?,
        is_current: row.last_version.is_none(),
    }))
}

/// Finds what was last fetched of a file.
pub async fn copy(store: &Store, id: i64) -> Result<Option<Copy>> {
    let row = in_place_copy::Entity::find_by_id(id).one(&store.connection).await?;
    row.map(read).transpose()
}

/// Lists when the files of a dataset were fetched, and when their sources were last asked, by file.
pub async fn times(
    store: &Store,
    code: &DatasetCode,
) -> Result<BTreeMap<i64, (DateTime<Utc>, DateTime<Utc>)>> {
    let rows = in_place_copy::Entity::find()
        .filter(in_place_copy::COLUMN.dataset.eq(code.as_str()))
        .all(&store.connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.resource_id, (row.fetched_at, row.asked_at))).collect())
}

/// Puts a copy with its tables in the place of the one that was there. Returns the keys of the bytes that
/// were there before.
pub async fn put(store: &Store, copy: &Copy, tables: Vec<TableRow>) -> Result<BTreeSet<String>> {
    check_text(&copy.url, "an address")?;
    let what = format!("the copy of resource {}", copy.resource);
    let row = in_place_copy::ActiveModel {
        resource_id: Set(copy.resource),
        dataset: Set(copy.dataset.to_string()),
        url: Set(copy.url.clone()),
        etag: Set(copy.etag.clone()),
        last_modified: Set(copy.last_modified.clone()),
        blob_key: Set(copy.blob_key.clone()),
        size_bytes: Set(stored_number(copy.size_bytes, &what)?),
        sha256: Set(copy.sha256.clone()),
        sm3: Set(copy.sm3.clone()),
        fetched_at: Set(to_stored(copy.fetched_at)),
        asked_at: Set(to_stored(copy.asked_at)),
    };
    let transaction = store.begin_write().await?;
    let before = forget(&transaction, copy.resource).await?;
    replace(&transaction, copy.resource, &copy.dataset, tables).await?;
    in_place_copy::Entity::insert(row).exec_without_returning(&transaction).await?;
    transaction.commit().await?;
    Ok(before)
}

/// Notes that a source still has what was fetched.
pub async fn confirm(store: &Store, id: i64, asked_at: DateTime<Utc>) -> Result<()> {
    in_place_copy::Entity::update_many()
        .col_expr(in_place_copy::Column::AskedAt, Expr::value(to_stored(asked_at)))
        .filter(in_place_copy::COLUMN.resource_id.eq(id))
        .exec(&store.connection)
        .await?;
    Ok(())
}

/// Lists the files whose sources were last asked before an instant: 100 at most.
pub async fn run_out(store: &Store, before: DateTime<Utc>) -> Result<Vec<(i64, DatasetCode)>> {
    let rows: Vec<(i64, String)> = in_place_copy::Entity::find()
        .select_only()
        .columns([in_place_copy::Column::ResourceId, in_place_copy::Column::Dataset])
        .filter(in_place_copy::COLUMN.asked_at.lt(to_stored(before)))
        .order_by_asc(in_place_copy::COLUMN.resource_id)
        .limit(100)
        .into_tuple()
        .all(&store.connection)
        .await?;
    rows.into_iter().map(|(id, code)| Ok((id, word(&code, "a copy", "dataset")?))).collect()
}

/// Forgets what was fetched of a file, with its tables. Returns the keys of the bytes.
pub async fn remove(store: &Store, id: i64, code: &DatasetCode) -> Result<BTreeSet<String>> {
    let transaction = store.begin_write().await?;
    let keys = forget(&transaction, id).await?;
    replace(&transaction, id, code, Vec::new()).await?;
    transaction.commit().await?;
    Ok(keys)
}

async fn forget(transaction: &sea_orm::DatabaseTransaction, id: i64) -> Result<BTreeSet<String>> {
    let copies: Vec<String> = in_place_copy::Entity::find_by_id(id)
        .select_only()
        .column(in_place_copy::Column::BlobKey)
        .into_tuple()
        .all(transaction)
        .await?;
    let tables: Vec<String> = resource_table::Entity::find()
        .select_only()
        .column(resource_table::Column::BlobKey)
        .filter(resource_table::COLUMN.resource_id.eq(id))
        .into_tuple()
        .all(transaction)
        .await?;
    in_place_copy::Entity::delete_by_id(id).exec(transaction).await?;
    Ok(copies.into_iter().chain(tables).collect())
}

fn read(row: in_place_copy::Model) -> Result<Copy> {
    let what = format!("the copy of resource {}", row.resource_id);
    Ok(Copy {
        resource: row.resource_id,
        dataset: word(&row.dataset, &what, "dataset")?,
        size_bytes: number(row.size_bytes, &what, "size_bytes")?,
        url: row.url,
        etag: row.etag,
        last_modified: row.last_modified,
        blob_key: row.blob_key,
        sha256: row.sha256,
        sm3: row.sm3,
        fetched_at: row.fetched_at,
        asked_at: row.asked_at,
    })
}
