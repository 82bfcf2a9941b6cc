//! Missing entries: a resource that is open without an entry of the catalogue, until there is one (CAT-17).
//!
//! The clock goes on until an entry is published: a task whose time is over stays among what is overdue.

use kaishu_types::case::CaseKind;

use super::machine::{
    Audience, By, ClockRule, Guard, Input, Machine, State, To, Transition, Waits,
};
use crate::permission::Action;

const ENTER: &str = "catalogue.missing_wd";
const TOLD: &[Audience] = &[Audience::Submitter, Audience::Provider, Audience::Authority];

pub(super) static MACHINE: Machine = Machine {
    kind: CaseKind::MissingEntry,
    states: &[
        State {
            code: "due",
            zh: "待编入目录",
            en: "To be entered",
            waits: Waits::For(Action::EditDatasets),
        },
        State { code: "entered", zh: "已编入目录", en: "Entered", waits: Waits::Ended },
        State {
            code: "dismissed", zh: "不需要编入", en: "Nothing to enter", waits: Waits::Ended
        },
    ],
    transitions: &[
        Transition {
            event: "register",
            zh: "登记目录外开放的资源",
            en: "Register what is open without an entry",
            from: &[],
            to: To::State("due"),
            by: By::Action(Action::ReportMissing),
            guards: &[],
            needs: &[Input::Reason],
            clocks: &[ClockRule::Start(ENTER)],
            tells: TOLD,
            rule: "CAT-17",
        },
        Transition {
            event: "compile",
            zh: "编制目录",
            en: "Compile the entry",
            from: &["due"],
            to: To::Same,
            by: By::Action(Action::EditDatasets),
            guards: &[],
            needs: &[],
            clocks: &[],
            tells: &[],
            rule: "CAT-17",
        },
        // An entry that was there already is named by its code.
        Transition {
            event: "name",
            zh: "指明已有的目录",
            en: "Name the entry that is there",
            from: &["due"],
            to: To::State("entered"),
            by: By::Action(Action::SubmitDatasets),
            guards: &[Guard::EntryThere],
            needs: &[Input::Reason],
            clocks: &[ClockRule::Stop(ENTER)],
            tells: TOLD,
            rule: "CAT-17",
        },
        // The entry that was compiled for it was published.
        Transition {
            event: "enter",
            zh: "目录已发布",
            en: "Entry published",
            from: &["due"],
            to: To::State("entered"),
            by: By::System,
            guards: &[],
            needs: &[],
            clocks: &[ClockRule::Stop(ENTER)],
            tells: TOLD,
            rule: "CAT-17",
        },
        Transition {
            event: "dismiss",
            zh: "认定不需要编入",
            en: "Find nothing to enter",
            from: &["due"],
            to: To::State("dismissed"),
            by: By::Action(Action::PublishDatasets),
            guards: &[Guard::NotAParty],
            needs: &[Input::Reason],
            clocks: &[ClockRule::Stop(ENTER)],
            tells: &[Audience::Submitter, Audience::Provider],
            rule: "CAT-17",
        },
    ],
};
