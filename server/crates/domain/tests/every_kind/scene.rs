//! Who acts on a case of a kind, with what, and towards which of its states.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_domain::calendar::Fallback;
use kaishu_domain::cases::{
    ANSWER, ASKED, ASKED_BY, Act, Actor, CaseFile, Event, Guard, Input, Machine, Refusal, Step, To,
    World, decide, sided,
};
use kaishu_domain::permission::{Action, Subject, role_for};
use kaishu_domain::policy::{Party, ReviewStepKind};
use kaishu_domain::{Calendar, PolicyProfile, application, sharing};
use kaishu_types::account::{Role, RoleGrant};
use kaishu_types::case::CaseKind;
use kaishu_types::china::day_in_china;
use proptest::prelude::*;
use proptest::sample::Index;

/// Knows only the years that have a notice.
pub(crate) static STRICT: LazyLock<Calendar> = LazyLock::new(|| Calendar::load().unwrap());
/// Counts on where there is none.
pub(crate) static PROVISIONAL: LazyLock<Calendar> =
    LazyLock::new(|| Calendar::load().unwrap().with_fallback(Fallback::Provisional));
pub(crate) static PROFILES: LazyLock<Vec<PolicyProfile>> = LazyLock::new(|| {
    PolicyProfile::codes().map(|code| PolicyProfile::load(code).unwrap()).collect()
});

/// An account, its role, and where it holds it.
pub(crate) type Person = (i64, Role, &'static str);

/// Whoever applied, or owes something under a grant.
const HOLDER: i64 = 1;

/// Everybody who has to do with cases, and some who have not; nobody stands for the system itself.
pub(crate) const PEOPLE: [Option<Person>; 18] = [
    None,
    Some((HOLDER, Role::DataUser, "")),
    Some((2, Role::Officer, "YX-T")),
    Some((3, Role::Head, "YX-T")),
    Some((4, Role::Head, "YX-T")),
    Some((5, Role::Reviewer, "YX-T")),
    Some((6, Role::Officer, "YX-U")),
    Some((7, Role::Head, "YX-U")),
    Some((8, Role::Authority, "YX")),
    Some((9, Role::Authority, "YX")),
    Some((10, Role::CountyAuthority, "YX")),
    Some((11, Role::Expert, "YX")),
    Some((12, Role::CyberspaceOffice, "YX")),
    Some((13, Role::PublicSecurity, "YX")),
    Some((14, Role::SecrecyDept, "YX")),
    Some((15, Role::SystemAdmin, "")),
    Some((16, Role::DataUser, "")),
    Some((17, Role::Officer, "YX-V")),
];

/// What can happen to every case that is open.
pub(crate) const COMMON: [&str; 9] = [
    "remind",
    "due_today",
    "overdue",
    "recount",
    "move",
    "urge",
    "ask_extension",
    "extend",
    "refuse_extension",
];

/// What the acts on a case of a kind bring along.
pub(crate) struct Stage {
    /// The steps that a profile demands.
    pub(crate) steps: fn(&PolicyProfile) -> Vec<Step>,
    /// The facts with which it begins.
    facts: &'static [(&'static str, &'static str)],
    /// Whether it is between the provider and another agency.
    is_between: bool,
    /// What it belongs to, as seen by who does something.
    side: fn(&Subject, Action) -> Subject,
}

/// What most kinds are like.
const PLAIN: Stage = Stage { steps: review, facts: &[], is_between: false, side: whole };

/// Says what a case of a kind is like. One that is not named here does not compile.
pub(crate) fn stage(kind: CaseKind) -> Stage {
    match kind {
        CaseKind::Application => Stage { steps: application::steps, ..PLAIN },
        CaseKind::ShareRequest | CaseKind::OutsideRequest => Stage {
            steps: sharing::steps,
            facts: &[("party", "YX-U")],
            is_between: true,
            side: sided,
        },
        CaseKind::Dispute => Stage { facts: &[("party", "YX-U")], is_between: true, ..PLAIN },
        CaseKind::UsageReport | CaseKind::Violation => Stage { facts: &[("holder", "1")], ..PLAIN },
        CaseKind::Opening
        | CaseKind::Life
        | CaseKind::Change
        | CaseKind::Transfer
        | CaseKind::Reassessment
        | CaseKind::MissingEntry
        | CaseKind::AccountRequest
        | CaseKind::Project => PLAIN,
    }
}

fn review(profile: &PolicyProfile) -> Vec<Step> {
    profile.rules.review.steps.value.iter().map(|it| Step::new(it.step, it.by)).collect()
}

fn whole(subject: &Subject, _: Action) -> Subject {
    subject.clone()
}

/// How an event is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Somebody takes a step towards the state that is aimed at, or does anything once there is none.
    Onward,
    /// Somebody does something that can be done.
    Known,
    /// Anybody tries anything.
    Blind,
}

/// What is missing from an act, or wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lack {
    Guards,
    Time,
    Content,
    SameContent,
    Reason,
    Brevity,
    Steps,
}

const LACKS: [Lack; 7] = [
    Lack::Guards,
    Lack::Time,
    Lack::Content,
    Lack::SameContent,
    Lack::Reason,
    Lack::Brevity,
    Lack::Steps,
];

#[derive(Debug, Clone)]
pub(crate) struct Try {
    way: Way,
    event: Index,
    person: Index,
    /// Days since the one before: the clock of a machine may be set back.
    pub(crate) days: i64,
    pub(crate) minutes: i64,
    /// How many days ago its clocks begin, where it says so.
    pub(crate) since: Option<i64>,
    pub(crate) lack: Option<Lack>,
}

pub(crate) fn any_try() -> impl Strategy<Value = Try> {
    let way = prop_oneof![6 => Just(Way::Onward), 3 => Just(Way::Known), 1 => Just(Way::Blind)];
    let days = prop_oneof![8 => 0..4_i64, 1 => -10..0_i64, 1 => 4..150_i64];
    let since = prop::option::weighted(0.1, 0..30_i64);
    let lack = prop::option::weighted(0.15, prop::sample::select(LACKS.to_vec()));
    let place = (any::<Index>(), any::<Index>());
    (way, place, (days, 0..1_440_i64), since, lack).prop_map(
        |(way, (event, person), (days, minutes), since, lack)| Try {
            way,
            event,
            person,
            days,
            minutes,
            since,
            lack,
        },
    )
}

fn held((_, role, place): Person) -> RoleGrant {
    let organization = role.is_of_organization().then(|| place.parse().unwrap());
    let region = role.is_of_region().then(|| place.parse().unwrap());
    RoleGrant { role, organization, region }
}

/// All of them, beginning with one in the middle.
fn rotated<T: Copy>(all: &[T], from: Index) -> impl Iterator<Item = T> {
    let start = if all.is_empty() { 0 } else { from.index(all.len()) };
    all[start..].iter().chain(&all[..start]).copied()
}

/// The states that a transition may lead to, where it leads anywhere.
fn leads(to: To) -> Vec<&'static str> {
    match to {
        To::State(state) => vec![state],
        To::Same => Vec::new(),
        To::Steps { open, done } => vec![open, done],
    }
}

/// How many transitions it takes at least from each state to one; those that do not lead there are left out.
pub(crate) fn far_from(machine: &Machine, aim: &'static str) -> BTreeMap<&'static str, usize> {
    let mut far = BTreeMap::from([(aim, 0)]);
    for n in 1..machine.states.len() {
        let last: Vec<&str> =
            far.iter().filter(|(_, far)| **far == n - 1).map(|(state, _)| *state).collect();
        for transition in machine.transitions {
            if leads(transition.to).iter().any(|to| last.contains(to)) {
                for from in transition.from {
                    far.entry(*from).or_insert(n);
                }
            }
        }
    }
    far
}

/// The states that the table leads to.
pub(crate) fn reachable(machine: &Machine) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    for _ in machine.states {
        for transition in machine.transitions {
            let is_begun = transition.from.is_empty();
            if is_begun || transition.from.iter().any(|from| found.contains(from)) {
                found.extend(leads(transition.to));
            }
        }
    }
    found
}

/// Where a walk takes place.
pub(crate) struct Scene {
    pub(crate) machine: &'static Machine,
    pub(crate) stage: Stage,
    pub(crate) steps: Vec<Step>,
    pub(crate) calendar: &'static Calendar,
    /// How far each state is from the one that is aimed at.
    pub(crate) far: BTreeMap<&'static str, usize>,
}

impl Scene {
    /// The events to choose from.
    pub(crate) fn events(&self, way: Way, file: Option<&CaseFile>) -> Vec<&'static str> {
        let state = file.map(|it| it.state.as_str());
        let here = state.and_then(|state| self.far.get(state));
        let is_nearer = |to: &&'static str| {
            self.far.get(to).is_some_and(|there| here.is_none_or(|here| there < here))
        };
        let all = self.machine.transitions.iter();
        match way {
            Way::Onward => all
                .filter(|it| it.starts_from(state) && leads(it.to).iter().any(is_nearer))
                .map(|it| it.event)
                .collect(),
            Way::Known => {
                all.filter(|it| it.starts_from(state)).map(|it| it.event).chain(COMMON).collect()
            }
            Way::Blind => all.map(|it| it.event).chain(COMMON).chain(["no_such_event"]).collect(),
        }
    }

    /// Finds something that can be done and who can, from where a try points.
    fn feasible(
        &self,
        way: Way,
        one: &Try,
        (file, at): (Option<&CaseFile>, DateTime<Utc>),
    ) -> Option<(&'static str, Option<Person>)> {
        let events = self.events(way, file);
        rotated(&events, one.event).find_map(|event| {
            let mut people = rotated(&PEOPLE, one.person);
            let found = people.find(|person| {
                let act = self.act((event, *person), (file, at), one.since, None);
                self.take(file, &act, *person, None).is_ok()
            });
            found.map(|person| (event, person))
        })
    }

    /// Says who tries what.
    pub(crate) fn chosen(
        &self,
        one: &Try,
        (file, at): (Option<&CaseFile>, DateTime<Utc>),
    ) -> (&'static str, Option<Person>) {
        let is_ended = file.is_some_and(|it| it.closed_at.is_some());
        let found = match one.way {
            _ if is_ended => None,
            Way::Onward => {
                let onward = self.feasible(Way::Onward, one, (file, at));
                onward.or_else(|| self.feasible(Way::Known, one, (file, at)))
            }
            Way::Known => self.feasible(Way::Known, one, (file, at)),
            Way::Blind => None,
        };
        found.unwrap_or_else(|| {
            let all = self.events(Way::Blind, file);
            (all[one.event.index(all.len())], PEOPLE[one.person.index(PEOPLE.len())])
        })
    }

    /// What somebody does, with all that the portal adds to it but what it lacks.
    pub(crate) fn act(
        &self,
        (event, person): (&str, Option<Person>),
        (file, at): (Option<&CaseFile>, DateTime<Utc>),
        since: Option<i64>,
        lack: Option<Lack>,
    ) -> Act {
        let transition = self.machine.find(event, file.map(|it| it.state.as_str()));
        let needs = transition.map(|it| it.needs).unwrap_or_default();
        let has = |input: Input| needs.contains(&input) && lack != Some(Lack::Steps);
        let mut facts = self.facts((event, person), (file, at));
        match lack {
            Some(Lack::Content) => drop(facts.remove("content")),
            Some(Lack::SameContent) => *facts.get_mut("content").unwrap() += "0",
            _ => {}
        }
        let added = Step::new(ReviewStepKind::Legality, Party::Authority);
        let by = |it: Person| Actor { account: Some(it.0), login: "a".into(), ..Actor::default() };
        Act {
            event: event.to_owned(),
            by: person.map_or_else(Actor::system, by),
            at,
            reason: match lack {
                Some(Lack::Reason) => " ".to_owned(),
                Some(Lack::Brevity) => "长".repeat(4_001),
                _ => "理由".to_owned(),
            },
            steps: has(Input::Steps).then(|| self.steps.clone()),
            added_steps: has(Input::AddedSteps).then_some(added).into_iter().collect(),
            day_zero: since.map(|days| day_in_china(at) - TimeDelta::days(days)),
            facts,
        }
    }

    fn facts(
        &self,
        (event, person): (&str, Option<Person>),
        (file, at): (Option<&CaseFile>, DateTime<Utc>),
    ) -> BTreeMap<String, String> {
        let known = file.and_then(|it| it.facts.get("content"));
        let account = person.map(|it| it.0.to_string()).unwrap_or_default();
        let asked = file.and_then(|it| {
            let longer = it.extendable(day_in_china(at), &|_| Some(20));
            longer.map(|(clock, _)| it.name_of(clock))
        });
        let asked = asked.unwrap_or_default();
        let mut facts = vec![("content", known.map_or("1", String::as_str))];
        if file.is_none() {
            facts.extend(self.stage.facts);
        }
        match event {
            "return" => facts.push(("returned", "1")),
            "refuse" => facts.push(("refused_by", account.as_str())),
            "confirm" => facts.push(("confirmed_by", account.as_str())),
            "ask_extension" => {
                facts.extend([(ASKED, &*asked), (ASKED_BY, &*account), (ANSWER, "")])
            }
            "extend" | "refuse_extension" => facts.push((ANSWER, event)),
            _ => {}
        }
        facts.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    pub(crate) fn take(
        &self,
        file: Option<&CaseFile>,
        act: &Act,
        person: Option<Person>,
        lack: Option<Lack>,
    ) -> Result<Event, Refusal> {
        let roles: Vec<RoleGrant> = person.map(held).into_iter().collect();
        let subject = Subject {
            is_own: person.is_some_and(|it| it.0 == HOLDER),
            is_assigned: true,
            organization: Some("YX-T".parse().unwrap()),
            regions: vec!["YX".parse().unwrap()],
            party: self.stage.is_between.then(|| "YX-U".parse().unwrap()),
            ..Subject::default()
        };
        let world = World {
            role: &|action| role_for(&roles, action, &(self.stage.side)(&subject, action)).cloned(),
            calendar: self.calendar,
            working_days: &|_| (lack != Some(Lack::Time)).then_some(10),
            extended: &|_| Some(20),
            holds: &|guard: Guard| match lack {
                Some(Lack::Guards) => Err(guard.as_str().to_owned()),
                _ => Ok(()),
            },
        };
        decide(self.machine, file, act, &world)
    }

    /// Whether the table of the kind itself has an event in the state that a case is in.
    pub(crate) fn names(&self, file: &CaseFile, event: &str) -> bool {
        let mut own = self.machine.transitions.iter();
        own.any(|it| it.event == event && it.starts_from(Some(&file.state)))
    }
}
