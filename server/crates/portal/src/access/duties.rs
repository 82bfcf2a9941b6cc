//! What is owed under grants, as people read it: reports, questions, violations, and what was taken (USE-01, USE-06).

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_domain::permission::Action;
use kaishu_store::cases::Case;
use kaishu_store::duties::{self, Duty};
use kaishu_store::receipts;
use kaishu_types::case::{CaseKind, CaseView};
use kaishu_types::duties::UsageReportDocument;
use kaishu_types::organization::Named;
use kaishu_types::{DatasetCode, Lang, RuleRef};

pub use kaishu_store::receipts::Use;

use super::number_of;
use super::reporting::is_last;
use crate::accounts::{Caller, log_in_first};
use crate::results::UseResult;
use crate::{Error, Portal, Result};

/// Most duties that a page lists.
const LISTED: u64 = 100;

/// Something that is owed under a grant, in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyCard {
    /// Its case.
    pub case: i64,
    /// A report or question, or a violation.
    pub kind: CaseKind,
    /// What the dataset is called.
    pub title: String,
    /// Where it is, in words.
    pub state: String,
    /// Whether something is left to do.
    pub is_open: bool,
    /// Whether it waits for the holder of the grant.
    pub is_holders: bool,
    /// The days that a report is about; none for questions and violations.
    pub span: Option<(NaiveDate, NaiveDate)>,
    /// Whether it is the last report.
    pub is_last: bool,
    /// The last day to do it.
    pub due: Option<NaiveDate>,
    /// Whether that day has passed.
    pub is_overdue: bool,
    /// When it was begun.
    pub opened_at: DateTime<Utc>,
}

/// What is owed under a grant and what was taken under it, for those who may see the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantDuties {
    /// Reports, questions, violations, the newest first.
    pub cards: Vec<DutyCard>,
    /// What was taken.
    pub taken: Use,
    /// Whether the reader may ask about the use.
    pub may_ask: bool,
    /// Whether the reader may open a violation.
    pub may_open_violation: bool,
    /// What came of it, as its holder registered it.
    pub results: Vec<UseResult>,
    /// The rule of the reports.
    pub interval: RuleRef,
}

/// A report or a question, as those who may see it read it.
pub struct UsageReportView {
    /// Its case.
    pub case: CaseView,
    /// The application with the grant.
    pub application: i64,
    /// Its number.
    pub number: String,
    /// Code of the dataset.
    pub code: DatasetCode,
    /// The provider.
    pub provider: Named,
    /// The days that it is about; none for a question.
    pub span: Option<(NaiveDate, NaiveDate)>,
    /// Whether it is the last one of its grant.
    pub is_last: bool,
    /// What was reported.
    pub document: Option<UsageReportDocument>,
    /// Whether the reader holds the grant.
    pub is_own: bool,
    /// The rule of the reports.
    pub interval: RuleRef,
}

impl Portal {
    /// Shows a report or a question to somebody who may see it.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or none that the caller may see.
    pub async fn usage_report(
        &self,
        caller: &Caller,
        id: i64,
        lang: Lang,
    ) -> Result<UsageReportView> {
        let case = self.duty_case(caller, id, CaseKind::UsageReport).await?;
        let duty = self.stored_duty(id).await?;
        let application = self.application_of(&duty).await?;
        let document = duty.document.as_deref().map(serde_json::from_str).transpose();
        let organization = case.about.organization.as_deref().unwrap_or_default();
        let unknown = |_| Error::not_found("dataset", case.about.subject.clone());
        Ok(UsageReportView {
            case: self.case_view(caller, id, lang).await?,
            application: application.id,
            number: number_of(&application),
            code: case.about.subject.parse().map_err(unknown)?,
            provider: self.organization_named(organization),
            span: span(&case),
            is_last: is_last(&case),
            document: document.map_err(|error| Error::Internal(format!("report {id}: {error}")))?,
            is_own: caller.account() == Some(duty.account),
            interval: self.report_rule(&case, lang),
        })
    }

    /// Lists what is open under the grants of somebody, the newest first.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where nobody is logged in.
    pub async fn own_duties(&self, caller: &Caller, lang: Lang) -> Result<Vec<DutyCard>> {
        let account = caller.account().ok_or_else(|| log_in_first(lang))?;
        let found = duties::of_account(&self.inner.store, account, LISTED).await?;
        let mut cards = self.duty_cards(&found, lang).await?;
        cards.retain(|card| card.is_open);
        Ok(cards)
    }

    /// What is owed and what was taken under the grant of an application.
    pub(super) async fn duties_under(
        &self,
        caller: &Caller,
        application: &Case,
        lang: Lang,
    ) -> Result<GrantDuties> {
        let store = &self.inner.store;
        let found = duties::of_grant(store, application.id, LISTED).await?;
        let cards = self.duty_cards(&found, lang).await?;
        let subject = self.subject_of(&application.about, false);
        let may = |action: Action| caller.role_for(action, &subject).is_some();
        let has_open = cards.iter().any(|it| it.kind == CaseKind::Violation && it.is_open);
        Ok(GrantDuties {
            taken: receipts::use_of(store, application.id).await?,
            may_ask: may(Action::FollowUse),
            may_open_violation: may(Action::HandleViolations) && !has_open,
            results: self.results_under(application.id).await?,
            interval: self.report_rule(application, lang),
            cards,
        })
    }

    async fn duty_cards(&self, found: &[Duty], lang: Lang) -> Result<Vec<DutyCard>> {
        let mut cards = Vec::new();
        for duty in found {
            let case = kaishu_store::cases::find(&self.inner.store, duty.case).await?;
            let Some(case) = case else { continue };
            let card = self.card(&case, lang);
            cards.push(DutyCard {
                case: case.id,
                kind: case.file.kind,
                title: card.title,
                state: card.state.label,
                is_open: case.file.closed_at.is_none(),
                is_holders: case.waits_for.as_deref() == Some(Action::ReportUse.as_str()),
                span: span(&case),
                is_last: is_last(&case),
                due: case.due,
                is_overdue: card.is_overdue,
                opened_at: case.file.opened_at,
            });
        }
        Ok(cards)
    }

    pub(super) async fn stored_duty(&self, id: i64) -> Result<Duty> {
        let found = duties::find(&self.inner.store, id).await?;
        found.ok_or_else(|| Error::not_found("case", id.to_string()))
    }

    pub(super) async fn application_of(&self, duty: &Duty) -> Result<Case> {
        let found = kaishu_store::cases::find(&self.inner.store, duty.grant).await?;
        found.ok_or_else(|| Error::Internal(format!("duty {} is under no grant", duty.case)))
    }

    /// The rule of the reports, of those that a report or an application goes by.
    fn report_rule(&self, case: &Case, lang: Lang) -> RuleRef {
        let rule = &self.policy_of(case).rules.usage_report.interval;
        rule.reference("usage_report.interval", lang)
    }
}

/// The days that a report is about.
fn span(case: &Case) -> Option<(NaiveDate, NaiveDate)> {
    let day = |name: &str| case.file.facts.get(name)?.parse().ok();
    Some((day("from_day")?, day("to_day")?))
}
