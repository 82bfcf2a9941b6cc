//! Reports on the use of data that was granted, and questions about it: a case each (USE-01, USE-06; yulin 29¶2).
//!
//! The system asks for a report each interval and at the end; whoever follows the use may ask a question at any time.
//! What is overdue stays open, and is told to the provider.

use kaishu_types::case::CaseKind;

use super::machine::{
    Audience, By, ClockRule, Guard, Input, Machine, State, To, Transition, Waits,
};
use crate::permission::Action;

/// How long the holder has for a report or an answer.
const REPLY: &str = "usage_report.reply_wd";

const fn state(code: &'static str, zh: &'static str, en: &'static str, waits: Waits) -> State {
    State { code, zh, en, waits }
}

/// What the holder of the grant does.
const fn reply(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    from: &'static [&'static str],
    rule: &'static str,
) -> Transition {
    Transition {
        event,
        zh,
        en,
        from,
        to: To::State("filed"),
        by: By::Action(Action::ReportUse),
        guards: &[],
        needs: &[],
        clocks: &[ClockRule::Stop(REPLY)],
        tells: &[Audience::Provider],
        rule,
    }
}

/// What is done by whoever follows the use.
const fn follow(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    from: &'static [&'static str],
    to: &'static str,
    rule: &'static str,
) -> Transition {
    Transition {
        to: To::State(to),
        by: By::Action(Action::FollowUse),
        guards: &[Guard::NotOwnOrganization],
        clocks: &[],
        tells: &[Audience::Submitter],
        ..reply(event, (zh, en), from, rule)
    }
}

pub(super) static MACHINE: Machine = Machine {
    kind: CaseKind::UsageReport,
    states: &[
        state("due", "待报告", "To be reported", Waits::For(Action::ReportUse)),
        state("questioned", "待答复", "To be answered", Waits::For(Action::ReportUse)),
        state(
            "filed",
            "待提供单位查阅",
            "To be read by the provider",
            Waits::For(Action::FollowUse),
        ),
        state("read", "已查阅", "Read", Waits::Ended),
        state("excused", "不再要求", "No longer asked for", Waits::Ended),
    ],
    transitions: &[
        Transition {
            to: To::State("due"),
            by: By::System,
            clocks: &[ClockRule::Start(REPLY)],
            tells: &[Audience::Submitter],
            ..reply("begin", ("到期报告使用情况", "Report due"), &[], "USE-01")
        },
        Transition {
            needs: &[Input::Reason],
            clocks: &[ClockRule::Start(REPLY)],
            ..follow("ask", ("询问使用情况", "Ask a question"), &[], "questioned", "USE-06")
        },
        Transition {
            guards: &[Guard::UsageReportWhole],
            ..reply("file", ("提交使用情况报告", "File the report"), &["due"], "USE-01")
        },
        Transition {
            needs: &[Input::Reason],
            ..reply("answer", ("答复", "Answer"), &["questioned"], "USE-06")
        },
        Transition {
            needs: &[Input::Reason],
            clocks: &[ClockRule::Start(REPLY)],
            ..follow("question", ("追问", "Ask further"), &["filed"], "questioned", "USE-06")
        },
        follow("accept", ("已查阅", "Mark as read"), &["filed"], "read", "USE-01"),
        Transition {
            needs: &[Input::Reason],
            clocks: &[ClockRule::Stop(REPLY)],
            ..follow(
                "excuse",
                ("不再要求报告", "Ask no longer"),
                &["due", "questioned"],
                "excused",
                "USE-01",
            )
        },
        Transition {
            to: To::Same,
            by: By::System,
            clocks: &[],
            tells: &[Audience::Submitter, Audience::Provider, Audience::Authority],
            ..reply("overdue", ("已经超期", "Overdue"), &["due", "questioned"], "USE-01")
        },
    ],
};
