//! Files that are made to break what reads them end in a table or a reason, in bounded memory.

use crate::corpus::{self, awkward, read};
use crate::made::{compound, gzipped, ods, xls, xlsx, xlsx_with, zipped};

/// Reads bytes under a name: the rows of its first table, with its header, or the reason.
fn outcome(name: &str, bytes: &[u8]) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let table = read(&path)?.remove(0);
    let rows = table.rows.iter().map(|row| {
        row.iter().map(|value| value.as_deref().unwrap_or("∅")).collect::<Vec<_>>().join("|")
    });
    Ok(std::iter::once(table.columns.join("|")).chain(rows).collect())
}

#[track_caller]
fn check_refused(name: &str, bytes: &[u8], expected: &str) {
    assert_eq!(outcome(name, bytes).unwrap_err(), expected);
}

#[track_caller]
fn check_read(name: &str, bytes: &[u8], expected: &[&str]) {
    assert_eq!(outcome(name, bytes).unwrap(), expected);
}

#[test]
fn archives_that_unpack_to_too_much_are_refused() {
    let zeros = vec![b'0'; 80 << 20];
    let too_much =
        "the archive unpacks to more than 64 MB, which is 200 times its size or more than may be";
    check_refused("a.csv", &gzipped(&zeros), too_much);
    check_refused("a.zip", &zipped(&[("a.csv", &zeros)]), &format!("a.csv: {too_much}"));
    let half = zeros.get(..40 << 20).unwrap();
    let two = zipped(&[("a.csv", half), ("b.csv", half)]);
    assert!(outcome("a.zip", &two).unwrap_err().starts_with("b.csv: the archive unpacks to more"));
    // What is no table is not unpacked.
    check_read("a.zip", &zipped(&[("a.bin", &zeros), ("a.csv", b"a,b\n1,2\n")]), &["a|b", "1|2"]);
}

#[test]
fn archives_in_archives_are_refused() {
    let inner = zipped(&[("a.csv", b"a\n1\n")]);
    check_refused(
        "a.zip",
        &zipped(&[("inner.zip", &inner)]),
        "the archive cannot be read: `inner.zip` is an archive in the archive, into which nobody looks; \
         pack its files themselves",
    );
    check_refused(
        "a.zip",
        &zipped(&[("inner.csv", &inner)]),
        "inner.csv: the file is an archive in an archive; upload the inner one",
    );
    check_refused(
        "a.csv.gz",
        &gzipped(&gzipped(b"a\n1\n")),
        "the file is an archive in an archive; upload the inner one",
    );
}

/// Two entries of the directory of an archive that are one file in it.
#[test]
fn files_that_lie_over_each_other_are_refused() {
    let mut bytes = zipped(&[("a.csv", b"a\n1\n"), ("b.csv", b"b\n2\n")]);
    let entry = bytes.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    bytes.get_mut(entry + 42..entry + 46).unwrap().fill(0);
    check_refused(
        "a.zip",
        &bytes,
        "the archive cannot be read: files in it lie over each other; pack it again",
    );
}

#[test]
fn sizes_that_lie_are_not_believed() {
    let mut bytes = zipped(&[("a.csv", b"a,b\n1,2\n3,4\n")]);
    let entry = bytes.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    for lie in [1_u32, 11, 13, u32::MAX - 1] {
        bytes.get_mut(entry + 24..entry + 28).unwrap().copy_from_slice(&lie.to_le_bytes());
        match outcome("a.zip", &bytes) {
            Ok(rows) => assert_eq!(rows, ["a|b", "1|2", "3|4"]),
            Err(reason) => assert!(reason.contains("a.csv"), "{reason}"),
        }
    }
}

#[test]
fn archives_that_end_too_early_say_so() {
    let text: String = (0..2000).map(|n| format!("{n},{}\n", n * 7919 % 1000)).collect();
    let packed = gzipped(text.as_bytes());
    for n in [10, packed.len() / 2, packed.len() - 4] {
        let reason = outcome("a.csv.gz", packed.get(..n).unwrap()).unwrap_err();
        assert_eq!(reason, "the archive cannot be read: it ends too early; upload it again");
    }
    let packed = zipped(&[("a.csv", text.as_bytes())]);
    for n in [30, packed.len() / 2, packed.len() - 4] {
        let reason = outcome("a.zip", packed.get(..n).unwrap()).unwrap_err();
        assert!(reason.starts_with("the archive cannot be read: "), "{reason}");
    }
}

#[test]
fn a_sheet_is_as_large_as_its_cells() {
    check_read(
        "a.xlsx",
        &xlsx(
            "A1:XFD1048576",
            r#"<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="1048576"><c r="B1048576"><v>7</v></c></row>"#,
        ),
        &["a|column_2", "∅|7"],
    );
    check_refused(
        "a.xlsx",
        &xlsx("A1", r#"<row r="3"><c r="XFD3"><v>7</v></c></row>"#),
        "line 3 has more than 4096 values; a table has no more columns than that",
    );
    check_refused(
        "a.xlsx",
        &xlsx("A1", r#"<row r="1"><c r="B1"><v>7</v></c><c r="A1"><v>7</v></c></row>"#),
        "the workbook cannot be read: row 1 of sheet `S` has its cells out of order; save it again",
    );
}

#[test]
fn texts_that_a_workbook_claims_to_have_are_bounded() {
    let rows =
        r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2"><v>7</v></c></row>"#;
    for (part, sst) in [
        ("xl/sharedStrings.xml", "sst uniqueCount=\"19999999999\""),
        ("XL\\sharedstrings.XML", "x:sst uniqueCount=\"0019999999999\""),
    ] {
        let texts = format!("<{sst}><si><t>a</t></si></sst>");
        let reason =
            outcome("a.xlsx", &xlsx_with("A1", rows, &[(part, texts.as_bytes())])).unwrap_err();
        assert!(reason.contains("holds too much; save each sheet as CSV"), "{reason}");
    }
    // Some writers count wrongly.
    let texts = b"<sst uniqueCount=\"70000\"><si><t>a</t></si></sst>";
    let workbook = xlsx_with("A1", rows, &[("xl/sharedStrings.xml", texts)]);
    check_read("a.xlsx", &workbook, &["a", "7"]);
}

#[test]
fn a_formula_is_its_value_and_text_stays_text() {
    check_read(
        "a.xlsx",
        &xlsx(
            "A1:B2",
            r#"<row r="1"><c r="A1" t="str"><v>a</v></c><c r="B1" t="str"><v>b</v></c></row><row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>CMD()</f><v>=1+1</v></c></row>"#,
        ),
        &["a|b", "2|=1+1"],
    );
    check_read("a.csv", b"a,b\n=1+1,@x\n+1,-2\n", &["a|b", "=1+1|@x", "+1|-2"]);
}

#[test]
fn values_of_workbooks_that_never_end_are_refused() {
    let long = "x".repeat(17 << 20);
    let too_long = "a value has more than 16 MiB";
    let cell = format!(r#"<row r="1"><c r="A1" t="inlineStr"><is><t>{long}</t></is></c></row>"#);
    for rows in [cell, format!("<!-- {long} -->")] {
        let reason = outcome("a.xlsx", &xlsx("A1", &rows)).unwrap_err();
        assert!(reason.ends_with(too_long) && reason.contains("sheet1.xml"), "{reason}");
    }
    let cell = format!(
        "<table:table-row><table:table-cell><text:p>{long}</text:p></table:table-cell></table:table-row>"
    );
    let reason = outcome("a.ods", &ods(&cell)).unwrap_err();
    assert!(reason.ends_with(too_long) && reason.contains("content.xml"), "{reason}");
}

#[test]
fn what_a_document_repeats_is_bounded() {
    let cell = |n: u64, text: &str| {
        format!(
            r#"<table:table-cell table:number-columns-repeated="{n}"><text:p>{text}</text:p></table:table-cell>"#
        )
    };
    let row = |n: u64, cells: &str| {
        format!(r#"<table:table-row table:number-rows-repeated="{n}">{cells}</table:table-row>"#)
    };
    let header = row(1, &(cell(1, "a") + &cell(1, "b")));
    // Spreadsheets end with a million rows of nothing.
    let rest = row(1_048_573, r#"<table:table-cell table:number-columns-repeated="16384"/>"#);
    check_read(
        "a.ods",
        &ods(&(header.clone() + &row(2, &cell(2, "x")) + &rest)),
        &["a|b", "x|x", "x|x"],
    );
    check_refused(
        "a.ods",
        &ods(&(header.clone() + &row(1, &cell(16_384, "x")))),
        "line 2 has more than 4096 values; a table has no more columns than that",
    );
    check_refused(
        "a.ods",
        &ods(&(header.clone() + &row(1_000_000, &cell(4096, "x")))),
        "the workbook cannot be read: row 2 is said to be there 1000000 times; delete what is \
         repeated below it",
    );
    check_refused(
        "a.ods",
        &ods(&(header
            + &row(
                1,
                r#"<table:table-cell><text:p><text:s text:c="9999999999"/></text:p></table:table-cell>"#,
            ))),
        "the workbook cannot be read: row 2 has more than 16 MiB",
    );
}

#[test]
fn old_workbooks_make_no_room_for_what_is_not_there() {
    let number = |row: u16, column: u16| {
        [&row.to_le_bytes()[..], &column.to_le_bytes()[..], &[0, 0], &7_f64.to_le_bytes()[..]]
            .concat()
    };
    let (near, far) = (number(1, 0), number(65_535, 255));
    let too_large = "the workbook cannot be read: from their first to their last cells its sheets \
                     have more than 8 million; delete what stands far from the tables, or save it \
                     as XLSX";
    check_read("a.xls", &xls(&[(0x0203, &number(0, 0)), (0x0203, &near)]), &["column_1", "7", "7"]);
    check_refused("a.xls", &xls(&[(0x0203, &near), (0x0203, &far)]), too_large);
    let dimensions = [0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 255, 0, 0, 0];
    check_refused("a.xls", &xls(&[(0x0200, &dimensions), (0x0203, &near)]), too_large);
}

#[test]
fn a_hundred_thousand_columns_are_refused() {
    let header: Vec<String> = (0..100_000).map(|n| format!("c{n}")).collect();
    let too_many = |line: u64| {
        format!("line {line} has more than 4096 values; a table has no more columns than that")
    };
    check_refused("a.csv", header.join(",").as_bytes(), &too_many(1));
    let text = format!("a,b\n1,2\n{}\n", header.join(","));
    check_refused("a.csv", text.as_bytes(), &too_many(3));
    let object: Vec<String> = header.iter().map(|name| format!("\"{name}\":1")).collect();
    check_refused("a.json", format!("[{{{}}}]", object.join(",")).as_bytes(), &too_many(1));
}

#[test]
fn a_value_that_never_ends_is_refused_where_it_begins() {
    let long = "1,2\n".repeat(5 << 20);
    check_refused(
        "a.csv",
        format!("a,b\n1,2\n3,\"{long}").as_bytes(),
        "the row that begins in line 3 has more than 16 MiB; a double quote is probably never closed",
    );
    let endless = format!("[{{\"a\":1}},\n{{\"a\":\"{}", "x".repeat(17 << 20));
    let reason = outcome("a.json", endless.as_bytes()).unwrap_err();
    assert!(reason.starts_with("the record at line 2 column 16"), "{reason}");
    assert!(reason.ends_with(" has more than 16 MiB"), "{reason}");
}

#[test]
fn json_may_be_deep_and_its_numbers_long() {
    let deep = format!("[{{\"a\":{}{}}}]", "[".repeat(100_000), "]".repeat(100_000));
    let rows = outcome("a.json", deep.as_bytes());
    assert!(rows.is_ok_and(|rows| rows[1].len() == 200_000));
    let deep = "[".repeat(5 << 20);
    let reason = outcome("a.json", deep.as_bytes()).unwrap_err();
    assert!(reason.starts_with("the file is no JSON: EOF while parsing"), "{reason}");
    let deep = format!("{{\"a\":{}", "{\"b\":".repeat(100_000));
    let reason = outcome("a.json", deep.as_bytes()).unwrap_err();
    assert!(reason.starts_with("the file is no JSON: recursion limit exceeded"), "{reason}");
    let digits = "9".repeat(10_000);
    check_read(
        "a.json",
        format!("[{{\"a\":1e999999,\"b\":{digits}}}]").as_bytes(),
        &["a|b", &format!("1e999999|{digits}")],
    );
    let lists: Vec<String> = (0..101).map(|n| format!("\"l{n}\":[1]")).collect();
    check_refused(
        "a.json",
        format!("{{{}}}", lists.join(",")).as_bytes(),
        "the JSON has more than 100 lists; each is a table of its own",
    );
}

#[test]
fn bytes_that_are_no_text_are_refused_where_they_are() {
    let mut bytes = "名称,数量\n云溪,1\n".repeat(10_000).into_bytes();
    bytes.extend_from_slice(b"\xFF\xFE,2\n");
    bytes.extend_from_slice("云溪,1\n".repeat(10_000).as_bytes());
    check_refused(
        "a.csv",
        &bytes,
        "the file line 20001: the bytes are not UTF-8; save the file as UTF-8",
    );
    check_refused(
        "a.json",
        b"[{\"a\":1},\n{\"a\":\"\xFF\"}]",
        "the file line 2: the bytes are not UTF-8; save the file as UTF-8",
    );
}

#[test]
fn parquet_that_is_broken_says_so() {
    let cases: [&[u8]; 5] = [
        b"PAR1",
        b"PAR1PAR1",
        b"PAR1\xFF\xFF\xFF\x7FPAR1",
        b"PAR1\x15\x00\x15\x00\x04\x00\x00\x00PAR1",
        b"PAR1 and more, but no end",
    ];
    for bytes in cases {
        let reason = outcome("a.parquet", bytes).unwrap_err();
        assert!(reason.starts_with("the Parquet file cannot be read: "), "{reason}");
    }
    check_refused("a.parquet", b"a,b\n1,2\n", "the file is no Parquet");
}

/// The reader of old workbooks, which others wrote, panics over a record that is too short.
#[test]
fn a_reader_that_panics_finds_the_file_at_fault() {
    check_refused(
        "a.xls",
        &compound(b"\x09\x08\0\0"),
        "the file is broken; save it again, or as CSV",
    );
}

#[test]
fn what_is_another_kind_of_file_says_so() {
    check_refused(
        "a.csv",
        b"%PDF-1.7 ",
        "the file is a PDF document; save its table as CSV or XLSX",
    );
    check_refused(
        "a.xls",
        b"\n<html><body><table></table></body></html>",
        "the file is a web page or another document in markup; save its table as CSV or XLSX",
    );
    check_refused("a.csv", b"", "the file is empty; its first line must name the columns");
}

/// Every file of the collections, cut short and with bytes changed, is read or refused.
#[test]
fn broken_files_of_the_collections_do_not_panic() {
    let Some(folder) = awkward("") else { return };
    let (mut n_read, mut n_refused) = (0, 0);
    for path in corpus::files_of(&folder) {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy();
        if bytes.len() > 200_000 || name.ends_with(".zst") {
            continue;
        }
        let mut changed = bytes.clone();
        for at in (bytes.len() / 7..bytes.len()).step_by(bytes.len() / 5 + 1) {
            changed[at] ^= 0x55;
        }
        for broken in [bytes.get(..bytes.len() * 2 / 3).unwrap(), &changed] {
            match outcome(&name, broken) {
                Ok(_) => n_read += 1,
                Err(reason) if reason.is_empty() => panic!("{name}: no reason"),
                Err(_) => n_refused += 1,
            }
        }
    }
    assert!(n_read > 100 && n_refused > 20, "{n_read} read, {n_refused} refused");
}
