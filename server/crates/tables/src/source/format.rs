//! What kind of table a file is: its bytes count more than its name, and its name more than what its
//! catalogue calls it.

use std::io::{self, Read, Seek, SeekFrom};

use encoding_rs::{UTF_16BE, UTF_16LE};
use kaishu_domain::personal;
use kaishu_types::vocabulary::Format;
use zip::ZipArchive;

use super::{dialect, records};
use crate::shape;

/// Finds the format of a file of which tables are made; `None` where it is no table.
///
/// A text is one where its rows have the same signs between values, or where something stands in it that
/// has to be looked at before it leaves (SEC-21).
///
/// # Errors
///
/// Fails where the bytes cannot be read.
pub fn table_format<R: Read + Seek>(mut file: R, name: &str) -> io::Result<Option<Format>> {
    let mut head = Vec::new();
    file.by_ref().take(shape::HEAD as u64).read_to_end(&mut head)?;
    let named = format_of_name(name);
    Ok(match head.as_slice() {
        [] => None,
        [b'P', b'A', b'R', b'1', ..] => Some(Format::Parquet),
        // Old documents of other kinds begin alike.
        [0xD0, 0xCF, 0x11, 0xE0, ..] => {
            let is_book = ["Workbook", "Book"].iter().any(|name| has(&head, &utf16(name)));
            (named == Format::Xls || is_book).then_some(Format::Xls)
        }
        [0x1F, 0x8B, ..] => match format_of_name(name.trim_end_matches(".gz")) {
            Format::Other => None,
            format => Some(format),
        },
        [b'%', b'P', b'D', b'F', ..] => None,
        _ if is_markup(&head) => None,
        [b'P', b'K', 3 | 5 | 7, ..] => {
            file.seek(SeekFrom::Start(0))?;
            of_archive(file, named)
        }
        _ if named != Format::Other && !name.to_lowercase().ends_with(".txt") => Some(named),
        _ => of_text(&head),
    })
}

/// The format that a name says; `Other` where tables are made of none such.
pub(super) fn format_of_name(name: &str) -> Format {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending.to_ascii_lowercase().as_str() {
        "csv" | "txt" | "tab" => Format::Csv,
        "tsv" => Format::Tsv,
        "json" => Format::Json,
        "ndjson" | "jsonl" => Format::Ndjson,
        "geojson" => Format::Geojson,
        "parquet" => Format::Parquet,
        "xlsx" | "xlsm" => Format::Xlsx,
        "xls" => Format::Xls,
        "ods" => Format::Ods,
        _ => Format::Other,
    }
}

/// What a ZIP archive is, by the names at its root; a document of another kind is none.
pub(super) fn of_archive<R: Read + Seek>(file: R, named: Format) -> Option<Format> {
    let Ok(archive) = ZipArchive::new(file) else {
        return matches!(named, Format::Xlsx | Format::Ods).then_some(named);
    };
    let begins = |start: &str| archive.file_names().flatten().any(|name| name.starts_with(start));
    if begins("xl/") {
        return Some(Format::Xlsx);
    }
    if begins("word/") || begins("ppt/") {
        return None;
    }
    if begins("content.xml") && begins("mimetype") {
        return (named == Format::Ods || !begins("Pictures/")).then_some(Format::Ods);
    }
    let has_tables =
        archive.file_names().flatten().any(|name| format_of_name(&name) != Format::Other);
    has_tables.then_some(Format::Zip)
}

fn of_text(head: &[u8]) -> Option<Format> {
    let is_whole = head.len() < shape::HEAD;
    let mut detector = shape::Detector::new();
    detector.feed(head);
    let (encoding, _) = detector.finish();
    if head.contains(&0) && encoding != UTF_16LE && encoding != UTF_16BE {
        return None;
    }
    let text = shape::text_of(head, encoding);
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    match text.as_bytes().first() {
        Some(b'{' | b'[') if records::is_lines(text) => Some(Format::Ndjson),
        Some(b'{' | b'[') if is_json(text, is_whole) => Some(Format::Json),
        _ => (dialect::is_table(text, is_whole) || personal::is_in(text)).then_some(Format::Csv),
    }
}

fn is_json(text: &str, is_whole: bool) -> bool {
    match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Ok(_) => true,
        Err(error) => error.is_eof() && !is_whole,
    }
}

/// Web pages are often called CSV or XLS: what a server answers instead of the file, or what it makes
/// for spreadsheets.
pub(super) fn is_markup(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head.get(..head.len().min(256)).unwrap_or_default());
    let text = text.trim_start_matches('\u{FEFF}').trim_start().to_ascii_lowercase();
    ["<!doctype", "<html", "<head", "<body", "<table", "<?xml", "<!--"]
        .iter()
        .any(|begin| text.starts_with(begin))
}

fn has(head: &[u8], part: &[u8]) -> bool {
    head.windows(part.len()).any(|window| window == part)
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "bytes in memory can be read")]

    use std::io::{Cursor, Write};

    use zip::write::SimpleFileOptions;

    use super::*;

    #[track_caller]
    fn check(name: &str, bytes: &[u8], expected: Option<Format>) {
        assert_eq!(table_format(Cursor::new(bytes), name).unwrap(), expected, "{name}");
    }

    fn zipped(names: &[&str]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for name in names {
            writer.start_file(*name, options).unwrap();
            writer.write_all(b"[Content_Types].xml xl/workbook.xml").unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn bytes_say_what_a_table_is_whatever_it_is_called() {
        let csv = "姓名,手机\n甲,13800138000\n乙,13800138001\n".as_bytes();
        for name in ["a", "a.pdf", "a.txt", "a.doc", "a.csv", "a.xml"] {
            check(name, csv, Some(Format::Csv));
        }
        check("a", b"PAR1....", Some(Format::Parquet));
        check("a.pdf", b"[{\"a\":1}]", Some(Format::Json));
        check("a.dat", b"{\"a\":1}\n{\"a\":2}\n", Some(Format::Ndjson));
        check("a.xlsx", &zipped(&["[Content_Types].xml", "xl/workbook.xml"]), Some(Format::Xlsx));
        check("a.zip", &zipped(&["a.csv", "b.xlsx"]), Some(Format::Zip));
    }

    #[test]
    fn documents_are_no_tables() {
        check("a.pdf", b"%PDF-1.7\n1,2\n3,4\n", None);
        check("a.html", b"<!DOCTYPE html>\n", None);
        check("a.docx", &zipped(&["[Content_Types].xml", "word/document.xml"]), None);
        check("a.shp.zip", &zipped(&["a.shp", "a.dbf"]), None);
        check("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", None);
        check("a.txt", "说明：本数据由统计局提供。\n\n更新于每年三月。\n".as_bytes(), None);
        check("a.csv", b"", None);
    }

    #[test]
    fn a_text_with_personal_data_is_looked_at() {
        check("a.txt", "联系人张三，手机 13800138000。\n".as_bytes(), Some(Format::Csv));
    }
}
