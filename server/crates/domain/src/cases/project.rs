//! IT projects: the entries they plan, what the authority says before approval, their acceptance (CAT-13).
//!
//! Who approves a project and who accepts it decide outside of the portal; what they decided is recorded.

use kaishu_types::case::CaseKind;

use super::machine::{Audience, By, Guard, Input, Machine, State, To, Transition, Waits};
use crate::permission::Action;

const KEEP: Action = Action::KeepProjects;
const REVIEW: Action = Action::ReviewProjects;
/// Before it is approved and while nobody else decides.
const OPEN: &[&str] = &["registered", "reviewed", "advised"];
const NOTHING: &[Guard] = &[];
const WHY: &[Input] = &[Input::Reason];
const TOLD: &[Audience] = &[Audience::Authority];

const fn state(code: &'static str, zh: &'static str, en: &'static str, waits: Waits) -> State {
    State { code, zh, en, waits }
}

/// What the agency does.
const fn own(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    (from, to): (&'static [&'static str], To),
    (guards, needs, tells): (&'static [Guard], &'static [Input], &'static [Audience]),
) -> Transition {
    let by = By::Action(KEEP);
    Transition { event, zh, en, from, to, by, guards, needs, clocks: &[], tells, rule: "CAT-13" }
}

/// What the authority does.
const fn authority(
    event: &'static str,
    (zh, en): (&'static str, &'static str),
    (from, to): (&'static [&'static str], &'static str),
    guards: &'static [Guard],
    needs: &'static [Input],
) -> Transition {
    Transition {
        event,
        zh,
        en,
        from,
        to: To::State(to),
        by: By::Action(REVIEW),
        guards,
        needs,
        clocks: &[],
        tells: &[Audience::Provider],
        rule: "CAT-13",
    }
}

pub(super) static MACHINE: Machine = Machine {
    kind: CaseKind::Project,
    states: &[
        state("registered", "已登记，立项前", "Registered, before approval", Waits::For(KEEP)),
        state("under_review", "主管部门初审中", "Under initial review", Waits::For(REVIEW)),
        state("reviewed", "初审通过", "Passed by the authority", Waits::For(KEEP)),
        state("advised", "已出具书面建议", "Advised in writing", Waits::For(KEEP)),
        state("approved", "已立项，建设中", "Approved, being built", Waits::For(KEEP)),
        state("accepted", "已验收，待报送报告", "Accepted, report to be filed", Waits::For(KEEP)),
        state("reported", "验收报告待备案", "Report filed, to be recorded", Waits::For(REVIEW)),
        state("filed", "已备案", "Recorded", Waits::Ended),
        state("given_up", "已终止", "Given up", Waits::Ended),
    ],
    transitions: &[
        own(
            "register",
            ("登记项目", "Register"),
            (&[], To::State("registered")),
            (NOTHING, &[], TOLD),
        ),
        // The planned entries as they are from now on, and the data-security plan.
        own(
            "plan",
            ("修改预编目录和方案", "Change what is planned"),
            (&["registered", "advised"], To::Same),
            (NOTHING, &[], &[]),
        ),
        // What was passed is what was put before the authority: what changes goes there again.
        own(
            "plan",
            ("修改预编目录和方案", "Change what is planned"),
            (&["reviewed"], To::State("registered")),
            (NOTHING, &[], TOLD),
        ),
        own(
            "submit",
            ("报送初审", "Put before the authority"),
            (&["registered", "advised"], To::State("under_review")),
            (&[Guard::EntriesPlanned], &[], TOLD),
        ),
        authority(
            "pass",
            ("初审通过", "Pass"),
            (&["under_review"], "reviewed"),
            &[Guard::SecurityPlanned, Guard::NotTheSubmitter],
            &[],
        ),
        authority(
            "advise",
            ("出具书面建议", "Advise in writing"),
            (&["under_review", "registered"], "advised"),
            &[Guard::NotTheSubmitter],
            WHY,
        ),
        authority(
            "return",
            ("退回补正", "Return"),
            (&["under_review"], "registered"),
            NOTHING,
            WHY,
        ),
        // jiamusi 7: the review begins anew where the authority finds it necessary.
        authority(
            "review_again",
            ("重新审核", "Review again"),
            (&["advised"], "under_review"),
            &[Guard::NotTheSubmitter],
            WHY,
        ),
        own(
            "approve",
            ("登记立项批复", "Record the approval"),
            (OPEN, To::State("approved")),
            (&[Guard::EntriesPlanned, Guard::InitiallyReviewed, Guard::SecurityPlanned], WHY, TOLD),
        ),
        own(
            "link",
            ("对应平台目录", "Name the entry of the catalogue"),
            (&["approved", "accepted"], To::Same),
            (NOTHING, &[], &[]),
        ),
        own(
            "accept",
            ("登记验收通过", "Record the acceptance"),
            (&["approved"], To::State("accepted")),
            (&[Guard::EntriesDelivered], WHY, TOLD),
        ),
        own(
            "report",
            ("报送验收报告", "File the report"),
            (&["accepted"], To::State("reported")),
            (&[Guard::ReportWhole], &[], TOLD),
        ),
        authority(
            "record",
            ("备案", "Record"),
            (&["reported"], "filed"),
            &[Guard::NotTheSubmitter],
            &[],
        ),
        authority(
            "send_back",
            ("退回报告", "Send back"),
            (&["reported"], "accepted"),
            NOTHING,
            WHY,
        ),
        own(
            "give_up",
            ("终止项目", "Give up"),
            (
                &["registered", "reviewed", "advised", "under_review", "approved"],
                To::State("given_up"),
            ),
            (NOTHING, WHY, TOLD),
        ),
    ],
};
