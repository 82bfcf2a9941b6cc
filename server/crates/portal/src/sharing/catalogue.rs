//! The share catalogue: what agencies may have of each other, open to the public or not (SRCH-05).

use kaishu_domain::sharing::{
    is_listed, is_taken_directly, items_to_ask_for, items_to_take, known_items,
};
use kaishu_store::shares;
use kaishu_types::dataset::{DataItemView, DatasetView, EntryFields};
use kaishu_types::organization::Named;
use kaishu_types::vocabulary::ShareClass;
use kaishu_types::{DatasetCode, FieldError, Lang, RuleRef};

use super::{RequestCard, SourceNote};
use crate::accounts::Caller;
use crate::{Error, Portal, Result};

/// Entries on a page.
const ROWS: usize = 20;
/// Words that are looked at.
const WORDS: usize = 8;

/// An entry in the share catalogue.
pub struct ShareCard {
    /// Its code.
    pub code: DatasetCode,
    /// Its title.
    pub title: String,
    /// What it holds.
    pub summary: String,
    /// 共享类型.
    pub class: ShareClass,
    /// Its provider.
    pub provider: Named,
    /// Whether it is of an agency of the reader.
    pub is_own: bool,
}

/// A page of the share catalogue.
pub struct ShareCatalogue {
    /// The entries.
    pub cards: Vec<ShareCard>,
    /// Where the next page begins.
    pub next: Option<i64>,
}

/// An entry as another agency may know it.
pub struct SharedEntry {
    /// Its code.
    pub code: DatasetCode,
    /// What its provider wrote.
    pub fields: EntryFields,
    /// The data items that may be shared.
    pub items: Vec<DataItemView>,
    /// Its provider.
    pub provider: Named,
    /// The version that serves now.
    pub version: u32,
    /// Whether it is of an agency of the reader.
    pub is_own: bool,
    /// Names of the data items that are taken without approval.
    pub to_take: Vec<String>,
    /// Names of the data items that are asked for.
    pub to_ask_for: Vec<String>,
    /// Whether something is taken without approval.
    pub takes_directly: bool,
    /// The agencies for which the reader may take and ask.
    pub agencies: Vec<Named>,
    /// The accounts of these agencies, by login, with their names.
    pub accounts: Vec<(String, String)>,
    /// What the agencies of the reader asked for; for the provider what everybody asked for.
    pub requests: Vec<RequestCard>,
    /// What is said of it where another provider's data differs (SHR-12).
    pub differs: Vec<SourceNote>,
    /// Whether the reader may say that it differs from another provider's.
    pub may_dispute: bool,
    /// Who decides, in this order.
    pub deciders: Vec<&'static str>,
    /// The rule of who decides.
    pub approvers: RuleRef,
    /// The day by which a request of today is answered.
    pub answered_by: Option<chrono::NaiveDate>,
}

impl Portal {
    /// Lists what may be shared and whose words hold all that was typed, the newest first, from a place on.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` and `Forbidden` for who is no agency; `Forbidden` with the rule where there is no sharing.
    pub async fn share_catalogue(
        &self,
        caller: &Caller,
        (typed, before): (&str, Option<i64>),
        lang: Lang,
    ) -> Result<ShareCatalogue> {
        self.permit_sharing(caller, lang)?;
        let words: Vec<String> = typed
            .split_whitespace()
            .take(WORDS)
            .map(|word| word.chars().take(50).collect())
            .collect();
        let (found, next) = shares::shareable(&self.inner.store, &words, before, ROWS).await?;
        let card = |entry: shares::Shareable| ShareCard {
            is_own: self.is_of(caller, &entry.organization.code),
            code: entry.code,
            class: entry.fields.share.class,
            title: entry.fields.title,
            summary: entry.fields.summary,
            provider: entry.organization,
        };
        Ok(ShareCatalogue { cards: found.into_iter().map(card).collect(), next })
    }

    /// Finds an entry that may be shared.
    ///
    /// # Errors
    ///
    /// As [`Self::share_catalogue`]; `NotFound` for what is not shared, whether or not there is such an entry.
    pub async fn shared_entry(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        lang: Lang,
    ) -> Result<SharedEntry> {
        self.permit_sharing(caller, lang)?;
        let dataset = self.find_shared(code).await?;
        let mut dataset = dataset.ok_or_else(|| Error::not_found("dataset", code.as_str()))?;
        // It may name data items that nobody else knows of.
        dataset.fields.record_key.clear();
        let is_own = self.is_of(caller, &dataset.organization.code);
        let (own, _) = self.reach(caller, kaishu_domain::permission::Action::SeeShares);
        let mut asked = shares::of_dataset(&self.inner.store, code, super::LISTED).await?;
        asked.retain(|it| is_own || own.contains(&it.organization));
        let codes = self.asks_for(caller);
        let mut accounts = Vec::new();
        for agency in &codes {
            let found = kaishu_store::accounts::of_organization(&self.inner.store, agency).await?;
            let active = found.into_iter().filter(|it| it.is_usable(self.now()));
            accounts.extend(active.map(|it| (it.login.to_string(), it.name)));
        }
        accounts.sort();
        accounts.dedup();
        let rules = &self.policy().rules.share_app;
        let days = rules.reply_wd.value.get();
        let deadline = self.inner.calendar.add_working_days(self.today(), days).ok();
        let (fields, items) = (&dataset.fields, &dataset.items);
        Ok(SharedEntry {
            code: dataset.code.clone(),
            to_take: items_to_take(fields, items).into_iter().collect(),
            to_ask_for: items_to_ask_for(fields, items).into_iter().collect(),
            takes_directly: is_taken_directly(fields, items),
            items: known_items(fields, items).cloned().collect(),
            provider: dataset.organization.clone(),
            version: dataset.version,
            is_own,
            agencies: codes.iter().map(|code| self.organization_named(code)).collect(),
            accounts,
            requests: self.request_cards(asked, lang).await?,
            differs: self.source_notes(caller, code).await?,
            may_dispute: self.permit_source_disputes(caller, lang).is_ok(),
            deciders: rules.approvers.value.iter().map(|party| party.label(lang)).collect(),
            approvers: rules.approvers.reference("share_app.approvers", lang),
            answered_by: deadline.map(|deadline| deadline.last_day),
            fields: dataset.fields,
        })
    }

    /// Finds an entry that may be shared, whole; none for any other.
    pub(super) async fn find_shared(&self, code: &DatasetCode) -> Result<Option<DatasetView>> {
        let found = kaishu_store::datasets::find(&self.inner.store, code).await?;
        Ok(found.filter(|it| is_listed(it.state, it.fields.share.class)))
    }

    /// What both sides of a request may know of its entry, as long as it may be shared.
    pub(super) async fn shared_fields(
        &self,
        code: &DatasetCode,
    ) -> Result<Option<(EntryFields, Vec<DataItemView>)>> {
        let found = self.find_shared(code).await?;
        Ok(found.map(|mut dataset| {
            // It may name data items that nobody else knows of.
            dataset.fields.record_key.clear();
            let items = known_items(&dataset.fields, &dataset.items).cloned().collect();
            (dataset.fields, items)
        }))
    }
}

/// The refusal of what is wrong with a request, field by field.
pub(super) fn faulty(faults: Vec<FieldError>) -> Result<()> {
    if faults.is_empty() { Ok(()) } else { Err(Error::InvalidInput(faults)) }
}
