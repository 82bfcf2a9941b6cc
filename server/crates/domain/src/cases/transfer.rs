//! Transfers: a dataset goes to another organization, which has to take it over.
//!
//! The one that has it offers it; the case then belongs to the one that is asked, so that it stands on its
//! desk. Whatever else is open about the dataset moves with it.

use kaishu_types::case::CaseKind;

use super::machine::{Audience, By, Guard, Input, Machine, State, To, Transition, Waits};
use crate::permission::Action;

const fn state(code: &'static str, zh: &'static str, en: &'static str, waits: Waits) -> State {
    State { code, zh, en, waits }
}

/// An answer of the organization that is asked.
const fn answer(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    to: &'static str,
) -> Transition {
    Transition {
        event,
        zh,
        en,
        from: &["offered"],
        to: To::State(to),
        by: By::Action(Action::SubmitDatasets),
        guards: &[Guard::NotTheSubmitter],
        needs: &[Input::Reason],
        clocks: &[],
        tells: &[Audience::Submitter, Audience::Authority],
        rule: "CAT-08",
    }
}

pub(super) static MACHINE: Machine = Machine {
    kind: CaseKind::Transfer,
    states: &[
        state("begun", "移交已提出", "Offered", Waits::Nobody),
        state("offered", "待接收", "To be taken over", Waits::For(Action::SubmitDatasets)),
        state("taken", "已接收", "Taken over", Waits::Ended),
        state("withdrawn", "已撤回", "Withdrawn", Waits::Ended),
        state("declined", "未接收", "Not taken over", Waits::Ended),
    ],
    transitions: &[
        Transition {
            event: "offer",
            zh: "提出移交",
            en: "Offer",
            from: &[],
            to: To::State("begun"),
            by: By::Action(Action::TransferDatasets),
            guards: &[],
            needs: &[Input::Reason],
            clocks: &[],
            tells: &[Audience::Provider],
            rule: "CAT-08",
        },
        Transition {
            event: "deliver",
            zh: "送交接收单位",
            en: "Put before the one that is asked",
            from: &["begun"],
            to: To::State("offered"),
            by: By::System,
            guards: &[],
            needs: &[],
            clocks: &[],
            tells: &[Audience::Provider],
            rule: "CAT-08",
        },
        // Taken back by whoever offered it: it belongs to the provider again, and ends there.
        Transition {
            event: "recall",
            zh: "退回提出单位",
            en: "Put back",
            from: &["offered"],
            to: To::State("begun"),
            by: By::System,
            guards: &[],
            needs: &[],
            clocks: &[],
            tells: &[],
            rule: "CAT-08",
        },
        Transition {
            event: "withdraw",
            zh: "撤回移交",
            en: "Withdraw",
            from: &["begun"],
            to: To::State("withdrawn"),
            by: By::Action(Action::TransferDatasets),
            guards: &[],
            needs: &[Input::Reason],
            clocks: &[],
            tells: &[Audience::Provider],
            rule: "CAT-08",
        },
        answer("take", ("接收", "Take over"), "taken"),
        answer("decline", ("不接收", "Decline"), "declined"),
    ],
};
