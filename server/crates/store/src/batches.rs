//! Batches of records that changed a table, by the key that makes a repeated one the same (PUB-12).

use chrono::{DateTime, Utc};
use kaishu_types::DatasetCode;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, QueryFilter};

use crate::convert::{number, stored_number, to_stored};
use crate::entity::record_batch;
use crate::{Result, Store, StoreError, Transaction};

/// A batch that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordBatch {
    /// What the sender calls it: one in its dataset.
    pub key: String,
    /// SHA-256 of what was sent, hex.
    pub sha256: String,
    /// The version of the dataset that it became; the one that was there where nothing changed.
    pub version: u32,
    /// Records that were new.
    pub n_inserted: u64,
    /// Records that got other values.
    pub n_updated: u64,
    /// Records that were already as they were to be.
    pub n_same: u64,
    /// Records that went.
    pub n_deleted: u64,
    /// Rows of the table after it.
    pub n_rows: u64,
    /// When.
    pub taken_at: DateTime<Utc>,
}

/// Finds a batch of a dataset by its key.
pub async fn find(store: &Store, code: &DatasetCode, key: &str) -> Result<Option<RecordBatch>> {
    let row = record_batch::Entity::find()
        .filter(record_batch::COLUMN.dataset.eq(code.as_str()))
        .filter(record_batch::COLUMN.key.eq(key))
        .one(&store.connection)
        .await?;
    row.map(read).transpose()
}

/// Keeps a batch of a dataset.
///
/// # Errors
///
/// `Conflict` where another one of its key was kept meanwhile.
pub async fn add(transaction: &Transaction, code: &DatasetCode, batch: &RecordBatch) -> Result<()> {
    let what = format!("a batch of `{code}`");
    let row = record_batch::ActiveModel {
        id: NotSet,
        dataset: Set(code.to_string()),
        key: Set(batch.key.clone()),
        sha256: Set(batch.sha256.clone()),
        version: Set(stored_number(batch.version, &what)?),
        n_inserted: Set(stored_number(batch.n_inserted, &what)?),
        n_updated: Set(stored_number(batch.n_updated, &what)?),
        n_same: Set(stored_number(batch.n_same, &what)?),
        n_deleted: Set(stored_number(batch.n_deleted, &what)?),
        n_rows: Set(stored_number(batch.n_rows, &what)?),
        taken_at: Set(to_stored(batch.taken_at)),
    };
    let n_kept = record_batch::Entity::insert_many([row])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&transaction.inner)
        .await?;
    match n_kept {
        0 => Err(StoreError::Conflict { what: format!("{what} with this key was taken in since") }),
        _ => Ok(()),
    }
}

fn read(row: record_batch::Model) -> Result<RecordBatch> {
    let what = format!("a batch of `{}`", row.dataset);
    Ok(RecordBatch {
        version: number(row.version, &what, "version")?,
        n_inserted: number(row.n_inserted, &what, "n_inserted")?,
        n_updated: number(row.n_updated, &what, "n_updated")?,
        n_same: number(row.n_same, &what, "n_same")?,
        n_deleted: number(row.n_deleted, &what, "n_deleted")?,
        n_rows: number(row.n_rows, &what, "n_rows")?,
        key: row.key,
        sha256: row.sha256,
        taken_at: row.taken_at,
    })
}
