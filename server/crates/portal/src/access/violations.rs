//! Violations under a grant: heard, confirmed, corrected; access closed and opened again in the same transaction as the
//! decision (USE-03 to USE-05, USE-08; aba 42, yulin 30¶2).

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use kaishu_domain::cases::{Act, Actor, Guard};
use kaishu_domain::policy::ViolationType;
use kaishu_store::Transaction;
use kaishu_store::cases::{self, Case};
use kaishu_store::grants::{self, Becomes};
use kaishu_types::case::{CaseKind, CaseView};
use kaishu_types::organization::Named;
use kaishu_types::vocabulary::{DatasetState, OpenClass};
use kaishu_types::{DatasetCode, Lang, RuleRef};

use super::number_of;
use super::reporting::not_own;
use crate::accounts::Caller;
use crate::cases::{Decided, Wanted, moved_on, request_key};
use crate::{Error, Portal, Result};

/// The clock of the user's statement.
const STATEMENT: &str = "violation.statement_wd";
/// The clock of the correction.
const CORRECT: &str = "violation.correct_wd";
/// Longest name of whom a case is handed over to.
const MAX_BODY: usize = 200;
/// Events that change the grant.
const SETTLING: [&str; 3] = ["restore", "lift", "revoke"];

/// What somebody does about a violation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ViolationAct {
    /// The event, as in `confirm`.
    pub event: String,
    /// How many events there were when it was decided on.
    pub version: u32,
    /// Why; a statement; what was corrected; what is handed over.
    pub reason: String,
    /// Whom it is handed over to.
    pub body: String,
    /// What makes a repeated request one.
    pub idempotency_key: Option<String>,
}

/// A violation as those who may see it read it.
pub struct ViolationView {
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
    /// What it is.
    pub kind: String,
    /// Receipts of copies that belong to it.
    pub receipts: Vec<String>,
    /// Since when access is closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// When it was opened again.
    pub reopened_at: Option<DateTime<Utc>>,
    /// The last day to correct it.
    pub correct_until: Option<NaiveDate>,
    /// The last day to object.
    pub object_until: Option<NaiveDate>,
    /// Whom it was handed over to.
    pub handed_to: Option<String>,
    /// Whether the reader holds the grant.
    pub is_own: bool,
    /// The rule of what it does to access.
    pub closure: RuleRef,
    /// The rule of the types.
    pub types: RuleRef,
}

/// What an act on a violation is decided with.
struct Bench {
    case: Case,
    application: Case,
    is_of_holder: bool,
    is_authority: bool,
    is_dataset_open: bool,
}

impl Portal {
    /// What stays with a confirmed violation.
    pub(super) fn confirmed_facts(
        &self,
        caller: &Caller,
        is_authority: bool,
    ) -> BTreeMap<String, String> {
        BTreeMap::from([
            ("confirmed_on".to_owned(), self.today().to_string()),
            ("confirmed_by".to_owned(), caller.account().unwrap_or_default().to_string()),
            // What the authority closed, the authority opens.
            ("suspended_by_authority".to_owned(), is_authority.to_string()),
            ("closed_at".to_owned(), self.stamp()),
        ])
    }

    fn stamp(&self) -> String {
        self.instant().to_rfc3339_opts(SecondsFormat::Micros, true)
    }

    /// Closes the grant for a violation, in the transaction of the decision (USE-04, AGR-08). What ended stays ended.
    pub(super) async fn close_grant(
        &self,
        transaction: &Transaction,
        application: &Case,
        violation: i64,
    ) -> Result<()> {
        let state = application.file.state.as_str();
        if !["active", "suspended"].contains(&state) {
            return Ok(());
        }
        let facts = BTreeMap::from([
            ("violation".to_owned(), violation.to_string()),
            ("was_suspended".to_owned(), (state == "suspended").to_string()),
        ]);
        self.follow_violation(transaction, application, ("close", facts)).await?;
        grants::set(transaction, application.id, Becomes::Suspended, self.instant()).await?;
        Ok(())
    }

    /// Does to the grant what settles its violation: opens it again, unless it was suspended before for another
    /// reason, or ends it (USE-05).
    async fn settle_grant(
        &self,
        transaction: &Transaction,
        bench: &Bench,
        is_revoked: bool,
    ) -> Result<()> {
        let application = &bench.application;
        let facts = &application.file.facts;
        let is_this = facts.get("violation") == Some(&bench.case.id.to_string());
        if application.file.state != "suspended" || !is_this {
            return Ok(());
        }
        let was_suspended = facts.get("was_suspended").is_some_and(|it| it == "true");
        let (event, becomes) = match (is_revoked, was_suspended) {
            (true, _) => ("revoke_for_violation", Some(Becomes::Over)),
            (false, true) => ("settle", None),
            (false, false) => ("reopen_access", Some(Becomes::Active)),
        };
        let facts = BTreeMap::from([("violation".to_owned(), String::new())]);
        self.follow_violation(transaction, application, (event, facts)).await?;
        if let Some(becomes) = becomes {
            grants::set(transaction, application.id, becomes, self.instant()).await?;
        }
        Ok(())
    }

    /// Writes what a violation does to the application that it is under.
    async fn follow_violation(
        &self,
        transaction: &Transaction,
        application: &Case,
        (event, facts): (&str, BTreeMap<String, String>),
    ) -> Result<()> {
        let act = Act { event: event.to_owned(), by: Actor::system(), facts, ..Act::default() };
        let wanted = Wanted {
            caller: &Caller::visitor(),
            lang: Lang::Zh,
            act,
            holds: &|_| Ok(()),
            idempotency_key: None,
        };
        let about = &application.about;
        let decided = self.decide(CaseKind::Application, about, Some(application), wanted)?;
        let key = &self.inner.log_key;
        cases::add(transaction, key, application, &decided.happening()).await?;
        Ok(())
    }

    /// Does something about a violation, with all that comes of it for the grant, in one transaction.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not see it; `Conflict` where something else happened since; refused with the
    /// rule where one stands against it.
    pub async fn act_on_violation(
        &self,
        caller: &Caller,
        id: i64,
        done: ViolationAct,
        lang: Lang,
    ) -> Result<()> {
        let bench = self.bench(caller, id).await?;
        if bench.case.file.n_events != done.version {
            return Err(moved_on(lang));
        }
        let decided = self.decide_violation(caller, &bench, &done, lang)?;
        let transaction = self.inner.store.begin().await?;
        let key = &self.inner.log_key;
        cases::add(&transaction, key, &bench.case, &decided.happening()).await?;
        match done.event.as_str() {
            "confirm" => self.close_grant(&transaction, &bench.application, id).await?,
            event if SETTLING.contains(&event) => {
                self.settle_grant(&transaction, &bench, event == "revoke").await?;
            }
            _ => {}
        }
        Ok(transaction.commit().await?)
    }

    async fn bench(&self, caller: &Caller, id: i64) -> Result<Bench> {
        let case = self.duty_case(caller, id, CaseKind::Violation).await?;
        let application = self.application_of(&self.stored_duty(id).await?).await?;
        let dataset = match case.about.subject.parse::<DatasetCode>() {
            Ok(code) => self.find_public(&code).await?.map(|view| view.dataset),
            Err(_) => None,
        };
        let is_dataset_open = dataset.is_some_and(|it| {
            it.state == DatasetState::Published && it.fields.open.class == OpenClass::Conditional
        });
        Ok(Bench {
            is_of_holder: self.is_of_applicant(&case, caller).await?,
            is_authority: self.is_authority_over(&case, caller),
            is_dataset_open,
            application,
            case,
        })
    }

    fn decide_violation(
        &self,
        caller: &Caller,
        bench: &Bench,
        done: &ViolationAct,
        lang: Lang,
    ) -> Result<Decided> {
        let mut facts = BTreeMap::new();
        let mut fact = |name: &str, value: String| facts.insert(name.to_owned(), value);
        match done.event.as_str() {
            "state" => {
                fact("stated", self.today().to_string());
            }
            "object" => {
                fact("complained", self.today().to_string());
            }
            "confirm" => facts.extend(self.confirmed_facts(caller, bench.is_authority)),
            "restore" | "lift" => {
                fact("reopened_at", self.stamp());
            }
            "hand_over" => {
                fact("handed_to", done.body.trim().to_owned());
                fact("handed_on", self.today().to_string());
            }
            _ => {}
        }
        let act =
            Act { event: done.event.clone(), reason: done.reason.clone(), facts, ..Act::default() };
        let holds = |guard: Guard| self.violation_holds(bench, guard, lang);
        let key = done.idempotency_key.as_deref();
        let idempotency_key = key.map(|key| request_key(caller, bench.case.id, &done.event, key));
        let wanted = Wanted { caller, lang, act, holds: &holds, idempotency_key };
        let about = &bench.case.about;
        let decided = self.decide(CaseKind::Violation, about, Some(&bench.case), wanted)?;
        let is_named = (1..=MAX_BODY).contains(&done.body.trim().chars().count());
        match done.event == "hand_over" && !is_named {
            true => Err(Error::field(
                "body",
                lang.pick(
                    "请写明接收机关，不超过 200 字",
                    "name who takes it over: 200 characters at most",
                ),
            )),
            false => Ok(decided),
        }
    }

    fn violation_holds(
        &self,
        bench: &Bench,
        guard: Guard,
        lang: Lang,
    ) -> std::result::Result<(), String> {
        let rule = |is_met: bool, zh: &str, en: &str| match is_met {
            true => Ok(()),
            false => Err(lang.pick(zh, en).to_owned()),
        };
        let facts = &bench.case.file.facts;
        match guard {
            Guard::UserHeard => {
                let clock = bench.case.file.clocks.iter().rev().find(|it| it.rule == STATEMENT);
                let is_over = clock.is_none_or(|clock| self.today() > clock.last_day);
                rule(
                    facts.contains_key("stated") || is_over,
                    "使用者还可以陈述申辩：等他陈述或者期限届满以后再认定；必须立即关闭的，可以先中止权限",
                    "the user may still make a statement: decide after it, or when its time is over; what cannot wait is suspended meanwhile",
                )
            }
            Guard::SuspendedBySame => {
                let by_authority = facts.get("suspended_by_authority");
                rule(
                    by_authority.is_none_or(|it| it != "true") || bench.is_authority,
                    "由数据主管部门认定并关闭的，由数据主管部门恢复",
                    "what the authority closed, the authority opens",
                )
            }
            Guard::DatasetOpenOnConditions => rule(
                bench.is_dataset_open,
                "数据集现在没有以有条件开放的方式发布，不能恢复",
                "the dataset is not published as conditional now; access cannot come back",
            ),
            Guard::FirstComplaint => rule(
                self.may_object(&bench.case),
                "已经申请过复核，或者申请复核的期限已过；不服的可以依法寻求其他途径",
                "an objection was made before, or the time for it is over; what is left is the law",
            ),
            Guard::ObjectionOver => rule(
                !self.may_object(&bench.case),
                "使用者还可以申请复核：等他申请或者期限届满以后再收回；权限现在已经关闭",
                "the user may still object: revoke after that, or when the time for it is over; access is closed meanwhile",
            ),
            guard => not_own(guard, bench.is_of_holder, lang),
        }
    }

    /// The last day on which the user can object; none before the violation is confirmed.
    fn object_until(&self, case: &Case) -> Option<NaiveDate> {
        let confirmed = case.file.facts.get("confirmed_on")?.parse().ok()?;
        let days = self.policy_of(case).rules.appeal.filing_wd.value.get();
        let deadline = self.inner.calendar.add_working_days(confirmed, days).ok()?;
        Some(deadline.last_day)
    }

    fn may_object(&self, case: &Case) -> bool {
        let is_in_time = self.object_until(case).is_some_and(|last| self.today() <= last);
        is_in_time && !case.file.facts.contains_key("complained")
    }

    /// Shows a violation to somebody who may see it.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or none that the caller may see.
    pub async fn violation(&self, caller: &Caller, id: i64, lang: Lang) -> Result<ViolationView> {
        let case = self.duty_case(caller, id, CaseKind::Violation).await?;
        let owed = self.stored_duty(id).await?;
        let application = self.application_of(&owed).await?;
        let facts = &case.file.facts;
        let code = facts.get("type").map(String::as_str).unwrap_or_default();
        let known = ViolationType::ALL.iter().find(|it| it.as_str() == code);
        let moment = |name: &str| {
            let at = facts.get(name).and_then(|it| DateTime::parse_from_rfc3339(it).ok());
            at.map(|at| at.with_timezone(&Utc))
        };
        let listed = facts.get("receipts").map(String::as_str).unwrap_or_default();
        let organization = case.about.organization.as_deref().unwrap_or_default();
        let unknown = |_| Error::not_found("dataset", case.about.subject.clone());
        let correct = case.file.open_clocks().find(|it| it.rule == CORRECT);
        let rules = &self.policy_of(&case).rules.violation;
        Ok(ViolationView {
            case: self.case_view(caller, id, lang).await?,
            application: application.id,
            number: number_of(&application),
            code: case.about.subject.parse().map_err(unknown)?,
            provider: self.organization_named(organization),
            kind: known.map(|it| it.label(lang).to_owned()).unwrap_or_default(),
            receipts: listed.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect(),
            closed_at: moment("closed_at"),
            reopened_at: moment("reopened_at"),
            correct_until: correct.map(|clock| clock.last_day),
            object_until: self.object_until(&case).filter(|_| self.may_object(&case)),
            handed_to: facts.get("handed_to").cloned(),
            is_own: caller.account() == Some(owed.account),
            closure: rules.closure.reference("violation.closure", lang),
            types: rules.types.reference("violation.types", lang),
        })
    }
}
