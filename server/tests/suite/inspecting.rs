//! What the authority's inspections find wrong with data (PUB-06).

use chrono::{DateTime, Utc};
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, people, with_session};
use kaishu_types::ErrorCode;
use kaishu_types::account::Role;

use crate::browser::Browser;
use crate::recording::rewrite;
use crate::support::TestSite;

const CODE: &str = "YX-T-0001";
const FINDING: &str = "汽车站以北的站点缺失";

async fn site() -> TestSite {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "公交站点", "unconditional")
        .item(CODE, "name", "unconditional")
        .file(CODE, "stops.csv", "name\n汽车站\n".as_bytes())
        .dataset("YX-U-0001", "别的", "unconditional")
        .under("open-licence", "YX-U");
    site.test_portal.import(catalogue.folder()).await;
    site
}

async fn told(portal: &Portal, caller: &Caller, text: &str) -> usize {
    let inbox = portal.inbox(caller, None, LANG).await.unwrap();
    inbox.notices.iter().filter(|it| it.text.contains(text)).count()
}

// Proves PUB-06 for inspections (aba 20¶1, 20¶4): the authority records what it finds and until when the provider mends
// it; the issue has its owner and its own last day, is told, overdue once however many nodes look, and closed by the
// version that came after; nobody else inspects.
#[tokio::test]
async fn what_an_inspection_finds_is_mended_by_a_day() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let code = CODE.parse().unwrap();
    let inspect = async |caller: &Caller, finding: &str, due: &str| {
        portal.inspect(caller, &code, (finding, due), LANG).await.map_err(|error| error.code())
    };
    for caller in [&people.officer, &people.head, &people.reviewer] {
        assert_eq!(inspect(caller, FINDING, "2026-12-01").await, Err(ErrorCode::Forbidden));
    }
    assert_eq!(inspect(&people.stranger, FINDING, "2026-12-01").await, Err(ErrorCode::NotFound));
    for (finding, due) in [
        (" ", "2026-12-01"),
        (FINDING, ""),
        (FINDING, "2026-11-21"),
        (FINDING, "2028-01-01"),
        (FINDING, "下周"),
    ] {
        let refused = inspect(&people.authority, finding, due).await;
        assert_eq!(refused, Err(ErrorCode::InvalidInput), "{finding}, {due}");
    }
    let id = inspect(&people.authority, FINDING, "2026-12-01").await.unwrap();
    let found = portal.inspections(&people.officer, &code).await.unwrap();
    assert!(!found.may_inspect);
    assert_eq!((found.found[0].id, found.found[0].owner.as_str()), (id, "YX-T"));
    assert_eq!(told(portal, &people.officer, "检查发现数据质量问题").await, 1);
    assert_eq!(told(portal, &people.stranger, "检查发现").await, 0);

    // Anybody reads it among the issues, with owner, last day and the version.
    let answer = site.get(&format!("/api/v1/datasets/{CODE}/quality-issues")).await.json();
    let listed = &answer["inspections"][0];
    assert_eq!(answer["owner"]["code"], "YX-T");
    assert_eq!((&listed["source"], &listed["due"]), (&"inspection".into(), &"2026-12-01".into()));
    assert_eq!((&listed["found_in"], &listed["fixed_in"]), (&1.into(), &serde_json::Value::Null));
    let page = site.get(&format!("/datasets/{CODE}/quality")).await;
    page.assert_well_formed_page("/quality");
    assert!(page.text().contains(FINDING), "{}", page.text());

    let close = async |portal: &Portal, caller: &Caller, version: &str| {
        let closed = portal.close_inspection(caller, &code, (id, version), LANG).await;
        closed.map_err(|error| error.code())
    };
    for version in ["1", "2", "", "x"] {
        let early = close(portal, &people.authority, version).await;
        assert_eq!(early, Err(ErrorCode::InvalidInput), "version {version}: there is none yet");
    }
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let last = site.test_portal.open_at(at("2026-12-01T04:00:00Z")).await;
    last.look_at_clocks().await.unwrap();
    assert_eq!(told(&last, &people.officer, "逾期未整改").await, 0, "there is time all day");
    let late = site.test_portal.open_at(at("2026-12-02T04:00:00Z")).await;
    let another = site.test_portal.open_at(at("2026-12-02T04:00:00Z")).await;
    let (one, other) = tokio::join!(late.look_at_clocks(), another.look_at_clocks());
    one.unwrap();
    other.unwrap();
    for caller in [&people.officer, &people.head, &people.authority] {
        assert_eq!(told(&late, caller, "逾期未整改").await, 1, "{:?}", caller.login());
    }

    rewrite(&site, CODE, |entry| entry.fields.summary = "补齐了站点".to_owned()).await;
    assert_eq!(close(&late, &people.officer, "2").await, Err(ErrorCode::Forbidden));
    close(&late, &people.authority, "2").await.unwrap();
    assert_eq!(close(&late, &people.authority, "2").await, Err(ErrorCode::Conflict));
    let answer = site.get(&format!("/api/v1/datasets/{CODE}/quality-issues")).await.json();
    assert_eq!(answer["inspections"][0]["fixed_in"], 2);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of PUB-06 at the door: the authority writes with a form, and what is wrong with it is said beside the field.
#[tokio::test]
async fn an_inspection_is_recorded_with_a_form() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let session = with_session(portal, Role::Authority, ("inspects", "YX")).await;
    let mut authority = Browser::with_session(&site, &session);
    let path = format!("/workbench/datasets/{CODE}/inspections");
    let page = authority.get(&path).await;
    page.assert_well_formed_page(&path);
    let refused = authority.post(&path, &[("finding", FINDING), ("due", "昨天")]).await;
    assert_eq!(refused.status, 400);
    refused.assert_well_formed_page(&path);
    assert!(refused.text().contains(FINDING), "what was typed stays");
    let kept = authority.post(&path, &[("finding", FINDING), ("due", "2026-12-01")]).await;
    assert_eq!(kept.status, 303, "{}", kept.text());
    let page = authority.get(&path).await;
    let close = page.attributes("main li form", "action").remove(0);
    assert_eq!(authority.post(&close, &[("version", "2")]).await.status, 400, "no such version");

    let session = with_session(portal, Role::Officer, ("provides", "YX-T")).await;
    let mut officer = Browser::with_session(&site, &session);
    let page = officer.get(&path).await;
    assert!(page.text().contains(FINDING) && page.text().contains("待整改"));
    assert_eq!(page.attributes("main form", "action"), [""; 0], "an officer only reads");
    assert_eq!(officer.post(&path, &[("finding", "x"), ("due", "2026-12-01")]).await.status, 403);
    let staff = officer.get(&format!("/workbench/datasets/{CODE}")).await;
    assert!(staff.attributes("main a", "href").contains(&path));
}
