//! From a delivered copy to its source and its approval, and back (SEC-02).

use bytes::Bytes;
use futures::stream;
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::TrailAsked;
use kaishu_portal::publishing::NewVersion;
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, People, act, people, person, review, whole_draft};
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::draft::Processing;
use kaishu_types::trail::TrailView;
use kaishu_types::{DatasetCode, ErrorCode};

use crate::support::{Answer, TestSite};

const IMPORTED: &str = "YX-T-0001";

/// A dataset that went through its review, with a file.
async fn site() -> (TestSite, People, i64, DatasetCode) {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(IMPORTED, "旧数据", "unconditional")
        .item(IMPORTED, "name", "unconditional")
        .file(IMPORTED, "old.csv", "name\n旧\n".as_bytes());
    site.test_portal.import(catalogue.folder()).await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let case = whole_draft(portal, &people.officer, "YX-T").await;
    let code = portal.draft(&people.officer, case, LANG).await.unwrap().code;
    act(portal, &people.officer, case, "submit").await.unwrap();
    review(portal, &people, case).await;
    act(portal, &people.authority, case, "publish").await.unwrap();
    portal.take_in_files(|_| ()).await.unwrap();
    portal.catch_up(|_| ()).await.unwrap();
    (site, people, case, code)
}

/// Takes something of the first file of a dataset.
async fn taken(site: &TestSite, code: &str, what: &str) -> Answer {
    let entry = site.get(&format!("/api/v1/datasets/{code}")).await.json();
    let id = entry["resources"][0]["id"].as_i64().unwrap();
    let answer = site.get(&format!("/api/v1/datasets/{code}/resources/{id}/{what}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

async fn trail(portal: &Portal, caller: &Caller, of: &str) -> Result<TrailView, ErrorCode> {
    let asked = TrailAsked::read(of).unwrap();
    portal.trail(caller, &asked, None, LANG).await.map_err(|error| error.code())
}

// Part of SEC-02: from a receipt and from the bytes of a file, original or export, to dataset, version, file,
// provider, class and whoever approved it, in one question; and from the dataset and the review back to the
// copies. Requests and agreements come with conditional data.
#[tokio::test]
async fn a_copy_leads_to_its_approval_and_back() {
    let (site, people, case, code) = site().await;
    let portal = site.test_portal.portal();
    let original = taken(&site, code.as_str(), "original").await;
    let receipt = original.header("x-receipt").to_owned();
    let export = taken(&site, code.as_str(), "export.csv").await;
    let of_export = export.header("x-receipt").to_owned();

    let found = trail(portal, &people.authority, &receipt).await.unwrap();
    assert_eq!(found.copies.len(), 1);
    let [source] = found.sources.as_slice() else { panic!("{:?}", found.sources) };
    assert_eq!((&source.dataset, source.version), (&code, 1));
    assert_eq!((source.provider.code.as_str(), source.class.as_str()), ("YX-T", "unconditional"));
    assert_eq!(source.files.len(), 1);
    let sha256 = source.files[0].sha256.clone().unwrap();
    assert_eq!(Some(&sha256), found.copies[0].sha256.as_ref());
    let opening = source.opening.as_ref().unwrap();
    assert_eq!(opening.case, case);
    let acts: Vec<&str> = opening.acts.iter().map(|act| act.event.code.as_str()).collect();
    assert_eq!((acts.first(), acts.last()), (Some(&"submit"), Some(&"publish")));
    let n_steps = portal.case_view(&people.officer, case, LANG).await.unwrap().steps.len();
    assert_eq!(opening.acts.len(), n_steps + 2);
    assert!(opening.acts.iter().all(|act| act.acting.is_some() && act.seq > 0));
    assert!(opening.acts[1].step.is_some() && opening.acts[1].reason == "理由充分");

    // The same answer from the bytes; the receipt of an export leads there, too.
    let by_bytes = trail(portal, &people.authority, &sha256.to_uppercase()).await.unwrap();
    assert_eq!(by_bytes.sources, found.sources);
    assert_eq!(by_bytes.copies, found.copies);
    let by_export = trail(portal, &people.authority, &of_export).await.unwrap();
    assert_eq!(by_export.sources[0].opening, source.opening);
    let sum = portal.receipt(&of_export.parse().unwrap()).await.unwrap().sha256.unwrap();
    let exported = trail(portal, &people.authority, &sum).await.unwrap();
    assert_eq!(exported.copies[0].code.as_str(), of_export);

    // And back, the newest first.
    for of in [code.to_string(), case.to_string()] {
        let copies = trail(portal, &people.authority, &of).await.unwrap().copies;
        let codes: Vec<&str> = copies.iter().map(|it| it.code.as_str()).collect();
        assert_eq!(codes, [of_export.as_str(), receipt.as_str()], "{of}");
    }
    // Who took it is in no answer; open data comes without an application.
    assert_eq!(found.requests, []);
    let json = serde_json::to_string(&found).unwrap();
    for absent in ["account", "client", "address"] {
        assert!(!json.contains(&format!("\"{absent}")), "{absent}");
    }
}

// Newer data of the same structure keeps the approval and names who published it; what was imported has none.
#[tokio::test]
async fn newer_data_keeps_its_approval_and_imports_have_none() {
    let (site, people, case, code) = site().await;
    let portal = site.test_portal.portal();
    let new = NewVersion {
        file_name: "stops.csv",
        note: "更新",
        processing: std::collections::BTreeSet::from([Processing::Clean]),
        record: "",
        upload: None,
    };
    let bytes = stream::iter([Ok(Bytes::from_static("name,n\n火车站,008\n".as_bytes()))]);
    let version = portal.publish_version(&people.officer, &code, new, bytes, LANG).await.unwrap();
    assert_eq!(version, 2);
    portal.take_in_files(|_| ()).await.unwrap();
    let receipt = taken(&site, code.as_str(), "original").await.header("x-receipt").to_owned();
    let found = trail(portal, &people.authority, &receipt).await.unwrap();
    let source = &found.sources[0];
    assert_eq!((source.version, source.opening.as_ref().unwrap().case), (2, case));
    assert_eq!(source.refreshed.as_ref().unwrap().by, "officer 的名字");
    let of_case = trail(portal, &people.authority, &format!("#{case}")).await.unwrap();
    assert_eq!(of_case.copies.len(), 1, "newer data was approved by the same review");

    let old = taken(&site, IMPORTED, "original").await.header("x-receipt").to_owned();
    let found = trail(portal, &people.authority, &old).await.unwrap();
    assert_eq!((found.sources[0].opening.as_ref(), found.sources[0].version), (None, 1));
    assert_eq!(found.sources[0].refreshed, None);
}

// Who supervises the region and the auditor may ask; to all others there is nothing.
#[tokio::test]
async fn trails_are_for_those_who_supervise_the_region() {
    let (site, people, _, code) = site().await;
    let portal = site.test_portal.portal();
    let receipt = taken(&site, code.as_str(), "original").await.header("x-receipt").to_owned();
    for caller in [&people.officer, &people.head, &people.reviewer, &people.stranger] {
        assert_eq!(trail(portal, caller, &receipt).await, Err(ErrorCode::Forbidden));
    }
    let visitor = trail(portal, &Caller::visitor(), &receipt).await;
    assert_eq!(visitor, Err(ErrorCode::Unauthenticated));
    let place = ("watches", "YX");
    let auditor = person(portal, Role::Auditor, place, TokenScope::Read).await;
    assert!(trail(portal, &auditor, &receipt).await.is_ok());
    for unknown in ["R-20260101-000000000000", &"0".repeat(64), "YX-T-0099", "9999"] {
        let found = trail(portal, &auditor, unknown).await;
        assert_eq!(found, Err(ErrorCode::NotFound), "{unknown}");
    }
    // By the API the same, with a token that reads.
    let (command, login) = (Caller::command(), "watches".parse().unwrap());
    let token = portal.make_token_for(&command, &login, ("trail", TokenScope::Read, 1), LANG);
    let bearer = format!("Bearer {}", token.await.unwrap());
    let path = format!("/api/v1/trail?of={receipt}");
    let answer = site.get_with(&path, &[("authorization", bearer.as_str())]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["sources"][0]["dataset"], code.as_str());
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(site.get(&path).await.status, 401);
    let wrong = site.get_with("/api/v1/trail?of=", &[("authorization", bearer.as_str())]).await;
    wrong.assert_problem_of(400, "of");
}
