//! Looking after the accounts of others: making, disabling, roles.

use kaishu_domain::cases::Actor;
use kaishu_domain::permission::Action;
use kaishu_store::StoreError;
use kaishu_store::accounts::{self, Account, Contract, LetterKind, NewAccount};
use kaishu_types::account::{AccountKind, AccountState, Login, RoleGrant, TokenScope};
use kaishu_types::{ErrorCode, Lang, RuleRef};

use super::logged::{self, Act};
use super::mail::is_address;
use super::own::forbidden;
use super::register::{MAX_NAME, PATIENCE};
use super::roles::SEPARATION;
use super::tokens::MAX_DAYS;
use super::{Caller, Came, IS_RESERVED, is_reserved, password, wrong};
use crate::{Error, Portal, Result};

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
    /// The first password. Empty where its owner chooses it, by the link of a mail.
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
    /// `Forbidden` for who may not; `InvalidInput` naming the field, as for somebody who cannot be invited by mail;
    /// `Conflict` with the article for roles that nobody holds together (SEC-19), for a login that is taken, and for
    /// a contractor without review, contract and end (ORG-08).
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
        let is_invited = new.password.is_empty();
        if !is_invited {
            password::check(&new.password, Some(&new.login), lang)?;
        } else if new.email.is_none() || !self.can_invite() {
            return Err(no_invitation(new.email.is_some(), lang));
        }
        let email = new.email.as_deref().map(|email| self.account_secrets().email(email));
        let account = NewAccount {
            login: new.login,
            kind: new.kind,
            name,
            email: email.transpose()?,
            password_hash: match is_invited {
                true => None,
                false => Some(password::hash(new.password).await?),
            },
            state: AccountState::Active,
            contract: new.contract,
            roles,
        };
        let transaction = self.inner.store.begin().await?;
        let id = accounts::create(&transaction, &account, self.now()).await.map_err(as_conflict)?;
        let facts = made_facts(&account);
        let by = self.actor(caller);
        self.log_account(&transaction, by, &account.login, Act::Made, facts).await?;
        if is_invited {
            self.write_to(&transaction, id, LetterKind::Invite, lang).await?;
        }
        transaction.commit().await?;
        if is_invited {
            self.send_soon();
        }
        Ok(())
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
    /// `NotFound` where there is no such account; `Forbidden` for the own one (SEC-19); `Conflict` where its
    /// contract ended.
    pub async fn set_enabled(
        &self,
        caller: &Caller,
        login: &Login,
        enabled: bool,
        lang: Lang,
    ) -> Result<()> {
        permit(caller, Action::ManageAccounts, lang)?;
        let account = self.account_of_another(caller, login, lang).await?;
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
        let account = self.account_of_another(caller, login, lang).await?;
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
        if scope == TokenScope::Key {
            let message = "keys are of one grant, and made by its holder at /me/tokens";
            return Err(Error::field("scope", message));
        }
        if !(1..=MAX_DAYS).contains(&days) {
            return Err(Error::field("days", format!("must be 1 to {MAX_DAYS}")));
        }
        self.add_token(&account, self.actor(caller), (name, scope, None), days).await
    }

    /// Ends all sessions, tokens and links of an account at once; it can be used on (ORG-06).
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such account; `Forbidden` for the own one, which its owner ends by themselves.
    pub async fn end_access_of(&self, caller: &Caller, login: &Login, lang: Lang) -> Result<()> {
        permit(caller, Action::ManageAccounts, lang)?;
        let account = self.account_of_another(caller, login, lang).await?;
        let transaction = self.inner.store.begin().await?;
        accounts::end_access(&transaction, account.id, self.now()).await?;
        self.log_account(&transaction, self.actor(caller), login, Act::AccessEnded, []).await?;
        Ok(transaction.commit().await?)
    }

    /// Finds an account that is not the caller's: nobody changes what they themselves may do (SEC-19).
    pub(super) async fn account_of_another(
        &self,
        caller: &Caller,
        login: &Login,
        lang: Lang,
    ) -> Result<Account> {
        let account = self.account_named(login).await?;
        if caller.account() == Some(account.id) {
            return Err(own_account(lang));
        }
        Ok(account)
    }

    pub(super) async fn account_named(&self, login: &Login) -> Result<Account> {
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
        self.forget_letters(&transaction).await?;
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

pub(super) fn permit(caller: &Caller, action: Action, lang: Lang) -> Result<()> {
    permit_either(caller, [action, action], lang)
}

fn permit_either(caller: &Caller, actions: [Action; 2], lang: Lang) -> Result<()> {
    let is_command = caller.came() == Some(Came::Command);
    if is_command || actions.iter().any(|action| caller.may_ever(*action)) {
        return Ok(());
    }
    Err(forbidden(lang))
}

/// The refusal of what somebody does to the account that they use.
pub(super) fn own_account(lang: Lang) -> Error {
    Error::Refused {
        code: ErrorCode::Forbidden,
        message: lang
            .pick(
                "这是您自己的账号，由另一位管理员办理。",
                "This is your own account; another administrator does this.",
            )
            .to_owned(),
        rule: Some(RuleRef { id: "SEC-19".to_owned(), article: SEPARATION.to_owned() }),
        remedy: None,
    }
}

/// Says why nobody can be invited to choose a first password.
fn no_invitation(has_address: bool, lang: Lang) -> Error {
    match has_address {
        true => wrong(
            "password",
            lang,
            "本平台没有设置邮件，邀请发不出去。在这里设定初始密码，当面交给使用人。",
            "No mail is set up here, so nobody can be invited. Set a first password and hand it over in person.",
        ),
        false => wrong(
            "email",
            lang,
            "填写邮箱，设置密码的链接发到那里；或者设定初始密码。",
            "Give an address, where the link to choose a password goes; or set a first password.",
        ),
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
