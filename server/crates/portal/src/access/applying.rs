//! Writing an application: begun from the page of a dataset, kept while it is incomplete.

use std::collections::BTreeMap;

use kaishu_domain::application;
use kaishu_domain::cases::Act;
use kaishu_domain::permission::{Action, Subject};
use kaishu_domain::policy::Module;
use kaishu_store::Transaction;
use kaishu_store::applications::{self, Application};
use kaishu_store::cases::CaseSubject;
use kaishu_types::access::{ApplicationDocument, DeliveryMode};
use kaishu_types::case::CaseKind;
use kaishu_types::china::day_in_china;
use kaishu_types::dataset::DatasetView;
use kaishu_types::vocabulary::{DatasetState, OpenClass};
use kaishu_types::{DatasetCode, ErrorCode, Lang};
use serde::Serialize;

use super::not_conditional;
use crate::accounts::{Caller, log_in_first};
use crate::cases::{Wanted, not_covered};
use crate::{Error, Portal, Result};

/// Most applications of an account that are under way, and that are begun on a day.
const MAX_OPEN: usize = 50;
const MAX_A_DAY: usize = 20;
/// Most bytes of what is written.
const MAX_BYTES: usize = 100_000;

impl Portal {
    /// Begins an application for a dataset, and returns its case: the one that is being written already where
    /// there is one.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where nobody is logged in; `NotFound` for what is not public; refused for what is not open
    /// on conditions (APP-01), and for accounts that do not apply.
    pub async fn begin_application(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        lang: Lang,
    ) -> Result<i64> {
        let (account, dataset) = self.applicable(caller, code, lang).await?;
        let store = &self.inner.store;
        for written in applications::of_account(store, account, super::LISTED).await? {
            let case = kaishu_store::cases::find(store, written.case).await?;
            let is_draft = case.is_some_and(|case| case.file.state == "draft");
            if is_draft && written.dataset == *code {
                return Ok(written.case);
            }
        }
        self.check_room_for_application(account, lang).await?;
        let transaction = store.begin().await?;
        let proposed = (&dataset, &proposed(&dataset, caller), BTreeMap::new());
        let case = self.open_application(caller, &transaction, proposed, lang).await?;
        transaction.commit().await?;
        Ok(case)
    }

    /// Finds what somebody may apply for, with their account.
    pub(super) async fn applicable(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        lang: Lang,
    ) -> Result<(i64, DatasetView)> {
        let account = caller.account().ok_or_else(|| log_in_first(lang))?;
        let own = Subject { is_own: true, ..Subject::default() };
        if caller.role_for(Action::ApplyForData, &own).is_none() {
            return Err(not_covered(caller, Action::ApplyForData, lang));
        }
        let dataset = self.dataset(code).await?;
        if !self.policy().has_module(Module::Open) {
            return Err(self.opening_is_off(lang));
        }
        if dataset.fields.open.class != OpenClass::Conditional {
            return Err(not_conditional(lang));
        }
        if dataset.state != DatasetState::Published {
            let message = lang.pick("数据现在不提供，不能申请", "this data is not served now");
            return Err(Error::refused(ErrorCode::Conflict, message));
        }
        Ok((account, dataset))
    }

    /// Refuses another application of somebody who has too many under way.
    pub(super) async fn check_room_for_application(&self, account: i64, lang: Lang) -> Result<()> {
        let store = &self.inner.store;
        let (mut n_open, mut n_today) = (0, 0);
        for written in applications::of_account(store, account, super::LISTED).await? {
            let Some(case) = kaishu_store::cases::find(store, written.case).await? else {
                continue;
            };
            let is_open = case.file.closed_at.is_none() && case.file.state != "active";
            n_open += usize::from(is_open);
            n_today += usize::from(day_in_china(case.file.opened_at) == self.today());
        }
        if n_open >= MAX_OPEN || n_today >= MAX_A_DAY {
            let message = lang.pick(
                format!("同时办理的申请最多 {MAX_OPEN} 份，一天最多 {MAX_A_DAY} 份；请先办完一些"),
                format!("{MAX_OPEN} applications at once and {MAX_A_DAY} a day at most; finish some first"),
            );
            return Err(Error::refused(ErrorCode::TooManyRequests, message));
        }
        Ok(())
    }

    /// Opens the case of an application with what is proposed, and returns it.
    pub(super) async fn open_application(
        &self,
        caller: &Caller,
        transaction: &Transaction,
        (dataset, document, facts): (&DatasetView, &ApplicationDocument, BTreeMap<String, String>),
        lang: Lang,
    ) -> Result<i64> {
        let account = caller.account().ok_or_else(|| log_in_first(lang))?;
        let about = self.application_subject(dataset);
        let act = Act { event: "start".to_owned(), facts, ..Act::default() };
        let wanted = Wanted { caller, lang, act, holds: &|_| Ok(()), idempotency_key: None };
        let decided = self.decide(CaseKind::Application, &about, None, wanted)?;
        let (key, happening) = (&self.inner.log_key, decided.happening());
        let (case, _) = kaishu_store::cases::open(transaction, key, &about, &happening).await?;
        let new = Application {
            case,
            account,
            dataset: dataset.code.clone(),
            document: written(document)?,
            submitted: None,
            revision: 1,
            updated_at: self.instant(),
        };
        applications::create(transaction, &new).await?;
        Ok(case)
    }

    fn application_subject(&self, dataset: &DatasetView) -> CaseSubject {
        let header = &self.policy().header;
        CaseSubject {
            subject: dataset.code.to_string(),
            title: dataset.fields.title.clone(),
            // Until it is submitted it is nobody's but the applicant's.
            organization: None,
            region: None,
            policy: header.code.clone(),
            policy_revision: header.revision,
        }
    }

    /// Saves an application that was read at a revision. Returns the new revision.
    ///
    /// # Errors
    ///
    /// `NotFound` where it is not the caller's; `Conflict` where it was saved since, or is not written now.
    pub async fn save_application(
        &self,
        caller: &Caller,
        (id, revision): (i64, u32),
        document: &ApplicationDocument,
        lang: Lang,
    ) -> Result<u32> {
        let case = self.application_case(caller, id).await?;
        let own = Subject { is_own: true, ..Subject::default() };
        let is_own = case.file.submitter == caller.account();
        if !is_own || caller.role_for(Action::ApplyForData, &own).is_none() {
            return Err(not_covered(caller, Action::ApplyForData, lang));
        }
        // Materials are given, and renewals begun, in ways of their own.
        let (_, kept) = self.stored_application(id, true).await?;
        let document = &ApplicationDocument {
            materials: kept.materials,
            renews: kept.renews,
            ..document.clone()
        };
        let text = written(document)?;
        if text.len() > MAX_BYTES {
            let message = lang.pick("内容太长，没有保存", "it is too long; nothing was saved");
            return Err(Error::field("reason", message));
        }
        let transaction = self.inner.store.begin().await?;
        let now = self.instant();
        let revision = applications::save(&transaction, (id, revision), &text, now).await?;
        transaction.commit().await?;
        Ok(revision)
    }
}

/// What a form proposes: everything that can be applied for, the way it is offered, who is logged in.
fn proposed(dataset: &DatasetView, caller: &Caller) -> ApplicationDocument {
    let modes = &dataset.fields.open.modes;
    let offered = DeliveryMode::ALL.iter().find(|it| modes.iter().any(|code| code == it.as_str()));
    let mut document = ApplicationDocument {
        items: application::items_to_apply_for(&dataset.fields, &dataset.items),
        mode: Some(offered.copied().unwrap_or(DeliveryMode::Download)),
        ..ApplicationDocument::default()
    };
    document.applicant.name = caller.name().unwrap_or_default().to_owned();
    document
}

pub(super) fn written(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| Error::Internal(format!("an application cannot be written: {error}")))
}
