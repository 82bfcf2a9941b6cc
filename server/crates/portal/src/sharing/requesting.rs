//! Taking shared data without approval, and asking for what is shared on conditions (SHR-01, SHR-02).

use std::collections::BTreeMap;

use chrono::Months;
use kaishu_domain::PolicyProfile;
use kaishu_domain::cases::{Act, Guard};
use kaishu_domain::sharing::{self, Asked, MAX_YEARS};
use kaishu_store::cases::{self, CaseSubject};
use kaishu_store::grants::{self, Grant};
use kaishu_store::shares::{self, ShareRequest};
use kaishu_types::access::DeliveryMode;
use kaishu_types::case::CaseKind;
use kaishu_types::dataset::DatasetView;
use kaishu_types::sharing::ShareDocument;
use kaishu_types::{DatasetCode, ErrorCode, Lang};
use sha2::{Digest, Sha256};

use super::catalogue::faulty;
use crate::accounts::Caller;
use crate::cases::{Wanted, moved_on};
use crate::{Error, Portal, Result};

/// Most requests of an agency for one dataset that are under way.
const MAX_OPEN: usize = 20;

impl Portal {
    /// Takes what of a dataset is shared without conditions: at once, for a matter and by accounts that are named
    /// (SHR-01, SHR-07). Returns the case under which every retrieval is logged.
    ///
    /// # Errors
    ///
    /// `NotFound` for what is not shared; `InvalidInput` naming what is missing; refused for who does not ask for
    /// the agency, for own data, and for what needs approval.
    pub async fn take_shared(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        document: &ShareDocument,
        lang: Lang,
    ) -> Result<i64> {
        let dataset = self.shared_for(caller, code, document, lang).await?;
        let faults = sharing::check_taking(self.policy(), document);
        faulty(faults.iter().map(|fault| fault.shown(lang)).collect())?;
        self.check_push(document, lang)?;
        let accounts = self.accounts_of(document, lang).await?;
        let document = ShareDocument { items: Default::default(), ..document.clone() };
        let act = Act { event: "take".to_owned(), ..Act::default() };
        let (request, case) = self.open_request(caller, (&dataset, &document), act, lang)?;
        let transaction = self.inner.store.begin().await?;
        let (key, happening) = (&self.inner.log_key, case.happening());
        let about = subject_of(self, &dataset);
        let (id, _) = cases::open(&transaction, key, &about, &happening).await?;
        shares::create(&transaction, &ShareRequest { case: id, ..request }).await?;
        let grant = self.share_grant(caller, (id, code), &document)?;
        grants::begin(&transaction, &grant).await?;
        self.begin_push(&transaction, id, &document).await?;
        shares::declare(&transaction, id, &accounts, self.instant()).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Asks for what of a dataset is shared on conditions (SHR-02). Returns the case.
    ///
    /// # Errors
    ///
    /// As [`Self::take_shared`].
    pub async fn request_share(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        document: &ShareDocument,
        lang: Lang,
    ) -> Result<i64> {
        let dataset = self.shared_for(caller, code, document, lang).await?;
        self.check_document(self.policy(), &dataset, document, lang)?;
        self.accounts_of(document, lang).await?;
        self.check_under_way(code, &document.organization, lang).await?;
        let mut act = Act { event: "submit".to_owned(), ..Act::default() };
        act.steps = Some(sharing::steps(self.policy()));
        let (request, case) = self.open_request(caller, (&dataset, document), act, lang)?;
        let transaction = self.inner.store.begin().await?;
        let (key, happening) = (&self.inner.log_key, case.happening());
        let about = subject_of(self, &dataset);
        let (id, _) = cases::open(&transaction, key, &about, &happening).await?;
        shares::create(&transaction, &ShareRequest { case: id, ..request }).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Submits a request again that was returned; it is decided anew by all.
    ///
    /// # Errors
    ///
    /// As [`Self::request_share`]; `Conflict` where something else happened since.
    pub async fn resubmit_share(
        &self,
        caller: &Caller,
        (id, version): (i64, u32),
        document: &ShareDocument,
        lang: Lang,
    ) -> Result<()> {
        let case = self.share_case(caller, id).await?;
        if case.file.n_events != version {
            return Err(moved_on(lang));
        }
        let (stored, before) = self.stored_request(id).await?;
        // Nobody asks for another agency half way.
        let document =
            ShareDocument { organization: before.organization.clone(), ..document.clone() };
        let dataset = self.shared_for(caller, &stored.dataset, &document, lang).await?;
        self.check_document(self.policy_of(&case), &dataset, &document, lang)?;
        self.accounts_of(&document, lang).await?;
        let text = written(&document)?;
        let mut act = Act { event: "resubmit".to_owned(), ..Act::default() };
        act.steps = Some(sharing::steps(self.policy_of(&case)));
        act.facts = facts(&document, &text)?;
        let holds = |guard: Guard| self.may_be_asked(&dataset, guard, lang);
        let wanted = Wanted { caller, lang, act, holds: &holds, idempotency_key: None };
        let decided = self.decide(CaseKind::ShareRequest, &case.about, Some(&case), wanted)?;
        let transaction = self.inner.store.begin().await?;
        cases::add(&transaction, &self.inner.log_key, &case, &decided.happening()).await?;
        let updated_at = self.instant();
        let changed = ShareRequest { document: text, updated_at, ..stored };
        shares::change(&transaction, &changed).await?;
        Ok(transaction.commit().await?)
    }

    /// Finds an entry that somebody may ask for.
    async fn shared_for(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        document: &ShareDocument,
        lang: Lang,
    ) -> Result<DatasetView> {
        self.permit_sharing(caller, lang)?;
        let dataset = self.find_shared(code).await?;
        let dataset = dataset.ok_or_else(|| Error::not_found("dataset", code.as_str()))?;
        self.permit_asking(caller, &document.organization, lang)?;
        if dataset.organization.code == document.organization {
            let message = lang.pick(
                "这是本单位提供的数据，不用申请",
                "your own agency provides this data; nothing is asked for",
            );
            return Err(Error::refused(ErrorCode::InvalidInput, message));
        }
        Ok(dataset)
    }

    fn check_document(
        &self,
        profile: &PolicyProfile,
        dataset: &DatasetView,
        document: &ShareDocument,
        lang: Lang,
    ) -> Result<()> {
        let asked = Asked { fields: &dataset.fields, items: &dataset.items, today: self.today() };
        let faults = sharing::check(profile, asked, document);
        faulty(faults.iter().map(|fault| fault.shown(lang)).collect())?;
        self.check_push(document, lang)
    }

    /// Finds the accounts that are named: usable ones of the agency that asks, and no others (SHR-07).
    pub(super) async fn accounts_of(
        &self,
        document: &ShareDocument,
        lang: Lang,
    ) -> Result<Vec<i64>> {
        let store = &self.inner.store;
        let known = kaishu_store::accounts::of_organization(store, &document.organization).await?;
        let mut found = Vec::new();
        for login in &document.accounts {
            let account = known.iter().find(|it| it.login.as_str() == login);
            match account.filter(|it| it.is_usable(self.now())) {
                Some(account) => found.push(account.id),
                None => {
                    let message = lang.pick(
                        format!("{login} 不是本单位可以使用的账号"),
                        format!("{login} is no account of the agency that can be used"),
                    );
                    return Err(Error::field("accounts", message));
                }
            }
        }
        Ok(found)
    }

    /// Of one dataset an agency has a bounded number of requests under way.
    async fn check_under_way(
        &self,
        code: &DatasetCode,
        organization: &str,
        lang: Lang,
    ) -> Result<()> {
        let store = &self.inner.store;
        let mut n_open = 0;
        for stored in shares::between(store, code.as_str(), organization).await? {
            let case = cases::find(store, stored.case).await?;
            let is_open =
                |it: cases::Case| it.file.closed_at.is_none() && it.file.state != "active";
            n_open += usize::from(case.is_some_and(is_open));
        }
        match n_open < MAX_OPEN {
            true => Ok(()),
            false => Err(Error::refused(
                ErrorCode::TooManyRequests,
                lang.pick(
                    format!("本单位对这项数据正在办理的申请已有 {MAX_OPEN} 份，请先办完一些"),
                    format!("{MAX_OPEN} requests of your agency for this data are under way; finish some"),
                ),
            )),
        }
    }

    fn open_request(
        &self,
        caller: &Caller,
        (dataset, document): (&DatasetView, &ShareDocument),
        mut act: Act,
        lang: Lang,
    ) -> Result<(ShareRequest, crate::cases::Decided)> {
        let text = written(document)?;
        act.facts = facts(document, &text)?;
        act.facts.insert("party".to_owned(), document.organization.clone());
        let holds = |guard: Guard| self.may_be_asked(dataset, guard, lang);
        let wanted = Wanted { caller, lang, act, holds: &holds, idempotency_key: None };
        let about = subject_of(self, dataset);
        let decided = self.decide(CaseKind::ShareRequest, &about, None, wanted)?;
        let request = ShareRequest {
            case: 0,
            dataset: dataset.code.clone(),
            organization: document.organization.clone(),
            document: text,
            contact: dataset.fields.contact.clone().unwrap_or_default(),
            updated_at: self.instant(),
        };
        Ok((request, decided))
    }

    /// The grant of a request: it names no price, for there is no place for one (SHR-14).
    pub(super) fn share_grant(
        &self,
        caller: &Caller,
        (case, code): (i64, &DatasetCode),
        document: &ShareDocument,
    ) -> Result<Grant> {
        let missing = || Error::Internal(format!("share request {case} is nobody's"));
        let first_day = document.first_day.map_or(self.today(), |day| day.max(self.today()));
        let far = first_day.checked_add_months(Months::new(12 * MAX_YEARS));
        let far = far.and_then(|day| day.pred_opt());
        Ok(Grant {
            case,
            account: caller.account().ok_or_else(missing)?,
            holder: Some(document.organization.clone()),
            dataset: code.clone(),
            items: document.items.clone(),
            rows: Vec::new(),
            mode: document.mode.unwrap_or(DeliveryMode::Download),
            first_day,
            last_day: document.last_day.or(far).unwrap_or(first_day),
            is_active: true,
            filing: format!("GX-{}-{case:06}", self.today().format("%Y")),
            updated_at: self.instant(),
        })
    }
}

/// What a request belongs to: the provider of its dataset.
fn subject_of(portal: &Portal, dataset: &DatasetView) -> CaseSubject {
    let header = &portal.policy().header;
    CaseSubject {
        subject: dataset.code.to_string(),
        title: dataset.fields.title.clone(),
        organization: Some(dataset.organization.code.clone()),
        region: Some(dataset.region.code.clone()),
        policy: header.code.clone(),
        policy_revision: header.revision,
    }
}

/// What stays with a case of what was written: what it is bound to, and the hash of the rest.
fn facts(document: &ShareDocument, text: &str) -> Result<BTreeMap<String, String>> {
    let hash = kaishu_store::blobs::hex(&Sha256::digest(text.as_bytes()));
    Ok(BTreeMap::from([
        ("content".to_owned(), hash),
        ("matter".to_owned(), document.matter.trim().to_owned()),
        ("basis".to_owned(), document.basis.trim().to_owned()),
        ("scope".to_owned(), written(&document.scope_asked())?),
    ]))
}

pub(super) fn written(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| Error::Internal(format!("a share request cannot be written: {error}")))
}
