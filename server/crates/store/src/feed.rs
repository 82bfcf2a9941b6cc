//! The change feed: which datasets changed, in the order of the commits.

use kaishu_types::DatasetCode;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{CHUNK_ROWS, number, word};
use crate::entity::change_feed;
use crate::{Result, Store};

/// A dataset changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The place in the feed; grows with every change, with gaps.
    pub seq: i64,
    /// The dataset.
    pub dataset_code: DatasetCode,
}

/// Lists the changes after a place, oldest first. Once a change is seen, no earlier one appears.
pub async fn since(store: &Store, seq: i64, limit: u64) -> Result<Vec<Change>> {
    let rows = change_feed::Entity::find()
        .filter(change_feed::COLUMN.seq.gt(seq))
        .order_by_asc(change_feed::COLUMN.seq)
        .limit(limit)
        .all(&store.connection)
        .await?;
    rows.into_iter()
        .map(|row| {
            let what = format!("change {}", row.seq);
            Ok(Change {
                seq: row.seq,
                dataset_code: word(&row.dataset_code, &what, "dataset_code")?,
            })
        })
        .collect()
}

/// Returns the place of the last change, 0 before the first.
pub async fn head(store: &Store) -> Result<i64> {
    let last: Option<i64> = change_feed::Entity::find()
        .select_only()
        .column(change_feed::Column::Seq)
        .order_by_desc(change_feed::COLUMN.seq)
        .limit(1)
        .into_tuple()
        .one(&store.connection)
        .await?;
    number(last.unwrap_or(0), "change feed", "seq")
}

/// Says that the index should look at datasets again although their entries are the same: their
/// downloads were counted, and the order by downloads depends on it.
pub async fn touch(store: &Store, codes: &[DatasetCode]) -> Result<()> {
    let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
    let transaction = store.begin_write().await?;
    append(&transaction, &codes).await?;
    Ok(transaction.commit().await?)
}

/// Says that datasets changed, in a transaction of [`Store::begin_write`].
pub(crate) async fn append(transaction: &DatabaseTransaction, codes: &[String]) -> Result<()> {
    for chunk in codes.chunks(CHUNK_ROWS) {
        let rows = chunk
            .iter()
            .map(|code| change_feed::ActiveModel { seq: NotSet, dataset_code: Set(code.clone()) });
        change_feed::Entity::insert_many(rows).exec_without_returning(transaction).await?;
    }
    Ok(())
}
