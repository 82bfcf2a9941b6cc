//! Keys: tokens that open what one grant opens.

use std::num::NonZeroU32;

use http::Method;
use kaishu_portal::access::{ApplicationAct, Grant};
use kaishu_portal::accounts::Caller;
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_store::grants;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::granting::{Holder, application, granted};
use kaishu_testkit::people::LANG;
use kaishu_testkit::{Setup, TestPortal, now};
use kaishu_types::DatasetCode;
use kaishu_types::access::DeliveryMode;
use kaishu_types::account::TokenScope;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::support::{Answer, TestSite};

const CODE: &str = "YX-T-0001";
const OTHER: &str = "YX-T-0002";

/// A portal with two tables of which somebody holds a grant each: one by the whole chain.
async fn site(key_requests: u32) -> (TestSite, Holder) {
    let setup = Setup { policy: "aba", with_demo: false };
    let portal = TestPortal::open_with(setup, |settings| {
        settings.key_requests = NonZeroU32::new(key_requests).unwrap();
    })
    .await;
    let mut catalogue = Catalogue::default();
    for code in [CODE, OTHER] {
        let file = format!("{code}.csv");
        catalogue = catalogue
            .dataset(code, code, "conditional")
            .on_conditions("有安全保障能力", "api")
            .item(code, "name", "unconditional")
            .item(code, "power", "conditional")
            .file(code, &file, "name,power\n一厂,10\n".as_bytes());
    }
    portal.import(catalogue.folder()).await;
    let document = application(&["power"], DeliveryMode::Api);
    let holder = granted(portal.portal(), CODE, &document).await;
    let other: DatasetCode = OTHER.parse().unwrap();
    let case = portal.portal().begin_application(&holder.caller, &other, LANG).await.unwrap();
    let grant = Grant {
        case,
        account: holder.caller.account().unwrap(),
        holder: None,
        dataset: other,
        items: ["power".to_owned()].into(),
        rows: Vec::new(),
        mode: DeliveryMode::Api,
        first_day: "2026-01-01".parse().unwrap(),
        last_day: "2027-12-31".parse().unwrap(),
        is_active: true,
        filing: "1".to_owned(),
        updated_at: now(),
    };
    let transaction = portal.store().begin().await.unwrap();
    grants::begin(&transaction, &grant).await.unwrap();
    transaction.commit().await.unwrap();
    (TestSite::of(portal, Assets::none(), Limits::default()), holder)
}

async fn get(site: &TestSite, token: &str, path: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    site.get_with(&format!("/api/v1{path}"), &[("authorization", bearer.as_str())]).await
}

/// The columns of the table of a dataset that a token opens.
async fn columns(site: &TestSite, token: &str, code: &str) -> Vec<String> {
    let code: DatasetCode = code.parse().unwrap();
    let store = site.test_portal.store();
    let dataset = kaishu_store::datasets::find(store, &code).await.unwrap().unwrap();
    let id = dataset.resources[0].id;
    let rows = get(site, token, &format!("/datasets/{code}/resources/{id}/rows")).await.json();
    let columns = rows["columns"].as_array().unwrap().iter();
    columns.map(|column| column["name"].as_str().unwrap().to_owned()).collect()
}

/// Makes a key on the page of tokens, and reads it where it is shown, once.
async fn make(browser: &mut Browser<'_>, case: i64) -> String {
    let scope = format!("key.{case}");
    let fields = [("name", "夜间同步"), ("scope", scope.as_str()), ("days", "30")];
    let made = browser.post("/me/tokens", &fields).await;
    assert_eq!(made.status, 303, "{}", made.text());
    let shown = browser.get("/me/tokens").await.texts("#token");
    assert_eq!(shown.len(), 1);
    assert!(browser.get("/me/tokens").await.texts("#token").is_empty(), "never shown twice");
    shown[0].clone()
}

// Proves DL-06: a key is bound to one grant and opens nothing else of its owner; it is shown once, replaced and taken
// back at once, and ends with the grant.
#[tokio::test]
async fn a_key_opens_one_grant_and_nothing_else() {
    let (site, holder) = site(600).await;
    let portal = site.test_portal.portal();
    let mut browser = Browser::with_session(&site, &holder.session);
    let page = browser.get("/me/tokens").await;
    page.assert_well_formed_page("/me/tokens");
    let key = make(&mut browser, holder.case).await;
    let (login, command) = ("holder".parse().unwrap(), Caller::command());
    let wanted = ("all", TokenScope::Apply, 1);
    let token = portal.make_token_for(&command, &login, wanted, LANG).await.unwrap();
    let key_by_command = ("key", TokenScope::Key, 1);
    assert!(portal.make_token_for(&command, &login, key_by_command, LANG).await.is_err());
    for code in [CODE, OTHER] {
        assert_eq!(columns(&site, &token, code).await, ["name", "power"], "{code}");
    }
    assert_eq!(columns(&site, &key, CODE).await, ["name", "power"]);
    assert_eq!(columns(&site, &key, OTHER).await, ["name"], "another grant of the same holder");

    let grants = get(&site, &key, "/grants").await.json();
    let cases: Vec<&Value> =
        grants["items"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
    assert_eq!(cases, [&json!(holder.case)]);
    assert_eq!(get(&site, &key, "/applications").await.status, 403);
    let place = format!("/applications/{}", holder.case);
    assert_eq!(get(&site, &key, &place).await.status, 404);
    assert_eq!(get(&site, &key, "/cases").await.json()["items"], json!([]));
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let begin = json!({ "dataset": OTHER }).to_string();
    let refused = site.ask(Method::POST, "/api/v1/applications", &headers, &begin).await;
    assert_eq!(refused.status, 403, "{}", refused.text());

    let id = portal.tokens(&holder.caller, LANG).await.unwrap();
    let id = id.iter().find(|it| it.scope == TokenScope::Key).unwrap().id;
    let path = format!("/me/tokens/{id}/rotate");
    assert_eq!(browser.post(&path, &[]).await.status, 303);
    let fresh = browser.get("/me/tokens").await.texts("#token")[0].clone();
    assert_ne!(fresh, key);
    assert_eq!(get(&site, &key, "/grants").await.status, 401, "the one before is gone");
    assert_eq!(columns(&site, &fresh, CODE).await, ["name", "power"]);
    assert_eq!(browser.post(&path, &[]).await.status, 404, "it was replaced before");

    let version = portal.application(&holder.caller, holder.case, LANG).await.unwrap().case.version;
    let done = ApplicationAct {
        event: "suspend".to_owned(),
        version,
        reason: "核实".to_owned(),
        ..ApplicationAct::default()
    };
    Box::pin(portal.act_on_application(&holder.head, holder.case, done, LANG)).await.unwrap();
    assert_eq!(columns(&site, &fresh, CODE).await, ["name"], "with the next request");
    let scope = format!("key.{}", holder.case);
    let fields = [("name", "再来"), ("scope", scope.as_str()), ("days", "30")];
    let refused = browser.post("/me/tokens", &fields).await;
    assert_eq!(refused.status, 400, "no key of what is not in force: {}", refused.text());
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of DL-06: a key asks so often a minute at most; other tokens of the same account are not held up by it.
#[tokio::test]
async fn a_key_asks_so_often_at_most() {
    let (site, holder) = site(3).await;
    let portal = site.test_portal.portal();
    let mut browser = Browser::with_session(&site, &holder.session);
    let key = make(&mut browser, holder.case).await;
    for _ in 0..3 {
        assert_eq!(get(&site, &key, "/grants").await.status, 200);
    }
    let often = get(&site, &key, "/grants").await;
    assert_eq!(often.status, 429, "{}", often.text());
    assert!((1..=61).contains(&often.header("retry-after").parse::<u32>().unwrap()));
    let login = "holder".parse().unwrap();
    let wanted = ("all", TokenScope::Read, 1);
    let token = portal.make_token_for(&Caller::command(), &login, wanted, LANG).await.unwrap();
    assert_eq!(get(&site, &token, "/grants").await.status, 200);
    let later = site.test_portal.open_at(now() + chrono::TimeDelta::minutes(2)).await;
    assert!(later.caller_of_token(&key, LANG).await.is_ok());
}
