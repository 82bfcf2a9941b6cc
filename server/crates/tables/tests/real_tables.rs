//! Summaries of real tables: Chinese, in GB18030, with byte order marks, and large.

#![expect(clippy::unwrap_used, reason = "a table that does not read must fail the test")]
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use std::io::Cursor;
use std::path::PathBuf;

use kaishu_tables::{TableSummary, read_rows, summarise, summarise_file};
use proptest::prelude::*;

/// Finds a file of the shared data, or says that the test is skipped.
fn data(name: &str) -> Option<PathBuf> {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data/tables").join(name);
    if !path.is_file() {
        println!("skipped: {} is not here", path.display());
        return None;
    }
    Some(path)
}

fn types(summary: &TableSummary) -> String {
    let columns = summary.columns.iter();
    let columns: Vec<String> = columns
        .map(|column| format!("{}:{}/{}", column.name, column.item_type, column.max_length))
        .collect();
    columns.join(" ")
}

fn describe(summary: &TableSummary) -> String {
    let mark = if summary.has_bom { " with mark" } else { "" };
    format!(
        "{}{mark}, {} rows, {} ragged: {}",
        summary.encoding,
        summary.n_rows,
        summary.n_ragged_rows,
        types(summary)
    )
}

#[track_caller]
fn check(name: &str, expected: &str) {
    let Some(path) = data(name) else {
        return;
    };
    let summary = summarise_file(&path).unwrap();

    assert_eq!(describe(&summary), expected);
}

#[test]
fn a_table_in_utf8_with_a_mark_is_read() {
    check(
        "zh/areacity_ok_data_level3.csv",
        "UTF-8 with mark, 3639 rows, 0 ragged: id:code/9 pid:code/6 deep:integer/1 name:text/9 pinyin_prefix:text/2 pinyin:text/35 ext_id:code/12 ext_name:text/15",
    );
}

#[test]
fn the_same_table_in_gb18030_is_read() {
    check(
        "zh/areacity_level3_gbk.csv",
        "GB18030, 3639 rows, 0 ragged: id:code/9 pid:code/6 deep:integer/1 name:text/9 pinyin_prefix:text/2 pinyin:text/35 ext_id:code/12 ext_name:text/15",
    );
}

#[test]
fn division_codes_stay_codes() {
    check(
        "zh/china-division_streets.csv",
        "UTF-8, 41352 rows, 0 ragged: code:code/9 name:text/24 areaCode:code/6 provinceCode:code/2 cityCode:code/4",
    );
}

#[test]
fn zip_codes_keep_their_zeros() {
    check(
        "vega/zipcodes.csv",
        "UTF-8, 42049 rows, 0 ragged: zip_code:code/5 latitude:decimal/9 longitude:decimal/11 city:text/26 state:text/2 county:text/25",
    );
}

#[test]
fn chinese_headings_and_dates_are_read() {
    check(
        "zh/nCov_china_0216.csv",
        "UTF-8, 9060 rows, 0 ragged: 省:text/8 省确诊:integer/5 省治愈:integer/4 省死亡:integer/4 市:text/9 新增确诊:integer/5 新增治愈:integer/3 新增死亡:integer/3 确诊:integer/5 治愈:integer/4 死亡:integer/4 日期:date/10",
    );
}

#[test]
fn chinese_headings_after_a_mark_are_read() {
    check(
        "zh/nCov_china_0229.csv",
        "UTF-8 with mark, 14670 rows, 0 ragged: 省:text/8 省确诊:integer/5 省治愈:integer/5 省死亡:integer/4 市:text/9 新增确诊:integer/5 新增治愈:integer/4 新增死亡:integer/3 确诊:integer/5 治愈:integer/5 死亡:integer/4 日期:date/10",
    );
}

#[test]
fn six_hundred_thousand_villages_are_summarised() {
    let Some(path) = data("zh/china-division_villages.csv.zst") else {
        return;
    };
    let packed = std::fs::read(path).unwrap();
    let bytes = zstd::decode_all(packed.as_slice()).unwrap();

    let summary = summarise(Cursor::new(bytes)).unwrap();

    assert_eq!(
        describe(&summary),
        "UTF-8, 620573 rows, 0 ragged: code:code/12 name:text/33 streetCode:code/9 provinceCode:code/2 cityCode:code/4 areaCode:code/6"
    );
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let rows = read_rows(&bytes, "any.csv");
        let summary = summarise(Cursor::new(&bytes));
        if let (Ok(rows), Ok(summary)) = (rows, summary) {
            prop_assert!(rows.len() as u64 <= summary.n_rows);
        }
    }
}
