//! Which account an identity leads to.
//!
//! An identity that is joined to an account opens it. A confirmed address that has an account already joins
//! nothing by itself: whoever claims it gives the password of the account, and its one-time code where it has
//! one. Everybody else gets an account of their own that uses data, and nothing more.

use chrono::{DateTime, Utc};
use kaishu_domain::cases::Actor;
use kaishu_store::accounts::{self, Account, Attempt, NewAccount};
use kaishu_store::{StoreError, Transaction};
use kaishu_types::account::{AccountKind, AccountState, Login, Role, RoleGrant};
use kaishu_types::{ErrorCode, Lang};
use serde::{Deserialize, Serialize};

use super::provider::Person;
use super::{SignedOn, not_begun, refusal};
use crate::accounts::logged::{self, Act, Fact};
use crate::accounts::login::{Begun, Browser};
use crate::accounts::mail::is_address;
use crate::accounts::register::MAX_NAME;
use crate::accounts::secrets::{Kind, random_token};
use crate::accounts::{is_reserved, password, wrong};
use crate::{Error, Portal, Result};

/// Longest part of a login that is taken from the name somebody has elsewhere.
const MAX_LOGIN: usize = 30;

/// What stays with a browser until the password is given that joins an account.
#[derive(Debug, Serialize, Deserialize)]
struct Claim {
    hash: String,
    email: String,
    name: Option<String>,
    has_second_factor: bool,
    next: Option<String>,
    since: DateTime<Utc>,
}

/// What the page asks that joins an identity to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joining {
    /// The address that both have.
    pub email: String,
    /// Whether the account asks for a one-time code, too.
    pub needs_code: bool,
    /// The page that was asked for before the login.
    pub next: Option<String>,
}

impl Portal {
    /// Finds the account of somebody who came back from the provider, or makes one.
    pub(super) async fn sign_on_as(
        &self,
        person: Person,
        next: Option<String>,
        browser: &Browser,
        lang: Lang,
    ) -> Result<SignedOn> {
        let provider = &self.sign_on()?.provider;
        let has_second_factor = person.has_second_factor && provider.trusts_second_factor();
        let hash = self.account_secrets().identity_hash(provider.issuer(), &person.subject);
        let known = accounts::find_by_identity(&self.inner.store, &hash).await?;
        if let Some(account) = known {
            self.check_open(&account, lang)?;
            // A lock that is over is no news.
            let account = Account { locked_until: None, ..account };
            let begun = self.begin(&account, browser, has_second_factor, by_provider()).await?;
            self.prove_by_sign_on(&account, &begun, person.name.as_deref(), &hash).await?;
            return Ok(SignedOn::In(begun, next));
        }
        let email =
            person.email.clone().filter(|(email, is_confirmed)| *is_confirmed && is_address(email));
        let email = email.map(|(email, _)| email);
        if let Some(email) = &email {
            let owned = self.account_secrets().email_hash(email);
            if accounts::find_by_email(&self.inner.store, &owned).await?.is_some() {
                let (email, since) = (email.clone(), self.now());
                let name = person.name.clone();
                let claim = Claim { hash, email, name, has_second_factor, next, since };
                return Ok(SignedOn::Asks(self.hand_out(Kind::Claim, &claim)?));
            }
            // Whoever was locked out does not come back under another login (ORG-06).
            let disabled = accounts::find_disabled_by_email(&self.inner.store, &owned).await?;
            if let Some(disabled) = disabled {
                self.check_open(&disabled, lang)?;
            }
        }
        let account = self.make_for(&person, email, &hash, lang).await?;
        let begun = self.begin(&account, browser, has_second_factor, by_provider()).await?;
        self.prove_by_sign_on(&account, &begun, person.name.as_deref(), &hash).await?;
        Ok(SignedOn::In(begun, next))
    }

    /// Who may not log in with a password may not by another way either.
    fn check_open(&self, account: &Account, lang: Lang) -> Result<()> {
        let now = self.now();
        if account.locked_until.is_some_and(|until| now < until) {
            return Err(refusal(
                ErrorCode::Unauthenticated,
                lang,
                "这个账号连续输错密码或者验证码，已暂停登录。最少 15 分钟后再试；用邮件重新设置密码，可以立即恢复。",
                "Too many wrong passwords or codes suspended this account. Try again after 15 minutes at the earliest; setting the password anew by mail opens it at once.",
            ));
        }
        self.check_enabled(account, lang)
    }

    fn check_enabled(&self, account: &Account, lang: Lang) -> Result<()> {
        if !account.is_usable(self.now()) {
            return Err(refusal(
                ErrorCode::Unauthenticated,
                lang,
                "这个账号已经停用。要恢复使用，联系本平台的系统管理员。",
                "This account is disabled. Ask the system administrator of this portal to enable it.",
            ));
        }
        Ok(())
    }

    async fn make_for(
        &self,
        person: &Person,
        email: Option<String>,
        hash: &str,
        lang: Lang,
    ) -> Result<Account> {
        let login = self.free_login(person, email.as_deref()).await?;
        let name = person.name.as_deref().or(person.username.as_deref()).map(shown);
        let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| login.to_string());
        let email = email.map(|email| self.account_secrets().email(&email)).transpose()?;
        let new = NewAccount {
            login,
            kind: AccountKind::Person,
            name,
            email,
            password_hash: None,
            state: AccountState::Active,
            contract: None,
            roles: vec![RoleGrant { role: Role::DataUser, organization: None, region: None }],
        };
        let now = self.now();
        let transaction = self.inner.store.begin().await?;
        let id = match accounts::create(&transaction, &new, now).await {
            // Somebody else took the login or the address in this moment.
            Err(StoreError::Conflict { .. }) => return Err(not_begun(lang)),
            created => created?,
        };
        let by = Actor {
            account: Some(id),
            login: new.login.to_string(),
            name: new.name.clone(),
            ..Actor::default()
        };
        let facts = [("kind", new.kind.to_string()), ("roles", logged::roles(&new.roles))];
        self.log_account(&transaction, by.clone(), &new.login, Act::Registered, facts).await?;
        self.join(&transaction, (id, &new.login), by, hash, lang).await?;
        transaction.commit().await?;
        let account = accounts::find_by_id(&self.inner.store, id).await?;
        account.ok_or_else(|| Error::Internal(format!("account {id} was made and is not there")))
    }

    /// Joins an identity to an account, with its line in the log.
    async fn join(
        &self,
        transaction: &Transaction,
        (id, login): (i64, &Login),
        by: Actor,
        hash: &str,
        lang: Lang,
    ) -> Result<()> {
        let issuer = self.sign_on()?.provider.issuer();
        match accounts::join_identity(transaction, id, (issuer, hash), self.now()).await {
            // The same login came back twice at once.
            Err(StoreError::Conflict { .. }) => return Err(not_begun(lang)),
            joined => joined?,
        }
        let facts: [Fact; 1] = [("issuer", issuer.to_owned())];
        self.log_account(transaction, by, login, Act::IdentityJoined, facts).await
    }

    /// Finds a login that nobody has, as close as can be to the name somebody has elsewhere.
    async fn free_login(&self, person: &Person, email: Option<&str>) -> Result<Login> {
        let local = email.and_then(|email| email.split('@').next());
        let base = person.username.as_deref().and_then(|name| name.split('@').next());
        let base = wished(base.or(local).unwrap_or_default());
        let numbered = (2..10).map(|n| format!("{base}-{n}"));
        let drawn = random_token().to_ascii_lowercase().replace(['-', '_'], "");
        let drawn: String = drawn.chars().take(8).collect();
        let wishes = [base.clone()].into_iter().chain(numbered);
        for wish in wishes.chain([format!("{base}-{drawn}")]) {
            let Ok(login) = wish.parse::<Login>() else { continue };
            if is_reserved(&login) {
                continue;
            }
            if accounts::find(&self.inner.store, &login).await?.is_none() {
                return Ok(login);
            }
        }
        Err(Error::Internal(format!("no login like `{base}` is free")))
    }

    /// Says what is asked to join an identity to the account of its address.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where the browser did not come from the provider, or took too long.
    pub async fn joining(&self, kept: Option<&str>, lang: Lang) -> Result<Joining> {
        let (claim, account) = self.claimed(kept, lang).await?;
        let needs_code = account.totp_secret.is_some();
        Ok(Joining { email: claim.email, needs_code, next: claim.next })
    }

    async fn claimed(&self, kept: Option<&str>, lang: Lang) -> Result<(Claim, Account)> {
        self.sign_on()?;
        let claim = kept.and_then(|kept| self.handed_back::<Claim>(Kind::Claim, kept));
        let claim = claim.filter(|claim| self.is_in_time(claim.since));
        let claim = claim.ok_or_else(|| not_begun(lang))?;
        let hash = self.account_secrets().email_hash(&claim.email);
        let account = accounts::find_by_email(&self.inner.store, &hash).await?;
        let account = account.ok_or_else(|| not_begun(lang))?;
        // A lock is told by the answer to the password, as at the login.
        self.check_enabled(&account, lang)?;
        Ok((claim, account))
    }

    /// Joins an identity to the account of its address with the password of the account, and its one-time
    /// code where it has one, and begins a session.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a wrong password or code: both count as attempts to log in; `TooManyRequests`
    /// where the client failed too often.
    pub async fn join_identity(
        &self,
        kept: Option<&str>,
        (password, code): (&str, &str),
        browser: &Browser,
        lang: Lang,
    ) -> Result<(Begun, Option<String>)> {
        let (claim, account) = self.claimed(kept, lang).await?;
        self.begin_try(browser.client, lang)?;
        let proved = self.prove(&account, password, code, lang).await;
        self.end_try(browser.client, &proved);
        let (account, has_code) = proved?;
        self.check_enabled(&account, lang)?;
        let transaction = self.inner.store.begin().await?;
        let by = logged::owner(&account);
        let owner = (account.id, &account.login);
        self.join(&transaction, owner, by, &claim.hash, lang).await?;
        transaction.commit().await?;
        let has_second_factor = has_code || claim.has_second_factor;
        let begun = self.begin(&account, browser, has_second_factor, by_provider()).await?;
        self.prove_by_sign_on(&account, &begun, claim.name.as_deref(), &claim.hash).await?;
        Ok((begun, claim.next))
    }

    /// Checks password and code at once, so that nobody joins an account by half of what it asks for. Returns
    /// the account, and whether a code was given.
    async fn prove(
        &self,
        account: &Account,
        password: &str,
        code: &str,
        lang: Lang,
    ) -> Result<(Account, bool)> {
        let attempt = self.count_attempt(&account.login).await?;
        let hash = account.password_hash.clone();
        let is_right = password::is_right(password.to_owned(), hash).await?;
        let open = match &attempt {
            Attempt::Open(account) if is_right => Some(account),
            _ => None,
        };
        let Some(account) = open else {
            self.record_lock(&attempt).await?;
            return Err(wrong(
                "password",
                lang,
                "密码不对，或者连续输错已暂停登录。忘记密码的，先用邮件重新设置，再用统一身份认证登录。",
                "The password is wrong, or logging in is suspended. If you forgot it, set it anew by mail first, then log in here again.",
            ));
        };
        if account.totp_secret.is_none() {
            return Ok((account.clone(), false));
        }
        if let Err(error) = self.use_own_code(account, code, lang).await {
            self.record_lock(&attempt).await?;
            return Err(error);
        }
        Ok((account.clone(), true))
    }
}

/// What the log says of a login that the provider proved.
fn by_provider() -> Vec<Fact> {
    vec![("by", "provider".to_owned())]
}

/// Makes of the name somebody has elsewhere what can be a login.
fn wished(name: &str) -> String {
    let is_part = |char: &char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-' | '_');
    let kept = name.to_ascii_lowercase();
    let kept: String = kept
        .chars()
        .filter(is_part)
        .skip_while(|char| !char.is_ascii_lowercase())
        .take(MAX_LOGIN)
        .collect();
    if kept.len() < 2 { "user".to_owned() } else { kept }
}

/// Cuts a name to what is kept of one.
fn shown(name: &str) -> String {
    let kept: String = name.chars().filter(|char| !char.is_control()).take(MAX_NAME).collect();
    kept.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_somebody_is_called_a_login_comes_of_it() {
        for (name, login) in [
            ("Li.Na", "li.na"),
            ("7zhang_wei", "zhang_wei"),
            ("李娜", "user"),
            ("", "user"),
            ("x", "user"),
            ("../../etc", "etc"),
            ("a b\r\nc", "abc"),
        ] {
            assert_eq!(wished(name), login, "{name}");
            assert!(wished(name).parse::<Login>().is_ok());
        }
        assert_eq!(wished(&"a".repeat(90)).len(), MAX_LOGIN);
        assert_eq!(shown(" 李\u{7}娜 "), "李娜");
    }
}
