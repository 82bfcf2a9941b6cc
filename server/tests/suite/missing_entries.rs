//! What is open without an entry is a task of its provider until there is one.

use chrono::{DateTime, Utc};
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::cases::DeskFilter;
use kaishu_portal::publishing::{MissingAct, NewMissing};
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, ORGANIZATION, act, complete, people, review, with_session};
use kaishu_types::ErrorCode;
use kaishu_types::account::Role;
use kaishu_types::case::{CaseCard, CaseKind};

use crate::browser::Browser;
use crate::support::TestSite;

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

async fn site(policy: &'static str) -> TestSite {
    let site = TestSite::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset("YX-T-0001", "旧数据", "unconditional")
        .dataset("YX-U-0001", "别的", "unconditional")
        .under("open-licence", "YX-U");
    site.test_portal.import(catalogue.folder()).await;
    site
}

fn found(address: &str) -> NewMissing<'_> {
    NewMissing {
        title: "公交实时位置",
        organization: ORGANIZATION,
        address,
        reason: "局网站上可以下载，没有目录",
    }
}

async fn tasks(portal: &Portal, caller: &Caller, filter: DeskFilter) -> Vec<CaseCard> {
    portal.desk(caller, filter, &[CaseKind::MissingEntry], LANG).await.unwrap()
}

async fn do_it(
    portal: &Portal,
    caller: &Caller,
    case: i64,
    (event, entry): (&str, &str),
) -> Result<Option<i64>, ErrorCode> {
    let version = portal.case_view(caller, case, LANG).await.unwrap().version;
    let (event, entry, reason) = (event.to_owned(), entry.to_owned(), "已核对".to_owned());
    let done = MissingAct { event, version, reason, entry };
    portal.act_on_missing(caller, case, done, LANG).await.map_err(|error| error.code())
}

// Proves CAT-17: whoever is entitled registers what is open without an entry as a task of its provider; it stays
// on the list, overdue when its time is over, until the entry is published.
#[tokio::test]
async fn a_missing_entry_is_a_task_until_it_is_published() {
    let site = site("yulin").await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let (officer, authority) = (&people.officer, &people.authority);
    let address = "https://jt.example.cn/bus";
    let refused = portal.register_missing(&people.stranger, found(address), LANG).await;
    assert_eq!(refused.unwrap_err().code(), ErrorCode::Forbidden, "of another agency");
    let visitor = portal.register_missing(&Caller::visitor(), found(address), LANG).await;
    assert_eq!(visitor.unwrap_err().code(), ErrorCode::Unauthenticated);
    for wrong in ["", "javascript:alert(1)", "https://a b", "ftp://jt.example.cn"] {
        let refused = portal.register_missing(authority, found(wrong), LANG).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::InvalidInput, "{wrong}");
    }
    let case = portal.register_missing(authority, found(address), LANG).await.unwrap();
    let twice = portal.register_missing(officer, found(address), LANG).await.unwrap_err();
    assert_eq!(twice.code(), ErrorCode::InvalidInput, "it is registered already");

    let task = tasks(portal, officer, DeskFilter::Mine).await.remove(0);
    assert_eq!((task.id, task.state.code.as_str(), task.is_overdue), (case, "due", false));
    let clock = portal.case_view(officer, case, LANG).await.unwrap().clocks.remove(0);
    assert_eq!((clock.rule.id.as_str(), clock.working_days), ("catalogue.missing_wd", 10));
    assert!(clock.rule.article.contains("第十五条第一款"), "{}", clock.rule.article);
    assert!(tasks(portal, &people.stranger, DeskFilter::Open).await.is_empty());

    // The provider compiles the entry; asked twice, it is the same one.
    let draft = do_it(portal, officer, case, ("compile", "")).await.unwrap().unwrap();
    assert_eq!(do_it(portal, officer, case, ("compile", "")).await, Ok(Some(draft)));
    assert!(do_it(portal, authority, case, ("compile", "")).await.is_err(), "not the authority's");
    let late = site.test_portal.open_at(time("2027-02-01T04:00:00Z")).await;
    assert!(late.look_at_clocks().await.unwrap() > 0);
    let task = tasks(&late, authority, DeskFilter::Open).await.remove(0);
    assert!(task.is_overdue, "a draft is no entry: {task:?}");

    let csv = futures::stream::iter([Ok(bytes::Bytes::from_static("name,n\n1路,7\n".as_bytes()))]);
    let revision = portal.add_draft_file(officer, draft, 1, "bus.csv", csv, LANG).await.unwrap();
    portal.take_items_from_files(officer, draft, revision, LANG).await.unwrap();
    complete(portal, officer, draft, |_| {}).await;
    act(portal, officer, draft, "submit").await.unwrap();
    review(portal, &people, draft).await;
    assert_eq!(tasks(portal, authority, DeskFilter::Open).await.len(), 1, "not published yet");
    act(portal, authority, draft, "publish").await.unwrap();
    assert!(tasks(portal, authority, DeskFilter::Open).await.is_empty());
    let ended = portal.case_view(officer, case, LANG).await.unwrap();
    let code = portal.draft(officer, draft, LANG).await.unwrap().code;
    assert_eq!((ended.state.code.as_str(), &ended.facts["entry"]), ("entered", &code.to_string()));
    assert!(!ended.clocks[0].is_open);

    // What was entered may be found open once more, elsewhere than its entry says.
    portal.register_missing(officer, found(address), LANG).await.unwrap();
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of CAT-17: an entry that is there already is named by its code, and the authority may find that there is
// nothing to enter.
#[tokio::test]
async fn a_task_ends_with_an_entry_of_its_provider() {
    let site = site("yulin").await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let (officer, authority) = (&people.officer, &people.authority);
    let case = portal.register_missing(officer, found("https://a.example.cn"), LANG).await.unwrap();
    for wrong in ["", "旧数据", "YX-T-0999", "YX-U-0001"] {
        let refused = do_it(portal, officer, case, ("name", wrong)).await;
        assert_eq!(refused, Err(ErrorCode::InvalidInput), "{wrong}");
    }
    assert!(do_it(portal, officer, case, ("dismiss", "")).await.is_err(), "not the provider's");
    assert_eq!(do_it(portal, officer, case, ("name", "YX-T-0001")).await, Ok(None));
    let ended = portal.case_view(officer, case, LANG).await.unwrap();
    assert_eq!(
        (ended.state.code.as_str(), ended.facts["entry"].as_str()),
        ("entered", "YX-T-0001")
    );

    let case = portal.register_missing(officer, found("https://b.example.cn"), LANG).await.unwrap();
    assert_eq!(do_it(portal, authority, case, ("dismiss", "")).await, Ok(None));
    assert_eq!(portal.case_view(officer, case, LANG).await.unwrap().state.code, "dismissed");
}

// Part of CAT-17 at the door: the form, the list and the page of the task; rules that know no such task say so.
#[tokio::test]
async fn a_missing_entry_is_registered_with_a_form() {
    let site = site("yulin").await;
    let portal = site.test_portal.portal();
    people(portal).await;
    let session = with_session(portal, Role::Authority, ("finds", "YX")).await;
    let mut authority = Browser::with_session(&site, &session);
    let path = "/workbench/missing";
    let page = authority.get(path).await;
    page.assert_well_formed_page(path);
    assert!(page.text().contains("第十五条第一款"));
    let mut fields = [
        ("title", "公交实时位置"),
        ("organization", "YX-T"),
        ("address", "jt.example.cn"),
        ("reason", "局网站上可以下载"),
    ];
    let wrong = authority.post(path, &fields).await;
    assert_eq!(wrong.status, 400);
    assert_eq!(wrong.attributes("input[name=title]", "value"), ["公交实时位置"], "nothing is lost");
    fields[2].1 = "https://jt.example.cn/bus?a=1&b=2";
    let registered = authority.post(path, &fields).await;
    assert_eq!(registered.status, 303, "{}", registered.text());
    let case = registered.header("location").to_owned();
    assert!(authority.get(path).await.attributes("tbody th a", "href").contains(&case));

    let session = with_session(portal, Role::Officer, ("enters", ORGANIZATION)).await;
    let mut officer = Browser::with_session(&site, &session);
    let page = officer.get(&case).await;
    page.assert_well_formed_page(&case);
    let links = page.attributes("main a", "href");
    assert!(links.contains(&"https://jt.example.cn/bus?a=1&b=2".to_owned()), "{links:?}");
    assert_eq!(page.attributes("main button[name=event]", "value"), ["compile", "name"]);
    let version = page.attributes("main input[name=version]", "value").remove(0);
    let naming = [
        ("version", version.as_str()),
        ("event", "name"),
        ("reason", "已有"),
        ("entry", "YX-U-0001"),
    ];
    let wrong = officer.post(&format!("{case}/act"), &naming).await;
    assert_eq!(wrong.status, 400);
    assert_eq!(wrong.attributes("input[name=entry]", "value"), ["YX-U-0001"]);
    let begun = [("version", version.as_str()), ("event", "compile")];
    let begun = officer.post(&format!("{case}/act"), &begun).await;
    assert!(begun.header("location").starts_with("/workbench/drafts/"), "{}", begun.text());

    let other = self::site("aba").await;
    people(other.test_portal.portal()).await;
    let session = with_session(other.test_portal.portal(), Role::Authority, ("finds", "YX")).await;
    let mut authority = Browser::with_session(&other, &session);
    assert!(authority.get(path).await.text().contains("现行规则没有补编任务"));
    let refused = authority.post(path, &fields).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("现行规则没有补编任务"));
    let portal = other.test_portal.portal();
    let caller = portal.caller_of_session(&session).await.unwrap();
    assert!(tasks(portal, &caller, DeskFilter::Open).await.is_empty());
}
