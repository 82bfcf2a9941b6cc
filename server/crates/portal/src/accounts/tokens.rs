//! Tokens of programs: shown once, kept as a hash, good for a scope and a time.

use chrono::TimeDelta;
use kaishu_domain::cases::Actor;
use kaishu_domain::permission::Action;
use kaishu_store::accounts::{self, Account, NewToken, Token};
use kaishu_types::account::TokenScope;
use kaishu_types::{ErrorCode, FieldError, Lang, Remedy};

use super::logged::{self, Act};
use super::login::SEEN;
use super::secrets::{is_token, random_token, token_hash};
use super::{Caller, Came};
use crate::{Error, Portal, Result};

/// What every token begins with, so that one that leaked is recognised.
const PREFIX: &str = "kst_";
/// Characters that are kept to recognise a token by.
const START: usize = 10;
/// The longest time a token is good for, in days.
pub(super) const MAX_DAYS: u32 = 366;
const MAX_NAME: usize = 60;

impl Portal {
    /// Finds out who asks with a token.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` with the way to another one, where it is unknown, ran out or was taken back, or its
    /// owner may not use the portal any more. Which of these is told to nobody.
    pub async fn caller_of_token(&self, token: &str, lang: Lang) -> Result<Caller> {
        let drawn = token.strip_prefix(PREFIX).filter(|drawn| is_token(drawn));
        let found = match drawn {
            Some(_) => accounts::find_token(&self.inner.store, &token_hash(token)).await?,
            None => None,
        };
        let now = self.now();
        let usable = found.filter(|(token, owner)| token.is_usable(now) && owner.is_usable(now));
        let (token, owner) = usable.ok_or_else(|| invalid(lang))?;
        let is_news = token.last_used_at.is_none_or(|last| now.signed_duration_since(last) >= SEEN);
        if is_news {
            let transaction = self.inner.store.begin().await?;
            accounts::use_token(&transaction, token.id, now).await?;
            transaction.commit().await?;
        }
        self.caller_of(owner, Came::Token(token.id, token.scope), None, false).await
    }

    /// Finds out anew what somebody may do who began something that took its time.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where the account or the token counts no more.
    pub(crate) async fn renewed(&self, caller: &Caller, lang: Lang) -> Result<Caller> {
        let (Some(id), Some(came)) = (caller.account(), caller.came()) else {
            return Ok(caller.clone());
        };
        let (store, now) = (&self.inner.store, self.now());
        let account = accounts::find_by_id(store, id).await?.filter(|it| it.is_usable(now));
        let account = account.ok_or_else(|| invalid(lang))?;
        if let Came::Token(token, _) = came {
            let tokens = accounts::tokens_of(store, id).await?;
            if !tokens.iter().any(|it| it.id == token && it.is_usable(now)) {
                return Err(invalid(lang));
            }
        }
        self.caller_of(account, came, None, caller.has_second_factor()).await
    }

    /// Lists the scopes that a token of the caller can have.
    pub fn token_scopes(&self, caller: &Caller) -> Vec<TokenScope> {
        let decides = [
            Action::ReviewForProvider,
            Action::ReviewForAuthority,
            Action::ReviewForCyberspace,
            Action::GiveOpinion,
            Action::PublishDatasets,
            Action::SuspendDatasets,
            Action::WithdrawDatasets,
        ];
        let may = |scope: &TokenScope| match scope {
            TokenScope::Read => true,
            TokenScope::Publish => caller.may_ever(Action::EditDatasets),
            TokenScope::Decide => decides.iter().any(|action| caller.may_ever(*action)),
        };
        TokenScope::ALL.iter().copied().filter(may).collect()
    }

    /// Makes a token of the caller and returns it; it is never shown again.
    ///
    /// # Errors
    ///
    /// `InvalidInput` with every field that is wrong.
    pub async fn make_token(
        &self,
        caller: &Caller,
        (name, scope, days): (&str, &str, &str),
        lang: Lang,
    ) -> Result<String> {
        let (account, _) = self.own(caller, lang).await?;
        let mut faults = Vec::new();
        let mut fault = |field: &str, zh: &str, en: &str| {
            let message = lang.pick(zh, en).to_owned();
            faults.push(FieldError { field: field.to_owned(), message });
        };
        let name = name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control)
        {
            fault(
                "name",
                "写明给哪个程序用，最多 60 个字。",
                "Say which program it is for, in up to 60 characters.",
            );
        }
        let scopes = self.token_scopes(caller);
        let scope = scope.parse().ok().filter(|scope| scopes.contains(scope));
        if scope.is_none() {
            fault("scope", "从列出的范围里选一个。", "Choose one of the scopes that are listed.");
        }
        let days = days.trim().parse().ok().filter(|days| (1..=MAX_DAYS).contains(days));
        if days.is_none() {
            fault(
                "days",
                "有效期是 1 至 366 天。到期前可以再建一个。",
                "It is good for 1 to 366 days. Make another one before it ends.",
            );
        }
        match (scope, days) {
            (Some(scope), Some(days)) if faults.is_empty() => {
                self.add_token(&account, logged::owner(&account), (name, scope, days)).await
            }
            _ => Err(Error::InvalidInput(faults)),
        }
    }

    pub(super) async fn add_token(
        &self,
        account: &Account,
        by: Actor,
        (name, scope, days): (&str, TokenScope, u32),
    ) -> Result<String> {
        let token = format!("{PREFIX}{}", random_token());
        let now = self.now();
        let new = NewToken {
            account_id: account.id,
            name: name.to_owned(),
            scope,
            hash: token_hash(&token),
            start: token.chars().take(START).collect(),
            expires_at: now + TimeDelta::days(i64::from(days)),
        };
        let transaction = self.inner.store.begin().await?;
        let id = accounts::add_token(&transaction, &new, now).await?;
        let mut facts = logged::token_facts(id, name, scope);
        facts.push(("days", days.to_string()));
        self.log_account(&transaction, by, &account.login, Act::TokenMade, facts).await?;
        transaction.commit().await?;
        Ok(token)
    }

    /// Lists the tokens of the caller, the newest first.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where nobody is logged in with a browser.
    pub async fn tokens(&self, caller: &Caller, lang: Lang) -> Result<Vec<Token>> {
        let (account, _) = self.own(caller, lang).await?;
        Ok(accounts::tokens_of(&self.inner.store, account.id).await?)
    }

    /// Takes a token of the caller back.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such token that goes on.
    pub async fn revoke_token(&self, caller: &Caller, id: i64, lang: Lang) -> Result<()> {
        let (account, _) = self.own(caller, lang).await?;
        let unknown = || Error::not_found("token", id.to_string());
        let tokens = accounts::tokens_of(&self.inner.store, account.id).await?;
        let token = tokens.into_iter().find(|token| token.id == id).ok_or_else(unknown)?;
        let transaction = self.inner.store.begin().await?;
        if !accounts::revoke_token(&transaction, account.id, id, self.now()).await? {
            return Err(unknown());
        }
        let facts = logged::token_facts(id, &token.name, token.scope);
        let by = logged::owner(&account);
        self.log_account(&transaction, by, &account.login, Act::TokenEnded, facts).await?;
        Ok(transaction.commit().await?)
    }
}

fn invalid(lang: Lang) -> Error {
    Error::Refused {
        code: ErrorCode::Unauthenticated,
        message: lang
            .pick(
                "这个访问令牌不认识、已经过期或者已经撤销。",
                "This token is unknown, ran out or was taken back.",
            )
            .to_owned(),
        rule: None,
        remedy: Some(Remedy {
            text: lang
                .pick(
                    "登录后在“访问令牌”页新建一个；无条件开放的数据不需要令牌。",
                    "Log in and make another one on the page of tokens; what is open needs none.",
                )
                .to_owned(),
            link: "/me/tokens".to_owned(),
        }),
    }
}
