//! What is sent twice is done once: by forms, by programs, by files.

use http::Method;
use kaishu_portal::accounts::Caller;
use kaishu_testkit::people::{LANG, ORGANIZATION, at_browser, with_session};
use kaishu_types::account::{Role, RoleGrant, TokenScope};
use kaishu_types::case::CaseKind;
use serde_json::{Value, json};

use crate::blocking::site;
use crate::browser::Browser;
use crate::publishing::token;
use crate::support::{Answer, TestSite};

const CODE: &str = "YX-T-0001";

async fn send(site: &TestSite, token: &str, path: &str, (key, body): (&str, &Value)) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("idempotency-key", key),
    ];
    site.ask(Method::POST, path, &headers, &body.to_string()).await
}

// Part of CAT-02, CAT-08: of a program that repeats what it sent, each key is done once, for each account; another body
// by the same key is refused, and what was refused is sent again.
#[tokio::test]
async fn a_program_that_repeats_itself_does_it_once() {
    let site = site().await;
    let officer = token(&site, "officer", ORGANIZATION, TokenScope::Publish).await;
    let path = "/api/v1/drafts";
    let begun = json!({ "organization": "YX-T", "title": "公交站点" });
    let first = send(&site, &officer, path, ("k1", &begun)).await;
    assert_eq!(first.status, 201, "{}", first.text());
    assert_eq!(first.header("idempotent-replayed"), "");
    let again = send(&site, &officer, path, ("k1", &begun)).await;
    assert_eq!((again.status, again.json()), (first.status, first.json()));
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.header("idempotent-replayed"), "true");

    let other = json!({ "organization": "YX-T", "title": "公交线路" });
    send(&site, &officer, path, ("k1", &other)).await.assert_problem(409, "Idempotency-Key");
    let second = send(&site, &officer, path, ("k2", &begun)).await;
    assert_ne!(second.json()["id"], first.json()["id"], "another key is another request");
    let colleague = token(&site, "colleague", ORGANIZATION, TokenScope::Publish).await;
    let theirs = send(&site, &colleague, path, ("k1", &begun)).await;
    assert_eq!(theirs.status, 201);
    assert_ne!(theirs.json()["id"], first.json()["id"], "the key of somebody else");

    // What did nothing leaves the key free.
    let untitled = json!({ "organization": "YX-T", "title": "" });
    for _ in 0..2 {
        assert_eq!(send(&site, &officer, path, ("k3", &untitled)).await.status, 400);
    }
    assert_eq!(send(&site, &officer, path, ("k3", &begun)).await.status, 201);
    for key in ["", "a b", &"k".repeat(101)] {
        let answer = send(&site, &officer, path, (key, &begun)).await;
        answer.assert_problem_of(400, "Idempotency-Key");
    }

    let noted = json!({ "kind": "law_changed", "happened_on": "2026-11-20", "evidence": "依据" });
    let path = format!("/api/v1/datasets/{CODE}/change-events");
    let [one, two] = [
        send(&site, &officer, &path, ("c1", &noted)).await,
        send(&site, &officer, &path, ("c1", &noted)).await,
    ];
    assert_eq!(one.status, 201, "{}", one.text());
    assert_eq!(one.json()["id"], two.json()["id"]);
}

// Proves SEC-05 for repeated requests: what a role was answered with is not answered again once it is gone.
#[tokio::test]
async fn what_was_taken_away_is_not_answered_again() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let officer = token(&site, "officer", ORGANIZATION, TokenScope::Publish).await;
    let begun = json!({ "organization": "YX-T", "title": "公交站点" });
    let first = send(&site, &officer, "/api/v1/drafts", ("k1", &begun)).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let other = RoleGrant {
        role: Role::Officer,
        organization: Some("YX-U".parse().unwrap()),
        region: None,
    };
    let login = "officer".parse().unwrap();
    let change = (vec![other], vec![Role::Officer]);
    portal.change_roles(&Caller::command(), &login, change, LANG).await.unwrap();
    let new = ("new", TokenScope::Publish, 1);
    let officer = portal.make_token_for(&Caller::command(), &login, new, LANG).await.unwrap();
    let again = send(&site, &officer, "/api/v1/drafts", ("k1", &begun)).await;
    again.assert_problem(409, "角色");
    assert!(!again.text().contains("YX-T-0002"), "{}", again.text());
}

// A secret that is shown once is kept nowhere to be answered again: the request is done once, and sent again it is
// answered without.
#[tokio::test]
async fn a_secret_is_told_once() {
    let site = site().await;
    let portal = site.test_portal.portal();
    at_browser(portal, Role::DataUser, ("applicant", "YX")).await;
    let (login, wanted) = ("applicant".parse().unwrap(), ("hooks", TokenScope::Apply, 1));
    let token = portal.make_token_for(&Caller::command(), &login, wanted, LANG).await.unwrap();
    let hook = json!({ "url": "https://example.cn/kaishu", "events": ["grant.*"] });
    let first = send(&site, &token, "/api/v1/webhooks", ("k1", &hook)).await;
    assert_eq!(first.status, 201, "{}", first.text());
    assert!(first.text().contains("whsec_"));
    let again = send(&site, &token, "/api/v1/webhooks", ("k1", &hook)).await;
    assert_eq!((again.status.as_u16(), again.header("idempotent-replayed")), (201, "true"));
    assert_eq!(again.text(), "");
    let bearer = format!("Bearer {token}");
    let listed = site.get_with("/api/v1/webhooks", &[("authorization", &bearer)]).await;
    assert_eq!(listed.json()["items"].as_array().unwrap().len(), 1, "{}", listed.text());
}

// Part of CAT-02, CAT-08, PUB-06: a form that is sent twice, also after going back, is done once; what was written anew
// in it is another one.
#[tokio::test]
async fn a_form_that_is_sent_twice_is_done_once() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let session = with_session(portal, Role::Officer, ("desk", ORGANIZATION)).await;
    let mut browser = Browser::with_session(&site, &session);
    let page = browser.get("/workbench/new").await;
    let once = page.attributes("form input[name=once]", "value").concat();
    assert_eq!(once.len(), 32);
    let fields =
        |title: &'static str| [("once", once.as_str()), ("organization", "YX-T"), ("title", title)];
    let first = browser.post("/workbench/new", &fields("公交站点")).await;
    assert_eq!(first.status, 303, "{}", first.text());
    let again = browser.post("/workbench/new", &fields("公交站点")).await;
    assert_eq!((again.status.as_u16(), again.header("location")), (303, first.header("location")));
    let other = browser.post("/workbench/new", &fields("公交线路")).await;
    assert_ne!(other.header("location"), first.header("location"));

    let path = format!("/workbench/datasets/{CODE}");
    let page = browser.get(&path).await;
    let once = page.attributes("form[action$=changes] input[name=once]", "value").concat();
    let noted = [
        ("once", once.as_str()),
        ("kind", "law_changed"),
        ("happened_on", "2026-11-20"),
        ("evidence", "依据"),
    ];
    for _ in 0..2 {
        let answer = browser.post(&format!("{path}/changes"), &noted).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
    }
    let store = site.test_portal.store();
    let changes = kaishu_store::cases::of_subject(store, CODE, CaseKind::Change).await.unwrap();
    assert_eq!(changes.len(), 1);

    let session = with_session(portal, Role::Authority, ("inspector", "YX")).await;
    let mut browser = Browser::with_session(&site, &session);
    let path = format!("{path}/inspections");
    let page = browser.get(&path).await;
    let once = page.attributes("form input[name=once]", "value").concat();
    let found = [("once", once.as_str()), ("finding", "有空值"), ("due", "2026-12-21")];
    for _ in 0..2 {
        let answer = browser.post(&path, &found).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
    }
    let code = CODE.parse().unwrap();
    assert_eq!(kaishu_store::inspections::of_dataset(store, &code).await.unwrap().len(), 1);
}
