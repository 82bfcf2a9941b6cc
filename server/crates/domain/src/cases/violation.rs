//! Violations under a grant: suspected or found, the user's statement, the decision, the correction, and access again
//! (USE-03 to USE-05, USE-08; aba 42, yulin 30¶2 and 36).
//!
//! Confirming one closes the grant in the same transaction; nothing opens it again but somebody who looked at the
//! correction, or found the violation to be none. No penalty is decided here: what calls for one is handed over.

use kaishu_types::case::CaseKind;

use super::machine::{
    Audience, By, ClockRule, Guard, Input, Machine, State, To, Transition, Waits,
};
use crate::permission::Action;

/// How long the user has to say something to it.
const STATEMENT: &str = "violation.statement_wd";
/// How long the user has to correct it.
const CORRECT: &str = "violation.correct_wd";
/// How long the authority has to answer an objection.
const APPEAL: &str = "appeal.reply_wd";

const SIDES: &[Audience] = &[Audience::Submitter, Audience::Provider, Audience::Authority];

const fn state(code: &'static str, zh: &'static str, en: &'static str, waits: Waits) -> State {
    State { code, zh, en, waits }
}

/// What whoever keeps watch over the grant does.
const fn handle(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    from: &'static [&'static str],
    to: &'static str,
    rule: &'static str,
) -> Transition {
    Transition {
        event,
        zh,
        en,
        from,
        to: To::State(to),
        by: By::Action(Action::HandleViolations),
        guards: &[Guard::NotTheSubmitter, Guard::NotOwnOrganization],
        needs: &[Input::Reason],
        clocks: &[],
        tells: SIDES,
        rule,
    }
}

/// What the holder of the grant does.
const fn own(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    from: &'static [&'static str],
    to: To,
    rule: &'static str,
) -> Transition {
    Transition {
        to,
        by: By::Action(Action::ReportUse),
        guards: &[],
        tells: &[Audience::Provider, Audience::NextStep],
        ..handle(event, (zh, en), from, "", rule)
    }
}

/// What the authority decides on an objection: not by whoever confirmed the violation.
const fn objection(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    to: &'static str,
) -> Transition {
    Transition {
        by: By::Action(Action::DecideForAuthority),
        guards: &[Guard::NotTheSubmitter, Guard::NotOwnOrganization, Guard::OtherPerson],
        clocks: &[ClockRule::Stop(APPEAL)],
        ..handle(event, (zh, en), &["objected"], to, "USE-04")
    }
}

pub(super) static MACHINE: Machine = Machine {
    kind: CaseKind::Violation,
    states: &[
        state("open", "听取意见，待认定", "To be decided", Waits::For(Action::HandleViolations)),
        state(
            "confirmed",
            "已认定，权限关闭，待改正",
            "Confirmed, access closed, to be corrected",
            Waits::For(Action::ReportUse),
        ),
        state(
            "corrected",
            "已报告改正，待核实",
            "Correction to be looked at",
            Waits::For(Action::HandleViolations),
        ),
        state("objected", "复核中", "Under review", Waits::For(Action::DecideForAuthority)),
        state("dismissed", "不构成违规", "No violation", Waits::Ended),
        state("restored", "已改正，权限恢复", "Corrected, access restored", Waits::Ended),
        state("lifted", "认定已撤销", "Found to be none", Waits::Ended),
        state("revoked", "权限已收回", "Grant revoked", Waits::Ended),
    ],
    transitions: &[
        Transition {
            clocks: &[ClockRule::Start(STATEMENT)],
            ..handle("open", ("登记涉嫌违规", "Open on a suspicion"), &[], "open", "USE-03")
        },
        // Where waiting does harm: the user is heard while access is closed.
        Transition {
            clocks: &[ClockRule::Start(CORRECT)],
            ..handle(
                "confirm",
                ("认定违规，立即关闭权限", "Confirm and close access at once"),
                &[],
                "confirmed",
                "USE-04",
            )
        },
        Transition {
            clocks: &[ClockRule::Stop(STATEMENT)],
            ..own(
                "state",
                ("陈述申辩", "Make a statement"),
                &["open", "confirmed", "corrected"],
                To::Same,
                "USE-03",
            )
        },
        Transition {
            guards: &[Guard::NotTheSubmitter, Guard::NotOwnOrganization, Guard::UserHeard],
            clocks: &[ClockRule::Stop(STATEMENT), ClockRule::Start(CORRECT)],
            ..handle(
                "confirm",
                ("认定违规，关闭权限", "Confirm and close access"),
                &["open"],
                "confirmed",
                "USE-04",
            )
        },
        Transition {
            clocks: &[ClockRule::Stop(STATEMENT)],
            ..handle(
                "dismiss",
                ("不构成违规", "Find no violation"),
                &["open"],
                "dismissed",
                "USE-03",
            )
        },
        Transition {
            clocks: &[ClockRule::Stop(CORRECT)],
            ..own(
                "correct",
                ("报告改正情况", "Report the correction"),
                &["confirmed"],
                To::State("corrected"),
                "USE-05",
            )
        },
        Transition {
            clocks: &[ClockRule::Start(CORRECT)],
            ..handle(
                "reject",
                ("改正不到位，继续改正", "Not corrected yet"),
                &["corrected"],
                "confirmed",
                "USE-05",
            )
        },
        Transition {
            guards: &[
                Guard::NotTheSubmitter,
                Guard::NotOwnOrganization,
                Guard::SuspendedBySame,
                Guard::DatasetOpenOnConditions,
            ],
            ..handle(
                "restore",
                ("核实改正，恢复权限", "Verify the correction and restore access"),
                &["corrected"],
                "restored",
                "USE-05",
            )
        },
        Transition {
            guards: &[Guard::NotTheSubmitter, Guard::NotOwnOrganization, Guard::SuspendedBySame],
            clocks: &[ClockRule::Stop(CORRECT)],
            ..handle(
                "lift",
                ("撤销认定，恢复权限", "Find it to be none and restore access"),
                &["confirmed", "corrected"],
                "lifted",
                "USE-04",
            )
        },
        // For good only where the user has objected, or let the time for it go by.
        Transition {
            guards: &[Guard::NotTheSubmitter, Guard::NotOwnOrganization, Guard::ObjectionOver],
            clocks: &[ClockRule::Stop(CORRECT)],
            ..handle(
                "revoke",
                ("收回权限", "Revoke the grant"),
                &["confirmed", "corrected"],
                "revoked",
                "AGR-08",
            )
        },
        Transition {
            guards: &[Guard::FirstComplaint],
            clocks: &[ClockRule::Pause(CORRECT), ClockRule::Start(APPEAL)],
            ..own(
                "object",
                ("申请复核", "Object"),
                &["confirmed", "corrected"],
                To::State("objected"),
                "USE-04",
            )
        },
        Transition {
            clocks: &[ClockRule::Stop(APPEAL), ClockRule::GoOn(CORRECT)],
            ..objection("uphold", ("维持认定", "Uphold it"), "confirmed")
        },
        Transition {
            clocks: &[ClockRule::Stop(APPEAL), ClockRule::Stop(CORRECT)],
            ..objection(
                "lift",
                ("撤销认定，恢复权限", "Find it to be none and restore access"),
                "lifted",
            )
        },
        Transition {
            to: To::Same,
            ..handle(
                "hand_over",
                ("移送有权机关", "Hand over to the competent body"),
                &["confirmed", "corrected", "objected"],
                "",
                "USE-08",
            )
        },
        Transition {
            to: To::Same,
            needs: &[],
            tells: &[],
            ..handle(
                "export",
                ("导出证据材料", "Take the file for the competent body"),
                &["open", "confirmed", "corrected", "objected"],
                "",
                "USE-08",
            )
        },
        by_itself("remind", ("到期提醒", "Reminder"), &["open"], &[Audience::Submitter]),
        by_itself("due_today", ("今天到期", "Due today"), &["open"], &[Audience::Submitter]),
        by_itself("overdue", ("已经超期", "Overdue"), &["confirmed"], SIDES),
    ],
};

/// What clocks do.
const fn by_itself(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    from: &'static [&'static str],
    tells: &'static [Audience],
) -> Transition {
    Transition {
        to: To::Same,
        by: By::System,
        guards: &[],
        needs: &[],
        tells,
        ..handle(event, (zh, en), from, "", "SUP-02")
    }
}
