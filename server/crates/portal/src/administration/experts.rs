//! The expert committee: who belongs to it, and from which cases an expert stays away (ORG-10, yulin 9).

use std::collections::{BTreeMap, HashMap};

use kaishu_domain::cases::Actor;
use kaishu_domain::permission::Action;
use kaishu_store::StoreError;
use kaishu_store::accounts::{self, Account};
use kaishu_store::experts::{self, Expert};
use kaishu_types::account::{AffiliationKind, Login, Role};
use kaishu_types::{ErrorCode, Lang, OrganizationCode, RuleRef};

use super::Faults;
use crate::accounts::Caller;
use crate::cases::{LogAct, not_covered};
use crate::{Error, Portal, Result};

/// An appointment as somebody wrote it down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExpertForm<'a> {
    /// The login of an account with the role of an expert.
    pub login: &'a str,
    /// University, institute, enterprise or department.
    pub affiliation_kind: &'a str,
    /// What that is called.
    pub affiliation: &'a str,
    /// Code of the organization that it is; empty where it is none of the portal.
    pub organization: &'a str,
    /// What the expert knows.
    pub field: &'a str,
}

/// A member of the committee as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpertView {
    /// The login.
    pub login: String,
    /// The name.
    pub name: String,
    /// The appointment.
    pub kept: Expert,
    /// The organizations of declared conflicts, by name, with the reasons.
    pub conflicts: Vec<(String, String)>,
}

impl Portal {
    /// Lists the roster, the newest appointment first; an expert sees their own.
    ///
    /// # Errors
    ///
    /// Refused for who neither appoints experts nor is one.
    pub async fn experts(&self, caller: &Caller, lang: Lang) -> Result<Vec<ExpertView>> {
        let is_expert = caller.roles().iter().any(|held| held.role == Role::Expert);
        if !caller.may_ever(Action::AppointExperts) && !is_expert {
            return Err(not_covered(caller, Action::AppointExperts, lang));
        }
        let store = &self.inner.store;
        let accounts: HashMap<i64, Account> =
            accounts::list(store).await?.into_iter().map(|it| (it.id, it)).collect();
        let directory = self.directory();
        let label = |code: &OrganizationCode| {
            let found = directory.organization(code.as_str());
            found.map_or(code.as_str(), |it| it.named.label(lang)).to_owned()
        };
        let mut shown = Vec::new();
        for kept in experts::list(store).await? {
            let Some(account) = accounts.get(&kept.account) else { continue };
            let is_own = caller.account() == Some(kept.account);
            if !is_own && !self.may_appoint(caller, account) {
                continue;
            }
            let conflicts = kept.conflicts.iter();
            shown.push(ExpertView {
                login: account.login.to_string(),
                name: account.name.clone(),
                conflicts: conflicts.map(|(code, why)| (label(code), why.clone())).collect(),
                kept,
            });
        }
        Ok(shown)
    }

    /// Whether the caller appoints in the region for which an account is an expert.
    fn may_appoint(&self, caller: &Caller, account: &Account) -> bool {
        let held = account.roles.iter().filter(|held| held.role == Role::Expert);
        let regions: Vec<&str> =
            held.filter_map(|held| held.region.as_ref()).map(|it| it.as_str()).collect();
        if regions.is_empty() {
            // Whoever lost the role is still on the roster, until the authority ends it.
            return caller.may_ever(Action::AppointExperts);
        }
        regions.iter().any(|region| {
            let subject = self.subject(None, Some(region), false);
            caller.role_for(Action::AppointExperts, &subject).is_some()
        })
    }

    /// Appoints an expert.
    ///
    /// # Errors
    ///
    /// `InvalidInput` naming each field; refused for who does not appoint experts.
    pub async fn appoint_expert(
        &self,
        caller: &Caller,
        form: &ExpertForm<'_>,
        lang: Lang,
    ) -> Result<()> {
        let action = Action::AppointExperts;
        if !caller.may_ever(action) {
            return Err(not_covered(caller, action, lang));
        }
        let (account, new) = self.read_expert(form, lang).await?;
        let region = account.roles.iter().find(|held| held.role == Role::Expert);
        let region = region.and_then(|held| held.region.as_ref());
        let subject = self.subject(None, region.map(|it| it.as_str()), false);
        let by = self.permitted(caller, action, &subject, lang)?;
        let facts = facts_of(&new);
        let transaction = self.inner.store.begin().await?;
        experts::appoint(&transaction, &new).await.map_err(|error| match error {
            StoreError::Conflict { .. } => Error::field(
                "login",
                lang.pick("这位专家已经聘任", "This expert is appointed already"),
            ),
            other => other.into(),
        })?;
        let (kind, subject) = ("expert", account.login.as_str());
        let act = LogAct { kind, subject, event: "appointed", by, facts, ..LogAct::default() };
        self.log(&transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    async fn read_expert(&self, form: &ExpertForm<'_>, lang: Lang) -> Result<(Account, Expert)> {
        let mut faults = Faults::new(lang);
        let account = match form.login.parse::<Login>() {
            Ok(login) => accounts::find(&self.inner.store, &login).await?,
            Err(_) => None,
        };
        let is_expert = |account: &Account| account.roles.iter().any(|it| it.role == Role::Expert);
        let account = account.filter(is_expert);
        if account.is_none() {
            faults.add(
                "login",
                "没有这个专家账号。先由安全管理员给账号分配“专家委员”角色",
                "No account of an expert has this login; the security administrator gives the role first",
            );
        }
        let kind = faults.choice::<AffiliationKind>("affiliation_kind", form.affiliation_kind);
        let affiliation = faults.name("affiliation", form.affiliation);
        let field = faults.name("field", form.field);
        let organization = match form.organization.trim() {
            "" => None,
            text => faults.choice::<OrganizationCode>("organization", text),
        };
        let directory = self.directory();
        let is_unknown = |code: &OrganizationCode| directory.organization(code.as_str()).is_none();
        if organization.as_ref().is_some_and(is_unknown) {
            faults.add("organization", "没有登记这个机构", "There is no such organization");
        }
        // Without it, nobody would know from which cases the expert stays away.
        if kind == Some(AffiliationKind::Department)
            && organization.is_none()
            && !faults.has("organization")
        {
            faults.add(
                "organization",
                "来自有关部门的专家要选所在机构，用于回避",
                "Choose the organization of an expert from a department: its cases are not theirs",
            );
        }
        faults.into_result()?;
        let (Some(account), Some(affiliation_kind)) = (account, kind) else {
            return Err(Error::Internal("an appointment without a fault is not whole".to_owned()));
        };
        let new = Expert {
            id: 0,
            account: account.id,
            affiliation_kind,
            affiliation,
            organization,
            field,
            appointed_at: self.instant(),
            ended_at: None,
            conflicts: Vec::new(),
        };
        Ok((account, new))
    }

    /// Ends an appointment: with the next request the expert takes part in nothing.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none that goes on, or none that the caller may end.
    pub async fn end_expert(&self, caller: &Caller, id: i64, lang: Lang) -> Result<()> {
        let (account, kept) = self.expert_by(id).await?;
        if !self.may_appoint(caller, &account) {
            return Err(not_covered(caller, Action::AppointExperts, lang));
        }
        let by = self.appointing(caller, &account);
        let transaction = self.inner.store.begin().await?;
        if !experts::end(&transaction, id, self.instant()).await? {
            return Err(Error::not_found("expert", id.to_string()));
        }
        let (kind, subject, facts) = ("expert", account.login.as_str(), facts_of(&kept));
        let act = LogAct { kind, subject, event: "ended", by, facts, ..LogAct::default() };
        self.log(&transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    /// Keeps that an expert stays away from the cases of an organization: the expert says so, or the
    /// authority does.
    ///
    /// # Errors
    ///
    /// `InvalidInput` naming each field; `NotFound` where there is no such appointment; refused for others.
    pub async fn declare_conflict(
        &self,
        caller: &Caller,
        id: i64,
        (organization, reason): (&str, &str),
        lang: Lang,
    ) -> Result<()> {
        let (account, kept) = self.expert_by(id).await?;
        let is_own = caller.account() == Some(account.id);
        if !is_own && !self.may_appoint(caller, &account) {
            return Err(not_covered(caller, Action::AppointExperts, lang));
        }
        let mut faults = Faults::new(lang);
        let organization = faults.choice::<OrganizationCode>("conflict", organization);
        let reason = faults.name("reason", reason);
        faults.into_result()?;
        let known = organization
            .filter(|code| self.directory().organization(code.as_str()).is_some())
            .ok_or_else(|| Error::field("conflict", lang.pick("没有登记这个机构", "is unknown")))?;
        let by = match is_own {
            true => Actor { role: Some(Role::Expert), ..self.actor(caller) },
            false => self.appointing(caller, &account),
        };
        let facts = BTreeMap::from([("organization".to_owned(), known.to_string())]);
        let transaction = self.inner.store.begin().await?;
        experts::declare(&transaction, kept.id, &known, &reason, self.instant()).await?;
        let (kind, subject, reason) = ("expert", account.login.as_str(), reason.as_str());
        let act = LogAct { kind, subject, event: "declared", by, reason, facts };
        self.log(&transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    /// Who acts on an appointment, with the role it is done in.
    fn appointing(&self, caller: &Caller, account: &Account) -> Actor {
        let region = account.roles.iter().find(|held| held.role == Role::Expert);
        let region = region.and_then(|held| held.region.as_ref());
        let subject = self.subject(None, region.map(|it| it.as_str()), false);
        let held = caller.role_for(Action::AppointExperts, &subject);
        held.map_or_else(
            || self.actor(caller),
            |held| self.acting_as(caller, Action::AppointExperts, held),
        )
    }

    async fn expert_by(&self, id: i64) -> Result<(Account, Expert)> {
        let hidden = || Error::not_found("expert", id.to_string());
        let store = &self.inner.store;
        let all = experts::list(store).await?;
        let kept = all.into_iter().find(|it| it.id == id).ok_or_else(hidden)?;
        let account = accounts::find_by_id(store, kept.account).await?.ok_or_else(hidden)?;
        Ok((account, kept))
    }

    /// Whether an expert may take part in a case of an organization (ORG-10).
    ///
    /// # Errors
    ///
    /// Refused where the account is not appointed, where it comes from that organization or from one above
    /// it, and where a conflict of interest was declared.
    pub async fn may_be_assigned(
        &self,
        account: i64,
        organization: &OrganizationCode,
        lang: Lang,
    ) -> Result<()> {
        let expert = experts::of_account(&self.inner.store, account).await?;
        let expert = expert.ok_or_else(|| {
            barred(lang.pick("没有聘任为专家委员", "is not appointed to the expert committee"))
        })?;
        if expert.conflicts.iter().any(|(code, _)| code == organization) {
            return Err(barred(lang.pick(
                "已声明与提供单位有利益冲突，应当回避",
                "declared a conflict of interest with the provider",
            )));
        }
        let is_of_provider =
            expert.organization.is_some_and(|own| self.is_or_is_above(&own, organization));
        if is_of_provider {
            return Err(barred(lang.pick(
                "来自提供单位或者它的上级，应当回避",
                "comes from the provider or from what is above it",
            )));
        }
        Ok(())
    }

    fn is_or_is_above(&self, one: &OrganizationCode, below: &OrganizationCode) -> bool {
        let directory = self.directory();
        let mut code = below.to_string();
        // More steps than there can be levels are a ring.
        for _ in 0..64 {
            if code == one.as_str() {
                return true;
            }
            let above = directory.organization(&code).and_then(|it| it.parent.as_ref());
            match above {
                Some(above) => code.clone_from(&above.code),
                None => return false,
            }
        }
        false
    }
}

fn barred(why: &str) -> Error {
    Error::Refused {
        code: ErrorCode::Forbidden,
        message: why.to_owned(),
        rule: Some(RuleRef {
            id: "ORG-10".to_owned(),
            article: "玉林市公共数据开放管理办法第九条".to_owned(),
        }),
        remedy: None,
    }
}

fn facts_of(kept: &Expert) -> BTreeMap<String, String> {
    let Expert { affiliation_kind, affiliation, organization, field, .. } = kept;
    let facts = [
        ("affiliation_kind", Some(affiliation_kind.to_string())),
        ("affiliation", Some(affiliation.clone())),
        ("organization", organization.as_ref().map(ToString::to_string)),
        ("field", Some(field.clone())),
    ];
    facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
