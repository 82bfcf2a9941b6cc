//! Looking after the accounts of others: making, disabling, roles.

use kaishu_domain::cases::Actor;
use kaishu_domain::permission::{self, Action, Reach};
use kaishu_store::StoreError;
use kaishu_store::accounts::{self, Account, Contract, NewAccount};
use kaishu_types::account::{AccountKind, AccountState, Login, Role, RoleGrant, TokenScope};
use kaishu_types::{ErrorCode, Lang, RegionCode, RuleRef};

use super::logged::{self, Act};
use super::mail::is_address;
use super::own::forbidden;
use super::register::{MAX_NAME, PATIENCE};
use super::tokens::MAX_DAYS;
use super::{Caller, Came, IS_RESERVED, is_reserved, password, wrong};
use crate::directory::Directory;
use crate::{Error, Portal, Result};

/// Codes of organizations that are named where one is unknown.
const SHOWN: usize = 20;

/// An account that is made for somebody.
#[derive(Debug, Clone)]
pub struct NewStaff {
    /// The name by which somebody logs in.
    pub login: Login,
    /// Whose it is.
    pub kind: AccountKind,
    /// The name people read; the login where none is given.
    pub name: Option<String>,
    /// The address for mail.
    pub email: Option<String>,
    /// The first password.
    pub password: String,
    /// What a contractor's account rests on.
    pub contract: Option<Contract>,
    /// What it does.
    pub roles: Vec<RoleGrant>,
}

/// An account as those see it who look after accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The account, without anything that lets somebody in.
    pub login: Login,
    /// Whose it is.
    pub kind: AccountKind,
    /// The name people read.
    pub name: String,
    /// Whether it can be used.
    pub state: AccountState,
    /// What it does.
    pub roles: Vec<RoleGrant>,
    /// Whether one-time codes are set up.
    pub has_second_factor: bool,
    /// What a contractor's account rests on.
    pub contract: Option<Contract>,
    /// When it was made.
    pub created_at: chrono::DateTime<chrono::Utc>,
    /// When somebody last logged in.
    pub last_login_at: Option<chrono::DateTime<chrono::Utc>>,
}

impl Portal {
    /// Makes an account that can be used at once.
    ///
    /// # Errors
    ///
    /// `Forbidden` for who may not; `InvalidInput` naming the field; `Conflict` with the article for roles
    /// that nobody holds together (SEC-19), for a login that is taken, and for a contractor without
    /// review, contract and end (ORG-08).
    pub async fn add_account(&self, caller: &Caller, new: NewStaff, lang: Lang) -> Result<()> {
        permit(caller, Action::ManageAccounts, lang)?;
        if new.roles.iter().any(|held| held.role.is_staff()) {
            permit(caller, Action::AssignRoles, lang)?;
        }
        if is_reserved(&new.login) {
            return Err(wrong("login", lang, IS_RESERVED.0, IS_RESERVED.1));
        }
        self.check_contract(new.kind, new.contract.as_ref(), lang)?;
        let name = new.name.as_deref().map_or(new.login.as_str(), str::trim);
        if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control)
        {
            return Err(Error::field("name", "must have 1 to 100 characters on one line"));
        }
        let name = name.to_owned();
        if new.email.as_deref().is_some_and(|email| !is_address(email)) {
            return Err(Error::field("email", "is no address for mail, as in `li.na@example.cn`"));
        }
        let roles = self.check_roles(new.roles, lang)?;
        password::check(&new.password, Some(&new.login), lang)?;
        let email = new.email.as_deref().map(|email| self.account_secrets().email(email));
        let account = NewAccount {
            login: new.login,
            kind: new.kind,
            name,
            email: email.transpose()?,
            password_hash: Some(password::hash(new.password).await?),
            state: AccountState::Active,
            contract: new.contract,
            roles,
        };
        let transaction = self.inner.store.begin().await?;
        accounts::create(&transaction, &account, self.now()).await.map_err(as_conflict)?;
        let facts = made_facts(&account);
        let by = self.actor(caller);
        self.log_account(&transaction, by, &account.login, Act::Made, facts).await?;
        Ok(transaction.commit().await?)
    }

    /// A contractor works after a recorded review, under a signed contract, until it ends (ORG-08).
    fn check_contract(
        &self,
        kind: AccountKind,
        contract: Option<&Contract>,
        lang: Lang,
    ) -> Result<()> {
        let is_complete = contract.is_some_and(|contract| {
            let Contract { security_review, contract, ends_at } = contract;
            !security_review.trim().is_empty()
                && !contract.trim().is_empty()
                && self.now() < *ends_at
        });
        if is_complete == (kind == AccountKind::Contractor) {
            return Ok(());
        }
        let (zh, en) = if kind == AccountKind::Contractor {
            (
                "受托方的账号要有安全审查记录、已签署的安全保密合同和还没有到的终止日期，三样齐全才能启用。",
                "a contractor's account needs a recorded security review, a signed contract on security and confidentiality, and its end, which must be in the future",
            )
        } else {
            (
                "安全审查、合同和终止日期只用于受托方的账号。",
                "review, contract and end belong to the account of a contractor",
            )
        };
        Err(Error::Refused {
            code: ErrorCode::Conflict,
            message: lang.pick(zh, en).to_owned(),
            rule: Some(RuleRef {
                id: "ORG-08".to_owned(),
                article: "阿坝州公共数据管理办法（试行）第三十九条".to_owned(),
            }),
            remedy: None,
        })
    }

    /// Checks roles against each other and against the organizations and regions there are. What reaches
    /// over a region is of the portal's own where none is named.
    pub(super) fn check_roles(&self, roles: Vec<RoleGrant>, lang: Lang) -> Result<Vec<RoleGrant>> {
        let directory = self.directory();
        let own_region: Option<RegionCode> = self.site().region.parse().ok();
        let mut checked: Vec<RoleGrant> = Vec::new();
        for mut held in roles {
            check_organization(&directory, &held)?;
            if reaches_region(held.role) {
                held.region = held.region.or_else(|| own_region.clone());
            }
            check_region(&directory, &held)?;
            if !checked.contains(&held) {
                checked.push(held);
            }
        }
        match permission::conflict(&checked) {
            Some(conflict) => Err(kept_apart(conflict, lang)),
            None => Ok(checked),
        }
    }

    /// Lists all accounts by login.
    ///
    /// # Errors
    ///
    /// `Forbidden` for who may not.
    pub async fn accounts(&self, caller: &Caller, lang: Lang) -> Result<Vec<Known>> {
        permit_either(caller, [Action::ManageAccounts, Action::AssignRoles], lang)?;
        let found = accounts::list(&self.inner.store).await?;
        Ok(found.into_iter().map(known).collect())
    }

    /// Takes an account out of use, or enables it. Whoever uses it is logged out at once, and its tokens
    /// end (ORG-06).
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such account; `Conflict` where its contract ended.
    pub async fn set_enabled(
        &self,
        caller: &Caller,
        login: &Login,
        enabled: bool,
        lang: Lang,
    ) -> Result<()> {
        permit(caller, Action::ManageAccounts, lang)?;
        let account = self.account_named(login).await?;
        let state = if enabled { AccountState::Active } else { AccountState::Disabled };
        if enabled {
            self.check_contract(account.kind, account.contract.as_ref(), lang)?;
        }
        let transaction = self.inner.store.begin().await?;
        accounts::set_state(&transaction, account.id, state, self.now())
            .await
            .map_err(as_conflict)?;
        let (by, act) = (self.actor(caller), if enabled { Act::Enabled } else { Act::Disabled });
        self.log_account(&transaction, by, login, act, []).await?;
        Ok(transaction.commit().await?)
    }

    /// Gives and takes roles. Whoever uses the account is logged out at once, and its tokens end (ORG-06).
    /// Returns the roles it has then.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such account; `Conflict` with the article for roles that nobody holds
    /// together (SEC-19); `InvalidInput` for a role that is to be taken and is not there.
    pub async fn change_roles(
        &self,
        caller: &Caller,
        login: &Login,
        (added, removed): (Vec<RoleGrant>, Vec<Role>),
        lang: Lang,
    ) -> Result<Vec<RoleGrant>> {
        permit(caller, Action::AssignRoles, lang)?;
        let account = self.account_named(login).await?;
        let is_own = caller.account() == Some(account.id);
        if is_own {
            return Err(forbidden(lang));
        }
        let missing = removed.iter().find(|role| !account.roles.iter().any(|it| it.role == **role));
        if let Some(role) = missing {
            let held: Vec<&str> = account.roles.iter().map(|it| it.role.as_str()).collect();
            return Err(Error::field(
                "remove",
                format!("`{login}` does not hold `{role}`; it holds {}", held.join(", ")),
            ));
        }
        let kept = account.roles.iter().filter(|held| !removed.contains(&held.role)).cloned();
        let roles = self.check_roles(kept.chain(added).collect(), lang)?;
        let transaction = self.inner.store.begin().await?;
        accounts::set_roles(&transaction, account.id, &roles, self.now()).await?;
        let (by, facts) = (self.actor(caller), logged::changed_roles(&account.roles, &roles));
        self.log_account(&transaction, by, login, Act::RolesChanged, facts).await?;
        transaction.commit().await?;
        Ok(roles)
    }

    /// Forgets the one-time codes of an account whose device is lost; whoever uses it is logged out. Staff
    /// set new ones up at the next login.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such account.
    pub async fn forget_second_factor(
        &self,
        caller: &Caller,
        login: &Login,
        lang: Lang,
    ) -> Result<()> {
        permit(caller, Action::ManageAccounts, lang)?;
        let account = self.account_named(login).await?;
        let transaction = self.inner.store.begin().await?;
        accounts::set_second_factor(&transaction, account.id, None, 0).await?;
        accounts::end_access(&transaction, account.id, self.now()).await?;
        let by = self.actor(caller);
        self.log_account(&transaction, by, login, Act::CodesForgotten, []).await?;
        Ok(transaction.commit().await?)
    }

    /// Makes a token for somebody by the command line and returns it; it is never shown again.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such account; `InvalidInput` for a time that is too long.
    pub async fn make_token_for(
        &self,
        caller: &Caller,
        login: &Login,
        (name, scope, days): (&str, TokenScope, u32),
        lang: Lang,
    ) -> Result<String> {
        if caller.came() != Some(Came::Command) {
            return Err(forbidden(lang));
        }
        let account = self.account_named(login).await?;
        if !account.is_usable(self.now()) {
            return Err(Error::Refused {
                code: ErrorCode::Conflict,
                message: format!("`{login}` cannot be used; enable it with `kaishu user enable`"),
                rule: None,
                remedy: None,
            });
        }
        if !(1..=MAX_DAYS).contains(&days) {
            return Err(Error::field("days", format!("must be 1 to {MAX_DAYS}")));
        }
        self.add_token(&account, self.actor(caller), (name, scope, days)).await
    }

    async fn account_named(&self, login: &Login) -> Result<Account> {
        let found = accounts::find(&self.inner.store, login).await?;
        found.ok_or_else(|| Error::not_found("account", login.as_str()))
    }

    /// Takes the accounts out of use whose contract ended (ORG-08), and takes away sessions, links and
    /// unconfirmed accounts that ran out.
    pub async fn sweep_accounts(&self) -> Result<()> {
        let now = self.now();
        let transaction = self.inner.store.begin().await?;
        let ended = accounts::end_expired(&transaction, now).await?;
        let forgotten = accounts::sweep(&transaction, now, PATIENCE).await?;
        let ended = ended.into_iter().map(|login| (login, Act::ContractEnded));
        let done = ended.chain(forgotten.into_iter().map(|login| (login, Act::Forgotten)));
        for (login, act) in done {
            tracing::info!(account.login = %login, ?act, "an account ended");
            self.log_account(&transaction, Actor::system(), &login, act, []).await?;
        }
        Ok(transaction.commit().await?)
    }
}

/// What the log keeps of a new account.
fn made_facts(account: &NewAccount) -> Vec<logged::Fact> {
    let mut facts =
        vec![("kind", account.kind.to_string()), ("roles", logged::roles(&account.roles))];
    if let Some(contract) = &account.contract {
        facts.push(("security_review", contract.security_review.clone()));
        facts.push(("contract", contract.contract.clone()));
        facts.push(("ends_at", contract.ends_at.to_rfc3339()));
    }
    facts
}

pub(super) fn known(account: Account) -> Known {
    Known {
        has_second_factor: account.totp_secret.is_some(),
        login: account.login,
        kind: account.kind,
        name: account.name,
        state: account.state,
        roles: account.roles,
        contract: account.contract,
        created_at: account.created_at,
        last_login_at: account.last_login_at,
    }
}

/// Refuses an organization that does not exist, that is missing, or that the role is not held for.
fn check_organization(directory: &Directory, held: &RoleGrant) -> Result<()> {
    let role = held.role;
    let message = match &held.organization {
        None if role.is_of_organization() => {
            format!("the role `{role}` is held for an organization; name it with --org")
        }
        Some(_) if !role.is_of_organization() => {
            format!("the role `{role}` is not held for an organization; leave --org out")
        }
        Some(code) if directory.organization(code.as_str()).is_none() => {
            let known = directory.organizations.iter().map(|it| it.named.code.as_str());
            format!("there is no organization `{code}`; there are {}", first_of(known))
        }
        _ => return Ok(()),
    };
    Err(Error::field("org", message))
}

/// Refuses a region that does not exist, or that the role is not held for.
fn check_region(directory: &Directory, held: &RoleGrant) -> Result<()> {
    let role = held.role;
    let message = match &held.region {
        None if reaches_region(role) => {
            format!("the role `{role}` is held for a region; name it with --region")
        }
        Some(_) if !reaches_region(role) => {
            format!("the role `{role}` is not held for a region; leave --region out")
        }
        Some(code) if directory.region(code.as_str()).is_none() => {
            let known = directory.regions.iter().map(|it| it.named.code.as_str());
            format!("there is no region `{code}`; name one of {} with --region", first_of(known))
        }
        _ => return Ok(()),
    };
    Err(Error::field("region", message))
}

/// Names the first few of many codes.
fn first_of<'a>(codes: impl Iterator<Item = &'a str>) -> String {
    let mut codes: Vec<&str> = codes.take(SHOWN + 1).collect();
    if codes.len() > SHOWN {
        codes.truncate(SHOWN);
        codes.push("…");
    }
    if codes.is_empty() { "none yet".to_owned() } else { codes.join(", ") }
}

/// Whether a role reaches over a region in anything.
fn reaches_region(role: Role) -> bool {
    let reaches = |action: &Action| action.roles().contains(&(role, Reach::Region));
    role.is_of_region() || Action::ALL.iter().any(reaches)
}

fn permit(caller: &Caller, action: Action, lang: Lang) -> Result<()> {
    permit_either(caller, [action, action], lang)
}

fn permit_either(caller: &Caller, actions: [Action; 2], lang: Lang) -> Result<()> {
    let is_command = caller.came() == Some(Came::Command);
    if is_command || actions.iter().any(|action| caller.may_ever(*action)) {
        return Ok(());
    }
    Err(forbidden(lang))
}

fn kept_apart(conflict: permission::Conflict, lang: Lang) -> Error {
    let permission::Conflict { one, other } = conflict;
    let message = match lang {
        Lang::Zh => format!(
            "“{}”和“{}”不能由同一个人担任：安全运营、安全管理和安全监管相互分开。换一个人，或者先取消其中一个角色。",
            one.label(lang),
            other.label(lang)
        ),
        Lang::En => format!(
            "nobody holds `{one}` and `{other}` together: running, watching and supervising security are kept apart; give one of them to another person"
        ),
    };
    Error::Refused {
        code: ErrorCode::Conflict,
        message,
        rule: Some(RuleRef {
            id: "SEC-19".to_owned(),
            article: "广东省政务数据资源共享管理办法（试行）第二十八条".to_owned(),
        }),
        remedy: None,
    }
}

/// A conflict of the store is for the reader.
pub(super) fn as_conflict(error: StoreError) -> Error {
    match error {
        StoreError::Conflict { what } => {
            Error::Refused { code: ErrorCode::Conflict, message: what, rule: None, remedy: None }
        }
        other => other.into(),
    }
}
