//! Cases: from somebody who wants to do something to an event that is kept, or to a refusal with its rule.

mod anew;
mod clocks;
mod refusal;
mod view;

use std::cell::Cell;
use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use kaishu_domain::cases::{
    Act, Actor, Audience, Body, CaseFile, Event, Guard, Transition, World, decide, machine,
};
use kaishu_domain::permission::{Action, Reach, Subject, functions_of, takes_over};
use kaishu_store::Transaction;
use kaishu_store::cases::{Case, CaseSubject, Delegates, Happening, Recipients};
use kaishu_store::log::Entry;
use kaishu_types::account::{Role, RoleGrant};
use kaishu_types::case::CaseKind;
use kaishu_types::dataset::DatasetView;
use kaishu_types::{ErrorCode, Lang, OrganizationCode, RegionCode};

use crate::accounts::{Caller, log_in_first};
use crate::{Error, Portal, Result};

pub use kaishu_store::log::{Ended, Verified};
pub use view::{DeskFilter, DeskPage};

/// Longest key of a request that is looked at.
const MAX_KEY_CHARS: usize = 100;

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
    /// What a case belongs to, as permissions see it.
    pub(crate) fn subject_of(&self, about: &CaseSubject, is_own: bool) -> Subject {
        self.subject(about.organization.as_deref(), about.region.as_deref(), is_own)
    }

    /// What belongs to an organization and a region, as permissions see it.
    pub(crate) fn subject(
        &self,
        organization: Option<&str>,
        region: Option<&str>,
        is_own: bool,
    ) -> Subject {
        let directory = self.directory();
        let above = region.map(|code| directory.region_and_above(code)).unwrap_or_default();
        let above = above.iter().filter_map(|region| region.named.code.parse::<RegionCode>().ok());
        let lead = organization.and_then(|code| directory.sector_lead(code));
        let lead = lead.and_then(|code| code.parse::<OrganizationCode>().ok());
        let organization = organization.and_then(|code| code.parse::<OrganizationCode>().ok());
        Subject { is_own, organization, regions: above.collect(), lead, party: None }
    }

    /// What a case belongs to, with the other organization that it is between (CLS-16).
    fn subject_of_case(&self, case: &Case, is_own: bool) -> Subject {
        let subject = self.subject_of(&case.about, is_own);
        Subject { party: party(case.file.kind, &case.file.facts), ..subject }
    }

    /// Who acts, as the log names them.
    pub(crate) fn actor(&self, caller: &Caller) -> Actor {
        match (caller.account(), caller.login(), caller.name()) {
            (Some(account), Some(login), Some(name)) => Actor {
                account: Some(account),
                login: login.to_string(),
                name: name.to_owned(),
                ..Actor::default()
            },
            _ => command(None),
        }
    }

    /// Who acts in a role, as the log names them, with the authority in whose place it is (ORG-05).
    pub(crate) fn acting_as(&self, caller: &Caller, action: Action, held: &RoleGrant) -> Actor {
        Actor {
            role: Some(held.role),
            organization: held.organization.clone(),
            region: held.region.clone(),
            delegated_by: caller.delegated_by(action, held).cloned(),
            ..self.actor(caller)
        }
    }

    /// Who acts on something, with the role it is done in.
    ///
    /// # Errors
    ///
    /// Refused where no role of the caller covers it.
    pub(crate) fn permitted(
        &self,
        caller: &Caller,
        action: Action,
        subject: &Subject,
        lang: Lang,
    ) -> Result<Actor> {
        let held = caller.role_for(action, subject);
        held.map(|held| self.acting_as(caller, action, held))
            .ok_or_else(|| not_covered(caller, action, lang))
    }

    /// Who acts on a dataset, with the role it is done in.
    ///
    /// # Errors
    ///
    /// Refused where no role of the caller covers it; `NotFound` where it is not public and the caller may
    /// not see it: who may not does not learn that there is something hidden.
    pub(crate) async fn actor_on(
        &self,
        caller: &Caller,
        action: Action,
        dataset: &DatasetView,
        lang: Lang,
    ) -> Result<Actor> {
        let (organization, region) = (&dataset.organization.code, &dataset.region.code);
        let subject = self.subject(Some(organization), Some(region), false);
        if let Some(held) = caller.role_for(action, &subject) {
            return Ok(self.acting_as(caller, action, held));
        }
        let sees = caller.role_for(Action::SeeDrafts, &subject).is_some();
        if !sees && self.find_public(&dataset.code).await?.is_none() {
            return Err(Error::not_found("dataset", dataset.code.to_string()));
        }
        Err(not_covered(caller, action, lang))
    }

    /// Says how many working days a rule gives.
    fn working_days(&self, rule: &str) -> Option<u32> {
        let rules = &self.policy().rules;
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
            "appeal.filing_wd" => Some(rules.appeal.filing_wd.value.get()),
            "appeal.reply_wd" => Some(rules.appeal.reply_wd.value.get()),
            "agreement.offer_wd" => Some(rules.agreement.offer_wd.value.get()),
            "agreement.countersign_wd" => Some(rules.agreement.countersign_wd.value.get()),
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
        let subject = Subject { party, ..self.subject_of(about, is_own) };
        if act.by != Actor::system() {
            act.by = self.actor(caller);
        }
        if case.is_none() {
            // What the case is about stands in the log, too: it decides who may see and decide it.
            act.facts.extend(facts_of(about));
        }
        act.at = self.instant();
        let covered = Cell::new(None);
        let role = |action: Action| -> Option<RoleGrant> {
            covered.set(Some(action));
            caller.role_for(action, &subject).cloned()
        };
        // Whichever way it comes: nobody is urged who is not late, nor twice on a day (SUP-02).
        let guarded = |guard: Guard| match (guard, case) {
            (Guard::ClockOver, Some(case)) if !self.is_overdue(&case.file) => {
                Err(lang.pick("还没有超期，不能催办", "nothing of it is overdue").to_owned())
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
            working_days: &|rule| self.working_days(rule),
            holds: &guarded,
        };
        let before = case.map(|case| &case.file);
        let mut event = decide(machine(kind), before, &act, &world)
            .map_err(|refusal| self.refused(kind, before, caller, &refusal, lang))?;
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

    /// Those who took over from an authority what a case waits for: they are told when the authority is
    /// (ORG-05).
    fn delegates(&self, subject: &Subject, file: &CaseFile) -> Option<Recipients> {
        let functions = functions_of(file.waits_for()?);
        let regions = subject.regions.iter().map(ToString::to_string).collect();
        let roles = Role::ALL.iter().copied().filter(|role| takes_over(*role)).collect();
        let delegates = Delegates { functions, regions, roles, day: self.today() };
        (!delegates.functions.is_empty()).then_some(Recipients::Delegates(delegates))
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
        let is_own = caller.account().is_some() && case.file.submitter == caller.account();
        let subject = self.subject_of_case(case, is_own);
        let may = |action: Action| caller.role_for(action, &subject).is_some();
        // Whoever takes a step sees what it is about (ORG-11).
        shown_by(case.file.kind).iter().any(|action| may(*action))
            || case.file.steps.iter().any(|step| may(step.action()))
    }

    /// Lists what somebody may do to a case now.
    fn possible(&self, caller: &Caller, case: &Case) -> Vec<&'static Transition> {
        let is_own = caller.account().is_some() && case.file.submitter == caller.account();
        let subject = self.subject_of_case(case, is_own);
        let may = |action| caller.role_for(action, &subject).is_some();
        kaishu_domain::cases::possible(machine(case.file.kind), &case.file, &may)
    }
}

/// The other organization that a case is between; only disputes have one.
fn party(kind: CaseKind, facts: &BTreeMap<String, String>) -> Option<OrganizationCode> {
    let party = facts.get("party").filter(|_| kind == CaseKind::Dispute)?;
    party.parse().ok()
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
        CaseKind::Application => &[Action::SeeApplications],
        CaseKind::Project => &[Action::SeeRegisters],
    }
}

/// The refusal of what no role of somebody covers.
pub(crate) fn not_covered(caller: &Caller, action: Action, lang: Lang) -> Error {
    if !caller.is_logged_in() {
        return log_in_first(lang);
    }
    let what = action.label(lang);
    Error::Refused {
        code: ErrorCode::Forbidden,
        message: lang.pick(
            format!("您的角色不能办理这一项：{what}"),
            format!("your roles do not cover this: {what}"),
        ),
        rule: None,
        remedy: None,
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

/// A command on the machine, with the name of the person who says to have given it.
pub(crate) fn command(name: Option<&str>) -> Actor {
    let name = name.unwrap_or("服务器命令").to_owned();
    Actor { login: "command".to_owned(), name, ..Actor::default() }
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

fn recipients(
    audience: Audience,
    about: &CaseSubject,
    subject: &Subject,
    file: &CaseFile,
) -> Vec<Recipients> {
    let of_organization = |roles: Vec<Role>| {
        let organization = about.organization.clone()?;
        Some(Recipients::OfOrganization(roles, organization))
    };
    let of_regions = |roles: Vec<Role>| {
        let regions = subject.regions.iter().map(ToString::to_string).collect();
        Some(Recipients::OfRegions(roles, regions))
    };
    let submitter = || file.submitter.map(Recipients::Account);
    let told = match audience {
        Audience::Submitter => submitter(),
        Audience::Provider => of_organization(vec![Role::Officer, Role::Head]),
        Audience::Party => file.facts.get("party").map(|party| {
            Recipients::OfOrganization(vec![Role::Officer, Role::Head], party.clone())
        }),
        Audience::Authority => of_regions(vec![Role::Authority, Role::CountyAuthority]),
        Audience::NextStep => {
            let roles = file.waits_for().map(Action::roles).unwrap_or_default();
            if roles.iter().any(|(_, reach)| *reach == Reach::Own) {
                return submitter().into_iter().collect();
            }
            let roles = roles.iter().map(|(role, _)| *role);
            let (agency, region): (Vec<Role>, Vec<Role>) =
                roles.partition(|role| role.is_of_organization());
            let agency = Some(agency).filter(|it| !it.is_empty()).and_then(of_organization);
            let region = Some(region).filter(|it| !it.is_empty()).and_then(of_regions);
            return agency.into_iter().chain(region).collect();
        }
    };
    told.into_iter().collect()
}
