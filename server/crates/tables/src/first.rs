//! The first rows of an order and the number of all rows, both in one pass.
//!
//! `DataFusion` finds the first rows of an order without looking at rows that cannot be among them, and
//! so does not know how many there are. Counting them is a second pass, which costs more than was saved
//! wherever the filter is what takes long.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::compute::{
    SortColumn, SortOptions, concat_batches, lexsort_to_indices, take_arrays,
};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::prelude::DataFrame;
use futures::StreamExt;
use tokio::task::JoinSet;

use crate::TableError;
use crate::cells::text_bytes;

/// So many rows are kept beside the best ones before those are chosen anew.
const WAITING_ROWS: usize = 32 << 10;

/// The best rows so far.
struct First {
    /// Whether each of the last columns, by which rows are ordered, is descending.
    order: Arc<[bool]>,
    limit: usize,
    /// Texts of rows that are kept have no more bytes together.
    most_bytes: usize,
    kept: Vec<RecordBatch>,
    n_kept: usize,
    n_bytes: usize,
    n_rows: u64,
}

/// Returns the first `limit` rows by the last columns of a plan, and how many rows it gives. `order` says
/// of each of those columns whether it is descending; rows without a value come last.
pub(crate) async fn first_and_count(
    rows: DataFrame,
    order: Arc<[bool]>,
    limit: usize,
    most_bytes: usize,
) -> Result<(Vec<RecordBatch>, u64), TableError> {
    let mut parts = JoinSet::new();
    for stream in rows.execute_stream_partitioned().await? {
        let first = First::new(Arc::clone(&order), limit, most_bytes);
        parts.spawn(first.take_all(stream));
    }
    let mut first = First::new(order, limit, most_bytes);
    while let Some(part) = parts.join_next().await {
        let part = part.map_err(|error| TableError::Unreadable(error.to_string()))??;
        first.n_rows += part.n_rows;
        for batch in part.kept {
            first.keep(batch)?;
        }
    }
    first.choose()?;
    Ok((first.kept, first.n_rows))
}

impl First {
    fn new(order: Arc<[bool]>, limit: usize, most_bytes: usize) -> Self {
        Self { order, limit, most_bytes, kept: Vec::new(), n_kept: 0, n_bytes: 0, n_rows: 0 }
    }

    async fn take_all(mut self, mut stream: SendableRecordBatchStream) -> Result<Self, TableError> {
        while let Some(batch) = stream.next().await {
            let batch = batch?;
            self.n_rows += batch.num_rows() as u64;
            self.keep(batch)?;
        }
        self.choose()?;
        Ok(self)
    }

    fn keep(&mut self, batch: RecordBatch) -> Result<(), TableError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        self.n_kept += batch.num_rows();
        self.n_bytes = self.n_bytes.saturating_add(text_bytes(&batch));
        self.kept.push(batch);
        if self.n_kept > self.limit + WAITING_ROWS || self.n_bytes > self.most_bytes {
            self.choose()?;
        }
        Ok(())
    }

    /// Leaves the first rows of those that are kept, in order.
    fn choose(&mut self) -> Result<(), TableError> {
        let Some(first) = self.kept.first() else { return Ok(()) };
        let all = concat_batches(&first.schema(), &self.kept)?;
        let n_others = all.num_columns().saturating_sub(self.order.len());
        let keys = all.columns().iter().skip(n_others).zip(self.order.iter());
        let keys: Vec<SortColumn> = keys
            .map(|(values, descending)| SortColumn {
                values: Arc::clone(values),
                options: Some(SortOptions { descending: *descending, nulls_first: false }),
            })
            .collect();
        let best = match keys.is_empty() {
            // One group of all rows is in any order.
            true => all,
            false => {
                let places = lexsort_to_indices(&keys, Some(self.limit))?;
                let columns = take_arrays(all.columns(), &places, None)?;
                RecordBatch::try_new(all.schema(), columns.iter().map(by_itself).collect())?
            }
        };
        self.n_kept = best.num_rows();
        self.n_bytes = text_bytes(&best);
        self.kept = vec![best];
        if self.n_bytes > self.most_bytes { Err(TableError::TooMuchMemory) } else { Ok(()) }
    }
}

/// Texts without the pages that they were views into.
fn by_itself(values: &ArrayRef) -> ArrayRef {
    match values.as_string_view_opt() {
        Some(texts) => Arc::new(texts.gc()),
        None => Arc::clone(values),
    }
}
