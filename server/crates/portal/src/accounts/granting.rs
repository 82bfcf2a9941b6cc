//! Deciding the requests of agencies for accounts, and carrying them out (ORG-06, yulin 21).

use chrono::TimeDelta;
use kaishu_domain::cases::Act as Wanting;
use kaishu_store::Transaction;
use kaishu_store::accounts::{self, Account, LetterKind, NewAccount};
use kaishu_store::cases::Case;
use kaishu_types::account::{AccountKind, AccountState, AccountWish, Login, RoleGrant};
use kaishu_types::case::CaseKind;
use kaishu_types::{ErrorCode, Lang, RuleRef};

use super::logged::{self, Act};
use super::mail::Letter;
use super::manage::as_conflict;
use super::requests::Wish;
use super::roles::changed_meanwhile;
use super::secrets::Kind;
use super::{Caller, portal_name};
use crate::cases::{Decided, Wanted, moved_on, request_key};
use crate::publishing::OpeningAct;
use crate::{Error, Portal, Result};

/// How long the link works by which the owner of a new account chooses a password. After that it is set
/// like a forgotten one.
pub(super) const INVITED_FOR: TimeDelta = TimeDelta::days(7);

/// What granting a request comes to, found out before anything is written.
enum Outcome {
    /// A new account, whose owner is invited by mail.
    Make { new: Box<NewAccount> },
    /// Other roles for an account that stays.
    Roles { account: Box<Account>, roles: Vec<RoleGrant> },
    /// An account that nobody needs any more.
    Disable { account: Box<Account> },
}

impl Portal {
    /// Decides a request: `grant` carries it out, `refuse` says why not.
    ///
    /// # Errors
    ///
    /// `Conflict` where something else happened since, or it cannot be carried out as it is; `Forbidden`
    /// for who filed it and for everybody of the organization that asks (ORG-03).
    pub async fn act_on_account_request(
        &self,
        caller: &Caller,
        case: i64,
        done: OpeningAct,
        lang: Lang,
    ) -> Result<()> {
        let case = self.visible_case(caller, case).await?;
        if case.file.kind != CaseKind::AccountRequest {
            return Err(Error::not_found("case", case.id.to_string()));
        }
        let store = &self.inner.store;
        let key = done.idempotency_key.as_deref();
        let key = key.map(|key| request_key(caller, case.id, &done.event, key));
        if let Some(key) = &key
            && kaishu_store::log::find_by_key(store, key).await?.is_some()
        {
            return Ok(());
        }
        if case.file.n_events != done.version {
            return Err(moved_on(lang));
        }
        not_of_the_agency(caller, &case, lang)?;
        let is_granted = done.event == "grant";
        let wanted = Wanted {
            caller,
            lang,
            act: Wanting { event: done.event, reason: done.reason, ..Wanting::default() },
            holds: &|_| Ok(()),
            idempotency_key: key,
        };
        let decided = self.decide(CaseKind::AccountRequest, &case.about, Some(&case), wanted)?;
        let document = accounts::find_request(store, case.id).await?;
        let document = document.ok_or_else(|| moved_on(lang))?;
        let wish = Wish::read(&document)?;
        let filed = case.file.facts.get("content");
        if filed != wish.facts()?.get("content") {
            return Err(Error::Internal(format!("case {} asks for something else", case.id)));
        }
        let outcome = match is_granted {
            true => Some(self.outcome(&wish, lang).await?),
            false => None,
        };
        self.keep_granting(&case, &decided, outcome.as_ref(), lang).await?;
        if let Some(Outcome::Make { .. }) = outcome {
            self.send_soon();
        }
        Ok(())
    }

    /// Finds out what granting a request comes to, and whether it can be carried out.
    async fn outcome(&self, wish: &Wish, lang: Lang) -> Result<Outcome> {
        let found = accounts::find(&self.inner.store, &wish.login).await?;
        if wish.wish == AccountWish::Make {
            return self.new_account(wish, lang);
        }
        let account = Box::new(
            found.ok_or_else(|| stopped(lang, "账号已经不在了。", "the account is gone"))?,
        );
        let of_others = account
            .roles
            .iter()
            .filter(|held| held.organization.as_ref() != Some(&wish.organization));
        let of_others: Vec<RoleGrant> = of_others.cloned().collect();
        if wish.wish == AccountWish::Change {
            let roles =
                self.check_roles(of_others.into_iter().chain(wish.grants()).collect(), lang)?;
            return Ok(Outcome::Roles { account, roles });
        }
        // Whoever works for others, too, does so on; the agency ends only what is its own.
        let is_needed = of_others.iter().any(|held| held.role.is_staff());
        Ok(match is_needed {
            true => Outcome::Roles { account, roles: of_others },
            false => Outcome::Disable { account },
        })
    }

    fn new_account(&self, wish: &Wish, lang: Lang) -> Result<Outcome> {
        if !self.can_invite() {
            return Err(stopped(
                lang,
                "本平台没有设置邮件，邀请链接发不出去。请系统管理员设置邮件以后再办理。",
                "no mail is set up here, so the invitation cannot be sent; ask the system administrator to set it up first",
            ));
        }
        let sealed = wish.email.as_deref().unwrap_or_default();
        let address = self.account_secrets().open_text(Kind::Mail, sealed);
        let to = address.ok_or_else(|| {
            Error::Configuration(
                "an address was encrypted under another secret of the portal".to_owned(),
            )
        })?;
        let email = self.account_secrets().email(&to)?;
        let new = Box::new(NewAccount {
            login: wish.login.clone(),
            kind: AccountKind::Person,
            name: wish.name.clone(),
            email: Some(email),
            password_hash: None,
            state: AccountState::Active,
            contract: None,
            roles: self.check_roles(wish.grants().collect(), lang)?,
        });
        Ok(Outcome::Make { new })
    }

    /// Keeps a decision with what it brings about, or neither.
    async fn keep_granting(
        &self,
        case: &Case,
        decided: &Decided,
        outcome: Option<&Outcome>,
        lang: Lang,
    ) -> Result<()> {
        let transaction = self.inner.store.begin().await?;
        // The account is held before the log, as in every other change of an account: none waits for the other.
        if let Some(Outcome::Roles { account, roles }) = outcome {
            let change = (account.roles.as_slice(), roles.as_slice());
            let set = accounts::set_roles(&transaction, account.id, change, self.now()).await;
            set.map_err(|error| changed_meanwhile(error, lang))?;
        }
        let (key, happening) = (&self.inner.log_key, decided.happening());
        kaishu_store::cases::add(&transaction, key, case, &happening).await?;
        accounts::drop_request(&transaction, case.id).await?;
        if let Some(outcome) = outcome {
            self.carry_out(&transaction, case, decided, (outcome, lang)).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn carry_out(
        &self,
        transaction: &Transaction,
        case: &Case,
        decided: &Decided,
        (outcome, lang): (&Outcome, Lang),
    ) -> Result<()> {
        let now = self.now();
        let by = decided.event.by.clone();
        let mut facts = vec![("case", case.id.to_string())];
        let (login, act) = match outcome {
            Outcome::Make { new } => {
                let id = accounts::create(transaction, new, now).await.map_err(as_conflict)?;
                self.write_to(transaction, id, LetterKind::Invite, lang).await?;
                facts.push(("kind", new.kind.to_string()));
                facts.push(("roles", logged::roles(&new.roles)));
                (&new.login, Act::Made)
            }
            Outcome::Roles { account, roles } => {
                facts.extend(logged::changed_roles(&account.roles, roles));
                (&account.login, Act::RolesChanged)
            }
            Outcome::Disable { account } => {
                let state = AccountState::Disabled;
                accounts::set_state(transaction, account.id, state, now).await?;
                (&account.login, Act::Disabled)
            }
        };
        self.log_account(transaction, by, login, act, facts).await
    }

    pub(super) fn invitation(&self, to: String, login: &Login, token: &str, lang: Lang) -> Letter {
        let portal = portal_name(self, lang);
        let link = format!("{}/reset/{token}", lang.prefix());
        let base = &self.site().base_url;
        let (url, forgot) = (format!("{base}{link}"), format!("{base}{}/forgot", lang.prefix()));
        let (subject, body) = match lang {
            Lang::Zh => (
                format!("账号已经开立：{portal}"),
                format!(
                    "你好，\n\n{portal}为你开立了账号 {login}。\n\n在 7 天内打开下面的链接设置密码：\n{url}\n\n过了 7 天的，在这里重新要一个链接：\n{forgot}\n\n第一次登录时，要设置手机验证码。\n"
                ),
            ),
            Lang::En => (
                format!("Your account: {portal}"),
                format!(
                    "Hello,\n\n{portal} made the account {login} for you.\n\nOpen this link within 7 days to choose a password:\n{url}\n\nAfter that, ask for another link here:\n{forgot}\n\nAt the first login you set up one-time codes.\n"
                ),
            ),
        };
        Letter { to, subject, body, link: Some(link) }
    }
}

/// Nobody decides what their own organization asks for (ORG-03).
fn not_of_the_agency(caller: &Caller, case: &Case, lang: Lang) -> Result<()> {
    let asks = case.about.organization.as_deref();
    let is_of_it = caller
        .roles()
        .iter()
        .any(|held| held.organization.as_ref().is_some_and(|code| Some(code.as_str()) == asks));
    if !is_of_it {
        return Ok(());
    }
    Err(Error::Refused {
        code: ErrorCode::Forbidden,
        message: lang
            .pick(
                "提出申请的是您所在的单位，由另一位同事办理。",
                "your own organization asks for this; somebody else must decide",
            )
            .to_owned(),
        rule: Some(RuleRef {
            id: "ORG-03".to_owned(),
            article: "阿坝州公共数据管理办法（试行）第七条".to_owned(),
        }),
        remedy: None,
    })
}

fn stopped(lang: Lang, zh: &str, en: &str) -> Error {
    let (code, message) = (ErrorCode::Conflict, lang.pick(zh, en).to_owned());
    Error::Refused { code, message, rule: None, remedy: None }
}
