//! What is sent twice is done once: by forms, by programs, by files.

use std::num::NonZeroU32;

use chrono::TimeDelta;
use http::Method;
use kaishu_portal::accounts::Caller;
use kaishu_portal::requests::{Answer as Given, Begun, Repeatable};
use kaishu_portal::{Error, Portal};
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_store::regions::{self, NewRegion};
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, ORGANIZATION, at_browser, with_session};
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::account::{Role, RoleGrant, TokenScope};
use kaishu_types::case::CaseKind;
use kaishu_types::vocabulary::RegionLevel;
use serde_json::{Value, json};

use crate::blocking::site;
use crate::browser::Browser;
use crate::consultations::{NOTICE, ask, asked_about};
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

fn few(n: u32) -> NonZeroU32 {
    NonZeroU32::new(n).unwrap()
}

async fn hours_later(site: &TestPortal, hours: i64) -> Portal {
    let instant = site.portal().now() + TimeDelta::hours(hours);
    site.open_later(instant, |settings| settings.kept_requests = few(2)).await
}

// Requests by their keys do not grow without bound: an account has so many in two days, none of which is forgotten
// before, and after that they are gone.
#[tokio::test]
async fn keys_are_forgotten_after_two_days_and_are_not_too_many() {
    let site = site().await;
    let (test_portal, store) = (&site.test_portal, site.test_portal.store());
    let [desk, other] = [
        at_browser(test_portal.portal(), Role::Officer, ("desk", ORGANIZATION)).await,
        at_browser(test_portal.portal(), Role::Officer, ("other", ORGANIZATION)).await,
    ];
    let account = desk.account().unwrap();
    let asked = |key: &'static str| Repeatable { key, request: "POST /x", sha256: "ab" };
    let given = Given { status: 201, location: String::new(), body: "{}".to_owned() };
    let portal = hours_later(test_portal, 0).await;
    for key in ["k1", "k2"] {
        assert_eq!(portal.begin_request(&desk, asked(key), LANG).await.unwrap(), Begun::First);
        portal.end_request(&desk, key, Some(&given)).await.unwrap();
    }
    let near = hours_later(test_portal, 47).await;
    let refused = near.begin_request(&desk, asked("k3"), LANG).await.unwrap_err();
    assert!(matches!(refused, Error::TryLater { seconds: 3_601, .. }), "{refused:?}");
    let kept = kaishu_store::requests::find(store, account, "k3").await.unwrap();
    assert_eq!(kept, None, "it can be sent again");
    near.sweep_when_due("a").await.unwrap();
    let again = near.begin_request(&desk, asked("k1"), LANG).await.unwrap();
    assert_eq!(again, Begun::Again(given), "what was done is known until its time is over");
    let theirs = near.begin_request(&other, asked("k3"), LANG).await.unwrap();
    assert_eq!(theirs, Begun::First, "each account has its own");

    let later = hours_later(test_portal, 49).await;
    later.sweep_when_due("a").await.unwrap();
    for key in ["k1", "k2"] {
        assert_eq!(kaishu_store::requests::find(store, account, key).await.unwrap(), None);
    }
    assert_eq!(later.begin_request(&desk, asked("k3"), LANG).await.unwrap(), Begun::First);
}

// What is refused because there are too many is not done, and says when to come again.
#[tokio::test]
async fn too_many_keys_are_refused_at_the_door() {
    let setup = Setup { policy: "aba", with_demo: false };
    let test_portal = TestPortal::open_with(setup, |settings| settings.kept_requests = few(1));
    let test_portal = test_portal.await;
    test_portal.import(Catalogue::default().dataset(CODE, "站点", "unconditional").folder()).await;
    let site = TestSite::of(test_portal, Assets::none(), Limits::default());
    let officer = token(&site, "officer", ORGANIZATION, TokenScope::Publish).await;
    let (path, begun) = ("/api/v1/drafts", json!({ "organization": "YX-T", "title": "公交站点" }));
    let first = send(&site, &officer, path, ("k1", &begun)).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let second = send(&site, &officer, path, ("k2", &begun)).await;
    second.assert_problem(429, "Idempotency-Key");
    assert!(second.header("retry-after").parse::<u64>().unwrap() > 47 * 3600);
    let again = send(&site, &officer, path, ("k1", &begun)).await;
    assert_eq!((again.status, again.json()), (first.status, first.json()));
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

/// A portal under the rules of a profile, with two agencies, one of which is the authority.
pub(crate) async fn ruled(policy: &'static str) -> TestSite {
    let site = TestSite::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default().dataset(CODE, "站点", "unconditional");
    let other = catalogue.dataset("YX-U-0001", "别的", "unconditional");
    site.test_portal.import(other.under("open-licence", "YX-U").folder()).await;
    let region = NewRegion {
        code: "YX".parse().unwrap(),
        name: "云溪州".to_owned(),
        name_en: None,
        level: RegionLevel::Prefecture,
        parent: None,
        description: None,
        authority: Some("YX-T".to_owned()),
        position: 0,
    };
    regions::upsert(site.test_portal.store(), &[region]).await.unwrap();
    site.test_portal.portal().reload_directory().await.unwrap();
    site
}

/// The key of the form that goes to an address.
fn key_of(page: &Answer, action: &str) -> String {
    let keys = page.attributes(&format!("form[action='{action}'] input[name=once]"), "value");
    assert_eq!(keys.len(), 1, "{action}: {keys:?}");
    keys.concat()
}

/// Sends a form of a page twice: both times it leads to the same place.
async fn send_twice(
    browser: &mut Browser<'_>,
    page: &str,
    (action, fields): (&str, &[(&str, &str)]),
) {
    let once = key_of(&browser.get(page).await, action);
    let mut fields = fields.to_vec();
    fields.push(("once", once.as_str()));
    let first = browser.post(action, &fields).await;
    assert_eq!(first.status, 303, "{action}: {}", first.text());
    let again = browser.post(action, &fields).await;
    assert_eq!(again.header("idempotent-replayed"), "true", "{action}");
    assert_eq!((again.status.as_u16(), again.header("location")), (303, first.header("location")));
}

// Part of ORG-05, CLS-12, CAT-03: delegations, grading rules, terms and the guide are made once by a form that is sent
// twice.
#[tokio::test]
async fn what_the_authority_writes_is_made_once() {
    let site = ruled("aba").await;
    let portal = site.test_portal.portal();
    let session = with_session(portal, Role::Authority, ("keeper", "YX")).await;
    let keeper = portal.caller_of_session(&session).await.unwrap();
    let mut browser = Browser::with_session(&site, &session);
    let path = "/authority/delegations";
    let delegated = [
        ("function", "standards"),
        ("region", "YX"),
        ("organization", "YX-U"),
        ("first_day", "2026-11-21"),
        ("last_day", ""),
        ("basis", "云数函〔2026〕1号"),
    ];
    send_twice(&mut browser, path, (path, &delegated)).await;
    assert_eq!(portal.delegations(&keeper, LANG).await.unwrap().len(), 1);

    let path = "/authority/grading";
    let graded = [
        ("level", "2"),
        ("applies", "always"),
        ("theme", ""),
        ("text", "企业数据"),
        ("basis", "分级细则第二条"),
    ];
    send_twice(&mut browser, path, (path, &graded)).await;
    assert_eq!(portal.grading_rules(&keeper, LANG).await.unwrap().0.len(), 1);

    // Saved over what was read: sent again it is no change of somebody else.
    let path = "/authority/guide";
    let written =
        [("revision", "0"), ("note.certifier.zh", "写全称"), ("note.certifier.en", "In full")];
    send_twice(&mut browser, path, ("/authority/guide/draft", &written)).await;
    let term = [
        ("vocabulary", "theme"),
        ("code", "low-altitude"),
        ("label_zh", "低空经济"),
        ("label_en", "Low altitude"),
    ];
    let path = "/authority/vocabularies";
    send_twice(&mut browser, path, (path, &term)).await;
    send_twice(&mut browser, path, ("/authority/guide", &[("note", "第一版"), ("link", "")])).await;
}

// Part of REV-04, ORG-07: approvals and guidance, by those who give them.
#[tokio::test]
async fn approvals_and_guidance_are_given_once() {
    let site = ruled("anshan").await;
    let portal = site.test_portal.portal();
    let session = with_session(portal, Role::CyberspaceOffice, ("office", "YX")).await;
    let office = portal.caller_of_session(&session).await.unwrap();
    let mut browser = Browser::with_session(&site, &session);
    let path = "/authority/approvals";
    let approved = [
        ("region", "YX"),
        ("theme", "transport"),
        ("approved_by", "州网信办 王敏"),
        ("evidence", "云网信〔2026〕12号"),
        ("first_day", "2026-11-01"),
        ("last_day", "2027-10-31"),
    ];
    send_twice(&mut browser, path, (path, &approved)).await;
    assert_eq!(portal.approvals(&office, LANG).await.unwrap().len(), 1);

    let site = ruled("aba").await;
    let portal = site.test_portal.portal();
    let path = "/authority/sectors";
    let session = with_session(portal, Role::Authority, ("keeper", "YX")).await;
    let mut browser = Browser::with_session(&site, &session);
    let marked = [("marked", "YX-T"), ("lead", "YX-U")];
    send_twice(&mut browser, path, ("/authority/sectors/mark", &marked)).await;
    let session = with_session(portal, Role::SectorLead, ("leads", "YX-U")).await;
    let mut browser = Browser::with_session(&site, &session);
    let guided = [("organization", "YX-T"), ("notice", "请按月更新")];
    send_twice(&mut browser, path, ("/authority/sectors/guide", &guided)).await;
    let posted = browser.get(path).await.texts("section[aria-labelledby=h-guidance] li");
    assert_eq!(posted.len(), 1, "{posted:?}");
}

// Part of PUB-07: of a form with a file its key, its text and its file count together.
#[tokio::test]
async fn an_assessment_is_filed_once() {
    let site = ruled("anshan").await;
    let portal = site.test_portal.portal();
    let session = with_session(portal, Role::Authority, ("files", "YX")).await;
    let authority = portal.caller_of_session(&session).await.unwrap();
    let mut browser = Browser::with_session(&site, &session);
    let path = "/authority/quality";
    let once = key_of(&browser.get(path).await, path);
    let headers =
        [("content-type", "multipart/form-data; boundary=x"), ("sec-fetch-site", "same-origin")];
    for (report, n_filed) in [("one", 1), ("one", 1), ("two", 2)] {
        let fields = [
            ("once", once.as_str()),
            ("region", "YX"),
            ("assessor", "某测评中心"),
            ("signed_by", "王敏"),
            ("signed_on", "2026-11-20"),
            ("first_day", "2026-07-01"),
            ("last_day", "2026-09-30"),
            ("conclusion", "总体良好"),
        ];
        let head = "content-disposition: form-data; name=";
        let mut parts: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("--x\r\n{head}\"{name}\"\r\n\r\n{value}\r\n"))
            .collect();
        parts.push(format!(
            "--x\r\n{head}\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7 {report}\r\n--x--\r\n"
        ));
        let body = parts.concat();
        let answer = browser.ask(Method::POST, path, &headers, &body).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        let desk = portal.quality_desk(&authority, LANG).await.unwrap();
        assert_eq!(desk.assessments.len(), n_filed);
    }
}

// Part of REV-06: a visitor's comment that is sent twice is one; the same words of somebody else are another one, since
// no form is drawn for two.
#[tokio::test]
async fn a_comment_of_a_visitor_is_kept_once() {
    let (site, people, case) = asked_about().await;
    let portal = site.test_portal.portal();
    ask(portal, &people.reviewer, case, &NOTICE).await.unwrap();
    let path = "/consultations/1";
    let drawn = site.get(path).await;
    assert_eq!(drawn.header("cache-control"), "no-store");
    let keys = [key_of(&drawn, path), key_of(&site.get(path).await, path)];
    assert_ne!(keys[0], keys[1]);
    for (key, body, n_comments) in [
        (&keys[0], "同意", 1),
        (&keys[0], "同意", 1),
        (&keys[1], "同意", 2),
        (&keys[0], "同意，还有一点", 3),
    ] {
        let mut visitor = Browser::at(&site, [192, 0, 2, 1]);
        let sent = visitor.post(path, &[("once", key.as_str()), ("body", body)]).await;
        assert_eq!(sent.header("location"), "/consultations/1?done=sent");
        let kept = portal.consultation(1, LANG).await.unwrap();
        assert_eq!(kept.n_comments, n_comments);
    }
}
