//! Disputes on a class under the chain of each profile, and under random sequences of acts (CLS-16).

#![expect(clippy::unwrap_used, reason = "codes of tests are well formed")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_domain::cases::{
    Act, Actor, CaseFile, Event, Guard, Refusal, Side, World, decide, machine, next_in_chain,
    possible, were_both_heard,
};
use kaishu_domain::permission::{Action, Subject, role_for};
use kaishu_domain::policy::DisputeStep;
use kaishu_domain::{Calendar, PolicyProfile};
use kaishu_types::account::{Role, RoleGrant};
use kaishu_types::case::CaseKind;
use proptest::prelude::*;

static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| Calendar::load().unwrap());

/// Whoever has to do with a dispute of YX-U on an entry of YX-T, and who has nothing to do with it.
const PEOPLE: [(i64, Role, &str); 4] = [
    (1, Role::Officer, "YX-T"),
    (2, Role::Officer, "YX-U"),
    (3, Role::Authority, "YX"),
    (4, Role::Officer, "YX-V"),
];

fn held((_, role, place): (i64, Role, &str)) -> [RoleGrant; 1] {
    let organization = role.is_of_organization().then(|| place.parse().unwrap());
    let region = role.is_of_region().then(|| place.parse().unwrap());
    [RoleGrant { role, organization, region }]
}

fn subject() -> Subject {
    Subject {
        organization: Some("YX-T".parse().unwrap()),
        party: Some("YX-U".parse().unwrap()),
        regions: vec!["YX".parse().unwrap()],
        ..Subject::default()
    }
}

fn noon(day: i64) -> DateTime<Utc> {
    let first: DateTime<Utc> = "2026-03-02T04:00:00Z".parse().unwrap();
    first + TimeDelta::days(day)
}

fn chain(steps: &[DisputeStep]) -> String {
    steps.iter().map(|step| step.as_str()).collect::<Vec<_>>().join(" ")
}

/// What the portal would say: the guards that can be told from the case.
fn take(
    file: Option<&CaseFile>,
    event: &str,
    person: (i64, Role, &str),
    (day, facts): (i64, BTreeMap<String, String>),
) -> Result<Event, Refusal> {
    let act = Act {
        event: event.to_owned(),
        by: Actor { account: Some(person.0), login: "a".into(), ..Actor::default() },
        at: noon(day),
        reason: "理由".to_owned(),
        facts,
        ..Act::default()
    };
    let roles = held(person);
    let side = match person.2 {
        "YX-T" => Some(Side::Provider),
        "YX-U" => Some(Side::Claimant),
        _ => None,
    };
    let leads_to = match event {
        "to_authority" => Some("at_authority"),
        "to_government" => Some("at_government"),
        "to_leading_group" => Some("at_leading_group"),
        _ => None,
    };
    let holds = |guard: Guard| {
        let Some(file) = file else { return Ok(()) };
        let holds = match guard {
            Guard::OwnSide => side == Side::of_event(event),
            Guard::BothHeard => were_both_heard(file, act.at),
            Guard::NextInChain => next_in_chain(file) == leads_to,
            _ => true,
        };
        if holds { Ok(()) } else { Err(guard.as_str().to_owned()) }
    };
    let world = World {
        role: &|action| role_for(&roles, action, &subject()).cloned(),
        calendar: &CALENDAR,
        working_days: &|_| Some(10),
        extended: &|_| None,
        holds: &holds,
    };
    decide(machine(CaseKind::Dispute), file, &act, &world)
}

fn opened(chain: &str) -> CaseFile {
    let facts = BTreeMap::from([("chain".to_owned(), chain.to_owned())]);
    let event = take(None, "dispute", PEOPLE[1], (0, facts)).unwrap();
    CaseFile::open(CaseKind::Dispute, &event).unwrap()
}

fn heard(person: (i64, Role, &str)) -> BTreeMap<String, String> {
    let side = if person.2 == "YX-T" { "provider" } else { "claimant" };
    BTreeMap::from([(format!("heard.{side}"), "1".to_owned())])
}

fn go(file: &mut CaseFile, event: &str, person: (i64, Role, &str)) {
    let facts = if event == "speak" { heard(person) } else { BTreeMap::new() };
    let event = take(Some(file), event, person, (1, facts)).unwrap();
    file.apply(&event).unwrap();
}

// Proves CLS-16 for the chains: under each profile a dispute goes through its steps in their order, to the government
// of the level or to the leading group, and no profile lets it go elsewhere.
#[test]
fn a_dispute_follows_the_chain_of_the_profile() {
    let mut ends = Vec::new();
    for code in PolicyProfile::codes() {
        let profile = PolicyProfile::load(code).unwrap();
        let rule = &profile.rules.class.dispute.value;
        assert!(!rule.with_authority.contains(&DisputeStep::Authority), "{code}: in its own cause");
        let mut file = opened(&chain(&rule.between_agencies));
        for person in [PEOPLE[0], PEOPLE[1]] {
            go(&mut file, "speak", person);
        }
        let buttons = |file: &CaseFile, person| {
            let roles = held(person);
            let may = |action: Action| role_for(&roles, action, &subject()).is_some();
            let found = possible(machine(CaseKind::Dispute), file, &may);
            found.iter().map(|it| it.event).collect::<Vec<_>>()
        };
        assert_eq!(
            buttons(&file, PEOPLE[1]),
            ["speak", "concede", "withdraw", "to_authority"],
            "{code}"
        );
        go(&mut file, "to_authority", PEOPLE[1]);
        let (up, end) = match code {
            "jiamusi" => ("to_leading_group", "at_leading_group"),
            _ => ("to_government", "at_government"),
        };
        assert_eq!(buttons(&file, PEOPLE[2]), [up, "settle_keep", "settle_change"], "{code}");
        let elsewhere = if code == "jiamusi" { "to_government" } else { "to_leading_group" };
        let refused = take(Some(&file), elsewhere, PEOPLE[2], (2, BTreeMap::new())).unwrap_err();
        assert!(matches!(refused, Refusal::Unmet { guard: Guard::NextInChain, .. }), "{code}");
        go(&mut file, up, PEOPLE[2]);
        assert_eq!(file.state, end, "{code}");
        go(&mut file, "rule_keep", PEOPLE[2]);
        assert_eq!((file.state.as_str(), file.open_clocks().count()), ("kept", 0), "{code}");
        ends.push(end);
    }
    assert!(ends.contains(&"at_leading_group") && ends.contains(&"at_government"));
}

// Part of CLS-16: a side that is silent holds nothing up, and nobody goes on before the other was heard.
#[test]
fn both_sides_are_heard_or_their_time_is_over() {
    let mut file = opened("consultation authority local_government");
    go(&mut file, "speak", PEOPLE[1]);
    let early = take(Some(&file), "to_authority", PEOPLE[1], (1, BTreeMap::new())).unwrap_err();
    assert!(matches!(early, Refusal::Unmet { guard: Guard::BothHeard, .. }));
    // Ten working days from Monday 2 March end on the 16th, which is day 14.
    let on_last_day = take(Some(&file), "to_authority", PEOPLE[1], (14, BTreeMap::new()));
    assert!(on_last_day.is_err());
    let after = take(Some(&file), "to_authority", PEOPLE[1], (15, BTreeMap::new())).unwrap();
    assert_eq!(after.body.to, "at_authority");
}

const EVENTS: [&str; 12] = [
    "speak",
    "concede",
    "withdraw",
    "to_authority",
    "to_government",
    "to_leading_group",
    "settle_keep",
    "settle_change",
    "rule_keep",
    "rule_change",
    "report",
    "dispute",
];

proptest! {
    // Proves CLS-16: whoever tries what in which order, a decision comes from who is to decide: the provider agrees,
    // the authority settles what both sides put before it, or it records what was decided above; who is on neither
    // side does nothing.
    #[test]
    fn no_sequence_decides_past_the_chain(
        chain in prop::sample::select(vec![
            "consultation authority local_government",
            "consultation local_government",
            "consultation authority leading_group",
        ]),
        tries in prop::collection::vec(
            (prop::sample::select(EVENTS.to_vec()), prop::sample::select(PEOPLE.to_vec()), 0..3_i64),
            0..40,
        ),
    ) {
        let mut file = opened(chain);
        let mut day = 0;
        let mut passed = vec!["consultation"];
        for (event, person, days) in tries {
            day += days;
            let facts = if event == "speak" { heard(person) } else { BTreeMap::new() };
            let was_heard = were_both_heard(&file, noon(day));
            let Ok(taken) = take(Some(&file), event, person, (day, facts)) else { continue };
            prop_assert_ne!(person.2, "YX-V");
            prop_assert!(event != "report" && event != "dispute", "by a person");
            let from = file.state.clone();
            file.apply(&taken).unwrap();
            match event {
                "concede" => prop_assert_eq!(person.2, "YX-T"),
                "withdraw" => prop_assert_eq!(person.2, "YX-U"),
                "settle_keep" | "settle_change" | "rule_keep" | "rule_change" => {
                    prop_assert_eq!(person.1, Role::Authority);
                }
                "to_authority" | "to_government" | "to_leading_group" => {
                    passed.push(event.strip_prefix("to_").map(|it| match it {
                        "government" => "local_government",
                        other => other,
                    }).unwrap());
                    prop_assert!(chain.starts_with(&passed.join(" ")), "{:?} of {}", passed, chain);
                    prop_assert!(was_heard || from != "consulting");
                }
                _ => {}
            }
            let ruled = event.starts_with("rule_");
            prop_assert!(!ruled || chain.ends_with(passed.last().unwrap()));
        }
    }
}

/// A year in which the second week of March is a holiday.
const OTHER_YEAR: &str = r#"
[[year]]
year = 2026
notice = "试验通知"
links = []
off = [
    { name = "元旦", first = 2026-01-01, last = 2026-01-01 },
    { name = "试验假期", first = 2026-03-09, last = 2026-03-13 },
    { name = "劳动节", first = 2026-05-01, last = 2026-05-01 },
    { name = "国庆节", first = 2026-10-01, last = 2026-10-03 },
]
work = []
"#;

/// Counts the clocks of a case anew by a calendar, as the system does.
fn recount(file: &CaseFile, calendar: &Calendar) -> Event {
    let act =
        Act { event: "recount".to_owned(), by: Actor::system(), at: noon(5), ..Act::default() };
    let world = World {
        role: &|_| None,
        calendar,
        working_days: &|_| None,
        extended: &|_| None,
        holds: &|_| Ok(()),
    };
    decide(machine(CaseKind::Dispute), Some(file), &act, &world).unwrap()
}

// Proves SUP-01 for the calendar: another one counts anew what runs, what was ended stays as it was, and by the same
// one nothing changes.
#[test]
fn another_calendar_counts_only_what_runs() {
    let other = Calendar::parse(OTHER_YEAR).unwrap();
    let mut file = opened("consultation authority local_government");
    for person in [PEOPLE[0], PEOPLE[1]] {
        go(&mut file, "speak", person);
    }
    go(&mut file, "to_authority", PEOPLE[1]);
    let days =
        |file: &CaseFile| file.clocks.iter().map(|it| it.last_day.to_string()).collect::<Vec<_>>();
    assert_eq!(days(&file), ["2026-03-16", "2026-03-17"], "one ended, one runs");
    assert!(recount(&file, &CALENDAR).body.clocks.is_empty(), "the same calendar");

    let event = recount(&file, &other);
    assert_eq!(event.body.clocks.len(), 1);
    file.apply(&event).unwrap();
    assert_eq!(days(&file), ["2026-03-16", "2026-03-24"]);
    assert_eq!(file.state, "at_authority", "nothing else changes");
    assert!(recount(&file, &other).body.clocks.is_empty());
    // No person counts anew.
    let by_hand = take(Some(&file), "recount", PEOPLE[2], (6, BTreeMap::new())).unwrap_err();
    assert!(matches!(by_hand, Refusal::NotAllowed { needs: None }));
}
