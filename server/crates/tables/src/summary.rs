//! A table at a glance, from every row of it.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use kaishu_types::vocabulary::ItemType;
use serde::{Deserialize, Serialize};

use crate::decode::Decoding;
use crate::profile::TypeFinder;
use crate::source::{Layout, Row, layout};
use crate::{TableError, shape};

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its heading; `column_3` where it has none.
    pub name: String,
    /// The type that fits all its values.
    pub item_type: ItemType,
    /// Greatest length in characters.
    pub max_length: u32,
}

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSummary {
    /// Name of its encoding.
    pub encoding: String,
    /// Whether it begins with a byte order mark.
    pub has_bom: bool,
    /// The sign between two values.
    pub delimiter: char,
    /// Titles and remarks above the header.
    pub preamble: Vec<String>,
    /// Rows, without the header.
    pub n_rows: u64,
    /// Rows with fewer or more values than the header has columns.
    pub n_ragged_rows: u64,
    /// The first row with more values than the header has columns, from 1.
    pub overlong_row: Option<u64>,
    /// The first row after an empty line or an empty row, from 1: another table may begin there.
    pub row_after_gap: Option<u64>,
    /// Columns, in the order of the file.
    pub columns: Vec<Column>,
}

/// Summarises a file.
///
/// # Errors
///
/// As [`summarise`].
pub fn summarise_file(path: &Path) -> Result<TableSummary, TableError> {
    summarise(BufReader::new(File::open(path)?))
}

/// Summarises a table. Reads it twice, once for its encoding and once for its values, and keeps
/// one row at a time.
///
/// # Errors
///
/// Fails when the table is empty, when its bytes are no text of one encoding, and when they
/// cannot be read.
pub fn summarise<R: Read + Seek>(mut source: R) -> Result<TableSummary, TableError> {
    let (encoding, has_bom) = shape::detect_file(&mut source)?;
    source.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    source.by_ref().take(shape::HEAD as u64).read_to_end(&mut head)?;
    let delimiter = shape::delimiter_of(&head, encoding);
    source.seek(SeekFrom::Start(0))?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(Decoding::new(source, encoding));
    let place = "the table";
    let from_csv = |error| TableError::from_csv(error, place);
    let mut records = Records { first: VecDeque::new(), rest: &mut reader };
    records.buffer(layout::LOOKED_AT).map_err(from_csv)?;
    let Some((first, _)) = records.first.front() else {
        return Err(TableError::Empty { file: place.to_owned() });
    };
    let mut layout = layout::of(&records.rows(), &[]);
    if layout.preamble.is_empty() {
        // What a catalogue describes stands in the first line, whatever it looks like.
        layout.columns = first.iter().enumerate().map(heading).collect();
        layout.n_header_rows = 1;
    }
    let Layout { preamble, n_header_rows, columns: names } = layout;
    records.first.drain(..(preamble.len() + n_header_rows).min(records.first.len()));
    let mut facts: Vec<(TypeFinder, usize)> =
        names.iter().map(|_| (TypeFinder::new(), 0)).collect();
    let (mut n_rows, mut n_ragged_rows) = (0, 0);
    let (mut overlong_row, mut row_after_gap) = (None, None);
    let mut was_empty = false;
    let mut record = csv::StringRecord::new();
    while let Some(end) = records.next(&mut record).map_err(from_csv)? {
        n_rows += 1;
        n_ragged_rows += u64::from(record.len() != names.len());
        if record.len() > names.len() {
            overlong_row.get_or_insert(n_rows);
        }
        let is_empty = record.iter().all(|value| value.trim().is_empty());
        if !is_empty && (was_empty || follows_empty_line(&record, &end)) {
            row_after_gap.get_or_insert(n_rows);
        }
        was_empty = is_empty;
        for ((types, max_length), value) in facts.iter_mut().zip(record.iter()) {
            *max_length = (*max_length).max(value.chars().count());
            if !value.trim().is_empty() {
                types.add(value, n_rows, 1);
            }
        }
    }
    let columns = names
        .into_iter()
        .zip(facts)
        .map(|(name, (types, max_length))| Column {
            item_type: types.finish(&name).item_type,
            max_length: u32::try_from(max_length).unwrap_or(u32::MAX),
            name,
        })
        .collect();
    Ok(TableSummary {
        encoding: shape::name_of(encoding),
        has_bom,
        delimiter: char::from(delimiter),
        preamble,
        n_rows,
        n_ragged_rows,
        overlong_row,
        row_after_gap,
        columns,
    })
}

/// The records of a table, of which the first are looked at together. Each comes with where it ends.
struct Records<'a, R> {
    first: VecDeque<(csv::StringRecord, csv::Position)>,
    rest: &'a mut csv::Reader<R>,
}

impl<R: Read> Records<'_, R> {
    fn buffer(&mut self, n: usize) -> Result<(), csv::Error> {
        let mut record = csv::StringRecord::new();
        while self.first.len() < n && self.rest.read_record(&mut record)? {
            let end = self.rest.position().clone();
            self.first.push_back((std::mem::take(&mut record), end));
        }
        Ok(())
    }

    fn next(
        &mut self,
        record: &mut csv::StringRecord,
    ) -> Result<Option<csv::Position>, csv::Error> {
        if let Some((first, end)) = self.first.pop_front() {
            *record = first;
            return Ok(Some(end));
        }
        let is_there = self.rest.read_record(record)?;
        Ok(is_there.then(|| self.rest.position().clone()))
    }

    fn rows(&self) -> Vec<Row> {
        let row = |(place, (record, _)): (u64, &(csv::StringRecord, csv::Position))| {
            let mut row = Row::at(place);
            record.iter().for_each(|value| row.push(value));
            row
        };
        (1..).zip(&self.first).map(row).collect()
    }
}

/// The csv reader passes over empty lines; they show as lines that it read and no value holds.
fn follows_empty_line(record: &csv::StringRecord, end: &csv::Position) -> bool {
    let Some(start) = record.position() else { return false };
    let n_inside: usize = record.iter().map(|value| value.matches('\n').count()).sum();
    end.line() - start.line() > n_inside as u64 + 1
}

fn heading((index, name): (usize, &str)) -> String {
    let trimmed = name.trim();
    if trimmed.is_empty() { format!("column_{}", index + 1) } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a table that does not read must fail the test")]
    use super::*;

    #[track_caller]
    fn check(text: &str, overlong_row: Option<u64>, row_after_gap: Option<u64>) {
        for text in [text.to_owned(), text.replace('\n', "\r\n")] {
            let found = summarise(std::io::Cursor::new(&text)).unwrap();
            let expected = (overlong_row, row_after_gap);
            assert_eq!((found.overlong_row, found.row_after_gap), expected, "{text:?}");
        }
    }

    #[test]
    fn titles_stand_above_the_header() {
        let text = "统计表标题\n单位：人\na,b,c\n1,2,3\n4,5,6\n";
        let found = summarise(std::io::Cursor::new(text)).unwrap();
        let names: Vec<&str> = found.columns.iter().map(|it| it.name.as_str()).collect();
        assert_eq!((names.as_slice(), found.n_rows), (["a", "b", "c"].as_slice(), 2));
        assert_eq!(found.preamble, ["统计表标题", "单位：人"]);
    }

    #[test]
    fn rows_that_do_not_belong_to_the_table_are_found() {
        check("a,b\n1,2\n3,4\n", None, None);
        check("a,b\n1,2\n3\n3,4,5\n6,7,8,9", Some(3), None);
        check("a,b\n1,2\n\nid,phone\n3,4\n", None, Some(2));
        check("a,b\n1,2\n,\n , \nid,phone\n", None, Some(4));
        check("a,b\n\n1,2\n", None, Some(1));
        // Lines between quotes and at the end are no gap.
        check("\n\na,b\n1,\"2\n\n\n3\"\n4,5\n\n\n", None, None);
    }
}
