//! Whole datasets as archives, and the receipts of all that is made while it is sent.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::time::Duration;

use futures::StreamExt;
use kaishu_portal::accounts::Caller;
use kaishu_portal::tables::{By, ExportFormat, TableState, Verdict};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_types::receipt::ReceiptView;
use kaishu_types::table::TableQuery;
use kaishu_types::vocabulary::DatasetState;
use kaishu_types::{DatasetCode, Lang};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::TestSite;

const CODE: &str = "YX-T-0001";
const FILES: [(&str, &str); 2] =
    [("cities.csv", "code,name\n007,北京\n"), ("years.csv", "year,n\n2020,1\n2021,2\n")];

async fn site(catalogue: Catalogue) -> TestSite {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    assert_eq!(site.test_portal.import(catalogue.folder()).await.created, 1);
    site
}

fn open() -> Catalogue {
    let catalogue = Catalogue::default().dataset(CODE, "城市", "unconditional");
    FILES.iter().fold(catalogue, |it, (name, text)| it.file(CODE, name, text.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unpacked(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|place| {
            let mut file = archive.by_index(place).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

async fn receipt(site: &TestSite, code: &str) -> Value {
    site.get(&format!("/api/v1/receipts/{code}")).await.json()
}

// Proves DL-10, DL-04: everything is in the archive, with its checksum, and the archive has a receipt.
#[tokio::test]
async fn an_archive_says_what_is_in_it() {
    let site = site(open()).await;
    let answer = site.get(&format!("/api/v1/datasets/{CODE}/export.zip")).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/zip"));
    let files = unpacked(&answer.bytes);
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    let listed = manifest["files"].as_array().unwrap();
    assert_eq!((files.len(), listed.len()), (3, 2));
    for (entry, (name, text)) in listed.iter().zip(FILES) {
        let path = entry["path"].as_str().unwrap();
        assert!(path.ends_with(name), "{path}");
        assert_eq!(files[path], text.as_bytes());
        assert_eq!(entry["sha256"], hex(&Sha256::digest(text)));
        assert_eq!(
            (&entry["size_bytes"], &entry["is_original"]),
            (&json!(text.len()), &json!(true))
        );
    }
    assert_eq!(manifest["left_out"], json!([]));

    let number = answer.header("x-receipt").to_owned();
    assert_eq!(manifest["receipt"]["code"], number);
    let receipt = receipt(&site, &number).await;
    assert_eq!((&receipt["kind"], &receipt["resource_id"]), (&json!("bundle"), &Value::Null));
    assert_eq!(receipt["sha256"], hex(&Sha256::digest(&answer.bytes)));
    assert_eq!(receipt["size_bytes"], answer.bytes.len());
    let page = site.get(&format!("/verify/{number}")).await;
    page.assert_well_formed_page("a receipt of an archive");
    assert!(page.text().contains("整个数据集"));
    // The page of the dataset leads there.
    let links = site.get(&format!("/datasets/{CODE}")).await.attributes("a", "href");
    assert!(links.contains(&format!("/api/v1/datasets/{CODE}/export.zip")));
}

// Proves DL-02, SEC-21: of what may not leave whole, the open part is in it, and the rest is named.
#[tokio::test]
async fn an_archive_has_the_open_part_only() {
    let catalogue = Catalogue::default()
        .dataset(CODE, "名册", "conditional")
        .item(CODE, "district", "unconditional")
        .item(CODE, "owner", "conditional")
        .file(CODE, "people.csv", "district,owner\n甲,chixiao\n".as_bytes());
    let site = site(catalogue).await;
    let answer = site.get(&format!("/api/v1/datasets/{CODE}/export.zip")).await;
    let files = unpacked(&answer.bytes);
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    let path = manifest["files"][0]["path"].as_str().unwrap();
    assert_eq!(manifest["files"][0]["is_original"], false);
    assert_eq!(files[path], "district\r\n甲\r\n".as_bytes());
    assert!(files.values().all(|bytes| !String::from_utf8_lossy(bytes).contains("chixiao")));
}

#[tokio::test]
async fn files_of_one_name_stand_side_by_side_in_an_archive() {
    let mut packed = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (year, n) in [("2023", 1), ("2024", 2)] {
        let options = zip::write::SimpleFileOptions::default();
        packed.start_file(format!("{year}/data.csv"), options).unwrap();
        packed.write_all(format!("地区,手机\n甲,1380013800{n}\n").as_bytes()).unwrap();
    }
    let catalogue = Catalogue::default().dataset(CODE, "名册", "unconditional").file(
        CODE,
        "years.zip",
        &packed.finish().unwrap().into_inner(),
    );
    let site = site(catalogue).await;
    let answer = site.get(&format!("/api/v1/datasets/{CODE}/export.zip")).await;
    let files = unpacked(&answer.bytes);
    assert_eq!(files.len(), 3, "{:?}", files.keys());
}

#[tokio::test]
async fn an_archive_names_what_it_leaves_out() {
    let catalogue = open().file(CODE, "broken.json", b"{");
    let site = site(catalogue).await;
    let answer = site.get(&format!("/api/v1/datasets/{CODE}/export.zip")).await;
    let manifest: Value =
        serde_json::from_slice(&unpacked(&answer.bytes)["manifest.json"]).unwrap();
    assert_eq!(manifest["files"].as_array().unwrap().len(), 2);
    assert_eq!(manifest["left_out"][0]["title"], "broken.json");
    assert!(!manifest["left_out"][0]["reason"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn an_archive_of_nothing_is_refused() {
    let closed = Catalogue::default()
        .dataset(CODE, "名册", "conditional")
        .item(CODE, "owner", "conditional")
        .file(CODE, "people.csv", b"owner\nchixiao\n");
    let site = site(closed).await;
    let address = format!("/api/v1/datasets/{CODE}/export.zip");
    let refused = site.get(&address).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.json()["remedy"]["link"], format!("/datasets/{CODE}/apply"));
    site.test_portal.set_state(CODE, DatasetState::Suspended, "核实中").await;
    assert_eq!(site.get(&address).await.status, 410);
    assert_eq!(site.get("/api/v1/datasets/YX-T-9999/export.zip").await.status, 404);
    assert_eq!(site.get(&format!("{address}?x=1")).await.status, 400);
}

// Proves DL-04: answers of tables have receipts with the question and, once sent, the checksum.
#[tokio::test]
async fn answers_have_receipts() {
    let site = site(open()).await;
    let entry = site.get(&format!("/api/v1/datasets/{CODE}")).await.json();
    let path = format!("/api/v1/datasets/{CODE}/resources/{}", entry["resources"][0]["id"]);
    let file = site.get(&format!("{path}/export.csv?filter=code+%3D+%27007%27")).await;
    let export = receipt(&site, file.header("x-receipt")).await;
    assert_eq!(export["kind"], "export");
    assert_eq!(export["question"], "filter=code+%3D+%27007%27");
    assert_eq!(export["sha256"], hex(&Sha256::digest(&file.bytes)));
    assert!(export["attribution"].as_str().unwrap().contains("城市"));

    let rows = site.get(&format!("{path}/rows?limit=1")).await;
    let session = receipt(&site, rows.header("x-receipt")).await;
    assert_eq!((&session["kind"], &session["sha256"]), (&json!("rows"), &Value::Null));
    let page = site.get(&format!("/verify/{}", rows.header("x-receipt"))).await;
    page.assert_well_formed_page("a receipt of rows");
    // Nothing is taken by asking what is known already, for the head, in advance, or wrongly.
    let etag = rows.header("etag").to_owned();
    let known = site.get_with(&format!("{path}/rows?limit=1"), &[("if-none-match", &etag)]).await;
    assert!(!known.has("x-receipt"));
    let prefetch = [("sec-purpose", "prefetch")];
    assert_eq!(site.get_with(&format!("{path}/export.csv"), &prefetch).await.status, 503);
    site.test_portal.portal().flush_usage().await.unwrap();
    let before = site.get(&format!("/api/v1/datasets/{CODE}")).await.json()["n_downloads"].clone();
    assert_ne!(before, 0);
    for wrong in ["export.csv?filter=no+%3D+1", "export.csv?select=no", "export.geojson"] {
        let answer = site.get(&format!("{path}/{wrong}")).await;
        assert_eq!((answer.status.as_u16(), answer.has("x-receipt")), (400, false), "{wrong}");
    }
    site.test_portal.portal().flush_usage().await.unwrap();
    let after = site.get(&format!("/api/v1/datasets/{CODE}")).await.json()["n_downloads"].clone();
    assert_eq!(before, after);
}

// Proves DL-08: an export that runs ends with an error when its dataset is suspended, and its receipt says so.
#[tokio::test]
async fn a_running_export_stops() {
    let mut text = String::from("n,season\n");
    (0..200_000).for_each(|n| text += &format!("{n},春夏秋冬春夏秋冬\n"));
    let catalogue = Catalogue::default().dataset(CODE, "四季", "unconditional").file(
        CODE,
        "seasons.csv",
        text.as_bytes(),
    );
    let site = site(catalogue).await;
    let portal = site.test_portal.portal();
    let code: DatasetCode = CODE.parse().unwrap();
    let id = portal.dataset(&code).await.unwrap().resources[0].id;
    let TableState::Open(table) =
        portal.table_state(&Caller::visitor(), &code, id, 1, None, Lang::Zh).await.unwrap()
    else {
        panic!("there is no table")
    };
    let format = ExportFormat::Csv;
    let whole = TableQuery::default();
    let export = portal.export(&table, &whole, format, "", None, Lang::Zh).await;
    let (ReceiptView { code: number, .. }, chunks) = export.unwrap();
    let mut chunks = Box::pin(chunks);
    assert!(chunks.next().await.unwrap().is_ok());

    site.test_portal.set_state(CODE, DatasetState::Suspended, "核实中").await;
    // The right to have it is looked at once a second.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let last = chunks.fold(true, |_, chunk| std::future::ready(chunk.is_ok())).await;
    assert!(!last, "the last chunk is an error");
    assert_eq!(portal.receipt(&number).await.unwrap().sha256, None);
}

const OTHER: &str = "season";

/// A table that is long enough to be on its way for a while, with a class for each column.
fn seasons(class: &str, of_other: &str) -> Catalogue {
    let mut text = format!("n,{OTHER}\n");
    (0..200_000).for_each(|n| text += &format!("{n},春夏秋冬{}\n", n * 7919 % 1_000_003));
    Catalogue::default()
        .dataset(CODE, "四季", class)
        .item(CODE, "n", "unconditional")
        .item(CODE, OTHER, of_other)
        .file(CODE, "table.csv", text.as_bytes())
}

/// Puts a dataset into other classes by another import while a table and the whole dataset are on their
/// way out: both break off, and the next request has no more than is open now.
async fn check_running(class: &str, of_other: &str, status: u16) {
    let site = site(seasons("unconditional", "unconditional")).await;
    let portal = site.test_portal.portal();
    let code: DatasetCode = CODE.parse().unwrap();
    let id = portal.dataset(&code).await.unwrap().resources[0].id;
    let path = format!("/api/v1/datasets/{CODE}/resources/{id}");
    let open = site.get(&format!("{path}/rows?limit=1")).await;
    assert_eq!(open.json()["columns"].as_array().unwrap().len(), 2);
    let TableState::Open(table) =
        portal.table_state(&Caller::visitor(), &code, id, 1, None, Lang::Zh).await.unwrap()
    else {
        panic!("there is no table")
    };
    let whole = TableQuery::default();
    let export = portal.export(&table, &whole, ExportFormat::Csv, "", None, Lang::Zh);
    let (export, chunks) = export.await.unwrap();
    let bundle = portal.open_bundle(&Caller::visitor(), &code, Lang::Zh).await.unwrap();
    let (bundle, packed) = Box::pin(portal.write_bundle(bundle, None, Lang::Zh)).await.unwrap();
    let (mut chunks, mut packed) = (Box::pin(chunks), Box::pin(packed));
    assert!(chunks.next().await.unwrap().is_ok() && packed.next().await.unwrap().is_ok());

    let report = site.test_portal.import(seasons(class, of_other).folder()).await;
    assert_eq!(report.updated, 1, "{report:?}");
    // The right to have it is looked at once a second.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    for (chunks, receipt) in [(chunks.boxed(), export), (packed.boxed(), bundle)] {
        let chunks: Vec<_> = chunks.collect().await;
        let (last, before) = chunks.split_last().unwrap();
        assert!(last.is_err() && before.is_empty(), "{:?} goes on", receipt.kind);
        assert_eq!(portal.receipt(&receipt.code).await.unwrap().sha256, None);
    }

    let id = portal.dataset(&code).await.unwrap().resources.first().map_or(id, |file| file.id);
    let path = format!("/api/v1/datasets/{CODE}/resources/{id}");
    for door in ["rows?limit=2", "export.csv", "export.json", "original"] {
        let answer = site.get(&format!("{path}/{door}")).await;
        let expected = if door == "original" { 403.max(status) } else { status };
        assert_eq!(answer.status, expected, "{door}");
        assert!(!answer.text().contains(OTHER) && !answer.text().contains('春'), "{door}");
    }
    let named = site.get(&format!("{path}/rows?select={OTHER}")).await;
    assert_eq!(named.status, if status == 200 { 400 } else { status });
    let archive = site.get(&format!("/api/v1/datasets/{CODE}/export.zip")).await;
    assert_eq!(archive.status, status);
    if status == 200 {
        let files = unpacked(&archive.bytes);
        let table = files.values().find(|bytes| bytes.starts_with(b"n\r\n0\r\n")).unwrap();
        assert!(!String::from_utf8_lossy(table).contains('春'));
    }
}

// Proves DL-08, DL-02: what is on its way stops when an import makes a column of it conditional.
#[tokio::test]
async fn a_running_export_stops_where_a_column_becomes_conditional() {
    Box::pin(check_running("conditional", "conditional", 200)).await;
}

// Proves DL-08, SRCH-04: the same of a column that nobody is to know of; then its file is nowhere.
#[tokio::test]
async fn a_running_export_stops_where_a_column_becomes_none() {
    Box::pin(check_running("unconditional", "none", 404)).await;
}

// Proves DL-08: bytes that are on their way stop when a person restricts a column of them.
#[tokio::test]
async fn a_running_download_stops() {
    let bytes = "n\n1\n".repeat(2_000_000);
    let catalogue = Catalogue::default().dataset(CODE, "四季", "unconditional").file(
        CODE,
        "n.csv",
        bytes.as_bytes(),
    );
    let site = site(catalogue).await;
    let portal = site.test_portal.portal();
    let code: DatasetCode = CODE.parse().unwrap();
    let id = portal.dataset(&code).await.unwrap().resources[0].id;
    let download = portal.open_download(&Caller::visitor(), &code, id, Lang::Zh).await.unwrap();
    let read = portal.read_download(&download, None).await.unwrap();
    let mut chunks = Box::pin(portal.while_open(&download, read.bytes));
    assert!(chunks.next().await.unwrap().is_ok());

    portal.decide_column(&code, "n", Verdict::Restrict, "核对", By::Command("张三")).await.unwrap();
    // The right to have it is looked at once a second.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert!(chunks.next().await.unwrap().is_err());
    assert!(chunks.next().await.is_none());
}
