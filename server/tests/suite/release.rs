//! Personal data and secret marks: they stop a release until a person has decided.

use kaishu_portal::tables::{By, Verdict};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_types::table::Mask;
use kaishu_types::{DatasetCode, Lang};
use serde_json::json;

use crate::support::TestSite;

const CODE: &str = "YX-T-0001";
const PHONE: &str = "13812345678";
const FILE: &str = "district,phone\n甲,13812345678\n乙,13912345678\n丙,13712345678\n";
const EXPORTS: &[&str] = &["csv", "xlsx", "json", "ndjson", "xml", "parquet"];

/// An open dataset whose file has telephone numbers that nobody declared.
async fn site() -> (TestSite, String) {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let folder = Catalogue::default()
        .dataset(CODE, "网点", "unconditional")
        .file(CODE, "offices.csv", FILE.as_bytes())
        .folder();
    assert_eq!(site.test_portal.import(folder).await.created, 1);
    let entry = site.get(&format!("/api/v1/datasets/{CODE}")).await.json();
    let path = format!("/datasets/{CODE}/resources/{}", entry["resources"][0]["id"]);
    (site, path)
}

async fn decide(site: &TestSite, column: &str, verdict: Verdict) {
    let code: DatasetCode = CODE.parse().unwrap();
    let portal = site.test_portal.portal();
    portal.decide_column(&code, column, verdict, "核对过", By::Command("张三")).await.unwrap();
}

async fn is_nowhere(site: &TestSite, path: &str, text: &str) {
    let mut addresses = vec![
        path.to_owned(),
        format!("/en{path}"),
        format!("{path}?col=phone"),
        format!("/datasets/{CODE}"),
        format!("/datasets/{CODE}/versions/1"),
        format!("/datasets/{CODE}.jsonld"),
        format!("/api/v1/datasets/{CODE}"),
        format!("/api/v1{path}/original"),
        format!("{path}/download"),
        format!("/api/v1{path}/rows"),
        format!("/api/v1{path}/rows?group_by=phone"),
        format!("/api/v1{path}/rows?aggregate=min(phone),max(phone)"),
        format!("/api/v1{path}/rows?sort=phone&limit=1"),
    ];
    addresses.extend(EXPORTS.iter().map(|it| format!("/api/v1{path}/export.{it}")));
    for address in addresses {
        let answer = site.get(&address).await;
        let bytes = String::from_utf8_lossy(&answer.bytes).into_owned();
        assert!(!bytes.contains(text), "{address}");
    }
}

// Proves SEC-21: what is found stops the release of the column and of the file.
#[tokio::test]
async fn telephone_numbers_wait_for_a_person() {
    let (site, path) = site().await;
    is_nowhere(&site, &path, PHONE).await;
    let rows = site.get(&format!("/api/v1{path}/rows")).await.json();
    assert_eq!(rows["rows"], json!([["甲"], ["乙"], ["丙"]]));

    let refused = site.get(&format!("/api/v1{path}/original")).await;
    assert_eq!(refused.status, 403);
    let refused = refused.json();
    assert_eq!(refused["rule"]["id"], "SEC-21");
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("phone") && detail.contains("手机号码"), "{detail}");
    assert_eq!(refused["remedy"]["link"], path);

    // The pages say so, and offer the way to what there is.
    let entry = site.get(&format!("/datasets/{CODE}")).await;
    assert!(entry.text().contains("“phone”（手机号码）可能含有个人信息"));
    assert!(entry.attributes("a", "href").contains(&path));
    assert!(!entry.attributes("a", "href").iter().any(|it| it.ends_with("/original")));
    let table = site.get(&path).await;
    table.assert_well_formed_page(&path);
    assert!(table.text().contains("核对以前不提供"));
    assert_eq!(site.get(&format!("{path}/download")).await.status, 403);
}

// Proves SEC-21, PUB-02: a person releases it, and the record says who and why.
#[tokio::test]
async fn a_person_releases_what_is_no_personal_data() {
    let (site, path) = site().await;
    decide(&site, "phone", Verdict::Release).await;
    let rows = site.get(&format!("/api/v1{path}/rows?select=phone&limit=1")).await.json();
    assert_eq!(rows["rows"], json!([[PHONE]]));
    let original = site.get(&format!("/api/v1{path}/original")).await;
    assert_eq!(original.text(), FILE);

    let code: DatasetCode = CODE.parse().unwrap();
    let portal = site.test_portal.portal();
    let record = portal.decisions(&code).await.unwrap();
    let [decided] = record.as_slice() else { panic!("{record:?}") };
    assert_eq!((decided.by.as_str(), decided.reason.as_str()), ("张三", "核对过"));
    // Nothing is decided without a name and a reason, nor about what is not there.
    for (column, reason, by) in
        [("phone", " ", "张三"), ("phone", "核对过", ""), ("nothing", "核对过", "张三")]
    {
        let refused =
            portal.decide_column(&code, column, Verdict::Restrict, reason, By::Command(by)).await;
        assert!(refused.is_err(), "{column} {reason} {by}");
    }
    assert_eq!(portal.decisions(&code).await.unwrap().len(), 1);
}

// Proves CLS-10, PUB-02: what is masked leaves masked by every door, and is compared as it leaves.
#[tokio::test]
async fn a_masked_column_leaves_masked() {
    let (site, path) = site().await;
    decide(&site, "phone", Verdict::Mask(Mask::Partial { start: 3, end: 2 })).await;
    is_nowhere(&site, &path, PHONE).await;
    let rows = format!("/api/v1{path}/rows");
    let first = site.get(&format!("{rows}?limit=1")).await.json();
    assert_eq!(first["rows"], json!([["甲", "138******78"]]));
    assert_eq!(first["columns"][1]["mask"], "partial:3:2");
    assert_eq!(site.get(&format!("{rows}?q={PHONE}")).await.json()["total"], 0);
    let hidden = form_urlencoded::byte_serialize(b"phone LIKE '%123456%'").collect::<String>();
    assert_eq!(site.get(&format!("{rows}?filter={hidden}")).await.json()["total"], 0);
    assert_eq!(site.get(&format!("/api/v1{path}/original")).await.status, 403);
    let page = site.get(&path).await;
    assert!(page.text().contains("138******78") && page.text().contains("脱敏以后提供"));

    decide(&site, "phone", Verdict::Restrict).await;
    assert_eq!(site.get(&rows).await.json()["columns"].as_array().unwrap().len(), 1);
    is_nowhere(&site, &path, "138*").await;
}

// Proves SEC-21: a decision is of what had been found; another kind in a later file stops it again.
#[tokio::test]
async fn a_later_file_is_looked_through_again() {
    let (site, path) = site().await;
    decide(&site, "phone", Verdict::Release).await;
    let again = |bytes: &str| {
        Catalogue::default()
            .dataset(CODE, "网点", "unconditional")
            .file(CODE, "offices.csv", bytes.as_bytes())
            .folder()
    };
    let entry = async || site.get(&format!("/api/v1/datasets/{CODE}")).await.json();
    site.test_portal.import(again("district,phone\n甲,13812345678\n丁,13612345678\n")).await;
    let id = entry().await["resources"][0]["id"].clone();
    let second = format!("/datasets/{CODE}/resources/{id}");
    assert_ne!(second, path);
    assert_eq!(site.get(&format!("/api/v1{second}/original")).await.status, 200);

    site.test_portal.import(again("district,phone\n甲,11010519491231002X\n")).await;
    let id = entry().await["resources"][0]["id"].clone();
    let third = format!("/datasets/{CODE}/resources/{id}");
    assert_eq!(site.get(&format!("/api/v1{third}/original")).await.status, 403);
    let rows = site.get(&format!("/api/v1{third}/rows")).await.json();
    assert_eq!(rows["rows"], json!([["甲"]]));
    // The versions before it stay as they were decided.
    assert_eq!(site.get(&format!("/api/v1{second}/original")).await.status, 200);
}

// Proves PUB-02: the catalogue declares masks, and reasons for what is sensitive.
#[tokio::test]
async fn the_catalogue_masks_its_items() {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let folder = Catalogue::default()
        .dataset(CODE, "网点", "unconditional")
        .item(CODE, "district", "unconditional")
        .masked_item(CODE, "phone", "partial:3:2")
        .file(CODE, "offices.csv", FILE.as_bytes())
        .folder();
    site.test_portal.import(folder).await;
    let entry = site.get(&format!("/api/v1/datasets/{CODE}")).await.json();
    assert_eq!(entry["items"][1]["mask"], "partial:3:2");
    let path = format!("/datasets/{CODE}/resources/{}", entry["resources"][0]["id"]);
    let rows = site.get(&format!("/api/v1{path}/rows?limit=1")).await.json();
    assert_eq!(rows["rows"], json!([["甲", "138******78"]]));
    is_nowhere(&site, &path, PHONE).await;
    assert!(site.get(&format!("/datasets/{CODE}")).await.text().contains("只保留前 3 位和后 2 位"));
}

// Proves SEC-21: what cannot be looked through is kept back until a person has confirmed it.
#[tokio::test]
async fn a_file_that_cannot_be_read_waits() {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let folder = Catalogue::default()
        .dataset(CODE, "网点", "unconditional")
        .file(CODE, "broken.json", b"{\"a\": [1, 2")
        .folder();
    site.test_portal.import(folder).await;
    let entry = site.get(&format!("/api/v1/datasets/{CODE}")).await.json();
    let id = entry["resources"][0]["id"].as_i64().unwrap();
    let original = format!("/api/v1/datasets/{CODE}/resources/{id}/original");
    assert_eq!(site.get(&original).await.status, 403);
    let page = site.get(&format!("/datasets/{CODE}/resources/{id}")).await;
    assert!(page.text().contains("发布人确认以前不提供下载"));

    let code: DatasetCode = CODE.parse().unwrap();
    let portal = site.test_portal.portal();
    portal.decide_file(&code, id, true, "看过，没有个人信息", By::Command("张三")).await.unwrap();
    assert_eq!(site.get(&original).await.status, 200);
    portal.decide_file(&code, id, false, "重新核对", By::Command("李四")).await.unwrap();
    assert_eq!(site.get(&original).await.status, 403);
}

// Proves PUB-02: masks of a catalogue and measures of k-anonymity are recorded as processing done, with who
// did it.
#[tokio::test]
async fn combinations_that_few_rows_share_are_counted() {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let bytes = "region,born,illness\n513201,1980-01-02,甲\n513201,1980-07-09,乙\n\
                 513221,1980-03-01,甲\n513221,1991-03-01,甲\n";
    let folder = Catalogue::default()
        .dataset(CODE, "病例", "unconditional")
        .item(CODE, "region", "unconditional")
        .masked_item(CODE, "born", "year")
        .item(CODE, "illness", "unconditional")
        .file(CODE, "cases.csv", bytes.as_bytes())
        .folder();
    site.test_portal.import(folder).await;
    let entry = site.get(&format!("/api/v1/datasets/{CODE}")).await.json();
    let id = entry["resources"][0]["id"].as_i64().unwrap();
    let code: DatasetCode = CODE.parse().unwrap();
    let portal = site.test_portal.portal();
    let columns = ["region".to_owned(), "born".to_owned()];
    // The mask is what makes the first two alike.
    let by = By::Command("张三");
    let found = portal.anonymity(&code, (id, 1), &columns, 2, by).await.unwrap();
    assert_eq!((found.k, found.n_groups), (1, 3));
    assert_eq!((found.n_small_groups, found.n_rows_in_small_groups), (2, 2));
    assert!(portal.anonymity(&code, (id, 1), &["no".to_owned()], 2, by).await.is_err());
    assert!(portal.anonymity(&code, (id, 1), &[], 2, by).await.is_err());
    assert!(portal.anonymity(&code, (id, 1), &columns, 2, By::Command(" ")).await.is_err());

    // What was measured is in the log, and so is the mask that came with the catalogue.
    let done = portal.processing(&code, Lang::En).await.unwrap();
    let done: Vec<(&str, &str)> =
        done.iter().map(|it| (it.by.as_str(), it.text.as_str())).collect();
    let measured =
        "k-anonymity of region born: k = 1 (2 wanted), 2 of 3 combinations are below, 2 of 4 rows";
    assert_eq!(done, [("张三", measured), ("服务器命令", "Desensitisation (born year)")]);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}
