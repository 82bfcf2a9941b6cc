//! Other doors by which a value could leave: older versions, other names, other formats, what stands
//! beside the columns.

use std::io::{Cursor, Read, Write};

use kaishu_portal::tables::By;
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_types::DatasetCode;

use crate::support::TestSite;

const CODE: &str = "YX-T-0001";
const ID: &str = "11010519491231002X";
const EXPORTS: [&str; 6] = ["csv", "xlsx", "json", "ndjson", "xml", "parquet"];

async fn site(catalogue: Catalogue) -> TestSite {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    assert_eq!(site.test_portal.import(catalogue.folder()).await.created, 1);
    site
}

fn open() -> Catalogue {
    Catalogue::default().dataset(CODE, "名册", "unconditional")
}

/// What an answer holds; of archives, what their files do.
pub(crate) fn contents(bytes: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    if let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) {
        for place in 0..archive.len() {
            let mut inner = Vec::new();
            archive.by_index(place).unwrap().read_to_end(&mut inner).unwrap();
            text.push_str(&contents(&inner));
        }
    }
    text
}

/// Asks for everything that could tell of the files with these numbers.
async fn is_nowhere(site: &TestSite, files: impl IntoIterator<Item = i64>, secret: &str) {
    let mut addresses = vec![
        format!("/datasets/{CODE}"),
        format!("/datasets/{CODE}/versions/1"),
        format!("/datasets/{CODE}.jsonld"),
        format!("/api/v1/datasets/{CODE}"),
        format!("/api/v1/datasets/{CODE}/export.zip"),
        format!("/datasets/{CODE}/quality"),
        format!("/api/v1/datasets/{CODE}/quality-issues"),
    ];
    for file in files {
        let path = format!("/datasets/{CODE}/resources/{file}");
        for end in ["", "/download", "/quality", "/changes"] {
            addresses.push(format!("{path}{end}"));
        }
        for end in ["/original", "/rows", "/quality", "/changes", "/openapi.json"] {
            addresses.push(format!("/api/v1{path}{end}"));
        }
        addresses.extend(EXPORTS.iter().map(|it| format!("/api/v1{path}/export.{it}")));
    }
    for address in addresses {
        let answer = site.get(&address).await;
        assert!(!contents(&answer.bytes).contains(secret), "{address}: {}", answer.status);
    }
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

async fn original(site: &TestSite, file: i64) -> u16 {
    let path = format!("/api/v1/datasets/{CODE}/resources/{file}/original");
    site.get(&path).await.status.as_u16()
}

// Proves SEC-21, PUB-02: what an older version masked or held stays so in the files that only it has.
#[tokio::test]
async fn a_newer_version_unmasks_no_older_file() {
    let text = "id,salary,illness\n1,SALARY1,ILLNESS1\n";
    let first = open()
        .item(CODE, "id", "unconditional")
        .masked_item(CODE, "salary", "redact")
        .sensitive_item(CODE, "illness", "unconditional")
        .file(CODE, "a.csv", text.as_bytes());
    for second in [
        open().item(CODE, "id", "unconditional").file(CODE, "b.csv", b"id\n1\n"),
        open()
            .item(CODE, "id", "unconditional")
            .item(CODE, "salary", "unconditional")
            .item(CODE, "illness", "unconditional")
            .file(CODE, "b.csv", b"id,salary,illness\n1,low,none\n"),
    ] {
        let site = site(first.clone()).await;
        is_nowhere(&site, 1..=1, "SALARY1").await;
        assert_eq!(site.test_portal.import(second.folder()).await.updated, 1);
        is_nowhere(&site, 1..=2, "SALARY1").await;
        is_nowhere(&site, 1..=2, "ILLNESS1").await;
        assert_eq!((original(&site, 1).await, original(&site, 2).await), (403, 200));
    }
}

// Proves SEC-21, PUB-02: a column that is headed by the label of its item is that item.
#[tokio::test]
async fn a_label_is_as_good_as_a_name() {
    let catalogue = open()
        .item(CODE, "id", "unconditional")
        .masked_item(CODE, "salary", "redact")
        .file(CODE, "a.csv", "id,salary标签\n1,SALARY1\n".as_bytes());
    let site = site(catalogue).await;
    is_nowhere(&site, 1..=1, "SALARY1").await;
    assert_eq!(original(&site, 1).await, 403);
    let rows = site.get(&format!("/api/v1/datasets/{CODE}/resources/1/rows")).await.json();
    assert_eq!(rows["rows"][0][1], "***");
}

// Proves SEC-21: bytes say what a table is, whatever its catalogue calls it.
#[tokio::test]
async fn a_table_by_another_name_is_looked_into() {
    let people = format!("姓名,身份证号\n甲,{ID}\n乙,440524188001010014\n");
    for (name, format) in
        [("a.csv", ""), ("a", ""), ("a.dat", "other"), ("a.txt", "txt"), ("a.pdf", "pdf")]
    {
        let site = site(open().file_called(CODE, name, format, people.as_bytes())).await;
        is_nowhere(&site, 1..=1, ID).await;
        assert_eq!(original(&site, 1).await, 403, "{name} {format}");
    }
}

// Proves SEC-21, PUB-02: where an item is to be masked, a file that nobody can look into waits.
#[tokio::test]
async fn documents_beside_masked_items_wait_for_a_person() {
    let catalogue = open()
        .item(CODE, "id", "unconditional")
        .masked_item(CODE, "salary", "redact")
        .file_called(CODE, "a.pdf", "pdf", b"%PDF-1.7 SALARY1")
        .file_called(CODE, "b.xml", "xml", b"<?xml version='1.0'?><salary>SALARY1</salary>")
        .file_called(CODE, "c.csv", "csv", b"id,salary\n1,SALARY1\n");
    let site = site(catalogue).await;
    is_nowhere(&site, 1..=3, "SALARY1").await;
    let portal = site.test_portal.portal();
    let waiting = portal.waiting().await.unwrap();
    assert_eq!(waiting.iter().map(|it| it.file).collect::<Vec<_>>(), [1, 2]);
    let code: DatasetCode = CODE.parse().unwrap();
    portal.decide_file(&code, 1, true, "看过，没有工资", By::Command("张三")).await.unwrap();
    assert_eq!((original(&site, 1).await, original(&site, 2).await), (200, 403));
}

// Proves SEC-21: an item that is to be masked and is no column of any file keeps the files back.
#[tokio::test]
async fn a_masked_item_that_is_nowhere_keeps_files_back() {
    let catalogue = open().masked_item(CODE, "salary", "redact").file_called(
        CODE,
        "a.json",
        "json",
        br#"{"all": [{"pay": "SALARY1"}]}"#,
    );
    let site = site(catalogue).await;
    assert_eq!(original(&site, 1).await, 403);
}

// Proves SEC-21: an archive is not let out for the one file in it that was looked into.
#[tokio::test]
async fn archives_in_archives_wait() {
    let people = format!("姓名,身份证号\n甲,{ID}\n");
    let inner = zipped(&[("p.csv", people.as_bytes())]);
    for outer in [
        zipped(&[("a.csv", b"id\n1\n"), ("inner.zip", &inner)]),
        zipped(&[("a.csv", b"id\n1\n"), (".p.csv", people.as_bytes())]),
    ] {
        let site = site(open().file(CODE, "a.zip", &outer)).await;
        is_nowhere(&site, 1..=1, ID).await;
        assert_eq!(original(&site, 1).await, 403);
    }
}

// Proves SEC-21: personal data above the header and in headings is found, and no page names it.
#[tokio::test]
async fn what_stands_beside_the_columns_is_looked_at() {
    let above = format!("填表人 张三 {ID}\n\n地区,数量\n甲,1\n乙,2\n丙,3\n");
    let heading = format!("地区,张三 {ID}\n甲,1\n乙,2\n");
    for text in [above, heading] {
        let site = site(open().file(CODE, "a.csv", text.as_bytes())).await;
        is_nowhere(&site, 1..=1, ID).await;
        assert_eq!(original(&site, 1).await, 403, "{text}");
        assert_eq!(site.test_portal.portal().waiting().await.unwrap().len(), 1);
    }
}

// Proves SEC-21: a table that is called by a person is called by its number.
#[tokio::test]
async fn no_name_of_a_table_names_a_person() {
    let sheets = zipped(&[("甲.csv", b"id\n1\n"), (&format!("张三{ID}.csv"), b"id\n2\n")]);
    let site = site(open().file(CODE, "a.zip", &sheets)).await;
    is_nowhere(&site, 1..=1, ID).await;
    assert_eq!(original(&site, 1).await, 403);
    let names = site.get(&format!("/datasets/{CODE}/resources/1")).await;
    assert_eq!(names.status, 200);
}

// Proves PUB-02: an open file has the formats that its bytes have.
#[tokio::test]
async fn a_file_without_a_format_is_a_table_all_the_same() {
    let site = site(open().file_called(CODE, "a.csv", "", b"id\n007\n")).await;
    let entry = site.get(&format!("/api/v1/datasets/{CODE}")).await.json();
    assert_eq!(entry["resources"][0]["format"], "csv");
    let rows = site.get(&format!("/api/v1/datasets/{CODE}/resources/1/rows")).await.json();
    assert_eq!(rows["rows"][0][0], "007");
}

// Proves DL-02: a version that was never public lends no word to an answer of today.
#[tokio::test]
async fn a_version_that_was_not_public_cannot_be_named() {
    let file = b"a,b\n1,2\n";
    let hidden = Catalogue::default().dataset(CODE, "HIDDENTITLE", "none");
    let site = site(hidden.file(CODE, "a.csv", file)).await;
    assert_eq!(site.test_portal.import(open().file(CODE, "a.csv", file).folder()).await.updated, 1);
    let entry = site.get(&format!("/api/v1/datasets/{CODE}")).await.json();
    let path = format!("/datasets/{CODE}/resources/{}", entry["resources"][0]["id"]);
    assert_eq!(site.get(&format!("/api/v1{path}/rows?version=2")).await.status, 200);
    for version in [1, 9] {
        for address in [
            format!("{path}?version={version}"),
            format!("/api/v1{path}/rows?version={version}"),
            format!("/api/v1{path}/export.csv?version={version}"),
        ] {
            let answer = site.get(&address).await;
            assert_eq!(answer.status, 404, "{address}");
            assert!(!contents(&answer.bytes).contains("HIDDENTITLE"), "{address}");
        }
    }
}
