//! Duties under a grant: reports on use, questions, violations, access closed and opened again.

use chrono::NaiveDate;
use kaishu_domain::PolicyProfile;
use kaishu_domain::policy::Module;
use kaishu_portal::Portal;
use kaishu_portal::access::{DutyCard, NewViolation, UsageReportAct, ViolationAct};
use kaishu_portal::accounts::Caller;
use kaishu_portal::cases::DeskFilter;
use kaishu_portal::tables::{Page, TableState};
use kaishu_testkit::granted::{CODE, Everybody, columns, everybody, granted, site, step};
use kaishu_testkit::people::LANG;
use kaishu_testkit::{TestPortal, now};
use kaishu_types::access::DeliveryMode;
use kaishu_types::case::CaseKind;
use kaishu_types::duties::UsageReportDocument;
use kaishu_types::table::TableQuery;
use kaishu_types::{ErrorCode, FieldError};

/// The portal on another day.
async fn on(site: &TestPortal, day: &str) -> Portal {
    site.open_at(format!("{day}T04:00:00Z").parse().unwrap()).await
}

fn whole() -> UsageReportDocument {
    UsageReportDocument {
        uses: "分析行业用电，写成课题报告".to_owned(),
        results: "《行业用电分析》".to_owned(),
        safeguards: "内网保存，专人管理".to_owned(),
        had_incident: Some(false),
        ..UsageReportDocument::default()
    }
}

async fn on_report(
    portal: &Portal,
    caller: &Caller,
    case: i64,
    (event, report): (&str, UsageReportDocument),
) -> kaishu_portal::Result<()> {
    let version = portal.usage_report(caller, case, LANG).await?.case.version;
    let done = UsageReportAct {
        event: event.to_owned(),
        version,
        reason: "请说明成果发布在哪里".to_owned(),
        report,
        idempotency_key: None,
    };
    portal.act_on_usage_report(caller, case, done, LANG).await
}

async fn on_violation(
    portal: &Portal,
    caller: &Caller,
    case: i64,
    event: &str,
) -> Result<(), ErrorCode> {
    let found = portal.violation(caller, case, LANG).await.map_err(|error| error.code())?;
    let done = ViolationAct {
        event: event.to_owned(),
        version: found.case.version,
        reason: "已经说明".to_owned(),
        body: "云溪州公安局".to_owned(),
        idempotency_key: None,
    };
    let done = portal.act_on_violation(caller, case, done, LANG).await;
    done.map_err(|error| error.code())
}

fn violation(portal: &Portal, event: &str) -> NewViolation {
    NewViolation {
        event: event.to_owned(),
        kind: portal.violation_types(LANG)[0].0.clone(),
        evidence: "数据出现在第三方网站".to_owned(),
        receipts: String::new(),
    }
}

async fn owed(portal: &Portal, holder: &Caller) -> Vec<DutyCard> {
    portal.own_duties(holder, LANG).await.unwrap()
}

async fn state(portal: &Portal, caller: &Caller, case: i64) -> String {
    portal.application(caller, case, LANG).await.unwrap().case.state.code
}

/// Profiles under which data is opened.
fn opening() -> impl Iterator<Item = &'static str> {
    let opens = |code: &&str| PolicyProfile::load(code).unwrap().has_module(Module::Open);
    PolicyProfile::codes().filter(opens)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

// Proves USE-01: under every profile that opens data the holder is asked for a report when the interval is over, once,
// is reminded, and the provider learns when it is late and reads what was reported; the last one says what became of
// the data.
#[tokio::test]
async fn reports_are_asked_for_written_and_read() {
    for policy in opening() {
        let site = site(policy).await;
        let portal = site.portal();
        let people = everybody(portal).await;
        let holder = &people.holder.0;
        let grant = granted(portal, &people, DeliveryMode::Download).await;
        assert_eq!(portal.ask_for_reports().await.unwrap(), 0, "{policy}: nothing is over yet");
        let later = on(&site, "2027-05-21").await;
        assert_eq!(later.ask_for_reports().await.unwrap(), 1, "{policy}");
        assert_eq!(later.ask_for_reports().await.unwrap(), 0, "{policy}: once");
        let [card] = owed(&later, holder).await.try_into().unwrap();
        assert_eq!(card.span, Some((day("2026-11-21"), day("2027-05-20"))), "{policy}");
        assert!(card.is_holders && !card.is_last && !card.is_overdue);
        assert!(later.n_unread(holder).await.unwrap() > 0);
        for other in [&people.stranger, &Caller::visitor()] {
            let hidden = later.usage_report(other, card.case, LANG).await.err().unwrap();
            assert_eq!(hidden.code(), ErrorCode::NotFound, "{policy}");
        }
        // What is late is told to the provider.
        let n_told = later.n_unread(&people.officer).await.unwrap();
        let late = on(&site, "2027-06-20").await;
        late.look_at_clocks().await.unwrap();
        assert!(late.n_unread(&people.officer).await.unwrap() > n_told, "{policy}");
        assert!(owed(&late, holder).await[0].is_overdue, "{policy}");
        // What is missing is named field by field, with the rule.
        let empty = ("file", UsageReportDocument::default());
        let refused = on_report(&late, holder, card.case, empty).await.unwrap_err();
        let kaishu_portal::Error::InvalidInput(faults) = refused else { panic!("{refused}") };
        let fields: Vec<_> = faults.iter().map(|FieldError { field, .. }| field.as_str()).collect();
        assert_eq!(fields, ["uses", "safeguards", "had_incident"], "{policy}");
        let by_other = on_report(&late, &people.officer, card.case, ("file", whole())).await;
        assert!(by_other.is_err(), "{policy}: only the holder reports");
        on_report(&late, holder, card.case, ("file", whole())).await.unwrap();
        let desk = late.desk(&people.officer, DeskFilter::Mine, &[], LANG).await.unwrap();
        assert!(desk.iter().any(|it| it.id == card.case), "{policy}");
        let read = late.usage_report(&people.officer, card.case, LANG).await.unwrap();
        assert_eq!(read.document, Some(whole()), "{policy}");
        on_report(&late, &people.officer, card.case, ("accept", whole())).await.unwrap();
        assert!(owed(&late, holder).await.is_empty(), "{policy}");
        // The end: handed back before its time.
        step(&late, (holder, ""), grant, "give_back").await;
        assert_eq!(late.ask_for_reports().await.unwrap(), 1, "{policy}");
        let [last] = owed(&late, holder).await.try_into().unwrap();
        assert!(last.is_last, "{policy}");
        assert_eq!(last.span, Some((day("2027-05-21"), day("2027-06-20"))), "{policy}");
        assert!(on_report(&late, holder, last.case, ("file", whole())).await.is_err());
        let report = UsageReportDocument {
            deleted_on: Some(day("2027-06-20")),
            deletion: "全部删除".to_owned(),
            ..whole()
        };
        on_report(&late, holder, last.case, ("file", report)).await.unwrap();
        assert_eq!(late.ask_for_reports().await.unwrap(), 0, "{policy}: nothing comes after it");
        assert_eq!(late.verify_log().await.unwrap().faults, []);
    }
}

// Proves USE-06: the provider sees what was taken under a grant, how often, when last and in which way, and asks the
// holder a question that is a task until it is answered.
#[tokio::test]
async fn a_provider_sees_the_use_and_asks_about_it() {
    let site = site("yulin").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let holder = &people.holder.0;
    let grant = granted(portal, &people, DeliveryMode::Download).await;
    let code = CODE.parse().unwrap();
    let dataset = kaishu_store::datasets::find(site.store(), &code).await.unwrap().unwrap();
    let id = dataset.resources[0].id;
    let state = portal.table_state(holder, &code, id, 1, None, LANG).await.unwrap();
    let TableState::Open(table) = state else { panic!("there is a table") };
    portal.issue_answer_receipt(&table, Some("power.csv".to_owned()), "", None).await.unwrap();
    let seen = portal.application(&people.officer, grant, LANG).await.unwrap().duties.unwrap();
    let n: u64 = seen.taken.retrievals.iter().map(|(_, n)| n).sum();
    assert_eq!((n, seen.taken.last_at), (1, Some(now())));
    assert!(seen.may_ask && seen.may_open_violation);
    let own = portal.application(holder, grant, LANG).await.unwrap().duties.unwrap();
    assert!(!own.may_ask && !own.may_open_violation);
    for other in [holder, &people.reviewer] {
        let asked = portal.ask_about_use(other, grant, ("怎样使用？", None), LANG).await;
        assert_eq!(asked.unwrap_err().code(), ErrorCode::Forbidden);
    }
    let blank = portal.ask_about_use(&people.officer, grant, (" ", None), LANG).await;
    assert_eq!(blank.unwrap_err().code(), ErrorCode::InvalidInput);
    let asked = ("成果发布在哪里？", None);
    let question = portal.ask_about_use(&people.officer, grant, asked, LANG).await.unwrap();
    let [card] = owed(portal, holder).await.try_into().unwrap();
    assert_eq!((card.case, card.is_holders, card.span), (question, true, None));
    assert_eq!(card.due, Some(day("2026-12-04")), "ten working days");
    on_report(portal, holder, question, ("answer", whole())).await.unwrap();
    let read = portal.usage_report(&people.officer, question, LANG).await.unwrap();
    assert_eq!(read.case.events.last().unwrap().reason, "请说明成果发布在哪里");
    on_report(portal, &people.officer, question, ("question", whole())).await.unwrap();
    assert!(owed(portal, holder).await[0].is_holders, "asked once more");
}

async fn opened(portal: &Portal, people: &Everybody, grant: i64, event: &str) -> i64 {
    let new = violation(portal, event);
    portal.open_violation(&people.officer, grant, new, LANG).await.unwrap()
}

// Proves USE-03, USE-04, USE-05: under every profile that opens data a violation has a type of the profile's list, is
// decided after the user was heard, closes the grant at once and tells the user why, until when to correct it and how
// to object; only a verified correction opens it again, and both moments are kept.
#[tokio::test]
async fn a_violation_closes_the_grant_until_it_is_corrected() {
    for policy in opening() {
        let site = site(policy).await;
        let portal = site.portal();
        let people = everybody(portal).await;
        let holder = &people.holder.0;
        let grant = granted(portal, &people, DeliveryMode::Download).await;
        let of_no_list = NewViolation { kind: "rudeness".to_owned(), ..violation(portal, "open") };
        let refused = portal.open_violation(&people.officer, grant, of_no_list, LANG).await;
        assert_eq!(refused.unwrap_err().code(), ErrorCode::InvalidInput, "{policy}");
        for other in [holder, &people.reviewer, &people.stranger] {
            let new = violation(portal, "confirm");
            assert!(portal.open_violation(other, grant, new, LANG).await.is_err(), "{policy}");
        }
        let case = opened(portal, &people, grant, "open").await;
        assert!(columns(&site, portal, holder).await.contains("power"), "suspected, not confirmed");
        let twice = violation(portal, "confirm");
        let twice = portal.open_violation(&people.authority, grant, twice, LANG).await;
        assert_eq!(twice.unwrap_err().code(), ErrorCode::Conflict, "{policy}");
        let unheard = on_violation(portal, &people.officer, case, "confirm").await;
        assert_eq!(unheard, Err(ErrorCode::InvalidInput), "{policy}");
        on_violation(portal, holder, case, "state").await.unwrap();
        let own = on_violation(portal, holder, case, "dismiss").await;
        assert_eq!(own, Err(ErrorCode::Forbidden), "{policy}");
        on_violation(portal, &people.officer, case, "confirm").await.unwrap();
        assert!(!columns(&site, portal, holder).await.contains("power"), "{policy}: at once");
        assert_eq!(state(portal, holder, grant).await, "suspended", "{policy}");
        let told = portal.violation(holder, case, LANG).await.unwrap();
        assert_eq!(told.closed_at, Some(now()), "{policy}");
        assert_eq!(told.correct_until, Some(day("2026-12-04")), "{policy}");
        assert!(told.object_until.is_some() && told.is_own, "{policy}");
        assert!(!told.closure.article.is_empty() || policy != "aba", "{policy}");
        assert!(portal.n_unread(holder).await.unwrap() > 0, "{policy}");
        // No way round it.
        let found = portal.application(&people.authority, grant, LANG).await.unwrap();
        let restore = kaishu_portal::access::ApplicationAct {
            event: "restore".to_owned(),
            version: found.case.version,
            reason: "恢复".to_owned(),
            ..Default::default()
        };
        let around = portal.act_on_application(&people.authority, grant, restore, LANG).await;
        assert_eq!(around.unwrap_err().code(), ErrorCode::InvalidInput, "{policy}");
        let early = on_violation(portal, &people.officer, case, "restore").await;
        assert_eq!(early, Err(ErrorCode::Conflict), "{policy}: nothing was corrected");
        on_violation(portal, holder, case, "correct").await.unwrap();
        on_violation(portal, &people.officer, case, "reject").await.unwrap();
        on_violation(portal, holder, case, "correct").await.unwrap();
        assert!(!columns(&site, portal, holder).await.contains("power"), "{policy}");
        let later = on(&site, "2026-11-25").await;
        on_violation(&later, &people.officer, case, "restore").await.unwrap();
        assert!(columns(&site, &later, holder).await.contains("power"), "{policy}");
        let over = later.violation(holder, case, LANG).await.unwrap();
        assert_eq!(over.case.state.code, "restored", "{policy}");
        assert_eq!(over.reopened_at, Some("2026-11-25T04:00:00Z".parse().unwrap()), "{policy}");
        assert_eq!(later.verify_log().await.unwrap().faults, []);
    }
}

// Part of USE-04: where waiting does harm a grant is closed at once; the user objects once, in time, and somebody else
// of the authority than who confirmed it decides. Part of USE-05: what the authority closed, the provider does not open.
#[tokio::test]
async fn what_is_closed_at_once_can_be_objected_to() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let holder = &people.holder.0;
    let grant = granted(portal, &people, DeliveryMode::Download).await;
    let new = violation(portal, "confirm");
    let case = portal.open_violation(&people.authority, grant, new, LANG).await.unwrap();
    assert!(!columns(&site, portal, holder).await.contains("power"));
    assert_eq!(
        on_violation(portal, &people.officer, case, "lift").await,
        Err(ErrorCode::InvalidInput)
    );
    let late = on(&site, "2027-03-01").await;
    assert_eq!(on_violation(&late, holder, case, "object").await, Err(ErrorCode::InvalidInput));
    on_violation(portal, holder, case, "object").await.unwrap();
    assert_eq!(
        on_violation(portal, &people.authority, case, "revoke").await,
        Err(ErrorCode::Conflict),
        "not before the objection is decided"
    );
    let own = on_violation(portal, &people.authority, case, "uphold").await;
    assert_eq!(own, Err(ErrorCode::Forbidden), "not by whoever confirmed it");
    on_violation(portal, &people.other_authority, case, "lift").await.unwrap();
    assert!(columns(&site, portal, holder).await.contains("power"));
    assert_eq!(state(portal, holder, grant).await, "active");
}

// Proves USE-08: the hand-over to the competent body is recorded and decides nothing, and the file for it names the hashes
// of the log and of what was signed. Part of AGR-08: a violation can end the grant for good, in one transaction.
#[tokio::test]
async fn a_violation_can_end_the_grant() {
    let site = site("yulin").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let holder = &people.holder.0;
    let grant = granted(portal, &people, DeliveryMode::Download).await;
    let case = opened(portal, &people, grant, "confirm").await;
    on_violation(portal, &people.officer, case, "hand_over").await.unwrap();
    let found = portal.violation(&people.officer, case, LANG).await.unwrap();
    assert_eq!(found.handed_to.as_deref(), Some("云溪州公安局"));
    assert_eq!(found.case.state.code, "confirmed");
    let by_holder = portal.violation_evidence(holder, case, LANG).await.err().unwrap();
    assert_eq!(by_holder.code(), ErrorCode::Forbidden);
    let file = portal.violation_evidence(&people.officer, case, LANG).await.unwrap();
    let text = String::from_utf8(file.bytes).unwrap();
    let found = portal.violation(&people.officer, case, LANG).await.unwrap();
    let entry = found.case.events.iter().find(|event| event.event.code == "confirm").unwrap();
    let documents = portal.application(&people.officer, grant, LANG).await.unwrap().documents;
    for part in [&entry.hash, &documents[0].sha256, &"数据出现在第三方网站".to_owned()] {
        assert!(text.contains(part.as_str()), "{part}");
    }
    assert!(found.case.facts.contains_key("evidence_sha256"));
    let at_once = on_violation(portal, &people.officer, case, "revoke").await;
    assert_eq!(at_once, Err(ErrorCode::InvalidInput), "the user may still object");
    let version = portal.application(&people.officer, grant, LANG).await.unwrap().case.version;
    let around = kaishu_portal::access::ApplicationAct {
        event: "revoke".to_owned(),
        version,
        reason: "收回".to_owned(),
        ..Default::default()
    };
    let around = portal.act_on_application(&people.officer, grant, around, LANG).await;
    assert_eq!(around.unwrap_err().code(), ErrorCode::InvalidInput, "nor by the other door");
    let over = found.object_until.unwrap().succ_opt().unwrap();
    let portal = &on(&site, &over.to_string()).await;
    on_violation(portal, &people.officer, case, "revoke").await.unwrap();
    assert_eq!(state(portal, holder, grant).await, "revoked");
    assert!(!columns(&site, portal, holder).await.contains("power"));
    // The end is reported on as any other.
    assert_eq!(portal.ask_for_reports().await.unwrap(), 1);
    let cards = owed(portal, holder).await;
    assert!(cards.iter().any(|card| card.kind == CaseKind::UsageReport && card.is_last));
}

// Part of USE-04: what is named as evidence was taken under the grant; of other receipts nothing is learnt.
#[tokio::test]
async fn evidence_is_what_was_taken_under_the_grant() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let holder = &people.holder.0;
    let grant = granted(portal, &people, DeliveryMode::Download).await;
    let code = CODE.parse().unwrap();
    let dataset = kaishu_store::datasets::find(site.store(), &code).await.unwrap().unwrap();
    let id = dataset.resources[0].id;
    let mut receipts = Vec::new();
    for caller in [&people.stranger, holder] {
        let state = portal.table_state(caller, &code, id, 1, None, LANG).await.unwrap();
        let TableState::Open(table) = state else { panic!("there is a table") };
        let name = Some("power.csv".to_owned());
        let receipt = portal.issue_answer_receipt(&table, name, "", None).await.unwrap();
        receipts.push(receipt.code.to_string());
    }
    let accuse = async |receipts: String| {
        let new = NewViolation { receipts, ..violation(portal, "open") };
        portal.open_violation(&people.officer, grant, new, LANG).await
    };
    for others in [receipts[0].clone(), receipts.join(" ")] {
        let refused = accuse(others).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::InvalidInput);
        assert!(refused.message(LANG).contains(&receipts[0]), "{refused}");
    }
    let case = accuse(receipts[1].clone()).await.unwrap();
    let found = portal.violation(&people.officer, case, LANG).await.unwrap();
    assert_eq!(found.receipts, [receipts[1].clone()]);
}

// Part of USE-05: a grant that was suspended for another reason stays suspended when its violation is settled.
#[tokio::test]
async fn what_was_suspended_before_stays_suspended() {
    let site = site("anshan").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let holder = &people.holder.0;
    let grant = granted(portal, &people, DeliveryMode::Download).await;
    step(portal, (&people.officer, ""), grant, "suspend").await;
    let case = opened(portal, &people, grant, "confirm").await;
    on_violation(portal, &people.officer, case, "lift").await.unwrap();
    assert_eq!(state(portal, holder, grant).await, "suspended");
    assert!(!columns(&site, portal, holder).await.contains("power"));
    step(portal, (&people.officer, ""), grant, "restore").await;
    assert!(columns(&site, portal, holder).await.contains("power"));
}

// Proves USE-07: what reaches beyond the items, the way or the time of a grant is refused, and told to the provider and
// the authority when it is repeated; the grant itself goes on.
#[tokio::test]
async fn repeated_refusals_are_told_to_people() {
    for (mode, today, column) in [
        (DeliveryMode::Download, "2026-11-21", "price"),
        (DeliveryMode::Api, "2026-11-21", "power"),
        (DeliveryMode::Download, "2028-01-01", "power"),
    ] {
        let site = site("aba").await;
        let portal = site.portal();
        let people = everybody(portal).await;
        let holder = &people.holder.0;
        let grant = granted(portal, &people, mode).await;
        let portal = on(&site, today).await;
        let code = CODE.parse().unwrap();
        let dataset = kaishu_store::datasets::find(site.store(), &code).await.unwrap().unwrap();
        let id = dataset.resources[0].id;
        let ask = async |caller: &Caller, column: &str| {
            let table = portal.table_state(caller, &code, id, 1, None, LANG).await.unwrap();
            let TableState::Open(table) = table else { panic!("a column is open to all") };
            let query = TableQuery { select: vec![column.to_owned()], ..TableQuery::default() };
            let page = Page { limit: 10, cursor: None };
            portal.ask(&table, &query, &page).await.unwrap_err().code()
        };
        let watchers = [&people.officer, &people.authority];
        let mut before = Vec::new();
        for person in watchers {
            before.push(portal.n_unread(person).await.unwrap());
        }
        for _ in 0..4 {
            assert_eq!(ask(holder, column).await, ErrorCode::InvalidInput, "{mode}");
        }
        for _ in 0..9 {
            // Neither what is mistyped counts, nor what nobody was granted.
            ask(holder, "pwoer").await;
            ask(&people.stranger, column).await;
        }
        for (person, before) in watchers.iter().zip(&before) {
            assert_eq!(portal.n_unread(person).await.unwrap(), *before, "{mode}");
        }
        ask(holder, column).await;
        for (person, before) in watchers.iter().zip(&before) {
            assert_eq!(portal.n_unread(person).await.unwrap(), before + 1, "{mode}");
        }
        let inbox = portal.inbox(&people.officer, None, LANG).await.unwrap();
        assert_eq!(inbox.notices[0].link.as_deref(), Some(&*format!("/applications/{grant}")));
        assert_eq!(state(&portal, holder, grant).await, "active", "nothing is done by itself");
    }
}
