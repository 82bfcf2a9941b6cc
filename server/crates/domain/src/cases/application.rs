//! Applications for data that is open on conditions: from the form over decisions and signatures to the grant and
//! its end (section 5.2; anshan 27, aba 32, yulin 23, jiamusi 13 and 17).
//!
//! There is one way into `active`: every step passed, the documents signed by both sides, the filing made where
//! the profile demands it.

mod around;

use kaishu_types::case::CaseKind;

use super::machine::{
    Audience, By, ClockRule, Guard, Input, Machine, State, To, Transition, Waits,
};
use crate::holders;
use crate::permission::Action;

/// How long deciders have.
const REPLY: &str = "open_app.reply_wd";
/// How long an applicant has to complete an application.
const COMPLETE: &str = "open_app.complete_wd";
/// How long an offer of terms stands.
const OFFER: &str = "agreement.offer_wd";
/// How long a refused applicant can complain.
const COMPLAIN: &str = "appeal.filing_wd";
/// How long the authority has to answer a complaint.
const APPEAL: &str = "appeal.reply_wd";
/// How long the provider has to sign.
const COUNTERSIGN: &str = "agreement.countersign_wd";

const fn state(code: &'static str, zh: &'static str, en: &'static str, waits: Waits) -> State {
    State { code, zh, en, waits }
}

/// What the applicant does.
const fn own(
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
        by: By::Action(Action::ApplyForData),
        guards: &[],
        needs: &[],
        clocks: &[],
        tells: &[],
        rule,
    }
}

/// What somebody does who keeps watch over grants.
const fn watch(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    from: &'static [&'static str],
    to: &'static str,
    rule: &'static str,
) -> Transition {
    Transition {
        by: By::Action(Action::SuspendGrants),
        needs: &[Input::Reason],
        tells: &[Audience::Submitter, Audience::Provider],
        ..own(event, (zh, en), from, to, rule)
    }
}

/// What happens by itself.
const fn by_itself(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    from: &'static [&'static str],
    to: &'static str,
    rule: &'static str,
) -> Transition {
    Transition {
        by: By::System,
        tells: &[Audience::Submitter, Audience::Provider],
        ..own(event, (zh, en), from, to, rule)
    }
}

/// What the case of a violation does to the grant (USE-04, USE-05).
const fn violation(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    from: &'static [&'static str],
    to: &'static str,
) -> Transition {
    Transition { tells: &[], ..by_itself(event, (zh, en), from, to, "USE-04") }
}

/// What becomes of the dataset and its holder is told of: the grant stays as it is.
const fn felt(event: &'static str, words: (&'static str, &'static str)) -> Transition {
    Transition {
        to: To::Same,
        tells: &[Audience::Submitter],
        ..by_itself(event, words, &["active", "suspended"], "", "SRCH-08")
    }
}

/// A decision of one who decides.
const fn decision(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    to: To,
    rule: &'static str,
) -> Transition {
    Transition {
        to,
        by: By::StepParty,
        guards: &[Guard::NotTheSubmitter, Guard::NotOwnOrganization],
        tells: &[Audience::Submitter, Audience::Provider],
        ..own(event, (zh, en), &["in_review"], "", rule)
    }
}

/// What the authority decides on a complaint: not by whoever refused.
const fn complaint(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    to: To,
) -> Transition {
    Transition {
        to,
        by: By::Action(Action::DecideForAuthority),
        guards: &[Guard::NotTheSubmitter, Guard::NotOwnOrganization, Guard::OtherPerson],
        needs: &[Input::Reason],
        clocks: &[ClockRule::Stop(APPEAL)],
        tells: &[Audience::Submitter, Audience::Provider],
        ..own(event, (zh, en), &["complained"], "", "APP-06")
    }
}

pub(super) static MACHINE: Machine = Machine {
    kind: CaseKind::Application,
    states: &[
        state("draft", "填写中", "Being written", Waits::For(Action::ApplyForData)),
        state("in_review", "审核中", "In review", Waits::Step),
        state("incomplete", "待补正", "To be completed", Waits::For(Action::ApplyForData)),
        state(
            "approved",
            "已同意，待签署",
            "Approved, terms to be signed",
            Waits::For(Action::ApplyForData),
        ),
        state(
            "signed",
            "待提供单位签署",
            "To be signed by the provider",
            Waits::For(Action::SignForProvider),
        ),
        state("to_be_filed", "待备案", "To be filed", Waits::For(Action::FileGrants)),
        state("active", "使用中", "In use", Waits::Nobody),
        state("suspended", "已中止", "Suspended", Waits::For(Action::SuspendGrants)),
        state("refused", "不同意，可以申请复核", "Refused; a complaint is possible", Waits::Nobody),
        state("settled", "不同意", "Refused", Waits::Ended),
        state("complained", "复核中", "Under review", Waits::For(Action::DecideForAuthority)),
        state("upheld", "复核维持不同意", "Refusal upheld", Waits::Ended),
        state("withdrawn", "已撤回", "Withdrawn", Waits::Ended),
        state("lapsed", "已失效", "Lapsed", Waits::Ended),
        state("expired", "已到期", "Expired", Waits::Ended),
        state("closed", "已交回", "Given back", Waits::Ended),
        state("revoked", "已收回", "Revoked", Waits::Ended),
        state("ended", "数据停止提供，已终止", "Ended with the dataset", Waits::Ended),
    ],
    transitions: &[
        own("start", ("填写申请", "Begin"), &[], "draft", "APP-01"),
        Transition {
            guards: &[Guard::DatasetOpenOnConditions, Guard::ApplicationComplete],
            needs: &[Input::Steps, Input::Content],
            clocks: &[ClockRule::Start(REPLY)],
            tells: &[Audience::NextStep],
            ..own("submit", ("提交申请", "Submit"), &["draft"], "in_review", "APP-02")
        },
        Transition {
            guards: &[Guard::NotTheSubmitter, Guard::NotOwnOrganization, Guard::FirstReturn],
            needs: &[Input::Reason],
            clocks: &[ClockRule::Pause(REPLY), ClockRule::Start(COMPLETE)],
            tells: &[Audience::Submitter],
            ..decision(
                "return",
                ("退回补正", "Return to be completed"),
                To::State("incomplete"),
                "APP-08",
            )
        },
        Transition {
            guards: &[Guard::DatasetOpenOnConditions, Guard::ApplicationComplete],
            needs: &[Input::Steps, Input::Content],
            clocks: &[ClockRule::Stop(COMPLETE), ClockRule::Resume(REPLY)],
            tells: &[Audience::NextStep],
            ..own(
                "resubmit",
                ("补正后提交", "Submit again"),
                &["incomplete"],
                "in_review",
                "APP-08",
            )
        },
        Transition {
            clocks: &[ClockRule::Stop(COMPLETE), ClockRule::Stop(REPLY)],
            ..by_itself(
                "give_up",
                ("逾期未补正，失效", "Lapse, not completed"),
                &["incomplete"],
                "lapsed",
                "APP-08",
            )
        },
        Transition {
            guards: &[
                Guard::NotTheSubmitter,
                Guard::NotOwnOrganization,
                Guard::OtherPerson,
                Guard::DatasetOpenOnConditions,
                Guard::StaysOnTheMainland,
                Guard::WithinWhatIsAsked,
            ],
            needs: &[Input::Content],
            clocks: &[ClockRule::StopAtLast(REPLY), ClockRule::StartAtLast(OFFER)],
            ..decision(
                "approve",
                ("同意", "Approve"),
                To::Steps { open: "in_review", done: "approved" },
                "APP-04",
            )
        },
        Transition {
            guards: &[
                Guard::NotTheSubmitter,
                Guard::NotOwnOrganization,
                Guard::OtherPerson,
                Guard::PublishedCondition,
            ],
            needs: &[Input::Reason],
            clocks: &[ClockRule::Stop(REPLY), ClockRule::Start(COMPLAIN)],
            ..decision("refuse", ("不同意", "Refuse"), To::State("refused"), "APP-06")
        },
        Transition {
            guards: &[Guard::FirstComplaint],
            needs: &[Input::Reason],
            clocks: &[ClockRule::Stop(COMPLAIN), ClockRule::Start(APPEAL)],
            tells: &[Audience::NextStep, Audience::Provider],
            ..own("complain", ("申请复核", "Complain"), &["refused"], "complained", "APP-06")
        },
        Transition {
            clocks: &[ClockRule::Stop(COMPLAIN)],
            ..by_itself(
                "let_stand",
                ("没有申请复核，办结", "Closed without a complaint"),
                &["refused"],
                "settled",
                "APP-06",
            )
        },
        complaint("uphold", ("维持不同意", "Uphold the refusal"), To::State("upheld")),
        Transition {
            needs: &[Input::Reason, Input::Steps],
            clocks: &[ClockRule::Stop(APPEAL), ClockRule::Start(REPLY)],
            ..complaint("reopen", ("责令重新审核", "Have it decided anew"), To::State("in_review"))
        },
        own("discard", ("放弃填写", "Discard"), &["draft"], "withdrawn", "APP-14"),
        Transition {
            clocks: &[
                ClockRule::Stop(REPLY),
                ClockRule::Stop(COMPLETE),
                ClockRule::Stop(OFFER),
                ClockRule::Stop(COUNTERSIGN),
            ],
            tells: &[Audience::Provider],
            ..own(
                "withdraw",
                ("撤回申请", "Withdraw"),
                &["in_review", "incomplete", "approved", "signed"],
                "withdrawn",
                "APP-14",
            )
        },
        Transition {
            guards: &[Guard::TermsAsOffered, Guard::SecondFactor],
            clocks: &[ClockRule::Stop(OFFER), ClockRule::Start(COUNTERSIGN)],
            tells: &[Audience::NextStep],
            ..own("sign", ("签署承诺书和协议", "Sign"), &["approved"], "signed", "AGR-05")
        },
        Transition {
            clocks: &[ClockRule::Stop(OFFER)],
            ..by_itself(
                "let_lapse",
                ("逾期未签署，失效", "Lapse, not signed"),
                &["approved"],
                "lapsed",
                "AGR-06",
            )
        },
        Transition {
            by: By::Action(Action::SignForProvider),
            guards: &[
                Guard::NotTheSubmitter,
                Guard::NotOwnOrganization,
                Guard::OtherPerson,
                Guard::TermsAsOffered,
                Guard::SecondFactor,
                Guard::DatasetOpenOnConditions,
            ],
            clocks: &[ClockRule::Stop(COUNTERSIGN)],
            tells: &[Audience::Submitter],
            ..own(
                "countersign",
                ("提供单位签署", "Sign for the provider"),
                &["signed"],
                "to_be_filed",
                "AGR-05",
            )
        },
        Transition {
            by: By::Action(Action::FileGrants),
            guards: &[
                Guard::NotTheSubmitter,
                Guard::NotOwnOrganization,
                Guard::DatasetOpenOnConditions,
            ],
            tells: &[Audience::Submitter, Audience::Provider],
            ..own("file", ("备案", "File"), &["to_be_filed"], "active", "APP-10")
        },
        Transition {
            guards: &[Guard::FiledAutomatically, Guard::DatasetOpenOnConditions],
            ..by_itself(
                "activate",
                ("自动登记，权限生效", "Recorded; in force"),
                &["to_be_filed"],
                "active",
                "APP-10",
            )
        },
        watch("suspend", ("中止使用", "Suspend"), &["active"], "suspended", "AGR-08"),
        Transition {
            guards: &[
                Guard::NotTheSubmitter,
                Guard::NotOwnOrganization,
                Guard::SuspendedBySame,
                Guard::NoViolationOpen,
                Guard::DatasetOpenOnConditions,
            ],
            ..watch("restore", ("恢复使用", "Restore"), &["suspended"], "active", "USE-05")
        },
        // What a violation closed is ended there, where the user may object first.
        Transition {
            guards: &[Guard::NoViolationOpen],
            ..watch("revoke", ("收回权限", "Revoke"), &["active", "suspended"], "revoked", "AGR-08")
        },
        Transition {
            tells: &[Audience::Provider],
            ..own(
                "give_back",
                ("交回权限", "Give back"),
                &["active", "suspended"],
                "closed",
                "AGR-08",
            )
        },
        Transition {
            to: To::Same,
            tells: &[Audience::Submitter, Audience::Provider, Audience::Authority],
            ..by_itself(
                "stop_verifying",
                ("核验不符过多，当天停止核验", "Verification stopped for the day, too many misses"),
                &["active"],
                "active",
                "DL-07",
            )
        },
        // What was approved rests on the entry as it was then: of less than that, one applies anew.
        Transition {
            clocks: &[ClockRule::Stop(OFFER), ClockRule::Stop(COUNTERSIGN)],
            ..by_itself(
                holders::LAPSED,
                ("目录变化，批准失效", "Lapse with the dataset"),
                &["approved", "signed", "to_be_filed"],
                "lapsed",
                "AGR-06",
            )
        },
        by_itself("expire", ("到期", "Expire"), &["active", "suspended"], "expired", "APP-12"),
        felt(holders::SUSPENDED, ("数据集中止开放", "The dataset was suspended")),
        felt(holders::REOPENED, ("数据集恢复开放", "The dataset is open again")),
        felt(holders::CHANGED, ("数据集的目录有修订", "The entry of the dataset was revised")),
        felt(
            holders::NARROWED,
            ("部分数据项不再开放，权限相应缩小", "Narrowed: some data items are not open any more"),
        ),
        Transition {
            tells: &[Audience::Submitter],
            ..by_itself(
                holders::ENDED,
                ("数据集停止提供，权限终止", "Ended: the dataset is given out no more"),
                &["active", "suspended"],
                "ended",
                "AGR-08",
            )
        },
        // What the case of a violation does; whom it concerns is told there.
        violation(
            "close",
            ("认定违规，关闭权限", "Closed for a violation"),
            &["active"],
            "suspended",
        ),
        Transition {
            to: To::Same,
            ..violation(
                "close",
                ("认定违规，关闭权限", "Closed for a violation"),
                &["suspended"],
                "",
            )
        },
        violation(
            "reopen_access",
            ("违规事项办结，恢复权限", "Violation settled, access restored"),
            &["suspended"],
            "active",
        ),
        Transition {
            to: To::Same,
            ..violation(
                "settle",
                (
                    "违规事项办结，权限因其他原因仍然中止",
                    "Violation settled, suspended for another reason",
                ),
                &["suspended"],
                "",
            )
        },
        violation(
            "revoke_for_violation",
            ("因违规收回权限", "Revoked for a violation"),
            &["suspended"],
            "revoked",
        ),
        around::WRITE,
        around::ANSWER,
        around::ASK_EXPERTS,
        around::OPINE,
        around::RECORD_TRANSFER,
        around::REMIND_END,
        around::RENEW,
    ],
};
