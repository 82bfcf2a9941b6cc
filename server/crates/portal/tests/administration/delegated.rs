//! Functions that another organization takes over.

use kaishu_portal::Portal;
use kaishu_portal::accounts::{Caller, RequestForm};
use kaishu_portal::administration::{DelegationForm, TermForm};
use kaishu_portal::cases::DeskFilter;
use kaishu_portal::publishing::OwnFilter;
use kaishu_testkit::people::{act, at_browser, person, whole_draft, with_session};
use kaishu_types::ErrorCode;
use kaishu_types::account::{Role, TokenScope};

use super::{LANG, logged, outsiders, site};

fn standards<'a>() -> DelegationForm<'a> {
    DelegationForm {
        function: "standards",
        region: "YX",
        organization: "YX-U",
        first_day: "2026-11-21",
        last_day: "",
        basis: "云数函〔2026〕1号",
    }
}

async fn add_term(portal: &Portal, caller: &Caller, code: &str) -> Result<(), ErrorCode> {
    let form =
        TermForm { vocabulary: "theme", code, label_zh: "低空经济", label_en: "Low altitude" };
    portal.add_term(caller, &form, LANG).await.map_err(|error| error.code())
}

// Proves ORG-05: what is delegated can be done by those who decide for the organization that took over, from
// the first day until it is ended, and the log names both; nothing else, and nobody else.
#[tokio::test]
async fn a_function_is_taken_over_and_given_back() {
    let site = site("default").await;
    let portal = site.portal();
    let authority = at_browser(portal, Role::Authority, ("authority", "YX")).await;
    let head = with_session(portal, Role::Head, ("head", "YX-U")).await;
    let head = async || portal.caller_of_session(&head).await.unwrap();
    let officer = with_session(portal, Role::Officer, ("officer.u", "YX-U")).await;
    let stranger = with_session(portal, Role::Head, ("stranger", "YX-T")).await;
    let refused = Err(ErrorCode::Forbidden);
    assert_eq!(add_term(portal, &head().await, "a1").await, refused);

    let later = DelegationForm { first_day: "2026-11-22", ..standards() };
    portal.delegate(&authority, &later, LANG).await.unwrap();
    let other = DelegationForm { function: "accounts", ..standards() };
    portal.delegate(&authority, &other, LANG).await.unwrap();
    let past = DelegationForm { first_day: "2026-01-01", last_day: "2026-11-20", ..standards() };
    portal.delegate(&authority, &past, LANG).await.unwrap();
    assert_eq!(add_term(portal, &head().await, "a2").await, refused);

    portal.delegate(&authority, &standards(), LANG).await.unwrap();
    // With the next request, and no login in between.
    assert_eq!(add_term(portal, &head().await, "a3").await, Ok(()));
    for token in [&officer, &stranger] {
        let caller = portal.caller_of_session(token).await.unwrap();
        assert_eq!(add_term(portal, &caller, "a4").await, refused);
    }
    // What was not delegated stays refused.
    assert!(portal.delegations(&head().await, LANG).await.is_err());
    let onwards = DelegationForm { organization: "YX-T", ..standards() };
    let onwards = portal.delegate(&head().await, &onwards, LANG).await.unwrap_err();
    assert_eq!(onwards.code(), ErrorCode::Forbidden);

    let entry = &logged(portal, "vocabulary").await[0];
    assert_eq!((entry.subject.as_str(), entry.login.as_str()), ("theme/a3", "head"));
    let acting = entry.acting.as_deref();
    assert_eq!(acting, Some("数据主管部门 · 试验局（受测试局委托）"));

    let all = portal.delegations(&authority, LANG).await.unwrap();
    let holds: Vec<bool> = all.iter().map(|it| it.holds).collect();
    assert_eq!(holds, [true, false, true, false]);
    portal.end_delegation(&authority, all[0].kept.id, LANG).await.unwrap();
    assert_eq!(add_term(portal, &head().await, "a5").await, refused);
    let twice = portal.end_delegation(&authority, all[0].kept.id, LANG).await.unwrap_err();
    assert_eq!(twice.code(), ErrorCode::NotFound);
    let events: Vec<String> =
        logged(portal, "delegation").await.into_iter().map(|it| it.event.code).collect();
    assert_eq!(events, ["ended", "delegated", "delegated", "delegated", "delegated"]);
}

// Proves ORG-05 for cases: an entry that is published in the authority's place names both in its event.
#[tokio::test]
async fn an_event_of_a_case_names_both() {
    let site = site("default").await;
    let portal = site.portal();
    let publish = TokenScope::Publish;
    let officer = person(portal, Role::Officer, ("officer.t", "YX-T"), publish).await;
    person(portal, Role::Head, ("head.t", "YX-T"), publish).await;
    let decide = TokenScope::Decide;
    let reviewer = person(portal, Role::Reviewer, ("reviewer.t", "YX-T"), decide).await;
    let authority = at_browser(portal, Role::Authority, ("authority", "YX")).await;
    let delegate = with_session(portal, Role::Reviewer, ("centre", "YX-U")).await;
    let case = whole_draft(portal, &officer, "YX-T").await;
    act(portal, &officer, case, "submit").await.unwrap();
    while act(portal, &reviewer, case, "pass").await.is_ok() {}
    while act(portal, &authority, case, "pass").await.is_ok() {}

    let caller = portal.caller_of_session(&delegate).await.unwrap();
    let hidden = act(portal, &caller, case, "publish").await.unwrap_err();
    assert_eq!(hidden.code(), ErrorCode::NotFound);
    let catalogue = DelegationForm { function: "catalogue", ..standards() };
    portal.delegate(&authority, &catalogue, LANG).await.unwrap();
    let caller = portal.caller_of_session(&delegate).await.unwrap();
    act(portal, &caller, case, "publish").await.unwrap();

    let events = portal.case_view(&authority, case, LANG).await.unwrap().events;
    let last = events.last().unwrap();
    assert_eq!(last.event.code, "publish");
    assert_eq!(last.acting.as_deref(), Some("数据主管部门 · 试验局（受测试局委托）"));
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

/// What somebody finds: cases that wait for them, all open ones, datasets, and what they were told.
async fn found(portal: &Portal, caller: &Caller) -> (Vec<i64>, Vec<i64>, usize, usize) {
    let desk = async |filter| {
        let cards = portal.desk(caller, filter, &[], LANG).await.unwrap();
        cards.iter().map(|card| card.id).collect::<Vec<_>>()
    };
    let (mine, open) = (desk(DeskFilter::Mine).await, desk(DeskFilter::Open).await);
    let datasets = portal.own_datasets(caller, OwnFilter::All, ("", None), LANG).await.unwrap();
    let told = portal.inbox(caller, None, LANG).await.unwrap().notices;
    (mine, open, datasets.rows.len(), told.len())
}

async fn ask_for_account(portal: &Portal, officer: &Caller, login: &str) -> i64 {
    let form = RequestForm {
        wish: "make".to_owned(),
        organization: "YX-T".to_owned(),
        login: login.to_owned(),
        name: "新人".to_owned(),
        email: format!("{login}@example.cn"),
        roles: vec!["officer".to_owned()],
        reason: "新到岗".to_owned(),
    };
    portal.request_account(officer, &form, LANG).await.unwrap()
}

// Proves ORG-05 for desks, lists and notices: who took a function over finds the cases and datasets that it
// covers, and is told of new ones; what it does not cover stays hidden, and all of it does once it is ended.
#[tokio::test]
async fn what_is_taken_over_is_found_and_nothing_else() {
    let site = site("default").await;
    let portal = site.portal();
    let officer = at_browser(portal, Role::Officer, ("officer.t", "YX-T")).await;
    at_browser(portal, Role::Head, ("head.t", "YX-T")).await;
    let reviewer = person(portal, Role::Reviewer, ("reviewer.t", "YX-T"), TokenScope::Decide).await;
    let authority = at_browser(portal, Role::Authority, ("authority", "YX")).await;
    let centre = with_session(portal, Role::Head, ("centre", "YX-U")).await;
    let clerk = with_session(portal, Role::Officer, ("clerk", "YX-U")).await;
    let centre = async || portal.caller_of_session(&centre).await.unwrap();
    let delegate = async |function: &str| {
        let form = DelegationForm { function, ..standards() };
        portal.delegate(&authority, &form, LANG).await.unwrap();
        portal.delegations(&authority, LANG).await.unwrap()[0].kept.id
    };
    // Of their own they have one dataset.
    let nothing = (vec![], vec![], 1, 0);
    let before = ask_for_account(portal, &officer, "before").await;
    let entry = whole_draft(portal, &officer, "YX-T").await;
    assert_eq!(found(portal, &centre().await).await, nothing);

    // Accounts: requests, and no entry.
    let accounts = delegate("accounts").await;
    let asked = ask_for_account(portal, &officer, "asked").await;
    let both = vec![before, asked];
    assert_eq!(found(portal, &centre().await).await, (both.clone(), both, 1, 1));
    let hidden = portal.case_view(&centre().await, entry, LANG).await.unwrap_err();
    assert_eq!(hidden.code(), ErrorCode::NotFound);
    portal.end_delegation(&authority, accounts, LANG).await.unwrap();
    assert_eq!(found(portal, &centre().await).await, (vec![], vec![], 1, 1));

    // The catalogue: entries and datasets, and no request. The review is not theirs.
    let catalogue = delegate("catalogue").await;
    assert_eq!(found(portal, &centre().await).await, (vec![], vec![entry], 2, 1));
    act(portal, &officer, entry, "submit").await.unwrap();
    while act(portal, &reviewer, entry, "pass").await.is_ok() {}
    assert_eq!(found(portal, &centre().await).await.3, 1, "a step of the authority is not theirs");
    while act(portal, &authority, entry, "pass").await.is_ok() {}
    assert_eq!(found(portal, &centre().await).await, (vec![entry], vec![entry], 2, 2));
    let hidden = portal.case_view(&centre().await, asked, LANG).await.unwrap_err();
    assert_eq!(hidden.code(), ErrorCode::NotFound);
    act(portal, &centre().await, entry, "publish").await.unwrap();
    assert_eq!(found(portal, &centre().await).await, (vec![], vec![], 3, 2));
    // Nobody of the organization but those who decide for it, and no standards with the catalogue.
    let clerk = portal.caller_of_session(&clerk).await.unwrap();
    assert_eq!(found(portal, &clerk).await, nothing);
    assert_eq!(add_term(portal, &centre().await, "b1").await, Err(ErrorCode::Forbidden));
    ask_for_account(portal, &officer, "later").await;
    portal.end_delegation(&authority, catalogue, LANG).await.unwrap();
    assert_eq!(found(portal, &centre().await).await, (vec![], vec![], 1, 2));
}

// Proves CAT-06 (yulin 6, 8) and REV-09 for who weighs: the catalogue is not checked by its provider. The step after those
// of the agency is taken by whoever took the function over, or by the authority; it asks for what is alike and open.
#[tokio::test]
async fn the_catalogue_is_checked_by_its_approver() {
    let site = site("yulin").await;
    let portal = site.portal();
    portal.catch_up(|_| ()).await.unwrap();
    let publish = TokenScope::Publish;
    let officer = person(portal, Role::Officer, ("officer.t", "YX-T"), publish).await;
    person(portal, Role::Head, ("head.t", "YX-T"), publish).await;
    let reviewer = person(portal, Role::Reviewer, ("reviewer.t", "YX-T"), TokenScope::Decide).await;
    let authority = at_browser(portal, Role::Authority, ("authority", "YX")).await;
    let centre = with_session(portal, Role::Head, ("centre", "YX-U")).await;
    let centre = async || portal.caller_of_session(&centre).await.unwrap();
    for is_delegated in [false, true] {
        if is_delegated {
            let catalogue = DelegationForm { function: "catalogue", ..standards() };
            portal.delegate(&authority, &catalogue, LANG).await.unwrap();
        }
        let case = whole_draft(portal, &officer, "YX-T").await;
        act(portal, &officer, case, "submit").await.unwrap();
        let mut n_own = 0;
        while act(portal, &reviewer, case, "pass").await.is_ok() {
            n_own += 1;
        }
        let view = portal.case_view(&authority, case, LANG).await.unwrap();
        assert_eq!((view.state.code.as_str(), view.steps.len()), ("in_review", n_own + 1));
        assert_eq!(view.steps[n_own].label, "目录审核（信息中心）");
        assert!(portal.review_desk(&reviewer, case, LANG).await.unwrap().is_none());
        let checks = if is_delegated { centre().await } else { authority.clone() };
        let (mine, ..) = found(portal, &checks).await;
        assert!(mine.contains(&case));
        let desk = portal.review_desk(&checks, case, LANG).await.unwrap().unwrap();
        assert!(desk.alike.is_some() && desk.sharing.is_some() && desk.risk.is_some());
        assert!(desk.catalogue_rule.article.contains("第六条"), "{:?}", desk.catalogue_rule);
        assert!(act(portal, &officer, case, "pass").await.is_err());
        act(portal, &checks, case, "pass").await.unwrap();
        let view = portal.case_view(&authority, case, LANG).await.unwrap();
        assert_eq!(view.state.code, "approved");
        assert_eq!(view.steps[n_own].opinion, "理由充分");
        let by = view.events.last().unwrap().acting.clone().unwrap();
        assert!(by.starts_with("数据主管部门"), "{by}");
        assert_eq!(by.contains("（受测试局委托）"), is_delegated, "{by}");
        act(portal, &authority, case, "publish").await.unwrap();
    }
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of ORG-05, and ZON-03: who may not delegate, and what cannot be.
#[tokio::test]
async fn only_the_authority_delegates_within_its_region() {
    let site = site("default").await;
    let portal = site.portal();
    let authority = at_browser(portal, Role::Authority, ("authority", "YX")).await;
    let county = at_browser(portal, Role::CountyAuthority, ("county", "YX-LC")).await;
    let below = at_browser(portal, Role::Authority, ("below", "YX-LC")).await;
    for caller in outsiders(portal).await.into_iter().chain([county, below]) {
        let code = portal.delegate(&caller, &standards(), LANG).await.unwrap_err().code();
        assert!(matches!(code, ErrorCode::Forbidden | ErrorCode::Unauthenticated));
    }
    for (form, field) in [
        (DelegationForm { function: "everything", ..standards() }, "function"),
        (DelegationForm { organization: "YX-T", ..standards() }, "organization"),
        (DelegationForm { organization: "YX-NONE", ..standards() }, "organization"),
        (DelegationForm { first_day: "tomorrow", ..standards() }, "first_day"),
        (DelegationForm { first_day: "", ..standards() }, "first_day"),
        (DelegationForm { last_day: "2026-11-20", ..standards() }, "last_day"),
        (DelegationForm { basis: " ", ..standards() }, "basis"),
        // The county has no authority on record.
        (DelegationForm { region: "YX-LC", ..standards() }, "region"),
    ] {
        let error = portal.delegate(&authority, &form, LANG).await.unwrap_err();
        let kaishu_portal::Error::InvalidInput(faults) = error else { panic!("{error}") };
        assert_eq!(faults.iter().map(|it| it.field.as_str()).collect::<Vec<_>>(), [field]);
    }
    assert!(portal.delegations(&authority, LANG).await.unwrap().is_empty());
    assert!(logged(portal, "delegation").await.is_empty());
}
