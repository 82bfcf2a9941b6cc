//! Parquet files of others.

use std::fs::File;
use std::path::Path;

use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use datafusion::parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};

use super::layout::unique_names;
use super::spool::SpoolWriter;
use super::{Layout, MAX_COLUMNS, Origin, Row, TableSource};
use crate::TableError;

fn broken(error: impl std::fmt::Display) -> TableError {
    TableError::Unreadable(format!("the Parquet file cannot be read: {error}"))
}

/// A file may grow to so many times its size; small ones may grow more.
const MOST_TIMES: u64 = 1000;
const SMALL_BYTES: u64 = 1 << 30;

/// Checks that what a file says of its columns is not far more than it has.
fn check_size(n_packed: u64, metadata: &ParquetMetaData) -> Result<(), TableError> {
    let columns = metadata.row_groups().iter().flat_map(RowGroupMetaData::columns);
    let sizes = columns.map(|column| u64::try_from(column.uncompressed_size()).unwrap_or(u64::MAX));
    let n_bytes = sizes.fold(0_u64, u64::saturating_add);
    if n_bytes > n_packed.saturating_mul(MOST_TIMES).max(SMALL_BYTES) {
        return Err(broken(format!("it unpacks to {} MiB, which is too much", n_bytes >> 20)));
    }
    Ok(())
}

/// Takes the table out of a Parquet file; each value as it is written for people.
pub(crate) fn read(path: &Path, folder: &Path) -> Result<Vec<TableSource>, TableError> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?).map_err(broken)?;
    check_size(path.metadata()?.len(), reader.metadata())?;
    let schema = reader.schema().clone();
    if schema.fields().len() > MAX_COLUMNS {
        return Err(TableError::TooManyColumns { line: 1 });
    }
    let columns = unique_names(schema.fields().iter().map(|field| field.name().as_str()));
    let mut writer = SpoolWriter::new(folder)?;
    let options = FormatOptions::default();
    for batch in reader.with_batch_size(1024).build().map_err(broken)? {
        let batch = batch.map_err(broken)?;
        let formatters = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column.as_ref(), &options))
            .collect::<Result<Vec<_>, _>>()
            .map_err(broken)?;
        for place in 0..batch.num_rows() {
            let mut row = Row::at(writer.n_rows + 1);
            for (column, formatter) in batch.columns().iter().zip(&formatters) {
                if column.is_null(place) {
                    row.push_missing();
                } else {
                    row.push(&formatter.value(place).try_to_string().map_err(broken)?);
                }
            }
            writer.push(&row)?;
        }
    }
    let layout = Layout { columns, ..Layout::default() };
    Ok(vec![TableSource {
        name: String::new(),
        path: writer.finish()?,
        origin: Origin::Rows,
        layout,
    }])
}
