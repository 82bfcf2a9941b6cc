//! Sheets of workbooks: XLSX, XLS and ODS.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::{Data, DataRef, ExcelDateTime, Reader, Xls, Xlsx, XlsxError};

use super::layout::{self, Merged};
use super::spool::{Spool, SpoolWriter};
use super::{MAX_COLUMNS, MAX_ROW_BYTES, Origin, Row, TableSource};
use crate::TableError;

pub(super) fn broken(error: impl std::fmt::Display) -> TableError {
    TableError::Unreadable(format!("the workbook cannot be read: {error}"))
}

/// Takes the sheets out of an XLSX workbook, cell by cell: what a sheet says of its size is not
/// believed.
pub(crate) fn xlsx(path: &Path, folder: &Path) -> Result<Vec<TableSource>, TableError> {
    let mut workbook: Xlsx<_> = Xlsx::new(BufReader::new(File::open(path)?)).map_err(broken)?;
    let mut tables = Vec::new();
    for name in workbook.sheet_names() {
        let merged = workbook.merge_cells_by_sheet_name(&name).unwrap_or_default();
        let merged: Vec<Merged> = merged
            .iter()
            .map(|block| Merged {
                rows: (block.start.0.into(), block.end.0.into()),
                columns: (column(block.start.1), column(block.end.1)),
            })
            .collect();
        let mut writer = SpoolWriter::new(folder)?;
        let mut cells = match workbook.worksheet_cells_reader(&name) {
            Ok(cells) => cells,
            // A chart has no cells.
            Err(XlsxError::NotAWorksheet(_)) => continue,
            Err(error) => return Err(broken(format!("sheet `{name}`: {error}"))),
        };
        let mut row = Row::at(1);
        while let Some(cell) = cells.next_cell().map_err(broken)? {
            let (place, index) = cell.get_position();
            let place = u64::from(place) + 1;
            if place != row.place {
                flush(&mut writer, &mut row)?;
                row.place = place;
            }
            if column(index) >= MAX_COLUMNS {
                return Err(TableError::TooManyColumns { line: place });
            }
            if column(index) < row.len() {
                return Err(broken(format!(
                    "row {place} of sheet `{name}` has its cells out of order; save it again"
                )));
            }
            while row.len() < column(index) {
                row.push_missing();
            }
            match text_of_ref(cell.get_value()) {
                Some(text) => row.push(&text),
                None => row.push_missing(),
            }
            if row.n_bytes() > MAX_ROW_BYTES {
                return Err(long_row(place));
            }
        }
        flush(&mut writer, &mut row)?;
        tables.extend(table(name, writer, &merged)?);
    }
    Ok(tables)
}

/// Takes the sheets out of an old Excel workbook.
pub(crate) fn xls(path: &Path, folder: &Path) -> Result<Vec<TableSource>, TableError> {
    super::biff::check(path)?;
    let mut workbook: Xls<_> = Xls::new(BufReader::new(File::open(path)?)).map_err(broken)?;

    let mut tables = Vec::new();
    for name in workbook.sheet_names() {
        let range = workbook.worksheet_range(&name).map_err(broken)?;
        let (top, left) = range.start().unwrap_or_default();
        let mut writer = SpoolWriter::new(folder)?;
        for (n, cells) in range.rows().enumerate() {
            let mut row = Row::at(u64::from(top) + n as u64 + 1);
            (0..left).for_each(|_| row.push_missing());
            for cell in cells {
                match text_of(cell) {
                    Some(text) => row.push(&text),
                    None => row.push_missing(),
                }
            }
            flush(&mut writer, &mut row)?;
        }
        tables.extend(table(name, writer, &[])?);
    }
    Ok(tables)
}

fn column(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

pub(super) fn long_row(place: u64) -> TableError {
    broken(format!("row {place} has more than {} MiB", MAX_ROW_BYTES >> 20))
}

/// Writes a row that has any value, and empties it.
pub(super) fn flush(writer: &mut SpoolWriter, row: &mut Row) -> Result<(), TableError> {
    if !row.is_blank() {
        row.trim_end();
        writer.push(row)?;
    }
    row.clear();
    Ok(())
}

/// Makes a table of a sheet; an empty sheet is none.
pub(super) fn table(
    name: String,
    writer: SpoolWriter,
    merged: &[Merged],
) -> Result<Option<TableSource>, TableError> {
    let is_empty = writer.n_rows == 0;
    let path = writer.finish()?;
    if is_empty {
        return Ok(None);
    }
    let layout = layout::find(&mut Spool::open(&path, 0)?, merged)?;
    Ok(Some(TableSource { name, path, origin: Origin::Rows, layout }))
}

fn text_of(cell: &Data) -> Option<String> {
    Some(match cell {
        Data::Empty => return None,
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(is_it) => is_it.to_string(),
        Data::DateTime(moment) => text_of_moment(*moment),
        Data::Error(error) => error.to_string(),
    })
}

fn text_of_ref(cell: &DataRef<'_>) -> Option<String> {
    Some(match cell {
        DataRef::Empty => return None,
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::Bool(is_it) => is_it.to_string(),
        DataRef::DateTime(moment) => text_of_moment(*moment),
        DataRef::Error(error) => error.to_string(),
    })
}

/// Writes a day as `2020-02-06`, with its time where it has one, and a time of no day as `12:30:00`.
fn text_of_moment(moment: ExcelDateTime) -> String {
    let number = moment.as_f64();
    let (year, month, day, hour, minute, second, millis) = moment.to_ymd_hms_milli();
    let time = match millis {
        0 => format!("{hour:02}:{minute:02}:{second:02}"),
        _ => format!("{hour:02}:{minute:02}:{second:02}.{millis:03}"),
    };
    if moment.is_duration() || number < 1.0 {
        return if number < 1.0 { time } else { number.to_string() };
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if number.fract() == 0.0 { date } else { format!("{date} {time}") }
}
