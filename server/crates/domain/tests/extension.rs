//! More time for those who have to do something: asked for once, in time, and given by who is responsible.

#![expect(clippy::unwrap_used, reason = "codes of tests are well formed")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kaishu_domain::cases::{
    ANSWER, ASKED, ASKED_BY, Act, Actor, CaseFile, Event, Guard, Input, Refusal, Step, World,
    decide, machine,
};
use kaishu_domain::permission::{Action, Subject, role_for};
use kaishu_domain::policy::{Party, PolicyProfile, ReviewStepKind};
use kaishu_domain::{Calendar, PolicyProfile as Profile};
use kaishu_types::account::{Role, RoleGrant};
use kaishu_types::case::CaseKind;
use proptest::prelude::*;

static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| Calendar::load().unwrap());

/// The accounts of a test: each holds one role.
const PEOPLE: [(i64, Role); 6] = [
    (1, Role::Officer),
    (2, Role::Head),
    (3, Role::Reviewer),
    (4, Role::Authority),
    (5, Role::Authority),
    (6, Role::SectorLead),
];
const REVIEWER: usize = 2;

fn subject() -> Subject {
    Subject {
        organization: Some("YX-JT".parse().unwrap()),
        regions: vec!["YX".parse().unwrap()],
        lead: Some("YX-JT".parse().unwrap()),
        ..Subject::default()
    }
}

fn at(day: i64) -> DateTime<Utc> {
    let first: DateTime<Utc> = "2026-03-02T04:00:00Z".parse().unwrap();
    first + TimeDelta::days(day)
}

/// Does something on a day, as one of the people, with what the portal adds to it.
fn take(
    file: Option<&CaseFile>,
    (event, person): (&str, usize),
    day: i64,
    facts: BTreeMap<String, String>,
) -> Result<Event, Refusal> {
    let (account, role) = PEOPLE[person];
    let organization = role.is_of_organization().then(|| "YX-JT".parse().unwrap());
    let region = role.is_of_region().then(|| "YX".parse().unwrap());
    let roles = [RoleGrant { role, organization, region }];
    let world = World {
        role: &|action| role_for(&roles, action, &subject()).cloned(),
        calendar: &CALENDAR,
        working_days: &|_| Some(10),
        extended: &in_all,
        holds: &|_| Ok(()),
    };
    let steps = [
        Step::new(ReviewStepKind::SecuritySecrecy, Party::Provider),
        Step::new(ReviewStepKind::AuthorityReview, Party::Authority),
    ];
    let act = Act {
        event: event.to_owned(),
        by: Actor { account: Some(account), login: "a".into(), ..Actor::default() },
        at: at(day),
        reason: "情况复杂".to_owned(),
        steps: (event == "submit").then(|| steps.to_vec()),
        facts,
        ..Act::default()
    };
    decide(machine(CaseKind::Opening), file, &act, &world)
}

/// What the profile of a test lets be longer.
fn in_all(rule: &str) -> Option<u32> {
    (rule == "review.reply_wd").then_some(20)
}

fn facts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Does something and keeps it.
fn done(file: &mut CaseFile, act: (&str, usize), day: i64) -> Result<(), Refusal> {
    let today = at(day).date_naive();
    let facts = match act.0 {
        "submit" | "pass" => facts(&[("content", "a")]),
        "ask_extension" => {
            let asked = file.extendable(today, &in_all).map(|(clock, _)| file.name_of(clock));
            let by = PEOPLE[act.1].0.to_string();
            facts(&[(ASKED, &asked.unwrap_or_default()), (ASKED_BY, &by), (ANSWER, "")])
        }
        "extend" | "refuse_extension" => facts(&[(ANSWER, act.0)]),
        _ => BTreeMap::new(),
    };
    let event = take(Some(file), act, day, facts)?;
    file.apply(&event).unwrap();
    Ok(())
}

/// An entry that waits for the reviewer of its agency, since day 0.
fn in_review() -> CaseFile {
    let created = take(None, ("create", 0), 0, BTreeMap::new()).unwrap();
    let mut file = CaseFile::open(CaseKind::Opening, &created).unwrap();
    done(&mut file, ("submit", 0), 0).unwrap();
    file
}

fn last_day(file: &CaseFile) -> NaiveDate {
    file.open_clocks().next().unwrap().last_day
}

fn unmet(refused: Result<(), Refusal>) -> Option<Guard> {
    match refused {
        Err(Refusal::Unmet { guard, .. }) => Some(guard),
        _ => None,
    }
}

// Proves SUP-01 for extensions in the table: whoever a case waits for asks, with a reason, before the last day is over,
// once; the head of the agency decides, nobody else, and not who asked; the clock then has its whole time from day 0.
#[test]
fn more_time_is_asked_for_once_and_given_by_the_head() {
    let mut file = in_review();
    let first = last_day(&file);
    for stranger in [0, 3, 5] {
        let refused = done(&mut file, ("ask_extension", stranger), 1);
        assert!(matches!(refused, Err(Refusal::NotAllowed { .. })), "{stranger}");
    }
    assert_eq!(unmet(done(&mut file, ("extend", 1), 1)), Some(Guard::ExtensionAsked));
    done(&mut file, ("ask_extension", REVIEWER), 3).unwrap();
    assert_eq!(last_day(&file), first, "nothing is given yet");
    let again = done(&mut file, ("ask_extension", REVIEWER), 3);
    assert_eq!(unmet(again), Some(Guard::ExtensionAllowed));
    for stranger in [0, REVIEWER, 3, 4, 5] {
        for event in ["extend", "refuse_extension"] {
            let refused = done(&mut file, (event, stranger), 4);
            assert!(matches!(refused, Err(Refusal::NotAllowed { .. })), "{event} by {stranger}");
        }
    }
    done(&mut file, ("extend", 1), 5).unwrap();
    let clock = file.open_clocks().next().unwrap();
    assert_eq!((clock.working_days, clock.extended_from), (20, Some(10)));
    assert_eq!(clock.last_day, "2026-03-30".parse::<NaiveDate>().unwrap());
    for event in ["extend", "refuse_extension"] {
        assert_eq!(unmet(done(&mut file, (event, 1), 6)), Some(Guard::ExtensionAsked));
    }
    let again = done(&mut file, ("ask_extension", REVIEWER), 6);
    assert_eq!(unmet(again), Some(Guard::ExtensionAllowed));
}

// Part of SUP-01: what was refused is not asked again, what is over is neither asked for nor given, and a step that is
// taken meanwhile leaves nothing to decide.
#[test]
fn an_extension_comes_in_time_or_not_at_all() {
    let mut refused = in_review();
    done(&mut refused, ("ask_extension", REVIEWER), 1).unwrap();
    done(&mut refused, ("refuse_extension", 1), 2).unwrap();
    assert_eq!(last_day(&refused), last_day(&in_review()));
    let again = done(&mut refused, ("ask_extension", REVIEWER), 3);
    assert_eq!(unmet(again), Some(Guard::ExtensionAllowed));

    let over = (last_day(&refused) - at(0).date_naive()).num_days() + 1;
    let mut late = in_review();
    let asked = done(&mut late, ("ask_extension", REVIEWER), over);
    assert_eq!(unmet(asked), Some(Guard::ExtensionAllowed));
    done(&mut late, ("ask_extension", REVIEWER), over - 1).unwrap();
    assert_eq!(unmet(done(&mut late, ("extend", 1), over)), Some(Guard::ExtensionAsked));

    // The clock of the next step begins on the same day, and is another one.
    let mut passed = in_review();
    done(&mut passed, ("ask_extension", REVIEWER), 0).unwrap();
    done(&mut passed, ("pass", REVIEWER), 0).unwrap();
    assert_eq!(unmet(done(&mut passed, ("extend", 3), 0)), Some(Guard::ExtensionAsked));
    done(&mut passed, ("ask_extension", 3), 0).unwrap();
    let own = done(&mut passed, ("extend", 3), 0);
    assert_eq!(unmet(own), Some(Guard::NotTheAsker), "nobody gives time to themselves");
    assert!(matches!(done(&mut passed, ("extend", 1), 0), Err(Refusal::NotAllowed { .. })));
    done(&mut passed, ("extend", 4), 0).unwrap();
}

// Part of SUP-01: without a reason nothing is asked for, and nothing is longer that the profile does not name.
#[test]
fn only_what_the_profile_names_is_longer() {
    let file = in_review();
    let act = Act {
        event: "ask_extension".to_owned(),
        by: Actor { account: Some(3), login: "a".into(), ..Actor::default() },
        at: at(1),
        ..Act::default()
    };
    let role = RoleGrant {
        role: Role::Reviewer,
        organization: Some("YX-JT".parse().unwrap()),
        region: None,
    };
    let tried = |reason: &str, extended: &dyn Fn(&str) -> Option<u32>| {
        let world = World {
            role: &|action: Action| {
                role_for(std::slice::from_ref(&role), action, &subject()).cloned()
            },
            calendar: &CALENDAR,
            working_days: &|_| Some(10),
            extended,
            holds: &|_| Ok(()),
        };
        let act = Act { reason: reason.to_owned(), ..act.clone() };
        decide(machine(CaseKind::Opening), Some(&file), &act, &world)
    };
    assert_eq!(tried(" ", &in_all), Err(Refusal::Missing { input: Input::Reason }));
    let shorter: &dyn Fn(&str) -> Option<u32> = &|_| Some(10);
    let nothing: &dyn Fn(&str) -> Option<u32> = &|_| None;
    for extended in [shorter, nothing] {
        let refused = tried("情况复杂", extended);
        let Err(Refusal::Unmet { guard, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(guard, Guard::ExtensionAllowed);
    }
    assert!(tried("情况复杂", &in_all).is_ok());
}

// Part of SUP-01: the number of every extension comes from the profile, is more than the plain one, and a file that says
// otherwise is refused.
#[test]
fn the_profile_says_what_may_be_longer() {
    for code in Profile::codes() {
        let rules = Profile::load(code).unwrap().rules;
        let found = |rule: &str| rules.extended(rule).map(|(days, key)| (days.get(), key));
        let correction = (10, "correction.extended_total_wd");
        assert_eq!(found("correction.reply_wd"), Some(correction), "{code}");
        assert_eq!(found("review.reply_wd"), Some((20, "extension.clocks")), "{code}");
        assert_eq!(found("open_app.reply_wd"), None, "{code}");
        assert!(rules.review.reply_wd.value.get() < 20, "{code}");
    }
    let text = include_str!("../policies/aba.toml");
    for (wrong, said) in [
        ("total_wd = 10", "10 in all is no more than review.reply_wd"),
        ("total_wd = 20 }, { clock = \"review.reply_wd\", total_wd = 30", "in the list twice"),
    ] {
        let text = text.replace("total_wd = 20", wrong);
        let refused = PolicyProfile::parse("aba.toml", &text).unwrap_err().to_string();
        assert!(refused.contains("extension.clocks") && refused.contains(said), "{refused}");
    }
}

proptest! {
    // Proves SUP-01 for extensions under random acts: no clock is ever longer than the profile lets it be, nor extended
    // twice, nor without the consent of somebody else than who asked.
    #[test]
    fn no_sequence_of_acts_gives_more_time_than_the_rules(
        acts in prop::collection::vec((0..5_usize, 0..6_usize, 0..6_i64), 0..30),
    ) {
        let events = ["ask_extension", "ask_extension", "extend", "refuse_extension", "pass"];
        let (mut file, mut day) = (in_review(), 0);
        for (event, person, days) in acts {
            day += days;
            let before = file.clone();
            if done(&mut file, (events[event], person), day).is_err() {
                prop_assert_eq!(&file, &before);
                continue;
            }
            if events[event] == "extend" {
                let asked_by = before.facts[ASKED_BY].parse::<i64>().unwrap();
                prop_assert_ne!(asked_by, PEOPLE[person].0);
                prop_assert!([1, 3, 4].contains(&person), "{}", person);
            }
            for clock in &file.clocks {
                let longest = if clock.extended_from.is_some() { 20 } else { 10 };
                prop_assert_eq!(clock.working_days, longest);
                prop_assert!(clock.extended_from.is_none_or(|it| it == 10));
            }
        }
    }
}
