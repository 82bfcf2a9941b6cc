//! Before a grant ends: its holder is reminded, and renews it by a new application or gives it back (APP-12).

use std::collections::BTreeMap;

use chrono::{Days, Months, NaiveDate};
use kaishu_domain::application::items_to_apply_for;
use kaishu_domain::cases::{Act, Actor};
use kaishu_store::StoreError;
use kaishu_store::cases::{self, Case};
use kaishu_store::grants::{self, Grant};
use kaishu_types::access::{ApplicationDocument, ApplicationType};
use kaishu_types::case::CaseKind;
use kaishu_types::dataset::DatasetView;
use kaishu_types::{ErrorCode, Lang};

use crate::accounts::Caller;
use crate::cases::Wanted;
use crate::{Error, Portal, Result};

/// Working days before the last one on which the holder is reminded (*proposed*).
const REMIND_WD: u32 = 10;
/// Calendar days that stand for them where no calendar reaches so far.
const REMIND_DAYS: u64 = 14;
/// Longest time that a renewal proposes, in months: what can be applied for at once.
const MAX_MONTHS: u32 = 36;
/// Grants that are looked at in a round; the others wait for the next.
const AT_ONCE: u64 = 1_000;

impl Portal {
    /// Reminds the holders of grants that end soon to renew them or to give them back: each once, however many nodes
    /// look. Returns how many were reminded.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn remind_of_ends(&self) -> Result<usize> {
        let days = (self.today(), self.ends_soon());
        let mut n_told = 0;
        for grant in grants::ending_untold(&self.inner.store, days, AT_ONCE).await? {
            match self.remind_of_end(&grant).await {
                Ok(is_told) => n_told += usize::from(is_told),
                // One grant that nobody can be told of must not hold up the others.
                Err(error) => tracing::error!(
                    grant = grant.case,
                    error = &error as &dyn std::error::Error,
                    "nobody could be told that a grant ends soon"
                ),
            }
        }
        Ok(n_told)
    }

    /// The last day of grants that end soon.
    fn ends_soon(&self) -> NaiveDate {
        let today = self.today();
        let soon = self.inner.calendar.add_working_days(today, REMIND_WD);
        let later = today.checked_add_days(Days::new(REMIND_DAYS)).unwrap_or(today);
        soon.map_or(later, |deadline| deadline.last_day)
    }

    /// Whether a grant is in force and ends soon.
    pub(super) fn is_ending(&self, grant: Option<&Grant>) -> bool {
        let soon = self.ends_soon();
        grant.is_some_and(|it| it.is_in_force(self.today()) && it.last_day <= soon)
    }

    async fn remind_of_end(&self, grant: &Grant) -> Result<bool> {
        let store = &self.inner.store;
        let Some(case) = cases::find(store, grant.case).await? else { return Ok(false) };
        let facts = BTreeMap::from([("last_day".to_owned(), grant.last_day.to_string())]);
        let act =
            Act { event: "remind_end".to_owned(), by: Actor::system(), facts, ..Act::default() };
        let wanted = Wanted {
            caller: &Caller::visitor(),
            lang: Lang::Zh,
            act,
            holds: &|_| Ok(()),
            idempotency_key: Some(format!("system/remind_end-{}-{}", grant.case, grant.last_day)),
        };
        let decided = match self.decide(CaseKind::Application, &case.about, Some(&case), wanted) {
            Ok(decided) => decided,
            // It ended meanwhile.
            Err(Error::Refused { code: ErrorCode::Conflict, .. }) => return Ok(false),
            Err(error) => return Err(error),
        };
        let transaction = store.begin().await?;
        match cases::add(&transaction, &self.inner.log_key, &case, &decided.happening()).await {
            Ok(_) => {}
            // Another node was faster, or somebody acted: the next round looks again.
            Err(StoreError::Conflict { .. }) => return Ok(false),
            Err(error) => return Err(Error::from(error)),
        }
        if !grants::end_told(&transaction, grant.case).await? {
            return Ok(false);
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// Begins an application that renews a grant, filled in from it, and returns its case: the one that is under way
    /// where there is one.
    ///
    /// # Errors
    ///
    /// `NotFound` where the grant is not the caller's; `Conflict` where it is not in force; else as beginning an
    /// application.
    pub async fn renew(&self, caller: &Caller, id: i64, lang: Lang) -> Result<i64> {
        let case = self.application_case(caller, id).await?;
        if case.file.submitter != caller.account() {
            return Err(Error::not_found("case", id.to_string()));
        }
        let store = &self.inner.store;
        let grant = grants::find(store, id).await?.filter(|_| case.file.state == "active");
        let Some(grant) = grant else {
            let message = lang.pick(
                "权限现在没有生效，不能续期；需要的，重新申请",
                "it is not in force and cannot be renewed; apply anew",
            );
            return Err(Error::refused(ErrorCode::Conflict, message));
        };
        if let Some(renewal) = self.renewal_of(&case).await?
            && !has_failed(&renewal)
        {
            return Ok(renewal.id);
        }
        let (account, dataset) = self.applicable(caller, &grant.dataset, lang).await?;
        self.check_room_for_application(account, lang).await?;
        let (_, before) = self.stored_application(id, false).await?;
        let document = self.renewed_from(&grant, before, &dataset);
        let facts = BTreeMap::from([("renews".to_owned(), id.to_string())]);
        let transaction = store.begin().await?;
        let new =
            self.open_application(caller, &transaction, (&dataset, &document, facts), lang).await?;
        let act = Act {
            event: "renew".to_owned(),
            facts: BTreeMap::from([("renewed_by".to_owned(), new.to_string())]),
            ..Act::default()
        };
        let wanted = Wanted { caller, lang, act, holds: &|_| Ok(()), idempotency_key: None };
        let decided = self.decide(CaseKind::Application, &case.about, Some(&case), wanted)?;
        cases::add(&transaction, &self.inner.log_key, &case, &decided.happening()).await?;
        transaction.commit().await?;
        Ok(new)
    }

    /// Finds the application by which a grant is to be renewed.
    async fn renewal_of(&self, case: &Case) -> Result<Option<Case>> {
        let renewal = case.file.facts.get("renewed_by").and_then(|id| id.parse().ok());
        match renewal {
            Some(id) => Ok(cases::find(&self.inner.store, id).await?),
            None => Ok(None),
        }
    }

    /// What a renewal proposes: the same for as long again, from the day after the last one.
    fn renewed_from(
        &self,
        grant: &Grant,
        before: ApplicationDocument,
        dataset: &DatasetView,
    ) -> ApplicationDocument {
        let today = self.today();
        let first_day = grant.last_day.succ_opt().unwrap_or(today).max(today);
        let span = grant.last_day.signed_duration_since(grant.first_day);
        let most = first_day.checked_add_months(Months::new(MAX_MONTHS)).unwrap_or(first_day);
        let offered = items_to_apply_for(&dataset.fields, &dataset.items);
        let materials = before.materials.iter().filter(|it| it.holds_on(today)).cloned().collect();
        ApplicationDocument {
            application_type: Some(ApplicationType::Renewal),
            items: grant.items.intersection(&offered).cloned().collect(),
            rows: grant.rows.clone(),
            mode: Some(grant.mode),
            first_day: Some(first_day),
            last_day: first_day.checked_add_signed(span).map(|day| day.min(most)),
            materials,
            renews: Some(grant.case),
            ..before
        }
    }
}

/// Whether an application ended without a grant, so that another one can be begun.
fn has_failed(case: &Case) -> bool {
    let is_granted = matches!(case.file.state.as_str(), "expired" | "closed" | "revoked");
    let is_refused = case.file.state == "refused";
    is_refused || (case.file.closed_at.is_some() && !is_granted)
}
