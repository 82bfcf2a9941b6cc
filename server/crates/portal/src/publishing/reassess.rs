//! Data that is not unconditional is looked at once in a while: does it stay in its class (CLS-13, yulin 10¶2,
//! aba 30¶3)?

use std::collections::BTreeMap;

use chrono::{DateTime, Months, Utc};
use kaishu_domain::cases::{Act, Actor};
use kaishu_store::StoreError;
use kaishu_store::cases::Case;
use kaishu_store::datasets;
use kaishu_types::case::CaseKind;
use kaishu_types::dataset::DatasetView;
use kaishu_types::draft::DraftDocument;
use kaishu_types::{DatasetCode, Lang};

use crate::accounts::Caller;
use crate::cases::{Wanted, moved_on};
use crate::{Error, Portal, Result};

impl Portal {
    /// The instant before which a class was looked at too long ago.
    fn assessed_before(&self) -> DateTime<Utc> {
        let months = self.policy().rules.class.reassess_months.value.get();
        let now = self.now();
        now.checked_sub_months(Months::new(months)).unwrap_or(now)
    }

    /// Lists the datasets that are due to be assessed.
    pub(crate) async fn unassessed(&self, limit: u64) -> Result<Vec<DatasetCode>> {
        let store = &self.inner.store;
        Ok(datasets::unassessed_since(store, self.assessed_before(), limit).await?)
    }

    /// Opens the task to assess a dataset, unless another node has. Returns whether this one did.
    pub(crate) async fn begin_reassessment(&self, code: &DatasetCode) -> Result<bool> {
        let store = &self.inner.store;
        let Some(dataset) = datasets::find(store, code).await? else { return Ok(false) };
        let about = self.life_subject(&dataset);
        let kind = CaseKind::Reassessment;
        let before = kaishu_store::cases::of_subject(store, code.as_str(), kind).await?;
        if before.iter().any(|case| case.file.closed_at.is_none()) {
            // Another node was faster.
            return Ok(false);
        }
        let class = ("class".to_owned(), dataset.fields.open.class.to_string());
        let wanted = Wanted {
            caller: &Caller::visitor(),
            lang: Lang::Zh,
            act: Act {
                event: "begin".to_owned(),
                by: Actor::system(),
                facts: BTreeMap::from([class]),
                ..Act::default()
            },
            holds: &|_| Ok(()),
            // Two nodes that look at once begin one.
            idempotency_key: Some(format!("system/reassess-{code}-{}", before.len())),
        };
        let decided = self.decide(kind, &about, None, wanted)?;
        let transaction = store.begin().await?;
        let key = &self.inner.log_key;
        match kaishu_store::cases::open(&transaction, key, &about, &decided.happening()).await {
            Ok(_) => {}
            Err(StoreError::Conflict { .. }) => return Ok(false),
            Err(error) => return Err(Error::from(error)),
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// Says what an assessment found: keep, widen, narrow; or that there is nothing to assess. The class is
    /// changed by a revision, which is reviewed like any other.
    ///
    /// # Errors
    ///
    /// As any act on a case.
    pub async fn act_on_reassessment(
        &self,
        caller: &Caller,
        id: i64,
        (event, version, reason): (String, u32, String),
        lang: Lang,
    ) -> Result<()> {
        let case = self.visible_case(caller, id).await?;
        if case.file.kind != CaseKind::Reassessment {
            return Err(Error::not_found("case", id.to_string()));
        }
        if case.file.n_events != version {
            return Err(moved_on(lang));
        }
        let outcome = (event != "urge").then(|| ("outcome".to_owned(), event.clone()));
        let wanted = Wanted {
            caller,
            lang,
            act: Act { event, reason, facts: outcome.into_iter().collect(), ..Act::default() },
            holds: &|_| Ok(()),
            idempotency_key: None,
        };
        let decided = self.decide(CaseKind::Reassessment, &case.about, Some(&case), wanted)?;
        let transaction = self.inner.store.begin().await?;
        let key = &self.inner.log_key;
        kaishu_store::cases::add(&transaction, key, &case, &decided.happening()).await?;
        Ok(transaction.commit().await?)
    }

    /// The assessments of a dataset that a submitted revision answers: those that found another class, where
    /// the revision changes how the data is opened.
    pub(super) async fn answered_assessments(
        &self,
        code: &DatasetCode,
        document: &DraftDocument,
    ) -> Result<Vec<Case>> {
        let store = &self.inner.store;
        let Some(published) = datasets::find(store, code).await? else { return Ok(Vec::new()) };
        if !opens_otherwise(&published, document) {
            return Ok(Vec::new());
        }
        let kind = CaseKind::Reassessment;
        let cases = kaishu_store::cases::of_subject(store, code.as_str(), kind).await?;
        Ok(cases.into_iter().filter(|case| case.file.closed_at.is_none()).collect())
    }
}

/// Whether an entry opens data in another way than what is published: its terms, or the class of an item.
fn opens_otherwise(published: &DatasetView, document: &DraftDocument) -> bool {
    let classes = |items: &[kaishu_types::dataset::DataItemView]| -> BTreeMap<String, String> {
        items.iter().map(|item| (item.name.clone(), item.open_class.to_string())).collect()
    };
    published.fields.open != document.fields.open
        || classes(&published.items) != classes(&document.items)
}
