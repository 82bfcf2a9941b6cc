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
use datafusion::execution::memory_pool::MemoryReservation;
use datafusion::prelude::DataFrame;
use futures::StreamExt;
use tokio::task::JoinSet;

use crate::TableError;
use crate::cells::text_bytes;
use crate::engine::Engine;

/// So many bytes of rows are gathered, beside twice those of the best rows, before these are chosen anew.
const WAITING_BYTES: usize = 4 << 20;

/// The best rows so far, in memory that is taken from what all questions may have together.
struct First {
    /// Whether each of the last columns, by which rows are ordered, is descending.
    order: Arc<[bool]>,
    limit: usize,
    memory: MemoryReservation,
    kept: Vec<RecordBatch>,
    n_bytes: usize,
    n_best_bytes: usize,
    n_rows: u64,
}

/// Returns the first `limit` rows by the last columns of a plan, and how many rows it gives. `order` says
/// of each of those columns whether it is descending; rows without a value come last.
pub(crate) async fn first_and_count(
    engine: Engine,
    rows: DataFrame,
    order: Arc<[bool]>,
    limit: usize,
) -> Result<(Vec<RecordBatch>, u64), TableError> {
    let mut parts = JoinSet::new();
    for stream in rows.execute_stream_partitioned().await? {
        let first = First::new(&engine, Arc::clone(&order), limit)?;
        parts.spawn(first.take_all(stream));
    }
    let mut first = First::new(&engine, order, limit)?;
    while let Some(part) = parts.join_next().await {
        let part = part.map_err(|error| TableError::Unreadable(error.to_string()))??;
        first.n_rows += part.n_rows;
        for batch in part.kept {
            first.keep(&batch)?;
        }
    }
    first.choose()?;
    let n_bytes: usize = first.kept.iter().map(text_bytes).sum();
    if n_bytes > engine.bounds().page_bytes() {
        return Err(TableError::TooMuchMemory);
    }
    Ok((first.kept, first.n_rows))
}

impl First {
    fn new(engine: &Engine, order: Arc<[bool]>, limit: usize) -> Result<Self, TableError> {
        let memory = engine.reserve(0)?;
        let (n_bytes, n_best_bytes) = (0, 0);
        Ok(Self { order, limit, memory, kept: Vec::new(), n_bytes, n_best_bytes, n_rows: 0 })
    }

    async fn take_all(mut self, mut stream: SendableRecordBatchStream) -> Result<Self, TableError> {
        while let Some(batch) = stream.next().await {
            let batch = batch?;
            self.n_rows += batch.num_rows() as u64;
            self.keep(&batch)?;
        }
        self.choose()?;
        Ok(self)
    }

    fn keep(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let batch = by_itself(batch)?;
        self.n_bytes += batch.get_array_memory_size();
        // Choosing among rows needs a second copy of them.
        self.memory.try_resize(2 * self.n_bytes)?;
        self.kept.push(batch);
        if self.n_bytes > 2 * self.n_best_bytes + WAITING_BYTES { self.choose() } else { Ok(()) }
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
                by_itself(&RecordBatch::try_new(all.schema(), columns)?)?
            }
        };
        self.n_best_bytes = best.get_array_memory_size();
        self.n_bytes = self.n_best_bytes;
        self.memory.try_resize(2 * self.n_bytes)?;
        self.kept = vec![best];
        Ok(())
    }
}

/// Rows whose texts do not hold the pages that they were views into.
fn by_itself(batch: &RecordBatch) -> Result<RecordBatch, TableError> {
    let texts = |values: &ArrayRef| match values.as_string_view_opt() {
        Some(texts) => Arc::new(texts.gc()),
        None => Arc::clone(values),
    };
    Ok(RecordBatch::try_new(batch.schema(), batch.columns().iter().map(texts).collect())?)
}
