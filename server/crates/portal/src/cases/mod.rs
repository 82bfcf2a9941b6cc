//! Cases: from somebody who wants to do something to an event that is kept, or to a refusal with its rule.

mod actors;
mod anew;
mod clocks;
mod extending;
mod refusal;
mod telling;
mod view;

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use kaishu_domain::cases::{
    Act, Actor, Audience, Body, CaseFile, Event, Guard, Transition, World, decide, machine, sided,
};
use kaishu_domain::permission::{Action, Subject};
use kaishu_domain::policy::Rules;
use kaishu_store::Transaction;
use kaishu_store::cases::{Case, CaseSubject, Happening, Recipients};
use kaishu_store::log::Entry;
use kaishu_types::account::RoleGrant;
use kaishu_types::case::CaseKind;
use kaishu_types::{ErrorCode, Lang, OrganizationCode};

use crate::accounts::Caller;
use crate::{Error, Portal, Result};

pub(crate) use actors::{command, not_covered};
pub(crate) use extending::is_about_time;
pub use kaishu_store::log::{Ended, Verified};
pub use view::{DeskFilter, DeskPage};

use refusal::Under;
use telling::recipients;

/// Longest key of a request that is looked at.
const MAX_KEY_CHARS: usize = 100;

/// The fact that says how often somebody was urged.
const URGED: &str = "urged";

/// What somebody wants to do to a case, once it is clear who and what must hold.
pub(crate) struct Wanted<'a> {
    /// Who.
    pub(crate) caller: &'a Caller,
    /// The language of refusals.
    pub(crate) lang: Lang,
    /// What.
    pub(crate) act: Act,
    /// Whether a guard holds; what is missing where it does not.
    pub(crate) holds: &'a dyn Fn(Guard) -> std::result::Result<(), String>,
    /// What makes a repeated request one.
    pub(crate) idempotency_key: Option<String>,
}

/// An act that belongs to no case.
#[derive(Debug, Default)]
pub(crate) struct LogAct<'a> {
    /// What kind of thing it is about: `account`, `dataset`, `import`.
    pub(crate) kind: &'a str,
    /// What it is about: a code, a login.
    pub(crate) subject: &'a str,
    /// What was done, as in `version`.
    pub(crate) event: &'a str,
    /// Who did it.
    pub(crate) by: Actor,
    /// Why.
    pub(crate) reason: &'a str,
    /// Facts that stay with it.
    pub(crate) facts: BTreeMap<String, String>,
}

/// An event that may be kept, with what it leads to.
pub(crate) struct Decided {
    pub(crate) event: Event,
    pub(crate) file: CaseFile,
    pub(crate) tells: Vec<Recipients>,
    pub(crate) idempotency_key: Option<String>,
}

impl Decided {
    /// Adds a fact to what was decided.
    pub(crate) fn note(&mut self, name: &str, value: String) {
        self.event.body.facts.insert(name.to_owned(), value.clone());
        self.file.facts.insert(name.to_owned(), value);
    }

    pub(crate) fn happening(&self) -> Happening<'_> {
        Happening {
            event: &self.event,
            file: &self.file,
            idempotency_key: self.idempotency_key.as_deref(),
            tells: &self.tells,
        }
    }
}

impl Portal {
    /// Says how many working days a rule gives.
    fn working_days(rules: &Rules, rule: &str) -> Option<u32> {
        match rule {
            "review.reply_wd" => Some(rules.review.reply_wd.value.get()),
            "catalogue.update_wd" => Some(rules.catalogue.update_wd.value.get()),
            "catalogue.report_wd" => Some(rules.catalogue.report_wd.value.get()),
            "class.dispute_wd" => Some(rules.class.dispute_wd.value.get()),
            "catalogue.missing_wd" => Some(rules.catalogue.missing_wd.value.get()),
            "class.reassess_wd" => Some(rules.class.reassess_wd.value.get()),
            "account.reply_wd" => Some(rules.account.reply_wd.value.get()),
            "open_app.reply_wd" => Some(rules.open_app.reply_wd.value.get()),
            "open_app.complete_wd" => Some(rules.open_app.complete_wd.value.get()),
            "share_app.reply_wd" => Some(rules.share_app.reply_wd.value.get()),
            "appeal.filing_wd" => Some(rules.appeal.filing_wd.value.get()),
            "appeal.reply_wd" => Some(rules.appeal.reply_wd.value.get()),
            "agreement.offer_wd" => Some(rules.agreement.offer_wd.value.get()),
            "agreement.countersign_wd" => Some(rules.agreement.countersign_wd.value.get()),
            "usage_report.reply_wd" => Some(rules.usage_report.reply_wd.value.get()),
            "violation.statement_wd" => Some(rules.violation.statement_wd.value.get()),
            "violation.correct_wd" => Some(rules.violation.correct_wd.value.get()),
            _ => None,
        }
    }

    /// Decides whether somebody may do something, and what comes of it.
    pub(crate) fn decide(
        &self,
        kind: CaseKind,
        about: &CaseSubject,
        case: Option<&Case>,
        wanted: Wanted<'_>,
    ) -> Result<Decided> {
        let Wanted { caller, lang, mut act, holds, idempotency_key } = wanted;
        // Whoever begins something of their own has it.
        let is_own = match case {
            None => caller.account().is_some(),
            Some(case) => case.file.submitter == caller.account(),
        };
        let facts = case.map_or(&act.facts, |case| &case.file.facts);
        let party = party(kind, facts);
        let is_assigned = case.is_some_and(|case| self.subject_of_case(caller, case).is_assigned);
        let subject = Subject { party, is_assigned, ..self.subject_of(about, is_own) };
        if act.by != Actor::system() {
            act.by = self.actor(caller);
        }
        if let (Some(case), "urge") = (case, act.event.as_str()) {
            // How often, so that lists say it without reading the log (SUP-02).
            act.facts.insert(URGED.to_owned(), (n_urged(&case.file) + 1).to_string());
        }
        if case.is_none() {
            // What the case is about stands in the log, too: it decides who may see and decide it.
            act.facts.extend(facts_of(about));
        }
        if act.steps.is_some() {
            act.facts.extend(case.and_then(|case| self.filing_under(case)));
        }
        act.at = self.instant();
        let policy = match case {
            Some(case) => self.policy_filed(about, &case.file),
            None => self.policy_begun(about),
        };
        let covered = Cell::new(None);
        let role = |action: Action| -> Option<RoleGrant> {
            covered.set(Some(action));
            caller.role_for(action, &seen_from(kind, &subject, action)).cloned()
        };
        // Whichever way it comes: nobody is urged, or passed over, who is not late, nor urged twice on a day (SUP-02).
        let guarded = |guard: Guard| match (guard, case) {
            (Guard::ClockOver, Some(case)) if !self.is_overdue(&case.file) => {
                let zh = match act.event.as_str() {
                    "urge" => "还没有超期，不能催办",
                    _ => "还没有超过答复期限，不能申请调解",
                };
                Err(lang.pick(zh, "nothing of it is overdue").to_owned())
            }
            _ => holds(guard),
        };
        let idempotency_key = match (act.event.as_str(), case) {
            ("urge", Some(case)) => Some(format!("urge/{}/{}", case.id, self.today())),
            _ => idempotency_key,
        };
        let world = World {
            role: &role,
            calendar: &self.inner.calendar,
            working_days: &|rule| Self::working_days(&policy.rules, rule),
            extended: &|rule| extending::extended(&policy.rules, rule),
            holds: &guarded,
        };
        let before = case.map(|case| &case.file);
        let mut event = decide(machine(kind), before, &act, &world)
            .map_err(|refusal| Under(policy).refused(kind, before, caller, &refusal, lang))?;
        if let (Some(role), Some(action)) = (event.by.role, covered.get()) {
            let (organization, region) = (event.by.organization.clone(), event.by.region.clone());
            let held = RoleGrant { role, organization, region };
            event.by.delegated_by = caller.delegated_by(action, &held).cloned();
        }
        let file = folded(kind, before, &event)?;
        let state = before.map(|file| file.state.as_str());
        let tells = machine(kind).find(&event.name, state).map(|it| it.tells).unwrap_or_default();
        let told = |it: &Audience| recipients(*it, about, &subject, &file);
        let mut tells: Vec<Recipients> = tells.iter().flat_map(told).collect();
        if tells.iter().any(|it| matches!(it, Recipients::OfRegions(..))) {
            tells.extend(self.delegates(&subject, &file));
        }
        Ok(Decided { event, file, tells, idempotency_key })
    }

    /// Writes an act that belongs to no case into the log, together with what else the transaction holds
    /// (SEC-01).
    pub(crate) async fn log(&self, transaction: &Transaction, done: LogAct<'_>) -> Result<i64> {
        Ok(self.log_event(transaction, done).await?.0)
    }

    /// The same; returns the event with its place, for whoever is told of it.
    pub(crate) async fn log_event(
        &self,
        transaction: &Transaction,
        done: LogAct<'_>,
    ) -> Result<(i64, Event)> {
        let LogAct { kind, subject, event, by, reason, facts } = done;
        let body = Body { reason: reason.to_owned(), facts, ..Body::default() };
        let event = Event { name: event.to_owned(), by, at: self.instant(), body };
        let entry = Entry { case: None, kind, subject, event: &event, idempotency_key: None };
        let seq = kaishu_store::log::append(transaction, &self.inner.log_key, &entry).await?;
        Ok((seq, event))
    }

    /// Writes an act into the log that changes nothing else.
    pub(crate) async fn record(&self, done: LogAct<'_>) -> Result<()> {
        let transaction = self.inner.store.begin().await?;
        self.log(&transaction, done).await?;
        Ok(transaction.commit().await?)
    }

    /// Reads the whole log and says what is wrong with it (SEC-01).
    ///
    /// # Errors
    ///
    /// Fails where the store does; a wrong log is no error.
    pub async fn verify_log(&self) -> Result<Verified> {
        Ok(kaishu_store::log::verify(&self.inner.store, &self.inner.log_key).await?)
    }

    /// Lists the sealed last entry of each day: day, place and hash.
    pub async fn log_checkpoints(&self) -> Result<Vec<(NaiveDate, i64, String)>> {
        Ok(kaishu_store::log::checkpoints(&self.inner.store).await?)
    }

    /// Returns the instant it is now, as precisely as it is kept.
    pub(crate) fn instant(&self) -> DateTime<Utc> {
        self.now().trunc_subsecs(6)
    }

    /// Finds a case that the caller may see.
    pub(crate) async fn visible_case(&self, caller: &Caller, id: i64) -> Result<Case> {
        let hidden = || Error::not_found("case", id.to_string());
        let case = kaishu_store::cases::find(&self.inner.store, id).await?.ok_or_else(hidden)?;
        match self.may_see(caller, &case) {
            true => Ok(case),
            false => Err(hidden()),
        }
    }

    pub(crate) fn may_see(&self, caller: &Caller, case: &Case) -> bool {
        let (kind, subject) = (case.file.kind, self.subject_of_case(caller, case));
        let may =
            |action: Action| caller.role_for(action, &seen_from(kind, &subject, action)).is_some();
        // Whoever takes a step sees what it is about (ORG-11).
        shown_by(case.file.kind).iter().any(|action| may(*action))
            || case.file.steps.iter().any(|step| may(step.action()))
    }

    /// Lists what somebody may do to a case now.
    fn possible(&self, caller: &Caller, case: &Case) -> Vec<&'static Transition> {
        let (kind, subject) = (case.file.kind, self.subject_of_case(caller, case));
        let may = |action| caller.role_for(action, &seen_from(kind, &subject, action)).is_some();
        kaishu_domain::cases::possible(machine(case.file.kind), &case.file, &may)
    }
}

/// How often somebody was urged to go on with a case.
pub(crate) fn n_urged(file: &CaseFile) -> u32 {
    file.facts.get(URGED).and_then(|times| times.parse().ok()).unwrap_or_default()
}

/// The other organization that a case is between: who disputes a class, who asks for data of another one.
fn party(kind: CaseKind, facts: &BTreeMap<String, String>) -> Option<OrganizationCode> {
    let is_between =
        matches!(kind, CaseKind::Dispute | CaseKind::ShareRequest | CaseKind::OutsideRequest);
    let party = facts.get("party").filter(|_| is_between)?;
    party.parse().ok()
}

/// What a case belongs to, as permissions see it for an action: of a share request each side has its own.
fn seen_from(kind: CaseKind, subject: &Subject, action: Action) -> Cow<'_, Subject> {
    match kind {
        CaseKind::ShareRequest | CaseKind::OutsideRequest => Cow::Owned(sided(subject, action)),
        _ => Cow::Borrowed(subject),
    }
}

/// Lists the actions of which somebody may do one who sees a case of a kind.
fn shown_by(kind: CaseKind) -> &'static [Action] {
    match kind {
        CaseKind::Opening
        | CaseKind::Life
        | CaseKind::Change
        | CaseKind::Transfer
        | CaseKind::Reassessment
        | CaseKind::Dispute => &[Action::SeeDrafts],
        CaseKind::MissingEntry => &[Action::SeeDrafts, Action::ReportMissing],
        CaseKind::AccountRequest => &[Action::RequestAccounts, Action::DecideAccounts],
        CaseKind::Application => &[Action::SeeApplications, Action::GiveOpinion],
        CaseKind::UsageReport | CaseKind::Violation => &[Action::SeeApplications],
        CaseKind::ShareRequest | CaseKind::OutsideRequest => &[Action::SeeShares],
        CaseKind::Project => &[Action::SeeRegisters],
    }
}

/// Something happened to the case since its page was drawn.
pub(crate) fn moved_on(lang: Lang) -> Error {
    Error::Refused {
        code: ErrorCode::Conflict,
        message: lang
            .pick(
                "这件事刚才已经有人办理，请刷新后再看",
                "something happened to this case meanwhile; look again",
            )
            .to_owned(),
        rule: None,
        remedy: None,
    }
}

/// What makes a repeated request one. It is of one person, one case and one decision: nobody's key stands
/// for anything of another.
pub(crate) fn request_key(caller: &Caller, case: i64, event: &str, key: &str) -> String {
    let account = caller.account().unwrap_or_default();
    let key: String = key.chars().take(MAX_KEY_CHARS).collect();
    format!("{account}/{case}/{event}/{key}")
}

fn facts_of(about: &CaseSubject) -> impl Iterator<Item = (String, String)> {
    let CaseSubject { title, organization, region, policy, .. } = about.clone();
    let facts = [
        ("title", Some(title)),
        ("organization", organization),
        ("region", region),
        ("policy", Some(policy)),
    ];
    facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)))
}

fn folded(kind: CaseKind, before: Option<&CaseFile>, event: &Event) -> Result<CaseFile> {
    let folded = match before {
        None => CaseFile::open(kind, event),
        Some(before) => {
            let mut file = before.clone();
            file.apply(event).map(|()| file)
        }
    };
    folded.map_err(|misfit| Error::Internal(misfit.to_string()))
}
