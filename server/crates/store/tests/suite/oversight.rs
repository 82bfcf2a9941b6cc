//! Sides of cases, clocks counted anew, marks of sectors, grading rules and how many datasets are late.

use std::collections::BTreeMap;

use kaishu_domain::Calendar;
use kaishu_domain::cases::{Actor, Body, CaseFile, Clock, Event};
use kaishu_domain::grading::GradingRule;
use kaishu_store::cases::{self, CaseSubject, Desk, Drawer, Happening};
use kaishu_store::datasets::{self, EntryWrite, Tallied};
use kaishu_store::log::{self, Fault, SealKey};
use kaishu_store::{Store, grading, sectors};
use kaishu_types::case::CaseKind;
use kaishu_types::oversight::GradedBy;
use sea_orm::ConnectionTrait;

use crate::build::{day, entry, places, time, write};
use crate::database::TestDb;

const RULE: &str = "class.dispute_wd";

fn key() -> SealKey {
    SealKey::new([7; 32])
}

fn event(name: &str, to: &str, clocks: Vec<Clock>, facts: &[(&str, &str)]) -> Event {
    let facts = facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Event {
        name: name.to_owned(),
        by: Actor::system(),
        at: time("2026-03-02T04:00:00Z"),
        body: Body {
            to: to.to_owned(),
            reason: "理由".to_owned(),
            clocks,
            facts: facts.collect::<BTreeMap<_, _>>(),
            ..Body::default()
        },
    }
}

fn clock(working_days: u32) -> Clock {
    Clock::start(RULE, day("2026-03-02"), working_days, &Calendar::load().unwrap()).unwrap()
}

/// Opens a dispute of YX-SJJ on an entry of YX-FGW.
async fn dispute(store: &Store) -> i64 {
    let about = CaseSubject {
        subject: "YX-FGW-0001".to_owned(),
        title: "停车场".to_owned(),
        organization: Some("YX-FGW".to_owned()),
        region: Some("YX".to_owned()),
        policy: "aba".to_owned(),
        policy_revision: 1,
    };
    let event = event("dispute", "consulting", vec![clock(10)], &[("party", "YX-SJJ")]);
    let file = CaseFile::open(CaseKind::Dispute, &event).unwrap();
    let happening = Happening { event: &event, file: &file, idempotency_key: None, tells: &[] };
    let transaction = store.begin().await.unwrap();
    let (id, _) = cases::open(&transaction, &key(), &about, &happening).await.unwrap();
    transaction.commit().await.unwrap();
    id
}

async fn add(store: &Store, id: i64, event: Event) {
    let case = cases::find(store, id).await.unwrap().unwrap();
    let mut file = case.file.clone();
    file.apply(&event).unwrap();
    let happening = Happening { event: &event, file: &file, idempotency_key: None, tells: &[] };
    let transaction = store.begin().await.unwrap();
    cases::add(&transaction, &key(), &case, &happening).await.unwrap();
    transaction.commit().await.unwrap();
}

// Part of CLS-16: the other side of a case has it on its desk, where it is asked as a side and not as an owner; whose
// side it is stands in the log.
pub(crate) async fn a_case_lies_on_the_desks_of_both_sides(database: &TestDb) {
    let store = &database.store;
    let id = dispute(store).await;
    let ids = async |organization: &str, is_side: bool| {
        let named = vec![organization.to_owned()];
        let parties = if is_side { named.clone() } else { Vec::new() };
        let drawer = Drawer { organizations: named, parties, ..Drawer::default() };
        let desk = Desk { drawers: vec![drawer], ..Desk::default() };
        let found = cases::desk(store, &desk, 10).await.unwrap();
        found.into_iter().map(|case| case.id).collect::<Vec<_>>()
    };
    assert_eq!(ids("YX-FGW", false).await, [id]);
    assert_eq!(ids("YX-SJJ", true).await, [id]);
    assert!(ids("YX-SJJ", false).await.is_empty());
    assert!(ids("YX-XX", true).await.is_empty());
    assert_eq!(log::verify(store, &key()).await.unwrap().faults, []);
    let other = "UPDATE case_file SET party = 'YX-XX'";
    database.back_door().await.execute_unprepared(other).await.unwrap();
    let faults: Vec<Fault> = log::verify(store, &key()).await.unwrap().faults;
    assert_eq!(faults.len(), 1, "{faults:?}");
}

// Part of SUP-01, SUP-02: a clock with another last day is told of anew where that is later, and two of a rule on one day
// are one row.
pub(crate) async fn a_clock_with_more_time_reminds_once_more(database: &TestDb) {
    let store = &database.store;
    let id = dispute(store).await;
    let due = async |until: &str| cases::due_clocks(store, day(until), true, 10).await.unwrap();
    let tell = async |until: &str| {
        let found = due(until).await;
        let transaction = store.begin().await.unwrap();
        assert!(cases::mark_clock(&transaction, &found[0], true).await.unwrap());
        transaction.commit().await.unwrap();
    };
    tell("2026-03-16").await;
    assert!(due("2026-12-31").await.is_empty(), "told of");
    // Less time, or the same, is nothing new.
    add(store, id, event("recount", "consulting", vec![clock(9)], &[])).await;
    assert!(due("2026-12-31").await.is_empty());
    add(store, id, event("recount", "consulting", vec![clock(12)], &[])).await;
    assert_eq!(due("2026-12-31").await.len(), 1);
    let running = cases::with_clocks(store, 0, 10).await.unwrap();
    assert_eq!((running.len(), running[0].due), (1, Some(day("2026-03-18"))));
    assert!(cases::with_clocks(store, id, 10).await.unwrap().is_empty());

    let ended = Clock { ended_on: Some(day("2026-03-02")), ..clock(12) };
    add(store, id, event("to_authority", "at_authority", vec![ended, clock(10)], &[])).await;
    let found = due("2026-12-31").await;
    assert_eq!((found.len(), found[0].last_day), (1, day("2026-03-16")));
    assert_eq!(log::verify(store, &key()).await.unwrap().faults, []);
}

// Part of ORG-07: an organization is under one sector at a time.
pub(crate) async fn an_organization_is_marked_under_one_sector(database: &TestDb) {
    let store = &database.store;
    let mark = async |organization: &str, lead: Option<&str>| {
        let lead = lead.map(|lead| lead.parse().unwrap());
        let transaction = store.begin().await.unwrap();
        let organization = organization.parse().unwrap();
        sectors::mark(&transaction, &organization, lead.as_ref()).await.unwrap();
        transaction.commit().await.unwrap();
    };
    let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
    mark("YX-SW", Some("YX-ZJ")).await;
    mark("YX-GJ", Some("YX-JT")).await;
    mark("YX-SW", Some("YX-JT")).await;
    let marks = sectors::marks(store).await.unwrap();
    assert_eq!(marks, [pair("YX-GJ", "YX-JT"), pair("YX-SW", "YX-JT")]);
    mark("YX-SW", None).await;
    mark("YX-XX", None).await;
    assert_eq!(sectors::marks(store).await.unwrap(), [pair("YX-GJ", "YX-JT")]);
}

// Part of CLS-12: rules come and go with versions, and stay on record.
pub(crate) async fn grading_rules_are_kept_in_versions(database: &TestDb) {
    let store = &database.store;
    let rule = GradingRule {
        id: 0,
        level: 3,
        applies: GradedBy::SensitiveItems,
        theme: Some("health".to_owned()),
        text: "含敏感数据项的健康数据".to_owned(),
        basis: "分级细则第三条".to_owned(),
        since: 1,
        until: None,
    };
    let transaction = store.begin().await.unwrap();
    let id = grading::add(&transaction, &rule).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(grading::list(store).await.unwrap(), [GradingRule { id, ..rule.clone() }]);
    let transaction = store.begin().await.unwrap();
    assert!(grading::retire(&transaction, id, 2).await.unwrap());
    assert!(!grading::retire(&transaction, id, 3).await.unwrap(), "it went already");
    assert!(!grading::retire(&transaction, id + 1, 3).await.unwrap());
    transaction.commit().await.unwrap();
    let gone = GradingRule { id, until: Some(2), ..rule };
    assert_eq!(grading::list(store).await.unwrap(), [gone]);
}

// Part of ORG-07: the datasets of organizations are counted, and those that are late.
pub(crate) async fn datasets_are_counted_by_organization(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let mut codes = Vec::new();
    for (title, organization) in [("甲", "YX-FGW"), ("乙", "YX-FGW"), ("丙", "YX-SJJ")] {
        let entry = EntryWrite { organization: organization.to_owned(), ..entry(title) };
        codes.push(write(store, entry).await.0);
    }
    let late = format!("UPDATE dataset SET next_due = '2026-01-01' WHERE code = '{}'", codes[0]);
    database.back_door().await.execute_unprepared(&late).await.unwrap();
    let asked = ["YX-FGW", "YX-SJJ", "YX-LC-JTJ"].map(str::to_owned);
    let found = datasets::tally(store, &asked, day("2026-03-02")).await.unwrap();
    let counted = |code: &str| found.get(code).copied();
    assert_eq!(counted("YX-FGW"), Some(Tallied { n_all: 2, n_published: 2, n_overdue: 1 }));
    assert_eq!(counted("YX-SJJ").map(|it| (it.n_all, it.n_overdue)), Some((1, 0)));
    assert_eq!(counted("YX-LC-JTJ"), None);
    assert!(datasets::tally(store, &[], day("2026-03-02")).await.unwrap().is_empty());
}
