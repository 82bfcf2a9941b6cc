//! A real catalogue is taken over through the use case, twice, and with a kill in between.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{NaiveDateTime, Timelike};
use kaishu_portal::importing::{Input, Options, Progress};
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::dataset::DatasetView;
use serde_json::Value;

const N_PACKAGES: u64 = 2_548;

/// Unpacks the packages of Tokyo into a folder, or says that the test is skipped.
fn tokyo(folder: &Path) -> Option<PathBuf> {
    let packed = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../../shared/data/catalogues/tokyo_ckan_package_show_half0.jsonl.zst");
    let Ok(bytes) = std::fs::read(&packed) else {
        println!("skipped: {} is not here", packed.display());
        return None;
    };
    let path = folder.join("tokyo.jsonl");
    std::fs::write(&path, zstd::decode_all(bytes.as_slice()).unwrap()).unwrap();
    Some(path)
}

fn options() -> Options {
    Options { source: Some("tokyo".to_owned()), ..Options::default() }
}

fn packages(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Every entry of the portal by its identifier at the source.
async fn entries(site: &TestPortal) -> BTreeMap<String, DatasetView> {
    let mut found = BTreeMap::new();
    let mut next = Some(0);
    while let Some(from) = next {
        let page = kaishu_store::datasets::page_of_codes(site.store(), from, 1_000).await.unwrap();
        for code in page.codes {
            let code = code.parse().unwrap();
            let entry = kaishu_store::datasets::find(site.store(), &code).await.unwrap().unwrap();
            found.insert(entry.origin.as_ref().unwrap().id.clone(), entry);
        }
        next = page.next_after_id;
    }
    found
}

/// Compares an entry with what CKAN said.
#[track_caller]
fn check(entry: &DatasetView, package: &Value) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let source = entry.origin.as_ref().unwrap();
    assert_eq!((source.name.as_str(), &source.id), ("tokyo", &text(&package["id"])));
    let title = text(&package["title"]);
    assert_eq!(entry.fields.title, title.split_whitespace().collect::<Vec<_>>().join(" "));
    assert_eq!(entry.fields.summary, text(&package["notes"]).trim());
    assert_eq!(entry.organization.name, text(&package["organization"]["title"]));
    assert_eq!(entry.fields.extras.get("name"), Some(&text(&package["name"])));
    for (moment, name) in
        [(entry.published_at, "metadata_created"), (entry.updated_at, "metadata_modified")]
    {
        let written: NaiveDateTime = text(&package[name]).parse().unwrap();
        let whole_seconds = |it: NaiveDateTime| it.with_nanosecond(0).unwrap();
        assert_eq!(whole_seconds(moment.naive_utc()), whole_seconds(written), "{name}");
    }
    let resources = package["resources"].as_array().unwrap();
    assert_eq!(entry.resources.len(), resources.len());
    for (ours, theirs) in entry.resources.iter().zip(resources) {
        assert_eq!(ours.source_id.as_ref(), Some(&text(&theirs["id"])));
        let url = text(&theirs["url"]);
        if url.starts_with("http") {
            assert_eq!(ours.url.as_ref(), Some(&url));
        }
    }
}

/// Proves ZON-05: identifiers, source and history are kept, the report adds up and is kept with the
/// import, and a second time nothing changes but what changed at the source.
#[tokio::test]
async fn a_real_catalogue_keeps_identifiers_source_and_history() {
    let site = TestPortal::open(Setup::default()).await;
    let Some(path) = tokyo(site.folder()) else { return };
    let input = || Input::Ckan(path.clone());

    let report = site.portal().import(input(), options(), |_| ()).await.unwrap();

    assert_eq!((report.created, report.updated, report.unchanged), (N_PACKAGES, 0, 0));
    assert_eq!(report.rejected, []);
    let kept = kaishu_store::imports::latest(site.store(), "tokyo").await.unwrap().unwrap();
    assert_eq!(kept.report, report);
    assert!(kept.finished_at.is_some());
    let before = entries(&site).await;
    let packages = packages(&path);
    for package in &packages {
        check(&before[package["id"].as_str().unwrap()], package);
    }

    let again = site.portal().import(input(), options(), |_| ()).await.unwrap();

    assert_eq!((again.created, again.updated, again.unchanged), (0, 0, N_PACKAGES));
    assert_eq!(entries(&site).await, before);

    let mut changed = packages[7].clone();
    changed["title"] = "新しい名前".into();
    changed["version"] = "2.1".into();
    std::fs::write(&path, changed.to_string()).unwrap();
    let report = site.portal().import(input(), options(), |_| ()).await.unwrap();

    assert_eq!((report.created, report.updated, report.unchanged), (0, 1, 0));
    let after = entries(&site).await;
    assert_eq!(after.len() as u64, N_PACKAGES, "what a part of a catalogue does not name stays");
    let entry = &after[changed["id"].as_str().unwrap()];
    check(entry, &changed);
    let old = &before[changed["id"].as_str().unwrap()];
    assert_eq!(entry.code, old.code);
    let history: Vec<_> = entry.versions.iter().map(|it| (it.number, it.note.as_str())).collect();
    assert_eq!(history, [(2, "导入，来源版本 2.1"), (1, "导入")]);
    assert_eq!(entry.versions[0].changed_fields, ["extras", "title"]);
}

/// Proves ZON-05: an import that was killed goes on where it stopped, and its report speaks of all.
#[tokio::test]
async fn a_killed_import_of_a_real_catalogue_goes_on() {
    let site = TestPortal::open(Setup::default()).await;
    let Some(path) = tokyo(site.folder()) else { return };
    let portal = site.portal().clone();
    let input = Input::Ckan(path.clone());
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel::<Progress>();
    let killed = tokio::spawn(async move {
        portal.import(input, options(), |progress| told.send(progress).unwrap()).await
    });
    let reported = heard.recv().await.unwrap().n_records;
    killed.abort();
    assert!(killed.await.is_err(), "it was still under way");
    while let Ok(progress) = heard.try_recv() {
        assert!(progress.n_records >= reported);
    }

    let mut first = None;
    let report = site
        .portal()
        .import(Input::Ckan(path.clone()), options(), |progress| {
            first.get_or_insert(progress);
        })
        .await
        .unwrap();

    let first = first.unwrap();
    assert!(first.resumed && first.n_records >= reported, "{first:?} after {reported}");
    assert_eq!((report.created, report.updated, report.unchanged), (N_PACKAGES, 0, 0));
    assert_eq!(entries(&site).await.len() as u64, N_PACKAGES);
}
