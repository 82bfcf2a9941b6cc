//! Sheets of OpenDocument spreadsheets, cell by cell: what a document repeats is not believed to be
//! there as often.

use std::fs::File;
use std::path::Path;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use zip::ZipArchive;

use super::layout::Merged;
use super::spool::SpoolWriter;
use super::workbook::{self, broken};
use super::xml::Pieces;
use super::{MAX_COLUMNS, MAX_ROW_BYTES, Row, TableSource};
use crate::TableError;

/// Rows of a sheet.
const MAX_ROWS: u64 = 1 << 20;
/// What rows that are written once may come to where they are repeated.
const MOST_REPEATED_BYTES: usize = 64 << 20;
/// Merged cells that are kept for the header.
const MOST_MERGED: usize = 4096;

/// Takes the sheets out of an OpenDocument spreadsheet.
pub(crate) fn read(path: &Path, folder: &Path) -> Result<Vec<TableSource>, TableError> {
    let mut archive = ZipArchive::new(File::open(path)?).map_err(broken)?;
    if is_encrypted(&mut archive) {
        return Err(broken("it is protected by a password; save it without one"));
    }
    let content = archive.by_name("content.xml").map_err(broken)?;
    let mut pieces = Pieces::new(content, "content.xml");
    let mut tables = Vec::new();
    loop {
        let name = match pieces.next()? {
            Event::Eof => return Ok(tables),
            Event::Start(tag) if tag.name().0 == "table:table" => attribute(&tag, "table:name")?,
            _ => continue,
        };
        let mut sheet = Sheet::new(folder)?;
        sheet.read(&mut pieces)?;
        tables.extend(workbook::table(name.unwrap_or_default(), sheet.writer, &sheet.merged)?);
    }
}

fn is_encrypted(archive: &mut ZipArchive<File>) -> bool {
    let Ok(manifest) = archive.by_name("META-INF/manifest.xml") else { return false };
    let mut pieces = Pieces::new(manifest, "META-INF/manifest.xml");
    loop {
        match pieces.next() {
            Ok(Event::Start(tag)) if tag.name().0 == "manifest:encryption-data" => return true,
            Ok(Event::Eof) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}

/// What an entity stands for; one that nobody knows stands for itself.
fn written(entity: &BytesRef<'_>) -> Result<String, TableError> {
    if let Some(text) = quick_xml::escape::resolve_predefined_entity(entity) {
        return Ok(text.to_owned());
    }
    let sign = entity.resolve_char_ref().map_err(broken)?;
    Ok(sign.map_or_else(|| format!("&{};", &**entity), |sign| sign.to_string()))
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, TableError> {
    let Some(found) = tag.try_get_attribute(name).map_err(broken)? else { return Ok(None) };
    let value = found.normalized_value(XmlVersion::Implicit1_0).map_err(broken)?;
    Ok(Some(value.into_owned()))
}

/// How often something is repeated or how far it goes; once where nothing is said.
fn number(tag: &BytesStart<'_>, name: &str) -> Result<u64, TableError> {
    let Some(text) = attribute(tag, name)? else { return Ok(1) };
    text.parse().map_err(|_| broken(format!("`{name}` is `{text:.40}`, which is no number")))
}

/// A sheet that is being read.
struct Sheet {
    writer: SpoolWriter,
    merged: Vec<Merged>,
    row: Row,
    /// How often the row is there.
    n_rows: u64,
    /// Columns so far, of which the last have no value and are not in the row yet.
    n_columns: u64,
    n_repeated_bytes: usize,
}

/// A cell that is being read.
struct Cell {
    n_columns: u64,
    /// Its value, where an attribute says it.
    value: Option<String>,
    text: String,
    n_paragraphs: usize,
    /// How deep we are in what does not belong to its text: remarks, drawings.
    n_inside: usize,
}

impl Sheet {
    fn new(folder: &Path) -> Result<Self, TableError> {
        Ok(Self {
            writer: SpoolWriter::new(folder)?,
            merged: Vec::new(),
            row: Row::at(1),
            n_rows: 1,
            n_columns: 0,
            n_repeated_bytes: 0,
        })
    }

    /// Reads up to the end of the sheet. Tables inside of cells belong to none.
    fn read<R: std::io::Read>(&mut self, pieces: &mut Pieces<R>) -> Result<(), TableError> {
        let mut n_tables = 1;
        let mut cell: Option<Cell> = None;
        loop {
            match pieces.next()? {
                Event::Eof => return Err(broken("content.xml ends too early; upload it again")),
                Event::Start(tag) if tag.name().0 == "table:table" => n_tables += 1,
                Event::End(tag) if tag.name().0 == "table:table" => {
                    n_tables -= 1;
                    if n_tables == 0 {
                        return Ok(());
                    }
                }
                _ if n_tables > 1 => {}
                Event::Start(tag) => match tag.name().0 {
                    "table:table-row" => {
                        self.n_rows = number(&tag, "table:number-rows-repeated")?;
                        self.n_columns = 0;
                    }
                    "table:table-cell" | "table:covered-table-cell" => {
                        self.merge(&tag)?;
                        cell = Some(Cell::of(&tag)?);
                    }
                    name => {
                        if let Some(cell) = &mut cell {
                            cell.open(name, &tag, self.row.place)?;
                        }
                    }
                },
                Event::End(tag) => match tag.name().0 {
                    "table:table-row" => self.end_row()?,
                    "table:table-cell" | "table:covered-table-cell" => {
                        if let Some(cell) = cell.take() {
                            self.put(cell)?;
                        }
                    }
                    _ => {
                        if let Some(cell) = &mut cell {
                            cell.n_inside = cell.n_inside.saturating_sub(1);
                        }
                    }
                },
                Event::Text(text) => {
                    if let Some(cell) = &mut cell {
                        cell.add(&text.xml10_content(), self.row.place)?;
                    }
                }
                Event::GeneralRef(entity) => {
                    let written = written(&entity)?;
                    if let Some(cell) = &mut cell {
                        cell.add(&written, self.row.place)?;
                    }
                }
                _ => {}
            }
        }
    }

    /// Keeps a block of cells that may be in the header.
    fn merge(&mut self, tag: &BytesStart<'_>) -> Result<(), TableError> {
        let n_columns = number(tag, "table:number-columns-spanned")?;
        let n_rows = number(tag, "table:number-rows-spanned")?;
        let is_block = n_columns > 1 || n_rows > 1;
        if is_block && self.writer.n_rows < 100 && self.merged.len() < MOST_MERGED {
            let place = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
            let (top, left) = (self.row.place - 1, self.n_columns);
            self.merged.push(Merged {
                rows: (top, top.saturating_add(n_rows.max(1) - 1)),
                columns: (place(left), place(left.saturating_add(n_columns.max(1) - 1))),
            });
        }
        Ok(())
    }

    fn put(&mut self, cell: Cell) -> Result<(), TableError> {
        let value = cell.value.unwrap_or(cell.text);
        if value.is_empty() {
            self.n_columns = self.n_columns.saturating_add(cell.n_columns);
            return Ok(());
        }
        let end = self.n_columns.saturating_add(cell.n_columns);
        if end > MAX_COLUMNS as u64 {
            return Err(TableError::TooManyColumns { line: self.row.place });
        }
        while (self.row.len() as u64) < self.n_columns {
            self.row.push_missing();
        }
        for _ in 0..cell.n_columns {
            self.row.push(&value);
            if self.row.n_bytes() > MAX_ROW_BYTES {
                return Err(workbook::long_row(self.row.place));
            }
        }
        self.n_columns = end;
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), TableError> {
        let first = self.row.place;
        let after = first.saturating_add(self.n_rows);
        if self.row.is_blank() {
            self.row.clear();
            self.row.place = after.min(MAX_ROWS + 1);
            return Ok(());
        }
        let n_more = usize::try_from(self.n_rows.saturating_sub(1)).unwrap_or(usize::MAX);
        self.n_repeated_bytes = n_more
            .saturating_mul(self.row.n_bytes() + self.row.len() * 4)
            .saturating_add(self.n_repeated_bytes);
        if after > MAX_ROWS + 1 || self.n_repeated_bytes > MOST_REPEATED_BYTES {
            return Err(broken(format!(
                "row {first} is said to be there {} times; delete what is repeated below it",
                self.n_rows
            )));
        }
        for place in first..after {
            self.row.place = place;
            self.writer.push(&self.row)?;
        }
        self.row.clear();
        self.row.place = after;
        Ok(())
    }
}

impl Cell {
    fn of(tag: &BytesStart<'_>) -> Result<Self, TableError> {
        let mut value = None;
        for name in ["value", "date-value", "time-value", "boolean-value", "string-value"] {
            if value.is_none() {
                value = attribute(tag, &format!("office:{name}"))?;
            }
        }
        Ok(Self {
            n_columns: number(tag, "table:number-columns-repeated")?,
            // An error has an empty value, and its text.
            value: value.filter(|value| !value.is_empty()),
            text: String::new(),
            n_paragraphs: 0,
            n_inside: 0,
        })
    }

    fn open(&mut self, name: &str, tag: &BytesStart<'_>, row: u64) -> Result<(), TableError> {
        match name {
            _ if self.n_inside > 0 || is_aside(name) => self.n_inside += 1,
            "text:p" => {
                self.n_paragraphs += 1;
                if self.n_paragraphs > 1 {
                    self.add("\n", row)?;
                }
            }
            "text:tab" => self.add("\t", row)?,
            "text:line-break" => self.add("\n", row)?,
            "text:s" => {
                let n_spaces = usize::try_from(number(tag, "text:c")?).unwrap_or(usize::MAX);
                if n_spaces > MAX_ROW_BYTES {
                    return Err(workbook::long_row(row));
                }
                self.add(&" ".repeat(n_spaces), row)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn add(&mut self, text: &str, row: u64) -> Result<(), TableError> {
        // What stands between the paragraphs is how the file is laid out.
        if self.n_inside == 0 && self.n_paragraphs > 0 && self.value.is_none() {
            self.text.push_str(text);
        }
        if self.text.len() > MAX_ROW_BYTES { Err(workbook::long_row(row)) } else { Ok(()) }
    }
}

/// Remarks and drawings lie over a cell and are not its value.
fn is_aside(name: &str) -> bool {
    name == "office:annotation" || name.starts_with("draw:")
}
