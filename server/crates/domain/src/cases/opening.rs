//! Opening review: from draft to publication (section 5.1, REV-01 to REV-11).

use kaishu_types::case::CaseKind;

use super::machine::{
    Audience, By, ClockRule, Guard, Input, Machine, State, To, Transition, Waits,
};
use crate::permission::Action;

const REPLY: &str = "review.reply_wd";

pub(super) static MACHINE: Machine = Machine {
    kind: CaseKind::Opening,
    states: &[
        State {
            code: "draft", zh: "编制中", en: "Draft", waits: Waits::For(Action::EditDatasets)
        },
        State { code: "in_review", zh: "审查中", en: "In review", waits: Waits::Step },
        State {
            code: "approved",
            zh: "待发布",
            en: "Approved",
            waits: Waits::For(Action::PublishDatasets),
        },
        State { code: "published", zh: "已发布", en: "Published", waits: Waits::Ended },
        State { code: "discarded", zh: "已作废", en: "Discarded", waits: Waits::Ended },
    ],
    transitions: &[
        Transition {
            event: "create",
            zh: "新建",
            en: "Create",
            from: &[],
            to: To::State("draft"),
            by: By::Action(Action::EditDatasets),
            guards: &[],
            needs: &[],
            clocks: &[],
            tells: &[],
            rule: "CAT-01",
        },
        Transition {
            event: "submit",
            zh: "提交审查",
            en: "Submit to review",
            from: &["draft"],
            to: To::State("in_review"),
            by: By::Action(Action::SubmitDatasets),
            guards: &[Guard::NoStateSecret, Guard::HeadAndOfficerNamed, Guard::EntryComplete],
            needs: &[Input::Steps, Input::Content],
            clocks: &[ClockRule::Start(REPLY)],
            tells: &[Audience::NextStep],
            rule: "REV-02",
        },
        Transition {
            event: "recall",
            zh: "撤回修改",
            en: "Take back",
            from: &["in_review", "approved"],
            to: To::State("draft"),
            by: By::Action(Action::SubmitDatasets),
            guards: &[],
            needs: &[Input::Reason],
            clocks: &[ClockRule::Stop(REPLY)],
            tells: &[Audience::Provider],
            rule: "REV-10",
        },
        Transition {
            event: "pass",
            zh: "通过",
            en: "Pass",
            from: &["in_review"],
            to: To::Steps { open: "in_review", done: "approved" },
            by: By::StepParty,
            guards: &[Guard::NotTheSubmitter],
            needs: &[],
            clocks: &[ClockRule::Stop(REPLY), ClockRule::StartForStep(REPLY)],
            tells: &[Audience::NextStep, Audience::Submitter],
            rule: "REV-02",
        },
        Transition {
            event: "return",
            zh: "退回",
            en: "Return",
            from: &["in_review"],
            to: To::State("draft"),
            by: By::StepParty,
            guards: &[Guard::NotTheSubmitter],
            needs: &[Input::Reason],
            clocks: &[ClockRule::Stop(REPLY)],
            tells: &[Audience::Submitter, Audience::Provider],
            rule: "REV-10",
        },
        Transition {
            event: "publish",
            zh: "发布",
            en: "Publish",
            from: &["approved"],
            to: To::State("published"),
            by: By::Action(Action::PublishDatasets),
            guards: &[Guard::NotTheSubmitter, Guard::OpenToThePublic, Guard::ResourceMounted],
            needs: &[Input::Content],
            clocks: &[],
            tells: &[Audience::Submitter, Audience::Provider],
            rule: "REV-01",
        },
        Transition {
            event: "discard",
            zh: "作废",
            en: "Discard",
            from: &["draft"],
            to: To::State("discarded"),
            by: By::Action(Action::EditDatasets),
            guards: &[],
            needs: &[Input::Reason],
            clocks: &[],
            tells: &[Audience::Provider],
            rule: "CAT-10",
        },
    ],
};
