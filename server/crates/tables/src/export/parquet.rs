//! Parquet: each column as text, and beside it, where it has a type, its typed values.

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::metadata::KeyValue;
use datafusion::parquet::file::properties::WriterProperties;
use kaishu_types::ReceiptCode;
use kaishu_types::table::TableColumn;
use std::sync::Arc;

use super::pipe::Pipe;
use super::{MARK, RowWriter};
use crate::TableError;

pub(super) struct Parquet {
    writer: ArrowWriter<Pipe>,
    schema: SchemaRef,
}

impl Parquet {
    /// `stored` is the schema of the rows: texts as `c0`, …, typed values as `n0`, ….
    pub(super) fn new(
        pipe: Pipe,
        columns: &[TableColumn],
        stored: &SchemaRef,
        mark: Option<&ReceiptCode>,
    ) -> Result<Self, TableError> {
        let mut texts = columns.iter();
        let mut last: Option<&TableColumn> = None;
        let mut fields = Vec::with_capacity(stored.fields().len());
        for field in stored.fields() {
            let is_typed = field.name().starts_with('n');
            if !is_typed {
                last = texts.next();
            }
            let name = last.map_or_else(String::new, |column| column.name.clone());
            let name = if is_typed { format!("{name} ({})", field.data_type()) } else { name };
            fields.push(Field::new(name, field.data_type().clone(), true));
        }
        let schema = Arc::new(Schema::new(fields));
        let mark = mark.map(|mark| vec![KeyValue::new(MARK.to_owned(), mark.to_string())]);
        let properties = WriterProperties::builder()
            .set_key_value_metadata(mark)
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(128 << 10))
            .build();
        let writer = ArrowWriter::try_new(pipe, Arc::clone(&schema), Some(properties))?;
        Ok(Self { writer, schema })
    }
}

impl RowWriter for Parquet {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        let columns = batch.columns().to_vec();
        let renamed = RecordBatch::try_new(Arc::clone(&self.schema), columns)
            .map_err(datafusion::parquet::errors::ParquetError::from)?;
        Ok(self.writer.write(&renamed)?)
    }

    fn finish(self: Box<Self>) -> Result<(), TableError> {
        let mut pipe = self.writer.into_inner()?;
        Ok(std::io::Write::flush(&mut pipe)?)
    }
}
