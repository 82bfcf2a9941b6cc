//! Files as tables: what tables are in a file, and their rows as text.

mod archive;
mod biff;
mod budget;
mod columnar;
mod delimited;
pub(crate) mod dialect;
mod format;
mod inspect;
pub(crate) mod layout;
mod ods;
mod records;
mod row;
mod split;
mod spool;
mod workbook;
mod xml;

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub(crate) use self::delimited::Delimited;
pub use self::format::table_format;
pub use self::inspect::{inspect, passed_over};
pub(crate) use self::layout::unique_names;
pub(crate) use self::row::Row;
use self::split::Splitter;
use self::spool::Spool;
use crate::TableError;

/// A table has no more columns than this.
pub const MAX_COLUMNS: usize = 4096;

/// A row has no more bytes than this.
pub(crate) const MAX_ROW_BYTES: usize = 16 << 20;

/// Gives the rows of a table, one after the other.
pub(crate) trait Source: Send {
    /// Reads the next row into `row`; `false` after the last one.
    fn read_row(&mut self, row: &mut Row) -> Result<bool, TableError>;

    /// How many bytes of the file were read so far.
    fn bytes_read(&self) -> u64 {
        0
    }
}

/// How the values of a text are told apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialect {
    /// Name of the encoding, as in `UTF-8`, `GB18030`, `UTF-16LE`.
    pub encoding: String,
    /// Whether the text begins with a byte order mark.
    pub has_bom: bool,
    /// The sign between two values.
    pub delimiter: char,
    /// The sign around values that hold a delimiter or a line break.
    pub quote: Option<char>,
    /// The sign before a quote inside a value, where it is not doubled.
    pub escape: Option<char>,
    /// Whether spaces behind a delimiter belong to it, as in `a, "b"`.
    #[serde(default)]
    pub skips_spaces: bool,
}

impl Dialect {
    fn splitter(&self, most_values: usize) -> Splitter {
        Splitter::new(self.delimiter, self.quote, self.escape, self.skips_spaces, most_values)
    }
}

/// Where a table begins in its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// Rows above the header: titles and remarks, kept as they are.
    pub preamble: Vec<String>,
    /// Rows that make up the header; none where the columns have no names.
    pub n_header_rows: usize,
    /// Names of the columns.
    pub columns: Vec<String>,
}

/// What kind of file a table is in, and where in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    /// Delimited text.
    Text(Dialect),
    /// Rows in the working folder, taken out of another kind of file.
    Rows,
}

/// A table in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSource {
    /// What it is called: the sheet, the file in the archive; empty where a file is one table.
    pub name: String,
    /// The file with its bytes.
    #[serde(skip)]
    pub path: PathBuf,
    /// What kind of file it is.
    pub origin: Origin,
    /// Where the rows begin.
    pub layout: Layout,
}

impl TableSource {
    /// Opens the table at its first row of data.
    pub(crate) fn open(&self) -> Result<Box<dyn Source>, TableError> {
        let mut source = open(&self.path, &self.origin, self.layout.columns.len())?;
        let mut row = Row::default();
        for _ in 0..self.layout.preamble.len() + self.layout.n_header_rows {
            source.read_row(&mut row)?;
        }
        Ok(source)
    }
}

/// Opens a table at its first row of any kind. Rows of other files than text have no ends of their
/// own: they are made as long as there are columns.
pub(crate) fn open(
    path: &Path,
    origin: &Origin,
    n_columns: usize,
) -> Result<Box<dyn Source>, TableError> {
    Ok(match origin {
        Origin::Text(dialect) => Box::new(Delimited::new(File::open(path)?, dialect)?),
        Origin::Rows => Box::new(Spool::open(path, n_columns)?),
    })
}
