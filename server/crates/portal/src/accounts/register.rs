//! Registering, confirming the address for mail, and choosing another password when the old one is
//! forgotten.

use std::num::NonZeroU32;

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_domain::cases::Actor;
use kaishu_store::StoreError;
use kaishu_store::accounts::{self, Account, LetterKind, NewAccount, Purpose};
use kaishu_types::account::{AccountKind, AccountState, Login, Role, RoleGrant};
use kaishu_types::{FieldError, Lang};

use super::logged::{self, Act};
use super::mail::{Letter, is_address};
use super::secrets::{Kind, is_token, token_hash};
use super::tries::{LoginLimit, Tries};
use super::{IS_RESERVED, is_reserved, password, portal_name, wrong};
use crate::retrieval::Client;
use crate::{Error, Portal, Result};

/// How long the links of mails work.
pub(super) const CONFIRM_WITHIN: TimeDelta = TimeDelta::days(2);
pub(super) const RESET_WITHIN: TimeDelta = TimeDelta::hours(1);

/// After so long a login that nobody confirmed is free again.
pub(super) const PATIENCE: TimeDelta = TimeDelta::days(7);

/// An address is written to once in this time, whatever is asked.
const WRITE_AGAIN: TimeDelta = TimeDelta::minutes(1);

/// How many accounts the network of one customer registers in an hour: more than an office behind one address.
const REGISTERED_BY_CLIENT: NonZeroU32 = NonZeroU32::MIN.saturating_add(29);

/// How many come in an hour from where no network is known.
const REGISTERED_BY_UNKNOWN: NonZeroU32 = NonZeroU32::MIN.saturating_add(199);

/// Longest name of a person or an organization.
pub(super) const MAX_NAME: usize = 100;

/// How often accounts are registered: each costs a mail, an entry of the log and the time of a processor.
pub(super) struct Limit {
    of_client: Tries,
    of_unknown: Tries<()>,
}

impl Default for Limit {
    fn default() -> Self {
        let an_hour = |failures| LoginLimit { failures, span: TimeDelta::hours(1) };
        Self {
            of_client: Tries::new(an_hour(REGISTERED_BY_CLIENT)),
            of_unknown: Tries::new(an_hour(REGISTERED_BY_UNKNOWN)),
        }
    }
}

impl Limit {
    fn begin(&self, client: Option<Client>, now: DateTime<Utc>, lang: Lang) -> Result<()> {
        let counted = match client {
            Some(client) => self.of_client.begin(client.customer(), now),
            None => self.of_unknown.begin((), now),
        };
        counted.map_err(|until| Error::TryLater {
            message: lang
                .pick(
                    "从你所在的网络注册的账号太多，请一小时以后再试；已经注册的，直接登录。",
                    "Too many accounts were registered from your network; try again in an hour. Whoever has registered just logs in.",
                )
                .to_owned(),
            seconds: u64::try_from((until - now).num_seconds() + 1).unwrap_or(1),
        })
    }
}

/// What somebody types to register.
#[derive(Debug, Clone, Default)]
pub struct Registration {
    /// `person` or `organization`.
    pub kind: String,
    /// The name by which somebody wants to log in.
    pub login: String,
    /// The name people read.
    pub name: String,
    /// The address for mail.
    pub email: String,
    /// The password.
    pub password: String,
    /// The version of the terms of the platform that is accepted with it, where there are any (AGR-03).
    pub terms: String,
}

impl Portal {
    /// Registers somebody who uses data. The account waits until the address for mail is confirmed. Where
    /// the address has an account already, its owner learns of it by mail, and nobody else: the login waits all the
    /// same, for a confirmation that is never sent.
    ///
    /// # Errors
    ///
    /// `InvalidInput` with every field that is wrong; `TooManyRequests` where the client registered too often.
    pub async fn register(
        &self,
        typed: &Registration,
        client: Option<Client>,
        lang: Lang,
    ) -> Result<()> {
        let (kind, login) = check(typed, lang)?;
        let terms = self.terms_accepted_with(&typed.terms, lang).await?;
        self.inner.accounts.registrations.begin(client, self.now(), lang)?;
        let is_taken = accounts::find(&self.inner.store, &login).await?.is_some();
        if is_taken {
            return Err(taken(lang));
        }
        let email = typed.email.trim();
        let new = NewAccount {
            login,
            kind,
            name: typed.name.trim().to_owned(),
            email: Some(self.account_secrets().email(email)?),
            password_hash: Some(password::hash(typed.password.clone()).await?),
            state: AccountState::Pending,
            contract: None,
            roles: vec![RoleGrant { role: Role::DataUser, organization: None, region: None }],
        };
        let hash = self.account_secrets().email_hash(email);
        let now = self.now();
        let transaction = self.inner.store.begin().await?;
        let id = match accounts::create(&transaction, &new, now).await {
            Err(StoreError::Conflict { .. }) => return Err(taken(lang)),
            created => created?,
        };
        let by = Actor {
            account: Some(id),
            login: new.login.to_string(),
            name: new.name.clone(),
            ..Actor::default()
        };
        let facts = [("kind", new.kind.to_string()), ("roles", logged::roles(&new.roles))];
        self.log_account(&transaction, by, &new.login, Act::Registered, facts).await?;
        if let Some(version) = &terms {
            self.keep_acceptance(&transaction, id, version).await?;
        }
        // Whose address it is already is found out when the mail goes out: that costs nobody here any time.
        let is_free = self.may_write_to(&hash);
        if is_free {
            self.write_to(&transaction, id, LetterKind::Confirm, lang).await?;
        }
        transaction.commit().await?;
        if is_free {
            self.send_soon();
        }
        Ok(())
    }

    pub(super) fn confirmation(
        &self,
        to: String,
        login: &Login,
        token: &str,
        lang: Lang,
    ) -> Letter {
        let portal = portal_name(self, lang);
        let link = format!("{}/confirm/{token}", lang.prefix());
        let url = format!("{}{link}", self.site().base_url);
        let (subject, body) = match lang {
            Lang::Zh => (
                format!("确认邮箱：{portal}"),
                format!(
                    "你好，\n\n有人用这个邮箱在{portal}注册了账号 {login}。\n\n是你本人的，打开下面的链接确认（48 小时内有效）：\n{url}\n\n不是你本人的，不用理会，账号不会启用。\n"
                ),
            ),
            Lang::En => (
                format!("Confirm your address: {portal}"),
                format!(
                    "Hello,\n\nSomebody registered the account {login} at {portal} with this address.\n\nIf it was you, open this link within 48 hours to confirm it:\n{url}\n\nIf it was not you, do nothing; the account will not be enabled.\n"
                ),
            ),
        };
        Letter { to, subject, body, link: Some(link) }
    }

    /// Tells the owner of an address that somebody tried to register with it.
    pub(super) fn of_owner(&self, owner: &Account, to: String, lang: Lang) -> Letter {
        let portal = portal_name(self, lang);
        let login = &owner.login;
        let url = format!("{}{}/forgot", self.site().base_url, lang.prefix());
        let (subject, body) = match lang {
            Lang::Zh => (
                format!("你已经有账号：{portal}"),
                format!(
                    "你好，\n\n有人用这个邮箱在{portal}注册。这个邮箱已经有账号 {login}，没有再开新的。\n\n是你本人的，直接登录；忘记密码的，在这里重新设置：\n{url}\n\n不是你本人的，不用理会。\n"
                ),
            ),
            Lang::En => (
                format!("You have an account already: {portal}"),
                format!(
                    "Hello,\n\nSomebody tried to register at {portal} with this address. It has the account {login} already; no other was made.\n\nIf it was you, just log in; a forgotten password is set anew here:\n{url}\n\nIf it was not you, do nothing.\n"
                ),
            ),
        };
        Letter { to, subject, body, link: None }
    }

    /// Whether an address was not written to a moment ago: by what it is found by.
    fn may_write_to(&self, email_hash: &str) -> bool {
        let written_to = &self.inner.accounts.written_to;
        let (key, now) = (email_hash.to_owned(), self.now());
        let is_free =
            written_to.get(&key).is_none_or(|last| now.signed_duration_since(last) >= WRITE_AGAIN);
        if is_free {
            written_to.insert(key, now);
        }
        is_free
    }

    /// Sends the mail again that asks to confirm an address.
    pub(super) async fn ask_to_confirm(&self, account: &Account, lang: Lang) -> Result<()> {
        match self.is_free_to_write_to(account) {
            true => self.write_now(account, LetterKind::Confirm, lang).await,
            false => Ok(()),
        }
    }

    /// Whether an account has an address that was not written to a moment ago.
    fn is_free_to_write_to(&self, account: &Account) -> bool {
        let sealed = account.email.as_deref();
        let address = sealed.and_then(|it| self.account_secrets().open_text(Kind::Mail, it));
        address.is_some_and(|it| self.may_write_to(&self.account_secrets().email_hash(&it)))
    }

    async fn write_now(&self, account: &Account, kind: LetterKind, lang: Lang) -> Result<()> {
        let transaction = self.inner.store.begin().await?;
        self.write_to(&transaction, account.id, kind, lang).await?;
        transaction.commit().await?;
        self.send_soon();
        Ok(())
    }

    /// Finds the login that a link of a mail is for, as long as it works.
    pub async fn login_of_confirmation(&self, token: &str) -> Result<Option<Login>> {
        Ok(self.of_link(Purpose::Confirm, token).await?.map(|account| account.login))
    }

    /// Finds the login whose password a link of a mail sets anew, as long as it works.
    pub async fn login_of_reset(&self, token: &str) -> Result<Option<Login>> {
        Ok(self.of_link(Purpose::Reset, token).await?.map(|account| account.login))
    }

    async fn of_link(&self, purpose: Purpose, token: &str) -> Result<Option<Account>> {
        if !is_token(token) {
            return Ok(None);
        }
        let store = &self.inner.store;
        let found = accounts::has_link(store, purpose, &token_hash(token), self.now()).await?;
        match found {
            Some(id) => Ok(accounts::find_by_id(store, id).await?),
            None => Ok(None),
        }
    }

    /// Confirms an address by the link of a mail: the account can be used from now on.
    ///
    /// # Errors
    ///
    /// `NotFound` for a link that does not work any more; `Conflict` where the address got another
    /// account meanwhile.
    pub async fn confirm(&self, token: &str) -> Result<()> {
        let gone = || Error::not_found("link", "confirm");
        let account = self.of_link(Purpose::Confirm, token).await?.ok_or_else(gone)?;
        let now = self.now();
        let transaction = self.inner.store.begin().await?;
        accounts::use_link(&transaction, Purpose::Confirm, &token_hash(token), now)
            .await?
            .ok_or_else(gone)?;
        accounts::set_state(&transaction, account.id, AccountState::Active, now).await?;
        let by = logged::owner(&account);
        self.log_account(&transaction, by, &account.login, Act::Confirmed, []).await?;
        Ok(transaction.commit().await?)
    }

    /// Sends a link for another password to the address of an account. Whether there is one is not told,
    /// neither by the answer nor by its time: a mail waits in either case, if to nobody.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn forgot(&self, typed: &str, lang: Lang) -> Result<()> {
        let (store, typed) = (&self.inner.store, typed.trim());
        let found = if typed.contains('@') {
            let hash = self.account_secrets().email_hash(typed);
            accounts::find_by_email(store, &hash).await?
        } else if let Ok(login) = typed.parse() {
            accounts::find(store, &login).await?
        } else {
            None
        };
        let found = found.filter(|it| it.is_usable(self.now()));
        match found.filter(|account| self.is_free_to_write_to(account)) {
            Some(account) => self.write_now(&account, LetterKind::Reset, lang).await,
            None => {
                self.write_to_nobody(lang).await?;
                self.send_soon();
                Ok(())
            }
        }
    }

    pub(super) fn reset_letter(
        &self,
        to: String,
        login: &Login,
        token: &str,
        lang: Lang,
    ) -> Letter {
        let portal = portal_name(self, lang);
        let link = format!("{}/reset/{token}", lang.prefix());
        let url = format!("{}{link}", self.site().base_url);
        let (subject, body) = match lang {
            Lang::Zh => (
                format!("重新设置密码：{portal}"),
                format!(
                    "你好，\n\n有人要求重新设置{portal}账号 {login} 的密码。\n\n是你本人的，在 1 小时内打开下面的链接：\n{url}\n\n不是你本人的，不用理会，密码不变。\n"
                ),
            ),
            Lang::En => (
                format!("Choose another password: {portal}"),
                format!(
                    "Hello,\n\nSomebody asked for another password for the account {login} at {portal}.\n\nIf it was you, open this link within an hour:\n{url}\n\nIf it was not you, do nothing; the password stays.\n"
                ),
            ),
        };
        Letter { to, subject, body, link: Some(link) }
    }

    /// Chooses another password by the link of a mail. All sessions and tokens of the account end.
    ///
    /// # Errors
    ///
    /// `NotFound` for a link that does not work any more; `InvalidInput` for a password that is too weak.
    pub async fn reset_password(&self, token: &str, new: &str, lang: Lang) -> Result<()> {
        let gone = || Error::not_found("link", "reset");
        let account = self.of_link(Purpose::Reset, token).await?.ok_or_else(gone)?;
        password::check(new, Some(&account.login), lang)?;
        let hash = password::hash(new.to_owned()).await?;
        let now = self.now();
        let transaction = self.inner.store.begin().await?;
        accounts::use_link(&transaction, Purpose::Reset, &token_hash(token), now)
            .await?
            .ok_or_else(gone)?;
        accounts::set_password(&transaction, account.id, &hash).await?;
        accounts::end_access(&transaction, account.id, now).await?;
        let by = logged::owner(&account);
        self.log_account(&transaction, by, &account.login, Act::PasswordReset, []).await?;
        Ok(transaction.commit().await?)
    }
}

fn taken(lang: Lang) -> Error {
    wrong(
        "login",
        lang,
        "这个登录名已经有人用。换一个，例如加上年份或者单位简称。",
        "This login name is taken. Choose another one.",
    )
}

/// Checks all that was typed at once.
fn check(typed: &Registration, lang: Lang) -> Result<(AccountKind, Login)> {
    let mut faults = Vec::new();
    let mut fault = |field: &str, zh: &str, en: &str| {
        faults.push(FieldError { field: field.to_owned(), message: lang.pick(zh, en).to_owned() });
    };
    let kind = match typed.kind.parse() {
        Ok(kind @ (AccountKind::Person | AccountKind::Organization)) => Some(kind),
        _ => {
            fault("kind", "选择个人或者单位。", "Choose a person or an organization.");
            None
        }
    };
    let name = typed.name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        fault(
            "name",
            "填写姓名或者单位全称，最多 100 个字。",
            "Give the name of the person or the full name of the organization, up to 100 characters.",
        );
    }
    let login = typed.login.parse::<Login>();
    if login.is_err() {
        fault(
            "login",
            "登录名用 2 至 40 个小写字母、数字、点、短横或者下划线，以字母开头。",
            "A login name has 2 to 40 lower-case letters, digits, dots, hyphens and underscores, and begins with a letter.",
        );
    } else if login.as_ref().is_ok_and(is_reserved) {
        fault("login", IS_RESERVED.0, IS_RESERVED.1);
    }
    if !is_address(typed.email.trim()) {
        fault(
            "email",
            "填写完整的邮箱地址，例如 li.na@example.cn。",
            "Give the whole address for mail, as in li.na@example.cn.",
        );
    }
    let own = login.as_ref().ok();
    if let Err(Error::InvalidInput(found)) = password::check(&typed.password, own, lang) {
        faults.extend(found);
    }
    match (kind, login) {
        (Some(kind), Ok(login)) if faults.is_empty() => Ok((kind, login)),
        _ => Err(Error::InvalidInput(faults)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_the_log_uses_are_no_logins() {
        let typed = |login: &str| Registration {
            kind: "person".to_owned(),
            login: login.to_owned(),
            name: "李娜".to_owned(),
            email: "li.na@example.cn".to_owned(),
            password: "correct horse battery".to_owned(),
            terms: String::new(),
        };
        assert!(check(&typed("li.na"), Lang::En).is_ok());
        for login in ["system", "Command", " visitor"] {
            let refused = check(&typed(login), Lang::En);
            let Err(Error::InvalidInput(faults)) = refused else { panic!("{login} is taken") };
            assert_eq!((faults.len(), faults[0].field.as_str()), (1, "login"), "{login}");
        }
    }
}
