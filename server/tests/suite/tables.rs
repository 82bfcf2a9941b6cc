//! Tables of files: what they answer, and what they keep back.

use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_types::vocabulary::DatasetState;
use serde_json::{Value, json};

use crate::support::TestSite;

const OPEN: &str = "YX-T-0001";
const MIXED: &str = "YX-T-0002";
const SECRET: &str = "chixiao4711";

/// An open table and one with columns of every class.
async fn site() -> TestSite {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let open = "code,name,people\n007,北京,2189\n008,上海,2487\n009,茂县,9\n";
    let mixed =
        format!("district,phone,secret\n甲,{SECRET}p1,{SECRET}s2\n乙,{SECRET}p3,{SECRET}s4\n");
    let folder = Catalogue::default()
        .dataset(OPEN, "城市", "unconditional")
        .file(OPEN, "cities.csv", open.as_bytes())
        .dataset(MIXED, "名册", "conditional")
        .item(MIXED, "district", "unconditional")
        .item(MIXED, "phone", "conditional")
        .item(MIXED, "secret", "none")
        .file(MIXED, "people.csv", mixed.as_bytes())
        .folder();
    let report = site.test_portal.import(folder).await;
    assert_eq!(report.created, 2, "{report:?}");
    site
}

/// The address of the only file of a dataset.
async fn resource(site: &TestSite, code: &str) -> String {
    let entry = site.get(&format!("/api/v1/datasets/{code}")).await.json();
    let id = entry["resources"][0]["id"].as_i64().unwrap();
    format!("/datasets/{code}/resources/{id}")
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn rows_are_filtered_and_go_on() {
    let site = site().await;
    let rows = format!("/api/v1{}/rows", resource(&site, OPEN).await);

    let all = site.get(&rows).await.json();
    assert_eq!(all["columns"][0], json!({"name": "code", "label": "code", "type": "code"}));
    assert_eq!(all["rows"][0], json!(["007", "北京", 2189]));
    assert_eq!((&all["total"], &all["next"]), (&json!(3), &Value::Null));

    let filter = encoded("people > 100 AND name LIKE '%海'");
    let found = site.get(&format!("{rows}?filter={filter}&select=code")).await.json();
    assert_eq!(found["rows"], json!([["008"]]));

    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page =
            site.get(&format!("{rows}?sort=-people&limit=1&select=name{cursor}")).await.json();
        assert_eq!(page["total"], 3);
        seen.push(page["rows"][0][0].as_str().unwrap().to_owned());
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ["上海", "北京", "茂县"]);
    // A cursor is of its own question.
    assert_eq!(site.get(&format!("{rows}?sort=people{cursor}")).await.status, 400);

    let groups =
        site.get(&format!("{rows}?group_by=bin(people,1000)&aggregate=count()")).await.json();
    assert_eq!(groups["rows"], json!([[0, 1], [2000, 2]]));
}

// Proves DL-10: the same address gives the same bytes.
#[tokio::test]
async fn the_same_address_gives_the_same_bytes() {
    let site = site().await;
    let rows = format!("/api/v1{}/rows?limit=1&version=1", resource(&site, OPEN).await);
    let first = site.get(&rows).await;
    let again = site.get(&rows).await;
    assert_eq!(first.bytes, again.bytes);
    assert_eq!(first.header("repr-digest"), again.header("repr-digest"));
    let etag = first.header("etag").to_owned();
    assert_eq!(site.get_with(&rows, &[("if-none-match", &etag)]).await.status, 304);
}

const EXPORTS: &[&str] = &["csv", "xlsx", "json", "ndjson", "xml", "parquet"];

// Proves DL-02, SEC-05: a column that is not open is not there, whatever is asked.
#[tokio::test]
async fn a_closed_column_leaves_by_no_door() {
    let site = site().await;
    let path = resource(&site, MIXED).await;
    let rows = format!("/api/v1{path}/rows");

    let all = site.get(&rows).await.json();
    assert_eq!(all["columns"].as_array().unwrap().len(), 1);
    assert_eq!(all["rows"], json!([["甲"], ["乙"]]));
    assert_eq!(site.get(&format!("{rows}?q={SECRET}")).await.json()["total"], 0);
    assert_eq!(site.get(&format!("/api/v1{path}/original")).await.status, 403);

    for question in [
        "filter=NAME+IS+NULL",
        "filter=NAME+LIKE+%27%25x%25%27",
        "sort=NAME",
        "select=NAME",
        "group_by=NAME",
        "group_by=district&aggregate=max(NAME)",
        "distinct=1&select=NAME",
    ] {
        let ask = async |name: &str| {
            let question = question.replace("NAME", name);
            let answer = site.get(&format!("{rows}?{question}")).await;
            let export = site.get(&format!("/api/v1{path}/export.csv?{question}")).await;
            assert_eq!(answer.status, 400, "{question}");
            assert_eq!(export.status, 400, "{question}");
            let page = site.get(&format!("{path}?{question}")).await;
            assert_eq!(page.status, 400, "{question}");
            answer.text().replace(name, "NAME")
        };
        let unknown = ask("nothing").await;
        assert_eq!(ask("phone").await, unknown, "{question}");
        assert_eq!(ask("secret").await, unknown, "{question}");
    }
    for format in EXPORTS {
        let file = site.get(&format!("/api/v1{path}/export.{format}")).await;
        assert_eq!(file.status, 200, "{format}");
        let bytes = String::from_utf8_lossy(&file.bytes).into_owned();
        assert!(!bytes.contains(SECRET) && !bytes.contains("phone"), "{format}");
    }
    for address in [path.clone(), format!("/en{path}"), format!("{path}?col=phone")] {
        let page = site.get(&address).await;
        assert_eq!(page.status, 200, "{address}");
        assert!(!page.text().contains(SECRET), "{address}");
        assert!(!page.text().contains("secret"), "{address}");
    }
    let entry = site.get(&format!("/api/v1/datasets/{MIXED}")).await.json();
    assert_eq!(entry["resources"][0]["sha256"], Value::Null);
}

// Proves PUB-05: what the catalogue declares later is checked; the table itself gives the same bytes.
#[tokio::test]
async fn what_the_catalogue_declares_later_is_checked() {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let catalogue = || {
        let catalogue = Catalogue::default().dataset(OPEN, "数", "unconditional");
        catalogue.file(OPEN, "n.csv", "n\nabc\n".as_bytes())
    };
    let mut bytes = Vec::new();
    for (length, n_too_long) in [(5, 0), (2, 1)] {
        site.test_portal.import(catalogue().short_item(OPEN, "n", length).folder()).await;
        let path = resource(&site, OPEN).await;
        let quality = site.get(&format!("/api/v1{path}/quality")).await.json();
        let reasons = quality["dimensions"].as_array().unwrap().iter();
        let mut reasons = reasons.flat_map(|it| it["reasons"].as_array().unwrap());
        let declared = reasons.find(|it| it["rule"] == "length.declared").unwrap();
        assert_eq!(declared["n_failed"], n_too_long);
        bytes.push(site.get(&format!("/api/v1{path}/rows?version=1")).await.bytes);
    }
    assert_eq!(bytes[0], bytes[1]);
}

// Proves PUB-05: a type that is declared for a file that stays is that of the new version's table.
#[tokio::test]
async fn a_type_declared_anew_is_that_of_the_next_version() {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let catalogue = || {
        let catalogue = Catalogue::default().dataset(OPEN, "数", "unconditional");
        catalogue.file(OPEN, "n.csv", "n\n10\n9\n".as_bytes())
    };
    let declared = |kind: &str| catalogue().typed_item(OPEN, "n", kind, "unconditional").folder();
    site.test_portal.import(declared("integer")).await;
    let numbers = resource(&site, OPEN).await;
    let first = site.get(&format!("/api/v1{numbers}/rows?sort=n&version=1")).await;
    assert_eq!(first.json()["rows"], json!([[9], [10]]));

    site.test_portal.import(declared("text")).await;
    let texts = resource(&site, OPEN).await;
    assert_ne!(numbers, texts, "a table of its own");
    let second = site.get(&format!("/api/v1{texts}/rows?sort=n")).await.json();
    assert_eq!(second["rows"], json!([["10"], ["9"]]));
    let again = site.get(&format!("/api/v1{numbers}/rows?sort=n&version=1")).await;
    assert_eq!(first.bytes, again.bytes, "the old address");
    let original = async |path: &str| site.get(&format!("/api/v1{path}/original")).await.bytes;
    assert_eq!(original(&numbers).await, original(&texts).await);
}

// Proves DL-08: a suspended dataset answers nothing from the next request on.
#[tokio::test]
async fn a_suspended_table_is_gone() {
    let site = site().await;
    let path = resource(&site, OPEN).await;
    site.test_portal.set_state(OPEN, DatasetState::Suspended, "核实中").await;
    for address in ["rows", "rows?explain=1", "export.csv", "export.parquet"] {
        let answer = site.get(&format!("/api/v1{path}/{address}")).await;
        assert_eq!(answer.status, 410, "{address}");
    }
    let issues = site.get(&format!("/api/v1/datasets/{OPEN}/quality-issues")).await;
    assert_eq!(issues.status, 410);
    assert!(!site.get(&path).await.text().contains("北京"));
}

#[tokio::test]
async fn exports_are_what_is_filtered() {
    let site = site().await;
    let path = format!("/api/v1{}", resource(&site, OPEN).await);
    let filter = encoded("people > 100");
    let file = site.get(&format!("{path}/export.csv?filter={filter}&select=code")).await;
    assert_eq!(file.text(), "code\r\n007\r\n008\r\n");
    assert!(file.header("content-disposition").contains("cities.csv-part.csv"));
    let marked = site.get(&format!("{path}/export.csv?encoding=utf-8-bom")).await;
    assert!(marked.bytes.starts_with(b"\xEF\xBB\xBFcode"));
    let gb = site.get(&format!("{path}/export.csv?encoding=gb18030&select=name")).await;
    assert_eq!(&gb.bytes[6..10], b"\xB1\xB1\xBE\xA9");
    for wrong in [
        "export.csv?encoding=latin1",
        "export.json?encoding=utf-8",
        "export.geojson",
        "export.csv?limit=1",
    ] {
        assert_eq!(site.get(&format!("{path}/{wrong}")).await.status, 400, "{wrong}");
    }
    assert_eq!(site.get(&format!("{path}/export.exe")).await.status, 404);
}

#[tokio::test]
async fn the_page_works_by_links_and_forms() {
    let site = site().await;
    let path = resource(&site, OPEN).await;
    let page = site.get(&path).await;
    page.assert_well_formed_page(&path);
    assert!(page.text().contains("2189"));
    // A form adds a condition, and the address of the view says it.
    let sent = site.get(&format!("{path}?c=people&o=ge&v=2000")).await;
    assert_eq!(sent.status, 303);
    let there = sent.header("location").to_owned();
    let filtered = site.get(&there).await;
    assert!(filtered.text().contains("北京") && !filtered.text().contains("茂县"));
    let sorted = site.get(&format!("{path}?sort=-people")).await;
    assert_eq!(sorted.attributes("th[aria-sort]", "aria-sort"), ["descending"]);
    let wrong = site.get(&format!("{path}?c=people&o=gt&v=viel")).await;
    let wrong = site.get(wrong.header("location")).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.text().contains("请与数字比较"));
    wrong.assert_well_formed_page("a wrong condition");
}
