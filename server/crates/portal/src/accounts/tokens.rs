//! Tokens of programs: shown once, kept as a hash, good for a scope and a time.

use chrono::TimeDelta;
use kaishu_domain::cases::Actor;
use kaishu_domain::permission::Action;
use kaishu_store::Transaction;
use kaishu_store::accounts::{self, Account, NewToken, Token};
use kaishu_store::grants::Grant;
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
/// What stands before the number of a grant where a key of it is chosen.
pub const OF_GRANT: &str = "key.";

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
        if token.grant.is_some()
            && let Err(until) = self.inner.accounts.keys.begin(token.id, now)
        {
            return Err(too_often(until - now, lang));
        }
        let is_news = token.last_used_at.is_none_or(|last| now.signed_duration_since(last) >= SEEN);
        if is_news {
            let transaction = self.inner.store.begin().await?;
            accounts::use_token(&transaction, token.id, now).await?;
            transaction.commit().await?;
        }
        let caller = self.caller_of(owner, Came::Token(token.id, token.scope), None, false).await?;
        Ok(caller.with_key_of(token.grant))
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
        let renewed = self.caller_of(account, came, None, caller.has_second_factor()).await?;
        Ok(renewed.with_key_of(caller.key_of()))
    }

    /// Lists the scopes that a token of the caller can have.
    pub fn token_scopes(&self, caller: &Caller) -> Vec<TokenScope> {
        let decides = [
            Action::ReviewForProvider,
            Action::ReviewForAuthority,
            Action::CheckCatalogue,
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
            // Keys are made of grants.
            TokenScope::Key => false,
            TokenScope::Apply => caller.may_ever(Action::ApplyForData),
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
        let grants = self.grants_for_keys(caller, lang).await?;
        let grant = scope.strip_prefix(OF_GRANT).and_then(|case| case.parse::<i64>().ok());
        let grant = grant.filter(|case| grants.iter().any(|grant| grant.case == *case));
        let scope = match grant {
            Some(_) => Some(TokenScope::Key),
            None => scope.parse().ok().filter(|scope| scopes.contains(scope)),
        };
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
                self.add_token(&account, logged::owner(&account), (name, scope, grant), days).await
            }
            _ => Err(Error::InvalidInput(faults)),
        }
    }

    pub(super) async fn add_token(
        &self,
        account: &Account,
        by: Actor,
        (name, scope, grant): (&str, TokenScope, Option<i64>),
        days: u32,
    ) -> Result<String> {
        let transaction = self.inner.store.begin().await?;
        let wanted = (name, scope, grant);
        let token = self.write_token(&transaction, (account, by), wanted, days).await?;
        transaction.commit().await?;
        Ok(token)
    }

    async fn write_token(
        &self,
        transaction: &Transaction,
        (account, by): (&Account, Actor),
        (name, scope, grant): (&str, TokenScope, Option<i64>),
        days: u32,
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
            grant,
        };
        let id = accounts::add_token(transaction, &new, now).await?;
        let mut facts = logged::token_facts(id, name, scope);
        facts.push(("days", days.to_string()));
        facts.extend(grant.map(|case| ("grant", case.to_string())));
        self.log_account(transaction, by, &account.login, Act::TokenMade, facts).await?;
        Ok(token)
    }

    /// Lists the grants of the caller that are in force: of each a key can be made (DL-06).
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where nobody is logged in.
    pub async fn grants_for_keys(&self, caller: &Caller, lang: Lang) -> Result<Vec<Grant>> {
        let mut grants = self.own_grants(caller, lang).await?;
        grants.retain(|grant| grant.is_in_force(self.today()));
        Ok(grants)
    }

    /// Puts another token in the place of one of the caller, good for the same and as long, and returns it; it is never
    /// shown again. The one before ends at once.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such token that goes on.
    pub async fn rotate_token(&self, caller: &Caller, id: i64, lang: Lang) -> Result<String> {
        let (account, _) = self.own(caller, lang).await?;
        let unknown = || Error::not_found("token", id.to_string());
        let tokens = accounts::tokens_of(&self.inner.store, account.id).await?;
        let now = self.now();
        let token = tokens.into_iter().find(|it| it.id == id && it.is_usable(now));
        let token = token.ok_or_else(unknown)?;
        let days = (token.expires_at - token.created_at).num_days();
        let days = u32::try_from(days).unwrap_or(1).clamp(1, MAX_DAYS);
        let by = logged::owner(&account);
        let transaction = self.inner.store.begin().await?;
        if !accounts::revoke_token(&transaction, account.id, id, now).await? {
            return Err(unknown());
        }
        let facts = logged::token_facts(id, &token.name, token.scope);
        self.log_account(&transaction, by.clone(), &account.login, Act::TokenEnded, facts).await?;
        let wanted = (token.name.as_str(), token.scope, token.grant);
        let fresh = self.write_token(&transaction, (&account, by), wanted, days).await?;
        transaction.commit().await?;
        Ok(fresh)
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

fn too_often(wait: TimeDelta, lang: Lang) -> Error {
    let message = lang
        .pick("这个密钥请求太频繁，过一会儿再试", "this key asks too often; try again in a while");
    let seconds = wait.num_milliseconds().div_euclid(1000) + 1;
    Error::TryLater { message: message.to_owned(), seconds: u64::try_from(seconds).unwrap_or(1) }
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
