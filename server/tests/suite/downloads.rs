//! Files leave byte for byte, with their hashes, in ranges, and with a receipt.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use kaishu_portal::importing::Folder;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_types::vocabulary::DatasetState;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::{Answer, TestSite};

const BYTES: &[u8] = b"\xEF\xBB\xBFcode,name\r\n007,\"\xE7\xA9\xBA\"\r\n\r\n";
/// As OpenSSL counts it (GB/T 32905).
const SM3: &str = "9b3a3cb9b2745a6a16169b2d231dc9dc7883b7c2c9d6afde911c303501b3df09";
const NAME: &str = "空气质量 2026年.csv";

/// A site with one open file, and the address of it.
async fn site() -> (TestSite, String) {
    let site = TestSite::empty().await;
    let folder = Catalogue::default()
        .dataset("YX-T-0001", "空气质量", "unconditional")
        .item("YX-T-0001", "code", "unconditional")
        .item("YX-T-0001", "name", "unconditional")
        .file("YX-T-0001", NAME, BYTES)
        .folder();
    let report = site.test_portal.import(folder).await;
    assert_eq!(report.created, 1, "{report:?}");
    let entry = site.get("/api/v1/datasets/YX-T-0001").await.json();
    let path =
        format!("/api/v1/datasets/YX-T-0001/resources/{}/original", entry["resources"][0]["id"]);
    (site, path)
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

// Proves DL-01 and DL-04: at once, byte for byte, with both hashes and a receipt.
#[tokio::test]
async fn a_file_leaves_as_it_came_with_its_hashes_and_a_receipt() {
    let (site, path) = site().await;
    let file = site.get_with(&path, &[("accept-encoding", "gzip, br")]).await;
    assert_eq!(file.status, 200);
    assert_eq!(file.bytes, BYTES);
    assert!(!file.has("content-encoding"));
    assert_eq!(file.header("content-length"), BYTES.len().to_string());
    assert_eq!(file.header("accept-ranges"), "bytes");
    assert_eq!(file.header("etag"), format!("\"sha256-{}\"", sha256(BYTES)));
    let digest = STANDARD.encode(Sha256::digest(BYTES));
    assert_eq!(file.header("repr-digest"), format!("sha-256=:{digest}:"));
    assert_eq!(file.header("x-checksum-sm3"), SM3);
    assert!(file.header("content-type").starts_with("text/csv"));

    let receipt = file.header("x-receipt");
    assert_eq!(file.header("link"), format!("</verify/{receipt}>; rel=\"describedby\""));
    let proof = site.get(&format!("/api/v1/receipts/{receipt}")).await.json();
    assert_eq!(proof["dataset"], "YX-T-0001");
    assert_eq!(proof["dataset_title"], "空气质量");
    assert_eq!(proof["version"], 1);
    assert_eq!(
        (&proof["provider"]["code"], &proof["provider"]["name"]),
        (&"YX-T".into(), &"测试局".into())
    );
    assert_eq!(proof["licence"], "open-licence");
    // Part of AGR-10: whoever takes what is open accepts its licence, and the receipt says so, here and on its page.
    assert_eq!(proof["licence_accepted"], true);
    let retrieved: chrono::DateTime<chrono::Utc> =
        proof["retrieved_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(retrieved, kaishu_testkit::portal::now());
    assert_eq!(proof["sha256"], sha256(BYTES));
    assert_eq!(proof["sm3"], SM3);
    assert_eq!(proof["file_name"], NAME);
    assert_eq!(proof["size_bytes"], BYTES.len());
    // Anshan 35 and aba 36: the source and the day of retrieval.
    let line = proof["attribution"].as_str().unwrap();
    assert!(line.contains("测试局") && line.contains("2026-11-21"), "{line}");
}

#[tokio::test]
async fn the_name_of_a_file_survives_old_and_new_clients() {
    let (site, path) = site().await;
    let disposition = site.get(&path).await.header("content-disposition").to_owned();
    assert!(disposition.starts_with("attachment; filename=\"YX-T-0001-"), "{disposition}");
    let encoded = disposition.split("filename*=UTF-8''").nth(1).unwrap();
    let decoded = percent_encoding::percent_decode_str(encoded).decode_utf8().unwrap();
    assert_eq!(decoded, NAME);
    assert!(disposition.is_ascii());
}

/// A site whose one file has a name, a format and a media type told by its publisher.
async fn file_told_as(
    name: &str,
    format: &str,
    media_type: &str,
    bytes: &[u8],
) -> (TestSite, String) {
    let site = TestSite::empty().await;
    let folder = Catalogue::default()
        .dataset("YX-T-0001", "空气质量", "unconditional")
        .file("YX-T-0001", name, bytes)
        .folder();
    let Folder::Memory(files) = folder else { panic!("the catalogue is on a disk") };
    let mut files = files.as_ref().clone();
    let resources = String::from_utf8(files["resources.csv"].to_vec()).unwrap();
    let told = resources.replace("csv,file,text/csv", &format!("{format},file,{media_type}"));
    files.insert("resources.csv".to_owned(), told.into());
    let report = site.test_portal.import(Folder::Memory(files.into())).await;
    assert_eq!(report.created, 1, "{report:?}");
    let entry = site.get("/api/v1/datasets/YX-T-0001").await.json();
    let id = &entry["resources"][0]["id"];
    let path = format!("/api/v1/datasets/YX-T-0001/resources/{id}/original");
    (site, path)
}

#[tokio::test]
async fn no_publisher_makes_a_page_of_a_file() {
    let page = b"<!DOCTYPE html><script>alert(1)</script>".as_slice();
    for (format, told, bytes, expected) in [
        ("csv", "text/html", BYTES, "text/csv"),
        ("tsv", "image/svg+xml", BYTES, "text/tab-separated-values"),
        ("html", "text/html", page, "application/octet-stream"),
        ("xml", "application/xhtml+xml", page, "application/xml"),
        ("pdf", "text/javascript", b"%PDF-1.7", "application/pdf"),
        ("image", "image/svg+xml", b"<svg/>", "application/octet-stream"),
        ("image", "image/png", b"\x89PNG\0", "image/png"),
        ("other", "text/html; charset=utf-8", page, "application/octet-stream"),
        // A table is told as one, whatever its publisher calls it.
        ("html", "text/html", BYTES, "text/csv"),
    ] {
        let (site, path) = file_told_as("data.bin", format, told, bytes).await;
        let file = site.get(&path).await;
        let kind = file.header("content-type").split(';').next().unwrap().to_owned();
        assert_eq!(kind, expected, "{format} told as {told}");
        assert_eq!(file.header("x-content-type-options"), "nosniff");
        assert!(file.header("content-disposition").starts_with("attachment"));
    }
}

#[tokio::test]
async fn the_end_of_a_name_is_where_it_is_shown() {
    let name = "report\u{202E}vsc\u{2066}\u{200F}\u{61C}.exe.csv";
    let (site, path) = file_told_as(name, "csv", "text/csv", BYTES).await;
    let disposition = site.get(&path).await.header("content-disposition").to_owned();
    assert_eq!(disposition, "attachment; filename=\"reportvsc.exe.csv\"");

    // The name that a receipt proves, and the one that is shown before, are the same.
    let receipt = site.get(&path).await.header("x-receipt").to_owned();
    let proof = site.get(&format!("/api/v1/receipts/{receipt}")).await.json();
    assert_eq!(proof["file_name"], "reportvsc.exe.csv");
    let entry = site.get("/api/v1/datasets/YX-T-0001").await.json();
    assert_eq!(entry["resources"][0]["file_name"], "reportvsc.exe.csv");
    assert_eq!(entry["versions"][0]["resources"][0]["file_name"], "reportvsc.exe.csv");
}

#[tokio::test]
async fn ranges_give_the_very_bytes() {
    let (site, path) = site().await;
    let size = BYTES.len();
    let ranges = [
        ("bytes=0-0", 0, 1),
        ("bytes=3-9", 3, 10),
        ("bytes=10-", 10, size),
        ("bytes=-5", size - 5, size),
        ("bytes=5-100000", 5, size),
    ];
    for (range, from, to) in ranges {
        let part = site.get_with(&path, &[("range", range)]).await;
        assert_eq!(part.status, 206, "{range}");
        assert_eq!(part.bytes, &BYTES[from..to], "{range}");
        assert_eq!(part.header("content-range"), format!("bytes {from}-{}/{size}", to - 1));
        // The digest is that of the whole, so parts can be checked once they are together.
        assert!(part.has("repr-digest"));
    }
    let behind = site.get_with(&path, &[("range", "bytes=100000-")]).await;
    behind.assert_problem(416, &size.to_string());
    assert_eq!(behind.header("content-range"), format!("bytes */{size}"));
    assert!(!behind.has("x-receipt"));
    for whole in ["bytes=a-b", "lines=1-2", "bytes=0-1,3-4"] {
        let answer = site.get_with(&path, &[("range", whole)]).await;
        assert_eq!((answer.status.as_u16(), answer.bytes.as_slice()), (200, BYTES), "{whole}");
    }
}

#[tokio::test]
async fn a_range_is_only_taken_of_the_same_bytes() {
    let (site, path) = site().await;
    let etag = format!("\"sha256-{}\"", sha256(BYTES));
    let same = site.get_with(&path, &[("range", "bytes=1-2"), ("if-range", &etag)]).await;
    assert_eq!(same.status, 206);
    for other in ["\"sha256-0\"", &format!("W/{etag}"), "Sat, 21 Nov 2026 04:00:00 GMT"] {
        let answer = site.get_with(&path, &[("range", "bytes=1-2"), ("if-range", other)]).await;
        assert_eq!(answer.status, 200, "{other}");
        assert_eq!(answer.bytes, BYTES);
    }
    let known = site.get_with(&path, &[("if-none-match", &etag)]).await;
    assert_eq!(known.status, 304);
    assert!(known.bytes.is_empty() && !known.has("x-receipt"));
}

async fn downloads(site: &TestSite) -> Value {
    site.test_portal.portal().flush_usage().await.unwrap();
    site.get("/api/v1/datasets/YX-T-0001").await.json()["n_downloads"].clone()
}

// Proves DL-04: one retrieval, one receipt, however many requests it takes.
#[tokio::test]
async fn one_retrieval_has_one_receipt() {
    let (site, path) = site().await;
    let head = site.ask(Method::HEAD, &path, &[], "").await;
    assert_eq!((head.status.as_u16(), head.bytes.len()), (200, 0));
    assert_eq!(head.header("content-length"), BYTES.len().to_string());
    assert!(!head.has("x-receipt"));
    let page = path.replace("/api/v1", "").replace("/original", "/download");
    assert_eq!(site.ask(Method::HEAD, &page, &[], "").await.status, 200);
    assert_eq!(downloads(&site).await, 0);

    let start = site.get_with(&path, &[("range", "bytes=0-9")]).await;
    let receipt = start.header("x-receipt").to_owned();
    assert!(!receipt.is_empty());
    // Who goes on says so by the receipt.
    let with_receipt = format!("{path}?receipt={receipt}");
    let rest = site.get_with(&with_receipt, &[("range", "bytes=10-")]).await;
    assert!(!rest.has("x-receipt"));
    assert_eq!([start.bytes.clone(), rest.bytes].concat(), BYTES);
    let etag = start.header("etag").to_owned();
    let again = site.get(&format!("{path}?receipt={receipt}")).await;
    assert_eq!(again.bytes, BYTES);
    assert!(!again.has("x-receipt"));
    assert_eq!(downloads(&site).await, 1);

    // Everything else is a retrieval of its own.
    for (n_before, headers) in [
        (1, [("range", "bytes=1-"), ("accept", "*/*")]),
        (2, [("range", "bytes=-5"), ("accept", "*/*")]),
        (3, [("range", "bytes=10-"), ("if-range", &etag)]),
        (4, [("range", "bytes=1-5"), ("if-range", "\"other\"")]),
    ] {
        let answer = site.get_with(&path, &headers).await;
        assert!(answer.has("x-receipt"), "{headers:?}");
        assert_eq!(downloads(&site).await, n_before + 1, "{headers:?}");
    }

    for wrong in ["R-20200101-00000000", "nonsense", "%20"] {
        site.get(&format!("{path}?receipt={wrong}")).await.assert_problem(400, "receipt");
    }
}

// Proves DL-04: a receipt says that somebody took the file, not that a browser guessed.
#[tokio::test]
async fn a_browser_that_guesses_gets_no_receipt() {
    let (site, path) = site().await;
    let page = path.replace("/api/v1", "").replace("/original", "/download");
    for guess in [("sec-purpose", "prefetch;prerender"), ("purpose", "prefetch")] {
        let refused = site.get_with(&path, &[guess]).await;
        refused.assert_problem(503, "预先");
        assert!(!refused.has("x-receipt"));
        let refused = site.get_with(&page, &[guess]).await;
        assert_eq!(refused.status, 503);
        assert_eq!(refused.header("cache-control"), "no-store");
        refused.assert_well_formed_page(&page);
    }
    assert_eq!(downloads(&site).await, 0);

    let taken = site.get(&path).await;
    assert_eq!(site.get(&page).await.status, 200);
    assert_eq!(downloads(&site).await, 2);
    // What goes on with a receipt leaves no other one behind.
    let receipt = taken.header("x-receipt");
    let again =
        site.get_with(&format!("{path}?receipt={receipt}"), &[("purpose", "prefetch")]).await;
    assert_eq!(again.bytes, BYTES);
    assert_eq!(downloads(&site).await, 2);
}

/// What a page says, without the spaces between its words.
fn said(page: &Answer) -> String {
    page.texts("main").concat().split_whitespace().collect()
}

// Proves DL-10: downloads list version, checksum and licence, and what a version held can still be taken
// after the next one came, until the dataset is withdrawn.
#[tokio::test]
async fn files_of_earlier_versions_stay() {
    let (site, path) = site().await;
    let folder = Catalogue::default()
        .dataset("YX-T-0001", "空气质量（修订）", "unconditional")
        .under("cc-by-nc-4.0", "YX-U")
        .item("YX-T-0001", "code", "unconditional")
        .item("YX-T-0001", "name", "unconditional")
        .file("YX-T-0001", NAME, b"code\n2\n")
        .folder();
    assert_eq!(site.test_portal.import(folder).await.updated, 1);
    let versions = site.get("/api/v1/datasets/YX-T-0001/versions").await.json();
    let versions = versions["items"].as_array().unwrap();
    assert_eq!(versions.len(), 2);
    for (version, bytes) in versions.iter().zip([b"code\n2\n".as_slice(), BYTES]) {
        let resource = &version["resources"][0];
        assert_eq!(resource["sha256"], sha256(bytes));
        let address = format!("/api/v1/datasets/YX-T-0001/resources/{}/original", resource["id"]);
        assert_eq!(site.get(&address).await.bytes, bytes);
    }
    assert_eq!(site.get(&path).await.bytes, BYTES, "an address that was given out stays true");

    let page_of_file = path.replace("/api/v1", "").replace("/original", "");
    let newer = b"code\n2\n".as_slice();
    for (page, number, bytes) in [
        ("/datasets/YX-T-0001/versions/1".to_owned(), "1", BYTES),
        ("/datasets/YX-T-0001/versions/2".to_owned(), "2", newer),
        (page_of_file.clone(), "1", BYTES),
        (format!("{page_of_file}/download"), "1", BYTES),
    ] {
        let answer = site.get(&page).await;
        assert_eq!(answer.status, 200, "{page}");
        let said = said(&answer);
        assert!(said.contains(&sha256(bytes)), "{page} lists no SHA-256: {said}");
        if bytes == BYTES {
            assert!(said.contains(SM3), "{page} lists no SM3: {said}");
        }
        assert!(said.contains(&format!("第{number}版")), "{page} lists no version: {said}");
        // Licence and provider are those under which the file was published.
        let licence = if number == "1" {
            "授权协议开放授权协议"
        } else {
            "授权协议署名-非商业性使用"
        };
        assert!(
            said.replace('-', "").contains(&licence.replace('-', "")),
            "{page} lists no licence: {said}"
        );
    }
    let receipt = site.get(&path).await.header("x-receipt").to_owned();
    let receipt = site.get(&format!("/api/v1/receipts/{receipt}")).await.json();
    assert_eq!(receipt["licence"], "open-licence");
    assert_eq!(receipt["provider"]["code"], "YX-T");
    assert_eq!(receipt["dataset_title"], "空气质量");
    assert!(receipt["attribution"].as_str().unwrap().contains("空气质量"), "{receipt}");
    assert!(!receipt["attribution"].as_str().unwrap().contains("修订"), "{receipt}");
    let changes = said(&site.get("/datasets/YX-T-0001/versions/2").await);
    assert!(changes.contains("名称空气质量空气质量（修订）"), "{changes}");

    for (state, status) in [(DatasetState::Suspended, 410), (DatasetState::Withdrawn, 410)] {
        site.test_portal.set_state("YX-T-0001", state, "核对").await;
        let refused = site.get(&path).await;
        refused.assert_problem(status, "YX-T-0001");
        assert!(!refused.has("x-receipt"));
        let page = site.get(&format!("{page_of_file}/download")).await;
        assert_eq!(page.status.as_u16(), status, "{state:?}");
    }
}

#[tokio::test]
async fn every_open_file_of_the_demonstration_has_the_bytes_it_says() {
    let site = TestSite::demo().await;
    let mut n_files = 0;
    let mut next = String::new();
    loop {
        let answer = site
            .get(&format!("/api/v1/datasets?open=unconditional&per_page=100{next}"))
            .await
            .json();
        for item in answer["items"].as_array().unwrap() {
            let code = item["code"].as_str().unwrap();
            let entry = site.get(&format!("/api/v1/datasets/{code}")).await.json();
            for resource in entry["resources"].as_array().unwrap() {
                if resource["kind"] != "file" {
                    continue;
                }
                let path = format!("/api/v1/datasets/{code}/resources/{}/original", resource["id"]);
                let file = site.get(&path).await;
                assert_eq!(file.status, 200, "{path}");
                assert_eq!(resource["sha256"], sha256(&file.bytes), "{path}");
                n_files += 1;
            }
        }
        match answer["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => break,
        }
    }
    assert!(n_files > 100, "{n_files} files");
}
