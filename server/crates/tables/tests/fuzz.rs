//! Files and filters made by chance out of good ones: they are read or refused, and nothing panics.
//!
//! A few cases of one seed run with all tests. `.ci/fuzz` runs each target for a minute with a seed
//! that is printed; `KAISHU_FUZZ_SEED` runs the same cases again. A case that fails is made as small
//! as it can be and printed.

#![expect(clippy::unwrap_used, reason = "a case that cannot be made must fail the test")]
#![expect(clippy::print_stdout, reason = "a run says its seed and how many cases it tried")]

use std::cell::Cell;
use std::io::{Cursor, Write};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use kaishu_tables::{Progress, inspect, scan};
use kaishu_types::table::parse;
use kaishu_types::vocabulary::Format;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Cases that run with all tests.
const FEW: u32 = 48;

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// Leaves only our own panics to be printed: those of the spreadsheet library are caught by the
/// reader and refused as a broken file, thousands in a minute.
fn quieten() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.location().is_some_and(|place| place.file().starts_with("server/")) {
            hook(panic);
        }
    }));
}

/// Tries changed seeds, for as long as asked.
fn fuzz(target: &str, seeds: &[&[u8]], check: impl Fn(&[u8])) {
    quieten();
    let seconds = variable("KAISHU_FUZZ_SECONDS");
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let first = variable("KAISHU_FUZZ_SEED").unwrap_or(if seconds.is_some() { now } else { 0 });
    let seeds: Vec<Vec<u8>> = seeds.iter().map(|seed| seed.to_vec()).collect();
    let cases = (0..seeds.len(), prop::collection::vec(change(), 0..8))
        .prop_map(move |(place, changes)| changed(&seeds, place, &changes));
    let (begun, n_cases) = (Instant::now(), Cell::new(0_u64));
    // Each few cases have a seed of their own, so that a failure is found again at once.
    for seed in first.. {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let config = ProptestConfig { cases: FEW, failure_persistence: None, ..Default::default() };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let run = TestRunner::new_with_rng(config, rng).run(&cases, |bytes| {
            check(&bytes);
            n_cases.set(n_cases.get() + 1);
            Ok(())
        });
        if let Err(error) = run {
            panic!("{target}, KAISHU_FUZZ_SEED={seed}: {error}");
        }
        if begun.elapsed() >= Duration::from_secs(seconds.unwrap_or(0)) {
            break;
        }
    }
    let (n_cases, n_seconds) = (n_cases.get(), begun.elapsed().as_secs());
    println!("{target}: {n_cases} cases in {n_seconds} s, from KAISHU_FUZZ_SEED={first}");
}

/// Something that happens to bytes.
#[derive(Debug, Clone)]
enum Change {
    Flip(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Delete(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize, usize),
    Splice(prop::sample::Index, prop::sample::Index),
    Cut(prop::sample::Index),
}

/// What means something to one of the readers.
const WORDS: [&[u8]; 44] = [
    b"\"",
    b"\"\"",
    b",",
    b";",
    b"\t",
    b"\n",
    b"\r",
    b"\r\n",
    b"\\",
    b"'",
    b"\0",
    b"\xFF",
    b"\xEF\xBB\xBF",
    b"\xFF\xFE",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"null",
    b"1e999",
    b"\\u0000",
    b"\\ud800",
    b"-0",
    b"<",
    b">",
    b"&#0;",
    b"<!--",
    b"<![CDATA[",
    b"]]>",
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"PAR1",
    b"9999999999",
    b"-1",
    b"A1:XFD1048576",
    "山".as_bytes(),
    b"\xB0\xA1",
    b"(",
    b")",
    b" AND ",
    b" LIKE ",
];

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    let word = prop::sample::select(&WORDS[..]).prop_map(<[u8]>::to_vec);
    let times = prop_oneof![20 => 1_usize..5, 1 => 1_usize..300];
    let bytes = prop_oneof![3 => word, 1 => prop::collection::vec(any::<u8>(), 1..5)];
    prop_oneof![
        (at(), 1_u8..).prop_map(|(at, mask)| Change::Flip(at, mask)),
        (at(), bytes).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (at(), 1_usize..40).prop_map(|(at, n)| Change::Delete(at, n)),
        (at(), 1_usize..60, times).prop_map(|(at, n, times)| Change::Repeat(at, n, times)),
        (at(), at()).prop_map(|(at, from)| Change::Splice(at, from)),
        at().prop_map(Change::Cut),
    ]
}

fn changed(seeds: &[Vec<u8>], place: usize, changes: &[Change]) -> Vec<u8> {
    let mut bytes = seeds[place].clone();
    for change in changes {
        let n = bytes.len();
        let within = |at: &prop::sample::Index| at.index(n + 1);
        match change {
            Change::Flip(at, mask) if n > 0 => bytes[at.index(n)] ^= mask,
            Change::Flip(..) => {}
            Change::Insert(at, word) => {
                bytes.splice(within(at)..within(at), word.iter().copied());
            }
            Change::Delete(at, length) => {
                bytes.drain(within(at)..(within(at) + length).min(n));
            }
            Change::Repeat(at, length, times) => {
                let part = bytes[within(at)..(within(at) + length).min(n)].repeat(*times);
                bytes.splice(within(at)..within(at), part);
            }
            Change::Splice(at, from) => {
                let other = &seeds[from.index(seeds.len())];
                bytes.truncate(within(at));
                bytes.extend_from_slice(&other[from.index(other.len() + 1)..]);
            }
            Change::Cut(at) => bytes.truncate(within(at)),
        }
    }
    bytes
}

/// Reads a file to its end; every refusal has a reason.
fn read(name: &str, format: Format, bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    match inspect(&path, format, name, folder.path()) {
        Err(reason) => assert!(reason.to_string().len() > 5, "{reason}"),
        Ok(tables) => {
            assert!(!tables.is_empty());
            for table in tables {
                assert!(!table.layout.columns.is_empty(), "no columns");
                if let Err(reason) = scan(&table, &Progress::default()) {
                    assert!(reason.to_string().len() > 5, "{reason}");
                }
            }
        }
    }
}

const TEXTS: [&[u8]; 9] = [
    b"a,b,c\n1,\"x, \"\"y\"\"\",3\n4,\"two\nlines\",6\n",
    b"a;b\r\n1,5;2\r\n;\r\n\r\n",
    b"'a'\t'b'\r'it\\'s'\t'x'\r",
    b"a, \"b\"\n1, \"2, 3\"\n4, \"5\"\n",
    b"a^b~c|d\x01e\n1^2~3|4\x015\n",
    b"Title\n\n# remark\na,b,c\n1,2,3\n4,5\n6,7,8,9\n",
    b"\xEF\xBB\xBF\xE5\x90\x8D\xEF\xBC\x8C\xE6\x95\xB0\n\xE7\x94\xB2\xEF\xBC\x8C1\n\xE4\xB9\x99\xEF\xBC\x8C2\n",
    b"\xB5\xD8\xC7\xF8,\xC8\xCB\xBF\xDA\n\xB1\xB1\xBE\xA9,1\n\xC9\xCF\xBA\xA3,2\n",
    b"\xFF\xFEa\0,\0b\0\n\x001\0,\x002\0\n\0",
];

#[test]
fn delimited() {
    fuzz("delimited", &TEXTS, |bytes| read("a.csv", Format::Csv, bytes));
}

const RECORDS: [&[u8]; 6] = [
    br#"[{"a":1.50,"b":null},{"b":"007","c":[1,{"d":"\u5c71\ud83d\ude00"}]}]"#,
    b"{\"a\":1,\"t\":[1]}\n{\"a\":{\"b\":2}}\n{\"a\":\"x\"}\n",
    br#"{"n":2,"x":[{"a":1}],"y":[{"b":2},[3,4],5],"z":{"w":[1]}}"#,
    br#"{"type":"FeatureCollection","bbox":[1,2],"features":[{"type":"Feature","properties":{"n":"x"},"geometry":{"type":"Point","coordinates":[1,2]}}]}"#,
    b"[[1,\"x\"],[2],[],[null,true,-0.0e-10]]",
    b"\xFF\xFE[\x001\0]\0",
];

#[test]
fn records() {
    fuzz("records", &RECORDS, |bytes| {
        read("a.json", Format::Json, bytes);
        read("a.ndjson", Format::Ndjson, bytes);
    });
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn archive() {
    let many: Vec<(String, &[u8])> = (0..5).map(|n| (format!("d/{n}.csv"), TEXTS[n])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let seeds = [
        zipped(&many),
        zipped(&[("a.json", RECORDS[0]), ("b.geojson", RECORDS[3]), ("c.txt", TEXTS[0])]),
        gzipped(TEXTS[0]),
        gzipped(RECORDS[0]),
        [gzipped(TEXTS[0]), gzipped(TEXTS[1])].concat(),
        zipped(&[("a.zip", &zipped(&many))]),
    ];
    let seeds: Vec<&[u8]> = seeds.iter().map(Vec::as_slice).collect();
    fuzz("archive", &seeds, |bytes| {
        read("a.zip", Format::Other, bytes);
        read("a.csv.gz", Format::Csv, bytes);
        // What was changed inside of an archive comes through its checksums.
        read("a.zip", Format::Other, &zipped(&[("a.csv", bytes), ("b.json", bytes)]));
    });
}

const SHEET: &[u8] = br#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:C3"/><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row><row r="2"><c r="A2"><v>43867.5</v></c><c r="B2" t="b"><v>1</v></c><c r="C2" t="e"><v>#N/A</v></c></row><row r="3"><c r="A3" s="1"><f>A2+1</f><v>43868</v></c></row></sheetData><mergeCells count="1"><mergeCell ref="B1:C1"/></mergeCells></worksheet>"#;
const STRINGS: &[u8] = br#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1" uniqueCount="1"><si><t>a</t></si></sst>"#;
const BOOK: &[u8] = br#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#;
const STYLES: &[u8] = br#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/></numFmts><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>"#;
const CONTENT: &[u8] = br#"<office:document-content><office:body><office:spreadsheet><table:table table:name="S"><table:table-row><table:table-cell table:number-columns-spanned="2"><text:p>a</text:p></table:table-cell><table:covered-table-cell/></table:table-row><table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="1.50"><text:p>1,5</text:p></table:table-cell><table:table-cell office:value-type="string"><office:annotation><text:p>no</text:p></office:annotation><text:p>x<text:s text:c="3"/>&amp;<text:tab/>y</text:p><text:p>z</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"#;

/// A workbook in which one part is as given.
fn xlsx(name: &str, bytes: &[u8]) -> Vec<u8> {
    let part =
        |of: &str, good: &'static [u8]| if of == name { bytes.to_vec() } else { good.to_vec() };
    let (sheet, strings) = (part("sheet", SHEET), part("strings", STRINGS));
    let (book, styles) = (part("book", BOOK), part("styles", STYLES));
    zipped(&[
        ("[Content_Types].xml", br#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#),
        ("_rels/.rels", br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#),
        ("xl/workbook.xml", &book),
        ("xl/_rels/workbook.xml.rels", br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="r3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#),
        ("xl/sharedStrings.xml", &strings),
        ("xl/styles.xml", &styles),
        ("xl/worksheets/sheet1.xml", &sheet),
    ])
}

/// An old workbook around a stream of records.
fn xls(stream: &[u8]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream("/Workbook").unwrap().write_all(stream).unwrap();
    file.into_inner().into_inner()
}

fn records_of_a_sheet() -> Vec<u8> {
    let record = |kind: u16, data: &[u8]| {
        let length = u16::try_from(data.len()).unwrap();
        [&kind.to_le_bytes()[..], &length.to_le_bytes()[..], data].concat()
    };
    let begin = |kind: u8| record(0x0809, &[0, 6, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let number = [&[1, 0, 2, 0, 0, 0][..], &7_f64.to_le_bytes()[..]].concat();
    [
        begin(5),
        record(0x0085, &[55, 0, 0, 0, 0, 0, 1, 0, b'S']),
        record(0x00FC, &[1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, b'a']),
        record(0x000A, &[]),
        begin(0x10),
        record(0x0200, &[0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 3, 0, 0, 0]),
        record(0x00FD, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        record(0x0203, &number),
        record(0x027E, &[1, 0, 0, 0, 0, 0, 0, 0, 240, 63]),
        record(0x00BD, &[2, 0, 0, 0, 0, 0, 0, 0, 240, 63, 0, 0, 0, 0, 240, 63, 1, 0]),
        record(0x000A, &[]),
    ]
    .concat()
}

#[test]
fn workbook() {
    let (old, whole) = (records_of_a_sheet(), xlsx("none", b""));
    let seeds: [&[u8]; 7] = [SHEET, STRINGS, BOOK, STYLES, CONTENT, &old, &whole];
    fuzz("workbook", &seeds, |bytes| match bytes {
        [b'P', b'K', ..] => read("a.xlsx", Format::Xlsx, bytes),
        [b'<', b'o', ..] => {
            let mime = b"application/vnd.oasis.opendocument.spreadsheet";
            read("a.ods", Format::Ods, &zipped(&[("mimetype", mime), ("content.xml", bytes)]));
        }
        [b'<', b's', b's', ..] => read("a.xlsx", Format::Xlsx, &xlsx("strings", bytes)),
        [b'<', b's', b't', ..] => read("a.xlsx", Format::Xlsx, &xlsx("styles", bytes)),
        [b'<', b'w', b'o', b'r', b'k', b's', ..] => {
            read("a.xlsx", Format::Xlsx, &xlsx("sheet", bytes));
        }
        [b'<', ..] => read("a.xlsx", Format::Xlsx, &xlsx("book", bytes)),
        _ => read("a.xls", Format::Xls, &xls(bytes)),
    });
}

#[test]
fn columnar() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, TEXTS[0]).unwrap();
    let source = inspect(&path, Format::Csv, "a.csv", folder.path()).unwrap().remove(0);
    let target = folder.path().join("a.parquet");
    kaishu_tables::ingest(&source, &|_| None, &target, &Progress::default()).unwrap();
    let bytes = std::fs::read(target).unwrap();
    fuzz("columnar", &[&bytes], |bytes| read("a.parquet", Format::Parquet, bytes));
}

const QUESTIONS: [&[u8]; 8] = [
    b"a = 'x' AND (b > 12.5 OR NOT c IS NULL)",
    b"CASEI(a) LIKE CASEI('%\xE5\xB1\xB1_') AND d BETWEEN DATE('2020-01-01') AND DATE('2020-12-31')",
    b"\"a b\" IN ('x', 'it''s', 'z') OR e < TIMESTAMP('2020-02-06T12:00:00Z')",
    b"-a,b,+c",
    b"count(),sum(a),avg(\"b c\"),quantile(d,0.5)",
    b"a,year(d),bin(n,10)",
    b"NOT NOT NOT (((a <> -1e10)))",
    b"a IS NOT NULL AND b <= TRUE",
];

/// The grammar of filters, orders and groups.
#[test]
fn questions() {
    fuzz("questions", &QUESTIONS, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let reasons = [
            parse::filter(&text).err().map(|it| it.to_string()),
            parse::sort(&text).err().map(|it| it.to_string()),
            parse::group_by(&text).err().map(|it| it.to_string()),
            parse::aggregates(&text).err().map(|it| it.to_string()),
        ];
        assert!(reasons.iter().flatten().all(|reason| reason.len() > 5), "{reasons:?}");
    });
}
