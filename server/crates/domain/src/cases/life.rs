//! Life after publication: suspension, withdrawal, the end (section 5.1).

use kaishu_types::case::CaseKind;

use super::machine::{Audience, By, Guard, Input, Machine, State, To, Transition, Waits};
use crate::permission::Action;

const TOLD: &[Audience] = &[Audience::Provider, Audience::Authority];
const TOLD_WITH_HOLDERS: &[Audience] =
    &[Audience::Provider, Audience::Authority, Audience::GrantHolders];

/// A transition of this table: what all of them have in common is said once.
const fn transition(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    from: &'static [&'static str],
    to: &'static str,
    (by, guards): (By, &'static [Guard]),
    rule: &'static str,
) -> Transition {
    let needs: &[Input] = match by {
        By::System => &[],
        By::Action(_) | By::StepParty | By::Waiting | By::Responsible => &[Input::Reason],
    };
    let tells: &[Audience] = if from.is_empty() { &[] } else { TOLD };
    Transition {
        event,
        zh,
        en,
        from,
        to: To::State(to),
        by,
        guards,
        needs,
        clocks: &[],
        tells,
        rule,
    }
}

/// A transition that whoever holds a grant is told of: it changes what they have.
const fn felt(
    event: &'static str,
    words: (&'static str, &'static str),
    from: &'static [&'static str],
    to: &'static str,
    who: (By, &'static [Guard]),
    rule: &'static str,
) -> Transition {
    Transition { tells: TOLD_WITH_HOLDERS, ..transition(event, words, from, to, who, rule) }
}

const SUSPEND: (By, &[Guard]) = (By::Action(Action::SuspendDatasets), &[]);
const WITHDRAW: (By, &[Guard]) = (By::Action(Action::WithdrawDatasets), &[]);
const RESTORE: (By, &[Guard]) = (By::Action(Action::WithdrawDatasets), &[Guard::SuspendedBySame]);
const AGREE: (By, &[Guard]) = (By::Action(Action::EndDatasets), &[Guard::NotTheSubmitter]);
const DESTROY: (By, &[Guard]) =
    (By::Action(Action::EndDatasets), &[Guard::NotTheSubmitter, Guard::RetentionOver]);
const SYSTEM: (By, &[Guard]) = (By::System, &[]);
const ANSWER: Waits = Waits::For(Action::EndDatasets);

const fn state(code: &'static str, zh: &'static str, en: &'static str, waits: Waits) -> State {
    State { code, zh, en, waits }
}

pub(super) static MACHINE: Machine = Machine {
    kind: CaseKind::Life,
    states: &[
        state("published", "已发布", "Published", Waits::Nobody),
        state("suspended", "中止开放", "Suspended", Waits::For(Action::WithdrawDatasets)),
        state("withdrawn", "已撤回", "Withdrawn", Waits::Nobody),
        state("retire_asked", "申请下线", "Retirement asked for", ANSWER),
        state(
            "withdrawn_retire_asked",
            "撤回后申请下线",
            "Retirement asked for, withdrawn",
            ANSWER,
        ),
        state("retired", "已下线", "Retired", Waits::Nobody),
        state("destroy_asked", "申请销毁", "Destruction asked for", ANSWER),
        state(
            "withdrawn_destroy_asked",
            "撤回后申请销毁",
            "Destruction asked for, withdrawn",
            ANSWER,
        ),
        state("destroyed", "已销毁", "Destroyed", Waits::Ended),
    ],
    transitions: &[
        transition("begin", ("已发布", "Published"), &[], "published", SYSTEM, "REV-01"),
        transition(
            "begin_suspended",
            ("中止开放", "Suspended"),
            &[],
            "suspended",
            SYSTEM,
            "REV-01",
        ),
        transition("begin_withdrawn", ("已撤回", "Withdrawn"), &[], "withdrawn", SYSTEM, "REV-01"),
        transition("begin_retired", ("已下线", "Retired"), &[], "retired", SYSTEM, "REV-01"),
        felt(
            "suspend",
            ("中止开放", "Suspend"),
            &["published", "retire_asked"],
            "suspended",
            SUSPEND,
            "FBK-14",
        ),
        felt("restore", ("恢复开放", "Restore"), &["suspended"], "published", RESTORE, "FBK-12"),
        felt(
            "withdraw",
            ("撤回", "Withdraw"),
            &["published", "suspended", "retire_asked"],
            "withdrawn",
            WITHDRAW,
            "FBK-12",
        ),
        // A new version that passed its review opens it again.
        felt(
            "reopen",
            ("审查后重新开放", "Opened again after review"),
            &["suspended", "withdrawn", "withdrawn_retire_asked", "withdrawn_destroy_asked"],
            "published",
            SYSTEM,
            "REV-11",
        ),
        transition(
            "ask_retire",
            ("申请下线", "Ask to retire"),
            &["published"],
            "retire_asked",
            WITHDRAW,
            "CAT-08",
        ),
        transition(
            "ask_retire",
            ("申请下线", "Ask to retire"),
            &["withdrawn"],
            "withdrawn_retire_asked",
            WITHDRAW,
            "CAT-08",
        ),
        felt(
            "retire",
            ("同意下线", "Agree to retire"),
            &["retire_asked", "withdrawn_retire_asked"],
            "retired",
            AGREE,
            "CAT-08",
        ),
        transition("keep", ("不同意下线", "Keep"), &["retire_asked"], "published", AGREE, "CAT-08"),
        transition(
            "keep",
            ("不同意下线", "Keep"),
            &["withdrawn_retire_asked"],
            "withdrawn",
            AGREE,
            "CAT-08",
        ),
        transition(
            "ask_destroy",
            ("申请销毁", "Ask to destroy"),
            &["retired"],
            "destroy_asked",
            WITHDRAW,
            "SEC-13",
        ),
        transition(
            "ask_destroy",
            ("申请销毁", "Ask to destroy"),
            &["withdrawn"],
            "withdrawn_destroy_asked",
            WITHDRAW,
            "SEC-13",
        ),
        transition(
            "spare",
            ("不同意销毁", "Do not destroy"),
            &["destroy_asked"],
            "retired",
            AGREE,
            "SEC-13",
        ),
        transition(
            "spare",
            ("不同意销毁", "Do not destroy"),
            &["withdrawn_destroy_asked"],
            "withdrawn",
            AGREE,
            "SEC-13",
        ),
        transition(
            "destroy",
            ("同意销毁", "Agree to destroy"),
            &["destroy_asked", "withdrawn_destroy_asked"],
            "destroyed",
            DESTROY,
            "SEC-13",
        ),
    ],
};
