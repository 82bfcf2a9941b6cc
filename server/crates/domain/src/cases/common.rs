//! What can happen to a case of any kind: clocks remind, tell that they end and that they have, more time is asked
//! for and given, the authority urges (SUP-01, SUP-02); a case moves to another organization with its dataset.

use super::machine::{Audience, By, ClockRule, Guard, Input, To, Transition};
use crate::permission::Action;

/// Whom more time concerns besides those who asked.
const EXTENDED: &[Audience] =
    &[Audience::NextStep, Audience::Submitter, Audience::Provider, Audience::Authority];

/// What clocks do by themselves.
const fn by_itself(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    clocks: &'static [ClockRule],
    tells: &'static [Audience],
    rule: &'static str,
) -> Transition {
    let (from, to, by) = (&[], To::Same, By::System);
    Transition { event, zh, en, from, to, by, guards: &[], needs: &[], clocks, tells, rule }
}

/// What somebody does about the time of a case, with a reason.
const fn about_time(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    (by, guards): (By, &'static [Guard]),
    clocks: &'static [ClockRule],
    tells: &'static [Audience],
    rule: &'static str,
) -> Transition {
    let (from, to) = (&[], To::Same);
    Transition { event, zh, en, from, to, by, guards, needs: &[Input::Reason], clocks, tells, rule }
}

/// Who decides on more time, and when.
const RESPONSIBLE: (By, &[Guard]) = (By::Responsible, &[Guard::ExtensionAsked, Guard::NotTheAsker]);

/// What can happen to every case that is open.
pub(super) static COMMON: [Transition; 9] = [
    by_itself("remind", ("到期提醒", "Reminder"), &[], &[Audience::NextStep], "SUP-02"),
    by_itself("due_today", ("今天到期", "Due today"), &[], &[Audience::NextStep], "SUP-02"),
    by_itself(
        "overdue",
        ("已经超期", "Overdue"),
        &[],
        &[Audience::NextStep, Audience::Authority],
        "SUP-02",
    ),
    by_itself(
        "recount",
        ("日历变化，期限重新计算", "Counted anew by another calendar"),
        &[ClockRule::Recount],
        &[Audience::NextStep],
        "SUP-01",
    ),
    by_itself("move", ("随数据集移交", "Moved with its dataset"), &[], &[], "CAT-08"),
    about_time(
        "urge",
        ("催办", "Urged"),
        (By::Action(Action::Urge), &[Guard::ClockOver]),
        &[],
        &[Audience::NextStep, Audience::Provider, Audience::Party],
        "SUP-02",
    ),
    about_time(
        "ask_extension",
        ("申请延期", "Ask for more time"),
        (By::Waiting, &[Guard::ExtensionAllowed]),
        &[],
        &[Audience::Responsible],
        "SUP-01",
    ),
    about_time(
        "extend",
        ("同意延期", "Give more time"),
        RESPONSIBLE,
        &[ClockRule::Extend],
        EXTENDED,
        "SUP-01",
    ),
    about_time(
        "refuse_extension",
        ("不同意延期", "Give no more time"),
        RESPONSIBLE,
        &[],
        &[Audience::NextStep, Audience::Submitter],
        "SUP-01",
    ),
];
