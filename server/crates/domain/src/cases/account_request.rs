//! Requests of agencies for accounts (section 5.8, ORG-06).

use kaishu_types::case::CaseKind;

use super::machine::{
    Audience, By, ClockRule, Guard, Input, Machine, State, To, Transition, Waits,
};
use crate::permission::Action;

const REPLY: &str = "account.reply_wd";

pub(super) static MACHINE: Machine = Machine {
    kind: CaseKind::AccountRequest,
    states: &[
        State {
            code: "filed",
            zh: "已提出",
            en: "Filed",
            waits: Waits::For(Action::DecideAccounts),
        },
        State { code: "granted", zh: "已办结", en: "Granted", waits: Waits::Ended },
        State { code: "refused", zh: "未同意", en: "Refused", waits: Waits::Ended },
    ],
    transitions: &[
        Transition {
            event: "file",
            zh: "提出",
            en: "File",
            from: &[],
            to: To::State("filed"),
            by: By::Action(Action::RequestAccounts),
            guards: &[],
            needs: &[Input::Reason, Input::Content],
            clocks: &[ClockRule::Start(REPLY)],
            tells: &[Audience::Authority],
            rule: "ORG-06",
        },
        Transition {
            event: "grant",
            zh: "同意",
            en: "Grant",
            from: &["filed"],
            to: To::State("granted"),
            by: By::Action(Action::DecideAccounts),
            guards: &[Guard::NotTheSubmitter],
            needs: &[],
            clocks: &[ClockRule::Stop(REPLY)],
            tells: &[Audience::Submitter, Audience::Provider],
            rule: "ORG-06",
        },
        Transition {
            event: "refuse",
            zh: "不同意",
            en: "Refuse",
            from: &["filed"],
            to: To::State("refused"),
            by: By::Action(Action::DecideAccounts),
            guards: &[Guard::NotTheSubmitter],
            needs: &[Input::Reason],
            clocks: &[ClockRule::Stop(REPLY)],
            tells: &[Audience::Submitter, Audience::Provider],
            rule: "ORG-06",
        },
    ],
};
