//! The accounts as the administrators see them: the list, one account, and the forms about it.
//!
//! The system administrator makes, disables and ends; the security administrator gives and takes roles; the audit
//! administrator reads (SEC-19). What is done goes through the use cases of the command line.

use chrono::NaiveDate;
use kaishu_domain::permission::Action;
use kaishu_store::accounts::{self, Contract, Wanted};
use kaishu_types::account::{AccountKind, Login, Role, RoleGrant};
use kaishu_types::china::end_of_day_in_china;
use kaishu_types::{Lang, OrganizationCode, RegionCode};

use super::manage::{known, permit};
use super::roles::reaches_region;
use super::{Caller, Known, NewStaff};
use crate::administration::Faults;
use crate::{Error, Portal, Result};

/// Accounts on a page.
const PER_PAGE: u64 = 30;
/// Longest text that is looked for, in characters.
const MAX_TEXT: usize = 100;

/// What accounts are looked for by, as it was typed; empty where nothing was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AccountFilter<'a> {
    /// A part of the login or of the name.
    pub text: &'a str,
    /// Whether it can be used.
    pub state: &'a str,
    /// It holds this role.
    pub role: &'a str,
    /// The page, from 1.
    pub page: &'a str,
}

/// A page of the accounts that were looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountList {
    /// The accounts, by login.
    pub accounts: Vec<Known>,
    /// How many fit.
    pub total: u64,
    /// The page, from 1.
    pub page: u64,
    /// The last page, from 1.
    pub last: u64,
}

/// An account on its own page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRecord {
    /// The account, without anything that lets somebody in.
    pub known: Known,
    /// Whether mail can be sent to it; the address is shown to nobody but its owner.
    pub has_address: bool,
    /// Browsers in which somebody is logged in.
    pub n_sessions: usize,
    /// Tokens that work.
    pub n_tokens: u64,
    /// Whether it is the caller's: nobody changes their own.
    pub is_own: bool,
    /// Whether the caller makes and disables accounts.
    pub may_manage: bool,
    /// Whether the caller gives and takes roles.
    pub may_assign: bool,
}

/// An account to make, as it was typed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AccountForm<'a> {
    /// The name to log in with.
    pub login: &'a str,
    /// Whose it is.
    pub kind: &'a str,
    /// The name people read.
    pub name: &'a str,
    /// The address for mail.
    pub email: &'a str,
    /// The first password; empty where its owner chooses it by the link of a mail.
    pub password: &'a str,
    /// Where the security review of a contractor is recorded.
    pub security_review: &'a str,
    /// Where the signed contract on security and confidentiality is.
    pub contract: &'a str,
    /// The last day of the contract.
    pub until: &'a str,
}

/// A role to give or to take, as it was typed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RoleForm<'a> {
    /// The role.
    pub role: &'a str,
    /// The organization it is held for.
    pub organization: &'a str,
    /// The region it is held for.
    pub region: &'a str,
}

impl Portal {
    /// Lists a page of the accounts that fit.
    ///
    /// # Errors
    ///
    /// `Forbidden` for who may not; `InvalidInput` naming the field.
    pub async fn find_accounts(
        &self,
        caller: &Caller,
        filter: &AccountFilter<'_>,
        lang: Lang,
    ) -> Result<AccountList> {
        permit(caller, Action::SeeAccounts, lang)?;
        let mut faults = Faults::new(lang);
        let text = faults.text("q", filter.text, MAX_TEXT);
        let state = given(filter.state).and_then(|it| faults.choice("state", it));
        let role = given(filter.role).and_then(|it| faults.choice("role", it));
        let page = match given(filter.page).map(str::parse::<u64>) {
            None => 1,
            // More pages than that nothing has.
            Some(Ok(page @ 1..=100_000)) => page,
            Some(_) => {
                faults.add("page", "页码从 1 开始", "Pages are counted from 1");
                1
            }
        };
        faults.into_result()?;
        let wanted = Wanted { text: text.as_deref(), state, role };
        let offset = (page - 1) * PER_PAGE;
        let (total, found) =
            accounts::search(&self.inner.store, wanted, (offset, PER_PAGE)).await?;
        let last = total.div_ceil(PER_PAGE).max(1);
        Ok(AccountList { accounts: found.into_iter().map(known).collect(), total, page, last })
    }

    /// Shows an account.
    ///
    /// # Errors
    ///
    /// `Forbidden` for who may not; `NotFound` where there is no such account.
    pub async fn account_record(
        &self,
        caller: &Caller,
        login: &Login,
        lang: Lang,
    ) -> Result<AccountRecord> {
        permit(caller, Action::SeeAccounts, lang)?;
        let account = self.account_named(login).await?;
        let (store, now) = (&self.inner.store, self.now());
        Ok(AccountRecord {
            n_sessions: accounts::sessions_of(store, account.id, now).await?.len(),
            n_tokens: accounts::n_tokens(store, account.id, now).await?,
            is_own: caller.account() == Some(account.id),
            may_manage: caller.may_ever(Action::ManageAccounts),
            may_assign: caller.may_ever(Action::AssignRoles),
            has_address: account.email.is_some(),
            known: known(account),
        })
    }

    /// Says whether the caller may make accounts.
    ///
    /// # Errors
    ///
    /// `Forbidden` for who may not.
    pub fn check_makes_accounts(&self, caller: &Caller, lang: Lang) -> Result<()> {
        permit(caller, Action::ManageAccounts, lang)
    }

    /// Whether somebody can be invited by mail to choose the first password.
    pub fn can_send_invitations(&self) -> bool {
        self.can_invite()
    }

    /// Makes an account of what was typed. It holds no role: the security administrator says what it does.
    ///
    /// # Errors
    ///
    /// As [`add_account`](Self::add_account).
    pub async fn add_account_typed(
        &self,
        caller: &Caller,
        form: &AccountForm<'_>,
        lang: Lang,
    ) -> Result<Login> {
        permit(caller, Action::ManageAccounts, lang)?;
        let mut faults = Faults::new(lang);
        let login = form.login.parse::<Login>().ok();
        if login.is_none() {
            faults.add(
                "login",
                "登录名是 2 到 40 个小写字母、数字、点、短横或下划线，以字母开头。",
                "A login name has 2 to 40 lower-case letters, digits, dots, hyphens and underscores, and begins with a letter.",
            );
        }
        let kind = faults.choice::<AccountKind>("kind", form.kind);
        let name = faults.name("name", form.name);
        let email = faults.text("email", form.email, MAX_TEXT);
        let contract = read_contract(&mut faults, form, kind);
        if contract.as_ref().is_some_and(|contract| contract.ends_at <= self.now()) {
            faults.add(
                "until",
                "合同已经到期，账号不能启用",
                "The contract has ended: the account cannot be used",
            );
        }
        faults.into_result()?;
        let (Some(login), Some(kind)) = (login, kind) else {
            return Err(Error::Internal("an account without a fault is not whole".into()));
        };
        let new = NewStaff {
            login: login.clone(),
            kind,
            name: Some(name),
            email,
            password: form.password.to_owned(),
            contract,
            roles: Vec::new(),
        };
        self.add_account(caller, new, lang).await?;
        Ok(login)
    }

    /// Gives a role that was typed.
    ///
    /// # Errors
    ///
    /// As [`change_roles`](Self::change_roles).
    pub async fn give_role_typed(
        &self,
        caller: &Caller,
        login: &Login,
        form: &RoleForm<'_>,
        lang: Lang,
    ) -> Result<()> {
        permit(caller, Action::AssignRoles, lang)?;
        let added = read_role(form, lang)?;
        let done = self.change_roles(caller, login, (vec![added], Vec::new()), lang).await;
        done.map(drop).map_err(|error| match error {
            // The command has a shorter word for it.
            Error::InvalidInput(mut faults) => {
                for fault in faults.iter_mut().filter(|fault| fault.field == "org") {
                    fault.field = "organization".to_owned();
                }
                Error::InvalidInput(faults)
            }
            other => other,
        })
    }

    /// Takes a role that was typed.
    ///
    /// # Errors
    ///
    /// As [`take_role`](Self::take_role).
    pub async fn take_role_typed(
        &self,
        caller: &Caller,
        login: &Login,
        form: &RoleForm<'_>,
        lang: Lang,
    ) -> Result<()> {
        permit(caller, Action::AssignRoles, lang)?;
        let (organization, region) = (form.organization.parse().ok(), form.region.parse().ok());
        let mut faults = Faults::new(lang);
        let role = faults.choice::<Role>("role", form.role);
        faults.into_result()?;
        let Some(role) = role else { return Ok(()) };
        self.take_role(caller, login, &RoleGrant { role, organization, region }, lang).await
    }
}

/// Takes what was typed, if anything.
fn given(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// Reads the papers of a contractor; all three must be there, and none for anybody else (ORG-08).
fn read_contract(
    faults: &mut Faults,
    form: &AccountForm<'_>,
    kind: Option<AccountKind>,
) -> Option<Contract> {
    let AccountForm { security_review, contract, until, .. } = form;
    if kind != Some(AccountKind::Contractor) {
        for (field, text) in
            [("security_review", security_review), ("contract", contract), ("until", until)]
        {
            if given(text).is_some() {
                faults.add(
                    field,
                    "只有受托方的账号才填，请清空",
                    "Only for the account of a contractor: leave it empty",
                );
            }
        }
        return None;
    }
    let security_review = faults.name("security_review", security_review);
    let contract = faults.name("contract", contract);
    let until: Option<NaiveDate> = faults.day("until", until);
    if until.is_none() && !faults.has("until") {
        faults.add("until", "填写合同终止日期", "Give the last day of the contract");
    }
    Some(Contract { security_review, contract, ends_at: end_of_day_in_china(until?) })
}

/// Reads a role and its place. Of the two places the one counts that the role is held for.
fn read_role(form: &RoleForm<'_>, lang: Lang) -> Result<RoleGrant> {
    let mut faults = Faults::new(lang);
    let role = faults.choice::<Role>("role", form.role);
    let organization: Option<OrganizationCode> =
        given(form.organization).and_then(|it| faults.choice("organization", it));
    let region: Option<RegionCode> = given(form.region).and_then(|it| faults.choice("region", it));
    if let Some(role) = role {
        if role.is_of_organization() && organization.is_none() && !faults.has("organization") {
            faults.add(
                "organization",
                "这个角色是为一个单位担任的，请选择单位",
                "This role is held for an organization: choose it",
            );
        }
        if !role.is_of_organization() && organization.is_some() {
            faults.add(
                "organization",
                "这个角色不是为一个单位担任的，不要选单位",
                "This role is not held for an organization: choose none",
            );
        }
        if !reaches_region(role) && region.is_some() {
            faults.add(
                "region",
                "这个角色不按地区担任，不要选地区",
                "This role is not held for a region: choose none",
            );
        }
    }
    faults.into_result()?;
    let role = role.ok_or_else(|| Error::Internal("a role is missing".into()))?;
    Ok(RoleGrant { role, organization, region })
}
