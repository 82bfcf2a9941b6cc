//! What people see and change of their own account.

use chrono::{DateTime, Utc};
use kaishu_store::accounts;
use kaishu_types::account::{AccountKind, Login, RoleGrant};
use kaishu_types::{ErrorCode, Lang};

use super::logged::{Act, owner};
use super::login::is_staff;
use super::secrets::Kind;
use super::{Caller, ProofView, log_in_first, password};
use crate::{Error, Portal, Result};

/// An account as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// The name by which somebody logs in.
    pub login: Login,
    /// The name people read.
    pub name: String,
    /// Whose it is.
    pub kind: AccountKind,
    /// The address for mail.
    pub email: Option<String>,
    /// What the account does, and for whom.
    pub roles: Vec<RoleGrant>,
    /// Whether one-time codes are set up.
    pub has_second_factor: bool,
    /// Whether they must be.
    pub needs_second_factor: bool,
    /// The issuers of the identities that open it besides.
    pub identities: Vec<String>,
    /// Whether there is a password; none where another system logs its owner in.
    pub has_password: bool,
    /// How it was proven who the owner is: what was recorded last, whether it holds or not.
    pub proof: Option<ProofView>,
    /// When the contract ends.
    pub ends_at: Option<DateTime<Utc>>,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
}

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// Its number.
    pub id: i64,
    /// Whether it is the one that asks.
    pub is_current: bool,
    /// How the browser names itself.
    pub user_agent: Option<String>,
    /// Where it was begun.
    pub address: Option<String>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to a few minutes.
    pub last_seen_at: DateTime<Utc>,
}

impl Portal {
    /// Shows somebody the own account.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where nobody is logged in with a browser.
    pub async fn me(&self, caller: &Caller, lang: Lang) -> Result<Me> {
        let (account, _) = self.own(caller, lang).await?;
        let sealed = account.email.as_deref();
        let identities = accounts::identities_of(&self.inner.store, account.id).await?;
        let proof = self.proofs_of(account.id).await?.into_iter().next();
        Ok(Me {
            identities,
            proof,
            email: sealed.and_then(|sealed| self.account_secrets().open_text(Kind::Mail, sealed)),
            has_second_factor: account.totp_secret.is_some(),
            needs_second_factor: is_staff(&account),
            has_password: account.password_hash.is_some(),
            ends_at: account.contract.as_ref().map(|contract| contract.ends_at),
            login: account.login,
            name: account.name,
            kind: account.kind,
            roles: account.roles,
            created_at: account.created_at,
        })
    }

    /// Lists where somebody is logged in, the last used first.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where nobody is logged in with a browser.
    pub async fn sessions(&self, caller: &Caller, lang: Lang) -> Result<Vec<OwnSession>> {
        let (account, current) = self.own(caller, lang).await?;
        let found = accounts::sessions_of(&self.inner.store, account.id, self.now()).await?;
        let open = |sealed: String| self.account_secrets().open_text(Kind::Address, &sealed);
        let own = found.into_iter().map(|session| OwnSession {
            id: session.id,
            is_current: session.id == current,
            user_agent: session.user_agent,
            address: session.address.and_then(open),
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
        });
        Ok(own.collect())
    }

    /// Ends another session of the caller.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such session.
    pub async fn end_own_session(&self, caller: &Caller, id: i64, lang: Lang) -> Result<()> {
        let (account, _) = self.own(caller, lang).await?;
        let transaction = self.inner.store.begin().await?;
        if !accounts::end_session(&transaction, account.id, id).await? {
            return Err(Error::not_found("session", id.to_string()));
        }
        self.log_account(&transaction, owner(&account), &account.login, Act::SessionEnded, [])
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Ends all sessions of the caller but the one that asks.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where nobody is logged in with a browser.
    pub async fn end_other_sessions(&self, caller: &Caller, lang: Lang) -> Result<()> {
        let (account, session) = self.own(caller, lang).await?;
        let transaction = self.inner.store.begin().await?;
        accounts::end_other_sessions(&transaction, account.id, Some(session)).await?;
        self.log_account(&transaction, owner(&account), &account.login, Act::SessionsEnded, [])
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Chooses another password. All other sessions end, and all tokens: whoever fears that somebody else was in
    /// shuts every door.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a wrong present password (`current`) or a new one that is too weak (`password`).
    pub async fn change_password(
        &self,
        caller: &Caller,
        current: &str,
        new: &str,
        lang: Lang,
    ) -> Result<()> {
        let (account, session) = self.own(caller, lang).await?;
        password::check(new, Some(&account.login), lang)?;
        self.check_own_password(&account, current, "current", lang).await?;
        let hash = password::hash(new.to_owned()).await?;
        let transaction = self.inner.store.begin().await?;
        accounts::set_password(&transaction, account.id, &hash).await?;
        accounts::end_other_sessions(&transaction, account.id, Some(session)).await?;
        accounts::end_tokens(&transaction, account.id, self.now()).await?;
        self.log_account(&transaction, owner(&account), &account.login, Act::PasswordChanged, [])
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Ends that identities of another system open the own account, with the password. All other sessions
    /// end.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a wrong password (`identity_password`), and where there is none.
    pub async fn end_identities(&self, caller: &Caller, typed: &str, lang: Lang) -> Result<()> {
        let (account, session) = self.own(caller, lang).await?;
        self.check_own_password(&account, typed, "identity_password", lang).await?;
        let transaction = self.inner.store.begin().await?;
        if accounts::end_identities(&transaction, account.id).await? {
            accounts::end_other_sessions(&transaction, account.id, Some(session)).await?;
            let by = owner(&account);
            self.log_account(&transaction, by, &account.login, Act::IdentityEnded, []).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Encrypts a text that is shown to the caller's session once and then forgotten.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where nobody is logged in with a browser.
    pub fn seal_once(&self, caller: &Caller, text: &str, lang: Lang) -> Result<String> {
        let session = caller.session().ok_or_else(|| log_in_first(lang))?;
        self.account_secrets().seal(Kind::Once(session), text.as_bytes())
    }

    /// Decrypts what [`seal_once`](Self::seal_once) made for the same session.
    pub fn open_once(&self, caller: &Caller, sealed: &str) -> Option<String> {
        self.account_secrets().open_text(Kind::Once(caller.session()?), sealed)
    }
}

/// Refuses what the caller may not do, whoever it concerns.
pub(super) fn forbidden(lang: Lang) -> Error {
    Error::Refused {
        code: ErrorCode::Forbidden,
        message: lang.pick("你的角色不能办这件事。", "Your roles do not allow this.").to_owned(),
        rule: None,
        remedy: None,
    }
}
