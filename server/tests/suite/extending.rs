//! More time for those who have to do something (SUP-01).

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::publishing::OpeningAct;
use kaishu_server::Limits;
use kaishu_server::assets::Assets;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, ORGANIZATION, People, act, people, whole_draft, with_session};
use kaishu_testkit::{Setup, TestPortal};
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::{ErrorCode, Lang};
use serde_json::json;

use crate::browser::Browser;
use crate::support::TestSite;

pub(crate) fn noon(day: NaiveDate) -> DateTime<Utc> {
    day.and_hms_opt(4, 0, 0).unwrap().and_utc()
}

/// A portal with an entry that waits for the reviewer of its agency.
async fn in_review(test_portal: TestPortal) -> (TestSite, People, i64) {
    let site = TestSite::of(test_portal, Assets::none(), Limits::default());
    let catalogue = Catalogue::default()
        .dataset("YX-T-0001", "旧数据", "unconditional")
        .dataset("YX-U-0001", "别的", "unconditional")
        .under("open-licence", "YX-U");
    site.test_portal.import(catalogue.folder()).await;
    let portal = site.test_portal.portal();
    let people = people(portal).await;
    let case = whole_draft(portal, &people.officer, ORGANIZATION).await;
    act(portal, &people.officer, case, "submit").await.unwrap();
    (site, people, case)
}

pub(crate) async fn aba() -> (TestSite, People, i64) {
    in_review(TestPortal::open(Setup { policy: "aba", with_demo: false }).await).await
}

/// Does something about the time of a case; which error comes of it, and what it says.
async fn try_on(
    portal: &Portal,
    caller: &Caller,
    case: i64,
    (event, reason): (&str, &str),
) -> Result<(), (ErrorCode, String)> {
    let view = portal.case_view(caller, case, LANG).await;
    let version = view.map_err(|error| (error.code(), String::new()))?.version;
    let done = OpeningAct {
        event: event.to_owned(),
        version,
        reason: reason.to_owned(),
        ..OpeningAct::default()
    };
    let done = portal.act_on_case(caller, case, done, LANG).await;
    done.map(|_| ()).map_err(|error| (error.code(), error.message(LANG)))
}

pub(crate) async fn told(portal: &Portal, caller: &Caller, text: &str) -> usize {
    let inbox = portal.inbox(caller, None, LANG).await.unwrap();
    inbox.notices.iter().filter(|it| it.text.contains(text)).count()
}

// Proves SUP-01 for extensions (aba 20¶2): whoever a case waits for asks for more time with a reason, once, as far as the
// profile allows; the head of the agency decides and nobody else; request and answer stand in the record of the case,
// those whom it concerns are told, and the clock reminds by its new last day.
#[tokio::test]
async fn more_time_is_asked_for_once_and_given_by_the_head() {
    let (site, people, case) = aba().await;
    let portal = site.test_portal.portal();
    let seen = portal.case_view(&people.reviewer, case, LANG).await.unwrap();
    let offered = seen.extension.unwrap();
    assert!(offered.may_ask && !offered.may_decide && offered.asked.is_none());
    assert_eq!((offered.working_days, offered.extended_working_days), (10, 20));
    assert_eq!(offered.rule.id, "extension.clocks");
    assert!(offered.rule.article.contains("第二十条第二款"), "{}", offered.rule.article);
    let (before, after) = (offered.last_day, offered.extended_last_day.unwrap());
    for other in [&people.officer, &people.head, &people.authority] {
        let seen = portal.case_view(other, case, LANG).await.unwrap();
        let may_ask = seen.extension.is_some_and(|it| it.may_ask);
        // The head takes the step, too.
        assert_eq!(may_ask, std::ptr::eq(other, &people.head), "{:?}", other.login());
    }
    for (caller, expected) in [
        (&people.officer, ErrorCode::Forbidden),
        (&people.authority, ErrorCode::Forbidden),
        (&people.stranger, ErrorCode::NotFound),
        (&Caller::visitor(), ErrorCode::NotFound),
    ] {
        let refused = try_on(portal, caller, case, ("ask_extension", "情况复杂")).await;
        assert_eq!(refused.unwrap_err().0, expected, "{:?}", caller.login());
    }
    let silent = try_on(portal, &people.reviewer, case, ("ask_extension", " ")).await;
    assert_eq!(silent.unwrap_err().0, ErrorCode::InvalidInput);
    let early = try_on(portal, &people.head, case, ("extend", "同意")).await;
    assert_eq!(early.unwrap_err().0, ErrorCode::Conflict, "nobody asked");

    try_on(portal, &people.reviewer, case, ("ask_extension", "涉及三个部门，需要核对"))
        .await
        .unwrap();
    assert_eq!(told(portal, &people.head, "申请延期").await, 1);
    assert_eq!(told(portal, &people.officer, "申请延期").await, 0);
    let twice = try_on(portal, &people.reviewer, case, ("ask_extension", "再申请")).await;
    let (code, message) = twice.unwrap_err();
    assert_eq!(code, ErrorCode::InvalidInput);
    assert!(message.contains("只能在到期以前申请延长一次"), "{message}");
    let waits = portal.case_view(&people.head, case, LANG).await.unwrap().extension.unwrap();
    assert!(waits.may_decide && !waits.may_ask);
    assert_eq!(waits.asked.unwrap().reason, "涉及三个部门，需要核对");
    let own = portal.case_view(&people.reviewer, case, LANG).await.unwrap().extension.unwrap();
    assert!(!own.may_decide && own.asked.is_some());
    for event in ["extend", "refuse_extension"] {
        for other in [&people.reviewer, &people.officer, &people.authority] {
            let refused = try_on(portal, other, case, (event, "同意")).await;
            assert_eq!(refused.unwrap_err().0, ErrorCode::Forbidden, "{:?}", other.login());
        }
    }

    try_on(portal, &people.head, case, ("extend", "同意延期")).await.unwrap();
    let given = portal.case_view(&people.officer, case, LANG).await.unwrap();
    let clock = given.clocks.iter().find(|clock| clock.is_open).unwrap();
    assert_eq!((clock.working_days, clock.extended_from), (20, Some(10)));
    assert_eq!(clock.last_day, after);
    assert!(given.extension.is_none());
    let events: Vec<_> = given.events.iter().map(|it| it.event.code.as_str()).collect();
    assert_eq!(events, ["create", "submit", "ask_extension", "extend"]);
    assert_eq!(given.events[2].reason, "涉及三个部门，需要核对");
    for person in [&people.officer, &people.reviewer, &people.authority] {
        assert_eq!(told(portal, person, "同意延期").await, 1, "{:?}", person.login());
    }
    let again = try_on(portal, &people.reviewer, case, ("ask_extension", "再延")).await;
    assert_eq!(again.unwrap_err().0, ErrorCode::InvalidInput, "once");

    let on_old_day = site.test_portal.open_at(noon(before)).await;
    assert_eq!(on_old_day.look_at_clocks().await.unwrap(), 0);
    let on_new_day = site.test_portal.open_at(noon(after)).await;
    assert_eq!(on_new_day.look_at_clocks().await.unwrap(), 2, "reminded, and due today");
    assert_eq!(told(&on_new_day, &people.reviewer, "今天到期").await, 1);
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of SUP-01: a refusal is an answer, too; what the head refused is not asked for again, and what comes after the last
// day comes too late.
#[tokio::test]
async fn more_time_comes_in_time_or_not_at_all() {
    let (site, people, case) = aba().await;
    let portal = site.test_portal.portal();
    let last_day = portal.case_view(&people.officer, case, LANG).await.unwrap().clocks[0].last_day;
    let late = site.test_portal.open_at(noon(last_day + chrono::Days::new(1))).await;
    let asked = try_on(&late, &people.reviewer, case, ("ask_extension", "情况复杂")).await;
    assert_eq!(asked.unwrap_err().0, ErrorCode::InvalidInput);
    try_on(portal, &people.reviewer, case, ("ask_extension", "情况复杂")).await.unwrap();
    let given = try_on(&late, &people.head, case, ("extend", "同意")).await;
    assert_eq!(given.unwrap_err().0, ErrorCode::Conflict);
    try_on(portal, &people.head, case, ("refuse_extension", "材料已经齐全")).await.unwrap();
    let seen = portal.case_view(&people.reviewer, case, LANG).await.unwrap();
    assert_eq!(seen.clocks[0].last_day, last_day);
    assert!(seen.extension.is_none());
    assert_eq!(told(portal, &people.reviewer, "不同意延期").await, 1);
    assert_eq!(seen.events.last().unwrap().reason, "材料已经齐全");
}

/// Rules that let no deadline be longer.
const NO_EXTENSION: &str = r#"
[profile]
code = "strict"
parent = "aba"
revision = 1
name = "不得延期"
name_en = "No extension"
title = "试验细则"
title_en = "Test rules"
status = "in_force"

[extension]
clocks = { value = [], source = "试验细则第一条" }
"#;

// Part of SUP-01: where the profile gives no more time, nobody is offered any, and who asks is told the rule.
#[tokio::test]
async fn a_profile_can_give_no_more_time() {
    let (site, people, case) = in_review(TestPortal::with_rules(NO_EXTENSION).await.unwrap()).await;
    let portal = site.test_portal.portal();
    let seen = portal.case_view(&people.reviewer, case, LANG).await.unwrap();
    assert!(seen.extension.is_none());
    let refused = try_on(portal, &people.reviewer, case, ("ask_extension", "情况复杂")).await;
    let (code, message) = refused.unwrap_err();
    assert_eq!(code, ErrorCode::InvalidInput);
    assert!(message.contains("不能延长"), "{message}");
}

// Part of SUP-01 at the door: both sides do it with forms, what is missing is said beside what was typed, and a program
// does the same.
#[tokio::test]
async fn more_time_is_asked_for_with_a_form() {
    let (site, people, case) = aba().await;
    let portal = site.test_portal.portal();
    let token = with_session(portal, Role::Reviewer, ("asks", ORGANIZATION)).await;
    let mut reviewer = Browser::with_session(&site, &token);
    let path = format!("/workbench/cases/{case}");
    let target = format!("{path}/extension");
    let page = reviewer.get(&path).await;
    page.assert_well_formed_page(&path);
    let form = format!("form[action='{target}']");
    assert_eq!(page.attributes(&form, "method"), ["post"]);
    let version = page.attributes(&format!("{form} input[name=version]"), "value").remove(0);
    let fields = |reason: &'static str| {
        vec![("version", version.clone()), ("extension_reason", reason.to_owned())]
    };
    let sent = async |browser: &mut Browser<'_>, fields: &[(&str, String)]| {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post(&target, &fields).await
    };
    let bare = sent(&mut reviewer, &fields(" ")).await;
    assert_eq!(bare.status, 400);
    bare.assert_well_formed_page(&path);
    assert!(bare.attributes("textarea[aria-invalid]", "name") == ["extension_reason"]);
    assert_eq!(sent(&mut reviewer, &fields("涉及三个部门")).await.status, 303);
    let waits = reviewer.get(&path).await;
    assert!(waits.text().contains("涉及三个部门") && waits.text().contains("等待批准"));
    assert!(waits.attributes(&form, "method").is_empty());

    let token = with_session(portal, Role::Head, ("decides", ORGANIZATION)).await;
    let mut head = Browser::with_session(&site, &token);
    for prefix in ["", "/en"] {
        let page = head.get(&format!("{prefix}{path}")).await;
        page.assert_well_formed_page(&path);
        let form = format!("form[action='{prefix}{target}'] button");
        assert_eq!(page.attributes(&form, "value"), ["extend", "refuse_extension"]);
    }
    let stranger = with_session(portal, Role::Head, ("stranger.head", "YX-U")).await;
    let mut stranger = Browser::with_session(&site, &stranger);
    let decided = |version: &str| {
        vec![
            ("event", "extend".to_owned()),
            ("version", version.to_owned()),
            ("extension_reason", "同意".to_owned()),
        ]
    };
    assert_eq!(sent(&mut stranger, &decided("3")).await.status, 404);
    assert_eq!(sent(&mut head, &decided("2")).await.status, 400, "something happened since");
    assert_eq!(sent(&mut head, &decided("3")).await.status, 303);
    assert!(head.get(&path).await.text().contains("经批准延长一次"));
    let english = head.get(&format!("/en{path}")).await;
    assert!(english.text().contains("More time was given once"));

    // The next step begins a clock of its own, for which a program asks.
    act(portal, &people.reviewer, case, "pass").await.unwrap();
    let login = "authority".parse().unwrap();
    let command = Caller::command();
    let token = ("api", TokenScope::Decide, 1);
    let token = portal.make_token_for(&command, &login, token, Lang::Zh).await.unwrap();
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let shown = site.get_with(&format!("/api/v1/cases/{case}"), &headers).await.json();
    assert_eq!(shown["extension"]["may_ask"], true);
    let asked = json!({
        "event": "ask_extension", "version": shown["version"], "reason": "需要会商",
    });
    let acts = format!("/api/v1/cases/{case}/acts");
    let done = site.ask(http::Method::POST, &acts, &headers, &asked.to_string()).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(done.json()["extension"]["asked"]["reason"], "需要会商");
    let own = json!({ "event": "extend", "version": done.json()["version"], "reason": "同意" });
    let own = site.ask(http::Method::POST, &acts, &headers, &own.to_string()).await;
    assert_eq!(own.status, 403, "nobody gives time to themselves: {}", own.text());
}
