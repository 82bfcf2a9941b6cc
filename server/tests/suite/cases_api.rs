//! Reviews and what becomes of published data, by program: the whole way of an entry without a browser.

use http::Method;
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, ORGANIZATION, answers, people, whole_draft};
use kaishu_types::account::TokenScope;
use serde_json::{Value, json};

use crate::support::{Answer, TestSite};

const CODE: &str = "YX-T-0002";

async fn site() -> TestSite {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let catalogue = Catalogue::default().dataset("YX-T-0001", "旧数据", "unconditional");
    let other = catalogue.dataset("YX-U-0001", "别的", "unconditional");
    site.test_portal.import(other.under("open-licence", "YX-U").folder()).await;
    site
}

async fn token(portal: &Portal, login: &str, scope: TokenScope) -> String {
    let login = login.parse().unwrap();
    portal.make_token_for(&Caller::command(), &login, ("api", scope, 1), LANG).await.unwrap()
}

async fn ask(site: &TestSite, token: &str, path: &str, body: Option<Value>) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let method = if body.is_some() { Method::POST } else { Method::GET };
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    site.ask(method, &format!("/api/v1{path}"), &headers, &body).await
}

/// Whoever has the step finds the case in the list, decides on the version that was read, and is told what is
/// missing; a decision on an old version, and one from elsewhere, changes nothing.
#[tokio::test]
async fn a_review_is_decided_by_program() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
    let officer = token(portal, "officer", TokenScope::Publish).await;
    let reviewer = token(portal, "reviewer", TokenScope::Decide).await;
    let authority = token(portal, "authority", TokenScope::Decide).await;
    let stranger = token(portal, "stranger", TokenScope::Publish).await;
    let path = format!("/cases/{case}");
    let acts = format!("{path}/acts");
    let shown = ask(&site, &officer, &path, None).await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    assert_eq!(shown.header("cache-control"), "no-store");
    let events = |shown: &Value| -> Vec<String> {
        let actions = shown["actions"].as_array().unwrap().iter();
        actions.map(|it| it["event"]["code"].as_str().unwrap().to_owned()).collect()
    };
    assert!(events(&shown.json()).contains(&"submit".to_owned()));
    assert_eq!(ask(&site, &stranger, &path, None).await.status, 404);

    let submit = json!({ "event": "submit", "version": 1 });
    let submitted = ask(&site, &officer, &acts, Some(submit.clone())).await;
    assert_eq!(submitted.status, 200, "{}", submitted.text());
    assert_eq!(ask(&site, &officer, &acts, Some(submit)).await.status, 409);
    let waiting =
        |list: &Value| list["items"].as_array().unwrap().iter().any(|it| it["id"] == case);
    assert!(waiting(&ask(&site, &reviewer, "/cases", None).await.json()));
    assert!(!waiting(&ask(&site, &authority, "/cases?kind=opening", None).await.json()));
    assert!(waiting(&ask(&site, &authority, "/cases?show=open", None).await.json()));
    for wrong in ["/cases?show=all", "/cases?kind=opened", "/cases?cursor=x", "/cases?n=1"] {
        assert_eq!(ask(&site, &reviewer, wrong, None).await.status, 400, "{wrong}");
    }

    let pass = |version: u32| json!({ "event": "pass", "version": version, "reason": "同意" });
    let unanswered = ask(&site, &reviewer, &acts, Some(pass(2))).await;
    assert_eq!(unanswered.status, 400);
    assert!(unanswered.text().contains("清单"), "{}", unanswered.text());
    let mut answered = pass(2);
    answered["answers"] = json!(answers());
    assert_eq!(ask(&site, &officer, &acts, Some(answered.clone())).await.status, 403);
    assert_eq!(ask(&site, &reviewer, &acts, Some(answered.clone())).await.status, 200);
    answered["version"] = json!(3);
    assert_eq!(ask(&site, &authority, &acts, Some(answered)).await.status, 200);
    let publish = json!({ "event": "publish", "version": 4, "reason": "同意" });
    let published = ask(&site, &authority, &acts, Some(publish)).await.json();
    assert_eq!(published["state"]["code"], "published", "{published}");
    assert_eq!(site.get(&format!("/datasets/{CODE}")).await.status, 200);
    assert!(waiting(&ask(&site, &officer, "/cases?show=closed", None).await.json()));
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

/// A published dataset is suspended and restored, revised, followed and handed over by program.
#[tokio::test]
async fn a_published_dataset_is_looked_after_by_program() {
    let site = site().await;
    let portal = site.test_portal.portal();
    people(portal).await;
    let officer = token(portal, "officer", TokenScope::Publish).await;
    let head = token(portal, "head", TokenScope::Decide).await;
    let of = |rest: &str| format!("/datasets/YX-T-0001/{rest}");
    let standing = ask(&site, &head, &of("standing"), None).await.json();
    assert_eq!(
        (standing["state"].as_str(), standing["version"].as_u64()),
        (Some("published"), Some(0))
    );
    let act = |event: &str, version: &Value| json!({ "event": event, "version": version, "reason": "有人提出异议" });
    let wanted = act("suspend", &standing["version"]);
    assert_eq!(ask(&site, &officer, &of("standing"), Some(wanted.clone())).await.status, 403);
    let suspended = ask(&site, &head, &of("standing"), Some(wanted.clone())).await.json();
    assert_eq!(suspended["state"], "suspended", "{suspended}");
    assert_eq!(ask(&site, &head, &of("standing"), Some(wanted)).await.status, 409);
    let back = act("restore", &suspended["version"]);
    let restored = ask(&site, &head, &of("standing"), Some(back)).await;
    assert_eq!(restored.json()["state"], "published", "{}", restored.text());

    let change = json!({ "kind": "law_changed", "happened_on": "2026-11-20", "evidence": "依据" });
    let noted = ask(&site, &officer, &of("change-events"), Some(change)).await;
    assert_eq!(noted.status, 201, "{}", noted.text());
    assert_eq!(noted.json()["kind"], "change");
    let place = noted.header("location").to_owned();
    assert!(place.starts_with("/api/v1/cases/"), "{place}");

    let offer = json!({ "to": "YX-U", "reason": "职能划转" });
    assert_eq!(ask(&site, &officer, &of("transfers"), Some(offer.clone())).await.status, 403);
    let offered = ask(&site, &head, &of("transfers"), Some(offer)).await.json();
    let stranger = token(portal, "stranger", TokenScope::Publish).await;
    let case = format!("/cases/{}", offered["case"]);
    assert_eq!(ask(&site, &head, &case, None).await.status, 404, "it is the other one's now");
    let version = ask(&site, &stranger, &case, None).await.json()["version"].clone();
    let take = json!({ "event": "take", "version": version, "reason": "同意" });
    let taken = ask(&site, &stranger, &format!("{case}/acts"), Some(take)).await;
    assert_eq!(taken.status, 200, "{}", taken.text());
    let dataset = ask(&site, &stranger, "/datasets/YX-T-0001", None).await.json();
    assert_eq!(dataset["organization"]["code"], "YX-U");
    assert_eq!(ask(&site, &officer, &of("revisions"), Some(json!({}))).await.status, 403);

    let begun = ask(&site, &stranger, &of("revisions"), Some(json!({}))).await;
    assert_eq!(begun.status, 201, "{}", begun.text());
    assert_eq!(begun.json()["code"], "YX-T-0001");
    let again = ask(&site, &stranger, &of("revisions"), Some(json!({}))).await;
    assert_eq!(again.status, 409);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}
