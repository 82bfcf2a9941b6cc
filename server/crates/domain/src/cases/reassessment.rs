//! Whether data that is not unconditional stays in its class, looked at once in a while (CLS-13).

use kaishu_types::case::CaseKind;

use super::machine::{Audience, By, ClockRule, Input, Machine, State, To, Transition, Waits};
use crate::permission::Action;

const ASSESS: &str = "class.reassess_wd";
const UPDATE: &str = "catalogue.update_wd";
const TOLD: &[Audience] = &[Audience::Provider, Audience::Authority];

/// What the provider finds.
const fn finding(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    to: &'static str,
    clocks: &'static [ClockRule],
) -> Transition {
    Transition {
        event,
        zh,
        en,
        from: &["due"],
        to: To::State(to),
        by: By::Action(Action::SubmitDatasets),
        guards: &[],
        needs: &[Input::Reason],
        clocks,
        tells: TOLD,
        rule: "CLS-13",
    }
}

/// What lets an assessment wait for its revision again: what ended with a submission begins anew there.
const fn back(event: &'static str, (zh, en): (&'static str, &'static str)) -> Transition {
    Transition {
        event,
        zh,
        en,
        from: &[],
        to: To::State("revising"),
        by: By::System,
        guards: &[],
        needs: &[Input::Reason],
        clocks: &[ClockRule::Start(UPDATE)],
        tells: TOLD,
        rule: "CLS-13",
    }
}

const REVISE: &[ClockRule] = &[ClockRule::Stop(ASSESS), ClockRule::Start(UPDATE)];

pub(super) static MACHINE: Machine = Machine {
    kind: CaseKind::Reassessment,
    states: &[
        State {
            code: "due",
            zh: "待评估",
            en: "To be assessed",
            waits: Waits::For(Action::SubmitDatasets),
        },
        State {
            code: "revising",
            zh: "待修订目录",
            en: "Entry to be revised",
            waits: Waits::For(Action::EditDatasets),
        },
        State { code: "kept", zh: "维持", en: "Kept", waits: Waits::Ended },
        State { code: "revised", zh: "已修订", en: "Revised", waits: Waits::Ended },
        State {
            code: "dismissed", zh: "不需要评估", en: "Nothing to assess", waits: Waits::Ended
        },
    ],
    transitions: &[
        Transition {
            event: "begin",
            zh: "到期评估",
            en: "Assessment due",
            from: &[],
            to: To::State("due"),
            by: By::System,
            guards: &[],
            needs: &[],
            clocks: &[ClockRule::Start(ASSESS)],
            tells: TOLD,
            rule: "CLS-13",
        },
        finding("keep", ("维持现有类型", "Keep the class"), "kept", &[ClockRule::Stop(ASSESS)]),
        finding("widen", ("扩大开放", "Open wider"), "revising", REVISE),
        finding("narrow", ("缩小开放", "Open less"), "revising", REVISE),
        // A revision that changes how the data is opened was submitted.
        Transition {
            event: "report",
            zh: "修订已提交",
            en: "Revision submitted",
            from: &["revising"],
            to: To::State("revised"),
            by: By::System,
            guards: &[],
            needs: &[],
            clocks: &[ClockRule::Stop(UPDATE)],
            tells: TOLD,
            rule: "CLS-13",
        },
        // It was taken back, or given up: the class is what it was.
        back("recalled", ("修订已撤回，仍须修订", "Taken back: still to be revised")),
        back("discarded", ("修订已作废，仍须修订", "Discarded: still to be revised")),
        Transition {
            event: "dismiss",
            zh: "认定不需要评估",
            en: "Find nothing to assess",
            from: &["due", "revising"],
            to: To::State("dismissed"),
            by: By::Action(Action::PublishDatasets),
            guards: &[],
            needs: &[Input::Reason],
            clocks: &[ClockRule::Stop(ASSESS), ClockRule::Stop(UPDATE)],
            tells: &[Audience::Provider],
            rule: "CLS-13",
        },
    ],
};
