//! The text of every value is the text in the file, and leaves as it came.

use std::path::Path;

use encoding_rs::Encoding;
use kaishu_tables::Origin;
use proptest::prelude::*;

use crate::corpus::{self, Read, awkward, files_of, read};

/// Reads CSV with the reader of another library.
fn records(bytes: &[u8], delimiter: u8, quote: u8, escape: Option<u8>) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).flexible(true).delimiter(delimiter).quote(quote).escape(escape);
    let records = reader.from_reader(bytes).into_records();
    records.map(|record| record.unwrap().iter().map(ToOwned::to_owned).collect()).collect()
}

/// The rows of a text below its header, as another library reads them.
fn rows_of_another(bytes: &[u8], table: &Read) -> Option<Vec<Vec<String>>> {
    let Origin::Text(dialect) = &table.origin else { return None };
    let encoding = Encoding::for_label(dialect.encoding.as_bytes()).unwrap();
    let (text, _, _) = encoding.decode(bytes);
    let sign = |sign: char| u8::try_from(sign).unwrap();
    let escape = dialect.escape.map(sign);
    let quote = sign(dialect.quote.unwrap());
    let mut rows = records(text.as_bytes(), sign(dialect.delimiter), quote, escape);
    rows.drain(..table.n_above);
    for row in &mut rows {
        row.resize(table.columns.len(), String::new());
        if dialect.skips_spaces {
            row.iter_mut()
                .skip(1)
                .for_each(|value| *value = value.trim_start_matches(' ').to_owned());
        }
    }
    Some(rows)
}

/// Files with a quote that is no quote, which the other reader drops, or with spaces before quotes, which it
/// does not take for quotes then.
const OTHERWISE: [&str; 5] = [
    "file_escape_char_0x00.csv",
    "file_field_delimiter_0x2C_0x20.csv",
    "file_multitable_less.csv",
    "file_multitable_more.csv",
    "file_multitable_same.csv",
];

#[test]
fn values_of_the_collections_are_the_text_of_their_files() {
    let Some(folder) = awkward("") else { return };
    let tar =
        zstd::decode_all(std::fs::File::open(folder.join("csvw_test_suite.tar.zst")).unwrap());
    let unpacked = tempfile::tempdir().unwrap();
    corpus::untar(&tar.unwrap(), unpacked.path());
    let mut files = files_of(&folder);
    files.extend(files_of(unpacked.path()));
    let (mut otherwise, mut n_files, mut n_values) = (Vec::new(), 0, 0);
    for path in files {
        let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
        if ending != "csv" && ending != "tsv" {
            continue;
        }
        let Ok(tables) = read(&path) else { continue };
        let expected = rows_of_another(&std::fs::read(&path).unwrap(), &tables[0]).unwrap();
        check_export(&path, &tables[0]);
        n_files += 1;
        n_values += expected.iter().map(Vec::len).sum::<usize>();
        if tables[0].texts() != expected {
            otherwise.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    assert_eq!(otherwise, OTHERWISE);
    assert_eq!((n_files, n_values), (306, 323_819));
}

/// What is taken away as CSV has the same names and values.
#[track_caller]
fn check_export(path: &Path, table: &Read) {
    let mut expected = vec![table.columns.clone()];
    expected.extend(table.texts());
    // A line with nothing in it is no row to a reader of CSV; a value that is empty is.
    assert_eq!(records(&table.csv, b',', b'"', None), expected, "{}", path.display());
}

fn rows() -> impl Strategy<Value = Vec<Vec<String>>> {
    let value = "[ -~\u{e9}\u{5c71}\u{20bb7}\n\"',;|=+-]{0,12}";
    prop::collection::vec(prop::collection::vec(value, 3), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any text comes back from any common encoding and dialect.
    #[test]
    fn texts_come_back_from_every_dialect(
        rows in rows(),
        delimiter in prop::sample::select(&b",;\t|"[..]),
        quote in prop::sample::select(&b"\"'"[..]),
        end in prop::sample::select(&["\r\n", "\n", "\r"][..]),
        encoding in prop::sample::select(&["utf-8", "utf-8 with mark", "utf-16le", "utf-16be", "gb18030"][..]),
    ) {
        let mut writer = csv::WriterBuilder::new();
        writer.delimiter(delimiter).quote(quote).quote_style(csv::QuoteStyle::Always);
        let terminator = match end {
            "\r\n" => csv::Terminator::CRLF,
            end => csv::Terminator::Any(end.as_bytes()[0]),
        };
        let mut writer = writer.terminator(terminator).from_writer(Vec::new());
        writer.write_record(["\u{5730}\u{533a}\u{540d}\u{79f0}", "\u{4eba}\u{53e3}\u{6570}\u{91cf}", "\u{9762}\u{79ef}"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let utf16 = |swap: fn(u16) -> [u8; 2]| {
            std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(swap).collect::<Vec<u8>>()
        };
        let bytes = match encoding {
            "utf-8" => text.clone().into_bytes(),
            "utf-8 with mark" => format!("\u{FEFF}{text}").into_bytes(),
            "utf-16le" => utf16(u16::to_le_bytes),
            "utf-16be" => utf16(u16::to_be_bytes),
            _ => encoding_rs::GB18030.encode(&text).0.into_owned(),
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, bytes).unwrap();
        let table = read(&path).unwrap().remove(0);
        prop_assert_eq!(table.texts(), rows);
        check_export(&path, &table);
    }
}
