//! Batches of records, by the key that makes a repeated one the same.

use kaishu_store::StoreError;
use kaishu_store::batches::{self, RecordBatch};
use kaishu_types::DatasetCode;

use crate::build::time;
use crate::database::TestDb;

// Part of PUB-12: of two batches with one key the first counts, whoever is faster.
pub(crate) async fn a_batch_is_kept_once_by_its_key(database: &TestDb) {
    let store = &database.store;
    let [one, other]: [DatasetCode; 2] = ["YX-T-0001", "YX-T-0002"].map(|it| it.parse().unwrap());
    let batch = RecordBatch {
        key: "b-1".to_owned(),
        sha256: "00".repeat(32),
        version: 2,
        n_inserted: 1,
        n_updated: 2,
        n_same: 3,
        n_deleted: 4,
        n_rows: 5_000_000_000,
        taken_at: time("2026-11-21T04:00:00Z"),
    };
    assert_eq!(batches::find(store, &one, "b-1").await.unwrap(), None);
    let add = async |code: &DatasetCode, batch: &RecordBatch| {
        let transaction = store.begin().await.unwrap();
        let kept = batches::add(&transaction, code, batch).await;
        transaction.commit().await.unwrap();
        kept
    };
    add(&one, &batch).await.unwrap();
    let again = RecordBatch { version: 3, ..batch.clone() };
    assert!(matches!(add(&one, &again).await, Err(StoreError::Conflict { .. })));
    assert_eq!(batches::find(store, &one, "b-1").await.unwrap(), Some(batch));
    add(&other, &again).await.unwrap();
    assert_eq!(batches::find(store, &other, "b-1").await.unwrap(), Some(again));
}
