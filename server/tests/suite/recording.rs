//! Data that changes record by record, as that of base registers (PUB-12).

use http::Method;
use kaishu_store::datasets::{self, EntryWrite, ResourceWrite};
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, people};
use kaishu_testkit::{Setup, now};
use kaishu_types::DatasetCode;
use kaishu_types::account::TokenScope;
use kaishu_types::dataset::ResourceView;
use kaishu_types::draft::Processing;
use kaishu_types::vocabulary::{CatalogueKind, Frequency};
use serde_json::Value;

use crate::publishing::token;
use crate::support::{Answer, TestSite};

const CODE: &str = "YX-T-0001";
const FIRMS: &str = "code,name,capital,founded,owner\n\
    001,甲公司,100,2020-01-01,张\n002,乙公司,200,2021-01-01,李\n";

/// Publishes an entry as it is with something changed in it.
pub(crate) async fn rewrite(site: &TestSite, code: &str, change: impl FnOnce(&mut EntryWrite)) {
    let store = site.test_portal.store();
    let code: DatasetCode = code.parse().unwrap();
    let found = datasets::find(store, &code).await.unwrap().unwrap();
    let mut resources = Vec::new();
    for it in &found.resources {
        let blob_key = datasets::blob_key(store, &code, it.id).await.unwrap();
        resources.push(written(it.clone(), blob_key));
    }
    let mut entry = EntryWrite {
        code: Some(code),
        organization: found.organization.code.clone(),
        region: found.region.code.clone(),
        state: found.state,
        state_reason: None,
        fields: found.fields.clone(),
        items: found.items.clone(),
        resources,
        published_at: found.published_at,
        updated_at: now(),
        is_dated: true,
        origin: None,
        version_note: String::new(),
        author: None,
    };
    change(&mut entry);
    let transaction = store.begin_catalogue().await.unwrap();
    datasets::publish(&transaction, &entry).await.unwrap();
    transaction.commit().await.unwrap();
    serve(site).await;
}

fn written(it: ResourceView, blob_key: Option<String>) -> ResourceWrite {
    ResourceWrite {
        title: it.title,
        description: it.description,
        kind: it.kind,
        format: it.format,
        media_type: it.media_type,
        url: it.url,
        in_place: it.in_place,
        file_name: it.file_name,
        size_bytes: it.size_bytes,
        sha256: it.sha256,
        sm3: it.sm3,
        encoding: it.encoding,
        n_rows: it.n_rows,
        n_columns: it.n_columns,
        updated_at: it.updated_at,
        source_id: it.source_id,
        blob_key,
    }
}

/// Takes in what waits, as the server does all the time.
async fn serve(site: &TestSite) {
    site.test_portal.portal().take_in_files(|_| ()).await.unwrap();
    site.test_portal.portal().catch_up(|_| ()).await.unwrap();
}

/// A base register whose owners are not open.
async fn site() -> (TestSite, String) {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "法人", "unconditional")
        .typed_item(CODE, "code", "code", "unconditional")
        .short_item(CODE, "name", 20)
        .typed_item(CODE, "capital", "integer", "unconditional")
        .typed_item(CODE, "founded", "date", "unconditional")
        .item(CODE, "owner", "conditional")
        .file(CODE, "firms.csv", FIRMS.as_bytes());
    site.test_portal.import(catalogue.folder()).await;
    rewrite(&site, CODE, |entry| {
        entry.fields.kind = CatalogueKind::Base;
        entry.fields.base_db = Some("legal_person".to_owned());
        entry.fields.frequency = Frequency::Realtime;
        entry.fields.record_key = vec!["code".to_owned()];
    })
    .await;
    let token = token(&site, "streams", "YX-T", TokenScope::Publish).await;
    (site, token)
}

async fn file(site: &TestSite) -> i64 {
    let code = CODE.parse().unwrap();
    let found = datasets::find(site.test_portal.store(), &code).await.unwrap().unwrap();
    found.resources[0].id
}

/// Sends records to which nothing was done before.
async fn send(site: &TestSite, token: &str, batch: (i64, &str), lines: &str) -> Answer {
    send_done(site, token, batch, ("?processing=none", lines)).await
}

async fn send_done(
    site: &TestSite,
    token: &str,
    (id, key): (i64, &str),
    (said, lines): (&str, &str),
) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/x-ndjson"),
        ("idempotency-key", key),
    ];
    let path = format!("/api/v1/datasets/{CODE}/resources/{id}/records{said}");
    site.ask(Method::POST, &path, &headers, lines).await
}

/// The rows that anybody may have, as lists of values.
async fn rows(site: &TestSite) -> Vec<Value> {
    let id = file(site).await;
    let answer = site.get(&format!("/api/v1/datasets/{CODE}/resources/{id}/rows")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(!answer.text().contains("owner") && !answer.text().contains('张'), "{}", answer.text());
    answer.json()["rows"].as_array().unwrap().clone()
}

fn line(op: &str, pairs: &Value) -> String {
    format!("{}\n", serde_json::json!({ "op": op, "record": pairs }))
}

fn firm(code: &str, name: &str, capital: &Value) -> Value {
    serde_json::json!({
        "code": code, "name": name, "capital": capital, "founded": "2026-11-21", "owner": "王"
    })
}

// Proves PUB-12: the data of a base register comes in as a stream of changes by its key, each batch as one version
// made at once; it is served from the one store through the view that everybody has, and the version before stays
// what it was. The register of deliveries tells when the last change came in.
#[tokio::test]
async fn records_of_a_base_register_are_changed_one_by_one() {
    let (site, token) = site().await;
    let first = file(&site).await;
    let before = rows(&site).await;
    assert_eq!(before.len(), 2);
    let batch = line("upsert", &firm("003", "丙公司", &300.into()))
        + &line("upsert", &firm("001", "甲集团", &150.into()))
        + &line("delete", &serde_json::json!({ "code": "002" }));
    let answer = send(&site, &token, (first, "b-1"), &batch).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let reply = answer.json();
    assert_eq!((&reply["inserted"], &reply["updated"]), (&1.into(), &1.into()));
    assert_eq!((&reply["deleted"], &reply["rows"]), (&1.into(), &2.into()));
    let version = reply["version"].clone();

    // The next one waits until this one is taken in, and hears for how long.
    let next = line("delete", &serde_json::json!({ "code": "003" }));
    let early = send(&site, &token, (first, "b-2"), &next).await;
    assert_eq!((early.status.as_u16(), early.header("retry-after")), (429, "5"));
    serve(&site).await;
    let now = format!("{:?}", rows(&site).await);
    assert!(now.contains("甲集团") && now.contains("丙公司") && !now.contains("乙公司"), "{now}");

    // Sent again by its name it is the same batch, and makes no other version.
    let again = send(&site, &token, (first, "b-1"), &batch).await;
    assert_eq!((again.status.as_u16(), &again.json()["repeated"]), (200, &true.into()));
    assert_eq!(again.json()["version"], version);
    let other = send(&site, &token, (first, "b-1"), &next).await;
    assert_eq!(other.status, 409, "{}", other.text());

    // The number that the file had before still names it; what is as it is to be makes no version.
    let same = line("upsert", &firm("003", "丙公司", &300.into()));
    let same = send(&site, &token, (first, "b-3"), &same).await;
    assert_eq!((same.status.as_u16(), &same.json()["unchanged"]), (200, &1.into()));
    assert_eq!(same.json()["version"], version);
    let gone = send(&site, &token, (first, "b-2"), &next).await;
    assert_eq!(gone.status, 201, "{}", gone.text());
    serve(&site).await;
    assert_eq!(rows(&site).await.len(), 1);

    // The versions before are what they were (PUB-14).
    let code: DatasetCode = CODE.parse().unwrap();
    let found = datasets::find(site.test_portal.store(), &code).await.unwrap().unwrap();
    let was = found.versions.iter().find(|it| it.resources.iter().any(|it| it.id == first));
    assert_eq!(was.unwrap().resources[0].size_bytes, Some(FIRMS.len() as u64));

    let people = people(site.test_portal.portal()).await;
    let filter = kaishu_portal::registers::ObligationFilter { is_all: true, ..Default::default() };
    let portal = site.test_portal.portal();
    let page = portal.obligations(&people.officer, &filter, LANG).await.unwrap();
    let told = format!("{:?}", page.rows[0].parts);
    assert!(told.contains("最近一次变更 2026-11-21"), "{told}");
}

// Part of PUB-12: what is wrong is named by record and data item, and the version before serves on.
#[tokio::test]
async fn a_batch_that_is_wrong_leaves_everything_as_it_was() {
    let (site, token) = site().await;
    let id = file(&site).await;
    let before = rows(&site).await;
    let good = line("upsert", &firm("003", "丙公司", &300.into()));
    let half = serde_json::json!({ "code": "001", "name": "甲" });
    let mut stranger = firm("004", "丁", &1.into());
    stranger["phone"] = "1".into();
    for (what, wrong, field) in [
        ("type", line("upsert", &firm("004", "丁", &"很多".into())), "records[2].capital"),
        ("length", line("upsert", &firm("004", &"长".repeat(21), &1.into())), "records[2].name"),
        ("no key", line("upsert", &firm("", "丁", &1.into())), "records[2].code"),
        ("half", line("upsert", &half), "records[2].capital"),
        ("unknown", line("upsert", &stranger), "records[2].phone"),
        ("list", line("upsert", &firm("004", "丁", &serde_json::json!([1]))), "records[2].capital"),
        ("twice", good.clone(), "records[2]"),
        ("not there", line("delete", &serde_json::json!({ "code": "9" })), "records[2]"),
        ("no JSON", "{\"op\":\n".to_owned(), "records[2]"),
        ("other act", "{\"op\":\"drop\",\"record\":{}}\n".to_owned(), "records[2]"),
    ] {
        let named = what.replace(' ', "-");
        let answer = send(&site, &token, (id, &named), &(good.clone() + &wrong)).await;
        let named = &answer.json()["fields"][0]["field"];
        assert_eq!((answer.status.as_u16(), named), (400, &field.into()), "{}", answer.text());
    }
    let many = good.repeat(1_001);
    assert_eq!(send(&site, &token, (id, "many"), &many).await.status, 400);
    assert_eq!(send(&site, &token, (id, "none"), "\n").await.status, 400);
    assert_eq!(send(&site, &token, (id, ""), &good).await.status, 400);
    assert_eq!(send(&site, &token, (999, "b"), &good).await.status, 404);
    let reader = crate::publishing::token(&site, "reader", "YX-T", TokenScope::Read).await;
    let others = crate::publishing::token(&site, "others", "YX-U", TokenScope::Publish).await;
    for (token, status) in [("kst_x", 401), (reader.as_str(), 403), (others.as_str(), 403)] {
        assert_eq!(send(&site, token, (id, "b"), &good).await.status, status);
    }
    assert_eq!(rows(&site).await, before);
    rewrite(&site, CODE, |entry| entry.fields.record_key.clear()).await;
    let refused = send(&site, &token, (file(&site).await, "b"), &good).await;
    assert!(refused.text().contains("记录主键") && refused.status == 400, "{}", refused.text());
}

// Part of PUB-02, PUB-12: what was done to records is said with each batch, as of files, and stays on record; who says
// nothing hears of the article, and nothing changes.
#[tokio::test]
async fn what_was_done_to_records_is_always_said() {
    let (site, token) = site().await;
    let (id, before) = (file(&site).await, rows(&site).await);
    let good = line("upsert", &firm("003", "丙公司", &300.into()));
    for silent in ["", "?processing=none,clean"] {
        let answer = send_done(&site, &token, (id, "b"), (silent, &good)).await;
        answer.assert_problem_of(400, "processing");
        let said = answer.json()["fields"][0]["message"].as_str().unwrap().to_owned();
        assert!(said.contains("第三十条第一款"), "{silent}: {said}");
    }
    let unknown = send_done(&site, &token, (id, "b"), ("?processing=wash", &good)).await;
    unknown.assert_problem_of(400, "processing");
    let other = send_done(&site, &token, (id, "b"), ("?processing=none&note=x", &good)).await;
    other.assert_problem_of(400, "note");
    assert_eq!(rows(&site).await, before);

    let said = "?processing=clean,convert&record=YX-2026-9";
    let answer = send_done(&site, &token, (id, "b"), (said, &good)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let done = site.test_portal.portal().processing(&CODE.parse().unwrap(), LANG).await.unwrap();
    assert_eq!(done[0].reason, "YX-2026-9");
    for kind in [Processing::Clean, Processing::Convert] {
        assert!(done[0].text.contains(kind.label(LANG)), "{}", done[0].text);
    }
}
