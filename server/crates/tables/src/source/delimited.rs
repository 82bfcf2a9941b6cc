//! Rows of delimited text, in any encoding.

use std::io::Read;

use csv_core::{ReadRecordResult, ReaderBuilder};
use encoding_rs::Encoding;

use super::{Dialect, MAX_COLUMNS, MAX_ROW_BYTES, Row, Source};
use crate::TableError;
use crate::decode::Decoding;

/// How much decoded text is held at once.
const BUFFER: usize = 128 << 10;

/// Reads delimited text. Memory stays below the size of the longest row.
pub(crate) struct Delimited<R> {
    input: Decoding<R>,
    parser: csv_core::Reader,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ends: Vec<usize>,
    is_ended: bool,
}

impl<R: Read> Delimited<R> {
    /// Starts at the beginning of a text.
    pub(crate) fn new(input: R, dialect: &Dialect) -> Result<Self, TableError> {
        let encoding = Encoding::for_label(dialect.encoding.as_bytes()).ok_or_else(|| {
            TableError::Unreadable(format!("`{}` is no encoding", dialect.encoding))
        })?;
        let mut builder = ReaderBuilder::new();
        builder
            .delimiter(ascii(dialect.delimiter))
            .quoting(dialect.quote.is_some())
            .quote(dialect.quote.map_or(b'"', ascii))
            .escape(dialect.escape.map(ascii))
            .double_quote(true);
        Ok(Self {
            input: Decoding::new(input, encoding),
            parser: builder.build(),
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            ends: vec![0; 64],
            is_ended: false,
        })
    }

    /// Parses one row into `bytes`; `None` at the end, else how many bytes and values it has.
    fn parse(&mut self, bytes: &mut Vec<u8>) -> Result<Option<(usize, usize)>, TableError> {
        bytes.resize(bytes.capacity().max(1024), 0);
        let (mut n_bytes, mut n_values) = (0, 0);
        let first_line = self.parser.line();
        loop {
            if self.start == self.end && !self.is_ended {
                self.end = self
                    .input
                    .read(&mut self.buffer)
                    .map_err(|error| TableError::from_csv(error.into(), "the file"))?;
                self.start = 0;
                self.is_ended = self.end == 0;
            }
            let input = self.buffer.get(self.start..self.end).unwrap_or_default();
            let output = bytes.get_mut(n_bytes..).unwrap_or_default();
            let ends = self.ends.get_mut(n_values..).unwrap_or_default();
            let (result, n_in, n_out, n_ends) = self.parser.read_record(input, output, ends);
            self.start += n_in;
            n_bytes += n_out;
            n_values += n_ends;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => {
                    if n_bytes >= MAX_ROW_BYTES {
                        return Err(TableError::LongRow { line: first_line });
                    }
                    bytes.resize(bytes.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    if n_values > MAX_COLUMNS {
                        return Err(TableError::TooManyColumns { line: first_line });
                    }
                    self.ends.resize(self.ends.len() * 2, 0);
                }
                ReadRecordResult::Record => return Ok(Some((n_bytes, n_values))),
                ReadRecordResult::End => return Ok(None),
            }
        }
    }
}

impl<R: Read + Send> Source for Delimited<R> {
    fn read_row(&mut self, row: &mut Row) -> Result<bool, TableError> {
        let mut bytes = row.take_text().into_bytes();
        row.place = self.parser.line();
        let Some((n_bytes, n_values)) = self.parse(&mut bytes)? else {
            row.clear();
            return Ok(false);
        };
        if n_values > MAX_COLUMNS {
            return Err(TableError::TooManyColumns { line: row.place });
        }
        bytes.truncate(n_bytes);
        // The text was decoded, and is cut at signs of ASCII only.
        let text = String::from_utf8(bytes)
            .map_err(|_| TableError::Unreadable(format!("line {} is cut in two", row.place)))?;
        row.fill(text, self.ends.get(..n_values).unwrap_or_default());
        Ok(true)
    }

    fn bytes_read(&self) -> u64 {
        self.input.bytes_read()
    }
}

/// All signs of a dialect are of ASCII; [`crate::dialect`] looks for no others.
fn ascii(sign: char) -> u8 {
    u8::try_from(sign).unwrap_or(b',')
}
