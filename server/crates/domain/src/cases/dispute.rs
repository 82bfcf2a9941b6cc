//! Disputes on the class of a published entry (CLS-16): the sides consult, the authority mediates, the
//! government of the level or the leading group decides. Which of these there are is the profile's; the chain
//! that was in force when the dispute began stays with it.
//!
//! The class is what it was until somebody decided, and then until a revision carries the decision out.

use kaishu_types::case::CaseKind;
use kaishu_types::china::day_in_china;

use chrono::{DateTime, Utc};

use super::file::CaseFile;
use super::machine::{
    Audience, By, ClockRule, Guard, Input, Machine, State, To, Transition, Waits,
};
use crate::permission::Action;
use crate::policy::DisputeStep;

const STEP: &str = "class.dispute_wd";
const UPDATE: &str = "catalogue.update_wd";
const TOLD: &[Audience] = &[Audience::Provider, Audience::Party, Audience::Authority];
const NEXT: &[ClockRule] = &[ClockRule::Stop(STEP), ClockRule::Start(STEP)];
const STOP: &[ClockRule] = &[ClockRule::Stop(STEP)];
const REVISE: &[ClockRule] = &[ClockRule::Stop(STEP), ClockRule::Start(UPDATE)];

/// The two states in which the sides consult: between agencies, and with the authority.
const CONSULTING: [&str; 2] = ["consulting", "consulting_authority"];

/// A side of a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Whoever provides the data.
    Provider,
    /// Whoever disputes its class.
    Claimant,
}

impl Side {
    /// Returns its code, as the facts of a case name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Claimant => "claimant",
        }
    }

    /// The side that alone may take a step; `None` where both may.
    pub fn of_event(event: &str) -> Option<Self> {
        match event {
            "concede" => Some(Self::Provider),
            "withdraw" => Some(Self::Claimant),
            _ => None,
        }
    }
}

/// Finds the state in which the chain of a dispute goes on; `None` where it ends.
pub fn next_in_chain(file: &CaseFile) -> Option<&'static str> {
    let on = match file.state.as_str() {
        state if CONSULTING.contains(&state) => DisputeStep::Consultation,
        "at_authority" => DisputeStep::Authority,
        _ => return None,
    };
    let chain = file.facts.get("chain").map(String::as_str).unwrap_or_default();
    let mut after = chain.split(' ').skip_while(|step| *step != on.as_str()).skip(1);
    match after.next()? {
        step if step == DisputeStep::Authority.as_str() => Some("at_authority"),
        step if step == DisputeStep::LocalGovernment.as_str() => Some("at_government"),
        step if step == DisputeStep::LeadingGroup.as_str() => Some("at_leading_group"),
        _ => None,
    }
}

/// Whether both sides wrote down what they think, or the time to do so is over: who is silent holds nothing up.
pub fn were_both_heard(file: &CaseFile, at: DateTime<Utc>) -> bool {
    let is_heard = |side: Side| file.facts.contains_key(&format!("heard.{}", side.as_str()));
    let today = day_in_china(at);
    let is_over = file.open_clocks().any(|clock| clock.rule == STEP && clock.last_day < today);
    is_over || (is_heard(Side::Provider) && is_heard(Side::Claimant))
}

/// Whether there is a way for a transition at all: the chain leads there.
pub(super) fn is_on_chain(file: &CaseFile, transition: &Transition) -> bool {
    match transition.to {
        To::State(to) if transition.guards.contains(&Guard::NextInChain) => {
            next_in_chain(file) == Some(to)
        }
        _ => true,
    }
}

const fn state(code: &'static str, zh: &'static str, en: &'static str, waits: Waits) -> State {
    State { code, zh, en, waits }
}

const fn begin(event: &'static str, to: &'static str) -> Transition {
    Transition {
        event,
        zh: "提出争议",
        en: "Disputed",
        from: &[],
        to: To::State(to),
        by: By::Action(Action::DisputeClasses),
        guards: &[],
        needs: &[Input::Reason],
        clocks: &[ClockRule::Start(STEP)],
        tells: TOLD,
        rule: "CLS-16",
    }
}

/// A step from one state.
const fn step(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    (from, to): (&'static [&'static str], &'static str),
    by: Action,
    (guards, clocks): (&'static [Guard], &'static [ClockRule]),
) -> Transition {
    Transition {
        event,
        zh,
        en,
        from,
        to: To::State(to),
        by: By::Action(by),
        guards,
        needs: &[Input::Reason],
        clocks,
        tells: TOLD,
        rule: "CLS-16",
    }
}

/// What a side writes down: the case stays where it is.
const fn speak(from: &'static [&'static str], by: Action) -> Transition {
    Transition { to: To::Same, ..step("speak", SPEAK, (from, ""), by, (&[], &[])) }
}

const SPEAK: (&str, &str) = ("记录协商意见", "Record what is thought");
const CONCEDE: (&str, &str) = ("同意变更类型", "Agree to the other class");
const WITHDRAW: (&str, &str) = ("撤回争议", "Withdraw");
const TO_AUTHORITY: (&str, &str) = ("协商不成，报主管部门", "Put before the authority");
const TO_GOVERNMENT: (&str, &str) = ("协商不成，报本级人民政府", "Put before the government");
const TO_GROUP: (&str, &str) = ("协商不成，报领导小组", "Put before the leading group");
const BETWEEN: &[&str] = &["consulting"];
const WITH: &[&str] = &["consulting_authority"];
const MEDIATED: &[&str] = &["at_authority"];
const ABOVE: &[&str] = &["at_government", "at_leading_group"];
const OWN: &[Guard] = &[Guard::OwnSide];
const ON: &[Guard] = &[Guard::NextInChain, Guard::BothHeard];
const MEDIATE_ON: &[Guard] = &[Guard::NextInChain, Guard::NotAParty];
const MEDIATE: &[Guard] = &[Guard::NotAParty];
const RULE: &[Guard] = &[Guard::DocumentNamed, Guard::NotAParty];
const AGENCY: Action = Action::ConsultAgencies;
const EITHER: Action = Action::DisputeClasses;
const SETTLE: Action = Action::SettleDisputes;

pub(super) static MACHINE: Machine = Machine {
    kind: CaseKind::Dispute,
    states: &[
        state("consulting", "双方协商", "The sides consult", Waits::For(AGENCY)),
        state(
            "consulting_authority",
            "与主管部门协商",
            "Consulting with the authority",
            Waits::For(EITHER),
        ),
        state("at_authority", "主管部门协商", "With the authority", Waits::For(SETTLE)),
        state("at_government", "待本级人民政府决定", "With the government", Waits::For(SETTLE)),
        state("at_leading_group", "待领导小组决定", "With the leading group", Waits::For(SETTLE)),
        state(
            "revising",
            "决定变更，待修订目录",
            "Entry to be revised",
            Waits::For(Action::EditDatasets),
        ),
        state("kept", "维持现有类型", "Kept", Waits::Ended),
        state("changed", "已变更", "Changed", Waits::Ended),
        state("withdrawn", "已撤回", "Withdrawn", Waits::Ended),
    ],
    transitions: &[
        begin("dispute", "consulting"),
        begin("dispute_with_authority", "consulting_authority"),
        speak(BETWEEN, AGENCY),
        speak(WITH, EITHER),
        step("concede", CONCEDE, (BETWEEN, "revising"), AGENCY, (OWN, REVISE)),
        step("concede", CONCEDE, (WITH, "revising"), EITHER, (OWN, REVISE)),
        step("withdraw", WITHDRAW, (BETWEEN, "withdrawn"), AGENCY, (OWN, STOP)),
        step("withdraw", WITHDRAW, (WITH, "withdrawn"), EITHER, (OWN, STOP)),
        step("withdraw", WITHDRAW, (MEDIATED, "withdrawn"), AGENCY, (OWN, STOP)),
        step("to_authority", TO_AUTHORITY, (BETWEEN, "at_authority"), AGENCY, (ON, NEXT)),
        step("to_government", TO_GOVERNMENT, (BETWEEN, "at_government"), AGENCY, (ON, NEXT)),
        step("to_government", TO_GOVERNMENT, (WITH, "at_government"), EITHER, (ON, NEXT)),
        step(
            "to_government",
            TO_GOVERNMENT,
            (MEDIATED, "at_government"),
            SETTLE,
            (MEDIATE_ON, NEXT),
        ),
        step("to_leading_group", TO_GROUP, (BETWEEN, "at_leading_group"), AGENCY, (ON, NEXT)),
        step("to_leading_group", TO_GROUP, (WITH, "at_leading_group"), EITHER, (ON, NEXT)),
        step(
            "to_leading_group",
            TO_GROUP,
            (MEDIATED, "at_leading_group"),
            SETTLE,
            (MEDIATE_ON, NEXT),
        ),
        step(
            "settle_keep",
            ("协商一致：维持现有类型", "Settled: keep the class"),
            (MEDIATED, "kept"),
            SETTLE,
            (MEDIATE, STOP),
        ),
        step(
            "settle_change",
            ("协商一致：变更类型", "Settled: change the class"),
            (MEDIATED, "revising"),
            SETTLE,
            (MEDIATE, REVISE),
        ),
        step(
            "rule_keep",
            ("登记决定：维持现有类型", "Record the decision: keep the class"),
            (ABOVE, "kept"),
            SETTLE,
            (RULE, STOP),
        ),
        step(
            "rule_change",
            ("登记决定：变更类型", "Record the decision: change the class"),
            (ABOVE, "revising"),
            SETTLE,
            (RULE, REVISE),
        ),
        // A revision with the class that was decided on was published.
        Transition {
            event: "report",
            zh: "修订已发布",
            en: "Revision published",
            from: &["revising"],
            to: To::State("changed"),
            by: By::System,
            guards: &[],
            needs: &[],
            clocks: &[ClockRule::Stop(UPDATE)],
            tells: TOLD,
            rule: "CLS-16",
        },
    ],
};
