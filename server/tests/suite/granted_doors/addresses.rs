//! The doors: every operation of the API that reads, and every page of a dataset, as they are described.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::CODE;
use crate::overreach_reading::read_paths;

const EXPORTS: [&str; 6] = ["csv", "xlsx", "json", "ndjson", "xml", "parquet"];

/// Questions that name a column.
const QUESTIONS: [&str; 15] = [
    "select=NAME",
    "sort=NAME&limit=3",
    "sort=-NAME",
    "filter=NAME+IS+NULL",
    "filter=NAME+LIKE+%27%25wa%25%27",
    "filter=NAME+%3E+7310044001",
    "filter=NOT+NAME+%3D+%27x%27",
    "group_by=NAME",
    "group_by=kolopen&aggregate=max(NAME),min(NAME),count_distinct(NAME)",
    "distinct=1&select=NAME",
    "q=wa&select=kolopen,NAME",
    "aggregate=count(NAME)",
    "chart=bar&x=NAME&agg=count",
    "chart=line&x=kolopen&y=NAME&agg=max",
    "col=NAME",
];
/// So many of them are for tables alone; charts are of pages.
const OF_TABLES: usize = 12;

/// Where the governed view is asked: the file, and the doors that it answers at.
const CALLERS: &[(&str, &[&str])] = &[
    ("src/api/rows.rs", &["/api/v1/datasets/{code}/resources/{id}/rows"]),
    ("src/api/exports.rs", &["/api/v1/datasets/{code}/resources/{id}/{file}"]),
    ("src/api/bundles.rs", &["/api/v1/datasets/{code}/export.zip"]),
    ("src/api/changes.rs", &["/api/v1/datasets/{code}/resources/{id}/changes"]),
    ("src/api/quality.rs", &["/api/v1/datasets/{code}/resources/{id}/quality"]),
    ("src/api/issues.rs", &["/api/v1/datasets/{code}/quality-issues"]),
    ("src/api/original.rs", &["/api/v1/datasets/{code}/resources/{id}/original"]),
    ("src/api/table_description.rs", &["/api/v1/datasets/{code}/resources/{id}/openapi.json"]),
    ("../app/src/pages/explorer/mod.rs", &["/datasets/{code}/resources/{id}"]),
    ("../app/src/pages/dataset_changes.rs", &["/datasets/{code}/resources/{id}/changes"]),
    ("../app/src/pages/dataset_quality.rs", &["/datasets/{code}/resources/{id}/quality"]),
    ("../app/src/pages/dataset_issues.rs", &["/datasets/{code}/quality"]),
    ("../app/src/pages/dataset_download.rs", &["/datasets/{code}/resources/{id}/download"]),
];

/// What asks the governed view, as it stands in a file.
const CALLS: [&str; 6] = [
    ".table_state(",
    ".look_at_table(",
    ".compare(&",
    ".open_bundle(",
    ".open_download(",
    ".quality_issues(",
];

/// What the parts of an address stand for.
pub(super) struct Placed {
    pub(super) files: [i64; 2],
    pub(super) case: i64,
    pub(super) receipt: String,
}

/// The operations of the API that read.
fn operations() -> BTreeSet<String> {
    let document = serde_json::to_value(kaishu_server::api::document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let reads = paths.iter().filter(|(_, methods)| methods.get("get").is_some());
    reads.map(|(path, _)| path.clone()).collect()
}

/// The pages of datasets.
fn pages() -> BTreeSet<String> {
    read_paths().into_iter().filter(|path| path.starts_with("/datasets")).collect()
}

/// The addresses of a path.
fn filled(pattern: &str, placed: &Placed) -> Vec<String> {
    let code = if pattern.contains("/organizations/") {
        "YX-T"
    } else if pattern.contains("/regions/") {
        "YX"
    } else if pattern.contains("/receipts/") {
        placed.receipt.as_str()
    } else {
        CODE
    };
    let of_case = ["/applications/", "/cases/", "/grants/"];
    let id = if pattern.contains("/resources/") {
        placed.files[0]
    } else if of_case.iter().any(|part| pattern.contains(part)) {
        placed.case
    } else {
        1
    };
    let address = pattern
        .replace("{code}", code)
        .replace("{id}", &id.to_string())
        .replace("{number}", "1")
        .replace("{revision}", "1")
        .replace("{place}", "0")
        .replace("{name}", "theme")
        .replace("{regulation}", "aba");
    if address.ends_with("/suggestions") {
        return vec![format!("{address}?q=kol")];
    }
    if address.ends_with("/changes") && pattern.contains("/resources/") {
        return vec![format!("{address}?from={}", placed.files[1]), address];
    }
    let addresses: Vec<String> = match address.strip_suffix("{file}") {
        Some(base) => EXPORTS.iter().map(|ending| format!("{base}export.{ending}")).collect(),
        None => vec![address],
    };
    assert!(!addresses[0].contains('{'), "say what stands for the parts of {pattern}");
    addresses
}

fn addresses(patterns: impl IntoIterator<Item = String>, placed: &Placed) -> Vec<String> {
    patterns.into_iter().flat_map(|pattern| filled(&pattern, placed)).collect()
}

/// Every operation that reads, and every page of datasets.
pub(super) fn all_doors(placed: &Placed) -> Vec<String> {
    addresses(operations().into_iter().chain(pages()), placed)
}

/// Those that are of one dataset.
pub(super) fn doors_of_the_dataset(placed: &Placed) -> Vec<String> {
    let of_one = operations().into_iter().chain(pages());
    addresses(of_one.filter(|path| path.contains("/datasets/{code}")), placed)
}

/// Questions to tables that name a column: replace `NAME` by it.
pub(super) fn questions([file, other]: [i64; 2]) -> Vec<String> {
    let path = format!("/datasets/{CODE}/resources/{file}");
    let mut all = vec![
        format!("/api/v1{path}/changes?from={other}&key=NAME"),
        format!("{path}/changes?from={other}&key=NAME"),
    ];
    for question in QUESTIONS {
        all.push(format!("{path}?{question}"));
    }
    for question in &QUESTIONS[..OF_TABLES] {
        all.push(format!("/api/v1{path}/rows?{question}"));
    }
    for question in QUESTIONS[..OF_TABLES].iter().filter(|it| !it.contains("limit")).step_by(3) {
        all.push(format!("/api/v1{path}/export.csv?{question}"));
    }
    all
}

/// The part of an address after the number of a file.
fn of_file(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("/resources/")?;
    let end = rest.find('/').unwrap_or(rest.len());
    Some(&rest[end..])
}

/// Whether a table is all that the API answers there.
pub(super) fn is_of_table(address: &str) -> bool {
    let Some(end) = of_file(address).filter(|_| address.starts_with("/api/")) else { return false };
    let is_answer = ["/rows", "/openapi.json"].contains(&end);
    is_answer || end.starts_with("/export.") || end.starts_with("/changes?")
}

/// Whether every column that somebody may have has its values there.
pub(super) fn serves_columns(address: &str) -> bool {
    let is_page = !address.starts_with("/api/");
    match of_file(address) {
        Some(end) if is_page => end.is_empty(),
        Some(end) => end == "/rows" || end.starts_with("/export."),
        None => address.ends_with("/export.zip"),
    }
}

/// The files below a folder, by their paths.
fn sources(folder: &str, found: &mut Vec<String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for entry in fs::read_dir(root.join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        match entry.file_type().unwrap().is_dir() {
            true => sources(&path, found),
            false => found.push(path),
        }
    }
}

/// Whatever asks the governed view is a door that is asked under grants.
#[test]
fn every_caller_of_the_governed_view_is_a_door() {
    let mut files = Vec::new();
    for folder in ["src", "../app/src"] {
        sources(folder, &mut files);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let asks = |file: &&String| {
        let text = fs::read_to_string(root.join(file)).unwrap();
        CALLS.iter().any(|call| text.contains(call))
    };
    let found: BTreeSet<&str> = files
        .iter()
        .filter(|file| file.ends_with(".rs"))
        .filter(asks)
        .map(String::as_str)
        .collect();
    let known: BTreeSet<&str> = CALLERS.iter().map(|(file, _)| *file).collect();
    assert_eq!(found, known, "name the doors of the file in `CALLERS`");

    let doors: BTreeSet<String> = operations().into_iter().chain(pages()).collect();
    for (file, patterns) in CALLERS {
        for pattern in *patterns {
            assert!(doors.contains(*pattern), "{file} answers no longer at {pattern}");
        }
    }
    let tables = ["rows", "openapi.json", "changes?from=2", "export.csv"];
    assert!(
        tables.iter().all(|end| is_of_table(&format!("/api/v1/datasets/{CODE}/resources/1/{end}")))
    );
}
