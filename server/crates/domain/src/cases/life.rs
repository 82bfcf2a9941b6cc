//! Life after publication: suspension, withdrawal, the end (section 5.1).

use kaishu_types::case::CaseKind;

use super::machine::{Audience, By, Guard, Input, Machine, State, To, Transition, Waits};
use crate::permission::Action;

const TOLD: &[Audience] = &[Audience::Provider, Audience::Authority];

pub(super) static MACHINE: Machine = Machine {
    kind: CaseKind::Life,
    states: &[
        State { code: "published", zh: "已发布", en: "Published", waits: Waits::Nobody },
        State {
            code: "suspended",
            zh: "中止开放",
            en: "Suspended",
            waits: Waits::For(Action::WithdrawDatasets),
        },
        State { code: "withdrawn", zh: "已撤回", en: "Withdrawn", waits: Waits::Nobody },
        State { code: "retired", zh: "已下线", en: "Retired", waits: Waits::Nobody },
        State { code: "destroyed", zh: "已销毁", en: "Destroyed", waits: Waits::Ended },
    ],
    transitions: &[
        Transition {
            event: "begin",
            zh: "发布",
            en: "Published",
            from: &[],
            to: To::State("published"),
            by: By::System,
            guards: &[],
            needs: &[],
            clocks: &[],
            tells: &[],
            rule: "REV-01",
        },
        Transition {
            event: "suspend",
            zh: "中止开放",
            en: "Suspend",
            from: &["published"],
            to: To::State("suspended"),
            by: By::Action(Action::SuspendDatasets),
            guards: &[],
            needs: &[Input::Reason],
            clocks: &[],
            tells: TOLD,
            rule: "FBK-14",
        },
        Transition {
            event: "restore",
            zh: "恢复开放",
            en: "Restore",
            from: &["suspended"],
            to: To::State("published"),
            by: By::Action(Action::WithdrawDatasets),
            guards: &[],
            needs: &[Input::Reason],
            clocks: &[],
            tells: TOLD,
            rule: "FBK-12",
        },
        Transition {
            event: "withdraw",
            zh: "撤回",
            en: "Withdraw",
            from: &["published", "suspended"],
            to: To::State("withdrawn"),
            by: By::Action(Action::WithdrawDatasets),
            guards: &[],
            needs: &[Input::Reason],
            clocks: &[],
            tells: TOLD,
            rule: "FBK-12",
        },
        Transition {
            event: "retire",
            zh: "下线",
            en: "Retire",
            from: &["published", "withdrawn"],
            to: To::State("retired"),
            by: By::Action(Action::WithdrawDatasets),
            guards: &[Guard::AuthorityAgrees],
            needs: &[Input::Reason],
            clocks: &[],
            tells: TOLD,
            rule: "CAT-08",
        },
        Transition {
            event: "destroy",
            zh: "销毁",
            en: "Destroy",
            from: &["retired", "withdrawn"],
            to: To::State("destroyed"),
            by: By::Action(Action::PublishDatasets),
            guards: &[Guard::AuthorityAgrees, Guard::RetentionOver],
            needs: &[Input::Reason],
            clocks: &[],
            tells: TOLD,
            rule: "SEC-13",
        },
    ],
};
