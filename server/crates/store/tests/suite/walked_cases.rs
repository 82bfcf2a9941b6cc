//! Rows of cases, their clocks and what is counted of them, after random sequences of events.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kaishu_domain::Calendar;
use kaishu_domain::calendar::Fallback;
use kaishu_domain::cases::{
    ANSWER, ASKED, ASKED_BY, Act, Actor, CaseFile, Clock, Event, Input, Step, World, decide,
    machine,
};
use kaishu_domain::policy::{Party, ReviewStepKind};
use kaishu_store::cases::{self, Case, CaseSubject, Desk, Drawer, Happening, Telling};
use kaishu_store::{Store, Transaction, log};
use kaishu_types::account::{Role, RoleGrant};
use kaishu_types::case::CaseKind;
use kaishu_types::china::day_in_china;

use crate::build::{day, time};
use crate::cases::key;
use crate::database::TestDb;

const N_ROUNDS: usize = 6;
/// Transactions in a round, and acts in each.
const N_TRANSACTIONS: usize = 5;
const N_ACTS: usize = 10;
/// More than there is.
const ALL: u64 = 10_000;

/// What happens to cases of every kind and changes their time or their place.
const COMMON: [&str; 6] =
    ["remind", "recount", "move", "ask_extension", "extend", "refuse_extension"];

/// The same numbers on each run and each database.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap() % n
    }

    fn time(&mut self, longest: usize) -> i64 {
        i64::try_from(self.below(longest)).unwrap()
    }
}

/// A case as its events alone make it.
struct Known {
    id: i64,
    about: CaseSubject,
    file: CaseFile,
    events: Vec<Event>,
}

impl Known {
    fn running(&self) -> impl Iterator<Item = &Clock> {
        self.file.clocks.iter().filter(|it| it.ended_on.is_none() && it.paused_on.is_none())
    }

    fn due(&self) -> Option<NaiveDate> {
        self.running().map(|it| it.last_day).min()
    }

    /// What it is about, wherever it was moved.
    fn place(&self) -> CaseSubject {
        let said = |fact: &str, first: &Option<String>| {
            self.file.facts.get(fact).or(first.as_ref()).cloned()
        };
        CaseSubject {
            organization: said("organization", &self.about.organization),
            region: said("region", &self.about.region),
            ..self.about.clone()
        }
    }
}

/// What the portal would add to an act.
fn facts(name: &str, file: Option<&CaseFile>, at: DateTime<Utc>) -> BTreeMap<String, String> {
    let asked = file.and_then(|it| {
        let longer = it.extendable(day_in_china(at), &|_| Some(30));
        longer.map(|(clock, _)| it.name_of(clock))
    });
    let asked = asked.unwrap_or_default();
    let mut facts = vec![("content", "5f")];
    match (name, file) {
        (_, None) => facts.extend([("party", "YX-SW"), ("holder", "7")]),
        ("move", _) => facts.extend([("organization", "YX-SW"), ("region", "YX-QS")]),
        ("ask_extension", _) => {
            facts.extend([(ASKED, asked.as_str()), (ASKED_BY, "7"), (ANSWER, "")]);
        }
        ("extend" | "refuse_extension", _) => facts.push((ANSWER, name)),
        _ => {}
    }
    facts.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Takes any step that a case can take, or begins one; none where the rules refuse what was chosen.
fn any_event(
    numbers: &mut Numbers,
    (kind, file): (CaseKind, Option<&CaseFile>),
    (at, calendar): (DateTime<Utc>, &Calendar),
) -> Option<Event> {
    let machine = machine(kind);
    let state = file.map(|it| it.state.as_str());
    let own = machine.transitions.iter().filter(|it| it.starts_from(state)).map(|it| it.event);
    let names: Vec<&str> = own.chain(COMMON.into_iter().filter(|_| file.is_some())).collect();
    let name = names[numbers.below(names.len())];
    let needs = machine.find(name, state).map(|it| it.needs).unwrap_or_default();
    let steps = [
        Step::new(ReviewStepKind::Application, Party::Provider),
        Step::new(ReviewStepKind::Application, Party::Authority),
    ];
    let added = Step::new(ReviewStepKind::Legality, Party::Authority);
    let is_earlier = numbers.below(8) == 0;
    let days = numbers.time(20);
    let act = Act {
        event: name.to_owned(),
        by: Actor::system(),
        at,
        reason: "理由".to_owned(),
        steps: needs.contains(&Input::Steps).then(|| steps.to_vec()),
        added_steps: needs.contains(&Input::AddedSteps).then_some(added).into_iter().collect(),
        day_zero: is_earlier.then(|| day_in_china(at) - TimeDelta::days(days)),
        facts: facts(name, file, at),
    };
    let region = Some("YX".parse().unwrap());
    let role = RoleGrant { role: Role::Authority, organization: None, region };
    let world = World {
        role: &|_| Some(role.clone()),
        calendar,
        working_days: &|rule: &str| u32::try_from(5 + rule.len() % 7).ok(),
        extended: &|_| Some(30),
        holds: &|_| Ok(()),
    };
    decide(machine, file, &act, &world).ok()
}

async fn begin(transaction: &Transaction, (kind, n): (CaseKind, usize), event: Event) -> Known {
    let about = CaseSubject {
        subject: format!("YX-JT-000{}", n % 3),
        title: "公交站点".to_owned(),
        organization: Some("YX-JT".to_owned()),
        region: Some("YX".to_owned()),
        policy: "default".to_owned(),
        policy_revision: 1,
    };
    let file = CaseFile::open(kind, &event).unwrap();
    let happening = Happening { event: &event, file: &file, idempotency_key: None, tells: &[] };
    let (id, _) = cases::open(transaction, &key(), &about, &happening).await.unwrap();
    Known { id, about, file, events: vec![event] }
}

async fn go_on(transaction: &Transaction, known: &mut Known, event: Event) {
    let case = cases::find(transaction, known.id).await.unwrap().unwrap();
    known.file.apply(&event).unwrap();
    let file = &known.file;
    let happening = Happening { event: &event, file, idempotency_key: None, tells: &[] };
    cases::add(transaction, &key(), &case, &happening).await.unwrap();
    known.events.push(event);
}

/// Begins cases of all kinds and lets things happen to them, a few in each transaction.
async fn go_round(
    store: &Store,
    (numbers, known): (&mut Numbers, &mut Vec<Known>),
    (at, calendar): (&mut DateTime<Utc>, &Calendar),
) {
    for _ in 0..N_TRANSACTIONS {
        let transaction = store.begin().await.unwrap();
        for _ in 0..N_ACTS {
            *at += TimeDelta::minutes(numbers.time(2_000));
            let n = known.len();
            let open: Vec<usize> =
                (0..n).filter(|it| known[*it].file.closed_at.is_none()).collect();
            if open.len() < 5 || numbers.below(8) == 0 {
                let kind = CaseKind::ALL[n % CaseKind::ALL.len()];
                let event = any_event(numbers, (kind, None), (*at, calendar)).unwrap();
                let begun = begin(&transaction, (kind, n), event).await;
                known.push(begun);
                continue;
            }
            let one = &mut known[open[numbers.below(open.len())]];
            let happened = any_event(numbers, (one.file.kind, Some(&one.file)), (*at, calendar));
            if let Some(event) = happened {
                go_on(&transaction, one, event).await;
            }
        }
        transaction.commit().await.unwrap();
    }
}

/// The log holds the events, and the row what they come to.
async fn is_kept(store: &Store, known: &Known) {
    let logged = log::of_case(store, known.id).await.unwrap();
    let events: Vec<Event> = logged.into_iter().map(|it| it.event).collect();
    assert_eq!(events, known.events);
    let mut again = CaseFile::open(known.file.kind, &events[0]).unwrap();
    for event in &events[1..] {
        again.apply(event).unwrap();
    }
    let row = cases::find(store, known.id).await.unwrap().unwrap();
    let expected = Case {
        id: known.id,
        about: known.place(),
        file: again,
        due: known.due(),
        waits_for: known.file.waits_for().map(|it| it.as_str().to_owned()),
        updated_at: events[events.len() - 1].at,
    };
    assert_eq!(row, expected);
}

/// What runs is found by the day on which it ends, and nothing else is. Returns how much does.
async fn clocks_are_found(store: &Store, known: &[Known], today: NaiveDate) -> usize {
    let running = known.iter().flat_map(|it| it.running().map(move |clock| (it.id, clock)));
    let running: Vec<(i64, &Clock)> = running.collect();
    let due = cases::due_clocks(store, day("2100-01-01"), Telling::Over, ALL).await.unwrap();
    assert_eq!(due.len(), running.len());
    let due: BTreeSet<_> =
        due.into_iter().map(|it| (it.case, it.rule, it.day_zero, it.last_day)).collect();
    let rows = running.iter().map(|(id, it)| (*id, it.rule.clone(), it.day_zero, it.last_day));
    assert_eq!(due, rows.collect::<BTreeSet<_>>());
    let rules: BTreeSet<&str> = running.iter().map(|(_, it)| it.rule.as_str()).collect();
    for rule in rules {
        let over = cases::overdue_by(store, rule, today, ALL).await.unwrap();
        let late = running.iter().filter(|(_, it)| it.rule == rule && it.last_day < today);
        let late: BTreeSet<i64> = late.map(|(id, _)| *id).collect();
        assert_eq!(BTreeSet::from_iter(over), late, "{rule}");
    }
    running.len()
}

/// Desks and counters say of cases what their events say.
async fn cases_are_counted(store: &Store, known: &[Known]) {
    let drawer = Drawer { regions: vec!["YX".to_owned(), "YX-QS".to_owned()], ..Drawer::default() };
    let lying = async |is_closed: bool| {
        let desk = Desk { drawers: vec![drawer.clone()], is_closed, after: None };
        let found = cases::desk(store, &desk, ALL).await.unwrap();
        found.into_iter().map(|it| it.id).collect::<Vec<_>>()
    };
    let is_open = |it: &&Known| it.file.closed_at.is_none();
    let mut open: Vec<&Known> = known.iter().filter(is_open).collect();
    let with_clocks = cases::with_clocks(store, 0, ALL).await.unwrap();
    let with_clocks: Vec<i64> = with_clocks.into_iter().map(|it| it.id).collect();
    let running: Vec<i64> = open.iter().filter(|it| it.due().is_some()).map(|it| it.id).collect();
    assert_eq!(with_clocks, running);

    let mut waiting: BTreeMap<(String, Option<String>), u32> = BTreeMap::new();
    for one in open.iter().filter(|it| it.file.waits_for().is_some()) {
        let CaseSubject { subject, organization, .. } = one.place();
        *waiting.entry((subject, organization)).or_default() += 1;
    }
    let subjects: Vec<String> = known.iter().map(|it| it.about.subject.clone()).collect();
    let counted = cases::waiting(store, &subjects, CaseKind::ALL).await.unwrap();
    let counted: BTreeMap<_, _> =
        counted.into_iter().map(|it| ((it.subject, it.organization), it.n)).collect();
    assert_eq!(counted, waiting);

    open.sort_by_key(|it| (it.due().is_none(), it.due(), it.id));
    assert_eq!(lying(false).await, open.iter().map(|it| it.id).collect::<Vec<_>>());
    let ended: Vec<i64> = known.iter().rev().filter(|it| !is_open(it)).map(|it| it.id).collect();
    assert_eq!(lying(true).await, ended);
}

// Part of SEC-01 and SUP-01: whatever happens to cases of every kind in whatever order, their rows, clocks, desks and
// counters say what their events come to.
pub(crate) async fn rows_are_what_their_events_come_to(database: &TestDb) {
    let store = &database.store;
    let calendar = Calendar::load().unwrap().with_fallback(Fallback::Provisional);
    let mut at = time("2026-03-02T04:00:00.123456Z");
    let (mut numbers, mut known, mut n_running) = (Numbers(7), Vec::new(), 0);
    for _ in 0..N_ROUNDS {
        go_round(store, (&mut numbers, &mut known), (&mut at, &calendar)).await;
        n_running += clocks_are_found(store, &known, day_in_china(at)).await;
        cases_are_counted(store, &known).await;
    }
    for one in &known {
        is_kept(store, one).await;
    }
    let verified = log::verify(store, &key()).await.unwrap();
    let n_events: usize = known.iter().map(|it| it.events.len()).sum();
    assert_eq!(
        (verified.n_entries, verified.faults),
        (u64::try_from(n_events).unwrap(), Vec::new())
    );
    // None of this was said of nothing.
    let kinds: BTreeSet<CaseKind> = known.iter().map(|it| it.file.kind).collect();
    assert_eq!(kinds.len(), CaseKind::ALL.len());
    assert!(known.iter().any(|it| it.file.closed_at.is_some()) && n_running > 0);
}
