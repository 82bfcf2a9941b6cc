//! Sides of cases, clocks counted anew, faults that wait, marks of sectors, grading rules and how many datasets are late.

use std::collections::BTreeMap;

use kaishu_domain::Calendar;
use kaishu_domain::cases::{Actor, Body, CaseFile, Clock, Event};
use kaishu_domain::grading::GradingRule;
use kaishu_store::cases::{self, CaseSubject, Desk, Drawer, Happening, Telling};
use kaishu_store::datasets::{self, EntryWrite, TagTally, Tallied};
use kaishu_store::inspections::{self, Inspection};
use kaishu_store::log::{self, Entry, Fault, SealKey, Search};
use kaishu_store::monitoring::{self, QualityScore, Scores};
use kaishu_store::{Store, grading, sectors, vocabulary};
use kaishu_types::case::CaseKind;
use kaishu_types::oversight::GradedBy;
use kaishu_types::vocabulary::{OpenClass, Term};
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
    let due =
        async |until: &str| cases::due_clocks(store, day(until), Telling::Over, 10).await.unwrap();
    let tell = async |until: &str| {
        let found = due(until).await;
        let transaction = store.begin().await.unwrap();
        assert!(cases::mark_clock(&transaction, &found[0], Telling::Over).await.unwrap());
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
    let expected = Tallied { n_all: 2, n_published: 2, n_overdue: 1, n_suspended: 0 };
    assert_eq!(counted("YX-FGW"), Some(expected));
    assert_eq!(counted("YX-SJJ").map(|it| (it.n_all, it.n_overdue)), Some((1, 0)));
    assert_eq!(counted("YX-LC-JTJ"), None);
    let stopped = format!("UPDATE dataset SET state = 'suspended' WHERE code = '{}'", codes[1]);
    database.back_door().await.execute_unprepared(&stopped).await.unwrap();
    let found = datasets::tally(store, &asked, day("2026-03-02")).await.unwrap();
    let expected = Tallied { n_published: 1, n_suspended: 1, ..expected };
    assert_eq!(found.get("YX-FGW"), Some(&expected));
    assert!(datasets::tally(store, &[], day("2026-03-02")).await.unwrap().is_empty());
}

// Part of SUP-02: what an inspection found is told of once before its last day, on it and after it, is overdue in the
// places that are asked for and in no other, and is neither once it is mended.
pub(crate) async fn a_fault_is_told_of_once(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let (code, _) = write(store, entry("停车场")).await;
    let new = Inspection {
        id: 0,
        dataset: code,
        finding: "缺站点".to_owned(),
        found_in: 1,
        found_on: day("2026-03-02"),
        due: day("2026-03-09"),
        owner: "YX-FGW".parse().unwrap(),
        inspected_by: "检查人".to_owned(),
        fixed_in: None,
        closed_on: None,
    };
    let transaction = store.begin().await.unwrap();
    let id = inspections::add(&transaction, &new).await.unwrap();
    transaction.commit().await.unwrap();
    let due = async |today: &str, until: &str, telling| {
        let days = (day(today), day(until));
        inspections::due_untold(store, days, telling, 10).await.unwrap().len()
    };
    let told = [
        (Telling::Soon, "2026-03-06", "2026-03-09"),
        (Telling::Today, "2026-03-09", "2026-03-09"),
        (Telling::Over, "2026-03-10", "2026-03-09"),
    ];
    assert_eq!(due("2026-03-05", "2026-03-06", Telling::Soon).await, 0, "there is time");
    assert_eq!(due("2026-03-09", "2026-03-10", Telling::Soon).await, 0, "it is due");
    assert_eq!(due("2026-03-09", "2026-03-08", Telling::Over).await, 0, "there is time all day");
    for (telling, today, until) in told {
        assert_eq!(due(today, until, telling).await, 1, "{telling:?}");
        for is_first in [true, false] {
            let transaction = store.begin().await.unwrap();
            let told = inspections::mark_told(&transaction, id, telling).await.unwrap();
            assert_eq!(told, is_first, "{telling:?}");
            transaction.commit().await.unwrap();
        }
        assert_eq!(due(today, until, telling).await, 0, "{telling:?}");
    }
    let overdue = async |organizations: &[&str], regions: &[&str], before: &str| {
        let named = |codes: &[&str]| codes.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let (organizations, regions) = (named(organizations), named(regions));
        let places = (&*organizations, &*regions);
        inspections::overdue(store, places, day(before), 10).await.unwrap()
    };
    let found = overdue(&["YX-FGW"], &[], "2026-03-10").await;
    assert_eq!((found.len(), found[0].found.id, found[0].title.as_str()), (1, id, "停车场"));
    assert_eq!((found[0].organization.as_str(), found[0].region.as_str()), ("YX-FGW", "YX"));
    assert_eq!(overdue(&[], &["YX"], "2026-03-10").await, found);
    assert_eq!(overdue(&["YX-SJJ"], &["YX-LC"], "2026-03-10").await, []);
    assert_eq!(overdue(&[], &[], "2026-03-10").await, []);
    assert_eq!(overdue(&[], &["YX"], "2026-03-09").await, []);
    let transaction = store.begin().await.unwrap();
    inspections::close(&transaction, id, (2, day("2026-03-10"))).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(overdue(&[], &["YX"], "2026-03-10").await, []);
    let closed = inspections::find(store, id).await.unwrap().unwrap();
    assert_eq!((closed.fixed_in, closed.closed_on), (Some(2), Some(day("2026-03-10"))));
    assert_eq!(inspections::find(store, id + 1).await.unwrap(), None);
}

// Part of CLS-11: entries are counted by their tags, as what the public may have of them, in the places that are asked
// for and in no other.
pub(crate) async fn entries_are_counted_by_their_tags(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let tagged = async |title: &str, organization: &str, tags: &[&str], class: OpenClass| {
        let mut entry = EntryWrite { organization: organization.to_owned(), ..entry(title) };
        entry.fields.priority = tags.iter().map(|tag| (*tag).to_owned()).collect();
        entry.fields.open.class = class;
        entry.items.truncate(1);
        entry.items[0].open_class = class;
        // Whoever writes about tags carries none.
        entry.fields.summary = "\"priority\":[\"weather\"]".to_owned();
        write(store, entry).await.0
    };
    let (open, conditional, none) =
        (OpenClass::Unconditional, OpenClass::Conditional, OpenClass::None);
    tagged("甲", "YX-FGW", &["livelihood", "transport"], open).await;
    tagged("乙", "YX-FGW", &["livelihood"], conditional).await;
    tagged("丙", "YX-SJJ", &["livelihood"], none).await;
    tagged("丁", "YX-SJJ", &[], open).await;
    let stopped = tagged("戊", "YX-FGW", &["transport"], open).await;
    let retired = tagged("己", "YX-FGW", &["transport"], open).await;
    for (code, state) in [(stopped, "suspended"), (retired, "retired")] {
        let update = format!("UPDATE dataset SET state = '{state}' WHERE code = '{code}'");
        database.back_door().await.execute_unprepared(&update).await.unwrap();
    }
    let count = async |organizations: &[&str], regions: &[&str]| {
        let owned = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
        let (organizations, regions): (Vec<String>, Vec<String>) =
            (owned(organizations), owned(regions));
        datasets::tagged(store, (&organizations, &regions)).await.unwrap()
    };
    let all = count(&[], &["YX"]).await;
    assert_eq!(all.keys().collect::<Vec<_>>(), ["livelihood", "transport"]);
    let livelihood = TagTally { n_unconditional: 1, n_conditional: 1, n_none: 1, n_stopped: 0 };
    assert_eq!(all["livelihood"], livelihood);
    let transport = TagTally { n_unconditional: 1, n_stopped: 1, ..TagTally::default() };
    assert_eq!(all["transport"], transport);
    let one = count(&["YX-SJJ"], &[]).await;
    assert_eq!(one.len(), 1);
    assert_eq!(one["livelihood"], TagTally { n_none: 1, ..TagTally::default() });
    assert!(count(&[], &[]).await.is_empty());
}

// Part of CLS-11: the topics of a profile are offered once, and what the authority made of them stays.
pub(crate) async fn topics_of_a_profile_are_offered_once(database: &TestDb) {
    let store = &database.store;
    let term = |code: &str, label: &str| Term {
        vocabulary: "priority".to_owned(),
        code: code.to_owned(),
        label_zh: label.to_owned(),
        label_en: label.to_owned(),
        uri: None,
        position: 7,
    };
    vocabulary::offer(store, &[term("livelihood", "民生")]).await.unwrap();
    let known = [term("livelihood", "民生保障"), term("weather", "气象")];
    vocabulary::offer(store, &known).await.unwrap();
    let terms = vocabulary::list(store).await.unwrap();
    let found: Vec<_> = terms.iter().map(|it| (it.code.as_str(), it.label_zh.as_str())).collect();
    assert_eq!(found, [("livelihood", "民生"), ("weather", "气象")]);
    vocabulary::offer(store, &[]).await.unwrap();
}

// Part of ORG-07: of each dataset the last score counts, of each organization those of its own.
pub(crate) async fn scores_are_added_up_by_organization(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    let mut codes = Vec::new();
    for (title, organization) in [("甲", "YX-FGW"), ("乙", "YX-FGW"), ("丙", "YX-SJJ")] {
        let entry = EntryWrite { organization: organization.to_owned(), ..entry(title) };
        codes.push(write(store, entry).await.0);
    }
    let measured = [
        (0, "2026-03-01", Some(400)),
        (0, "2026-03-02", Some(900)),
        (1, "2026-03-02", Some(501)),
        (2, "2026-03-02", None),
    ];
    for (place, on, score) in measured {
        let found = QualityScore {
            dataset: codes[place].clone(),
            day: day(on),
            version: 1,
            score,
            dimensions: BTreeMap::new(),
            n_tables: 1,
        };
        monitoring::add(store, &found).await.unwrap();
    }
    let asked = ["YX-FGW", "YX-SJJ"].map(str::to_owned);
    let found = monitoring::by_organization(store, &asked).await.unwrap();
    let expected = Scores { n: 2, total: 1401 };
    assert_eq!(found, BTreeMap::from([("YX-FGW".to_owned(), expected)]));
    assert_eq!((expected.mean(), Scores::default().mean()), (Some(700), None));
    assert!(monitoring::by_organization(store, &[]).await.unwrap().is_empty());
}

// Part of ORG-07: the log is searched by the organizations of cases, datasets and drafts, beside the regions or without
// any; what belongs to others is not found.
pub(crate) async fn the_log_is_searched_within_organizations(database: &TestDb) {
    let store = &database.store;
    places(store).await;
    dispute(store).await;
    let theirs = EntryWrite { organization: "YX-SJJ".to_owned(), ..entry("别的") };
    let (theirs, _) = write(store, theirs).await;
    let (own, _) = write(store, entry("自己的")).await;
    for subject in [theirs.as_str(), own.as_str(), "YX-NO-0001"] {
        let refused = event("secret_refused", "", Vec::new(), &[]);
        let (kind, case) = ("dataset", None);
        let entry = Entry { case, kind, subject, event: &refused, idempotency_key: None };
        let transaction = store.begin().await.unwrap();
        log::append(&transaction, &key(), &entry).await.unwrap();
        transaction.commit().await.unwrap();
    }
    let found = async |organizations: &[&str], regions: &[&str]| {
        let owned = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
        let (organizations, regions) = (owned(organizations), Some(owned(regions)));
        let search = Search { organizations, regions, ..Search::default() };
        let found = log::search(store, &search, 20).await.unwrap();
        found.iter().map(|it| it.seq).collect::<Vec<_>>()
    };
    assert_eq!(found(&["YX-FGW"], &[]).await, [3, 1]);
    assert_eq!(found(&["YX-SJJ"], &[]).await, [2]);
    assert_eq!(found(&["YX-LC-JTJ"], &["YX"]).await, [3, 2, 1]);
    assert!(found(&[], &[]).await.is_empty());
}
