//! Reports on use by the calendar, and violations under random sequences of acts.

#![expect(clippy::unwrap_used, reason = "codes of tests are well formed")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kaishu_domain::cases::{
    Act, Actor, CaseFile, Event, Guard, Refusal, World, decide, machine, possible,
};
use kaishu_domain::duties::{Span, Term, check, reporting};
use kaishu_domain::permission::{Action, Subject, role_for};
use kaishu_domain::{Calendar, PolicyProfile};
use kaishu_types::account::{Role, RoleGrant};
use kaishu_types::case::CaseKind;
use kaishu_types::duties::UsageReportDocument;
use proptest::prelude::*;

static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| Calendar::load().unwrap());

const HOLDER: i64 = 1;
const OFFICER: i64 = 2;
const AUTHORITY: i64 = 3;
const SECOND: i64 = 4;

/// Who has to do with it, and who has nothing to do with it.
const PEOPLE: [(i64, Role, &str); 6] = [
    (HOLDER, Role::DataUser, ""),
    (OFFICER, Role::Officer, "YX-T"),
    (AUTHORITY, Role::Authority, "YX"),
    (SECOND, Role::Authority, "YX"),
    (5, Role::Officer, "YX-U"),
    (6, Role::DataUser, ""),
];

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn noon(days: i64) -> DateTime<Utc> {
    let first: DateTime<Utc> = "2026-03-02T04:00:00Z".parse().unwrap();
    first + TimeDelta::days(days)
}

/// Somebody tries something; what cannot be told from the case holds or does not, as it is said.
fn take(
    kind: CaseKind,
    file: Option<&CaseFile>,
    (event, person): (&str, Option<(i64, Role, &str)>),
    (days, holds): (i64, &dyn Fn(Guard) -> bool),
) -> Result<Event, Refusal> {
    let by = match person {
        None => Actor::system(),
        Some((account, ..)) => {
            Actor { account: Some(account), login: "a".into(), ..Actor::default() }
        }
    };
    let mut facts = BTreeMap::new();
    if file.is_none() {
        facts.insert("holder".to_owned(), HOLDER.to_string());
    }
    if let ("confirm", Some((account, ..))) = (event, person) {
        facts.insert("confirmed_by".to_owned(), account.to_string());
    }
    let reason = "理由".to_owned();
    let at = noon(days);
    let act = Act { event: event.to_owned(), by, at, reason, facts, ..Act::default() };
    let held = |(_, role, place): (i64, Role, &str)| RoleGrant {
        role,
        organization: role.is_of_organization().then(|| place.parse().unwrap()),
        region: role.is_of_region().then(|| place.parse().unwrap()),
    };
    let roles: Vec<RoleGrant> = person.map(held).into_iter().collect();
    let subject = Subject {
        is_own: person.is_some_and(|it| it.0 == HOLDER),
        organization: Some("YX-T".parse().unwrap()),
        regions: vec!["YX".parse().unwrap()],
        ..Subject::default()
    };
    let guarded = |guard: Guard| match holds(guard) {
        true => Ok(()),
        false => Err(guard.as_str().to_owned()),
    };
    let world = World {
        role: &|action| role_for(&roles, action, &subject).cloned(),
        calendar: &CALENDAR,
        working_days: &|_| Some(10),
        extended: &|_| None,
        holds: &guarded,
    };
    decide(machine(kind), file, &act, &world)
}

fn begun(kind: CaseKind, event: &str, person: Option<(i64, Role, &str)>) -> CaseFile {
    let event = take(kind, None, (event, person), (0, &|_| true)).unwrap();
    CaseFile::open(kind, &event).unwrap()
}

const EVENTS: [&str; 11] = [
    "state",
    "confirm",
    "dismiss",
    "correct",
    "reject",
    "restore",
    "lift",
    "revoke",
    "object",
    "uphold",
    "hand_over",
];

proptest! {
    // Proves USE-05: whoever tries what in which order, access that a confirmed violation closed comes back only by
    // somebody of the provider or the authority who looked at a reported correction, or found it to be no violation;
    // nobody confirms against a user who was not heard, nobody revokes before the user objected or the time for it is
    // over, and the holder decides nothing.
    #[test]
    fn access_comes_back_only_by_who_looked_at_the_correction(
        at_once in any::<bool>(),
        is_heard in any::<bool>(),
        has_objected in any::<bool>(),
        tries in prop::collection::vec(
            (prop::sample::select(EVENTS.to_vec()), prop::sample::select(PEOPLE.to_vec())),
            0..60,
        ),
    ) {
        let opened = if at_once { "confirm" } else { "open" };
        let mut file = begun(CaseKind::Violation, opened, Some(PEOPLE[1]));
        prop_assert_eq!(file.submitter, Some(HOLDER));
        let mut done = vec![(opened, OFFICER)];
        for (event, person) in tries {
            let holds = |guard| match guard {
                Guard::UserHeard => is_heard,
                Guard::ObjectionOver => has_objected,
                _ => true,
            };
            let taken = take(CaseKind::Violation, Some(&file), (event, Some(person)), (1, &holds));
            let Ok(taken) = taken else { continue };
            prop_assert!(person.0 < 5, "{event} by a stranger");
            prop_assert!(file.closed_at.is_none(), "{event} after the end");
            let before = file.state.clone();
            file.apply(&taken).unwrap();
            done.push((event, person.0));
            let is_holders = ["state", "correct", "object"].contains(&event);
            prop_assert_eq!(person.0 == HOLDER, is_holders, "{}", event);
            match (event, file.state.as_str()) {
                (_, "restored") => prop_assert_eq!(before, "corrected"),
                ("lift", _) if before == "objected" => {
                    let confirmed = done.iter().rev().find(|it| it.0 == "confirm").unwrap().1;
                    prop_assert_ne!(confirmed, person.0, "on an objection decides somebody else");
                }
                ("confirm", _) => prop_assert!(is_heard),
                ("revoke", _) => prop_assert!(has_objected, "revoked while the user may object"),
                _ => {}
            }
        }
    }
}

// Part of USE-04: while it is confirmed, the time to correct it runs; it stands while an objection is decided, and ends
// with the report of the correction.
#[test]
fn the_time_to_correct_stands_during_an_objection() {
    let mut file = begun(CaseKind::Violation, "confirm", Some(PEOPLE[1]));
    let mut go = |event: &str, person: usize, days: i64| {
        let tried = (event, Some(PEOPLE[person]));
        let taken = take(CaseKind::Violation, Some(&file), tried, (days, &|_| true));
        file.apply(&taken.unwrap()).unwrap();
        let clock = file.clocks.iter().find(|it| it.rule == "violation.correct_wd").unwrap();
        (file.state.clone(), clock.last_day, clock.is_open(), clock.paused_on.is_some())
    };
    assert_eq!(go("object", 0, 1), ("objected".to_owned(), day("2026-03-16"), true, true));
    assert_eq!(go("uphold", 2, 8), ("confirmed".to_owned(), day("2026-03-23"), true, false));
    assert!(!go("correct", 0, 9).2);
}

// Part of USE-04: an objection to a violation whose correction was reported leaves, where it is turned down, the whole
// time to correct it.
#[test]
fn who_objects_after_a_correction_has_time_again() {
    let mut file = begun(CaseKind::Violation, "confirm", Some(PEOPLE[1]));
    for (event, person, days) in [("correct", 0, 1), ("object", 0, 2), ("uphold", 2, 3)] {
        let tried = (event, Some(PEOPLE[person]));
        let taken = take(CaseKind::Violation, Some(&file), tried, (days, &|_| true));
        file.apply(&taken.unwrap()).unwrap();
    }
    assert_eq!(file.state, "confirmed");
    let open: Vec<_> = file.open_clocks().map(|it| it.rule.as_str()).collect();
    assert_eq!(open, ["violation.correct_wd"]);
}

// Proves USE-06 in the table: a question is a task of the holder, who alone answers it.
#[test]
fn a_question_waits_for_the_holder() {
    let asks = |person| take(CaseKind::UsageReport, None, ("ask", Some(person)), (0, &|_| true));
    for person in [PEOPLE[0], PEOPLE[4], PEOPLE[5]] {
        assert!(matches!(asks(person), Err(Refusal::NotAllowed { .. })), "{person:?}");
    }
    let mut file = begun(CaseKind::UsageReport, "ask", Some(PEOPLE[1]));
    assert_eq!(file.submitter, Some(HOLDER));
    assert_eq!(file.waits_for(), Some(Action::ReportUse));
    let answers = |file: &CaseFile, person| {
        take(CaseKind::UsageReport, Some(file), ("answer", Some(person)), (1, &|_| true))
    };
    assert!(answers(&file, PEOPLE[1]).is_err());
    file.apply(&answers(&file, PEOPLE[0]).unwrap()).unwrap();
    assert_eq!(file.state, "filed");
    assert_eq!(file.open_clocks().count(), 0);
    let acts = possible(machine(CaseKind::UsageReport), &file, &|it| it == Action::FollowUse);
    let acts: Vec<_> = acts.iter().map(|it| it.event).collect();
    assert_eq!(acts, ["question", "accept"]);
}

fn term(reported_until: Option<&str>, is_over: bool) -> Term {
    Term {
        first_day: day("2026-01-31"),
        last_day: day("2027-03-10"),
        reported_until: reported_until.map(day),
        is_over,
    }
}

// Proves USE-01 by the calendar: a report each interval from the first day of use, and one at the end that goes on
// where the one before stopped; what was missed is asked for once.
#[test]
fn reports_are_due_each_interval_and_at_the_end() {
    let span = |from: &str, to: &str, is_last| {
        Some(Span { first_day: day(from), last_day: day(to), is_last })
    };
    let on = |today: &str, term: Term| {
        let found = reporting(term, 6, day(today));
        (found.due, found.next)
    };
    assert_eq!(on("2026-02-01", term(None, false)), (None, Some(day("2026-07-31"))));
    let first = span("2026-01-31", "2026-07-30", false);
    assert_eq!(on("2026-07-31", term(None, false)), (first, Some(day("2027-01-31"))));
    let asked = term(Some("2026-07-30"), false);
    assert_eq!(on("2026-08-01", asked), (None, Some(day("2027-01-31"))));
    let second = span("2026-07-31", "2027-01-30", false);
    assert_eq!(on("2027-02-05", asked), (second, Some(day("2027-03-11"))));
    let both = span("2026-01-31", "2027-01-30", false);
    assert_eq!(on("2027-02-05", term(None, false)), (both, Some(day("2027-03-11"))));
    let last = span("2027-01-31", "2027-03-10", true);
    assert_eq!(on("2027-03-11", term(Some("2027-01-30"), false)), (last, None));
    let ended = span("2026-07-31", "2026-09-01", true);
    assert_eq!(on("2026-09-01", term(Some("2026-07-30"), true)), (ended, None));
}

// Part of USE-01: a report says uses, safeguards and incidents, the last one what became of the data; each fault names
// the rule with its article.
#[test]
fn a_report_says_what_it_has_to() {
    for code in PolicyProfile::codes() {
        let profile = PolicyProfile::load(code).unwrap();
        let today = day("2026-08-03");
        let fields = |document: &UsageReportDocument, is_last| {
            let faults = check(&profile, document, (is_last, today));
            assert!(faults.iter().all(|fault| fault.rule.0.id == "usage_report.interval"));
            faults.iter().map(|fault| fault.field).collect::<Vec<_>>()
        };
        let empty = UsageReportDocument::default();
        assert_eq!(fields(&empty, false), ["uses", "safeguards", "had_incident"]);
        let mut whole = UsageReportDocument {
            uses: "课题研究".to_owned(),
            safeguards: "内网保存".to_owned(),
            had_incident: Some(true),
            ..empty
        };
        assert_eq!(fields(&whole, false), ["incidents"]);
        whole.had_incident = Some(false);
        assert!(fields(&whole, false).is_empty());
        assert_eq!(fields(&whole, true), ["deleted_on", "deletion"]);
        whole.deletion = "全部删除".to_owned();
        whole.deleted_on = Some(day("2026-08-04"));
        assert_eq!(fields(&whole, true), ["deleted_on"], "{code}: not before it is done");
        whole.deleted_on = Some(today);
        assert!(fields(&whole, true).is_empty());
        whole.uses = "字".repeat(2_001);
        assert_eq!(fields(&whole, true), ["uses"]);
    }
}
