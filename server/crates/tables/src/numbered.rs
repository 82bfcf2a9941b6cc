//! Single rows of a stored table by their numbers: row n is the nth of the file, so that nothing has to
//! be looked for, and only the pages that hold the rows are read.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DataFusionError, Result};
use datafusion::datasource::TableType;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::logical_expr::Expr;
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection,
};
use datafusion::parquet::file::metadata::PageIndexPolicy;
use datafusion::physical_plan::ExecutionPlan;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::cells::text_bytes;

/// What is known of where the rows of files are, in bytes.
const KNOWN_BYTES: u64 = 64 << 20;
/// So many files of the usual size are known.
const KNOWN_FILES: usize = 256;

/// Where the pages of stored tables begin. Stored tables never change.
pub(crate) type Places = Cache<PathBuf, ArrowReaderMetadata, Bytes>;

/// Weighs what is known by its bytes.
#[derive(Debug, Clone)]
pub(crate) struct Bytes;

impl Weighter<PathBuf, ArrowReaderMetadata> for Bytes {
    fn weight(&self, _: &PathBuf, places: &ArrowReaderMetadata) -> u64 {
        places.metadata().memory_size() as u64
    }
}

/// Nothing is known at first.
pub(crate) fn places() -> Places {
    Cache::with_weighter(KNOWN_FILES, KNOWN_BYTES, Bytes)
}

/// Some rows of a stored table, in the order of the file.
pub(crate) struct NumberedRows {
    known: Arc<Places>,
    path: PathBuf,
    schema: SchemaRef,
    /// From 0, each greater than the one before.
    rows: Vec<usize>,
    /// Their texts may have so many bytes.
    most_bytes: usize,
}

impl std::fmt::Debug for NumberedRows {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} rows of {}", self.rows.len(), self.path.display())
    }
}

impl NumberedRows {
    /// Names rows by their numbers, which begin with 1.
    pub(crate) fn new(
        known: Arc<Places>,
        path: PathBuf,
        schema: SchemaRef,
        numbers: &[i64],
        most_bytes: usize,
    ) -> Self {
        let from_zero =
            numbers.iter().filter_map(|number| usize::try_from(number.checked_sub(1)?).ok());
        let mut rows: Vec<usize> = from_zero.collect();
        rows.sort_unstable();
        rows.dedup();
        Self { known, path, schema, rows, most_bytes }
    }

    fn places(&self) -> Result<ArrowReaderMetadata> {
        self.known.get_or_insert_with(&self.path, || {
            let options = ArrowReaderOptions::new()
                .with_schema(Arc::clone(&self.schema))
                .with_column_index_policy(PageIndexPolicy::Skip)
                .with_offset_index_policy(PageIndexPolicy::Optional);
            Ok(ArrowReaderMetadata::load(&File::open(&self.path)?, options)?)
        })
    }

    fn read(&self, columns: &[usize]) -> Result<Vec<RecordBatch>> {
        let places = self.places()?;
        let mut rows = self.rows.iter().copied().peekable();
        let mut groups = Vec::new();
        let mut wanted = Vec::with_capacity(self.rows.len());
        // The first row of a group in the file, and among the groups that are read.
        let (mut first, mut first_read) = (0, 0);
        for (index, group) in places.metadata().row_groups().iter().enumerate() {
            let n_rows = usize::try_from(group.num_rows()).unwrap_or(0);
            let n_wanted = wanted.len();
            while let Some(row) = rows.next_if(|row| *row < first + n_rows) {
                let place = first_read + row - first;
                wanted.push(place..place + 1);
            }
            if wanted.len() > n_wanted {
                groups.push(index);
                first_read += n_rows;
            }
            first += n_rows;
        }
        let selection = RowSelection::from_consecutive_ranges(wanted.into_iter(), first_read);
        let mask = ProjectionMask::roots(places.parquet_schema(), columns.iter().copied());
        let file = File::open(&self.path)?;
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, places);
        let reader = reader
            .with_row_groups(groups)
            .with_row_selection(selection)
            .with_projection(mask)
            .build()?;
        let (mut batches, mut n_bytes) = (Vec::new(), 0_usize);
        for batch in reader {
            let batch = batch?;
            n_bytes = n_bytes.saturating_add(text_bytes(&batch));
            if n_bytes > self.most_bytes {
                return Err(DataFusionError::ResourcesExhausted("a page".to_owned()));
            }
            batches.push(batch);
        }
        Ok(batches)
    }
}

#[async_trait]
impl TableProvider for NumberedRows {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let all = || (0..self.schema.fields().len()).collect();
        let wanted = projection.cloned().unwrap_or_else(all);
        // The file gives its columns in its own order.
        let mut columns = wanted.clone();
        columns.sort_unstable();
        columns.dedup();
        let place = |index: &usize| columns.binary_search(index).ok();
        let order: Vec<usize> = wanted.iter().filter_map(place).collect();
        let batches = self.read(&columns)?;
        let schema = Arc::new(self.schema.project(&columns)?);
        Ok(MemorySourceConfig::try_new_exec(&[batches], schema, Some(order))?)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a file that does not read must fail the test")]
    use datafusion::arrow::array::{ArrayRef, AsArray, Int64Array, StringViewArray};
    use datafusion::arrow::datatypes::Int64Type;
    use datafusion::parquet::arrow::ArrowWriter;
    use datafusion::parquet::file::properties::WriterProperties;

    use super::*;

    /// Rows of these numbers out of a file of 35, ten in a row group and three in a page.
    fn found(numbers: &[i64]) -> Vec<(i64, String)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table");
        let rows: ArrayRef = Arc::new(Int64Array::from_iter_values(1..=35));
        let texts = (1..=35).map(|n| Some(format!("row {n}")));
        let texts: ArrayRef = Arc::new(StringViewArray::from_iter(texts));
        let batch = RecordBatch::try_from_iter([("row", rows), ("t0", texts)]).unwrap();
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(10))
            .set_data_page_row_count_limit(3)
            .set_write_batch_size(3);
        let file = File::create(&path).unwrap();
        let mut writer =
            ArrowWriter::try_new(file, batch.schema(), Some(properties.build())).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();

        let rows = NumberedRows::new(Arc::new(places()), path, batch.schema(), numbers, 1 << 20);
        let batches = rows.read(&[0, 1]).unwrap();
        let of_batch = |batch: &RecordBatch| {
            let numbers = batch.column(0).as_primitive::<Int64Type>().values().to_vec();
            let texts = batch.column(1).as_string_view();
            numbers.into_iter().zip(texts.iter().flatten().map(str::to_owned)).collect::<Vec<_>>()
        };
        batches.iter().flat_map(of_batch).collect()
    }

    #[test]
    fn rows_are_found_by_their_numbers_in_any_row_group() {
        let of =
            |numbers: &[i64]| numbers.iter().map(|n| (*n, format!("row {n}"))).collect::<Vec<_>>();
        assert_eq!(found(&[1]), of(&[1]));
        assert_eq!(found(&[35, 1, 10, 11, 12, 10]), of(&[1, 10, 11, 12, 35]));
        assert_eq!(found(&[31, 32]), of(&[31, 32]));
        assert_eq!(found(&[0, -1, 36, 7]), of(&[7]));
    }
}
