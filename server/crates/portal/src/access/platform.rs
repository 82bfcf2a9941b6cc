//! The terms of the platform: accepted once by whoever uses what is granted, and again when they change (AGR-03;
//! yulin 29¶1). What is open needs no acceptance.

use std::collections::BTreeMap;

use kaishu_domain::permission::{Action, Subject};
use kaishu_domain::policy::AgreementDocument;
use kaishu_domain::templates as rules;
use kaishu_store::templates::{self, Acceptance, TemplateVersion};
use kaishu_store::{Reads, Transaction};
use kaishu_types::{DatasetCode, ErrorCode, Lang, Remedy};
use sha2::{Digest, Sha256};

use super::terms::hex;
use crate::accounts::{Caller, Came, log_in_first};
use crate::cases::LogAct;
use crate::{Error, Portal, Result};

/// The document, as it is stored.
const KIND: AgreementDocument = AgreementDocument::PlatformAgreement;

/// The terms of the platform as somebody reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformTerms {
    /// The version in force, filled in.
    pub version: TemplateVersion,
    /// What the reader accepted last.
    pub accepted: Option<Acceptance>,
}

impl PlatformTerms {
    /// Whether the version in force is accepted.
    pub fn is_accepted(&self) -> bool {
        self.accepted.as_ref().is_some_and(|it| it.number >= self.version.number)
    }
}

impl Portal {
    /// Returns the terms of the platform that are in force; none where the profile asks for none, or the authority has
    /// published none.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn platform_terms(&self) -> Result<Option<TemplateVersion>> {
        self.terms_in_force(&self.inner.store).await
    }

    async fn terms_in_force(&self, store: &impl Reads) -> Result<Option<TemplateVersion>> {
        if !rules::asks_for_platform_terms(self.policy()) {
            return Ok(None);
        }
        let found = templates::current(store, &self.platform_owner(), KIND.as_str()).await?;
        Ok(found.map(|version| {
            let title = &self.policy().header.title;
            let text = rules::filled(KIND, &version.text, |_| title.clone());
            let sha256 = hex(&Sha256::digest(text.as_bytes()));
            TemplateVersion { text, sha256, ..version }
        }))
    }

    /// Returns the terms of the platform with what the caller accepted; none where there are none.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where nobody is logged in.
    pub async fn own_platform_terms(
        &self,
        caller: &Caller,
        lang: Lang,
    ) -> Result<Option<PlatformTerms>> {
        let account = caller.account().ok_or_else(|| log_in_first(lang))?;
        let Some(version) = self.platform_terms().await? else { return Ok(None) };
        let accepted = templates::accepted(&self.inner.store, account).await?;
        Ok(Some(PlatformTerms { version, accepted }))
    }

    /// Accepts a version of the terms of the platform, for whoever is there in person.
    ///
    /// # Errors
    ///
    /// `Conflict` where another version is in force than was read; `Forbidden` for a program.
    pub async fn accept_platform_terms(
        &self,
        caller: &Caller,
        number: u32,
        lang: Lang,
    ) -> Result<()> {
        let account = caller.account().ok_or_else(|| log_in_first(lang))?;
        if matches!(caller.came(), Some(Came::Token(..))) {
            return Err(self.accept_first(lang));
        }
        let own = Subject { is_own: true, ..Subject::default() };
        let by = self.permitted(caller, Action::ManageOwnAccount, &own, lang)?;
        let transaction = self.inner.store.begin().await?;
        let version = self.terms_in_force(&transaction).await?;
        let version = version.filter(|it| it.number == number).ok_or_else(|| {
            Error::refused(
                ErrorCode::Conflict,
                lang.pick(
                    "平台协议已经有新的版本，请重新阅读以后再接受",
                    "the terms have a newer version; read it again and accept that one",
                ),
            )
        })?;
        if self.keep_acceptance(&transaction, account, &version).await? {
            let facts = BTreeMap::from([
                ("version".to_owned(), version.number.to_string()),
                ("sha256".to_owned(), version.sha256.clone()),
            ]);
            let subject = by.login.clone();
            let (event, reason) = ("platform_accepted", "");
            let act = LogAct { kind: "account", subject: &subject, event, by, reason, facts };
            self.log(&transaction, act).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Finds the terms that somebody accepts who registers, by the number that was on their form; none where there are
    /// none.
    pub(crate) async fn terms_accepted_with(
        &self,
        number: &str,
        lang: Lang,
    ) -> Result<Option<TemplateVersion>> {
        let Some(version) = self.platform_terms().await? else { return Ok(None) };
        match number.trim() == version.number.to_string() {
            true => Ok(Some(version)),
            false => Err(Error::field(
                "terms",
                lang.pick(
                    "请阅读并接受现行的平台协议",
                    "read and accept the terms of the platform that are in force",
                ),
            )),
        }
    }

    /// Keeps that an account accepted a version. `false` where it had.
    pub(crate) async fn keep_acceptance(
        &self,
        transaction: &Transaction,
        account: i64,
        version: &TemplateVersion,
    ) -> Result<bool> {
        let new = Acceptance {
            account,
            number: version.number,
            sha256: version.sha256.clone(),
            at: self.instant(),
        };
        Ok(templates::accept(transaction, &new).await?)
    }

    /// Whether an account has to accept the terms of the platform before it uses what it was granted.
    pub(crate) async fn must_accept(&self, account: i64) -> Result<bool> {
        if !rules::asks_for_platform_terms(self.policy()) {
            return Ok(false);
        }
        let (store, owner) = (&self.inner.store, self.platform_owner());
        let Some(number) = templates::number(store, &owner, KIND.as_str()).await? else {
            return Ok(false);
        };
        let accepted = templates::accepted(store, account).await?;
        Ok(accepted.is_none_or(|it| it.number < number))
    }

    /// The refusal of what a grant would open, where it is only the terms that stand in the way; none where something
    /// else does.
    pub(crate) async fn refused_for_terms(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        lang: Lang,
    ) -> Result<Option<Error>> {
        let Some(account) = caller.account() else { return Ok(None) };
        let is_asked = self.must_accept(account).await?;
        let holds = is_asked && !self.grants_in_force(caller, code).await?.is_empty();
        Ok(holds.then(|| self.accept_first(lang)))
    }

    /// The refusal of what a grant opens, before the terms of the platform are accepted.
    pub(crate) fn accept_first(&self, lang: Lang) -> Error {
        Error::Refused {
            code: ErrorCode::Forbidden,
            message: lang
                .pick(
                    "平台协议有新的版本，接受以后才能使用获准的数据；无条件开放的数据不受影响。",
                    "The terms of the platform have a new version: accept it before you use what you were granted. Open data is not concerned.",
                )
                .to_owned(),
            rule: Some(self.policy().rules.agreement.docs.reference("agreement.docs", lang)),
            remedy: Some(Remedy {
                text: lang.pick("阅读并接受平台协议", "Read and accept the terms").to_owned(),
                link: "/me/agreement".to_owned(),
            }),
        }
    }
}
