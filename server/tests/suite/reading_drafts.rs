//! Files of drafts: read by who writes the entry and by who decides on it, while they do.

use http::Method;
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::ExpertForm;
use kaishu_store::log::{self, Search};
use kaishu_testkit::Setup;
use kaishu_testkit::people::{
    LANG, ORGANIZATION, act, act_with, answers, at_browser, complete, people, person, whole_draft,
    with_session,
};
use kaishu_types::ErrorCode;
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::draft::TriggerQuestion;
use serde_json::Value;

use crate::automating::{get, refuses, tokens};
use crate::blocking;
use crate::browser::Browser;
use crate::support::TestSite;

const FILE: &str = "name,n\n汽车站,007\n";

/// What comes of reading the first file of a draft.
async fn read(portal: &Portal, caller: &Caller, case: i64) -> Result<(), ErrorCode> {
    let read = portal.read_draft_file(caller, (case, 0), LANG).await;
    read.map(|(name, read)| {
        assert_eq!((name.as_str(), read.size_bytes), ("stops.csv", FILE.len() as u64));
    })
    .map_err(|error| error.code())
}

// Proves REV-03 (anshan 30): whoever takes a step reads the data that it is about, and nobody after it is taken; its
// editors always, another agency never; each time is on record, without a value of the file.
#[tokio::test]
async fn the_data_is_read_by_whoever_takes_the_step() {
    let site = blocking::site().await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
    let reader = person(portal, Role::Officer, ("reader", ORGANIZATION), TokenScope::Read).await;
    read(portal, &people.officer, case).await.unwrap();
    for (caller, expected) in [
        (&people.reviewer, ErrorCode::Forbidden),
        (&people.authority, ErrorCode::Forbidden),
        (&people.stranger, ErrorCode::NotFound),
        (&Caller::visitor(), ErrorCode::NotFound),
    ] {
        assert_eq!(read(portal, caller, case).await, Err(expected));
    }
    assert!(read(portal, &reader, case).await.is_err(), "no farther than its scope");

    act(portal, &people.officer, case, "submit").await.unwrap();
    read(portal, &people.reviewer, case).await.unwrap();
    act(portal, &people.reviewer, case, "pass").await.unwrap();
    assert_eq!(read(portal, &people.reviewer, case).await, Err(ErrorCode::Forbidden), "it is done");
    let missing = portal.read_draft_file(&people.officer, (case, 7), LANG).await;
    assert_eq!(missing.err().unwrap().code(), ErrorCode::NotFound);

    let search = Search { events: vec!["draft_file_read".to_owned()], ..Search::default() };
    let kept = log::search(site.test_portal.store(), &search, 10).await.unwrap();
    let by: Vec<&str> = kept.iter().map(|it| it.event.by.name.as_str()).collect();
    assert_eq!(by, ["reviewer 的名字", "officer 的名字"]);
    let facts = &kept[0].event.body.facts;
    assert_eq!((facts["file"].as_str(), facts["sha256"].len()), ("stops.csv", 64));
    assert!(!facts.values().any(|fact| fact.contains("汽车站")));
}

// Part of REV-03, REV-07: experts read the data once they are assigned and while their step is on, not before.
#[tokio::test]
async fn experts_read_the_data_while_they_are_asked() {
    let site = TestSite::open(Setup { policy: "yulin", with_demo: false }).await;
    let catalogue = kaishu_testkit::catalogue::Catalogue::default();
    let catalogue = catalogue.dataset("YX-T-0001", "旧数据", "unconditional");
    site.test_portal.import(catalogue.folder()).await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let keeper = at_browser(portal, Role::Authority, ("keeper", "YX")).await;
    let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
    complete(portal, &people.officer, case, |document| {
        document.triggers.insert(TriggerQuestion::SpecialisedIssue);
    })
    .await;
    act(portal, &people.officer, case, "submit").await.unwrap();
    let mut experts = Vec::new();
    for name in ["one", "two", "three"] {
        experts.push(person(portal, Role::Expert, (name, "YX"), TokenScope::Decide).await);
        let form = ExpertForm {
            login: name,
            affiliation_kind: "university",
            affiliation: "玉林师范学院",
            organization: "",
            field: "统计学",
        };
        portal.appoint_expert(&keeper, &form, LANG).await.unwrap();
    }
    assert_eq!(read(portal, &experts[0], case).await, Err(ErrorCode::NotFound));
    let mut chosen = answers();
    chosen.insert("experts".to_owned(), "one two three".to_owned());
    act_with(portal, &people.authority, case, ("assign_experts", chosen)).await.unwrap();
    assert_eq!(read(portal, &experts[0], case).await, Err(ErrorCode::Forbidden), "not yet");
    act(portal, &people.reviewer, case, "pass").await.unwrap();
    for expert in &experts {
        read(portal, expert, case).await.unwrap();
        act(portal, expert, case, "opine").await.unwrap();
    }
    act(portal, &people.reviewer, case, "pass").await.unwrap();
    assert_eq!(read(portal, &experts[0], case).await, Err(ErrorCode::Forbidden), "it is over");
}

// Part of REV-03 at the page: the file is offered to whoever may read it, is taken and never shown, and kept nowhere.
#[tokio::test]
async fn the_page_offers_the_file_as_it_is() {
    let site = blocking::site().await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
    act(portal, &people.officer, case, "submit").await.unwrap();
    let path = format!("/workbench/drafts/{case}/files/0");
    for (role, name, is_offered) in
        [(Role::Reviewer, "decides", true), (Role::Authority, "waits", false)]
    {
        let place = if role == Role::Authority { "YX" } else { ORGANIZATION };
        let session = with_session(portal, role, (name, place)).await;
        let mut browser = Browser::with_session(&site, &session);
        let page = browser.get(&format!("/workbench/drafts/{case}")).await;
        assert_eq!(page.status, 200);
        let links = page.attributes("#file-list a", "href");
        assert_eq!(links.contains(&path), is_offered, "{name}: {links:?}");
        let file = browser.get(&path).await;
        assert_eq!(file.status.as_u16(), if is_offered { 200 } else { 403 }, "{name}");
        if is_offered {
            assert_eq!(file.bytes, FILE.as_bytes());
            assert_eq!(file.header("content-type"), "application/octet-stream");
            assert_eq!(file.header("cache-control"), "no-store");
            assert!(file.header("content-disposition").starts_with("attachment"));
        }
        assert_eq!(browser.get(&format!("/workbench/drafts/{case}/files/x")).await.status, 404);
    }
    assert_eq!(Browser::new(&site).get(&path).await.status, 303, "to the login");
}

// Part of REV-03 by program: the same people take the same bytes with the same headers, each time on record; a token
// that only reads, and one of another agency, get nothing and leave nothing in the log.
#[tokio::test]
async fn a_program_takes_the_file_as_it_is() {
    let site = blocking::site().await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let tokens = tokens(portal).await;
    let login = "reviewer".parse().unwrap();
    let scope = ("api", TokenScope::Decide, 1);
    let reviewer = portal.make_token_for(&Caller::command(), &login, scope, LANG).await.unwrap();
    let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
    let path = format!("/drafts/{case}/files/0");
    refuses(&site, &tokens, (Method::GET, &path), (&Value::Null, 404)).await;
    let before = portal.verify_log().await.unwrap().n_entries;
    let file = get(&site, &tokens.officer, &path).await;
    assert_eq!((file.status.as_u16(), file.bytes.as_slice()), (200, FILE.as_bytes()));
    for (name, value) in [
        ("content-type", "application/octet-stream"),
        ("content-disposition", "attachment; filename*=UTF-8''stops.csv"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(file.header(name), value);
    }
    assert_eq!(portal.verify_log().await.unwrap().n_entries, before + 1);
    for place in ["7", "x", "-1"] {
        let wrong = format!("/drafts/{case}/files/{place}");
        assert_eq!(get(&site, &tokens.officer, &wrong).await.status, 404, "{place}");
    }

    assert_eq!(get(&site, &reviewer, &path).await.status, 403, "no step is on");
    act(portal, &people.officer, case, "submit").await.unwrap();
    assert_eq!(get(&site, &reviewer, &path).await.bytes, FILE.as_bytes());
    assert_eq!(get(&site, &tokens.authority, &path).await.status, 403, "not its turn yet");
    act(portal, &people.reviewer, case, "pass").await.unwrap();
    assert_eq!(get(&site, &reviewer, &path).await.status, 403, "it is done");
}
