//! Every file of the collections of awkward files is read right, or refused with a reason.
//!
//! What is refused or read otherwise than its collection expects is listed here with the reason.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::corpus::{self, Read, awkward, files_of, read};

/// Reads all files, and compares those that are refused with a list of names and reasons.
#[track_caller]
fn check_refused(files: &[PathBuf], expected: &[(&str, &str)]) -> usize {
    let mut refused: BTreeMap<String, String> = BTreeMap::new();
    let mut n_tables = 0;
    for path in files {
        match read(path) {
            Ok(tables) => {
                n_tables += tables.len();
                tables.iter().for_each(|table| check_sound(path, table));
            }
            Err(reason) => {
                refused.insert(path.file_name().unwrap().to_string_lossy().into_owned(), reason);
            }
        }
    }
    let expected: BTreeMap<String, String> =
        expected.iter().map(|(name, reason)| ((*name).to_owned(), (*reason).to_owned())).collect();
    assert_eq!(refused, expected);
    n_tables
}

/// What holds of any table: it has columns with names, and all rows have them.
#[track_caller]
fn check_sound(path: &Path, table: &Read) {
    let place = path.display();
    assert!(!table.columns.is_empty(), "{place}: no columns");
    assert!(table.columns.iter().all(|name| !name.trim().is_empty()), "{place}: no name");
    assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "{place}: row lengths");
    assert!(table.ragged.rows.iter().all(|row| row.place > 0), "{place}: no place");
}

const WEB_PAGE: &str =
    "the file is a web page or another document in markup; save its table as CSV or XLSX";

/// Everything but the suites that say what is right, which have tests of their own below.
#[test]
fn every_file_is_read_or_refused_with_a_reason() {
    let Some(folder) = awkward("") else { return };
    let mut files = files_of(&folder);
    files.retain(|path| {
        let ending = path.extension().unwrap_or_default();
        !path.to_string_lossy().contains("pollock/parameters") && ending != "gz" && ending != "zst"
    });

    let n_tables = check_refused(
        &files,
        &[
            ("badcolspan.html", WEB_PAGE),
            ("complex.html", WEB_PAGE),
            (
                "encrypted_no_password.xls",
                "the workbook cannot be read: it is protected by a password; save it without one",
            ),
            // Its only sheet has one row without cells.
            ("libreoffice.xlsx", "there is no table in the file"),
            ("locations-1998.csv", "the file is empty; its first line must name the columns"),
            (
                "polling_locations.shapefile.zip",
                "there is no table in the archive, but for example Polling_Locations.cpg, \
                 Polling_Locations.dbf, Polling_Locations.prj; pack CSV, XLSX or JSON files",
            ),
            ("rowcolspan.html", WEB_PAGE),
        ],
    );

    assert_eq!((files.len(), n_tables), (164, 184));
}

/// The cases of `CleverCSV` say how a text looks under some dialect, not which is right.
#[test]
fn texts_of_clevercsv_are_read() {
    let Some(path) = awkward("clevercsv_abstraction_testcases.json.gz") else { return };
    let folder = tempfile::tempdir().unwrap();
    let packed = std::io::BufReader::new(std::fs::File::open(path).unwrap());
    let cases = std::io::BufReader::new(flate2::read::GzDecoder::new(packed));
    let mut files = Vec::new();
    for (n, case) in std::io::BufRead::lines(cases).enumerate() {
        let case: Value = serde_json::from_str(&case.unwrap()).unwrap();
        let path = folder.path().join(format!("{n}.csv"));
        std::fs::write(&path, case["content"].as_str().unwrap()).unwrap();
        files.push(path);
    }

    assert_eq!((files.len(), check_refused(&files, &[])), (78, 78));
}

/// What `csv-spectrum` expects: a list of objects.
#[test]
fn csv_spectrum_is_read_as_it_says() {
    let Some(folder) = awkward("csv-spectrum") else { return };
    let mut n_right = 0;
    for path in files_of(&folder).iter().filter(|path| path.extension().unwrap() == "csv") {
        // Its JSON is of another file, with another number.
        if path.ends_with("location_coordinates.csv") {
            continue;
        }
        let expected = std::fs::read(path.with_extension("json")).unwrap();
        let expected: Vec<serde_json::Map<String, Value>> =
            serde_json::from_slice(&expected).unwrap();
        let table = read(path).unwrap().remove(0);
        let found: Vec<_> = table.texts().iter().map(|row| object(&table.columns, row)).collect();
        assert_eq!(found, expected, "{}", path.display());
        n_right += 1;
    }
    assert_eq!(n_right, 11);
}

fn object(columns: &[String], row: &[String]) -> serde_json::Map<String, Value> {
    columns.iter().cloned().zip(row.iter().cloned().map(Value::from)).collect()
}

/// Files of Pollock that are read otherwise than its clean ones: how many rows they have, the first line
/// that is reported to have another number of values than the header, and the name of the first column.
const OTHERWISE: [(&str, &str); 8] = [
    // Values with spaces stand between spaces without quotes: where they end, nobody can tell.
    ("file_field_delimiter_0x20.csv", "83 rows, line 3, DATE TIME Qty PRODUCTID Price"),
    // The names are the same in both rows of the header; they are not said twice.
    ("file_header_multirow_2.csv", "83 rows, no line, DATE"),
    // Another table follows. Nothing is left out, and the line where it begins is reported; where it
    // has as many columns, its header is.
    ("file_multitable_less.csv", "166 rows, line 85, DATE"),
    ("file_multitable_more.csv", "166 rows, line 85, DATE"),
    ("file_multitable_same.csv", "166 rows, no line, DATE"),
    // The names stand between spaces and the values between commas: they are kept as a title.
    ("row_field_delimiter_0_0x20.csv", "83 rows, no line, column_1"),
    // A delimiter is missing in the header, or one too many: each row is reported.
    ("row_less_sep_row0_col1.csv", "83 rows, line 2, DATETIME"),
    ("row_more_sep_row0_col0.csv", "83 rows, line 2, column_1"),
];

#[test]
fn pollock_is_read_as_its_clean_files() {
    let Some(folder) = awkward("pollock") else { return };
    let mut otherwise = Vec::new();
    let mut n = 0;
    for path in files_of(&folder.join("csv")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let clean = folder.join("clean").join(&name);
        let expected: Vec<Vec<String>> = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_path(clean)
            .unwrap()
            .records()
            .map(|record| record.unwrap().iter().map(ToOwned::to_owned).collect())
            .collect();
        let table = read(&path).unwrap().remove(0);
        let mut found = vec![table.columns.clone()];
        found.extend(table.texts());
        n += 1;
        if found != expected {
            let line = table.ragged.rows.first().map(|row| format!("line {}", row.place));
            otherwise.push(format!(
                "{name}: {} rows, {}, {:.29}",
                table.rows.len(),
                line.unwrap_or_else(|| "no line".to_owned()),
                table.columns[0],
            ));
        }
    }
    assert_eq!(otherwise, OTHERWISE.map(|(name, found)| format!("{name}: {found}")));
    assert_eq!(n, 14);
}

/// The tests of CSV on the Web: what they say without metadata is read to the letter, and with
/// metadata, which is not read, every table has the rows that they expect.
#[test]
fn csv_on_the_web_has_its_rows() {
    let Some(path) = awkward("csvw_test_suite.tar.zst") else { return };
    let folder = tempfile::tempdir().unwrap();
    let tar = zstd::decode_all(std::fs::File::open(path).unwrap()).unwrap();
    corpus::untar(&tar, folder.path());
    let at = |name: &str| folder.path().join(name.rsplit('/').next().unwrap());
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(at("manifest-json.jsonld")).unwrap()).unwrap();
    let (mut n_to_the_letter, mut n_by_rows, mut otherwise) = (0, 0, Vec::new());
    for test in manifest["entries"].as_array().unwrap() {
        let (Some(result), false) =
            (test["result"].as_str(), test["option"]["minimal"].as_bool().unwrap_or_default())
        else {
            continue;
        };
        let id = test["id"].as_str().unwrap().trim_start_matches("manifest-json#");
        let expected: Value = serde_json::from_slice(&std::fs::read(at(result)).unwrap()).unwrap();
        let action = test["action"].as_str().unwrap();
        let is_bare = action.ends_with(".csv")
            && test["implicit"].is_null()
            && test["option"]["metadata"].is_null();
        for table in expected["tables"].as_array().unwrap() {
            let url = table["url"].as_str().unwrap();
            let path = at(url.split('?').next().unwrap());
            if !path.is_file() {
                continue;
            }
            let Some(rows) = table["row"].as_array() else { continue };
            let found = read(&path).unwrap().remove(0);
            let is_right = if is_bare {
                n_to_the_letter += 1;
                let objects = found.texts();
                let mut objects = objects.iter().map(|row| object(&found.columns, row));
                rows.len() == found.rows.len()
                    && rows.iter().all(|row| {
                        let mut object = objects.next().unwrap();
                        // An empty cell is no statement.
                        object.retain(|_, value| value != "");
                        row["describes"][0].as_object() == Some(&object)
                    })
            } else {
                n_by_rows += 1;
                found.rows.len() == rows.len()
            };
            if !is_right {
                otherwise.push(format!("{id}: {} rows for {}", found.rows.len(), rows.len()));
            }
        }
    }
    assert_eq!(
        otherwise,
        [
            // Its metadata says that there is no header.
            "test023: 2 rows for 3",
            // Its columns are called `+0`, `-0`, `%000`: that they are names, only metadata can say.
            "test283: 4 rows for 3",
        ]
    );
    assert_eq!((n_to_the_letter, n_by_rows), (8, 202));
}
