//! Functions of the authority that another organization takes over (ORG-05): yulin 6 and 21, guangdong 7.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kaishu_domain::permission::{Action, takes_over};
use kaishu_store::accounts::Account;
use kaishu_store::delegations::{self, Delegation};
use kaishu_types::account::{DelegatedFunction, Role, RoleGrant};
use kaishu_types::organization::Named;
use kaishu_types::{Lang, OrganizationCode, RegionCode};

use super::Faults;
use crate::accounts::{Caller, Delegated};
use crate::cases::{LogAct, not_covered};
use crate::{Error, Portal, Result};

/// A delegation as somebody wrote it down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DelegationForm<'a> {
    /// The function.
    pub function: &'a str,
    /// Code of the region whose authority delegates.
    pub region: &'a str,
    /// Code of the organization that takes over.
    pub organization: &'a str,
    /// The first day.
    pub first_day: &'a str,
    /// The last day; empty where there is none.
    pub last_day: &'a str,
    /// The document it rests on.
    pub basis: &'a str,
}

/// A delegation as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegationView {
    /// What is kept.
    pub kept: Delegation,
    /// The authority.
    pub delegated_by: String,
    /// Who takes over.
    pub organization: String,
    /// Where.
    pub region: String,
    /// Whether it holds today.
    pub holds: bool,
    /// Whether the reader may end it.
    pub may_end: bool,
}

impl Portal {
    /// Lists the delegations of the regions that the caller may delegate in, the newest first.
    ///
    /// # Errors
    ///
    /// Refused for who may delegate nothing.
    pub async fn delegations(&self, caller: &Caller, lang: Lang) -> Result<Vec<DelegationView>> {
        if !caller.may_ever(Action::Delegate) {
            return Err(not_covered(caller, Action::Delegate, lang));
        }
        let all = delegations::list(&self.inner.store).await?;
        let directory = self.directory();
        let name = |found: Option<&Named>, code: &str| {
            found.map_or(code, |named| named.label(lang)).to_owned()
        };
        let organization = |code: &OrganizationCode| {
            let found = directory.organization(code.as_str()).map(|it| &it.named);
            name(found, code.as_str())
        };
        let visible = all.into_iter().filter(|kept| self.may_delegate(caller, &kept.region));
        Ok(visible
            .map(|kept| DelegationView {
                delegated_by: organization(&kept.delegated_by),
                organization: organization(&kept.organization),
                region: name(
                    directory.region(kept.region.as_str()).map(|it| &it.named),
                    kept.region.as_str(),
                ),
                holds: kept.holds_on(self.today()),
                may_end: kept.ended_at.is_none(),
                kept,
            })
            .collect())
    }

    fn may_delegate(&self, caller: &Caller, region: &RegionCode) -> bool {
        let subject = self.subject(None, Some(region.as_str()), false);
        caller.role_for(Action::Delegate, &subject).is_some()
    }

    /// Hands a function of the authority to another organization.
    ///
    /// # Errors
    ///
    /// `InvalidInput` naming each field; refused for who may not delegate in the region.
    pub async fn delegate(
        &self,
        caller: &Caller,
        form: &DelegationForm<'_>,
        lang: Lang,
    ) -> Result<()> {
        let subject = self.subject(None, Some(form.region), false);
        let by = self.permitted(caller, Action::Delegate, &subject, lang)?;
        let new = self.read_delegation(form, lang)?;
        let mut facts = facts_of(&new);
        let transaction = self.inner.store.begin().await?;
        let id = delegations::add(&transaction, &new, self.instant()).await?;
        facts.insert("delegation".to_owned(), id.to_string());
        let (subject, reason) = (new.organization.as_str(), new.basis.as_str());
        let act = LogAct { kind: "delegation", subject, event: "delegated", by, reason, facts };
        self.log(&transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    fn read_delegation(&self, form: &DelegationForm<'_>, lang: Lang) -> Result<Delegation> {
        let mut faults = Faults::new(lang);
        let directory = self.directory();
        let function = faults.choice::<DelegatedFunction>("function", form.function);
        let region = faults.choice::<RegionCode>("region", form.region);
        let organization = faults.choice::<OrganizationCode>("organization", form.organization);
        let first_day = faults.day("first_day", form.first_day);
        if first_day.is_none() && !faults.has("first_day") {
            faults.add("first_day", "请填写开始日期", "Say from when");
        }
        let last_day = faults.day("last_day", form.last_day);
        if let (Some(first), Some(last)) = (first_day, last_day)
            && last < first
        {
            faults.add("last_day", "不能早于开始日期", "Is before the first day");
        }
        let basis = faults.name("basis", form.basis);
        let authority = directory.region(form.region).and_then(|it| it.authority.as_ref());
        let delegated_by = authority.and_then(|it| it.code.parse::<OrganizationCode>().ok());
        if delegated_by.is_none() && !faults.has("region") {
            faults.add(
                "region",
                "这个地区还没有登记数据主管部门，不能委托",
                "No data authority is recorded for this region, so nothing can be delegated",
            );
        }
        let is_known = |code: &OrganizationCode| directory.organization(code.as_str()).is_some();
        match &organization {
            Some(code) if !is_known(code) => {
                faults.add("organization", "没有登记这个机构", "There is no such organization");
            }
            Some(code) if delegated_by.as_ref() == Some(code) => {
                faults.add(
                    "organization",
                    "主管部门不能委托给自己，选另一个机构",
                    "The authority cannot delegate to itself; choose another one",
                );
            }
            _ => {}
        }
        faults.into_result()?;
        match (function, delegated_by, region, organization, first_day) {
            (Some(function), Some(delegated_by), Some(region), Some(organization), Some(first)) => {
                Ok(Delegation {
                    id: 0,
                    function,
                    delegated_by,
                    region,
                    organization,
                    first_day: first,
                    last_day,
                    basis,
                    ended_at: None,
                })
            }
            _ => Err(Error::Internal("a delegation without a fault is not whole".to_owned())),
        }
    }

    /// Ends a delegation: with the next request nobody acts by it.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none that goes on, or none that the caller may end.
    pub async fn end_delegation(&self, caller: &Caller, id: i64, lang: Lang) -> Result<()> {
        let hidden = || Error::not_found("delegation", id.to_string());
        let all = delegations::list(&self.inner.store).await?;
        let kept = all.into_iter().find(|kept| kept.id == id).ok_or_else(hidden)?;
        if !self.may_delegate(caller, &kept.region) {
            return Err(hidden());
        }
        let subject = self.subject(None, Some(kept.region.as_str()), false);
        let by = self.permitted(caller, Action::Delegate, &subject, lang)?;
        let transaction = self.inner.store.begin().await?;
        if !delegations::end(&transaction, id, self.instant()).await? {
            return Err(hidden());
        }
        let mut facts = facts_of(&kept);
        facts.insert("delegation".to_owned(), id.to_string());
        let (kind, subject) = ("delegation", kept.organization.as_str());
        let act = LogAct { kind, subject, event: "ended", by, facts, ..LogAct::default() };
        self.log(&transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    /// What an account may do today in the place of an authority: those who decide for an organization
    /// that took a function over. Read anew with each request, so what was ended counts no more.
    pub(crate) async fn delegated_to(&self, account: &Account) -> Result<Vec<Delegated>> {
        let decides = account.roles.iter().filter(|held| takes_over(held.role));
        let mut organizations: Vec<&OrganizationCode> =
            decides.filter_map(|held| held.organization.as_ref()).collect();
        organizations.sort_unstable();
        organizations.dedup();
        if organizations.is_empty() {
            return Ok(Vec::new());
        }
        let held = delegations::to(&self.inner.store, &organizations, self.today()).await?;
        Ok(held.into_iter().map(delegated).collect())
    }
}

fn delegated(kept: Delegation) -> Delegated {
    let Delegation { function, delegated_by, region, organization, .. } = kept;
    let held =
        RoleGrant { role: Role::Authority, organization: Some(organization), region: Some(region) };
    Delegated { function, by: delegated_by, held }
}

fn facts_of(kept: &Delegation) -> BTreeMap<String, String> {
    let Delegation { function, delegated_by, region, first_day, last_day, .. } = kept;
    let facts = [
        ("function", Some(function.to_string())),
        ("delegated_by", Some(delegated_by.to_string())),
        ("region", Some(region.to_string())),
        ("first_day", Some(first_day.to_string())),
        ("last_day", last_day.map(|day: NaiveDate| day.to_string())),
    ];
    facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
