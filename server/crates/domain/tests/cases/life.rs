//! What becomes of a dataset after it was published, and of the duties that hang on it.

use super::*;

// Part of section 5.1 after publication: who asks for the end of a dataset does not agree to it.
#[test]
fn nobody_agrees_to_what_they_asked_for() {
    let begun = Act { by: Actor::system(), ..act("begin", PEOPLE[0], 0) };
    let world = World {
        role: &|_| None,
        calendar: &CALENDAR,
        working_days: &|_| None,
        extended: &|_| None,
        holds: &|_| Ok(()),
    };
    let begun = decide(machine(CaseKind::Life), None, &begun, &world).unwrap();
    let mut life = CaseFile::open(CaseKind::Life, &begun).unwrap();
    let mut ask = act("ask_retire", PEOPLE[3], 1);
    ask.facts = BTreeMap::from([("authors".to_owned(), "4".to_owned())]);
    life.apply(&try_act(CaseKind::Life, Some(&life), &ask, &[]).unwrap()).unwrap();
    let agreed = try_act(CaseKind::Life, Some(&life), &act("retire", PEOPLE[3], 2), &[]);
    assert!(matches!(agreed, Err(Refusal::Unmet { guard: Guard::NotTheSubmitter, .. })));
    life.facts.insert("authors".to_owned(), "1".to_owned());
    let agreed = try_act(CaseKind::Life, Some(&life), &act("retire", PEOPLE[3], 2), &[]).unwrap();
    life.apply(&agreed).unwrap();
    assert_eq!(life.state, "retired");
}

// Part of SEC-13 and section 5.1: what was withdrawn is destroyed without being retired, by another than who asks, and
// spared it is what it was.
#[test]
fn withdrawn_data_comes_to_its_end_directly() {
    let by_system = |event: &str| Act { by: Actor::system(), ..act(event, PEOPLE[0], 0) };
    let world = World {
        role: &|_| None,
        calendar: &CALENDAR,
        working_days: &|_| None,
        extended: &|_| None,
        holds: &|_| Ok(()),
    };
    let begun = decide(machine(CaseKind::Life), None, &by_system("begin_withdrawn"), &world);
    let mut life = CaseFile::open(CaseKind::Life, &begun.unwrap()).unwrap();
    for (event, person, state) in [
        ("ask_destroy", PEOPLE[1], "withdrawn_destroy_asked"),
        ("spare", PEOPLE[3], "withdrawn"),
        ("ask_destroy", PEOPLE[1], "withdrawn_destroy_asked"),
    ] {
        let done = try_act(CaseKind::Life, Some(&life), &act(event, person, 1), &[]).unwrap();
        life.apply(&done).unwrap();
        assert_eq!(life.state, state);
    }
    let destroy = act("destroy", PEOPLE[3], 2);
    let early = try_act(CaseKind::Life, Some(&life), &destroy, &[Guard::RetentionOver]);
    assert!(matches!(early, Err(Refusal::Unmet { guard: Guard::RetentionOver, .. })));
    // A revision that passed its review meanwhile opens it again.
    let reopened = decide(machine(CaseKind::Life), Some(&life), &by_system("reopen"), &world);
    assert_eq!(reopened.unwrap().body.to, "published");
    life.apply(&try_act(CaseKind::Life, Some(&life), &destroy, &[]).unwrap()).unwrap();
    assert_eq!(life.state, "destroyed");
}

// Part of CAT-09: a duty whose revision is given up is open again; one that ended with the submission goes on in a
// case of its own. Both count from the day they did.
#[test]
fn a_duty_is_open_again_without_its_revision() {
    let world = World {
        role: &|_| None,
        calendar: &CALENDAR,
        working_days: &|_| Some(10),
        extended: &|_| None,
        holds: &|_| Ok(()),
    };
    let by_system = |event: &str, day: u64, zero: Option<u64>| Act {
        by: Actor::system(),
        day_zero: zero.map(|day| noon(day).date_naive()),
        ..act(event, PEOPLE[0], day)
    };
    let counted = |duty: &CaseFile| {
        let running: Vec<_> = duty.open_clocks().map(|it| (it.rule.clone(), it.day_zero)).collect();
        assert!(running.len() < 2, "{running:?}");
        running.into_iter().next()
    };
    let clock = |rule: &str, day: u64| Some((rule.to_owned(), noon(day).date_naive()));
    let noted = try_act(CaseKind::Change, None, &act("note", PEOPLE[0], 0), &[]).unwrap();
    let mut duty = CaseFile::open(CaseKind::Change, &noted).unwrap();
    for (event, day, zero, state, running) in [
        ("revise", 3, None, "revised", clock("catalogue.report_wd", 3)),
        ("discarded", 4, Some(0), "due", clock("catalogue.update_wd", 0)),
        ("revise", 5, None, "revised", clock("catalogue.report_wd", 5)),
        ("report", 6, None, "reported", None),
    ] {
        let done = by_system(event, day, zero);
        let done = decide(machine(CaseKind::Change), Some(&duty), &done, &world).unwrap();
        duty.apply(&done).unwrap();
        assert_eq!((duty.state.as_str(), counted(&duty)), (state, running), "{event}");
    }
    for (kind, event, state, running) in [
        (CaseKind::Change, "recalled", "revised", "catalogue.report_wd"),
        (CaseKind::Change, "discarded", "due", "catalogue.update_wd"),
        (CaseKind::Reassessment, "recalled", "revising", "catalogue.update_wd"),
        (CaseKind::Reassessment, "discarded", "revising", "catalogue.update_wd"),
    ] {
        let begun = decide(machine(kind), None, &by_system(event, 7, Some(5)), &world).unwrap();
        let again = CaseFile::open(kind, &begun).unwrap();
        assert_eq!((again.state.as_str(), counted(&again)), (state, clock(running, 5)), "{event}");
    }
}

// Part of section 5.1: whoever holds a grant is told of each thing that changes what they have, by an event that the
// cases of both kinds of grants know.
#[test]
fn holders_are_told_of_what_changes_what_they_have() {
    let told = |kind: CaseKind| -> Vec<&str> {
        let told = machine(kind).transitions.iter();
        told.filter(|it| it.tells.contains(&Audience::GrantHolders)).map(|it| it.event).collect()
    };
    let of_life = ["suspend", "restore", "withdraw", "reopen", "retire"];
    assert_eq!(told(CaseKind::Life), of_life);
    assert_eq!(told(CaseKind::Opening), ["publish"]);
    for kind in [CaseKind::Application, CaseKind::ShareRequest] {
        for state in ["active", "suspended"] {
            for event in [
                holders::SUSPENDED,
                holders::REOPENED,
                holders::CHANGED,
                holders::NARROWED,
                holders::ENDED,
            ] {
                let known = machine(kind).find(event, Some(state)).unwrap();
                assert!(!known.tells.is_empty(), "{event}");
            }
        }
    }
}
