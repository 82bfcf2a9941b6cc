//! Refusals of acts, in words, with the rule and what would satisfy it.

use kaishu_domain::PolicyProfile;
use kaishu_domain::cases::{CaseFile, Guard, Input, Refusal, machine};
use kaishu_store::cases::Case;
use kaishu_types::case::CaseKind;
use kaishu_types::{ErrorCode, FieldError, Lang, Remedy, RuleRef};

use super::extending::{extension_rule, no_more_time};
use crate::accounts::{Caller, log_in_first};
use crate::{Error, Portal};

/// The rules that a refusal names: those its case goes by (ORG-12).
pub(crate) struct Under<'a>(pub(super) &'a PolicyProfile);

impl Portal {
    /// The rule of disputes on a class: the one that a dispute goes by, or the one in force where there is none yet.
    pub(crate) fn dispute_rule(&self, case: Option<&Case>, lang: Lang) -> RuleRef {
        Under(case.map_or(self.policy(), |case| self.policy_of(case))).dispute_rule(lang)
    }
}

impl Under<'_> {
    fn policy(&self) -> &PolicyProfile {
        self.0
    }

    /// Puts a refusal into words.
    pub(super) fn refused(
        &self,
        kind: CaseKind,
        before: Option<&CaseFile>,
        caller: &Caller,
        refusal: &Refusal,
        lang: Lang,
    ) -> Error {
        let machine = machine(kind);
        let label = |event: &str| machine.label(event, lang).unwrap_or("?").to_owned();
        match refusal {
            Refusal::NoSuchEvent { event } => Error::not_found("event", event.clone()),
            Refusal::NotNow { event, state } => {
                let state = state.as_deref().and_then(|it| machine.state(it));
                let state = state.map_or("", |state| state.label(lang));
                conflict(lang.pick(
                    format!("现在是“{state}”，不能{}。请刷新后再看", label(event)),
                    format!(
                        "it is `{state}` now, so `{}` cannot be done; look again",
                        label(event)
                    ),
                ))
            }
            Refusal::NotAllowed { .. } if !caller.is_logged_in() => log_in_first(lang),
            Refusal::NotAllowed { needs } => {
                let needs = needs.map_or("", |action| action.label(lang));
                let roles = before.and_then(CaseFile::waits_for).into_iter();
                let roles = roles.flat_map(|action| action.roles());
                let roles: Vec<_> = roles.map(|(role, _)| role.label(lang)).collect();
                forbidden(
                    lang.pick(
                        format!("您的角色不能{needs}。由{}办理", roles.join("、")),
                        format!(
                            "your roles do not cover `{needs}`; it is up to: {}",
                            roles.join(", ")
                        ),
                    ),
                    RuleRef { id: "SEC-05".to_owned(), article: String::new() },
                    lang,
                )
            }
            Refusal::Unmet { guard: Guard::NotTheSubmitter, .. } => forbidden(
                lang.pick(
                    "提交人不能审查自己提交的内容，请由另一位审核人办理".to_owned(),
                    "whoever submitted cannot review it; another reviewer must".to_owned(),
                ),
                self.review_rule(lang),
                lang,
            ),
            Refusal::Unmet { guard: Guard::FirstReturn, .. } => conflict(
                lang.pick(
                    "申请只能退回补正一次，请同意或者不同意",
                    "an application is returned once only; approve or refuse it",
                )
                .to_owned(),
            ),
            Refusal::Unmet { guard: Guard::OtherPerson, .. } => forbidden(
                lang.pick(
                    "您已经审核过这份申请，请由另一位人员办理",
                    "you decided on it before; somebody else must decide now",
                )
                .to_owned(),
                self.approvers_rule(kind, lang),
                lang,
            ),
            Refusal::Unmet { guard: Guard::NotAParty, missing }
                if matches!(kind, CaseKind::ShareRequest | CaseKind::OutsideRequest) =>
            {
                forbidden(missing.clone(), self.approvers_rule(kind, lang), lang)
            }
            Refusal::Unmet { guard: Guard::ExtensionAllowed, .. } => {
                no_more_time(&self.policy().rules, before, lang)
            }
            Refusal::Unmet { guard: Guard::ExtensionAsked, .. } => conflict(
                lang.pick(
                    "没有等待答复的延期申请：没有人申请，已经答复，或者期限已过",
                    "no request for more time waits: nobody asked, it was answered, or the last day is over",
                )
                .to_owned(),
            ),
            Refusal::Unmet { guard: Guard::NotTheAsker, .. } => forbidden(
                lang.pick(
                    "申请延期的人不能自己批准，请由另一位人员办理",
                    "whoever asked for more time cannot give it; somebody else must",
                )
                .to_owned(),
                extension_rule(&self.policy().rules, None, lang),
                lang,
            ),
            Refusal::Unmet { guard: Guard::NotAParty | Guard::OwnSide, missing } => {
                forbidden(missing.clone(), self.dispute_rule(lang), lang)
            }
            Refusal::Unmet { guard, missing } => Error::Refused {
                code: ErrorCode::InvalidInput,
                message: missing.clone(),
                rule: Some(match guard {
                    // Steps of the review: the article that demands them says why.
                    Guard::ConsultationStep
                    | Guard::ConsultationOver
                    | Guard::Filed
                    | Guard::ApprovalHolds => self.review_rule(lang),
                    Guard::WithinWhatIsAsked if kind == CaseKind::ShareRequest => {
                        self.approvers_rule(kind, lang)
                    }
                    Guard::RefusalGrounded => {
                        self.policy().rules.share_app.refusal.reference("share_app.refusal", lang)
                    }
                    Guard::SharedOnConditions | Guard::RequestComplete => {
                        self.policy().rules.share_app.fields.reference("share_app.fields", lang)
                    }
                    Guard::VerifyOffered => {
                        let rule = &self.policy().rules.share_app.verify_service;
                        rule.reference("share_app.verify_service", lang)
                    }
                    Guard::OfflineAllowed => {
                        self.policy().rules.share_app.offline.reference("share_app.offline", lang)
                    }
                    Guard::DocumentNamed
                        if matches!(kind, CaseKind::ShareRequest | CaseKind::OutsideRequest) =>
                    {
                        RuleRef { id: "SHR-15".to_owned(), article: String::new() }
                    }
                    Guard::BothHeard | Guard::NextInChain | Guard::DocumentNamed => {
                        self.dispute_rule(lang)
                    }
                    Guard::ApplicationComplete | Guard::DatasetOpenOnConditions => {
                        self.policy().rules.open_app.fields.reference("open_app.fields", lang)
                    }
                    Guard::OtherPerson | Guard::PublishedCondition | Guard::WithinWhatIsAsked => {
                        let rule = &self.policy().rules.open_app.approvers;
                        rule.reference("open_app.approvers", lang)
                    }
                    Guard::FirstComplaint | Guard::ObjectionOver => {
                        self.policy().rules.appeal.filing_wd.reference("appeal.filing_wd", lang)
                    }
                    Guard::FiledAutomatically => {
                        self.policy().rules.open_app.filing.reference("open_app.filing", lang)
                    }
                    Guard::TermsAsOffered | Guard::SecondFactor | Guard::TemplatesThere => {
                        self.policy().rules.agreement.docs.reference("agreement.docs", lang)
                    }
                    Guard::UsageReportWhole => {
                        let rule = &self.policy().rules.usage_report.interval;
                        rule.reference("usage_report.interval", lang)
                    }
                    Guard::UserHeard | Guard::NoViolationOpen => self.closure_rule(lang),
                    Guard::SuspendedBySame if kind == CaseKind::Violation => {
                        self.closure_rule(lang)
                    }
                    Guard::EntriesPlanned | Guard::InitiallyReviewed | Guard::SecurityPlanned => {
                        self.policy().rules.project.before.reference("project.before", lang)
                    }
                    Guard::EntriesDelivered | Guard::ReportWhole => {
                        self.policy().rules.project.acceptance.reference("project.acceptance", lang)
                    }
                    _ => RuleRef { id: guard.as_str().to_owned(), article: String::new() },
                }),
                remedy: guard_remedy(*guard, lang),
            },
            Refusal::Missing { input } => Error::InvalidInput(vec![missing(*input, lang)]),
            Refusal::TooLong => Error::field(
                "reason",
                lang.pick("说明不能超过 4000 字", "the reason has 4,000 characters at most"),
            ),
            Refusal::OtherContent => conflict(
                lang.pick(
                    "内容与审查通过的不一致，不能发布。请重新提交审查",
                    "the content is not the one that was reviewed; submit it again",
                )
                .to_owned(),
            ),
            Refusal::NoTime { rule } => Error::Internal(format!("the rule `{rule}` gives no time")),
            Refusal::Calendar(error) => Error::Configuration(error.to_string()),
        }
    }

    /// The rule of who decides on a request.
    fn approvers_rule(&self, kind: CaseKind, lang: Lang) -> RuleRef {
        let rules = &self.policy().rules;
        match kind {
            CaseKind::ShareRequest | CaseKind::OutsideRequest => {
                rules.share_app.approvers.reference("share_app.approvers", lang)
            }
            _ => rules.open_app.approvers.reference("open_app.approvers", lang),
        }
    }

    /// The rule of disputes on a class.
    fn dispute_rule(&self, lang: Lang) -> RuleRef {
        self.policy().rules.class.dispute.reference("class.dispute", lang)
    }

    /// The rule of what a violation does to access.
    fn closure_rule(&self, lang: Lang) -> RuleRef {
        self.policy().rules.violation.closure.reference("violation.closure", lang)
    }

    fn review_rule(&self, lang: Lang) -> RuleRef {
        self.policy().rules.review.steps.reference("review.steps", lang)
    }
}

/// Where what a guard asks for is done, if it is done on one page.
fn guard_remedy(guard: Guard, lang: Lang) -> Option<Remedy> {
    let (text, link) = match guard {
        Guard::HeadAndOfficerNamed => {
            (lang.pick("登记本单位账号", "Accounts of the agency"), "/workbench/accounts")
        }
        Guard::TemplatesThere => {
            (lang.pick("制定通用文本", "Write the default texts"), "/authority/agreements")
        }
        _ => return None,
    };
    Some(Remedy { text: text.to_owned(), link: link.to_owned() })
}

fn missing(input: Input, lang: Lang) -> FieldError {
    let (field, message) = match input {
        Input::Reason => ("reason", lang.pick("请写明理由", "say why")),
        Input::Steps => ("steps", lang.pick("没有审查环节", "there is no step of a review")),
        Input::AddedSteps => (
            "add",
            lang.pick("请选择要增加的审查情形", "choose what the review has to look at, too"),
        ),
        Input::Content => ("content", lang.pick("没有内容", "there is no content")),
    };
    FieldError { field: field.to_owned(), message: message.to_owned() }
}

fn conflict(message: String) -> Error {
    Error::Refused { code: ErrorCode::Conflict, message, rule: None, remedy: None }
}

fn forbidden(message: String, rule: RuleRef, lang: Lang) -> Error {
    let remedy = Remedy {
        text: lang.pick("查看我的角色", "See my roles").to_owned(),
        link: "/me".to_owned(),
    };
    Error::Refused { code: ErrorCode::Forbidden, message, rule: Some(rule), remedy: Some(remedy) }
}
