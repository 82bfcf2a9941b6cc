//! What stops the reading of a table.

use thiserror::Error;

/// A table that cannot be read.
#[derive(Debug, Error)]
pub enum TableError {
    /// The bytes could not be had.
    #[error("the file could not be read: {0}")]
    Read(#[from] std::io::Error),
    /// The bytes are not text in the encoding that the rest of the file is in.
    #[error("{place}: the bytes are not {encoding}; save the file as UTF-8")]
    Encoding {
        /// The file and the line.
        place: String,
        /// Name of the encoding.
        encoding: &'static str,
    },
    /// The table has no header.
    #[error("{file} is empty; its first line must name the columns")]
    Empty {
        /// Name of the file.
        file: String,
    },
    /// Two columns have one name, or one has none.
    #[error("{file} line 1: {message}")]
    Header {
        /// Name of the file.
        file: String,
        /// What is wrong with which column.
        message: String,
    },
    /// A line does not fit the header.
    #[error(
        "{file} line {line} has {found} values, but the header names {expected} columns; put \
         values with a delimiter or a line break into double quotes"
    )]
    Ragged {
        /// Name of the file.
        file: String,
        /// Line in it, from 1.
        line: u64,
        /// Values found.
        found: usize,
        /// Columns of the header.
        expected: usize,
    },
}

impl TableError {
    /// Turns an error of the csv reader, which can only be one of reading here: rows may be of any
    /// length and the bytes are decoded before.
    pub(crate) fn from_csv(error: csv::Error, place: &str) -> Self {
        let message = error.to_string();
        match error.into_kind() {
            csv::ErrorKind::Io(source) => match crate::decode::encoding_of(&source) {
                Some((encoding, line)) => {
                    Self::Encoding { place: format!("{place} line {line}"), encoding }
                }
                None => Self::Read(source),
            },
            _ => Self::Read(std::io::Error::other(message)),
        }
    }
}
