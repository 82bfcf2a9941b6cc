//! Cases: one engine for everything that is decided in steps.
//!
//! A kind of case is a [`Machine`]: a table of transitions, each with who may take it, what must hold,
//! what it does to clocks and who is told. [`decide`] turns an act into an event or refuses it with
//! the rule; [`CaseFile::apply`] folds events into the state. Events carry what they led to, so that
//! folding needs neither calendar nor policy: a case replayed in ten years is what it was.

mod account_request;
mod application;
mod change;
mod clock;
mod common;
mod decide;
mod dispute;
mod event;
mod extension;
mod file;
mod life;
mod machine;
mod missing_entry;
mod opening;
mod outside;
mod project;
mod reassessment;
mod share;
mod transfer;
mod usage_report;
mod violation;

pub use clock::{Clock, Standing};
pub use decide::{Act, Refusal, World, decide, possible};
pub use dispute::{Side, next_in_chain, were_both_heard};
pub use event::{Actor, Body, Event, Step, StepResult, Verdict};
pub use extension::{ANSWER, ASKED, ASKED_BY};
pub use file::{CaseFile, EXPERTS, Misfit};
pub use machine::{Audience, By, ClockRule, Guard, Input, Machine, State, To, Transition, Waits};
pub use share::sided;

use kaishu_types::case::CaseKind;

/// Finds the machine of a kind.
pub fn machine(kind: CaseKind) -> &'static Machine {
    match kind {
        CaseKind::Opening => &opening::MACHINE,
        CaseKind::Life => &life::MACHINE,
        CaseKind::Change => &change::MACHINE,
        CaseKind::Transfer => &transfer::MACHINE,
        CaseKind::Reassessment => &reassessment::MACHINE,
        CaseKind::Dispute => &dispute::MACHINE,
        CaseKind::MissingEntry => &missing_entry::MACHINE,
        CaseKind::Application => &application::MACHINE,
        CaseKind::ShareRequest => &share::MACHINE,
        CaseKind::OutsideRequest => &outside::MACHINE,
        CaseKind::AccountRequest => &account_request::MACHINE,
        CaseKind::UsageReport => &usage_report::MACHINE,
        CaseKind::Violation => &violation::MACHINE,
        CaseKind::Project => &project::MACHINE,
    }
}
