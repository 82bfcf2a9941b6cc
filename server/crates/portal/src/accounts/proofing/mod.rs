//! Proving who the person behind an account is (ORG-09, aba 18): once, by any one of the methods there are.
//!
//! Of a document its kind, its last four characters and a keyed hash are kept; its number is in no table, no log and
//! no message. There is no second step, and no part of a body is ever asked for.

mod form;

use kaishu_domain::permission::{Action, role_for};
use kaishu_store::accounts::{self, Account, NewProof, Proof};
use kaishu_store::{StoreError, Transaction};
use kaishu_types::account::{AccountKind, AccountState, Login, RoleGrant};
use kaishu_types::proofing::ProofMethod;
use kaishu_types::{ErrorCode, Lang, RuleRef};

use super::logged::{Act, Fact, owner};
use super::login::Begun;
use super::{Caller, wrong};
use crate::cases::{LogAct, moved_on, not_covered};
use crate::{Error, Portal, Result};

pub use form::ProofForm;

/// A proof as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofView {
    /// What is kept.
    pub kept: Proof,
    /// Whether it holds today.
    pub holds: bool,
}

/// An account as those see it who record proofs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proving {
    /// The name by which somebody logs in.
    pub login: Login,
    /// The name people read.
    pub name: String,
    /// Whose it is.
    pub kind: AccountKind,
    /// Whether it can be used.
    pub state: AccountState,
    /// All its proofs, the newest first.
    pub proofs: Vec<ProofView>,
    /// Why the reader records no proof for it, where that is so.
    pub obstacle: Option<String>,
}

impl Proving {
    /// The proof that holds today.
    pub fn standing(&self) -> Option<&ProofView> {
        self.proofs.iter().find(|proof| proof.holds)
    }
}

impl Portal {
    /// Returns the rule by which one method is enough.
    pub fn proofing_rule(&self, lang: Lang) -> RuleRef {
        self.policy().rules.account.proofing.reference("account.proofing", lang)
    }

    /// Whether it is proven who the person behind an account is.
    pub(super) async fn is_proven(&self, account: i64) -> Result<bool> {
        let stands = accounts::proof_of(&self.inner.store, account).await?;
        Ok(stands.is_some_and(|proof| proof.holds_on(self.today())))
    }

    /// Lists the proofs of an account, the newest first.
    /// Whether it is proven today who is behind an account.
    pub(crate) async fn is_account_proven(&self, account: i64) -> Result<bool> {
        Ok(self.proofs_of(account).await?.iter().any(|proof| proof.holds))
    }

    pub(super) async fn proofs_of(&self, account: i64) -> Result<Vec<ProofView>> {
        let proofs = accounts::proofs_of(&self.inner.store, account).await?;
        let view = |kept: Proof| ProofView { holds: kept.holds_on(self.today()), kept };
        Ok(proofs.into_iter().map(view).collect())
    }

    /// Finds the account of somebody who stands at a counter, by the login or the address for mail.
    ///
    /// # Errors
    ///
    /// Refused for who records no proofs; `InvalidInput` (`login`) where there is no such account.
    pub async fn account_at_counter(
        &self,
        caller: &Caller,
        typed: &str,
        lang: Lang,
    ) -> Result<Login> {
        self.check_proves(caller, lang)?;
        let unknown = || {
            wrong(
                "login",
                lang,
                "没有这个账号。核对登录名，或者请本人先注册账号。",
                "There is no such account. Check the login name, or let the person register first.",
            )
        };
        let login = self.login_of(typed).await?.ok_or_else(unknown)?;
        let found = accounts::find(&self.inner.store, &login).await?;
        Ok(found.ok_or_else(unknown)?.login)
    }

    /// Shows an account to who may record a proof for it.
    ///
    /// # Errors
    ///
    /// Refused for who may not; `NotFound` where there is no such account.
    pub async fn proving(&self, caller: &Caller, login: &Login, lang: Lang) -> Result<Proving> {
        let (account, _) = self.account_to_prove(caller, login, lang).await?;
        let obstacle = self.check_provable(caller, &account, lang).err();
        Ok(Proving {
            proofs: self.proofs_of(account.id).await?,
            obstacle: obstacle.map(|refusal| refusal.message(lang)),
            login: account.login,
            name: account.name,
            kind: account.kind,
            state: account.state,
        })
    }

    /// Records that somebody showed a valid identity document at a counter.
    ///
    /// # Errors
    ///
    /// `InvalidInput` naming each field, and for a document that proves another account; refused for who may not, for
    /// the own account, for one that is not of a person or cannot be used; `Conflict` with the rule where it is proven
    /// already.
    pub async fn prove_by_document(
        &self,
        caller: &Caller,
        login: &Login,
        form: &ProofForm<'_>,
        lang: Lang,
    ) -> Result<()> {
        let (account, held) = self.account_to_prove(caller, login, lang).await?;
        self.check_provable(caller, &account, lang)?;
        if self.is_proven(account.id).await? {
            return Err(self.proven_already(lang));
        }
        let (number, document, valid_until) = self.read_proof(form, lang)?;
        let hash = self.account_secrets().document_hash(&number);
        self.check_document_free(&account, &hash, lang).await?;
        let by = self.acting_as(caller, Action::ProveIdentity, &held);
        let new = NewProof {
            account_id: account.id,
            method: ProofMethod::IdDocument,
            document: Some(document),
            hash,
            valid_until,
            by: (by.account.unwrap_or_default(), by.name.clone()),
        };
        let facts = facts_of(&new);
        let transaction = self.inner.store.begin().await?;
        self.keep_proof(&transaction, &new, lang).await?;
        self.log_account(&transaction, by, &account.login, Act::Proven, facts).await?;
        Ok(transaction.commit().await?)
    }

    /// Withdraws the proof of an account: a document of another person, a mistake.
    ///
    /// # Errors
    ///
    /// `InvalidInput` (`reason`) without a reason, or with the number of a document in it; refused for who may not;
    /// `Conflict` where there is none.
    pub async fn withdraw_proof(
        &self,
        caller: &Caller,
        login: &Login,
        reason: &str,
        lang: Lang,
    ) -> Result<()> {
        let (account, held) = self.account_to_prove(caller, login, lang).await?;
        self.check_not_own(caller, &account, lang)?;
        let reason = self.read_reason(&account, reason, lang).await?;
        let by = self.acting_as(caller, Action::ProveIdentity, &held);
        let transaction = self.inner.store.begin().await?;
        let now = self.instant();
        if !accounts::end_proof(&transaction, account.id, Some(&reason), now).await? {
            return Err(moved_on(lang));
        }
        let act = LogAct {
            kind: "account",
            subject: account.login.as_str(),
            event: Act::ProofWithdrawn.as_str(),
            by,
            reason: &reason,
            ..LogAct::default()
        };
        self.log(&transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    /// Keeps that the provider proved who somebody is who logged in there, where its configuration says that it does
    /// and its name is that of the account. What was withdrawn here it does not prove again.
    pub(super) async fn prove_by_sign_on(
        &self,
        account: &Account,
        begun: &Begun,
        named: Option<&str>,
        hash: &str,
    ) -> Result<()> {
        let is_named = named.is_some_and(|name| name.trim() == account.name.trim());
        let is_through = begun.waits.is_none() && self.proves_by_sign_on();
        if !is_named || !is_through || account.kind != AccountKind::Person {
            return Ok(());
        }
        if self.is_proven(account.id).await? {
            return Ok(());
        }
        let transaction = self.inner.store.begin().await?;
        let proofs = accounts::proofs_of(&transaction, account.id).await?;
        let stands = proofs.iter().any(|proof| proof.holds_on(self.today()));
        let is_withdrawn = |it: &Proof| it.method == ProofMethod::SignOn && it.end_reason.is_some();
        let other = accounts::proven_by(&transaction, hash).await?;
        let is_of_other = other.is_some_and(|other| other != account.id);
        if stands || is_of_other || proofs.iter().any(is_withdrawn) {
            return Ok(());
        }
        let new = NewProof {
            account_id: account.id,
            method: ProofMethod::SignOn,
            document: None,
            hash: hash.to_owned(),
            valid_until: None,
            by: (account.id, account.name.clone()),
        };
        let facts = facts_of(&new);
        self.keep_proof(&transaction, &new, Lang::Zh).await?;
        self.log_account(&transaction, owner(account), &account.login, Act::Proven, facts).await?;
        Ok(transaction.commit().await?)
    }

    /// Keeps a proof in the place of one whose document is not valid any more.
    async fn keep_proof(
        &self,
        transaction: &Transaction,
        new: &NewProof,
        lang: Lang,
    ) -> Result<()> {
        let before = accounts::proof_of(transaction, new.account_id).await?;
        if before.is_some_and(|proof| !proof.holds_on(self.today())) {
            accounts::end_proof(transaction, new.account_id, None, self.instant()).await?;
        }
        match accounts::add_proof(transaction, new, self.instant()).await {
            // Somebody else recorded it in this moment.
            Err(StoreError::Conflict { .. }) => Err(moved_on(lang)),
            kept => Ok(kept.map(drop)?),
        }
    }

    /// Refuses who records no proofs at all.
    ///
    /// # Errors
    ///
    /// `Forbidden`, or `Unauthenticated` for who is not logged in.
    pub fn check_proves(&self, caller: &Caller, lang: Lang) -> Result<()> {
        match caller.may_ever(Action::ProveIdentity) {
            true => Ok(()),
            false => Err(not_covered(caller, Action::ProveIdentity, lang)),
        }
    }

    /// Finds an account, with the role in which the caller records proofs for it.
    async fn account_to_prove(
        &self,
        caller: &Caller,
        login: &Login,
        lang: Lang,
    ) -> Result<(Account, RoleGrant)> {
        self.check_proves(caller, lang)?;
        let account = accounts::find(&self.inner.store, login).await?;
        let account = account.ok_or_else(|| Error::not_found("account", login.as_str()))?;
        let held = self.proves_as(caller, &account);
        let held = held.ok_or_else(|| not_covered(caller, Action::ProveIdentity, lang))?;
        Ok((account, held))
    }

    /// Finds the role in which somebody records a proof. Staff belong to their organization or region, or to the region
    /// of the portal; whoever uses data belongs to none, and goes to any counter.
    fn proves_as(&self, caller: &Caller, account: &Account) -> Option<RoleGrant> {
        let action = Action::ProveIdentity;
        let mut places = account.roles.iter().filter(|held| held.role.is_staff()).peekable();
        if places.peek().is_none() {
            let is_one = |held: &&RoleGrant| action.roles().iter().any(|it| it.0 == held.role);
            return caller.roles().iter().find(is_one).cloned();
        }
        let directory = self.directory();
        let own = self.site().region.clone();
        places.find_map(|held| {
            let code = held.organization.as_ref().map(|code| code.as_str());
            let of_organization = code.and_then(|code| directory.organization(code));
            let region = match (of_organization, &held.region) {
                (Some(organization), _) => organization.region.code.clone(),
                (None, Some(region)) => region.to_string(),
                (None, None) => own.clone(),
            };
            let subject = self.subject(code, Some(&region), false);
            role_for(caller.roles(), action, &subject).cloned()
        })
    }

    fn check_not_own(&self, caller: &Caller, account: &Account, lang: Lang) -> Result<()> {
        if caller.account() != Some(account.id) {
            return Ok(());
        }
        let message = lang.pick(
            "自己的身份由另一位同事核验。",
            "who you are is recorded by somebody else, not by yourself",
        );
        Err(Error::refused(ErrorCode::Forbidden, message))
    }

    fn check_provable(&self, caller: &Caller, account: &Account, lang: Lang) -> Result<()> {
        self.check_not_own(caller, account, lang)?;
        let (zh, en) = if account.kind != AccountKind::Person {
            (
                "只核验个人账号。单位和受托方的账号不核验个人身份。",
                "only accounts of persons are proven, not those of organizations and contractors",
            )
        } else if account.state != AccountState::Active {
            (
                "这个账号现在不能使用。确认邮箱或者恢复使用以后再核验。",
                "this account cannot be used now; prove it once it can",
            )
        } else {
            return Ok(());
        };
        Err(Error::refused(ErrorCode::Conflict, lang.pick(zh, en)))
    }

    fn proven_already(&self, lang: Lang) -> Error {
        let message = lang.pick(
            "这个账号已经核验过身份。一种方式就够，不再核验第二次。",
            "it is proven already who this is; one method is enough, and there is no second one",
        );
        Error::Refused {
            code: ErrorCode::Conflict,
            message: message.to_owned(),
            rule: Some(self.proofing_rule(lang)),
            remedy: None,
        }
    }

    /// One document proves one account.
    async fn check_document_free(&self, account: &Account, hash: &str, lang: Lang) -> Result<()> {
        let store = &self.inner.store;
        let other = accounts::proven_by(store, hash).await?.filter(|id| *id != account.id);
        let Some(other) = other else { return Ok(()) };
        let other = accounts::find_by_id(store, other).await?;
        let other = other.map(|other| other.login.to_string()).unwrap_or_default();
        let message = lang.pick(
            format!(
                "这份证件已经核验了另一个账号 {other}。请本人使用那个账号；那个账号不是本人的，先撤销它的核验。"
            ),
            format!(
                "This document proves another account, `{other}`. Let the person use that one; where it is not theirs, withdraw its proof first."
            ),
        );
        Err(Error::field("number", message))
    }
}

/// What the log keeps of a proof: nothing by which a document is found.
fn facts_of(new: &NewProof) -> Vec<Fact> {
    let mut facts = vec![("method", new.method.to_string())];
    facts.extend(new.document.as_ref().map(|document| ("document", document.kind.to_string())));
    facts.extend(new.valid_until.map(|until| ("valid_until", until.to_string())));
    facts
}
