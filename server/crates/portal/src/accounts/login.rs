//! Logging in and out, and finding out who asks.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_domain::cases::Actor;
use kaishu_store::Transaction;
use kaishu_store::accounts::{self, Account, Attempt, NewSession, Session};
use kaishu_types::Lang;
use kaishu_types::account::{AccountState, Login};

use super::logged::{Act, Fact, owner};
use super::secrets::{Kind, is_token, random_token, token_hash};
use super::{Caller, Came, Waits, password, wrong};
use crate::retrieval::Client;
use crate::{Error, Portal, Result};

/// Wrong attempts after which an account is locked, and again after as many more.
const ATTEMPTS: u32 = 5;
/// How long it is locked first; each time doubles it, up to a day.
const FIRST_LOCK: TimeDelta = TimeDelta::minutes(15);
const LONGEST_LOCK: TimeDelta = TimeDelta::days(1);

/// A refusal takes this long at least, so that its time tells nothing.
const SHORTEST_REFUSAL: Duration = Duration::from_millis(250);

/// How precisely it is kept when a session or token was last used.
pub(super) const SEEN: TimeDelta = TimeDelta::minutes(5);

/// Longest name of a browser that is kept.
const MAX_USER_AGENT: usize = 300;

/// With what somebody logs in.
#[derive(Debug, Clone, Default)]
pub struct Browser {
    /// How it names itself.
    pub user_agent: Option<String>,
    /// Where it is.
    pub client: Option<Client>,
}

/// A session that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// What the browser holds from now on.
    pub token: String,
    /// What is to be given before anything else.
    pub waits: Option<Waits>,
}

/// How long a session lasts, at all and unused: shorter for staff.
struct Spans {
    longest: TimeDelta,
    idle: TimeDelta,
}

impl Spans {
    fn of(account: &Account) -> Self {
        if is_staff(account) {
            Self { longest: TimeDelta::hours(12), idle: TimeDelta::hours(2) }
        } else {
            Self { longest: TimeDelta::days(7), idle: TimeDelta::days(1) }
        }
    }
}

/// Whether an account is of somebody who logs in with a second factor.
pub(super) fn is_staff(account: &Account) -> bool {
    account.roles.iter().any(|held| held.role.is_staff())
}

/// Says for how long an account is locked after so many attempts.
pub(super) fn lock(n_attempts: u32) -> Option<TimeDelta> {
    if n_attempts == 0 || !n_attempts.is_multiple_of(ATTEMPTS) {
        return None;
    }
    let n_locks = (n_attempts / ATTEMPTS - 1).min(16);
    let lock = FIRST_LOCK.checked_mul(1 << n_locks).unwrap_or(LONGEST_LOCK);
    Some(lock.min(LONGEST_LOCK))
}

fn waits(account: &Account, has_second_factor: bool) -> Option<Waits> {
    // One that was given elsewhere and is trusted here needs no codes of ours.
    if has_second_factor {
        None
    } else if account.totp_secret.is_some() {
        Some(Waits::Code)
    } else {
        is_staff(account).then_some(Waits::Enrolment)
    }
}

/// One sentence for every login that fails: it tells neither whether there is such an account, nor whether it
/// is locked, nor whether the password was right.
fn refused(lang: Lang) -> Error {
    wrong(
        "login",
        lang,
        "登录名或者密码不对，或者连续输错已暂停登录。连续输错 5 次暂停 15 分钟，再错加倍；忘记密码的，现在就可以重新设置。",
        "The login name or the password is wrong, or logging in is suspended. After 5 wrong attempts in a row it is suspended for 15 minutes, then for twice as long; a forgotten password can be set anew at once.",
    )
}

impl Portal {
    /// Logs somebody in with a password. The session of the browser before ends.
    ///
    /// # Errors
    ///
    /// The same for an unknown login, a wrong password and a locked account, after the same time. Who gave
    /// the right password learns where the address is not confirmed or the account is disabled.
    /// `TooManyRequests` where the client failed too often.
    pub async fn log_in(
        &self,
        name: &str,
        password: &str,
        browser: &Browser,
        lang: Lang,
    ) -> Result<Begun> {
        let begun = tokio::time::Instant::now();
        self.begin_try(browser.client, lang)?;
        let result = self.try_log_in(name, password, browser, lang).await;
        self.end_try(browser.client, &result);
        if result.is_err() {
            tokio::time::sleep_until(begun + SHORTEST_REFUSAL).await;
        }
        result
    }

    async fn try_log_in(
        &self,
        name: &str,
        password: &str,
        browser: &Browser,
        lang: Lang,
    ) -> Result<Begun> {
        let attempt = match self.login_of(name).await? {
            Some(login) => self.count_attempt(&login).await?,
            None => Attempt::Unknown,
        };
        let (account, is_open) = match &attempt {
            Attempt::Unknown => (None, false),
            Attempt::Locked(account) => (Some(account), false),
            Attempt::Open(account) => (Some(account), true),
        };
        let hash = account.and_then(|account| account.password_hash.clone());
        let is_right = password::is_right(password.to_owned(), hash).await?;
        let Some(account) = account.filter(|_| is_right && is_open) else {
            self.record_lock(&attempt).await?;
            return Err(refused(lang));
        };
        if let Err(error) = self.check_usable(account, lang).await {
            self.record_lock(&attempt).await?;
            return Err(error);
        }
        self.begin(account, browser, false, Vec::new()).await
    }

    /// Finds the login that somebody typed, or the one of the address for mail that somebody typed.
    pub(super) async fn login_of(&self, typed: &str) -> Result<Option<Login>> {
        if !typed.contains('@') {
            return Ok(typed.parse().ok());
        }
        let hash = self.account_secrets().email_hash(typed.trim());
        let account = accounts::find_by_email(&self.inner.store, &hash).await?;
        Ok(account.map(|account| account.login))
    }

    pub(super) async fn count_attempt(&self, login: &Login) -> Result<Attempt> {
        let transaction = self.inner.store.begin().await?;
        let attempt = accounts::attempt(&transaction, login, self.now(), lock).await?;
        transaction.commit().await?;
        Ok(attempt)
    }

    /// Writes down that an attempt which failed suspends the login.
    pub(super) async fn record_lock(&self, attempt: &Attempt) -> Result<()> {
        let Attempt::Open(account) = attempt else { return Ok(()) };
        if account.locked_until.is_none() {
            return Ok(());
        }
        let transaction = self.inner.store.begin().await?;
        self.log_lock(&transaction, account).await?;
        Ok(transaction.commit().await?)
    }

    /// The same, within a transaction. Nobody proved to be the owner, so the system is who acts.
    pub(super) async fn log_lock(
        &self,
        transaction: &Transaction,
        account: &Account,
    ) -> Result<()> {
        let Some(until) = account.locked_until else { return Ok(()) };
        let facts: [Fact; 1] = [("until", until.to_rfc3339())];
        self.log_account(transaction, Actor::system(), &account.login, Act::Locked, facts).await
    }

    /// Tells who gave the right password why the account cannot be used.
    async fn check_usable(&self, account: &Account, lang: Lang) -> Result<()> {
        if account.is_usable(self.now()) {
            return Ok(());
        }
        if account.state == AccountState::Pending {
            self.ask_to_confirm(account, lang).await?;
            return Err(wrong(
                "login",
                lang,
                "邮箱还没有确认。确认邮件已经发到邮箱，打开其中的链接后再登录。",
                "The address for mail is not confirmed yet. A mail is on its way; open its link, then log in.",
            ));
        }
        Err(wrong(
            "login",
            lang,
            "这个账号已经停用。要恢复使用，联系本平台的系统管理员。",
            "This account is disabled. Ask the system administrator of this portal to enable it.",
        ))
    }

    /// Begins a session of somebody who proved to be the owner of an account.
    pub(super) async fn begin(
        &self,
        account: &Account,
        browser: &Browser,
        has_second_factor: bool,
        facts: Vec<Fact>,
    ) -> Result<Begun> {
        let now = self.now();
        let token = random_token();
        let waits = waits(account, has_second_factor);
        let sealed = |client: Client| {
            self.account_secrets().seal(Kind::Address, client.to_string().as_bytes())
        };
        let session = NewSession {
            hash: token_hash(&token),
            account_id: account.id,
            has_second_factor,
            expires_at: now + Spans::of(account).longest,
            user_agent: browser.user_agent.as_deref().map(shown),
            address: browser.client.map(sealed).transpose()?,
        };
        let transaction = self.inner.store.begin().await?;
        accounts::begin_session(&transaction, &session, now).await?;
        // Where a code is to follow, attempts are counted on: who knows the password alone must not try
        // codes for ever.
        if waits != Some(Waits::Code) {
            accounts::logged_in(&transaction, account.id, now).await?;
            self.log_account(&transaction, owner(account), &account.login, Act::LoggedIn, facts)
                .await?;
        } else {
            self.log_lock(&transaction, account).await?;
        }
        transaction.commit().await?;
        Ok(Begun { token, waits })
    }

    /// Finds out who asks with what a browser holds. What is unknown or ran out is a visitor.
    pub async fn caller_of_session(&self, token: &str) -> Result<Caller> {
        if !is_token(token) {
            return Ok(Caller::visitor());
        }
        let now = self.now();
        let found = accounts::find_session(&self.inner.store, &token_hash(token)).await?;
        let Some((session, account)) = found else { return Ok(Caller::visitor()) };
        if !account.is_usable(now) || has_ended(&session, &account, now) {
            return Ok(Caller::visitor());
        }
        if now.signed_duration_since(session.last_seen_at) >= SEEN {
            let transaction = self.inner.store.begin().await?;
            accounts::see_session(&transaction, session.id, now).await?;
            transaction.commit().await?;
        }
        let has_second_factor = session.has_second_factor;
        let waits = waits(&account, has_second_factor);
        self.caller_of(account, Came::Session(session.id), waits, has_second_factor).await
    }

    /// Ends the session of a caller.
    pub async fn log_out(&self, caller: &Caller) -> Result<()> {
        let Some((account, session)) = caller.begun() else { return Ok(()) };
        let transaction = self.inner.store.begin().await?;
        accounts::end_session(&transaction, account, session).await?;
        Ok(transaction.commit().await?)
    }
}

fn has_ended(session: &Session, account: &Account, now: DateTime<Utc>) -> bool {
    let idle = now.signed_duration_since(session.last_seen_at);
    now >= session.expires_at || idle >= Spans::of(account).idle
}

/// Cuts what a browser says of itself to a length, and takes out what no text holds.
fn shown(user_agent: &str) -> String {
    user_agent.chars().filter(|char| !char.is_control()).take(MAX_USER_AGENT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_lock_is_twice_as_long_up_to_a_day() {
        for n in [0, 1, 4, 6, 9, 11] {
            assert_eq!(lock(n), None, "{n}");
        }
        let minutes = |n| lock(n).map(|lock| lock.num_minutes());
        assert_eq!([5, 10, 15, 20].map(minutes), [15, 30, 60, 120].map(Some));
        assert_eq!([45, 500, u32::MAX / 5 * 5].map(minutes), [1440; 3].map(Some));
    }
}
