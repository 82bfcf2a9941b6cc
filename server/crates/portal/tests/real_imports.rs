//! Real catalogues are taken over through the use case, twice, and one with a kill in between.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{NaiveDateTime, Timelike};
use kaishu_interop::jsonl::Mapping;
use kaishu_portal::importing::{Input, Options, Progress};
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::dataset::DatasetView;
use serde_json::Value;

const N_PACKAGES: u64 = 2_548;

/// Records of the registry of portals that are taken over: more than one batch.
const N_PORTALS: usize = 1_500;

/// Finds something of the shared data, or says that it is skipped.
fn data(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data").join(name);
    if !path.exists() {
        println!("skipped: {} is not here", path.display());
        return None;
    }
    Some(path)
}

fn unpacked(name: &str) -> Option<Vec<u8>> {
    let packed = std::fs::read(data(name)?).unwrap();
    Some(zstd::decode_all(packed.as_slice()).unwrap())
}

/// Unpacks the packages of Tokyo into a folder, or says that the test is skipped.
fn tokyo(folder: &Path) -> Option<PathBuf> {
    let bytes = unpacked("catalogues/tokyo_ckan_package_show_half0.jsonl.zst")?;
    let path = folder.join("tokyo.jsonl");
    std::fs::write(&path, bytes).unwrap();
    Some(path)
}

fn mapped(path: PathBuf, name: &str) -> Input {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../interop/mappings").join(name);
    let text = std::fs::read_to_string(rules).unwrap();
    Input::Jsonl(path, Box::new(Mapping::parse(&text, name).unwrap()))
}

/// Writes the plain files of a tar into a folder.
fn write_tar(bytes: &[u8], folder: &Path) {
    let text = |field: &[u8]| {
        let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
        String::from_utf8_lossy(&field[..end]).trim().to_owned()
    };
    std::fs::create_dir(folder).unwrap();
    let mut rest = bytes;
    while rest.len() > 512 && rest[0] != 0 {
        let size = usize::from_str_radix(&text(&rest[124..136]), 8).unwrap();
        if rest[156] == b'0' {
            let path = text(&rest[..100]);
            let name = Path::new(&path).file_name().unwrap();
            std::fs::write(folder.join(name), &rest[512..512 + size]).unwrap();
        }
        rest = &rest[512 + size.div_ceil(512) * 512..];
    }
}

/// The other catalogues that are here, each with a name.
fn others(folder: &Path) -> Vec<(&'static str, Input)> {
    let mut found = Vec::new();
    if let Some(bytes) = unpacked("catalogues/dataportals_registry_full.jsonl.zst") {
        let path = folder.join("dataportals.jsonl");
        let lines: Vec<&[u8]> = bytes.split_inclusive(|it| *it == b'\n').take(N_PORTALS).collect();
        std::fs::write(&path, lines.concat()).unwrap();
        found.push(("dataportals", mapped(path, "dataportals.toml")));
    }
    if let Some(bytes) = unpacked("catalogues/firstdata_all-sources.json.zst") {
        let path = folder.join("firstdata.json");
        std::fs::write(&path, bytes).unwrap();
        found.push(("firstdata", mapped(path, "firstdata.toml")));
    }
    if let Some(bytes) = unpacked("catalogues/aws_registry_half0.tar.zst") {
        let path = folder.join("aws");
        write_tar(&bytes, &path);
        found.push(("aws", mapped(path, "aws.toml")));
    }
    let list = data("catalogues/cnpds_portals.json");
    found.extend(list.map(|path| ("cnpds", mapped(path, "cnpds.toml"))));
    let json = data("dcat/ckanext-dcat_ckan_json");
    found.extend(json.map(|path| ("ckan", Input::Ckan(path))));
    let dcat = data("dcat/ckanext-dcat_examples");
    found.extend(dcat.map(|path| ("dcat", Input::Dcat(path))));
    let samples = data("dcat/datajson_us_samples");
    found.extend(samples.map(|path| ("datajson", Input::Dcat(path))));
    found
}

fn options() -> Options {
    Options { source: Some("tokyo".to_owned()), ..Options::default() }
}

fn packages(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The entries that came from one source, by their identifiers there.
async fn entries_of(site: &TestPortal, source: &str) -> BTreeMap<String, DatasetView> {
    let mut found = BTreeMap::new();
    let mut next = Some(0);
    while let Some(from) = next {
        let page = kaishu_store::datasets::page_of_codes(site.store(), from, 1_000).await.unwrap();
        for code in page.codes {
            let code = code.parse().unwrap();
            let entry = kaishu_store::datasets::find(site.store(), &code).await.unwrap().unwrap();
            let origin = entry.origin.clone().unwrap();
            if origin.name == source {
                assert!(found.insert(origin.id, entry).is_none(), "two entries of one record");
            }
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
    let before = entries_of(&site, "tokyo").await;
    let packages = packages(&path);
    for package in &packages {
        check(&before[package["id"].as_str().unwrap()], package);
    }

    let again = site.portal().import(input(), options(), |_| ()).await.unwrap();

    assert_eq!((again.created, again.updated, again.unchanged), (0, 0, N_PACKAGES));
    assert_eq!(entries_of(&site, "tokyo").await, before);

    let mut changed = packages[7].clone();
    changed["title"] = "新しい名前".into();
    changed["version"] = "2.1".into();
    std::fs::write(&path, changed.to_string()).unwrap();
    let report = site.portal().import(input(), options(), |_| ()).await.unwrap();

    assert_eq!((report.created, report.updated, report.unchanged), (0, 1, 0));
    let after = entries_of(&site, "tokyo").await;
    assert_eq!(after.len() as u64, N_PACKAGES, "what a part of a catalogue does not name stays");
    let entry = &after[changed["id"].as_str().unwrap()];
    check(entry, &changed);
    let old = &before[changed["id"].as_str().unwrap()];
    assert_eq!(entry.code, old.code);
    let history: Vec<_> = entry.versions.iter().map(|it| (it.number, it.note.as_str())).collect();
    assert_eq!(history, [(2, "导入，来源版本 2.1"), (1, "导入")]);
    assert_eq!(entry.versions[0].changed_fields, ["extras", "title"]);
}

/// Proves ZON-05: every other catalogue is taken over as well, side by side in one portal, with its
/// identifiers and source, and a second time nothing changes.
#[tokio::test]
async fn other_catalogues_keep_identifiers_and_source() {
    let site = TestPortal::open(Setup::default()).await;
    let mut found = Vec::new();
    for (source, input) in others(site.folder()) {
        let options = || Options { source: Some(source.to_owned()), ..Options::default() };

        let first = site.portal().import(input.clone(), options(), |_| ()).await.unwrap();
        let before = entries_of(&site, source).await;
        let again = site.portal().import(input, options(), |_| ()).await.unwrap();

        found.push((source, first.created, first.rejected.len()));
        assert_eq!(before.len() as u64, first.created, "{source}");
        let counts = (again.created, again.updated, again.unchanged);
        assert_eq!(counts, (0, 0, first.created + first.updated + first.unchanged), "{source}");
        assert_eq!(again.rejected, first.rejected, "{source}");
        assert_eq!(entries_of(&site, source).await, before, "{source}");
        let kept = kaishu_store::imports::latest(site.store(), source).await.unwrap().unwrap();
        assert_eq!(kept.report, again, "{source}");
    }

    let expected = [
        ("dataportals", 1_500, 0),
        ("firstdata", 768, 0),
        ("aws", 576, 0),
        ("cnpds", 149, 0),
        ("ckan", 10, 5),
        ("dcat", 13, 4),
        ("datajson", 22, 8),
    ];
    let is_here = |it: &&(&str, u64, usize)| found.iter().any(|(source, ..)| *source == it.0);
    assert_eq!(found, expected.iter().filter(is_here).copied().collect::<Vec<_>>());
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
    assert_eq!(entries_of(&site, "tokyo").await.len() as u64, N_PACKAGES);
}
