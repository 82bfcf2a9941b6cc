//! Using what is shared: for one matter at a time, and every retrieval told to its provider (SHR-07, SHR-08).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use chrono::{DateTime, Utc};
use kaishu_domain::permission::Action;
use kaishu_store::{accounts, receipts, shares};
use kaishu_types::organization::Named;
use kaishu_types::receipt::Retrieved;
use kaishu_types::{DatasetCode, ErrorCode, Lang, ReceiptCode};

use crate::accounts::{Caller, log_in_first};
use crate::cases::{LogAct, not_covered};
use crate::{Error, Portal, Result};

/// Most retrievals that a page lists.
const USES: u64 = 200;

/// That somebody took shared data (SHR-08).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareUse {
    /// When.
    pub at: DateTime<Utc>,
    /// The receipt.
    pub receipt: ReceiptCode,
    /// The agency.
    pub user: Named,
    /// The name of the account; none where it is gone.
    pub account: Option<String>,
    /// The case of the request that it was taken under.
    pub case: i64,
    /// The business matter.
    pub matter: String,
    /// What was taken.
    pub kind: Retrieved,
    /// Of which file.
    pub resource: String,
    /// Of which version.
    pub version: u32,
}

impl Portal {
    /// Lists who took what of a dataset, when and for which matter, the newest first: 200 at most. For those who
    /// answer for the dataset (SHR-08).
    ///
    /// # Errors
    ///
    /// `NotFound` where it is not of the caller's agency or region, or not shared.
    pub async fn share_uses(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        lang: Lang,
    ) -> Result<Vec<ShareUse>> {
        self.permit_sharing(caller, lang)?;
        let found = kaishu_store::datasets::find(&self.inner.store, code).await?;
        let hidden = || Error::not_found("dataset", code.as_str());
        let dataset = found.ok_or_else(hidden)?;
        let (organization, region) = (&dataset.organization.code, &dataset.region.code);
        let subject = self.subject(Some(organization), Some(region), false);
        match caller.role_for(Action::SeeShares, &subject) {
            Some(_) => self.uses_of(code, None).await,
            None => Err(hidden()),
        }
    }

    /// Lists who took what of a dataset, under one request or under any.
    pub(super) async fn uses_of(
        &self,
        code: &DatasetCode,
        case: Option<i64>,
    ) -> Result<Vec<ShareUse>> {
        let store = &self.inner.store;
        let (mut names, mut matters) = (BTreeMap::new(), BTreeMap::new());
        let mut uses = Vec::new();
        for (receipt, under) in receipts::shared(store, code, case, USES).await? {
            let (Some(grant), Some(account)) = (under.grant, under.account) else { continue };
            if let Entry::Vacant(unknown) = names.entry(account) {
                let found = accounts::find_by_id(store, account).await?;
                unknown.insert(found.map(|it| it.name));
            }
            if let Entry::Vacant(unknown) = matters.entry(grant) {
                let found = shares::find(store, grant).await?;
                let matter = found.as_ref().map(super::read).transpose()?.map(|it| it.matter);
                unknown.insert(matter.unwrap_or_default());
            }
            uses.push(ShareUse {
                at: receipt.retrieved_at,
                receipt: receipt.code,
                user: self.organization_named(&under.organization.unwrap_or_default()),
                account: names.get(&account).cloned().flatten(),
                case: grant,
                matter: matters.get(&grant).cloned().unwrap_or_default(),
                kind: receipt.kind,
                resource: receipt.resource_title,
                version: receipt.version,
            });
        }
        Ok(uses)
    }

    /// Lets somebody work on the matter of a request from now on: of several matters that they are declared for,
    /// data is used for the one they chose last (SHR-07).
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not see the request; `Forbidden` where they are not declared for it, or it
    /// opens nothing now.
    pub async fn work_on_matter(&self, caller: &Caller, id: i64, lang: Lang) -> Result<()> {
        let case = self.share_case(caller, id).await?;
        let account = caller.account().ok_or_else(|| log_in_first(lang))?;
        let now = self.instant();
        let transaction = self.inner.store.begin().await?;
        let is_declared = shares::choose(&transaction, (id, account), now).await?;
        if !is_declared || case.file.state != "active" {
            let message = lang.pick(
                "您不在这个事项申报的使用账号里，或者权限现在没有生效",
                "you are not declared for this matter, or it opens nothing now",
            );
            return Err(Error::refused(ErrorCode::Forbidden, message));
        }
        let by = self.actor(caller);
        let subject = case.about.subject.as_str();
        let event = "work_on_matter";
        let facts = BTreeMap::from([("case".to_owned(), id.to_string())]);
        self.log(&transaction, LogAct { kind: "share", subject, event, by, reason: "", facts })
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Refuses whoever may not ask for an agency.
    pub(super) fn permit_asking(
        &self,
        caller: &Caller,
        organization: &str,
        lang: Lang,
    ) -> Result<()> {
        match self.asks_for(caller).contains(organization) {
            true => Ok(()),
            false => Err(not_covered(caller, Action::RequestShares, lang)),
        }
    }
}
