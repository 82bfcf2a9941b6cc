//! CSV.

use std::io::Write;

use datafusion::arrow::array::{Array, AsArray, RecordBatch, StringViewArray};
use encoding_rs::GB18030;
use kaishu_types::table::TableColumn;

use super::pipe::Pipe;
use super::{RowWriter, drain};
use crate::TableError;

/// For whom the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    /// Programs.
    Plain,
    /// Spreadsheets, which take UTF-8 for something else without a mark.
    Bom,
    /// Spreadsheets of Chinese systems.
    Gb18030,
}

pub(super) struct Csv {
    pipe: Pipe,
    out: Vec<u8>,
    flavour: Flavour,
    n_columns: usize,
}

impl Csv {
    pub(super) fn new(
        pipe: Pipe,
        columns: &[TableColumn],
        flavour: Flavour,
    ) -> Result<Self, TableError> {
        let mut csv = Self { pipe, out: Vec::new(), flavour, n_columns: columns.len() };
        if flavour == Flavour::Bom {
            csv.out.extend_from_slice("\u{FEFF}".as_bytes());
        }
        for (place, column) in columns.iter().enumerate() {
            csv.put(place, &column.name);
        }
        csv.end_row()?;
        Ok(csv)
    }

    fn put(&mut self, place: usize, value: &str) {
        if place > 0 {
            self.out.push(b',');
        }
        let is_guarded = self.flavour != Flavour::Plain && runs(value);
        // A line of one empty value would be none.
        let is_quoted = self.n_columns == 1 && value.is_empty();
        put_cell(&mut self.out, value, is_guarded, is_quoted);
    }

    fn end_row(&mut self) -> Result<(), TableError> {
        self.out.extend_from_slice(b"\r\n");
        if self.out.len() >= 64 << 10 { self.send() } else { Ok(()) }
    }

    fn send(&mut self) -> Result<(), TableError> {
        if self.flavour != Flavour::Gb18030 {
            return drain(&mut self.out, &mut self.pipe);
        }
        let text = String::from_utf8(std::mem::take(&mut self.out))
            .map_err(|error| TableError::Unreadable(error.to_string()))?;
        // GB18030 has every character of Unicode.
        let (encoded, _, _) = GB18030.encode(&text);
        self.pipe.write_all(&encoded)?;
        Ok(())
    }
}

impl RowWriter for Csv {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        let columns: Vec<&StringViewArray> =
            batch.columns().iter().filter_map(|column| column.as_string_view_opt()).collect();
        for row in 0..batch.num_rows() {
            for (place, column) in columns.iter().enumerate() {
                let value = if column.is_null(row) { "" } else { column.value(row) };
                self.put(place, value);
            }
            self.end_row()?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), TableError> {
        self.send()?;
        Ok(self.pipe.flush()?)
    }
}

/// Writes a row of CSV for spreadsheets: what one would run as a formula is made a text.
pub fn write_guarded_row<'a>(out: &mut Vec<u8>, values: impl IntoIterator<Item = &'a str>) {
    for (place, value) in values.into_iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        put_cell(out, value, runs(value), false);
    }
    out.extend_from_slice(b"\r\n");
}

fn put_cell(out: &mut Vec<u8>, value: &str, is_guarded: bool, is_quoted: bool) {
    let is_quoted = is_quoted
        || value.bytes().any(|byte| matches!(byte, b'"' | b',' | b'\n' | b'\r'))
        || value.starts_with(' ')
        || value.ends_with(' ');
    if !is_quoted && !is_guarded {
        out.extend_from_slice(value.as_bytes());
        return;
    }
    out.push(b'"');
    if is_guarded {
        out.push(b'\'');
    }
    for byte in value.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// Whether a spreadsheet would run a value as a formula. A number with a sign is none; what nobody sees
/// in front of the sign does not count, and the wide signs of Chinese text are signs.
fn runs(value: &str) -> bool {
    let is_unseen = |sign: char| {
        sign.is_whitespace() || matches!(sign, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
    };
    match value.trim_start_matches(is_unseen).chars().next() {
        Some('=' | '@' | '＝' | '＠') => true,
        Some('+' | '-' | '＋' | '－') => value.parse::<f64>().is_err(),
        _ => value.starts_with(['\t', '\r']),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_known() {
        for value in [
            "=1+1",
            "@SUM(A1)",
            "+cmd|' /C calc'!A0",
            "-2+3",
            "\t=1",
            "\n=2",
            " =1+1",
            "\u{200B}=1",
            "\u{FEFF}=1",
            "＝1+1",
            "＋1",
            "\r",
        ] {
            assert!(runs(value), "{value}");
        }
        for value in ["", "-2", "+3.5", "a=1", "1e5", "-1e-3"] {
            assert!(!runs(value), "{value}");
        }
    }
}
