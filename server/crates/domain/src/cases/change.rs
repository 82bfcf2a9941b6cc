//! Changes that an entry has to follow: noted, followed by a revision, reported (CAT-08, CAT-09).

use kaishu_types::case::CaseKind;

use super::machine::{Audience, By, ClockRule, Input, Machine, State, To, Transition, Waits};
use crate::permission::Action;

const UPDATE: &str = "catalogue.update_wd";
const REPORT: &str = "catalogue.report_wd";

pub(super) static MACHINE: Machine = Machine {
    kind: CaseKind::Change,
    states: &[
        State {
            code: "due",
            zh: "待更新目录",
            en: "Entry to be updated",
            waits: Waits::For(Action::EditDatasets),
        },
        State {
            code: "revised",
            zh: "待报送",
            en: "To be reported",
            waits: Waits::For(Action::SubmitDatasets),
        },
        State { code: "reported", zh: "已报送", en: "Reported", waits: Waits::Ended },
        State {
            code: "dismissed", zh: "不需要更新", en: "Nothing to update", waits: Waits::Ended
        },
    ],
    transitions: &[
        Transition {
            event: "note",
            zh: "登记变更",
            en: "Note a change",
            from: &[],
            to: To::State("due"),
            by: By::Action(Action::NoteChanges),
            guards: &[],
            needs: &[Input::Reason],
            clocks: &[ClockRule::Start(UPDATE)],
            tells: &[Audience::Provider, Audience::Authority],
            rule: "CAT-08",
        },
        // Another class of an entry may change what is assembled from it (CAT-20).
        Transition {
            event: "flag",
            zh: "来源目录的类型变化",
            en: "A source was classified anew",
            from: &[],
            to: To::State("due"),
            by: By::System,
            guards: &[],
            needs: &[Input::Reason],
            clocks: &[ClockRule::Start(UPDATE)],
            tells: &[Audience::Provider, Audience::Authority],
            rule: "CAT-20",
        },
        // Another level by the grading rules than the one it carries (CLS-12).
        Transition {
            event: "regrade",
            zh: "分级规则变化，须重新定级",
            en: "The grading rules changed",
            from: &[],
            to: To::State("due"),
            by: By::System,
            guards: &[],
            needs: &[Input::Reason],
            clocks: &[ClockRule::Start(UPDATE)],
            tells: &[Audience::Provider, Audience::Authority],
            rule: "CLS-12",
        },
        Transition {
            event: "revise",
            zh: "目录已更新",
            en: "Entry updated",
            from: &["due"],
            to: To::State("revised"),
            by: By::System,
            guards: &[],
            needs: &[],
            clocks: &[ClockRule::Stop(UPDATE), ClockRule::Start(REPORT)],
            tells: &[Audience::Provider, Audience::Authority],
            rule: "CAT-09",
        },
        Transition {
            event: "report",
            zh: "变更已报送",
            en: "Change reported",
            from: &["due", "revised"],
            to: To::State("reported"),
            by: By::System,
            guards: &[],
            needs: &[],
            clocks: &[ClockRule::Stop(UPDATE), ClockRule::Stop(REPORT)],
            tells: &[Audience::Provider, Audience::Authority],
            rule: "CAT-09",
        },
        // What ended with a submission is a duty anew where that is taken back: to be reported.
        Transition {
            event: "recalled",
            zh: "修订已撤回，仍须报送",
            en: "Taken back: to be reported",
            from: &[],
            to: To::State("revised"),
            by: By::System,
            guards: &[],
            needs: &[Input::Reason],
            clocks: &[ClockRule::Start(REPORT)],
            tells: &[Audience::Provider, Audience::Authority],
            rule: "CAT-09",
        },
        // Where it is given up the entry does not follow the change yet, reported before or not.
        Transition {
            event: "discarded",
            zh: "修订已作废，仍须更新目录",
            en: "Discarded: still to be updated",
            from: &[],
            to: To::State("due"),
            by: By::System,
            guards: &[],
            needs: &[Input::Reason],
            clocks: &[ClockRule::Start(UPDATE)],
            tells: &[Audience::Provider, Audience::Authority],
            rule: "CAT-09",
        },
        Transition {
            event: "discarded",
            zh: "修订已作废，仍须更新目录",
            en: "Discarded: still to be updated",
            from: &["revised"],
            to: To::State("due"),
            by: By::System,
            guards: &[],
            needs: &[Input::Reason],
            clocks: &[ClockRule::Stop(REPORT), ClockRule::Start(UPDATE)],
            tells: &[Audience::Provider, Audience::Authority],
            rule: "CAT-09",
        },
        Transition {
            event: "dismiss",
            zh: "认定不需要更新",
            en: "Find nothing to update",
            from: &["due", "revised"],
            to: To::State("dismissed"),
            by: By::Action(Action::PublishDatasets),
            guards: &[],
            needs: &[Input::Reason],
            clocks: &[ClockRule::Stop(UPDATE), ClockRule::Stop(REPORT)],
            tells: &[Audience::Provider],
            rule: "CAT-08",
        },
    ],
};
