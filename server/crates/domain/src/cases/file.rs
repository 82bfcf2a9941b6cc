//! The file of a case: what all its events come to.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kaishu_types::case::CaseKind;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::clock::Clock;
use super::event::{Event, Step, StepResult, Verdict};
use super::machine;
use super::machine::{State, To, Waits};
use crate::permission::Action;
use crate::policy::ReviewStepKind;

/// The fact that names the experts that were assigned: numbers of accounts between commas.
pub const EXPERTS: &str = "experts";

/// What all events of a case come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFile {
    /// What kind of case it is.
    pub kind: CaseKind,
    /// Where it is.
    pub state: String,
    /// How many events there are.
    pub n_events: u32,
    /// Its steps, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// Its clocks, in the order in which they began.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clocks: Vec<Clock>,
    /// Hashes, numbers, answers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
    /// The account that submitted or filed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitter: Option<i64>,
    /// When it began.
    pub opened_at: DateTime<Utc>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
}

/// An event that cannot have happened to this case.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "`{event}` leads a case of kind `{kind}` from `{from}` to `{to}`, which its table does not"
)]
pub struct Misfit {
    /// The event.
    pub event: String,
    /// The kind of the case.
    pub kind: CaseKind,
    /// The state before; `nothing` at the beginning.
    pub from: String,
    /// The state it says it led to.
    pub to: String,
}

impl CaseFile {
    /// Begins a case with its first event.
    ///
    /// # Errors
    ///
    /// Fails where no case of this kind begins like that.
    pub fn open(kind: CaseKind, event: &Event) -> Result<Self, Misfit> {
        let mut file = Self {
            kind,
            state: String::new(),
            n_events: 0,
            steps: Vec::new(),
            clocks: Vec::new(),
            facts: BTreeMap::new(),
            submitter: None,
            opened_at: event.at,
            closed_at: None,
        };
        file.apply(event)?;
        Ok(file)
    }

    /// Adds an event.
    ///
    /// # Errors
    ///
    /// Fails, and changes nothing, where the table of the kind has no such transition.
    pub fn apply(&mut self, event: &Event) -> Result<(), Misfit> {
        self.check(event)?;
        let Event { by, at, body, .. } = event;
        if let Some(steps) = &body.steps {
            self.steps.clone_from(steps);
        }
        // An application stays its applicant's, whoever lets it be decided anew.
        let is_handed_in = body.steps.is_some() && self.kind != CaseKind::Application;
        if is_handed_in || self.n_events == 0 {
            self.submitter = by.account;
        }
        // A duty under a grant is its holder's, whoever asks for it.
        if self.n_events == 0 && self.kind.is_duty() {
            self.submitter = body.facts.get("holder").and_then(|holder| holder.parse().ok());
        }
        if !body.added_steps.is_empty() {
            let on = self.current_step().map_or(self.steps.len(), |(place, _)| place + 1);
            self.steps.splice(on..on, body.added_steps.iter().cloned());
        }
        let taken = body.step.and_then(|step| usize::try_from(step).ok());
        if let (Some(step), Some(verdict)) = (taken, body.verdict)
            && let Some(step) = self.steps.get_mut(step)
        {
            let opinion = body.reason.clone();
            step.result = Some(StepResult { verdict, opinion, by: by.clone(), at: *at });
        }
        for clock in &body.clocks {
            let same = |it: &&mut Clock| it.rule == clock.rule && it.day_zero == clock.day_zero;
            match self.clocks.iter_mut().rev().find(|it| it.is_open() && same(it)) {
                Some(known) => known.clone_from(clock),
                None => self.clocks.push(clock.clone()),
            }
        }
        self.facts.extend(body.facts.clone());
        self.state.clone_from(&body.to);
        self.n_events += 1;
        let is_end = machine(self.kind).state(&self.state).is_some_and(State::is_end);
        self.closed_at = is_end.then_some(*at);
        Ok(())
    }

    fn check(&self, event: &Event) -> Result<(), Misfit> {
        let machine = machine(self.kind);
        let from = (self.n_events > 0).then_some(self.state.as_str());
        let leads = |to: To| match to {
            To::State(state) => state == event.body.to,
            To::Same => self.state == event.body.to,
            To::Steps { open, done } => [open, done].contains(&event.body.to.as_str()),
        };
        match machine.find(&event.name, from) {
            Some(transition) if leads(transition.to) => Ok(()),
            _ => Err(Misfit {
                event: event.name.clone(),
                kind: self.kind,
                from: from.unwrap_or("nothing").to_owned(),
                to: event.body.to.clone(),
            }),
        }
    }

    /// The step that is on: the first that nobody has taken, with its place.
    pub fn current_step(&self) -> Option<(usize, &Step)> {
        self.steps.iter().enumerate().find(|(_, step)| step.result.is_none())
    }

    /// The steps that are on: the first that nobody has taken, and those that go beside it, with their places.
    pub fn current_steps(&self) -> impl Iterator<Item = (usize, &Step)> {
        let first = self.current_step().map_or(self.steps.len(), |(place, _)| place);
        let later = self.steps.iter().enumerate().skip(first);
        let beside = later.take_while(move |(place, step)| *place == first || step.is_beside);
        beside.filter(|(_, step)| step.result.is_none())
    }

    /// Whether a step of a kind is among the steps and was passed.
    pub fn has_passed(&self, kind: ReviewStepKind) -> bool {
        let is_passed = |step: &Step| {
            step.result.as_ref().is_some_and(|result| result.verdict == Verdict::Passed)
        };
        self.steps.iter().any(|step| step.kind == kind && is_passed(step))
    }

    /// What somebody must be allowed to do to bring the case on; `None` where it waits for nobody.
    pub fn waits_for(&self) -> Option<Action> {
        match machine(self.kind).state(&self.state)?.waits {
            Waits::Step => {
                let mut actions = self.current_steps().map(|(_, step)| step.action());
                let first = actions.next()?;
                // Only sides of an application decide beside each other.
                let is_one = actions.all(|action| action == first);
                Some(if is_one { first } else { Action::DecideApplications })
            }
            Waits::For(action) => Some(action),
            Waits::Nobody | Waits::Ended => None,
        }
    }

    /// The accounts of the experts that were assigned (REV-07).
    pub fn experts(&self) -> impl Iterator<Item = i64> {
        let named = self.facts.get(EXPERTS).map(String::as_str).unwrap_or_default();
        named.split(',').filter_map(|account| account.parse().ok())
    }

    /// Lists the clocks that nobody has ended.
    pub fn open_clocks(&self) -> impl Iterator<Item = &Clock> {
        self.clocks.iter().filter(|clock| clock.is_open())
    }
}
