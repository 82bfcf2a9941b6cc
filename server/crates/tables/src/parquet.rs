//! The second pass over a table: its values as text and, where they have a type, as that.
//!
//! The file has a column `row` with the number of the row from 1, for each column of the table `t0`,
//! `t1`, … with the text as it was, and beside it `v0`, … where the type is no text.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray,
    TimestampMicrosecondArray,
};
use datafusion::arrow::buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::parquet::arrow::ArrowSchemaConverter;
use datafusion::parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use datafusion::parquet::basic::{Compression, Encoding};
use datafusion::parquet::errors::ParquetError;
use datafusion::parquet::file::properties::{EnabledStatistics, WriterProperties};
use datafusion::parquet::file::writer::SerializedFileWriter;
use datafusion::parquet::schema::types::ColumnPath;
use kaishu_domain::quality::Measure;
use kaishu_types::vocabulary::ItemType;

use crate::TableError;
use crate::blocks::{Blocks, Column, Progress};
use crate::profile::Misfit;
use crate::quality::{ColumnCheck, Plan, RowCheck};
use crate::scan::{Scan, n_workers};
use crate::source::TableSource;
use crate::value;

/// A row group ends after so many rows or bytes of text.
const GROUP_ROWS: usize = 128 << 10;
const GROUP_BYTES: usize = 64 << 20;
/// A page of text ends after so many bytes.
const TEXT_PAGE_BYTES: usize = 16 << 10;
const WAITING: usize = 2;
/// So many values that do not fit a declared type are told.
const TOLD: usize = 20;

/// The column of row numbers.
pub(crate) const ROW: &str = "row";

/// Names the column of a table's text.
pub(crate) fn text_column(index: usize) -> String {
    format!("t{index}")
}

/// Names the column of typed values.
pub(crate) fn typed_column(index: usize) -> String {
    format!("v{index}")
}

/// How values of a type are stored; `None` for those that are only text.
pub(crate) fn stored_type(item_type: ItemType) -> Option<DataType> {
    match item_type {
        ItemType::Integer => Some(DataType::Int64),
        ItemType::Decimal => Some(DataType::Float64),
        ItemType::Boolean => Some(DataType::Boolean),
        ItemType::Date => Some(DataType::Date32),
        ItemType::Datetime => Some(DataType::Timestamp(TimeUnit::Microsecond, None)),
        ItemType::Text | ItemType::Code | ItemType::Geometry => None,
    }
}

/// Returns the schema of a table's file.
pub(crate) fn schema(types: &[ItemType]) -> SchemaRef {
    let mut fields = vec![Field::new(ROW, DataType::Int64, false)];
    for (index, item_type) in types.iter().enumerate() {
        fields.push(Field::new(text_column(index), DataType::Utf8, true));
        if let Some(stored) = stored_type(*item_type) {
            fields.push(Field::new(typed_column(index), stored, true));
        }
    }
    Arc::new(Schema::new(fields))
}

/// Values of a column that are not of its type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Misfits {
    pub(crate) count: u64,
    pub(crate) first: Vec<Misfit>,
}

/// What the second pass found.
pub(crate) struct Written {
    /// Values of each column that are not of its type: they stay as text.
    pub(crate) misfits: Vec<Misfits>,
    /// How far the rules of quality hold.
    pub(crate) measures: Vec<Measure>,
}

/// Writes a table that was scanned, with a type for every column, and checks its quality.
pub(crate) fn write(
    source: &TableSource,
    scan: &Scan,
    types: &[ItemType],
    plan: &Plan,
    target: &Path,
    progress: &Progress,
) -> Result<Written, TableError> {
    let schema = schema(types);
    let properties = Arc::new(properties(scan));
    let parquet_schema = ArrowSchemaConverter::new().convert(&schema)?;
    let file = File::create(target)?;
    let mut writer = SerializedFileWriter::new(file, parquet_schema.root_schema_ptr(), properties)?;
    let factory = ArrowRowGroupWriterFactory::new(&writer, Arc::clone(&schema));
    let mut blocks = Blocks::new(source.open()?, source.layout.columns.len());
    let first_pass = progress.done();
    let mut across = RowCheck::new(plan);
    thread::scope(|scope| {
        let (done_sender, done) = channel();
        let (senders, workers): (Vec<_>, Vec<_>) = (0..n_workers())
            .map(|_| {
                let (sender, receiver) = sync_channel(WAITING);
                let done = done_sender.clone();
                (sender, scope.spawn(move || work(&receiver, &done, types, plan)))
            })
            .unzip();
        drop(done_sender);
        let mut group = Group { senders, done, n_open: 0 };
        let mut n_group = 0;
        let mut is_ended = false;
        while !is_ended {
            let writers = factory.create_column_writers(n_group)?;
            let mut writers = writers.into_iter();
            let mut rows = writers.next();
            group.open(writers, types)?;
            let (mut n_rows, mut n_bytes) = (0, 0);
            while n_rows < GROUP_ROWS && n_bytes < GROUP_BYTES {
                let Some(mut block) = blocks.next()? else {
                    is_ended = true;
                    break;
                };
                progress.set(first_pass + blocks.bytes_read(), blocks.n_rows())?;
                block.columns.truncate(types.len());
                n_rows += block.n_rows;
                n_bytes += block.columns.iter().map(|column| column.text.len()).sum::<usize>();
                across.add(&block);
                write_row_numbers(rows.as_mut(), block.first_row, block.n_rows)?;
                group.send(block.first_row, block.columns)?;
            }
            let chunks = group.close()?;
            if n_rows > 0 {
                let mut row_group = writer.next_row_group()?;
                let rows = rows.map(ArrowColumnWriter::close).transpose()?;
                for chunk in rows.into_iter().chain(chunks) {
                    chunk.append_to_row_group(&mut row_group)?;
                }
                row_group.close()?;
                n_group += 1;
            }
        }
        drop(group);
        writer.close()?;
        let mut columns: Vec<(usize, Misfits, Vec<Measure>)> = Vec::new();
        for worker in workers {
            columns.extend(worker.join().map_err(|_| stopped())?);
        }
        columns.sort_unstable_by_key(|(index, ..)| *index);
        let mut written = Written { misfits: Vec::new(), measures: across.finish() };
        for (_, misfits, measures) in columns {
            written.misfits.push(misfits);
            written.measures.extend(measures);
        }
        Ok(written)
    })
}

fn stopped() -> TableError {
    TableError::Unreadable("a worker stopped".to_owned())
}

fn properties(scan: &Scan) -> WriterProperties {
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::LZ4_RAW)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_data_page_row_count_limit(8192)
        .set_column_dictionary_enabled(ColumnPath::from(ROW), false)
        .set_column_encoding(ColumnPath::from(ROW), Encoding::DELTA_BINARY_PACKED);
    for (index, column) in scan.columns.iter().enumerate() {
        let profile = &column.profile;
        // Texts of single rows are read out of many pages, which are decoded whole.
        builder = builder
            .set_column_data_page_size_limit(ColumnPath::from(text_column(index)), TEXT_PAGE_BYTES);
        // A dictionary of values that nearly all differ is written for nothing, and each row group has
        // one of its own.
        if profile.n_distinct * 4 > profile.n_values.min(GROUP_ROWS as u64) {
            for name in [text_column(index), typed_column(index)] {
                builder = builder.set_column_dictionary_enabled(ColumnPath::from(name), false);
            }
        }
    }
    builder.build()
}

fn write_row_numbers(
    writer: Option<&mut ArrowColumnWriter>,
    first_row: u64,
    n_rows: usize,
) -> Result<(), TableError> {
    let Some(writer) = writer else { return Ok(()) };
    let first = i64::try_from(first_row).unwrap_or(i64::MAX);
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values((first..).take(n_rows)));
    write_array(writer, &Field::new(ROW, DataType::Int64, false), &numbers)
}

fn write_array(
    writer: &mut ArrowColumnWriter,
    field: &Field,
    array: &ArrayRef,
) -> Result<(), TableError> {
    for leaf in compute_leaves(field, array)? {
        writer.write(&leaf)?;
    }
    Ok(())
}

/// What a worker is told.
enum Order {
    /// A new row group begins; here are the writers of one column.
    Open(usize, Box<ColumnWriters>),
    /// Values of columns, with the number of the first row.
    Write(u64, Vec<(usize, Column)>),
    /// The row group ends: the chunks are wanted.
    Close,
}

struct ColumnWriters {
    text: ArrowColumnWriter,
    typed: Option<ArrowColumnWriter>,
}

/// The chunks of one column, or why there are none.
type Done = Result<(usize, Vec<ArrowColumnChunk>), TableError>;

/// The row group that is being written by the workers.
struct Group {
    senders: Vec<SyncSender<Order>>,
    done: Receiver<Done>,
    n_open: usize,
}

impl Group {
    fn open(
        &mut self,
        mut writers: impl Iterator<Item = ArrowColumnWriter>,
        types: &[ItemType],
    ) -> Result<(), TableError> {
        for (index, item_type) in types.iter().enumerate() {
            let text = writers.next().ok_or_else(stopped)?;
            let typed = match stored_type(*item_type) {
                Some(_) => Some(writers.next().ok_or_else(stopped)?),
                None => None,
            };
            self.send_to(index, Order::Open(index, Box::new(ColumnWriters { text, typed })))?;
        }
        self.n_open = types.len();
        Ok(())
    }

    fn send(&self, first_row: u64, columns: Vec<Column>) -> Result<(), TableError> {
        let mut shares: Vec<Vec<(usize, Column)>> =
            self.senders.iter().map(|_| Vec::new()).collect();
        for (index, column) in columns.into_iter().enumerate() {
            if let Some(share) = shares.get_mut(index % self.senders.len()) {
                share.push((index, column));
            }
        }
        for (sender, share) in self.senders.iter().zip(shares) {
            sender.send(Order::Write(first_row, share)).map_err(|_| self.fault())?;
        }
        Ok(())
    }

    fn send_to(&self, index: usize, order: Order) -> Result<(), TableError> {
        let sender = self.senders.get(index % self.senders.len()).ok_or_else(stopped)?;
        sender.send(order).map_err(|_| self.fault())
    }

    /// Says why a worker stopped.
    fn fault(&self) -> TableError {
        self.done.try_iter().find_map(Result::err).unwrap_or_else(stopped)
    }

    /// Ends the row group and returns its chunks in order.
    fn close(&mut self) -> Result<Vec<ArrowColumnChunk>, TableError> {
        for sender in &self.senders {
            sender.send(Order::Close).map_err(|_| self.fault())?;
        }
        let mut chunks = Vec::with_capacity(self.n_open);
        for _ in 0..self.n_open {
            chunks.push(self.done.recv().map_err(|_| stopped())??);
        }
        chunks.sort_unstable_by_key(|(index, _)| *index);
        Ok(chunks.into_iter().flat_map(|(_, chunks)| chunks).collect())
    }
}

/// The columns of one worker.
struct Held {
    index: usize,
    item_type: ItemType,
    writers: Option<Box<ColumnWriters>>,
    misfits: Misfits,
    check: Option<ColumnCheck>,
    /// Rows of the row group that were written.
    n_rows: usize,
}

fn work(
    orders: &Receiver<Order>,
    done: &Sender<Done>,
    types: &[ItemType],
    plan: &Plan,
) -> Vec<(usize, Misfits, Vec<Measure>)> {
    let mut held: Vec<Held> = Vec::new();
    for order in orders {
        if let Err(error) = obey(order, &mut held, done, types, plan) {
            // The other side may have stopped for a fault of its own.
            drop(done.send(Err(error)));
            break;
        }
    }
    let finish = |column: Held| {
        let measures = column.check.map(|check| check.finish(&column.misfits));
        (column.index, column.misfits, measures.unwrap_or_default())
    };
    held.into_iter().map(finish).collect()
}

fn obey(
    order: Order,
    held: &mut Vec<Held>,
    done: &Sender<Done>,
    types: &[ItemType],
    plan: &Plan,
) -> Result<(), TableError> {
    match order {
        Order::Open(index, writers) => match held.iter_mut().find(|column| column.index == index) {
            Some(column) => {
                column.writers = Some(writers);
                column.n_rows = 0;
            }
            None => held.push(Held {
                index,
                item_type: types.get(index).copied().unwrap_or(ItemType::Text),
                writers: Some(writers),
                misfits: Misfits::default(),
                check: plan.columns.get(index).cloned().map(ColumnCheck::new),
                n_rows: 0,
            }),
        },
        Order::Write(first_row, share) => {
            let n_rows = share.iter().map(|(_, column)| column.len()).max().unwrap_or(0);
            let mut share = share.into_iter();
            for column in held.iter_mut() {
                // Columns that no row of the file had so far come with the first that has them.
                let values = match share.next() {
                    Some((_, values)) => values,
                    None => Column::with_missing(n_rows),
                };
                column.write(first_row, values)?;
            }
        }
        Order::Close => {
            for column in held.iter_mut() {
                let chunks = column.close()?;
                drop(done.send(Ok((column.index, chunks))));
            }
        }
    }
    Ok(())
}

impl Held {
    fn write(&mut self, first_row: u64, column: Column) -> Result<(), TableError> {
        let Some(writers) = &mut self.writers else { return Ok(()) };
        self.n_rows += column.len();
        if let Some(check) = &mut self.check {
            check.add(first_row, &column);
        }
        if let (Some(writer), Some(stored)) = (&mut writers.typed, stored_type(self.item_type)) {
            let values = typed(&column, self.item_type, first_row, &mut self.misfits);
            write_array(writer, &Field::new("v", stored, true), &values)?;
        }
        let text = text_array(column)?;
        write_array(&mut writers.text, &Field::new("t", DataType::Utf8, true), &text)
    }

    fn close(&mut self) -> Result<Vec<ArrowColumnChunk>, TableError> {
        let Some(writers) = self.writers.take() else { return Ok(Vec::new()) };
        let typed = writers.typed.map(ArrowColumnWriter::close).transpose()?;
        let mut chunks = vec![writers.text.close()?];
        chunks.extend(typed);
        Ok(chunks)
    }
}

fn text_array(column: Column) -> Result<ArrayRef, TableError> {
    let n = column.len();
    let nulls = (!column.missing.is_empty()).then(|| {
        let missing = column.missing.iter().copied().chain(std::iter::repeat(false));
        NullBuffer::from_iter(missing.take(n).map(|is_missing| !is_missing))
    });
    let offsets = OffsetBuffer::new(ScalarBuffer::from(column.offsets));
    let bytes = Buffer::from(column.text.into_bytes());
    let array = StringArray::try_new(offsets, bytes, nulls).map_err(ParquetError::from)?;
    Ok(Arc::new(array))
}

/// Reads the values of a column as its type; what is not of the type is counted and left out.
fn typed(column: &Column, item_type: ItemType, first_row: u64, misfits: &mut Misfits) -> ArrayRef {
    let mut read = Reading { first_row, misfits };
    match item_type {
        ItemType::Integer => Arc::new(Int64Array::from_iter(read.each(column, |text| {
            text.parse::<i64>().ok().filter(|_| value::number(text).is_some_and(|it| it.is_whole))
        }))),
        ItemType::Decimal => Arc::new(Float64Array::from_iter(
            read.each(column, |text| value::number(text).map(|number| number.value)),
        )),
        ItemType::Boolean => Arc::new(BooleanArray::from_iter(read.each(column, value::boolean))),
        ItemType::Date => Arc::new(Date32Array::from_iter(read.each(column, value::date))),
        _ => Arc::new(TimestampMicrosecondArray::from_iter(read.each(column, value::datetime))),
    }
}

struct Reading<'a> {
    first_row: u64,
    misfits: &'a mut Misfits,
}

impl Reading<'_> {
    fn each<T>(
        &mut self,
        column: &Column,
        read: impl Fn(&str) -> Option<T>,
    ) -> impl Iterator<Item = Option<T>> {
        (self.first_row..).zip(column.iter()).map(move |(row, raw)| {
            let raw = raw?;
            let text = raw.trim();
            let value = read(text);
            if value.is_none() && !text.is_empty() && !value::is_marker(text) {
                self.misfits.add(raw, row);
            }
            value
        })
    }
}

impl Misfits {
    fn add(&mut self, raw: &str, row: u64) {
        self.count += 1;
        if self.first.len() < TOLD {
            self.first.push(Misfit { row, value: crate::profile::cut(raw, 60) });
        }
    }
}
