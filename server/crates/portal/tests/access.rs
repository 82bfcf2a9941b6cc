//! From an application over decisions and signatures to the grant and its end, under every profile.

#![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]

use std::collections::BTreeSet;

use kaishu_domain::PolicyProfile;
use kaishu_domain::policy::Module;
use kaishu_portal::Portal;
use kaishu_portal::access::ApplicationAct;
use kaishu_portal::accounts::Caller;
use kaishu_portal::administration::TrailAsked;
use kaishu_portal::cases::DeskFilter;
use kaishu_portal::retrieval::Client;
use kaishu_portal::tables::TableState;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, ORGANIZATION, account, at_browser, signer};
use kaishu_testkit::{Setup, TestPortal, now};
use kaishu_types::access::{
    ApplicantKind, ApplicationDocument, ApplicationType, DeliveryMode, ResultForm, UsePurpose,
};
use kaishu_types::account::Role;
use kaishu_types::vocabulary::DatasetState;
use kaishu_types::{DatasetCode, ErrorCode};

const CODE: &str = "YX-T-0001";
const CONDITION: &str = "有安全保障能力";

/// A portal with a table of which a column is open and two are open on conditions.
async fn site(policy: &'static str) -> TestPortal {
    let site = TestPortal::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "用电", "conditional")
        .on_conditions(&format!("{CONDITION};用于研究"), "download")
        .item(CODE, "name", "unconditional")
        .item(CODE, "power", "conditional")
        .item(CODE, "price", "conditional")
        .item(CODE, "secret", "none")
        .file(CODE, "power.csv", "name,power,price,secret\n一厂,10,3,x\n二厂,20,4,y\n".as_bytes());
    site.import(catalogue.folder()).await;
    site
}

/// Everybody whom an application meets, each with a one-time code to sign with.
struct Everybody {
    applicant: (Caller, String),
    head: (Caller, String),
    reviewer: Caller,
    authority: Caller,
}

async fn everybody(portal: &Portal) -> Everybody {
    Everybody {
        applicant: signer(portal, Role::DataUser, ("applies", "")).await,
        head: signer(portal, Role::Head, ("signs", ORGANIZATION)).await,
        reviewer: at_browser(portal, Role::Reviewer, ("reviews", ORGANIZATION)).await,
        authority: at_browser(portal, Role::Authority, ("governs", "YX")).await,
    }
}

fn code() -> DatasetCode {
    CODE.parse().unwrap()
}

fn whole() -> ApplicationDocument {
    let mut document = ApplicationDocument {
        title: "研究用电".to_owned(),
        reason: "课题需要".to_owned(),
        purpose: Some(UsePurpose::Research),
        purpose_text: "分析行业用电".to_owned(),
        application_type: Some(ApplicationType::New),
        items: ["power".to_owned(), "price".to_owned()].into(),
        mode: Some(DeliveryMode::Download),
        last_day: Some("2027-06-30".parse().unwrap()),
        result_form: Some(ResultForm::Publication),
        safeguards: "内网保存，专人管理".to_owned(),
        leaves_mainland: Some(false),
        ..ApplicationDocument::default()
    };
    document.applicant.kind = Some(ApplicantKind::Person);
    document.applicant.name = "王敏".to_owned();
    document.applicant.contact = "王敏".to_owned();
    document.applicant.phone = "0837-0000000".to_owned();
    document
}

async fn written(portal: &Portal, applicant: &Caller) -> i64 {
    let case = portal.begin_application(applicant, &code(), LANG).await.unwrap();
    let found = portal.application(applicant, case, LANG).await.unwrap();
    portal.save_application(applicant, (case, found.revision), &whole(), LANG).await.unwrap();
    case
}

async fn act(
    portal: &Portal,
    caller: &Caller,
    case: i64,
    done: ApplicationAct,
) -> Result<(), ErrorCode> {
    let version =
        portal.application(caller, case, LANG).await.map_err(|it| it.code())?.case.version;
    let done = ApplicationAct { version, ..done };
    portal.act_on_application(caller, case, done, LANG).await.map_err(|error| error.code())
}

fn event(event: &str) -> ApplicationAct {
    ApplicationAct {
        event: event.to_owned(),
        reason: "理由".to_owned(),
        ..ApplicationAct::default()
    }
}

async fn sign(
    portal: &Portal,
    (caller, code): &(Caller, String),
    case: i64,
    name: &str,
) -> Result<(), ErrorCode> {
    let found = portal.application(caller, case, LANG).await.map_err(|it| it.code())?;
    let terms = found.case.facts.get("terms").cloned().unwrap_or_default();
    act(portal, caller, case, ApplicationAct { terms, code: code.clone(), ..event(name) }).await
}

/// Lets everybody decide on whose desk it is; returns how many did.
async fn decide(portal: &Portal, people: &Everybody, case: i64) -> usize {
    let mut n = 0;
    for person in [&people.authority, &people.reviewer] {
        let desk = portal.desk(person, DeskFilter::Mine, &[], LANG).await.unwrap();
        if desk.iter().any(|card| card.id == case) {
            act(portal, person, case, event("approve")).await.unwrap();
            n += 1;
        }
    }
    n
}

async fn state(portal: &Portal, caller: &Caller, case: i64) -> String {
    portal.application(caller, case, LANG).await.unwrap().case.state.code
}

/// The columns that somebody sees of the table; none where there is no table for them.
async fn columns(site: &TestPortal, portal: &Portal, caller: &Caller) -> BTreeSet<String> {
    let dataset = kaishu_store::datasets::find(site.store(), &code()).await.unwrap().unwrap();
    let id = dataset.resources[0].id;
    match portal.table_state(caller, &code(), id, 1, None, LANG).await {
        Ok(TableState::Open(table)) => {
            table.governed.columns().into_iter().map(|column| column.name).collect()
        }
        _ => BTreeSet::new(),
    }
}

async fn active(portal: &Portal, people: &Everybody) -> i64 {
    let case = written(portal, &people.applicant.0).await;
    act(portal, &people.applicant.0, case, event("submit")).await.unwrap();
    decide(portal, people, case).await;
    sign(portal, &people.applicant, case, "sign").await.unwrap();
    sign(portal, &people.head, case, "countersign").await.unwrap();
    if state(portal, &people.applicant.0, case).await == "to_be_filed" {
        let filing = "备案1".to_owned();
        act(portal, &people.authority, case, ApplicationAct { filing, ..event("file") })
            .await
            .unwrap();
    }
    case
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

// Proves APP-04, APP-10, AGR-01, AGR-08: under each profile an application passes everybody who decides and both
// signatures before anything of it can be had; then exactly that, until the grant is revoked.
#[tokio::test]
async fn every_profile_takes_an_application_to_data_and_back() {
    for policy in PolicyProfile::codes() {
        let site = site(policy).await;
        let portal = site.portal();
        let people = everybody(portal).await;
        let applicant = &people.applicant.0;
        let open = columns(&site, portal, applicant).await;
        let profile = PolicyProfile::load(policy).unwrap();
        if !profile.has_module(Module::Open) {
            let refused = portal.begin_application(applicant, &code(), LANG).await.unwrap_err();
            assert!(refused.into_detail().rule.is_some(), "{policy} says that nothing is opened");
            continue;
        }
        let case = written(portal, applicant).await;
        // What is being written is on nobody's desk.
        for person in [&people.reviewer, &people.authority] {
            assert!(portal.application(person, case, LANG).await.is_err(), "{policy}");
            assert!(portal.desk(person, DeskFilter::Open, &[], LANG).await.unwrap().is_empty());
        }
        act(portal, applicant, case, event("submit")).await.unwrap();
        let n = decide(portal, &people, case).await;
        assert_eq!(n, profile.rules.open_app.approvers.value.len(), "{policy}");
        assert_eq!(state(portal, applicant, case).await, "approved", "{policy}");
        assert_eq!(columns(&site, portal, applicant).await, open, "{policy}");
        let documents = portal.application(applicant, case, LANG).await.unwrap().documents;
        let kinds: Vec<_> = documents.iter().map(|document| document.kind.as_str()).collect();
        assert!(kinds.ends_with(&["usage_agreement"]), "{policy}: {kinds:?}");
        assert_eq!(kinds.len(), if policy == "aba" { 2 } else { 1 }, "{policy}");
        // The provider does not sign first.
        assert!(sign(portal, &people.head, case, "countersign").await.is_err());
        sign(portal, &people.applicant, case, "sign").await.unwrap();
        assert_eq!(columns(&site, portal, applicant).await, open, "{policy}");
        sign(portal, &people.head, case, "countersign").await.unwrap();
        if policy == "jiamusi" {
            assert_eq!(columns(&site, portal, applicant).await, open, "not before it is filed");
            let filing = "佳数备〔2026〕1号".to_owned();
            act(portal, &people.authority, case, ApplicationAct { filing, ..event("file") })
                .await
                .unwrap();
        }
        assert_eq!(state(portal, applicant, case).await, "active", "{policy}");
        let granted = names(&["name", "power", "price"]);
        assert_eq!(columns(&site, portal, applicant).await, granted, "{policy}");
        for other in [&Caller::visitor(), &people.reviewer, &people.authority] {
            // A visitor may have to log in even for what is open.
            assert!(columns(&site, portal, other).await.is_subset(&open), "{policy}");
        }
        act(portal, &people.authority, case, event("revoke")).await.unwrap();
        assert_eq!(columns(&site, portal, applicant).await, open, "{policy}");
        assert_eq!(portal.verify_log().await.unwrap().faults, []);
    }
}

// Proves APP-02: what is missing is named, each field once, with the article.
#[tokio::test]
async fn what_is_missing_is_named() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let applicant = &people.applicant.0;
    let case = portal.begin_application(applicant, &code(), LANG).await.unwrap();
    let again = portal.begin_application(applicant, &code(), LANG).await.unwrap();
    assert_eq!(case, again, "the one that is being written goes on");
    let found = portal.application(applicant, case, LANG).await.unwrap();
    let fields: BTreeSet<_> = found.missing.iter().map(|it| it.field.clone()).collect();
    assert_eq!(fields.len(), found.missing.len());
    for field in
        ["title", "reason", "purpose", "application_type", "last_day", "result_form", "kind"]
    {
        assert!(fields.contains(field), "{field}");
    }
    let refused = act(portal, applicant, case, event("submit")).await;
    assert_eq!(refused, Err(ErrorCode::InvalidInput));
    let wrong = ApplicationDocument {
        items: names(&["power", "secret"]),
        mode: Some(DeliveryMode::Api),
        last_day: Some("2026-11-20".parse().unwrap()),
        ..whole()
    };
    portal.save_application(applicant, (case, 1), &wrong, LANG).await.unwrap();
    let found = portal.application(applicant, case, LANG).await.unwrap();
    let fields: BTreeSet<_> = found.missing.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(fields, BTreeSet::from(["items", "mode", "last_day"]));
    let late = portal.save_application(applicant, (case, 1), &whole(), LANG).await.unwrap_err();
    assert_eq!(late.code(), ErrorCode::Conflict);
}

// Proves APP-01: only accounts of users apply, and only for what is published and open on conditions.
#[tokio::test]
async fn who_may_apply_and_for_what() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let visitor = portal.begin_application(&Caller::visitor(), &code(), LANG).await.unwrap_err();
    assert_eq!(visitor.code(), ErrorCode::Unauthenticated);
    let staff = portal.begin_application(&people.authority, &code(), LANG).await.unwrap_err();
    assert_eq!(staff.code(), ErrorCode::Forbidden);
    let case = written(portal, &people.applicant.0).await;
    site.set_state(CODE, DatasetState::Suspended, "核实").await;
    let refused = act(portal, &people.applicant.0, case, event("submit")).await;
    assert_eq!(refused, Err(ErrorCode::InvalidInput));
}

// Proves APP-06, APP-08, APP-14, CLS-15: returned once with the clock held, refused only for a published condition,
// withdrawn by the applicant alone.
#[tokio::test]
async fn an_application_is_returned_once_refused_for_a_condition_or_withdrawn() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let (applicant, reviewer) = (&people.applicant.0, &people.reviewer);
    let case = written(portal, applicant).await;
    act(portal, applicant, case, event("submit")).await.unwrap();
    act(portal, reviewer, case, event("return")).await.unwrap();
    let found = portal.application(applicant, case, LANG).await.unwrap();
    assert_eq!(found.case.state.code, "incomplete");
    let standing = |rule: &str| {
        let clocks = &found.case.clocks;
        clocks.iter().find(|clock| clock.rule.id == rule).unwrap().standing.clone()
    };
    assert_eq!(standing("open_app.reply_wd"), "暂停计时");
    assert_eq!(standing("open_app.complete_wd"), "还有 20 个工作日");
    act(portal, applicant, case, event("resubmit")).await.unwrap();
    assert_eq!(act(portal, reviewer, case, event("return")).await, Err(ErrorCode::Conflict));
    let refuse =
        |condition: &str| ApplicationAct { condition: condition.to_owned(), ..event("refuse") };
    let unpublished = act(portal, reviewer, case, refuse("领导不同意")).await;
    assert_eq!(unpublished, Err(ErrorCode::InvalidInput));
    let other = written(portal, applicant).await;
    assert_ne!(other, case);
    act(portal, reviewer, case, refuse(CONDITION)).await.unwrap();
    assert_eq!(state(portal, applicant, case).await, "refused");
    assert!(act(portal, reviewer, other, event("discard")).await.is_err());
    act(portal, applicant, other, event("discard")).await.unwrap();
    assert_eq!(state(portal, applicant, other).await, "withdrawn");
}

// Part of APP-06: whoever was refused complains once, in time; somebody else than who refused decides on it, and
// then anew.
#[tokio::test]
async fn a_refused_applicant_complains_once_and_somebody_else_decides() {
    let site = site("yulin").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let other = at_browser(portal, Role::Authority, ("governs.too", "YX")).await;
    let applicant = &people.applicant.0;
    let case = written(portal, applicant).await;
    act(portal, applicant, case, event("submit")).await.unwrap();
    let refuse = ApplicationAct { condition: CONDITION.to_owned(), ..event("refuse") };
    act(portal, &people.authority, case, refuse.clone()).await.unwrap();
    let late = site.open_at(now() + chrono::TimeDelta::days(60)).await;
    assert_eq!(act(&late, applicant, case, event("complain")).await, Err(ErrorCode::InvalidInput));
    act(portal, applicant, case, event("complain")).await.unwrap();
    let own = act(portal, &people.authority, case, event("uphold")).await;
    assert_eq!(own, Err(ErrorCode::Forbidden));
    let desk = portal.desk(&other, DeskFilter::Mine, &[], LANG).await.unwrap();
    assert!(desk.iter().any(|card| card.id == case));
    act(portal, &other, case, event("reopen")).await.unwrap();
    assert_eq!(state(portal, applicant, case).await, "in_review");
    let again = act(portal, &people.authority, case, event("approve")).await;
    assert_eq!(again, Err(ErrorCode::Forbidden), "not by whoever refused");
    act(portal, &other, case, refuse).await.unwrap();
    let twice = act(portal, applicant, case, event("complain")).await;
    assert_eq!(twice, Err(ErrorCode::InvalidInput));
}

// Proves APP-09: what is approved is a part of what was asked for, stands in the agreement, and is all that can be had.
#[tokio::test]
async fn a_part_is_granted_and_stands_in_the_agreement() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let applicant = &people.applicant.0;
    let case = written(portal, applicant).await;
    act(portal, applicant, case, event("submit")).await.unwrap();
    let more = ApplicationAct { items: Some(names(&["power", "name"])), ..event("approve") };
    assert_eq!(act(portal, &people.reviewer, case, more).await, Err(ErrorCode::InvalidInput));
    let longer =
        ApplicationAct { last_day: Some("2028-01-01".parse().unwrap()), ..event("approve") };
    assert_eq!(act(portal, &people.reviewer, case, longer).await, Err(ErrorCode::InvalidInput));
    let part = ApplicationAct {
        items: Some(names(&["power"])),
        last_day: Some("2026-12-31".parse().unwrap()),
        ..event("approve")
    };
    act(portal, &people.reviewer, case, part).await.unwrap();
    let documents = portal.application(applicant, case, LANG).await.unwrap().documents;
    let text = &documents.last().unwrap().text;
    assert!(text.contains("power标签") && !text.contains("price"), "{text}");
    assert!(text.contains("至2026年12月31日止"), "{text}");
    sign(portal, &people.applicant, case, "sign").await.unwrap();
    sign(portal, &people.head, case, "countersign").await.unwrap();
    assert_eq!(columns(&site, portal, applicant).await, names(&["name", "power"]));
}

// Proves AGR-05, AGR-07: both sign the text that was offered, each with a code that counts once; the commitment is
// the applicant's alone, with the security level and the measures in it.
#[tokio::test]
async fn both_sign_what_was_offered() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let (applicant, code) = (&people.applicant.0, &people.applicant.1);
    let case = written(portal, applicant).await;
    act(portal, applicant, case, event("submit")).await.unwrap();
    decide(portal, &people, case).await;
    let other = ApplicationAct { terms: "0".repeat(64), code: code.clone(), ..event("sign") };
    assert_eq!(act(portal, applicant, case, other).await, Err(ErrorCode::InvalidInput));
    let wrong = (applicant.clone(), "000000".to_owned());
    assert_eq!(sign(portal, &wrong, case, "sign").await, Err(ErrorCode::InvalidInput));
    sign(portal, &people.applicant, case, "sign").await.unwrap();
    sign(portal, &people.head, case, "countersign").await.unwrap();
    let documents = portal.application(applicant, case, LANG).await.unwrap().documents;
    let [letter, agreement] = documents.as_slice() else { panic!("{documents:?}") };
    assert_eq!(letter.kind, "commitment_letter");
    assert!(letter.text.contains("第 1 级") && letter.text.contains("内网保存"));
    assert!(letter.signed.is_some() && letter.countersigned.is_none());
    assert!(agreement.signed.is_some() && agreement.countersigned.is_some());
    // An account without codes is told to set them up.
    account(portal, Role::DataUser, ("plain", "")).await;
}

// Proves APP-12, AGR-06: a grant ends with its last day, an offer that nobody signs lapses.
#[tokio::test]
async fn time_ends_grants_and_offers() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let applicant = &people.applicant.0;
    let case = active(portal, &people).await;
    let offered = written(portal, applicant).await;
    act(portal, applicant, offered, event("submit")).await.unwrap();
    decide(portal, &people, offered).await;
    assert_eq!(portal.end_what_is_over().await.unwrap(), 0);
    let later = site.open_at(now() + chrono::TimeDelta::days(30)).await;
    assert_eq!(later.end_what_is_over().await.unwrap(), 1);
    assert_eq!(state(portal, applicant, offered).await, "lapsed");
    assert_eq!(state(portal, applicant, case).await, "active");
    let last = site.open_at("2027-06-30T04:00:00Z".parse().unwrap()).await;
    assert!(columns(&site, &last, applicant).await.contains("power"));
    let over = site.open_at("2027-07-01T04:00:00Z".parse().unwrap()).await;
    assert!(
        !columns(&site, &over, applicant).await.contains("power"),
        "whether or not somebody has looked"
    );
    assert_eq!(over.end_what_is_over().await.unwrap(), 1);
    assert_eq!(state(portal, applicant, case).await, "expired");
}

// Part of APP-04 and APP-08: what was rewritten after a return is decided on anew by both sides, and what was dropped
// is not granted.
#[tokio::test]
async fn another_text_is_decided_on_anew() {
    let site = site("yulin").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let applicant = &people.applicant.0;
    let case = written(portal, applicant).await;
    act(portal, applicant, case, event("submit")).await.unwrap();
    act(portal, &people.authority, case, event("approve")).await.unwrap();
    act(portal, &people.reviewer, case, event("return")).await.unwrap();
    let less = ApplicationDocument {
        items: names(&["power"]),
        purpose_text: "另一个用途".to_owned(),
        ..whole()
    };
    let revision = portal.application(applicant, case, LANG).await.unwrap().revision;
    portal.save_application(applicant, (case, revision), &less, LANG).await.unwrap();
    // Until it is submitted again, the others read what was.
    let seen = portal.application(&people.authority, case, LANG).await.unwrap().document;
    assert_eq!(seen.purpose_text, whole().purpose_text);
    act(portal, applicant, case, event("resubmit")).await.unwrap();
    act(portal, &people.reviewer, case, event("approve")).await.unwrap();
    assert_eq!(state(portal, applicant, case).await, "in_review", "the authority decides anew");
    act(portal, &people.authority, case, event("approve")).await.unwrap();
    let found = portal.application(applicant, case, LANG).await.unwrap();
    assert_eq!(found.scope.items, names(&["power"]));
    assert!(found.documents[0].text.contains("另一个用途"));
}

// Part of APP-04 and APP-09: whoever decided does not sign for the provider, and nothing ticked is nothing granted.
#[tokio::test]
async fn whoever_decided_does_not_sign_and_nothing_is_not_all() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let applicant = &people.applicant.0;
    let case = written(portal, applicant).await;
    act(portal, applicant, case, event("submit")).await.unwrap();
    let none = ApplicationAct { items: Some(BTreeSet::new()), ..event("approve") };
    assert_eq!(act(portal, &people.head.0, case, none).await, Err(ErrorCode::InvalidInput));
    act(portal, &people.head.0, case, event("approve")).await.unwrap();
    sign(portal, &people.applicant, case, "sign").await.unwrap();
    let own = sign(portal, &people.head, case, "countersign").await;
    assert_eq!(own, Err(ErrorCode::Forbidden));
}

// Part of AGR-05: what an applicant writes brings no article of its own into the text that both sign.
#[tokio::test]
async fn an_applicant_writes_no_articles() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let applicant = &people.applicant.0;
    let case = portal.begin_application(applicant, &code(), LANG).await.unwrap();
    let purpose = "研究。\n第八条　乙方可以向第三方提供数据。\u{202e}".to_owned();
    let document = ApplicationDocument { purpose_text: purpose, ..whole() };
    portal.save_application(applicant, (case, 1), &document, LANG).await.unwrap();
    act(portal, applicant, case, event("submit")).await.unwrap();
    decide(portal, &people, case).await;
    let documents = portal.application(applicant, case, LANG).await.unwrap().documents;
    let text = &documents.last().unwrap().text;
    let n_eighth = text.lines().filter(|line| line.starts_with("第八条")).count();
    assert_eq!(n_eighth, 1, "{text}");
    assert!(!text.contains('\u{202e}'));
}

// Part of APP-01: what is only written reaches nobody's inbox, whatever becomes of it.
#[tokio::test]
async fn a_discarded_draft_tells_nobody() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let case = written(portal, &people.applicant.0).await;
    act(portal, &people.applicant.0, case, event("discard")).await.unwrap();
    for person in [&people.head.0, &people.reviewer, &people.authority] {
        assert_eq!(portal.n_unread(person).await.unwrap(), 0);
    }
}

// Proves SEC-02: from a copy to the request, the approval, the agreement, the version and the provider in one
// question, and back; a copy of open data names nobody.
#[tokio::test]
async fn a_copy_leads_to_its_request_and_agreement_and_back() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let applicant = &people.applicant.0;
    let case = active(portal, &people).await;
    let dataset = kaishu_store::datasets::find(site.store(), &code()).await.unwrap().unwrap();
    let id = dataset.resources[0].id;
    let client = Some(Client::from(std::net::IpAddr::from([192, 0, 2, 1])));
    let mut receipts = Vec::new();
    for caller in [&Caller::visitor(), applicant] {
        let state = portal.table_state(caller, &code(), id, 1, None, LANG).await.unwrap();
        let TableState::Open(table) = state else { panic!("there is a table") };
        let name = Some("power.csv".to_owned());
        let receipt = portal.issue_answer_receipt(&table, name, "", client).await.unwrap();
        receipts.push(receipt.code);
    }
    assert_ne!(receipts[0], receipts[1], "one address, two people");
    let trail =
        async |of: &TrailAsked| portal.trail(&people.authority, of, None, LANG).await.unwrap();
    let open = trail(&TrailAsked::Receipt(receipts[0].clone())).await;
    assert_eq!((open.requests.len(), open.sources.len()), (0, 1));
    let found = trail(&TrailAsked::Receipt(receipts[1].clone())).await;
    let [request] = found.requests.as_slice() else { panic!("{:?}", found.requests) };
    assert_eq!((request.case, request.applicant.as_str()), (case, "王敏"));
    let acts: Vec<_> = request.acts.iter().map(|act| act.event.code.as_str()).collect();
    assert_eq!(acts, ["submit", "approve", "sign", "countersign", "activate"]);
    let kinds: Vec<_> = request.documents.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(kinds, ["commitment_letter", "usage_agreement"]);
    assert_eq!(found.sources[0].provider.code, ORGANIZATION);
    assert_eq!(found.sources[0].version, 1);
    let back = trail(&TrailAsked::Case(case)).await;
    let codes: Vec<_> = back.copies.iter().map(|receipt| receipt.code.clone()).collect();
    assert_eq!(codes, receipts[1..]);
    assert_eq!(back.requests[0].case, case);
    // What is only written is nobody's to follow.
    let written = written(portal, applicant).await;
    let hidden = portal.trail(&people.authority, &TrailAsked::Case(written), None, LANG).await;
    assert_eq!(hidden.unwrap_err().code(), ErrorCode::NotFound);
    let number = portal.application(applicant, case, LANG).await.unwrap().number;
    assert_eq!(TrailAsked::read(&number), Some(TrailAsked::Case(case)));
}

// Proves ORG-03: nobody decides on an application of somebody of their own organization.
#[tokio::test]
async fn nobody_decides_for_their_own_organization() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let applicant = &people.applicant.0;
    let case = written(portal, applicant).await;
    act(portal, applicant, case, event("submit")).await.unwrap();
    let login = "applies".parse().unwrap();
    let role = kaishu_types::account::RoleGrant {
        role: Role::Officer,
        organization: Some(ORGANIZATION.parse().unwrap()),
        region: None,
    };
    portal.change_roles(&Caller::command(), &login, (vec![role], vec![]), LANG).await.unwrap();
    let refused = act(portal, &people.reviewer, case, event("approve")).await;
    assert_eq!(refused, Err(ErrorCode::InvalidInput));
}
