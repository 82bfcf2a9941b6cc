//! What happens around the decision on an application and leaves it where it is: messages, opinions of experts, the
//! record of a transfer abroad, the end that comes near.

use super::super::machine::{Audience, By, Guard, Input, To, Transition};
use super::{by_itself, own};
use crate::permission::Action;

/// While the case goes on, both sides can write to each other.
const TALKED_IN: &[&str] = &[
    "in_review",
    "incomplete",
    "approved",
    "signed",
    "to_be_filed",
    "complained",
    "active",
    "suspended",
];

/// What somebody does who decides on applications, for whichever side.
const fn decider(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    from: &'static [&'static str],
    rule: &'static str,
) -> Transition {
    Transition {
        to: To::Same,
        by: By::Action(Action::DecideApplications),
        guards: &[Guard::NotTheSubmitter, Guard::NotOwnOrganization],
        tells: &[Audience::Submitter],
        ..own(event, (zh, en), from, "", rule)
    }
}

/// The applicant writes to those who decide.
pub(super) const WRITE: Transition = Transition {
    to: To::Same,
    tells: &[Audience::Deciders],
    ..own("write", ("申请人留言", "Message of the applicant"), TALKED_IN, "", "APP-08")
};

/// Somebody who decides writes to the applicant.
pub(super) const ANSWER: Transition =
    decider("answer", ("审核单位留言", "Message of the deciders"), TALKED_IN, "APP-08");

/// Experts are asked what the use would risk; no clock waits for them.
pub(super) const ASK_EXPERTS: Transition = Transition {
    guards: &[Guard::NotTheSubmitter, Guard::NotOwnOrganization, Guard::CommitteeChosen],
    needs: &[Input::Reason],
    tells: &[Audience::Experts],
    ..decider("ask_experts", ("征询专家意见", "Ask experts"), &["in_review"], "APP-11")
};

/// An expert says what the use would risk.
pub(super) const OPINE: Transition = Transition {
    by: By::Action(Action::GiveOpinion),
    guards: &[Guard::NotTheSubmitter, Guard::NotOwnOrganization],
    needs: &[Input::Reason],
    tells: &[Audience::Deciders],
    ..decider("opine", ("专家出具风险意见", "Opinion of an expert"), &["in_review"], "APP-11")
};

/// The authority records that a transfer abroad was assessed, reviewed and reported.
pub(super) const RECORD_TRANSFER: Transition = Transition {
    by: By::Action(Action::DecideForAuthority),
    guards: &[Guard::NotTheSubmitter, Guard::NotOwnOrganization, Guard::TransferAssessed],
    tells: &[Audience::Submitter, Audience::Provider],
    ..decider(
        "record_transfer",
        ("登记数据出境手续", "Transfer abroad recorded"),
        &["in_review"],
        "SEC-16",
    )
};

/// The end of the grant comes near.
pub(super) const REMIND_END: Transition = Transition {
    to: To::Same,
    tells: &[Audience::Submitter],
    ..by_itself(
        "remind_end",
        ("即将到期，请续期或者交回权限", "Ends soon: renew it or give it back"),
        &["active", "suspended"],
        "",
        "APP-12",
    )
};

/// A renewal is applied for: the new application goes its own way.
pub(super) const RENEW: Transition = Transition {
    to: To::Same,
    ..own("renew", ("填写续期申请", "Renewal begun"), &["active"], "", "APP-12")
};
