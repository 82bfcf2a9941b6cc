//! Accounts: registering, logging in, one-time codes, tokens, and who may look after them.
//!
//! Whoever asks is a [`Caller`]. It is found anew for every request, so a role that was taken away and an
//! account that was disabled count at once (ORG-06). What a login, an address or a password has to do with
//! each other is told to nobody who does not know it: unknown logins and wrong passwords get the same answer
//! in the same time.

mod caller;
mod granting;
mod keeping;
mod letters;
mod logged;
mod login;
mod mail;
mod manage;
mod notices;
mod own;
mod password;
mod proofing;
mod register;
mod requests;
mod roles;
mod second_factor;
mod secrets;
mod sign_on;
mod tokens;
mod tries;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use kaishu_store::accounts::Account;
use kaishu_types::account::Login;
use kaishu_types::{ErrorCode, Lang, Remedy};
use quick_cache::sync::Cache;

use crate::{Error, Portal, Result};

pub use caller::{Caller, Came, Waits};
pub use kaishu_store::accounts::{Contract, MailStanding, Proof, Token};
pub use keeping::{AccountFilter, AccountForm, AccountList, AccountRecord, RoleForm};
pub use letters::{FailedLetter, MailHealth};
pub use login::{Begun, Browser};
pub use mail::MailSettings;
pub use manage::{Known, NewStaff};
pub use notices::{Inbox, NoticeView};
pub use own::{Me, OwnSession};
pub use proofing::{ProofForm, ProofView, Proving};
pub use register::Registration;
pub use requests::{AgencyAccounts, REQUESTED_ROLES, RequestForm};
pub use second_factor::{Enrolment, EnrolmentProof};
pub use sign_on::{
    Joining, OidcSettings, RETURN_PATH, Returned, SIGN_ON_WITHIN, SignOnBegun, SignedOn,
};
pub use tokens::OF_GRANT;
pub use tries::LoginLimit;

pub(crate) use caller::Delegated;
pub(crate) use mail::Mailer;
pub(crate) use secrets::{Secrets, is_token, random_token, token_hash};
pub(crate) use tries::Tries;

/// Addresses that were written to a moment ago and are remembered.
const MAX_WRITTEN_TO: usize = 10_000;

/// What accounts need besides the store.
pub(crate) struct Accounts {
    secrets: Secrets,
    mailer: Mailer,
    /// When an address was last written to, so that nobody floods it.
    written_to: Cache<String, DateTime<Utc>>,
    tries: tries::Tries,
    registrations: register::Limit,
    /// Requests by the number of the key.
    keys: tries::Tries<i64>,
    sign_on: Option<sign_on::SignOn>,
}

impl Accounts {
    /// Derives the keys, and reads where mail goes out and who else knows people.
    ///
    /// # Errors
    ///
    /// Names the setting for mail, or for the provider of identities, that cannot be used.
    pub(crate) fn new(settings: &crate::Settings) -> Result<Self> {
        let site = &settings.site;
        let sign_on = settings.oidc.as_ref();
        Ok(Self {
            secrets: Secrets::new(&settings.secret),
            mailer: Mailer::new(&settings.mail, site.demonstration)?,
            written_to: Cache::new(MAX_WRITTEN_TO),
            tries: tries::Tries::new(settings.login_limit),
            registrations: register::Limit::default(),
            keys: tries::Tries::new(LoginLimit {
                failures: settings.key_requests,
                span: chrono::TimeDelta::minutes(1),
            }),
            sign_on: sign_on.map(|it| sign_on::SignOn::new(it, &site.base_url)).transpose()?,
        })
    }
}

impl Portal {
    pub(crate) fn account_secrets(&self) -> &Secrets {
        &self.inner.accounts.secrets
    }

    /// Says who asks, with what they may do in the place of an authority, and whether it is proven who they are.
    async fn caller_of(
        &self,
        account: Account,
        came: Came,
        waits: Option<Waits>,
        has_second_factor: bool,
    ) -> Result<Caller> {
        let delegated = self.delegated_to(&account).await?;
        let is_proven = self.is_proven(account.id).await?;
        let caller = Caller::of(account, came, waits, has_second_factor);
        Ok(caller.with_delegated(delegated).with_proof(is_proven))
    }

    /// Finds the account of somebody who is logged in with a browser. Nothing of an account is changed by a
    /// token.
    async fn own(&self, caller: &Caller, lang: Lang) -> Result<(Account, i64)> {
        let session = caller.session().filter(|_| caller.is_logged_in());
        let session = session.ok_or_else(|| log_in_first(lang))?;
        let (id, _) = caller.begun().ok_or_else(|| log_in_first(lang))?;
        let account = kaishu_store::accounts::find_by_id(&self.inner.store, id).await?;
        Ok((account.ok_or_else(|| log_in_first(lang))?, session))
    }
}

/// The refusal of what only somebody who is logged in may do.
pub fn log_in_first(lang: Lang) -> Error {
    Error::Refused {
        code: ErrorCode::Unauthenticated,
        message: lang
            .pick("登录后才能使用这一页。", "This page is for those who are logged in.")
            .to_owned(),
        rule: None,
        remedy: Some(Remedy {
            text: lang.pick("登录", "Log in").to_owned(),
            link: "/login".to_owned(),
        }),
    }
}

/// Names by which the log calls whoever acts without an account: no account has one of them.
const RESERVED: [&str; 3] = ["system", "command", "visitor"];

/// What is told to whoever wants one of these.
const IS_RESERVED: (&str, &str) = (
    "这个登录名由平台自己使用，不能用作账号。换一个。",
    "This login name is used by the portal itself. Choose another one.",
);

/// Whether a login is none for an account.
fn is_reserved(login: &Login) -> bool {
    RESERVED.contains(&login.as_str())
}

/// Makes the error of one field, in the language of the form.
fn wrong(field: &str, lang: Lang, zh: &str, en: &str) -> Error {
    Error::field(field, lang.pick(zh, en))
}

/// The name of the portal as a mail or an authenticator shows it.
fn portal_name(portal: &Portal, lang: Lang) -> String {
    let site: Arc<crate::Site> = portal.site();
    site.name.pick(lang)
}
