//! Rows of delimited text, in any encoding.

use std::io::Read;

use encoding_rs::Encoding;

use super::split::{Split, Splitter};
use super::{Dialect, MAX_COLUMNS, MAX_ROW_BYTES, Row, Source};
use crate::TableError;
use crate::decode::Decoding;

/// How much decoded text is held at once; more only where a row is longer.
const BUFFER: usize = 128 << 10;

/// Reads delimited text. Memory stays below a few times the size of the longest row.
pub(crate) struct Delimited<R> {
    input: Decoding<R>,
    splitter: Splitter,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ends: Vec<usize>,
    /// The line at `start`, from 1.
    line: u64,
    /// Whether the last row ended with a carriage return, which a line feed may follow.
    is_after_return: bool,
    is_ended: bool,
}

impl<R: Read> Delimited<R> {
    /// Starts at the beginning of a text.
    pub(crate) fn new(input: R, dialect: &Dialect) -> Result<Self, TableError> {
        let encoding = Encoding::for_label(dialect.encoding.as_bytes()).ok_or_else(|| {
            TableError::Unreadable(format!("`{}` is no encoding", dialect.encoding))
        })?;
        Ok(Self {
            input: Decoding::new(input, encoding),
            splitter: dialect.splitter(MAX_COLUMNS),
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            ends: Vec::with_capacity(64),
            line: 1,
            is_after_return: false,
            is_ended: false,
        })
    }

    /// Reads on behind what is there, which is moved to the front.
    fn fill(&mut self) -> Result<(), TableError> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end >= MAX_ROW_BYTES {
            return Err(TableError::LongRow { line: self.line });
        }
        if self.end * 2 > self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        while self.end < self.buffer.len() && !self.is_ended {
            let room = self.buffer.get_mut(self.end..).unwrap_or_default();
            let n_read = self
                .input
                .read(room)
                .map_err(|error| TableError::from_csv(error.into(), "the file"))?;
            self.end += n_read;
            self.is_ended = n_read == 0;
        }
        Ok(())
    }

    /// Goes on to the next line with anything in it; `false` where there is none.
    fn skip_empty_lines(&mut self) -> Result<bool, TableError> {
        loop {
            for byte in self.buffer.get(self.start..self.end).unwrap_or_default() {
                match byte {
                    b'\n' if self.is_after_return => self.is_after_return = false,
                    b'\n' => self.line += 1,
                    b'\r' => {
                        self.line += 1;
                        self.is_after_return = true;
                    }
                    _ => {
                        self.is_after_return = false;
                        return Ok(true);
                    }
                }
                self.start += 1;
            }
            if self.is_ended {
                return Ok(false);
            }
            self.fill()?;
        }
    }

    /// Cuts the row at `start` into `bytes`, and goes behind it.
    fn cut(&mut self, bytes: &mut Vec<u8>) -> Result<(), TableError> {
        let n_quoted = self.splitter.n_quoted;
        loop {
            let input = self.buffer.get(self.start..self.end).unwrap_or_default();
            match self.splitter.row(input, self.is_ended, bytes, &mut self.ends) {
                Split::Cut => self.fill()?,
                Split::TooMany => return Err(TableError::TooManyColumns { line: self.line }),
                Split::Row(n_bytes) => {
                    let row = input.get(..n_bytes).unwrap_or_default();
                    self.is_after_return = row.last() == Some(&b'\r');
                    self.line += match self.splitter.n_quoted == n_quoted {
                        true => 1,
                        // Between quotes are line breaks, too.
                        false => {
                            let n_breaks = row.iter().filter(|byte| **byte == b'\n').count();
                            n_breaks as u64 + u64::from(self.is_after_return)
                        }
                    };
                    self.start += n_bytes;
                    return Ok(());
                }
            }
        }
    }
}

impl<R: Read + Send> Source for Delimited<R> {
    fn read_row(&mut self, row: &mut Row) -> Result<bool, TableError> {
        if !self.skip_empty_lines()? {
            row.clear();
            return Ok(false);
        }
        row.place = self.line;
        let mut bytes = row.take_text().into_bytes();
        self.cut(&mut bytes)?;
        if bytes.len() > MAX_ROW_BYTES {
            return Err(TableError::LongRow { line: row.place });
        }
        // The text was decoded, and is cut at whole signs only.
        let text = String::from_utf8(bytes)
            .map_err(|_| TableError::Unreadable(format!("line {} is cut in two", row.place)))?;
        row.fill(text, &self.ends);
        Ok(true)
    }

    fn bytes_read(&self) -> u64 {
        self.input.bytes_read()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a text that does not read must fail the test")]
    use super::*;

    fn dialect() -> Dialect {
        Dialect {
            encoding: "UTF-8".to_owned(),
            has_bom: false,
            delimiter: ',',
            quote: Some('"'),
            escape: None,
            skips_spaces: false,
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &[(u64, &str)]) {
        let mut source = Delimited::new(text.as_bytes(), &dialect()).unwrap();
        let (mut row, mut found) = (Row::default(), Vec::new());
        while source.read_row(&mut row).unwrap() {
            let values: Vec<&str> = row.iter().flatten().collect();
            found.push((row.place, values.join("|")));
        }
        let found: Vec<(u64, &str)> = found.iter().map(|(n, text)| (*n, text.as_str())).collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn rows_know_their_lines() {
        check("\n\na,b\n1,\"x\ny\"\n\n2,z\n", &[(3, "a|b"), (4, "1|x\ny"), (7, "2|z")]);
        check("a\r\n\r\nb\r\n\"c\r\nd\"\r\ne", &[(1, "a"), (3, "b"), (4, "c\r\nd"), (6, "e")]);
        check("a\rb\r\"c\"\rd", &[(1, "a"), (2, "b"), (3, "c"), (4, "d")]);
    }

    /// Rows that do not fit the buffer, and a quote that is closed far away.
    #[test]
    fn long_rows_are_read_in_whole() {
        let long = "山".repeat(200_000);
        let text = format!("a,b\n\"{long}\n{long}\",1\n{long},\"2\n");
        let mut source = Delimited::new(text.as_bytes(), &dialect()).unwrap();
        let mut row = Row::default();
        for (place, expected) in
            [(1, "a"), (2, format!("{long}\n{long}").as_str()), (4, long.as_str())]
        {
            assert!(source.read_row(&mut row).unwrap());
            assert_eq!((row.place, row.len()), (place, 2));
            assert!(row.get(0) == Some(expected));
        }
        assert_eq!(row.get(1), Some("\"2"));
    }
}
