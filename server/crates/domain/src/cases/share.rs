//! Requests for data of another agency: from the request over the answer to the grant and its end (section 5.7;
//! anshan 21 and 22, guangdong 16 and 19, aba 25, jiamusi 13 and 15).
//!
//! What is shared without conditions is taken at once; there is no other way into `active` than every step passed,
//! or a mediation that ends in favour of the agency that asks. Each agency acts on its own side only ([`sided`]).

use kaishu_types::case::CaseKind;

use super::machine::{
    Audience, By, ClockRule, Guard, Input, Machine, State, To, Transition, Waits,
};
use crate::holders;
use crate::permission::{Action, Subject};

/// How long deciders have.
const REPLY: &str = "share_app.reply_wd";

const ASK: Action = Action::RequestShares;
const BOTH: &[Audience] = &[Audience::Party, Audience::Provider];

/// What a share request belongs to, as seen by who does something: the agency that asks does what it asks, the
/// provider and its authority do all else, and both see it.
#[must_use]
pub fn sided(subject: &Subject, action: Action) -> Subject {
    match action {
        Action::SeeShares => subject.clone(),
        Action::RequestShares => Subject {
            is_own: subject.is_own,
            organization: subject.party.clone(),
            ..Subject::default()
        },
        _ => Subject { party: None, ..subject.clone() },
    }
}

const fn state(code: &'static str, zh: &'static str, en: &'static str, waits: Waits) -> State {
    State { code, zh, en, waits }
}

/// What the agency does that asks.
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
        by: By::Action(ASK),
        guards: &[],
        needs: &[],
        clocks: &[],
        tells: &[],
        rule,
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
        tells: &[Audience::Party],
        ..own(event, (zh, en), &["in_review"], "", rule)
    }
}

/// What the authority does between the two, or records of what was decided above it.
const fn between(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    (from, to): (&'static [&'static str], &'static str),
    guards: &'static [Guard],
) -> Transition {
    Transition {
        by: By::Action(Action::MediateShares),
        guards,
        needs: &[Input::Reason],
        tells: BOTH,
        ..own(event, (zh, en), from, to, "SHR-15")
    }
}

/// What the agency says of what was handed over to it.
const fn answer(
    event: &'static str,
    words: (&'static str, &'static str),
    needs: &'static [Input],
) -> Transition {
    Transition {
        to: To::Same,
        guards: &[Guard::DeliveryWaits],
        needs,
        tells: &[Audience::Provider],
        ..own(event, words, &["active", "suspended"], "", "SHR-10")
    }
}

/// What the provider answers to a doubt of who uses its data.
const fn verified(
    event: &'static str,
    words: (&'static str, &'static str),
    guards: &'static [Guard],
) -> Transition {
    Transition {
        to: To::Same,
        by: By::Action(Action::DecideForProvider),
        guards,
        needs: &[Input::Reason],
        tells: &[Audience::Party],
        ..own(event, words, &["active", "suspended"], "", "SHR-11")
    }
}

/// What somebody does who keeps watch over grants.
const fn watch(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    from: &'static [&'static str],
    to: &'static str,
) -> Transition {
    Transition {
        by: By::Action(Action::SuspendGrants),
        needs: &[Input::Reason],
        tells: BOTH,
        ..own(event, (zh, en), from, to, "SHR-07")
    }
}

/// What becomes of the dataset and the agency is told of that holds a grant of it.
const fn felt(event: &'static str, words: (&'static str, &'static str)) -> Transition {
    Transition {
        to: To::Same,
        by: By::System,
        tells: &[Audience::Party],
        ..own(event, words, &["active", "suspended"], "", "SRCH-08")
    }
}

pub(super) static MACHINE: Machine = Machine {
    kind: CaseKind::ShareRequest,
    states: &[
        state("in_review", "审核中", "In review", Waits::Step),
        state("incomplete", "待补正", "To be completed", Waits::For(ASK)),
        state("active", "使用中", "In use", Waits::Nobody),
        state("suspended", "已中止", "Suspended", Waits::For(Action::SuspendGrants)),
        state("refused", "不同意，可以申请调解", "Refused; mediation is possible", Waits::Nobody),
        state("mediation", "主管部门调解中", "Under mediation", Waits::For(Action::MediateShares)),
        state(
            "at_government",
            "报上级决定中",
            "Before the government or the leading group",
            Waits::For(Action::MediateShares),
        ),
        state(
            "verify_asked",
            "待核实、比对",
            "To be verified",
            Waits::For(Action::DecideForProvider),
        ),
        state("verify_answered", "已答复核实、比对", "Verified", Waits::Ended),
        state("settled", "不同意", "Refused", Waits::Ended),
        state("withdrawn", "已撤回", "Withdrawn", Waits::Ended),
        state("expired", "已到期", "Expired", Waits::Ended),
        state("closed", "已交回", "Given back", Waits::Ended),
        state("revoked", "已收回", "Revoked", Waits::Ended),
        state("ended", "数据停止提供，已终止", "Ended with the dataset", Waits::Ended),
    ],
    transitions: &[
        Transition {
            guards: &[Guard::SharedDirectly, Guard::RequestComplete],
            tells: &[Audience::Provider],
            ..own("take", ("直接获取", "Take without approval"), &[], "active", "SHR-01")
        },
        Transition {
            guards: &[Guard::SharedOnConditions, Guard::RequestComplete],
            needs: &[Input::Steps, Input::Content],
            clocks: &[ClockRule::Start(REPLY)],
            tells: &[Audience::NextStep],
            ..own("submit", ("提交申请", "Submit"), &[], "in_review", "SHR-02")
        },
        Transition {
            guards: &[Guard::NotTheSubmitter, Guard::NotOwnOrganization, Guard::FirstReturn],
            needs: &[Input::Reason],
            clocks: &[ClockRule::Pause(REPLY)],
            ..decision(
                "return",
                ("退回补正", "Return to be completed"),
                To::State("incomplete"),
                "SHR-02",
            )
        },
        Transition {
            guards: &[Guard::SharedOnConditions, Guard::RequestComplete],
            needs: &[Input::Steps, Input::Content],
            clocks: &[ClockRule::Resume(REPLY)],
            tells: &[Audience::NextStep],
            ..own(
                "resubmit",
                ("补正后提交", "Submit again"),
                &["incomplete"],
                "in_review",
                "SHR-02",
            )
        },
        Transition {
            guards: &[
                Guard::NotTheSubmitter,
                Guard::NotOwnOrganization,
                Guard::OtherPerson,
                Guard::SharedOnConditions,
                Guard::WithinWhatIsAsked,
                Guard::ContactNamed,
            ],
            needs: &[Input::Content],
            clocks: &[ClockRule::StopAtLast(REPLY)],
            ..decision(
                "approve",
                ("同意，开通权限", "Approve"),
                To::Steps { open: "in_review", done: "active" },
                "SHR-06",
            )
        },
        Transition {
            guards: &[
                Guard::NotTheSubmitter,
                Guard::NotOwnOrganization,
                Guard::OtherPerson,
                Guard::RefusalGrounded,
            ],
            needs: &[Input::Reason],
            clocks: &[ClockRule::Stop(REPLY)],
            tells: &[Audience::Party, Audience::Authority],
            ..decision("refuse", ("不同意", "Refuse"), To::State("refused"), "SHR-05")
        },
        Transition {
            clocks: &[ClockRule::Stop(REPLY)],
            tells: &[Audience::Provider],
            ..own(
                "withdraw",
                ("撤回申请", "Withdraw"),
                &["in_review", "incomplete", "verify_asked"],
                "withdrawn",
                "SHR-24",
            )
        },
        // What may not be had is verified: the values go to the provider, and only answers come back. They are given in
        // time, as the rules say without a number of days.
        Transition {
            guards: &[Guard::VerifyOffered],
            needs: &[Input::Content],
            tells: &[Audience::NextStep],
            ..own(
                "ask_verification",
                ("提出核实、比对", "Ask for verification"),
                &[],
                "verify_asked",
                "SHR-09",
            )
        },
        Transition {
            by: By::Action(Action::DecideForProvider),
            guards: &[Guard::NotTheSubmitter, Guard::NotOwnOrganization, Guard::AnswersWhole],
            tells: &[Audience::Party],
            ..own(
                "answer_verification",
                ("答复核实、比对", "Answer"),
                &["verify_asked"],
                "verify_answered",
                "SHR-09",
            )
        },
        own("accept", ("不再申请调解", "Let it stand"), &["refused"], "settled", "SHR-15"),
        Transition {
            needs: &[Input::Reason],
            tells: &[Audience::Provider, Audience::Authority],
            ..own(
                "escalate",
                ("申请调解", "Ask for mediation"),
                &["refused"],
                "mediation",
                "SHR-15",
            )
        },
        between(
            "settle_grant",
            ("调解成立，同意共享", "Settle: shared"),
            (&["mediation"], "active"),
            &[
                Guard::NotAParty,
                Guard::ParticipantsNamed,
                Guard::SharedOnConditions,
                Guard::WithinWhatIsAsked,
                Guard::ContactNamed,
            ],
        ),
        between(
            "settle_refuse",
            ("调解成立，不予共享", "Settle: not shared"),
            (&["mediation"], "settled"),
            &[Guard::NotAParty, Guard::ParticipantsNamed],
        ),
        between(
            "pass_up",
            ("调解不成，报上级决定", "Put before the government"),
            (&["mediation"], "at_government"),
            &[Guard::NotAParty, Guard::ParticipantsNamed],
        ),
        between(
            "decide_grant",
            ("登记决定：同意共享", "Record the decision: shared"),
            (&["at_government"], "active"),
            &[
                Guard::NotAParty,
                Guard::DocumentNamed,
                Guard::SharedOnConditions,
                Guard::WithinWhatIsAsked,
                Guard::ContactNamed,
            ],
        ),
        between(
            "decide_refuse",
            ("登记决定：不予共享", "Record the decision: not shared"),
            (&["at_government"], "settled"),
            &[Guard::NotAParty, Guard::DocumentNamed],
        ),
        // What is shared is for its matter: only its provider lets it be passed on.
        Transition {
            to: To::Same,
            by: By::Action(Action::DecideForProvider),
            guards: &[Guard::NotOwnOrganization],
            needs: &[Input::Reason],
            tells: &[Audience::Party],
            ..own("consent", ("同意对外发布", "Consent to publication"), &["active"], "", "SHR-22")
        },
        // Where online delivery is truly hard; the reason says why it is.
        Transition {
            to: To::Same,
            by: By::Action(Action::DecideForProvider),
            guards: &[
                Guard::NotOwnOrganization,
                Guard::OfflineAllowed,
                Guard::DeliveryAnswered,
                Guard::DeliveryWhole,
            ],
            needs: &[Input::Reason],
            tells: &[Audience::Party],
            ..own(
                "deliver",
                ("登记线下交付", "Record an offline delivery"),
                &["active"],
                "",
                "SHR-10",
            )
        },
        answer("receive", ("确认收到线下交付", "Confirm the offline delivery"), &[]),
        answer(
            "not_received",
            ("没有收到线下交付", "Nothing was received offline"),
            &[Input::Reason],
        ),
        // Whoever uses the data and doubts it says so; its provider verifies it and corrects what is wrong.
        Transition {
            to: To::Same,
            guards: &[Guard::DoubtAnswered],
            needs: &[Input::Reason],
            tells: &[Audience::Provider],
            ..own(
                "doubt",
                ("对数据有疑义，申请校核", "Doubt the data: ask for a correction"),
                &["active", "suspended"],
                "",
                "SHR-11",
            )
        },
        verified(
            "doubt_corrected",
            ("核实有误，已经更正", "Verified: it was wrong and is corrected"),
            &[Guard::NotOwnOrganization, Guard::DoubtWaits, Guard::CorrectedSince],
        ),
        verified(
            "doubt_sound",
            ("核实无误", "Verified: nothing is wrong"),
            &[Guard::NotOwnOrganization, Guard::DoubtWaits],
        ),
        watch("suspend", ("中止使用", "Suspend"), &["active"], "suspended"),
        Transition {
            guards: &[Guard::NotOwnOrganization, Guard::SuspendedBySame],
            ..watch("restore", ("恢复使用", "Restore"), &["suspended"], "active")
        },
        watch("revoke", ("收回权限", "Revoke"), &["active", "suspended"], "revoked"),
        Transition {
            guards: &[Guard::DeliveryAnswered],
            tells: &[Audience::Provider],
            ..own(
                "give_back",
                ("事项办结，交回权限", "The matter has ended: give back"),
                &["active", "suspended"],
                "closed",
                "SHR-07",
            )
        },
        Transition {
            by: By::System,
            tells: BOTH,
            ..own("expire", ("到期", "Expire"), &["active", "suspended"], "expired", "SHR-07")
        },
        felt(holders::SUSPENDED, ("数据集中止提供", "The dataset was suspended")),
        felt(holders::REOPENED, ("数据集恢复提供", "The dataset is given out again")),
        felt(holders::CHANGED, ("数据集的目录有修订", "The entry of the dataset was revised")),
        felt(
            holders::NARROWED,
            (
                "部分数据项不再共享，权限相应缩小",
                "Narrowed: some data items are not shared any more",
            ),
        ),
        Transition {
            to: To::State("ended"),
            ..felt(
                holders::ENDED,
                ("数据集停止提供，权限终止", "Ended: the dataset is given out no more"),
            )
        },
    ],
};
