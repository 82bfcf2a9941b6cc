//! Awkward files that others collected leave the portal as they came.

#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use kaishu_portal::tables::{By, Verdict, Waiting};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_types::DatasetCode;

use crate::support::TestSite;

/// Files that should be tables and that nobody can look into: protected, without a value, empty, and an
/// archive of other things. A person has to let them pass.
const UNREADABLE: &[&str] = &[
    "encrypted_no_password.xls",
    "libreoffice.xlsx",
    "locations-1998.csv",
    "polling_locations.shapefile.zip",
];

/// All files of a folder and the folders in it, by name.
fn files_of(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_of(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// What a publisher would say a file is.
fn format_of(path: &Path) -> String {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let is_known = ["csv", "tsv", "json", "xlsx", "xls", "ods", "zip"].contains(&ending.as_str());
    if is_known { ending } else { "other".to_owned() }
}

fn code(place: usize) -> DatasetCode {
    format!("YX-T-{:04}", place + 1).parse().unwrap()
}

/// Publishes each file as a dataset of its own.
async fn published(files: &[PathBuf]) -> TestSite {
    let mut catalogue = Catalogue::default();
    for (place, path) in files.iter().enumerate() {
        let (code, name) = (code(place), name_of(path));
        let bytes = std::fs::read(path).unwrap();
        // In two folders there may be files of one name.
        let unique = format!("{place}-{name}");
        catalogue = catalogue.dataset(code.as_str(), &name, "unconditional").file_called(
            code.as_str(),
            &unique,
            &format_of(path),
            &bytes,
        );
    }
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let report = site.test_portal.import(catalogue.folder()).await;
    assert_eq!(report.created, files.len() as u64, "{report:?}");
    site
}

/// The address of the original of the only file of a dataset.
async fn original(site: &TestSite, code: &DatasetCode) -> String {
    let entry = site.get(&format!("/api/v1/datasets/{code}")).await.json();
    let id = entry["resources"][0]["id"].as_i64().unwrap();
    format!("/api/v1/datasets/{code}/resources/{id}/original")
}

// Proves PUB-14, DL-01: whether or not a table can be made of a file, it comes back byte for byte; where
// something personal is in it or nobody can look into it, after a person has decided, and not before.
#[tokio::test]
async fn every_awkward_file_comes_back_as_it_was() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/awkward");
    if !folder.is_dir() {
        println!("skipped: {} is not here", folder.display());
        return;
    }
    let files = files_of(&folder);
    assert_eq!(files.len(), 180);
    let site = published(&files).await;
    let portal = site.test_portal.portal();

    let waiting = portal.waiting().await.unwrap();
    let (mut personal, mut unreadable) = (BTreeSet::new(), BTreeSet::new());
    for (place, path) in files.iter().enumerate() {
        let name = name_of(path);
        let of_file = || waiting.iter().filter(|it| it.dataset == code(place));
        for found in of_file() {
            let kinds = if found.subject.is_some() { &mut personal } else { &mut unreadable };
            kinds.insert(name.clone());
        }
        let answer = site.get(&original(&site, &code(place)).await).await;
        match of_file().next() {
            Some(_) => {
                assert_eq!(
                    (answer.status.as_u16(), answer.has("x-receipt")),
                    (403, false),
                    "{name}"
                );
                assert_eq!(answer.json()["rule"]["id"], "SEC-21", "{name}");
            }
            None => {
                assert_eq!(
                    answer.status,
                    200,
                    "{name}: {}",
                    String::from_utf8_lossy(&answer.bytes)
                );
                assert!(answer.bytes == std::fs::read(path).unwrap(), "{name} comes back changed");
            }
        }
    }
    assert_eq!(unreadable.iter().collect::<Vec<_>>(), UNREADABLE);
    assert!(personal.contains("boston311-100-with-fake-pii.csv"), "{personal:?}");

    for Waiting { dataset, file, subject } in &waiting {
        let (why, by) = ("看过，可以公开", By::Command("张三"));
        match subject {
            Some(column) => {
                let release = Verdict::Release;
                portal.decide_column(dataset, &column.name, release, why, by).await.unwrap();
            }
            None => drop(portal.decide_file(dataset, *file, true, why, by).await.unwrap()),
        }
    }
    for (place, path) in files.iter().enumerate() {
        let answer = site.get(&original(&site, &code(place)).await).await;
        assert_eq!(answer.status, 200, "{}", path.display());
        assert!(answer.bytes == std::fs::read(path).unwrap(), "{} changed", path.display());
    }
}
