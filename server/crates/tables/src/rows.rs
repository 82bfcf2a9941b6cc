//! Small tables as rows of named values.

use std::collections::{BTreeMap, HashSet};
use std::io::Read;

use encoding_rs::Encoding;

use crate::TableError;
use crate::decode::Decoding;
use crate::shape::{self, Detector};

/// A line of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// The line in the file where it begins, from 1; the header is line 1.
    pub line: u64,
    /// Its values by column; every column of the header is there.
    pub values: BTreeMap<String, String>,
}

/// Reads a whole table; `file_name` is for messages. Lines without any value are passed over.
///
/// # Errors
///
/// Names the file and the line of a header that is missing or ambiguous, of a row with more
/// values than the header has columns, and of bytes that are no text.
pub fn read_rows(bytes: &[u8], file_name: &str) -> Result<Vec<Row>, TableError> {
    let mut detector = Detector::new();
    detector.feed(bytes);
    let (encoding, _) = detector.finish();
    let head = bytes.get(..bytes.len().min(shape::HEAD)).unwrap_or_default();
    let delimiter = shape::delimiter_of(head, encoding);
    let text = decode_all(bytes, encoding, file_name)?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut header: Option<Vec<String>> = None;
    let mut rows = Vec::new();
    while reader.read_record(&mut record).map_err(|error| TableError::from_csv(error, file_name))? {
        let line = record.position().map_or(0, |position| line_of(&text, position));
        let Some(columns) = &header else {
            header = Some(header_of(&record, file_name)?);
            continue;
        };
        if record.iter().all(|value| value.trim().is_empty()) {
            continue;
        }
        if record.len() > columns.len() {
            let (file, found) = (file_name.to_owned(), record.len());
            return Err(TableError::Ragged { file, line, found, expected: columns.len() });
        }
        let values = columns
            .iter()
            .enumerate()
            .map(|(index, column)| {
                (column.clone(), record.get(index).unwrap_or_default().to_owned())
            })
            .collect();
        rows.push(Row { line, values });
    }
    if header.is_none() {
        return Err(TableError::Empty { file: file_name.to_owned() });
    }
    Ok(rows)
}

fn decode_all(
    bytes: &[u8],
    encoding: &'static Encoding,
    file_name: &str,
) -> Result<String, TableError> {
    let mut text = String::new();
    let decoded = Decoding::new(bytes, encoding).read_to_string(&mut text);
    decoded.map(|_| text).map_err(|error| TableError::from_csv(error.into(), file_name))
}

/// The csv reader counts the blank lines before a row to it.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let blank = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    position.line() + blank.filter(|byte| **byte == b'\n').count() as u64
}

fn header_of(record: &csv::StringRecord, file_name: &str) -> Result<Vec<String>, TableError> {
    let wrong = |message: String| TableError::Header { file: file_name.to_owned(), message };
    let mut seen = HashSet::new();
    for (index, name) in record.iter().enumerate() {
        let name = name.trim();
        if name.is_empty() {
            return Err(wrong(format!("column {} has no name", index + 1)));
        }
        if !seen.insert(name) {
            return Err(wrong(format!("two columns are called `{name}`")));
        }
    }
    Ok(record.iter().map(|name| name.trim().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a table that does not read must fail the test")]
    use super::*;

    #[test]
    fn rows_know_their_lines() {
        let rows =
            read_rows("code,title\nA,\"two\nlines\"\nB,空气\n\nC\n".as_bytes(), "t.csv").unwrap();

        let found: Vec<(u64, &str)> =
            rows.iter().map(|row| (row.line, row.values["code"].as_str())).collect();
        assert_eq!(found, [(2, "A"), (4, "B"), (6, "C")]);
        assert_eq!(rows[0].values["title"], "two\nlines");
        assert_eq!(rows[2].values["title"], "");
    }

    #[track_caller]
    fn check_error(bytes: &[u8], expected: &str) {
        assert_eq!(read_rows(bytes, "t.csv").unwrap_err().to_string(), expected);
    }

    #[test]
    fn errors_name_file_and_line() {
        check_error(b"", "t.csv is empty; its first line must name the columns");
        check_error(b"a,a\n", "t.csv line 1: two columns are called `a`");
        check_error(b"a,,b\n", "t.csv line 1: column 2 has no name");
        check_error(
            b"a,b\n1,2\n1,2,3\n",
            "t.csv line 3 has 3 values, but the header names 2 columns; put values with a \
             delimiter or a line break into double quotes",
        );
        check_error(
            b"\xEF\xBB\xBFa,b\n1,2\n1,\xFF\n",
            "t.csv line 3: the bytes are not UTF-8; save the file as UTF-8",
        );
    }
}
