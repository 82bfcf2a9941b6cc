//! From an act to an event: who may, what must hold, what the clocks do.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_types::Lang;
use kaishu_types::account::RoleGrant;
use kaishu_types::china::day_in_china;

use super::clock::Clock;
use super::dispute::is_on_chain;
use super::event::{Actor, Body, Event, Step, Verdict};
use super::extension::ASKED_BY;
use super::file::CaseFile;
use super::machine::{By, ClockRule, Guard, Input, Machine, To, Transition};
use crate::calendar::{Calendar, CalendarError};
use crate::permission::Action;

/// Longest reason, in characters.
pub(super) const MAX_REASON_CHARS: usize = 4_000;

/// What somebody wants to do.
#[derive(Debug, Clone, Default)]
pub struct Act {
    /// The event, as in `submit`.
    pub event: String,
    /// Who; the role is found here.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// The steps to take from here on.
    pub steps: Option<Vec<Step>>,
    /// Steps that come on top, after the one that is on (REV-05).
    pub added_steps: Vec<Step>,
    /// The day from which clocks count, where it is not the day of the act (CAT-08).
    pub day_zero: Option<NaiveDate>,
    /// Facts that stay with the case.
    pub facts: BTreeMap<String, String>,
}

/// What a decision depends on besides the case.
pub struct World<'a> {
    /// The role in which somebody may do something to what the case is about.
    pub role: &'a dyn Fn(Action) -> Option<RoleGrant>,
    /// The working days.
    pub calendar: &'a Calendar,
    /// How many working days a rule gives, by its key.
    pub working_days: &'a dyn Fn(&str) -> Option<u32>,
    /// How many working days in all a clock may have once it was extended, by the key of its rule; none where the
    /// profile gives no more time.
    pub extended: &'a dyn Fn(&str) -> Option<u32>,
    /// Whether a guard holds; what is missing where it does not.
    pub holds: &'a dyn Fn(Guard) -> Result<(), String>,
}

/// Why an act is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The case does not know such an event.
    NoSuchEvent {
        /// What was asked for.
        event: String,
    },
    /// Not now: the case is in another state.
    NotNow {
        /// What was asked for.
        event: String,
        /// Where the case is; `None` where there is none yet.
        state: Option<String>,
    },
    /// Not by them.
    NotAllowed {
        /// What they would have to be allowed to do; `None` where only the system does it.
        needs: Option<Action>,
    },
    /// Something does not hold.
    Unmet {
        /// What.
        guard: Guard,
        /// What is missing, for people.
        missing: String,
    },
    /// Something must come with it.
    Missing {
        /// What.
        input: Input,
    },
    /// The reason is too long.
    TooLong,
    /// The content is not the one that was reviewed.
    OtherContent,
    /// No such rule gives a time.
    NoTime {
        /// The key of the rule.
        rule: String,
    },
    /// The calendar does not reach far enough.
    Calendar(CalendarError),
}

/// Turns an act into an event.
///
/// # Errors
///
/// Says what stands against it: state, permission, guard, missing input or calendar, in this order.
pub fn decide(
    machine: &'static Machine,
    file: Option<&CaseFile>,
    act: &Act,
    world: &World<'_>,
) -> Result<Event, Refusal> {
    let state = file.map(|file| file.state.as_str());
    let transition = machine.find(&act.event, state).ok_or_else(|| {
        match machine.label(&act.event, Lang::En).is_some() {
            true => Refusal::NotNow { event: act.event.clone(), state: state.map(str::to_owned) },
            false => Refusal::NoSuchEvent { event: act.event.clone() },
        }
    })?;
    let by = permitted(transition, file, act, world)?;
    check_inputs(transition, act)?;
    check_content(transition, file, act)?;
    for guard in transition.guards {
        check_guard(*guard, file, act, world)?;
    }
    let step = taken_step(transition, file, world).filter(|_| transition.to != To::Same);
    let mut body = Body {
        reason: act.reason.trim().to_owned(),
        steps: act.steps.clone(),
        added_steps: act.added_steps.clone(),
        step: step.and_then(|step| u32::try_from(step).ok()),
        verdict: step.map(|_| verdict(transition)),
        facts: act.facts.clone(),
        ..Body::default()
    };
    let left = n_left(file, &body);
    body.to = match transition.to {
        To::State(state) => state,
        To::Same => state.unwrap_or_default(),
        To::Steps { open, .. } if left > 0 => open,
        To::Steps { done, .. } => done,
    }
    .to_owned();
    let day = day_in_china(act.at);
    // What begins earlier has begun earlier; nothing begins later than it is written down.
    let since = act.day_zero.map_or(day, |zero| zero.min(day));
    body.clocks = clocks(transition, file, left, (day, since), world)?;
    Ok(Event { name: act.event.clone(), by, at: act.at, body })
}

/// Lists what somebody may do to a case now, guards aside: what there is a button for.
pub fn possible(
    machine: &'static Machine,
    file: &CaseFile,
    may: &dyn Fn(Action) -> bool,
) -> Vec<&'static Transition> {
    let may = |transition: &&Transition| needed(transition, Some(file)).into_iter().any(may);
    let now = machine.transitions.iter().filter(|it| it.starts_from(Some(&file.state)));
    now.filter(|it| is_on_chain(file, it)).filter(may).collect()
}

/// What somebody must be allowed to do to take a transition, one of these; none where only the system takes it.
fn needed(transition: &Transition, file: Option<&CaseFile>) -> Vec<Action> {
    match transition.by {
        By::Action(action) => vec![action],
        By::StepParty => {
            let steps = file.into_iter().flat_map(CaseFile::current_steps);
            steps.map(|(_, step)| step.action()).collect()
        }
        By::Waiting => file.and_then(CaseFile::waits_for).into_iter().collect(),
        By::Responsible => file.and_then(CaseFile::responsible).into_iter().collect(),
        By::System => Vec::new(),
    }
}

/// Finds the role somebody acts in.
fn permitted(
    transition: &Transition,
    file: Option<&CaseFile>,
    act: &Act,
    world: &World<'_>,
) -> Result<Actor, Refusal> {
    if transition.by == By::System {
        let is_system = act.by.account.is_none() && act.by == Actor::system();
        return if is_system {
            Ok(act.by.clone())
        } else {
            Err(Refusal::NotAllowed { needs: None })
        };
    }
    let needs = needed(transition, file);
    let held = needs.iter().find_map(|action| (world.role)(*action));
    let held = held.ok_or_else(|| Refusal::NotAllowed { needs: needs.first().copied() })?;
    Ok(Actor {
        role: Some(held.role),
        organization: held.organization.or_else(|| act.by.organization.clone()),
        region: held.region,
        ..act.by.clone()
    })
}

fn check_inputs(transition: &Transition, act: &Act) -> Result<(), Refusal> {
    for input in transition.needs {
        let is_there = match input {
            Input::Reason => !act.reason.trim().is_empty(),
            Input::Steps => act.steps.as_ref().is_some_and(|steps| !steps.is_empty()),
            Input::Content => act.facts.contains_key("content"),
            Input::AddedSteps => !act.added_steps.is_empty(),
        };
        if !is_there {
            return Err(Refusal::Missing { input: *input });
        }
    }
    match act.reason.chars().count() > MAX_REASON_CHARS {
        true => Err(Refusal::TooLong),
        false => Ok(()),
    }
}

/// What is decided about is what was submitted, to the byte.
fn check_content(
    transition: &Transition,
    file: Option<&CaseFile>,
    act: &Act,
) -> Result<(), Refusal> {
    let is_submitted_now = act.steps.is_some() || file.is_none();
    if is_submitted_now || !transition.needs.contains(&Input::Content) {
        return Ok(());
    }
    let reviewed = file.and_then(|file| file.facts.get("content"));
    match reviewed == act.facts.get("content") {
        true => Ok(()),
        false => Err(Refusal::OtherContent),
    }
}

fn check_guard(
    guard: Guard,
    file: Option<&CaseFile>,
    act: &Act,
    world: &World<'_>,
) -> Result<(), Refusal> {
    let missing = match guard {
        Guard::NotTheSubmitter if is_author(file, act) => Some(String::new()),
        Guard::NotTheSubmitter => None,
        Guard::OtherPerson if has_decided(file, act) => Some(String::new()),
        Guard::OtherPerson => None,
        Guard::FirstReturn if file.is_some_and(|file| file.facts.contains_key("returned")) => {
            Some(String::new())
        }
        Guard::FirstReturn => None,
        Guard::ExtensionAllowed | Guard::ExtensionAsked | Guard::NotTheAsker => {
            (!lets_extend(guard, file, act, world)).then(String::new)
        }
        guard => (world.holds)(guard).err(),
    };
    missing.map_or(Ok(()), |missing| Err(Refusal::Unmet { guard, missing }))
}

/// Whether a guard of more time holds.
fn lets_extend(guard: Guard, file: Option<&CaseFile>, act: &Act, world: &World<'_>) -> bool {
    let (Some(file), day) = (file, day_in_china(act.at)) else { return false };
    match guard {
        Guard::ExtensionAllowed => file.extendable(day, world.extended).is_some(),
        Guard::ExtensionAsked => file.asked_extension(day).is_some(),
        _ => {
            let asked_by = file.facts.get(ASKED_BY).and_then(|account| account.parse::<i64>().ok());
            asked_by.is_some() && asked_by != act.by.account
        }
    }
}

/// Whether somebody took a step of the case before.
fn has_decided(file: Option<&CaseFile>, act: &Act) -> bool {
    let (Some(file), Some(account)) = (file, act.by.account) else { return false };
    let results = file.steps.iter().filter_map(|it| it.result.as_ref());
    let mut accounts = results.filter_map(|result| result.by.account);
    // Whoever refused before is out of what is decided anew, and whoever confirmed of what is objected to.
    let mut earlier = ["refused_by", "confirmed_by"].iter().filter_map(|it| file.facts.get(*it));
    accounts.any(|other| other == account) || earlier.any(|it| it.parse() == Ok(account))
}

/// Whether somebody wrote what is decided on, or submitted it, now or before.
fn is_author(file: Option<&CaseFile>, act: &Act) -> bool {
    let (Some(file), Some(account)) = (file, act.by.account) else { return false };
    let authors = file.facts.get("authors").map(String::as_str).unwrap_or_default();
    let is_named = authors.split(',').any(|author| author == account.to_string());
    is_named || file.submitter == Some(account)
}

/// The step that a transition takes: of those that are on, the first that whoever acts may take.
fn taken_step(
    transition: &Transition,
    file: Option<&CaseFile>,
    world: &World<'_>,
) -> Option<usize> {
    if transition.by != By::StepParty {
        return None;
    }
    let mut steps = file?.current_steps();
    steps.find(|(_, step)| (world.role)(step.action()).is_some()).map(|(place, _)| place)
}

fn verdict(transition: &Transition) -> Verdict {
    match transition.to {
        To::Steps { .. } | To::Same => Verdict::Passed,
        To::State(_) => Verdict::Returned,
    }
}

/// How many steps are left afterwards.
fn n_left(file: Option<&CaseFile>, body: &Body) -> usize {
    match (&body.steps, file) {
        (Some(steps), _) => steps.iter().filter(|step| step.result.is_none()).count(),
        (None, Some(file)) => {
            let waiting = file.steps.iter().filter(|step| step.result.is_none()).count();
            waiting - usize::from(body.step.is_some() && waiting > 0)
        }
        (None, None) => 0,
    }
}

/// A clock that begins.
fn started(key: &str, since: NaiveDate, world: &World<'_>) -> Result<Clock, Refusal> {
    let days = (world.working_days)(key);
    let days = days.ok_or_else(|| Refusal::NoTime { rule: key.to_owned() })?;
    Clock::start(key, since, days, world.calendar).map_err(Refusal::Calendar)
}

/// The clocks that a transition changes, as they are afterwards.
fn clocks(
    transition: &Transition,
    file: Option<&CaseFile>,
    n_left: usize,
    (day, since): (NaiveDate, NaiveDate),
    world: &World<'_>,
) -> Result<Vec<Clock>, Refusal> {
    let mut changed = Vec::new();
    let open = |rule: &str| {
        file.and_then(|file| file.clocks.iter().rev().find(|it| it.is_open() && it.rule == rule))
    };
    for rule in transition.clocks {
        match *rule {
            ClockRule::StartForStep(_) if n_left == 0 => {}
            ClockRule::StartAtLast(_) | ClockRule::StopAtLast(_) if n_left > 0 => {}
            ClockRule::Start(key) | ClockRule::StartForStep(key) | ClockRule::StartAtLast(key) => {
                changed.push(started(key, since, world)?);
            }
            ClockRule::GoOn(key) if open(key).is_none() => {
                changed.push(started(key, since, world)?);
            }
            ClockRule::Pause(key) => changed.extend(open(key).cloned().map(|mut clock| {
                clock.pause(day);
                clock
            })),
            ClockRule::Resume(key) | ClockRule::GoOn(key) => {
                if let Some(mut clock) = open(key).cloned() {
                    clock.resume(day, world.calendar).map_err(Refusal::Calendar)?;
                    changed.push(clock);
                }
            }
            ClockRule::Recount => {
                for clock in file.into_iter().flat_map(CaseFile::open_clocks) {
                    let mut counted = clock.clone();
                    counted.recount(world.calendar).map_err(Refusal::Calendar)?;
                    changed.extend((counted != *clock).then_some(counted));
                }
            }
            ClockRule::Extend => {
                if let Some(mut clock) = file.and_then(|file| file.asked_extension(day)).cloned() {
                    let in_all = (world.extended)(&clock.rule);
                    let in_all =
                        in_all.ok_or_else(|| Refusal::NoTime { rule: clock.rule.clone() })?;
                    clock.extend(in_all, world.calendar).map_err(Refusal::Calendar)?;
                    changed.push(clock);
                }
            }
            ClockRule::Stop(key) | ClockRule::StopAtLast(key) => {
                changed.extend(open(key).cloned().map(|mut clock| {
                    clock.end(day);
                    clock
                }))
            }
        }
    }
    Ok(changed)
}
