//! Applications by program: the whole chain but for the signatures, with the rules of the pages.

use http::Method;
use kaishu_portal::Portal;
use kaishu_portal::access::ApplicationAct;
use kaishu_portal::accounts::Caller;
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::granting::application;
use kaishu_testkit::people::{LANG, ORGANIZATION, account, signer, signing_session};
use kaishu_types::access::DeliveryMode;
use kaishu_types::account::{Role, TokenScope};
use serde_json::{Value, json};

use crate::support::{Answer, TestSite};

const CODE: &str = "YX-T-0001";
const CONDITION: &str = "有安全保障能力";

async fn site() -> TestSite {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "用电", "conditional")
        .on_conditions(CONDITION, "download")
        .item(CODE, "name", "unconditional")
        .item(CODE, "power", "conditional")
        .item(CODE, "price", "conditional")
        .file(CODE, "power.csv", "name,power,price\n一厂,10,3\n".as_bytes())
        .dataset("YX-T-0002", "公开的", "unconditional");
    site.test_portal.import(catalogue.folder()).await;
    site
}

async fn token(portal: &Portal, login: &str, scope: TokenScope) -> String {
    let login = login.parse().unwrap();
    portal.make_token_for(&Caller::command(), &login, ("api", scope, 1), LANG).await.unwrap()
}

async fn send(
    site: &TestSite,
    token: &str,
    (method, path): (Method, &str),
    (key, body): (&str, &Value),
) -> Answer {
    let bearer = format!("Bearer {token}");
    let mut headers =
        vec![("authorization", bearer.as_str()), ("content-type", "application/json")];
    if !key.is_empty() {
        headers.push(("idempotency-key", key));
    }
    let body = if body.is_null() { String::new() } else { body.to_string() };
    site.ask(method, &format!("/api/v1{path}"), &headers, &body).await
}

async fn get(site: &TestSite, token: &str, path: &str) -> Answer {
    send(site, token, (Method::GET, path), ("", &Value::Null)).await
}

async fn post(site: &TestSite, token: &str, path: &str, body: &Value) -> Answer {
    send(site, token, (Method::POST, path), ("", body)).await
}

/// Begins an application, fills it in and submits it; returns where it is.
async fn submitted(site: &TestSite, own: &str) -> String {
    let begun = post(site, own, "/applications", &json!({ "dataset": CODE })).await;
    assert_eq!(begun.status, 201, "{}", begun.text());
    let place = begun.header("location").trim_start_matches("/api/v1").to_owned();
    let again = post(site, own, "/applications", &json!({ "dataset": CODE })).await;
    assert_eq!(again.json()["id"], begun.json()["id"], "sent twice it is begun once");
    let document = json!(application(&["power", "price"], DeliveryMode::Download));
    let saved = json!({ "revision": begun.json()["revision"], "document": document });
    let saved = send(site, own, (Method::PUT, &place), ("", &saved)).await;
    assert_eq!(saved.status, 200, "{}", saved.text());
    assert_eq!(saved.json()["missing"], json!([]));
    let version = &saved.json()["case"]["version"];
    let submit = json!({ "event": "submit", "version": version });
    let submitted = post(site, own, &format!("{place}/acts"), &submit).await;
    assert_eq!(submitted.status, 200, "{}", submitted.text());
    assert_eq!(submitted.json()["case"]["state"]["code"], "in_review");
    place
}

async fn version(site: &TestSite, token: &str, place: &str) -> Value {
    get(site, token, place).await.json()["case"]["version"].clone()
}

/// Signs where signatures are given: with a browser.
async fn sign(portal: &Portal, (caller, code): &(Caller, String), case: i64, event: &str) {
    let found = portal.application(caller, case, LANG).await.unwrap();
    let done = ApplicationAct {
        event: event.to_owned(),
        version: found.case.version,
        terms: found.case.facts.get("terms").cloned().unwrap_or_default(),
        code: code.clone(),
        ..ApplicationAct::default()
    };
    Box::pin(portal.act_on_application(caller, case, done, LANG)).await.unwrap();
}

// Part of APP-02, APP-08, APP-10 and AGR-05, by program: written, submitted, returned once, narrowed and approved;
// signed in person only; then the grant is there.
#[tokio::test]
async fn an_application_goes_its_way_by_program() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let (session, code) = signing_session(portal, Role::DataUser, ("applies", "")).await;
    let applicant = (portal.caller_of_session(&session).await.unwrap(), code);
    let head = signer(portal, Role::Head, ("signs", ORGANIZATION)).await;
    account(portal, Role::Reviewer, ("reviews", ORGANIZATION)).await;
    account(portal, Role::DataUser, ("other", "")).await;
    let own = token(portal, "applies", TokenScope::Apply).await;
    let reading = token(portal, "applies", TokenScope::Read).await;
    let other = token(portal, "other", TokenScope::Apply).await;
    let reviewer = token(portal, "reviews", TokenScope::Decide).await;
    let signs = token(portal, "signs", TokenScope::Decide).await;

    let begin = json!({ "dataset": CODE });
    assert_eq!(post(&site, &reading, "/applications", &begin).await.status, 403);
    assert_eq!(post(&site, &reviewer, "/applications", &begin).await.status, 403);
    for (body, status) in [
        (json!({ "dataset": "YX-T-0002" }), 400),
        (json!({ "dataset": "YX-T-9999" }), 404),
        (json!({ "dataset": "?" }), 400),
        (json!({ "dataset": CODE, "state": "active" }), 400),
    ] {
        let refused = post(&site, &own, "/applications", &body).await;
        assert_eq!(refused.status, status, "{body}: {}", refused.text());
    }
    let place = submitted(&site, &own).await;
    let case: i64 = place.rsplit('/').next().unwrap().parse().unwrap();
    let acts = format!("{place}/acts");
    assert_eq!(get(&site, &other, &place).await.status, 404, "nobody else's");
    assert_eq!(get(&site, &reading, &place).await.status, 200);

    let returned = json!({ "event": "return", "version": 2, "reason": "请写明数据项" });
    let by_reader = post(&site, &reading, &acts, &returned).await;
    assert_eq!(by_reader.status, 403, "{}", by_reader.text());
    for _ in 0..2 {
        // The same request, sent twice, is done once.
        let sent = send(&site, &reviewer, (Method::POST, &acts), ("once", &returned)).await;
        assert_eq!(sent.status, 200, "{}", sent.text());
        assert_eq!(sent.json()["case"]["state"]["code"], "incomplete");
    }
    assert_eq!(post(&site, &reviewer, &acts, &returned).await.status, 409);
    let again = json!({ "event": "resubmit", "version": version(&site, &own, &place).await });
    assert_eq!(post(&site, &own, &acts, &again).await.status, 200);
    let wide = json!({
        "event": "approve", "version": version(&site, &reviewer, &place).await, "items": ["name"]
    });
    let refused = post(&site, &reviewer, &acts, &wide).await;
    assert_eq!(refused.status, 400, "{}", refused.text());
    let approve = json!({
        "event": "approve", "version": version(&site, &reviewer, &place).await,
        "items": ["power"], "last_day": "2027-03-31"
    });
    let approved = post(&site, &reviewer, &acts, &approve).await;
    assert_eq!(approved.status, 200, "{}", approved.text());
    assert_eq!(approved.json()["case"]["state"]["code"], "approved");
    assert_eq!(get(&site, &own, "/grants").await.json()["items"], json!([]));

    let documents = get(&site, &own, &format!("{place}/documents")).await.json();
    let kinds: Vec<&Value> =
        documents["items"].as_array().unwrap().iter().map(|it| &it["kind"]).collect();
    assert_eq!(kinds, ["commitment_letter", "usage_agreement"]);
    assert_eq!(documents["items"][1]["signed"], Value::Null);
    for (who, event) in [(&own, "sign"), (&signs, "countersign")] {
        let sign = json!({ "event": event, "version": version(&site, who, &place).await });
        let refused = post(&site, who, &acts, &sign).await;
        assert_eq!(refused.status, 403, "{}", refused.text());
        assert_eq!(refused.json()["remedy"]["link"], place);
        assert_eq!(refused.json()["rule"]["id"], "AGR-05");
    }
    sign(portal, &applicant, case, "sign").await;
    sign(portal, &head, case, "countersign").await;

    let documents = get(&site, &signs, &format!("{place}/documents")).await.json();
    assert!(documents["items"][1]["countersigned"]["name"].is_string(), "{documents}");
    let grants = get(&site, &own, "/grants").await.json();
    let grant = &grants["items"][0];
    assert_eq!(grant["items"], json!(["power"]));
    assert_eq!((&grant["last_day"], &grant["in_force"]), (&json!("2027-03-31"), &json!(true)));
    let read = get(&site, &signs, &format!("/grants/{case}")).await;
    assert_eq!(&read.json(), grant);
    assert_eq!(get(&site, &other, &format!("/grants/{case}")).await.status, 404);
    assert_eq!(get(&site, &own, "/grants/x").await.status, 404);
    let listed = get(&site, &own, "/applications").await.json();
    assert_eq!(listed["items"][0]["grant"], *grant);
    let back = json!({ "event": "give_back", "version": version(&site, &own, &place).await });
    assert_eq!(post(&site, &own, &acts, &back).await.status, 200);
    let ended = get(&site, &own, &format!("/grants/{case}")).await.json();
    assert_eq!(ended["in_force"], false);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of APP-06 and APP-14, by program: refused for a published condition, complained of once; withdrawn.
#[tokio::test]
async fn a_refusal_names_a_condition_and_can_be_complained_of() {
    let site = site().await;
    let portal = site.test_portal.portal();
    account(portal, Role::DataUser, ("applies", "")).await;
    account(portal, Role::Reviewer, ("reviews", ORGANIZATION)).await;
    let own = token(portal, "applies", TokenScope::Apply).await;
    let reviewer = token(portal, "reviews", TokenScope::Decide).await;
    let place = submitted(&site, &own).await;
    let acts = format!("{place}/acts");
    let mut refuse = json!({
        "event": "refuse", "version": version(&site, &reviewer, &place).await,
        "reason": "没有说明", "condition": "领导不同意"
    });
    let refused = post(&site, &reviewer, &acts, &refuse).await;
    assert_eq!(refused.status, 400, "{}", refused.text());
    refuse["condition"] = json!(CONDITION);
    assert_eq!(post(&site, &reviewer, &acts, &refuse).await.status, 200);
    let complain = json!({
        "event": "complain", "version": version(&site, &own, &place).await, "reason": "已有说明"
    });
    let complained = post(&site, &own, &acts, &complain).await;
    assert_eq!(complained.json()["case"]["state"]["code"], "complained", "{}", complained.text());
    assert_eq!(post(&site, &own, &acts, &complain).await.status, 409);

    let place = submitted(&site, &own).await;
    let withdraw = json!({ "event": "withdraw", "version": version(&site, &own, &place).await });
    let withdrawn = post(&site, &own, &format!("{place}/acts"), &withdraw).await;
    assert_eq!(withdrawn.json()["case"]["state"]["code"], "withdrawn", "{}", withdrawn.text());
}
