//! Requests for data of another agency that is in no catalogue: answered like a share request, and where it is agreed
//! to, open until there is an entry that is shared (SHR-13; gd-F3 21).
//!
//! Where its time is over without an answer the authority mediates, as it does about share requests (SHR-15).
//!
//! It gives nobody data: what came of it is taken or asked for by its entry. Each agency acts on its own side only
//! ([`super::sided`]).

use kaishu_types::case::CaseKind;

use super::machine::{
    Audience, By, ClockRule, Guard, Input, Machine, State, To, Transition, Waits,
};
use crate::permission::Action;

/// How long deciders have.
const REPLY: &str = "share_app.reply_wd";
/// How long the provider has for the entry, once it is agreed to.
const ENTER: &str = "catalogue.missing_wd";

const ASK: Action = Action::RequestShares;
const BOTH: &[Audience] = &[Audience::Party, Audience::Provider];
const DECIDED: &[Audience] = &[Audience::Party, Audience::Authority];

const fn state(code: &'static str, zh: &'static str, en: &'static str, waits: Waits) -> State {
    State { code, zh, en, waits }
}

/// What an agency does on its own side.
const fn own(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    (from, to): (&'static [&'static str], To),
    by: Action,
) -> Transition {
    Transition {
        event,
        zh,
        en,
        from,
        to,
        by: By::Action(by),
        guards: &[],
        needs: &[],
        clocks: &[],
        tells: &[],
        rule: "SHR-13",
    }
}

/// A decision of one who decides.
const fn decision(
    event: &'static str,
    words: (&'static str, &'static str),
    to: To,
    guards: &'static [Guard],
    clocks: &'static [ClockRule],
) -> Transition {
    Transition {
        by: By::StepParty,
        guards,
        needs: &[Input::Reason],
        clocks,
        tells: DECIDED,
        ..own(event, words, (&["in_review"], to), ASK)
    }
}

/// What the authority does between the two, or records of what was decided above it (SHR-15).
const fn between(
    event: &'static str,
    words: (&'static str, &'static str),
    (from, to): (&'static [&'static str], &'static str),
    guards: &'static [Guard],
    clocks: &'static [ClockRule],
) -> Transition {
    Transition {
        guards,
        needs: &[Input::Reason],
        clocks,
        tells: BOTH,
        rule: "SHR-15",
        ..own(event, words, (from, To::State(to)), Action::MediateShares)
    }
}

pub(super) static MACHINE: Machine = Machine {
    kind: CaseKind::OutsideRequest,
    states: &[
        state("in_review", "审核中", "In review", Waits::Step),
        state("incomplete", "待补正", "To be completed", Waits::For(ASK)),
        state(
            "agreed",
            "已同意，待编入目录",
            "Agreed; to be entered",
            Waits::For(Action::EditDatasets),
        ),
        state("mediation", "主管部门调解中", "Under mediation", Waits::For(Action::MediateShares)),
        state(
            "at_government",
            "已报上级，待决定",
            "Before the government",
            Waits::For(Action::MediateShares),
        ),
        state("entered", "已编入目录", "Entered", Waits::Ended),
        state("refused", "不同意", "Refused", Waits::Ended),
        state("not_held", "没有这项数据", "Not held", Waits::Ended),
        state("withdrawn", "已撤回", "Withdrawn", Waits::Ended),
    ],
    transitions: &[
        Transition {
            needs: &[Input::Steps],
            clocks: &[ClockRule::Start(REPLY)],
            tells: &[Audience::NextStep],
            ..own(
                "request",
                ("申请目录外的数据", "Ask for data outside the catalogue"),
                (&[], To::State("in_review")),
                ASK,
            )
        },
        Transition {
            tells: &[Audience::Party],
            ..decision(
                "return",
                ("退回补正", "Return to be completed"),
                To::State("incomplete"),
                &[Guard::NotTheSubmitter, Guard::NotOwnOrganization, Guard::FirstReturn],
                &[ClockRule::Pause(REPLY)],
            )
        },
        // What was lacking is the reason: it stands in the timeline beside what was asked for.
        Transition {
            needs: &[Input::Steps, Input::Reason],
            clocks: &[ClockRule::Resume(REPLY)],
            tells: &[Audience::NextStep],
            ..own(
                "resubmit",
                ("补充说明后提交", "Complete and submit again"),
                (&["incomplete"], To::State("in_review")),
                ASK,
            )
        },
        Transition {
            needs: &[],
            tells: &[Audience::Party, Audience::NextStep],
            ..decision(
                "approve",
                ("同意，编入目录后共享", "Agree to enter and share it"),
                To::Steps { open: "in_review", done: "agreed" },
                &[Guard::NotTheSubmitter, Guard::NotOwnOrganization, Guard::OtherPerson],
                &[ClockRule::StopAtLast(REPLY), ClockRule::StartAtLast(ENTER)],
            )
        },
        decision(
            "refuse",
            ("不同意", "Refuse"),
            To::State("refused"),
            &[
                Guard::NotTheSubmitter,
                Guard::NotOwnOrganization,
                Guard::OtherPerson,
                Guard::RefusalGrounded,
            ],
            &[ClockRule::Stop(REPLY)],
        ),
        decision(
            "lack",
            ("答复没有这项数据", "Answer that there is no such data"),
            To::State("not_held"),
            &[Guard::NotTheSubmitter, Guard::NotOwnOrganization],
            &[ClockRule::Stop(REPLY)],
        ),
        Transition {
            clocks: &[ClockRule::Stop(REPLY)],
            tells: &[Audience::Provider],
            ..own(
                "withdraw",
                ("撤回申请", "Withdraw"),
                (
                    &["in_review", "incomplete", "mediation", "at_government"],
                    To::State("withdrawn"),
                ),
                ASK,
            )
        },
        // Who got no answer in time does not wait on.
        Transition {
            guards: &[Guard::ClockOver],
            needs: &[Input::Reason],
            clocks: &[ClockRule::Stop(REPLY)],
            tells: &[Audience::Provider, Audience::Authority],
            rule: "SHR-15",
            ..own(
                "escalate",
                ("逾期没有答复，申请调解", "Ask for mediation: no answer in time"),
                (&["in_review"], To::State("mediation")),
                ASK,
            )
        },
        between(
            "settle_grant",
            ("调解成立，编入目录后共享", "Settle: to be entered and shared"),
            (&["mediation"], "agreed"),
            &[Guard::NotAParty, Guard::ParticipantsNamed],
            &[ClockRule::Start(ENTER)],
        ),
        between(
            "settle_refuse",
            ("调解成立，不予共享", "Settle: not shared"),
            (&["mediation"], "refused"),
            &[Guard::NotAParty, Guard::ParticipantsNamed],
            &[],
        ),
        between(
            "pass_up",
            ("调解不成，报上级决定", "Put before the government"),
            (&["mediation"], "at_government"),
            &[Guard::NotAParty, Guard::ParticipantsNamed],
            &[],
        ),
        between(
            "decide_grant",
            ("登记决定：编入目录后共享", "Record the decision: to be entered and shared"),
            (&["at_government"], "agreed"),
            &[Guard::NotAParty, Guard::DocumentNamed],
            &[ClockRule::Start(ENTER)],
        ),
        between(
            "decide_refuse",
            ("登记决定：不予共享", "Record the decision: not shared"),
            (&["at_government"], "refused"),
            &[Guard::NotAParty, Guard::DocumentNamed],
            &[],
        ),
        own(
            "compile",
            ("编制目录", "Compile the entry"),
            (&["agreed"], To::Same),
            Action::EditDatasets,
        ),
        // It is in the share catalogue already, or came to it by another way.
        Transition {
            guards: &[Guard::EntryThere],
            needs: &[Input::Reason],
            clocks: &[ClockRule::Stop(REPLY), ClockRule::Stop(ENTER)],
            tells: BOTH,
            ..own(
                "name",
                ("指明已有的目录", "Name the entry that is there"),
                (&["in_review", "agreed"], To::State("entered")),
                Action::SubmitDatasets,
            )
        },
        // The entry that was compiled for it was published, and is shared.
        Transition {
            by: By::System,
            clocks: &[ClockRule::Stop(ENTER)],
            tells: BOTH,
            ..own(
                "enter",
                ("目录已发布", "Entry published"),
                (&["agreed"], To::State("entered")),
                ASK,
            )
        },
    ],
};
