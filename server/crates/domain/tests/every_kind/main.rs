//! Cases of every kind under random acts: by anybody, at any time, with anything missing.

#![expect(clippy::unwrap_used, reason = "codes of tests are well formed")]

mod scene;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_domain::cases::{Act, Body, CaseFile, Event, Refusal, State, machine, possible};
use kaishu_types::Lang;
use kaishu_types::case::CaseKind;
use kaishu_types::china::day_in_china;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use scene::{
    COMMON, PEOPLE, PROFILES, PROVISIONAL, STRICT, Scene, Try, Way, any_try, far_from, reachable,
    stage,
};

/// How many walks there are towards each state of a kind.
const N_WALKS: u32 = 12;

/// What the walks of a kind came to.
#[derive(Debug, Default)]
struct Seen {
    /// How often they were in each state.
    states: BTreeMap<String, u32>,
    n_refused: u32,
}

fn walk(scene: &Scene, tries: &[Try], seen: &RefCell<Seen>) -> Result<(), TestCaseError> {
    let first: DateTime<Utc> = "2026-03-02T04:00:00Z".parse().unwrap();
    let mut file: Option<CaseFile> = None;
    let mut events = Vec::new();
    let mut day = 0;
    for one in tries {
        day += one.days;
        let at = first + TimeDelta::days(day) + TimeDelta::minutes(one.minutes);
        let (event, person) = scene.chosen(one, (file.as_ref(), at));
        let act = scene.act((event, person), (file.as_ref(), at), one.since, one.lack);
        let before = file.clone();
        match scene.take(file.as_ref(), &act, person, one.lack) {
            Ok(event) => {
                let ended = before.as_ref().filter(|it| it.closed_at.is_some());
                prop_assert!(ended.is_none_or(|it| scene.names(it, &event.name)), "{event:#?}");
                file = Some(kept(scene, file, &event)?);
                events.push(event);
            }
            Err(refusal) => {
                is_no_event_either(scene, (&mut file, at), (&act, &refusal))?;
                prop_assert_eq!(&file, &before, "{:?}", refusal);
                seen.borrow_mut().n_refused += 1;
            }
        }
        if let Some(file) = &file {
            prop_assert_eq!(usize::try_from(file.n_events).unwrap(), events.len());
            is_whole(scene, file, at)?;
            *seen.borrow_mut().states.entry(file.state.clone()).or_default() += 1;
        }
    }
    let Some(file) = file else { return Ok(()) };
    let mut again: Option<CaseFile> = None;
    for event in &events {
        // As they are stored and read.
        let event: Event = serde_json::from_str(&serde_json::to_string(event).unwrap()).unwrap();
        again = Some(kept(scene, again, &event)?);
    }
    prop_assert_eq!(again.as_ref(), Some(&file), "the fold is what the steps came to");
    is_left_alone(scene, &file, first + TimeDelta::days(day))
}

/// Adds an event to a case, or begins it; led elsewhere, the same event is refused and changes nothing.
fn kept(scene: &Scene, file: Option<CaseFile>, event: &Event) -> Result<CaseFile, TestCaseError> {
    let forged =
        Event { body: Body { to: "nowhere".to_owned(), ..event.body.clone() }, ..event.clone() };
    let kind = scene.machine.kind;
    let Some(mut file) = file else {
        prop_assert!(CaseFile::open(kind, &forged).is_err(), "{forged:#?}");
        return Ok(CaseFile::open(kind, event).unwrap());
    };
    let before = file.clone();
    prop_assert!(file.apply(&forged).is_err(), "{forged:#?}");
    prop_assert_eq!(&file, &before);
    file.apply(event).unwrap();
    Ok(file)
}

/// What the table does not have now is no event either, wherever it says that it led.
fn is_no_event_either(
    scene: &Scene,
    (file, at): (&mut Option<CaseFile>, DateTime<Utc>),
    (act, refusal): (&Act, &Refusal),
) -> Result<(), TestCaseError> {
    if !matches!(refusal, Refusal::NotNow { .. } | Refusal::NoSuchEvent { .. }) {
        return Ok(());
    }
    for state in scene.machine.states {
        let body = Body { to: state.code.to_owned(), ..Body::default() };
        let forged = Event { name: act.event.clone(), by: act.by.clone(), at, body };
        let is_refused = match file {
            Some(file) => file.apply(&forged).is_err(),
            None => CaseFile::open(scene.machine.kind, &forged).is_err(),
        };
        prop_assert!(is_refused, "{forged:#?}");
    }
    Ok(())
}

/// A case is in a state of its table; once that is an end, nothing runs and nobody is waited for.
fn is_whole(scene: &Scene, file: &CaseFile, at: DateTime<Utc>) -> Result<(), TestCaseError> {
    let state = scene.machine.state(&file.state);
    prop_assert!(state.is_some(), "{}", file.state);
    let is_end = state.is_some_and(State::is_end);
    prop_assert_eq!(file.closed_at.is_some(), is_end);
    let left = possible(scene.machine, file, &|_| true);
    if is_end {
        prop_assert_eq!(file.open_clocks().count(), 0, "{:#?}", file.clocks);
        prop_assert_eq!(file.waits_for(), None);
        prop_assert_eq!(left.len(), 0);
    }
    // Whatever is asked of it, it answers.
    let _ = file.responsible();
    for clock in &file.clocks {
        let _ = clock.standing(day_in_china(at), scene.calendar);
        let _ = file.name_of(clock);
    }
    Ok(())
}

/// An ended case takes nothing that its own table does not name, from nobody.
fn is_left_alone(scene: &Scene, file: &CaseFile, at: DateTime<Utc>) -> Result<(), TestCaseError> {
    if file.closed_at.is_none() {
        return Ok(());
    }
    for event in scene.events(Way::Blind, Some(file)) {
        // Which event there is, is asked before who may: the system, the holder and the authority stand for all.
        for person in [PEOPLE[0], PEOPLE[1], PEOPLE[8]] {
            let act = scene.act((event, person), (Some(file), at), None, None);
            let taken = scene.take(Some(file), &act, person, None);
            prop_assert!(taken.is_err() || scene.names(file, event), "{taken:#?}");
        }
    }
    Ok(())
}

// Part of REV-01, SUP-01, SEC-01 for every kind of case: whoever tries what, whenever and in whatever order, nothing
// panics, what is refused changes nothing, what was done can be read again, no clock outlives its case, and what has
// ended stays ended. Each state of each table is come to, so that none of this is said of states that nobody saw.
#[test]
fn no_sequence_of_acts_breaks_a_case_of_any_kind() {
    for kind in CaseKind::ALL {
        let machine = machine(*kind);
        assert!(COMMON.iter().all(|it| machine.label(it, Lang::En).is_some()));
        let seen = RefCell::new(Seen::default());
        for (place, aim) in machine.states.iter().enumerate() {
            let seed = [u8::try_from(place).unwrap(); 32];
            let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
            let config = Config { cases: N_WALKS, failure_persistence: None, ..Config::default() };
            let tries = prop::collection::vec(any_try(), 20..50);
            let walks = (any::<Index>(), prop::bool::weighted(0.2), tries);
            let walked =
                TestRunner::new_with_rng(config, rng).run(&walks, |(profile, is_strict, tries)| {
                    let stage = stage(*kind);
                    let scene = Scene {
                        machine,
                        steps: (stage.steps)(&PROFILES[profile.index(PROFILES.len())]),
                        stage,
                        calendar: if is_strict { &STRICT } else { &PROVISIONAL },
                        far: far_from(machine, aim.code),
                    };
                    walk(&scene, &tries, &seen)
                });
            if let Err(error) = walked {
                panic!("{kind} on its way to `{}`: {error}", aim.code);
            }
        }
        let Seen { states, n_refused } = seen.into_inner();
        let reached: BTreeSet<&str> = states.keys().map(String::as_str).collect();
        assert_eq!(reached, reachable(machine), "{kind}");
        assert_eq!(reached.len(), machine.states.len(), "{kind} has a state that no way leads to");
        assert!(n_refused > N_WALKS, "{kind}: hardly anything was refused");
    }
}
