//! Reports on the use of what was granted: asked for each interval and at the end, written by the holder, read by the
//! provider, who may ask about it at any time (USE-01, USE-06; yulin 29¶2).

use std::collections::BTreeMap;

use kaishu_domain::cases::{Act, Actor, Guard};
use kaishu_domain::duties::{Reporting, Span, Term, check, reporting};
use kaishu_domain::entry::EntryFault;
use kaishu_store::StoreError;
use kaishu_store::cases::{self, Case, CaseSubject};
use kaishu_store::duties::{self, Duty};
use kaishu_store::grants::{self, Grant, ToReport};
use kaishu_types::case::CaseKind;
use kaishu_types::duties::UsageReportDocument;
use kaishu_types::{ErrorCode, FieldError, Lang};
use sha2::{Digest, Sha256};

use super::applying::written;
use super::terms::hex;
use crate::accounts::Caller;
use crate::cases::{Wanted, moved_on, request_key};
use crate::{Error, Portal, Result};

/// Grants that are looked at in a round; the others wait for the next.
const AT_ONCE: u64 = 1_000;

/// What somebody does about a report or a question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsageReportAct {
    /// The event, as in `file`.
    pub event: String,
    /// How many events there were when it was decided on.
    pub version: u32,
    /// A question, an answer, or why.
    pub reason: String,
    /// The report.
    pub report: UsageReportDocument,
    /// What makes a repeated request one.
    pub idempotency_key: Option<String>,
}

impl Portal {
    /// Asks the holders of grants for the reports that are due (USE-01): each once, however many nodes look. Returns
    /// how many were asked for.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn ask_for_reports(&self) -> Result<usize> {
        let mut n_asked = 0;
        for seen in grants::to_report(&self.inner.store, self.today(), AT_ONCE).await? {
            match self.ask_for_report(&seen).await {
                Ok(is_asked) => n_asked += usize::from(is_asked),
                // One grant that cannot be looked at must not hold up the others.
                Err(error) => tracing::error!(
                    grant = seen.grant.case,
                    error = &error as &dyn std::error::Error,
                    "nobody could be asked for a report on use"
                ),
            }
        }
        Ok(n_asked)
    }

    async fn ask_for_report(&self, seen: &ToReport) -> Result<bool> {
        let store = &self.inner.store;
        let grant = &seen.grant;
        let Some(application) = cases::find(store, grant.case).await? else { return Ok(false) };
        let term = Term {
            first_day: grant.first_day,
            last_day: grant.last_day,
            reported_until: seen.reported_until,
            is_over: seen.is_over,
        };
        let interval = self.policy_of(&application).rules.usage_report.interval.value.get();
        let Reporting { due, next } = reporting(term, interval, self.today());
        let transaction = store.begin().await?;
        // The case first, as every decision does: in another order two of them would wait for each other.
        if let Some(span) = due {
            let about = self.about_duty(&application);
            let by = Actor::system();
            let facts = facts_of(grant, Some(span));
            let act = Act { event: "begin".to_owned(), by, facts, ..Act::default() };
            let key = format!("system/usage_report-{}-{}", grant.case, span.last_day);
            let wanted = Wanted {
                caller: &Caller::visitor(),
                lang: Lang::Zh,
                act,
                holds: &|_| Ok(()),
                idempotency_key: Some(format!("{key}-{}", span.is_last)),
            };
            let decided = self.decide(CaseKind::UsageReport, &about, None, wanted)?;
            let opened =
                cases::open(&transaction, &self.inner.log_key, &about, &decided.happening()).await;
            let case = match opened {
                Ok((case, _)) => case,
                // Another node was faster.
                Err(StoreError::Conflict { .. }) => return Ok(false),
                Err(error) => return Err(Error::from(error)),
            };
            duties::create(&transaction, &duty(case, grant)).await?;
        }
        let until = due.map(|span| span.last_day).or(seen.reported_until);
        if !grants::keep_reporting(&transaction, seen, (until, next)).await? {
            return Ok(false);
        }
        transaction.commit().await?;
        Ok(due.is_some())
    }

    /// What a report or a question under a grant belongs to: what the application does, by the rules that the grant
    /// came of (ORG-12).
    fn about_duty(&self, application: &Case) -> CaseSubject {
        let header = &self.policy_of(application).header;
        CaseSubject {
            policy: header.code.clone(),
            policy_revision: header.revision,
            ..application.about.clone()
        }
    }

    /// Finds an application with the grant that came of it.
    pub(super) async fn granted_application(
        &self,
        caller: &Caller,
        id: i64,
        lang: Lang,
    ) -> Result<(Case, Grant)> {
        let application = self.application_case(caller, id).await?;
        let grant = grants::find(&self.inner.store, id).await?;
        let none = || {
            let message = lang.pick("这份申请没有授予权限", "nothing was granted on this one");
            Error::refused(ErrorCode::Conflict, message)
        };
        Ok((application, grant.ok_or_else(none)?))
    }

    /// Asks the holder of a grant about its use (USE-06). Returns the case of the question.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not see the application; `Conflict` where nothing was granted; refused for
    /// who may not, and without a question.
    pub async fn ask_about_use(
        &self,
        caller: &Caller,
        application: i64,
        (question, key): (&str, Option<&str>),
        lang: Lang,
    ) -> Result<i64> {
        let (application, grant) = self.granted_application(caller, application, lang).await?;
        let is_of_holder = self.is_of_applicant(&application, caller).await?;
        let act = Act {
            event: "ask".to_owned(),
            reason: question.to_owned(),
            facts: facts_of(&grant, None),
            ..Act::default()
        };
        let about = self.about_duty(&application);
        let wanted = Wanted {
            caller,
            lang,
            act,
            holds: &|guard| not_own(guard, is_of_holder, lang),
            idempotency_key: key.map(|key| request_key(caller, application.id, "ask", key)),
        };
        let decided = self.decide(CaseKind::UsageReport, &about, None, wanted)?;
        let transaction = self.inner.store.begin().await?;
        let (case, _) =
            cases::open(&transaction, &self.inner.log_key, &about, &decided.happening()).await?;
        duties::create(&transaction, &duty(case, &grant)).await?;
        transaction.commit().await?;
        Ok(case)
    }

    /// Does something about a report or a question.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not see it; `Conflict` where something else happened since; `InvalidInput`
    /// naming each field of a report that says too little; refused with the rule where one stands against it.
    pub async fn act_on_usage_report(
        &self,
        caller: &Caller,
        id: i64,
        done: UsageReportAct,
        lang: Lang,
    ) -> Result<()> {
        let case = self.duty_case(caller, id, CaseKind::UsageReport).await?;
        if case.file.n_events != done.version {
            return Err(moved_on(lang));
        }
        let is_filed = done.event == "file";
        let lacks = if is_filed { self.report_lacks(&case, &done.report) } else { Vec::new() };
        let is_of_holder = self.is_of_applicant(&case, caller).await?;
        let holds = |guard: Guard| match guard {
            Guard::UsageReportWhole if !lacks.is_empty() => {
                Err(lang.pick("报告内容不完整", "the report says too little").to_owned())
            }
            guard => not_own(guard, is_of_holder, lang),
        };
        let document = written(&done.report)?;
        let mut facts = BTreeMap::new();
        if is_filed {
            let content = hex(&Sha256::digest(document.as_bytes()));
            facts.insert("content".to_owned(), content);
        }
        let reason = if is_filed { String::new() } else { done.reason.clone() };
        let act = Act { event: done.event.clone(), reason, facts, ..Act::default() };
        let key = done.idempotency_key.as_deref();
        let idempotency_key = key.map(|key| request_key(caller, id, &done.event, key));
        let wanted = Wanted { caller, lang, act, holds: &holds, idempotency_key };
        let decided = self.decide(CaseKind::UsageReport, &case.about, Some(&case), wanted);
        let decided = match decided {
            Err(Error::Refused { code: ErrorCode::InvalidInput, .. }) if !lacks.is_empty() => {
                let shown: Vec<FieldError> = lacks.iter().map(|it| it.shown(lang)).collect();
                return Err(Error::InvalidInput(shown));
            }
            decided => decided?,
        };
        let transaction = self.inner.store.begin().await?;
        cases::add(&transaction, &self.inner.log_key, &case, &decided.happening()).await?;
        if is_filed {
            duties::report(&transaction, id, &document).await?;
        }
        Ok(transaction.commit().await?)
    }

    fn report_lacks(&self, case: &Case, report: &UsageReportDocument) -> Vec<EntryFault> {
        check(self.policy_of(case), report, (is_last(case), self.today()))
    }

    /// Finds the case of a duty that the caller may see.
    pub(super) async fn duty_case(&self, caller: &Caller, id: i64, kind: CaseKind) -> Result<Case> {
        let case = self.visible_case(caller, id).await?;
        match case.file.kind == kind {
            true => Ok(case),
            false => Err(Error::not_found("case", id.to_string())),
        }
    }
}

/// Whether a report is the last one of a grant.
pub(super) fn is_last(case: &Case) -> bool {
    case.file.facts.get("is_last").is_some_and(|it| it == "true")
}

/// What stays with the case of a duty: whose it is, under which grant, about which days.
pub(super) fn facts_of(grant: &Grant, span: Option<Span>) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::from([
        ("holder".to_owned(), grant.account.to_string()),
        ("grant".to_owned(), grant.case.to_string()),
    ]);
    if let Some(span) = span {
        facts.insert("from_day".to_owned(), span.first_day.to_string());
        facts.insert("to_day".to_owned(), span.last_day.to_string());
        facts.insert("is_last".to_owned(), span.is_last.to_string());
    }
    facts
}

pub(super) fn duty(case: i64, grant: &Grant) -> Duty {
    Duty { case, grant: grant.case, account: grant.account, document: None }
}

/// Nobody follows the use of their own organization (ORG-03).
pub(super) fn not_own(
    guard: Guard,
    is_of_holder: bool,
    lang: Lang,
) -> std::result::Result<(), String> {
    match guard {
        Guard::NotOwnOrganization if is_of_holder => Err(lang
            .pick(
                "使用者与您在同一单位，请由其他单位的人员或者主管部门办理",
                "the holder belongs to your organization; somebody else must do this",
            )
            .to_owned()),
        _ => Ok(()),
    }
}
