//! Applications for conditional data under random sequences of acts.

#![expect(clippy::unwrap_used, reason = "codes of tests are well formed")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_domain::application;
use kaishu_domain::cases::{
    Act, Actor, CaseFile, Event, Guard, Refusal, Verdict, World, decide, machine,
};
use kaishu_domain::permission::{Subject, role_for};
use kaishu_domain::policy::Filing;
use kaishu_domain::{Calendar, PolicyProfile};
use kaishu_types::account::{Role, RoleGrant};
use kaishu_types::case::CaseKind;
use proptest::prelude::*;

static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| Calendar::load().unwrap());

const APPLICANT: i64 = 1;

/// Who has to do with it, and who has nothing to do with it.
const PEOPLE: [(i64, Role, &str); 6] = [
    (APPLICANT, Role::DataUser, ""),
    (2, Role::Reviewer, "YX-T"),
    (3, Role::Head, "YX-T"),
    (4, Role::Authority, "YX"),
    (5, Role::Reviewer, "YX-U"),
    (6, Role::DataUser, ""),
];

const EVENTS: [&str; 34] = [
    "write",
    "answer",
    "ask_experts",
    "opine",
    "record_transfer",
    "remind_end",
    "renew",
    "close",
    "reopen_access",
    "settle",
    "revoke_for_violation",
    "discard",
    "let_stand",
    "stop_verifying",
    "complain",
    "uphold",
    "reopen",
    "submit",
    "return",
    "resubmit",
    "approve",
    "refuse",
    "withdraw",
    "sign",
    "countersign",
    "file",
    "suspend",
    "restore",
    "revoke",
    "give_back",
    "activate",
    "give_up",
    "let_lapse",
    "expire",
];

fn held((_, role, place): (i64, Role, &str)) -> [RoleGrant; 1] {
    let organization = role.is_of_organization().then(|| place.parse().unwrap());
    let region = role.is_of_region().then(|| place.parse().unwrap());
    [RoleGrant { role, organization, region }]
}

fn noon(day: i64) -> DateTime<Utc> {
    let first: DateTime<Utc> = "2026-03-02T04:00:00Z".parse().unwrap();
    first + TimeDelta::days(day)
}

/// Somebody tries something; what cannot be told from the case holds or does not, as it is said.
fn take(
    profile: &PolicyProfile,
    file: Option<&CaseFile>,
    (event, person): (&str, Option<(i64, Role, &str)>),
    (day, holds): (i64, bool),
) -> Result<Event, Refusal> {
    let by = match person {
        None => Actor::system(),
        Some((account, ..)) => {
            Actor { account: Some(account), login: "a".into(), ..Actor::default() }
        }
    };
    let steps =
        ["submit", "resubmit", "reopen"].contains(&event).then(|| application::steps(profile));
    let mut facts = BTreeMap::from([("content".to_owned(), "1".to_owned())]);
    if event == "return" {
        facts.insert("returned".to_owned(), "1".to_owned());
    }
    let act = Act {
        event: event.to_owned(),
        by,
        at: noon(day),
        reason: "理由".to_owned(),
        steps,
        facts,
        ..Act::default()
    };
    let roles: Vec<RoleGrant> = person.map(|person| held(person).to_vec()).unwrap_or_default();
    let is_own = person.is_some_and(|it| it.0 == APPLICANT);
    let subject = Subject {
        is_own,
        organization: Some("YX-T".parse().unwrap()),
        regions: vec!["YX".parse().unwrap()],
        ..Subject::default()
    };
    let guarded = |guard: Guard| {
        let is_met = match guard {
            Guard::FiledAutomatically => profile.rules.open_app.filing.value == Filing::Automatic,
            _ => holds,
        };
        if is_met { Ok(()) } else { Err(guard.as_str().to_owned()) }
    };
    let world = World {
        role: &|action| role_for(&roles, action, &subject).cloned(),
        calendar: &CALENDAR,
        working_days: &|_| Some(10),
        extended: &|_| None,
        holds: &guarded,
    };
    decide(machine(CaseKind::Application), file, &act, &world)
}

fn started(profile: &PolicyProfile) -> CaseFile {
    let event = take(profile, None, ("start", Some(PEOPLE[0])), (0, true)).unwrap();
    CaseFile::open(CaseKind::Application, &event).unwrap()
}

proptest! {
    // Proves APP-04, APP-10, AGR-01: whoever tries what in which order, nothing is in force before every side that
    // the profile names has approved, the applicant and then the provider have signed, and it was filed; and what
    // ended stays ended.
    #[test]
    fn no_sequence_reaches_data_past_a_decision_or_a_signature(
        code in prop::sample::select(PolicyProfile::codes().collect::<Vec<_>>()),
        tries in prop::collection::vec(
            (
                prop::sample::select(EVENTS.to_vec()),
                prop::option::weighted(0.9, prop::sample::select(PEOPLE.to_vec())),
                0..3_i64,
                prop::bool::weighted(0.9),
            ),
            0..80,
        ),
    ) {
        let profile = PolicyProfile::load(code).unwrap();
        let mut file = started(&profile);
        let mut day = 0;
        let mut done: Vec<(&str, Option<i64>)> = Vec::new();
        for (event, person, days, holds) in tries {
            day += days;
            let taken = take(&profile, Some(&file), (event, person), (day, holds));
            let Ok(taken) = taken else { continue };
            let account = person.map(|it| it.0);
            prop_assert!(account.is_none_or(|it| it < 5), "{event} by a stranger");
            prop_assert!(file.closed_at.is_none(), "{event} after the end");
            file.apply(&taken).unwrap();
            done.push((event, account));
            let has = |name: &str, by: &[i64]| {
                done.iter().any(|(event, who)| {
                    *event == name && who.is_some_and(|who| by.contains(&who))
                })
            };
            if file.state == "active" {
                let approvers = profile.rules.open_app.approvers.value.len();
                prop_assert_eq!(file.steps.len(), approvers);
                let mut deciders: Vec<_> = file
                    .steps
                    .iter()
                    .map(|step| step.result.as_ref().map(|it| (it.verdict, it.by.account)))
                    .collect();
                prop_assert!(deciders.iter().all(|it| it.is_some_and(|it| it.0 == Verdict::Passed)));
                deciders.sort_by_key(|it| it.and_then(|it| it.1));
                deciders.dedup();
                prop_assert_eq!(deciders.len(), approvers, "each side by another person");
                prop_assert!(has("sign", &[APPLICANT]) && has("countersign", &[3]));
                let is_filed = has("file", &[4]) || done.contains(&("activate", None));
                prop_assert!(is_filed);
            }
        }
        // The fold of the same events is the same.
        prop_assert_eq!(file.n_events as usize, done.len() + 1);
    }
}

// Proves APP-05: the time to answer runs from the submission, stands while the applicant completes it, and ends with
// the last decision; nothing is decided because it is over.
#[test]
fn the_time_to_answer_runs_until_the_last_side_has_decided() {
    let profile = PolicyProfile::load("yulin").unwrap();
    let mut file = started(&profile);
    let mut go = |event: &str, person: usize, day: i64| {
        let taken = take(&profile, Some(&file), (event, Some(PEOPLE[person])), (day, true));
        file.apply(&taken.unwrap()).unwrap();
        let clock = file.clocks.iter().rev().find(|it| it.rule == "open_app.reply_wd").unwrap();
        (file.state.clone(), clock.last_day.to_string(), clock.is_open(), clock.paused_on.is_some())
    };
    let first = go("submit", 0, 0);
    assert_eq!(first, ("in_review".to_owned(), "2026-03-16".to_owned(), true, false));
    assert!(go("return", 1, 1).3);
    let again = go("resubmit", 0, 8);
    assert_eq!((again.1.as_str(), again.3), ("2026-03-23", false), "not shorter for the pause");
    let one = go("approve", 3, 9);
    assert_eq!((one.0.as_str(), one.2), ("in_review", true), "one side of two");
    let both = go("approve", 1, 10);
    assert_eq!((both.0.as_str(), both.2), ("approved", false));
}

// Part of APP-04: sides that decide beside each other are both asked at once, in any order; others one by one.
#[test]
fn both_sides_are_asked_at_once() {
    for order in [[3, 1], [1, 3]] {
        let profile = PolicyProfile::load("yulin").unwrap();
        let mut file = started(&profile);
        for (event, person) in [("submit", 0), ("approve", order[0]), ("approve", order[1])] {
            let taken = take(&profile, Some(&file), (event, Some(PEOPLE[person])), (1, true));
            file.apply(&taken.unwrap()).unwrap();
        }
        assert_eq!(file.state, "approved");
    }
}
