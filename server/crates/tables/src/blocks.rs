//! Rows in blocks, column by column, so that columns are worked on side by side.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::TableError;
use crate::source::{MAX_COLUMNS, Row, Source};

/// A block ends after so many rows or bytes.
const ROWS: usize = 8192;
const BYTES: usize = 4 << 20;

/// The values of a column in one block.
#[derive(Debug, Default)]
pub(crate) struct Column {
    pub(crate) text: String,
    /// Where values begin and end: one more than there are values.
    pub(crate) offsets: Vec<i32>,
    /// Which values are missing; shorter than the column where the rest are there.
    pub(crate) missing: Vec<bool>,
}

impl Column {
    /// A column with room for so many rows, and texts of so many bytes or a little more.
    fn with_room(n_rows: usize, n_bytes: usize) -> Self {
        let mut offsets = Vec::with_capacity(n_rows + 1);
        offsets.push(0);
        let text = String::with_capacity(n_bytes + n_bytes / 8);
        Self { text, offsets, missing: Vec::new() }
    }

    pub(crate) fn with_missing(n: usize) -> Self {
        Self { text: String::new(), offsets: vec![0; n + 1], missing: vec![true; n] }
    }

    fn push(&mut self, value: Option<&str>) {
        match value {
            Some(value) => self.text.push_str(value),
            None => {
                self.missing.resize(self.len(), false);
                self.missing.push(true);
            }
        }
        // A block has few bytes more than `BYTES` and one row.
        self.offsets.push(i32::try_from(self.text.len()).unwrap_or(i32::MAX));
    }

    pub(crate) fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The values, `None` where one is missing.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        self.offsets.windows(2).enumerate().map(|(index, pair)| {
            if self.missing.get(index) == Some(&true) {
                return None;
            }
            let [start, end] = pair else { return None };
            let (start, end) = (usize::try_from(*start).ok()?, usize::try_from(*end).ok()?);
            self.text.get(start..end)
        })
    }
}

/// Some rows of a table.
#[derive(Debug)]
pub(crate) struct Block {
    /// The number of its first row, from 1.
    pub(crate) first_row: u64,
    pub(crate) n_rows: usize,
    pub(crate) columns: Vec<Column>,
}

/// How far a long piece of work has come, and whether it is to stop.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    rows: AtomicU64,
    is_cancelled: AtomicBool,
}

impl Progress {
    /// Bytes that were read so far, over all passes.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Rows of the table that is being read.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// Asks the work to stop; it does so within a block.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }

    pub(crate) fn set(&self, done: u64, rows: u64) -> Result<(), TableError> {
        self.done.store(done, Ordering::Relaxed);
        self.rows.store(rows, Ordering::Relaxed);
        if self.is_cancelled.load(Ordering::Relaxed) { Err(TableError::Cancelled) } else { Ok(()) }
    }
}

/// A row that has not as many values as the header has names.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RaggedRow {
    /// The row of the table, from 1.
    pub row: u64,
    /// The line of the file or the row of the sheet, from 1.
    pub place: u64,
    /// How many values it has.
    pub n_values: usize,
}

/// Rows that do not fit the header.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Ragged {
    /// Rows with fewer values than the header has names.
    pub n_short: u64,
    /// Rows with more values.
    pub n_long: u64,
    /// The first of them.
    pub rows: Vec<RaggedRow>,
}

const TOLD: usize = 20;

/// Cuts the rows of a source into blocks.
pub(crate) struct Blocks {
    source: Box<dyn Source>,
    row: Row,
    /// Columns so far: as many as any row had.
    n_columns: usize,
    /// Rows of the block before, and bytes of the texts of each of its columns.
    room: (usize, Vec<usize>),
    n_rows: u64,
    pub(crate) ragged: Ragged,
    n_header: usize,
    is_ended: bool,
}

/// What every value takes beside its text: where it ends, and whether it is there.
const VALUE_BYTES: usize = size_of::<i32>() + 1;

impl Blocks {
    /// Cuts the rows that follow a header of so many names.
    pub(crate) fn new(source: Box<dyn Source>, n_header: usize) -> Self {
        Self {
            source,
            row: Row::default(),
            n_columns: n_header,
            room: (0, Vec::new()),
            n_rows: 0,
            ragged: Ragged::default(),
            n_header,
            is_ended: false,
        }
    }

    /// How many rows there were so far.
    pub(crate) fn n_rows(&self) -> u64 {
        self.n_rows
    }

    pub(crate) fn bytes_read(&self) -> u64 {
        self.source.bytes_read()
    }

    /// The next block; `None` after the last row. Its columns are as many as any row had so far.
    pub(crate) fn next(&mut self) -> Result<Option<Block>, TableError> {
        if self.is_ended {
            return Ok(None);
        }
        let (n_before, sizes) = &self.room;
        let size = |index| sizes.get(index).copied().unwrap_or(0);
        let columns = (0..self.n_columns).map(|index| Column::with_room(*n_before, size(index)));
        let mut columns: Vec<Column> = columns.collect();
        let first_row = self.n_rows + 1;
        let (mut n_rows, mut n_bytes) = (0, 0);
        while n_rows < ROWS && n_bytes < BYTES {
            if !self.source.read_row(&mut self.row)? {
                self.is_ended = true;
                break;
            }
            self.check_length(first_row + n_rows as u64)?;
            while columns.len() < self.row.len() {
                columns.push(Column::with_missing(n_rows));
            }
            for (index, column) in columns.iter_mut().enumerate() {
                column.push(self.row.get(index));
            }
            n_rows += 1;
            // An empty value takes its place, too.
            n_bytes += self.row.n_bytes() + columns.len() * VALUE_BYTES;
        }
        self.n_rows += n_rows as u64;
        self.n_columns = columns.len();
        self.room = (n_rows, columns.iter().map(|column| column.text.len()).collect());
        Ok((n_rows > 0).then_some(Block { first_row, n_rows, columns }))
    }

    fn check_length(&mut self, row: u64) -> Result<(), TableError> {
        let n_values = self.row.len();
        if n_values > MAX_COLUMNS {
            return Err(TableError::TooManyColumns { line: self.row.place });
        }
        match n_values.cmp(&self.n_header) {
            std::cmp::Ordering::Equal => return Ok(()),
            std::cmp::Ordering::Less => self.ragged.n_short += 1,
            std::cmp::Ordering::Greater => self.ragged.n_long += 1,
        }
        if self.ragged.rows.len() < TOLD {
            self.ragged.rows.push(RaggedRow { row, place: self.row.place, n_values });
        }
        Ok(())
    }
}
