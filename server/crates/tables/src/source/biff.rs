//! How large the sheets of an old Excel workbook are, before they are held in memory.
//!
//! The reader of these workbooks makes room for a whole sheet: as much as the sheet says it has, and
//! from its first to its last cell, however few there are between.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::workbook::broken;
use crate::TableError;

/// An old workbook has no more bytes than this.
const MOST_BYTES: u64 = 256 << 20;
/// Its sheets, from their first to their last cells, have no more cells together.
const MOST_CELLS: u64 = 8 << 20;
const MOST_SHEETS: usize = 512;

const PASSWORD: u16 = 0x002F;
const BOUND_SHEET: u16 = 0x0085;
const DIMENSIONS: u16 = 0x0200;
const END: u16 = 0x000A;
const MANY_NUMBERS: u16 = 0x00BD;
/// Records that begin with a row and a column.
const CELLS: [u16; 8] = [0x0006, MANY_NUMBERS, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E];

/// Checks that a workbook can be held in memory.
///
/// # Errors
///
/// Says what is too large, or that it is no workbook.
pub(crate) fn check(path: &Path) -> Result<(), TableError> {
    let n_bytes = path.metadata()?.len();
    if n_bytes > MOST_BYTES {
        return Err(broken(format!("it has more than {} MiB; save it as XLSX", MOST_BYTES >> 20)));
    }
    let mut compound = cfb::CompoundFile::open(File::open(path)?).map_err(broken)?;
    let mut stream = Vec::new();
    for name in ["/Workbook", "/WORKBOOK", "/Book", "/BOOK"] {
        if compound.is_stream(name) {
            let opened = compound.open_stream(name)?;
            opened.take(n_bytes).read_to_end(&mut stream).map_err(broken)?;
            break;
        }
    }
    if stream.is_empty() {
        return Err(broken("there is no workbook in it; save it as XLSX"));
    }
    if Records(&stream).any(|(kind, _)| kind == PASSWORD) {
        return Err(broken("it is protected by a password; save it without one"));
    }
    let offsets: Vec<u32> = Records(&stream)
        .filter(|(kind, _)| *kind == BOUND_SHEET)
        .filter_map(|(_, data)| Some(u32::from_le_bytes(*data.first_chunk()?)))
        .collect();
    if offsets.len() > MOST_SHEETS {
        return Err(broken(format!("it has more than {MOST_SHEETS} sheets")));
    }
    let mut sizes: HashMap<u32, u64> = HashMap::new();
    let mut n_cells: u64 = 0;
    for offset in offsets {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let Some(sheet) = stream.get(start..) else {
            return Err(broken("a sheet begins behind its end; upload it again"));
        };
        let size = *sizes.entry(offset).or_insert_with(|| size_of(sheet));
        n_cells = n_cells.saturating_add(size);
    }
    if n_cells > MOST_CELLS {
        return Err(broken(format!(
            "from their first to their last cells its sheets have more than {} million; delete \
             what stands far from the tables, or save it as XLSX",
            MOST_CELLS >> 20
        )));
    }
    Ok(())
}

/// How many cells there are from the first to the last one of a sheet.
fn size_of(sheet: &[u8]) -> u64 {
    let (mut top, mut left, mut bottom, mut right) = (u64::MAX, u64::MAX, 0, 0);
    let mut n_said: u64 = 0;
    for (kind, data) in Records(sheet) {
        let number = |at: usize| {
            data.get(at..at + 2)
                .and_then(|two| two.first_chunk())
                .map(|two| u16::from_le_bytes(*two))
        };
        if kind == END {
            break;
        }
        if kind == DIMENSIONS {
            n_said = n_said.max(said(data));
        }
        if !CELLS.contains(&kind) {
            continue;
        }
        let (Some(row), Some(column)) = (number(0), number(2)) else { continue };
        let n_more = if kind == MANY_NUMBERS { data.len() / 6 } else { 0 };
        (top, bottom) = (top.min(row.into()), bottom.max(u64::from(row)));
        (left, right) = (left.min(column.into()), right.max(u64::from(column) + n_more as u64));
    }
    let n_spanned = match top <= bottom {
        true => (bottom - top + 1).saturating_mul(right - left + 1),
        false => 0,
    };
    n_spanned.max(n_said)
}

/// How many cells a sheet says it has; more than any where it says nonsense.
fn said(data: &[u8]) -> u64 {
    let short = |at: usize| {
        data.get(at..at + 2)
            .and_then(|it| it.first_chunk())
            .map(|it| u64::from(u16::from_le_bytes(*it)))
    };
    let long = |at: usize| {
        data.get(at..at + 4)
            .and_then(|it| it.first_chunk())
            .map(|it| u64::from(u32::from_le_bytes(*it)))
    };
    let found = match data.len() {
        10 => (short(0), short(2), short(4), short(6)),
        14 | 16 => (long(0), long(4), short(8), short(10)),
        _ => return 0,
    };
    let (Some(top), Some(bottom), Some(left), Some(right)) = found else { return 0 };
    if (top, bottom) == (0, 0) || (left, right) == (0, 0) {
        return 0;
    }
    match (bottom.checked_sub(top), right.checked_sub(left)) {
        (Some(n_rows), Some(n_columns)) => n_rows.saturating_mul(n_columns),
        _ => u64::MAX,
    }
}

/// The records of a stream: their kinds and data.
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (head, rest) = self.0.split_first_chunk::<4>()?;
        let [a, b, c, d] = *head;
        let n = usize::from(u16::from_le_bytes([c, d])).min(rest.len());
        let (data, rest) = rest.split_at(n);
        self.0 = rest;
        Some((u16::from_le_bytes([a, b]), data))
    }
}
