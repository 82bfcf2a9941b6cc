//! Parquet files of others.

use std::fs::File;
use std::path::Path;

use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::spool::SpoolWriter;
use super::{Layout, MAX_COLUMNS, Origin, Row, TableSource};
use crate::TableError;

/// Takes the table out of a Parquet file; each value as it is written for people.
pub(crate) fn read(path: &Path, folder: &Path) -> Result<Vec<TableSource>, TableError> {
    let broken = |error: datafusion::arrow::error::ArrowError| {
        TableError::Unreadable(format!("the Parquet file cannot be read: {error}"))
    };
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
    let schema = reader.schema().clone();
    if schema.fields().len() > MAX_COLUMNS {
        return Err(TableError::TooManyColumns { line: 1 });
    }
    let columns = schema.fields().iter().map(|field| field.name().clone()).collect();
    let mut writer = SpoolWriter::new(folder)?;
    let options = FormatOptions::default();
    for batch in reader.with_batch_size(1024).build()? {
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
