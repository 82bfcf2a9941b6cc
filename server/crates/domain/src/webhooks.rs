//! What webhooks are told: events of the chain from an application to the end of a grant, by the names that programs
//! know. A name is part of the interface and never changes.

use kaishu_types::case::CaseKind;

use crate::holders;

/// The families of events that can be asked for.
pub const FAMILIES: [&str; 4] = ["application", "decision", "grant", "usage_report"];

/// The kinds of cases whose events are told.
pub const KINDS: [CaseKind; 2] = [CaseKind::Application, CaseKind::UsageReport];

/// The name of an event of a case; none where nobody is told: what an applicant writes before it is submitted is
/// nobody else's, and urging and the like say nothing new.
pub fn event_name(kind: CaseKind, event: &str) -> Option<&'static str> {
    Some(match (kind, event) {
        (CaseKind::Application, "submit") => "application.submitted",
        (CaseKind::Application, "resubmit") => "application.resubmitted",
        (CaseKind::Application, "complain") => "application.complained",
        (CaseKind::Application, "withdraw") => "application.withdrawn",
        (CaseKind::Application, "give_up" | "let_lapse" | holders::LAPSED) => "application.lapsed",
        (CaseKind::Application, "sign") => "application.signed",
        (CaseKind::Application, "countersign") => "application.countersigned",
        (CaseKind::Application, "write") => "application.message_written",
        (CaseKind::Application, "answer") => "application.message_answered",
        (CaseKind::Application, "record_transfer") => "application.transfer_recorded",
        (CaseKind::Application, "return") => "decision.returned",
        (CaseKind::Application, "approve") => "decision.approved",
        (CaseKind::Application, "refuse") => "decision.refused",
        (CaseKind::Application, "let_stand") => "decision.final",
        (CaseKind::Application, "uphold") => "decision.upheld",
        (CaseKind::Application, "reopen") => "decision.reopened",
        (CaseKind::Application, "file" | "activate") => "grant.activated",
        (CaseKind::Application, "suspend" | "close") => "grant.suspended",
        (CaseKind::Application, "restore" | "reopen_access") => "grant.restored",
        (CaseKind::Application, "revoke" | "revoke_for_violation") => "grant.revoked",
        (CaseKind::Application, "remind_end") => "grant.ends_soon",
        (CaseKind::Application, "give_back") => "grant.given_back",
        (CaseKind::Application, "expire") => "grant.expired",
        (CaseKind::Application, holders::SUSPENDED) => "grant.dataset_suspended",
        (CaseKind::Application, holders::REOPENED) => "grant.dataset_reopened",
        (CaseKind::Application, holders::CHANGED) => "grant.dataset_changed",
        (CaseKind::Application, holders::NARROWED) => "grant.narrowed",
        (CaseKind::Application, holders::ENDED) => "grant.ended",
        (CaseKind::Application, "stop_verifying") => "grant.verification_stopped",
        (CaseKind::UsageReport, "begin") => "usage_report.due",
        (CaseKind::UsageReport, "overdue") => "usage_report.overdue",
        (CaseKind::UsageReport, "file") => "usage_report.filed",
        (CaseKind::UsageReport, "ask" | "question") => "usage_report.questioned",
        (CaseKind::UsageReport, "answer") => "usage_report.answered",
        (CaseKind::UsageReport, "accept") => "usage_report.accepted",
        (CaseKind::UsageReport, "excuse") => "usage_report.excused",
        _ => return None,
    })
}

/// The family of an event, as in `grant` of `grant.activated`.
pub fn family(name: &str) -> &str {
    name.split_once('.').map_or(name, |(family, _)| family)
}
