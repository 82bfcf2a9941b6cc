//! What the authority's inspections find wrong with data (PUB-06).

use chrono::{DateTime, Utc};
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::supervision::Urged;
use kaishu_store::inspections::{self, Inspection};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, at_browser, people, with_session};
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

fn noon(day: &str) -> DateTime<Utc> {
    format!("{day}T04:00:00Z").parse().unwrap()
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

// Part of SUP-02 for what inspections found: the provider is reminded on the working day before the last one and on that
// day, each once however many nodes look; when it is over the authority is told, too, and has it on its board.
#[tokio::test]
async fn the_last_day_to_mend_a_fault_is_reminded_of() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    // Until a Monday.
    let (code, until) = (CODE.parse().unwrap(), "2026-12-07");
    portal.inspect(&people.authority, &code, (FINDING, until), LANG).await.unwrap();
    for (day, [soon, today, over]) in [
        ("2026-12-03", [0, 0, 0]),
        ("2026-12-04", [1, 0, 0]),
        ("2026-12-06", [1, 0, 0]),
        ("2026-12-07", [1, 1, 0]),
        ("2026-12-08", [1, 1, 1]),
    ] {
        let one = site.test_portal.open_at(noon(day)).await;
        let other = site.test_portal.open_at(noon(day)).await;
        let (first, second) = tokio::join!(one.look_at_clocks(), other.look_at_clocks());
        first.unwrap();
        second.unwrap();
        one.look_at_clocks().await.unwrap();
        for (caller, expected) in [
            (&people.officer, [soon, today, over]),
            (&people.head, [soon, today, over]),
            (&people.authority, [0, 0, over]),
            (&people.stranger, [0, 0, 0]),
        ] {
            let mut heard = [0; 3];
            let texts = ["即将到整改期限", "今天到整改期限", "逾期未整改"];
            for (heard, text) in heard.iter_mut().zip(texts) {
                *heard = told(&one, caller, text).await;
            }
            assert_eq!(heard, expected, "{day}, {:?}", caller.login());
        }
        let board = one.overdue_board(&people.authority, LANG).await.unwrap();
        assert_eq!(board.inspections.len(), over, "{day}");
    }
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of SUP-02 for what inspections found: the authority urges what was not mended in time, once a day, and how often
// stays on record; nobody else urges, nothing is urged that has time or is mended, and who may not see it hears of nothing.
#[tokio::test]
async fn what_is_not_mended_in_time_is_urged() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let authority = at_browser(portal, Role::Authority, ("urges", "YX")).await;
    let watchdog = at_browser(portal, Role::PublicSecurity, ("watches", "YX")).await;
    let county = at_browser(portal, Role::CountyAuthority, ("county", "YX-QH")).await;
    let code = CODE.parse().unwrap();
    let id = portal.inspect(&authority, &code, (FINDING, "2026-12-01"), LANG).await.unwrap();
    let urge = async |portal: &Portal, caller: &Caller, notice: &str| {
        let urged = portal.urge_inspection(caller, id, notice, LANG).await;
        urged.map_err(|error| error.code())
    };
    let early = urge(portal, &authority, "请整改").await;
    assert_eq!(early, Err(ErrorCode::InvalidInput), "there is time");

    let late = site.test_portal.open_at(noon("2026-12-02")).await;
    let board = late.overdue_board(&authority, LANG).await.unwrap();
    let found = &board.inspections[0];
    assert_eq!((board.inspections.len(), found.found.id, &*found.title), (1, id, "公交站点"));
    assert!(found.may_urge && found.may_open && found.urged.is_none());
    let seen = late.overdue_board(&watchdog, LANG).await.unwrap().inspections;
    assert!(seen.len() == 1 && !seen[0].may_urge && !seen[0].may_open);
    assert!(late.overdue_board(&county, LANG).await.unwrap().inspections.is_empty());
    for (caller, expected) in [
        (&people.officer, ErrorCode::Forbidden),
        (&people.stranger, ErrorCode::NotFound),
        (&watchdog, ErrorCode::NotFound),
        (&county, ErrorCode::NotFound),
        (&Caller::visitor(), ErrorCode::NotFound),
    ] {
        assert_eq!(urge(&late, caller, "请整改").await, Err(expected), "{:?}", caller.login());
    }
    assert_eq!(urge(&late, &authority, " ").await, Err(ErrorCode::InvalidInput));
    urge(&late, &authority, "请本周内补齐站点").await.unwrap();
    assert_eq!(urge(&late, &authority, "再催").await, Err(ErrorCode::Conflict));

    let next = site.test_portal.open_at(noon("2026-12-03")).await;
    urge(&next, &authority, "再次催办整改").await.unwrap();
    let said = |urged: Option<&Urged>| urged.map(|it| (it.n, it.notice.clone()));
    let expected = Some((2, "再次催办整改".to_owned()));
    let board = next.overdue_board(&authority, LANG).await.unwrap();
    assert_eq!(said(board.inspections[0].urged.as_ref()), expected);
    let own = next.inspections(&people.officer, &code).await.unwrap();
    assert_eq!(said(own.urged.get(&id)), expected);
    let dataset = next.own_dataset(&people.officer, &code, LANG).await.unwrap();
    assert_eq!(dataset.urged, None, "its data is not what was urged");
    assert_eq!(told(&next, &people.officer, "主管部门催办").await, 2);
    assert_eq!(told(&next, &people.stranger, "主管部门催办").await, 0);

    rewrite(&site, CODE, |entry| entry.fields.summary = "补齐了站点".to_owned()).await;
    next.close_inspection(&authority, &code, (id, "2"), LANG).await.unwrap();
    assert!(next.overdue_board(&authority, LANG).await.unwrap().inspections.is_empty());
    let later = site.test_portal.open_at(noon("2026-12-04")).await;
    let mended = urge(&later, &authority, "请整改").await;
    assert_eq!(mended, Err(ErrorCode::InvalidInput), "it is mended");
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of SUP-02 at the door: what was not mended in time is listed beside what else is overdue, and urged with a form.
#[tokio::test]
async fn an_overdue_fault_is_urged_with_a_form() {
    let site = site().await;
    let portal = site.test_portal.portal();
    let late = Inspection {
        id: 0,
        dataset: CODE.parse().unwrap(),
        finding: FINDING.to_owned(),
        found_in: 1,
        found_on: "2026-11-02".parse().unwrap(),
        due: "2026-11-13".parse().unwrap(),
        owner: "YX-T".parse().unwrap(),
        inspected_by: "检查人".to_owned(),
        fixed_in: None,
        closed_on: None,
    };
    let transaction = site.test_portal.store().begin().await.unwrap();
    let id = inspections::add(&transaction, &late).await.unwrap().to_string();
    transaction.commit().await.unwrap();
    let session = with_session(portal, Role::Authority, ("urges", "YX")).await;
    let mut authority = Browser::with_session(&site, &session);
    let board = "/authority/supervision";
    let form = [("inspection", id.as_str()), ("notice", "请本周内补齐站点")];
    let page = authority.get(board).await;
    page.assert_well_formed_page(board);
    assert!(page.text().contains(FINDING), "{}", page.text());
    let path = format!("/workbench/datasets/{CODE}/inspections");
    assert!(page.attributes("main a", "href").contains(&path));
    assert_eq!(page.attributes("input[name='inspection']", "value"), [id.as_str()]);
    assert_eq!(authority.post(&format!("{board}/urge"), &form).await.status, 303);
    let twice = authority.post(&format!("{board}/urge"), &form).await;
    assert_eq!(twice.status, 400);
    twice.assert_well_formed_page(board);
    assert!(authority.get(board).await.text().contains("已催办 1 次"));
    let unknown = [("inspection", "999"), ("notice", "请整改")];
    assert_eq!(authority.post(&format!("{board}/urge"), &unknown).await.status, 404);

    let session = with_session(portal, Role::Officer, ("provides", "YX-T")).await;
    let mut officer = Browser::with_session(&site, &session);
    let page = officer.get(&path).await;
    page.assert_well_formed_page(&path);
    assert!(page.text().contains("主管部门催办 1 次"), "{}", page.text());
    assert_eq!(officer.post(&format!("{board}/urge"), &form).await.status, 403);
}
