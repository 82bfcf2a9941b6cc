//! What is stored of a workbook is what another reader finds in its cells.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use calamine::{Data, Ods, Reader as _, open_workbook};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use quick_xml::events::Event;
use zip::ZipArchive;

use crate::corpus::{Read, awkward, files_of, read};

/// The value of a cell.
#[derive(Debug, Clone, PartialEq)]
enum Found {
    Text(String),
    /// A number, and the days since 30 December 1899 that it is where it stands for a day.
    Number(f64, f64),
}

impl Found {
    fn is_blank(&self) -> bool {
        matches!(self, Self::Text(text) if text.trim().is_empty())
    }

    /// Whether a stored text says the same: the very text, or the same number, day or time.
    fn is_said_by(&self, stored: &str) -> bool {
        match self {
            Self::Text(text) => text == stored,
            Self::Number(number, day) => match stored.parse::<f64>() {
                Ok(stored) => stored == *number,
                Err(_) => days(stored).is_some_and(|days| (days - day).abs() < 1e-8),
            },
        }
    }
}

/// Counts the days up to a day, with or without time, or those of a time of no day.
fn days(text: &str) -> Option<f64> {
    let first = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_time(NaiveTime::MIN);
    let moment = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok();
    let day = || Some(text.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN));
    let time = || Some(first + (text.parse::<NaiveTime>().ok()? - NaiveTime::MIN));
    let since: TimeDelta = moment.or_else(day).or_else(time)? - first;
    Some(since.as_seconds_f64() / 86_400.0)
}

/// A sheet: its rows with any value, each with its cells from the first column.
type Sheet = Vec<Vec<Found>>;

fn push(sheet: &mut Sheet, row: Vec<Found>) {
    if !row.iter().all(Found::is_blank) {
        sheet.push(row);
    }
}

/// An element of XML with what is in it; names are without their prefix.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: HashMap<String, String>,
    text: String,
    inside: Vec<Self>,
}

impl Element {
    fn read(archive: &mut ZipArchive<File>, name: &str) -> Option<Self> {
        let mut text = String::new();
        archive.by_name(name).ok()?.read_to_string(&mut text).unwrap();
        let mut reader = quick_xml::Reader::from_str(&text);
        reader.config_mut().expand_empty_elements = true;
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().unwrap() {
                Event::Start(tag) => {
                    let local = |name: &str| name.rsplit(':').next().unwrap().to_owned();
                    let attributes = tag.attributes().map(|it| {
                        let it = it.unwrap();
                        let value = it.normalized_value(quick_xml::XmlVersion::Implicit1_0);
                        (local(it.key.0), value.unwrap().into_owned())
                    });
                    let (name, attributes) = (local(tag.name().0), attributes.collect());
                    open.push(Self { name, attributes, ..Self::default() });
                }
                Event::End(_) => {
                    let ended = open.pop().unwrap();
                    open.last_mut().unwrap().inside.push(ended);
                }
                Event::Text(text) => open.last_mut().unwrap().text += &text.xml10_content(),
                Event::GeneralRef(entity) => {
                    let sign = quick_xml::escape::resolve_predefined_entity(&entity);
                    let sign = sign.map(ToOwned::to_owned);
                    let sign =
                        sign.unwrap_or_else(|| entity.resolve_char_ref().unwrap().unwrap().into());
                    open.last_mut().unwrap().text += &sign;
                }
                Event::Eof => return open.pop().unwrap().inside.pop(),
                _ => {}
            }
        }
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.inside.iter().filter(move |it| it.name == name)
    }

    fn first(&self, name: &str) -> Option<&Self> {
        self.inside.iter().find(|it| it.name == name)
    }

    fn says(&self, attribute: &str) -> &str {
        self.attributes.get(attribute).map_or("", String::as_str)
    }

    /// The text of a cell, which may stand in pieces of different looks.
    fn written(&self) -> String {
        let pieces = self.inside.iter().map(|it| match it.name.as_str() {
            "t" => it.text.clone(),
            "r" => it.written(),
            _ => String::new(),
        });
        pieces.collect()
    }
}

/// The sheets of an XLSX workbook with any value in them, out of its XML.
fn xlsx(path: &Path) -> Vec<Sheet> {
    let mut archive = ZipArchive::new(File::open(path).unwrap()).unwrap();
    let workbook = Element::read(&mut archive, "xl/workbook.xml").unwrap();
    let targets = Element::read(&mut archive, "xl/_rels/workbook.xml.rels").unwrap();
    let texts = Element::read(&mut archive, "xl/sharedStrings.xml").unwrap_or_default();
    let texts: Vec<String> = texts.all("si").map(Element::written).collect();
    let settings = workbook.first("workbookPr").map_or("", |it| it.says("date1904"));
    // Some workbooks count their days from 1 January 1904.
    let first_day = if ["1", "true"].contains(&settings) { 1462.0 } else { 0.0 };
    let mut sheets = Vec::new();
    for entry in workbook.first("sheets").unwrap().all("sheet") {
        let target = targets.inside.iter().find(|it| it.says("Id") == entry.says("id")).unwrap();
        let name = target.says("Target").trim_start_matches("/xl/");
        let root = Element::read(&mut archive, &format!("xl/{name}")).unwrap();
        let mut sheet = Sheet::new();
        for row in root.first("sheetData").unwrap().all("row") {
            let mut cells = Vec::new();
            for cell in row.all("c") {
                let letters = cell.says("r").bytes().take_while(u8::is_ascii_uppercase);
                let column = letters.fold(0, |n, letter| n * 26 + usize::from(letter - b'A') + 1);
                cells.resize(column.max(cells.len() + 1), Found::Text(String::new()));
                *cells.last_mut().unwrap() = value(cell, &texts, first_day);
            }
            push(&mut sheet, cells);
        }
        sheets.push(sheet);
    }
    sheets.retain(|sheet| !sheet.is_empty());
    sheets
}

fn value(cell: &Element, texts: &[String], first_day: f64) -> Found {
    let written = cell.first("v").map(|it| it.text.clone()).unwrap_or_default();
    Found::Text(match cell.says("t") {
        "s" => texts[written.parse::<usize>().unwrap()].clone(),
        "inlineStr" => cell.first("is").unwrap().written(),
        "b" => (written == "1").to_string(),
        "str" | "e" | "d" => written,
        _ if written.is_empty() => written,
        _ => {
            let number: f64 = written.parse().unwrap();
            return Found::Number(number, number + first_day);
        }
    })
}

/// The sheets of an ODS document with any value in them, as a reader sees them that the product uses for
/// other workbooks only.
fn ods(path: &Path) -> Vec<Sheet> {
    let mut workbook: Ods<_> = open_workbook(path).unwrap();
    let mut sheets = Vec::new();
    for name in workbook.sheet_names() {
        let range = workbook.worksheet_range(&name).unwrap();
        let left = range.start().map_or(0, |(_, column)| usize::try_from(column).unwrap());
        let mut sheet = Sheet::new();
        for row in range.rows() {
            let mut cells = vec![Found::Text(String::new()); left];
            cells.extend(row.iter().map(|cell| match cell {
                Data::Float(number) => Found::Number(*number, *number),
                Data::DateTime(moment) => Found::Number(moment.as_f64(), moment.as_f64()),
                cell => Found::Text(cell.to_string()),
            }));
            push(&mut sheet, cells);
        }
        sheets.push(sheet);
    }
    sheets.retain(|sheet| !sheet.is_empty());
    sheets
}

/// Compares the rows below the header, value by value, and the last row of the header with the names.
/// Lists what is otherwise.
fn compare(name: &str, table: &Read, sheet: &Sheet) -> Vec<String> {
    let mut otherwise = Vec::new();
    let (above, rows) = sheet.split_at(table.n_above.min(sheet.len()));
    for (column, found) in table.columns.iter().zip(above.last().into_iter().flatten()) {
        let words = match found {
            Found::Text(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
            Found::Number(number, _) => number.to_string(),
        };
        if !column.contains(&words) {
            otherwise.push(format!("{name}: `{column}` is headed {found:?}"));
        }
    }
    if rows.len() != table.rows.len() {
        otherwise.push(format!("{name}: {} rows for {}", table.rows.len(), rows.len()));
    }
    for (n, (stored, found)) in table.texts().iter().zip(rows).enumerate() {
        let mut found = found.clone();
        found.resize(stored.len().max(found.len()), Found::Text(String::new()));
        let texts = stored.iter().map(String::as_str).chain(std::iter::repeat(""));
        for (found, stored) in found.iter().zip(texts) {
            if !found.is_said_by(stored) {
                otherwise.push(format!("{name}, row {}: `{stored}` for {found:?}", n + 1));
            }
        }
    }
    otherwise
}

/// Reads all workbooks of an ending with another reader.
#[track_caller]
fn check(ending: &str, sheets_of: fn(&Path) -> Vec<Sheet>, n_cells: usize) {
    let Some(folder) = awkward("") else { return };
    let (mut otherwise, mut n) = (Vec::new(), 0);
    for path in files_of(&folder) {
        if path.extension().is_none_or(|it| it != ending) {
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (tables, sheets) = (read(&path).unwrap_or_default(), sheets_of(&path));
        assert_eq!(tables.len(), sheets.len(), "{name}");
        n += sheets.iter().flatten().map(Vec::len).sum::<usize>();
        for (table, sheet) in tables.iter().zip(&sheets) {
            otherwise.extend(compare(&name, table, sheet));
        }
    }
    assert_eq!((otherwise, n), (Vec::new(), n_cells));
}

// Proves PUB-14: the texts of XLSX workbooks are those of their cells.
#[test]
fn cells_of_xlsx_are_what_its_xml_says() {
    check("xlsx", xlsx, 6446);
}

#[test]
fn cells_of_ods_are_what_another_reader_finds() {
    check("ods", ods, 93);
}

/// Workbooks that were saved in both formats: what is read of the old one is what is read of the new one,
/// which is compared with its XML above.
#[test]
fn old_workbooks_are_read_as_their_twins() {
    let Some(folder) = awkward("readxl_extdata") else { return };
    let mut n_rows = 0;
    for name in ["clippy", "datasets", "deaths", "geometry", "type-me"] {
        let [old, new] =
            ["xls", "xlsx"].map(|ending| read(&folder.join(name).with_extension(ending)).unwrap());
        assert_eq!(old.len(), new.len(), "{name}");
        for (old, new) in old.iter().zip(&new) {
            assert_eq!(old.columns, new.columns, "{name}");
            assert_eq!(old.texts(), new.texts(), "{name}");
            n_rows += old.rows.len();
        }
    }
    assert_eq!(n_rows, 1176);
}
