//! Answers as files, and back again.

#![expect(clippy::unwrap_used, reason = "a file that does not read must fail the test")]

#[path = "support/pages.rs"]
mod pages;
mod support;

use std::io::{Cursor, Read};
use std::path::Path;

use bytes::Bytes;
use kaishu_tables::{Chunks, Engine, ExportFormat, Governed, StoredTable};
use kaishu_types::ReceiptCode;
use kaishu_types::table::{TableQuery, parse};
use kaishu_types::vocabulary::Format;
use pages::all;
use parquet::file::reader::{FileReader, SerializedFileReader};
use proptest::prelude::*;
use support::{engine, run, take_in, take_in_file, whole};

/// Takes the whole of a table away as a file.
fn export(
    engine: &Engine,
    table: &StoredTable,
    query: &TableQuery,
    format: ExportFormat,
) -> Vec<u8> {
    let governed = Governed::new(table.clone(), whole(table));
    run(async { collected(engine.export(&governed, query, format).await.unwrap()).await })
}

async fn collected(mut chunks: Chunks) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.recv().await {
        bytes.extend_from_slice(&chunk.unwrap());
    }
    bytes
}

/// Takes the same away as a copy with a mark.
fn marked(engine: &Engine, table: &StoredTable, format: ExportFormat, mark: &str) -> Vec<u8> {
    let governed = Governed::new(table.clone(), whole(table));
    let (query, mark): (_, ReceiptCode) = (TableQuery::default(), mark.parse().unwrap());
    run(async {
        let export = engine.begin_export(&governed, &query, format).await.unwrap();
        collected(export.write(Some(mark))).await
    })
}

const NASTY: &str = "code,name,n,d\n\
    007,\"a,\"\"b\"\"\",1.50,2020年5月1日\n\
    110101199003078515,\"two\nlines\",-3,2020-05-01\n\
    ,=1+1,,\n";

fn exported(format: ExportFormat) -> String {
    let folder = tempfile::tempdir().unwrap();
    let table = take_in(folder.path(), NASTY);
    let engine = engine(folder.path());
    String::from_utf8(export(&engine, &table, &TableQuery::default(), format)).unwrap()
}

#[test]
fn csv_is_what_it_was() {
    assert_eq!(
        exported(ExportFormat::Csv),
        "code,name,n,d\r\n007,\"a,\"\"b\"\"\",1.50,2020年5月1日\r\n\
         110101199003078515,\"two\nlines\",-3,2020-05-01\r\n,=1+1,,\r\n",
    );
}

#[test]
fn csv_for_spreadsheets_runs_nothing() {
    let text = exported(ExportFormat::CsvBom);
    assert!(text.starts_with("\u{FEFF}code,name"));
    assert!(text.contains("\r\n,\"'=1+1\",,\r\n"), "{text}");
    assert!(text.contains(",-3,"), "a number with a sign is no formula: {text}");
}

#[test]
fn gb18030_has_every_character() {
    let folder = tempfile::tempdir().unwrap();
    let table = take_in(folder.path(), "名称\n𠮷野家\n茂县\n");
    let engine = engine(folder.path());
    let bytes = export(&engine, &table, &TableQuery::default(), ExportFormat::CsvGb18030);
    let (text, _, had_errors) = encoding_rs::GB18030.decode(&bytes);
    assert!(!had_errors);
    assert_eq!(text, "名称\r\n𠮷野家\r\n茂县\r\n");
}

#[test]
fn json_keeps_numbers_and_codes_apart() {
    let text = exported(ExportFormat::Json);
    let rows: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(rows[0]["code"], "007");
    assert_eq!(rows[1]["code"], "110101199003078515");
    assert!(text.contains("\"n\":1.50,"), "{text}");
    assert_eq!(rows[0]["d"], "2020年5月1日");
    let lines = exported(ExportFormat::Ndjson);
    assert_eq!(lines.lines().count(), 3);
}

#[test]
fn xml_can_hold_anything() {
    let folder = tempfile::tempdir().unwrap();
    let table = take_in(folder.path(), "a\n<b>&\u{1}\n\"x\"\n");
    let engine = engine(folder.path());
    let bytes = export(&engine, &table, &TableQuery::default(), ExportFormat::Xml);
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<table>\n\
         <row><value column=\"a\" encoding=\"base64\">PGI+JgE=</value></row>\n\
         <row><value column=\"a\">x</value></row>\n</table>\n",
    );
}

#[test]
fn coordinates_become_points() {
    let folder = tempfile::tempdir().unwrap();
    let table = take_in(folder.path(), "name,lon,lat\n甲,104.06,30.67\n乙,,\n");
    let engine = engine(folder.path());
    let bytes = export(&engine, &table, &TableQuery::default(), ExportFormat::Geojson);
    let found: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(found["features"][0]["geometry"]["coordinates"][0], 104.06);
    assert_eq!(found["features"][1]["geometry"], serde_json::Value::Null);
    let table = take_in(folder.path(), "name\n甲\n");
    let governed = Governed::new(table.clone(), whole(&table));
    let query = TableQuery::default();
    assert!(run(engine.export(&governed, &query, ExportFormat::Geojson)).is_err());
}

/// What is no place, or not even JSON, must not break the whole file.
#[test]
fn geojson_is_json_whatever_stands_in_the_table() {
    for (text, wanted) in [
        ("name,lon,lat\n甲,104.1,30.2\n乙,NaN,NaN\n丙,1.5,NaN\n", 104.1),
        ("shape\nPOINT (104.1 30.2)\nPOINT (NaN NaN)\n", 104.1),
        (
            "shape\n\"{\"\"type\"\":\"\"Point\"\",\"\"coordinates\"\":[104.1,2]}\"\n\
             \"{\"\"type\"\":\"\"Point\"\",\"\"coordinates\"\":[1,2}\"\n",
            104.1,
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let table = take_in(folder.path(), text);
        let engine = engine(folder.path());
        let bytes = export(&engine, &table, &TableQuery::default(), ExportFormat::Geojson);
        let found: serde_json::Value = serde_json::from_slice(&bytes).expect(text);
        let features = found["features"].as_array().unwrap();
        assert_eq!(features[0]["geometry"]["coordinates"][0], wanted);
        assert!(features[1..].iter().all(|feature| feature["geometry"].is_null()), "{found}");
    }
}

#[test]
fn what_is_filtered_is_what_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let table = take_in(folder.path(), "a,b\n1,x\n2,y\n3,x\n");
    let engine = engine(folder.path());
    let mut query = TableQuery {
        filter: Some(parse::filter("b = 'x'").unwrap()),
        select: vec!["a".to_owned()],
        sort: parse::sort("-a").unwrap(),
        ..TableQuery::default()
    };
    let csv = |query: &TableQuery| {
        String::from_utf8(export(&engine, &table, query, ExportFormat::Csv)).unwrap()
    };
    assert_eq!(csv(&query), "a\r\n3\r\n1\r\n");
    query = TableQuery {
        grouping: Some(kaishu_types::table::Grouping {
            keys: parse::group_by("b").unwrap(),
            aggregates: parse::aggregates("count(),sum(a)").unwrap(),
        }),
        ..TableQuery::default()
    };
    assert_eq!(csv(&query), "b,count(),sum(a)\r\nx,2,4\r\ny,1,2\r\n");
}

const MARK: &str = "R-20261121-0123456789AB";
const OTHER_MARK: &str = "R-20261121-BA9876543210";

/// What is in a file; of a workbook, what its parts hold.
fn inside(bytes: &[u8]) -> Vec<u8> {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return bytes.to_vec() };
    let mut all = Vec::new();
    for place in 0..archive.len() {
        archive.by_index(place).unwrap().read_to_end(&mut all).unwrap();
    }
    all
}

fn has(bytes: &[u8], mark: &str) -> bool {
    bytes.windows(mark.len()).any(|part| part == mark.as_bytes())
}

/// Puts one mark where the other one was.
fn remarked(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for place in 0..bytes.len() {
        if bytes[place..].starts_with(MARK.as_bytes()) {
            bytes[place..place + MARK.len()].copy_from_slice(OTHER_MARK.as_bytes());
        }
    }
    bytes
}

fn places(folder: &Path) -> StoredTable {
    take_in(folder, "name,lon,lat\n甲,104.06,30.67\n乙,,\n")
}

// Part of SEC-02: the mark of a copy is read back where the readers of a format look for no value.
#[test]
fn a_mark_stands_where_no_value_is() {
    let folder = tempfile::tempdir().unwrap();
    let (table, engine) = (places(folder.path()), engine(folder.path()));
    let copy = |format| marked(&engine, &table, format, MARK);

    let mut workbook = zip::ZipArchive::new(Cursor::new(copy(ExportFormat::Xlsx))).unwrap();
    let mut properties = String::new();
    workbook.by_name("docProps/core.xml").unwrap().read_to_string(&mut properties).unwrap();
    let comment = format!("<dc:description>receipt {MARK}</dc:description>");
    assert!(properties.contains(&comment), "{properties}");

    let file = SerializedFileReader::new(Bytes::from(copy(ExportFormat::Parquet))).unwrap();
    let kept = file.metadata().file_metadata().key_value_metadata().unwrap();
    let mark = kept.iter().find(|it| it.key == "receipt").unwrap();
    assert_eq!(mark.value.as_deref(), Some(MARK));

    let xml = String::from_utf8(copy(ExportFormat::Xml)).unwrap();
    let head = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<?receipt {MARK}?>\n<table>\n");
    assert!(xml.starts_with(&head), "{xml}");

    let shapes: serde_json::Value = serde_json::from_slice(&copy(ExportFormat::Geojson)).unwrap();
    assert_eq!(shapes["receipt"], MARK);
    assert_eq!(shapes["features"].as_array().unwrap().len(), 2);
}

// Part of SEC-02: whoever reads a marked copy reads the same values.
#[test]
fn a_mark_changes_no_value() {
    let folder = tempfile::tempdir().unwrap();
    let table = take_in(folder.path(), "name,kind\n甲,a\n乙,b\n");
    let engine = engine(folder.path());
    for (format, kind, name) in [
        (ExportFormat::Xlsx, Format::Xlsx, "a.xlsx"),
        (ExportFormat::Parquet, Format::Parquet, "a.parquet"),
    ] {
        let bytes = marked(&engine, &table, format, MARK);
        let found = back_again(folder.path(), &bytes, kind, name);
        assert_eq!(found, ["甲|a", "乙|b"], "{name}");
    }
}

// Part of SEC-02: two copies differ in their marks alone, and what anyone may have bears none.
#[test]
fn copies_differ_in_the_mark_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (table, engine) = (places(folder.path()), engine(folder.path()));
    for (format, has_place) in [
        (ExportFormat::Csv, false),
        (ExportFormat::CsvBom, false),
        (ExportFormat::CsvGb18030, false),
        (ExportFormat::Json, false),
        (ExportFormat::Ndjson, false),
        (ExportFormat::Xlsx, true),
        (ExportFormat::Xml, true),
        (ExportFormat::Parquet, true),
        (ExportFormat::Geojson, true),
    ] {
        let [one, other] =
            [MARK, OTHER_MARK].map(|mark| inside(&marked(&engine, &table, format, mark)));
        assert_eq!(
            (has(&one, MARK), has(&other, OTHER_MARK)),
            (has_place, has_place),
            "{format:?}"
        );
        assert!(remarked(&one) == other, "{format:?}");
        let open = inside(&export(&engine, &table, &TableQuery::default(), format));
        assert!(!has(&open, "receipt") && !has(&open, "R-2026"), "{format:?}");
        assert_eq!(one == open, !has_place, "{format:?}");
    }
}

fn back_again(folder: &Path, bytes: &[u8], format: Format, name: &str) -> Vec<String> {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    let table = take_in_file(folder, &path, format);
    let governed = Governed::new(table.clone(), whole(&table));
    all(&engine(folder), &governed, &TableQuery::default(), 1000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any text comes back from CSV, JSON, XLSX and Parquet as it went in.
    #[test]
    fn texts_come_back(rows in proptest::collection::vec(proptest::collection::vec("[ -~\u{e9}\u{5c71}\u{20bb7}\n\"',;=+-]{1,12}[a-z]", 3), 1..12)) {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["x one", "x two", "x three"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let table = take_in(folder.path(), &text);
        let engine = engine(folder.path());
        let expected: Vec<String> = rows.iter().map(|row| row.join("|")).collect();
        for (format, kind, name) in [
            (ExportFormat::Csv, Format::Csv, "a.csv"),
            (ExportFormat::Json, Format::Json, "a.json"),
            (ExportFormat::Ndjson, Format::Ndjson, "a.ndjson"),
            (ExportFormat::Xlsx, Format::Xlsx, "a.xlsx"),
            (ExportFormat::Parquet, Format::Parquet, "a.parquet"),
        ] {
            let bytes = export(&engine, &table, &TableQuery::default(), format);
            let found = back_again(folder.path(), &bytes, kind, name);
            prop_assert_eq!(&found, &expected, "{}", name);
        }
    }
}
