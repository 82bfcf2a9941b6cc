//! What ends by itself: by its last day, or because nobody did what was to be done.

use std::collections::BTreeMap;

use kaishu_domain::cases::{Act, Actor};
use kaishu_store::StoreError;
use kaishu_store::cases;
use kaishu_store::grants::{self, Becomes};
use kaishu_types::{ErrorCode, Lang};

use crate::accounts::Caller;
use crate::cases::Wanted;
use crate::{Error, Portal, Result};

/// Cases that are ended in a round; the others wait for the next.
const ENDED_AT_ONCE: u64 = 1_000;

impl Portal {
    /// Ends what is over by its day (APP-12), and what nobody completed or signed in time (APP-08, AGR-06). Returns
    /// how many cases ended.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn end_what_is_over(&self) -> Result<usize> {
        let store = &self.inner.store;
        let mut over: Vec<(i64, &str)> = Vec::new();
        let expired = grants::over(store, self.today(), ENDED_AT_ONCE).await?;
        over.extend(expired.into_iter().map(|id| (id, "expire")));
        for (rule, event) in [
            ("open_app.complete_wd", "give_up"),
            ("agreement.offer_wd", "let_lapse"),
            ("appeal.filing_wd", "let_stand"),
        ] {
            let late = cases::overdue_by(store, rule, self.today(), ENDED_AT_ONCE).await?;
            over.extend(late.into_iter().map(|id| (id, event)));
        }
        let mut n_ended = 0;
        for (id, event) in over {
            match self.end_by_itself(id, event).await {
                Ok(is_ended) => n_ended += usize::from(is_ended),
                // One case that cannot be ended must not hold up the others.
                Err(error) => tracing::error!(
                    case = id,
                    event,
                    error = &error as &dyn std::error::Error,
                    "an application could not be ended"
                ),
            }
        }
        Ok(n_ended)
    }

    async fn end_by_itself(&self, id: i64, event: &str) -> Result<bool> {
        let store = &self.inner.store;
        let Some(case) = kaishu_store::cases::find(store, id).await? else { return Ok(false) };
        let facts = BTreeMap::new();
        let act = Act { event: event.to_owned(), by: Actor::system(), facts, ..Act::default() };
        let key = Some(format!("system/{event}-{id}"));
        let caller = &Caller::visitor();
        let wanted =
            Wanted { caller, lang: Lang::Zh, act, holds: &|_| Ok(()), idempotency_key: key };
        let decided = match self.decide(case.file.kind, &case.about, Some(&case), wanted) {
            Ok(decided) => decided,
            // Somebody acted meanwhile.
            Err(Error::Refused { code: ErrorCode::Conflict, .. }) => return Ok(false),
            Err(error) => return Err(error),
        };
        let transaction = store.begin().await?;
        let (log_key, now) = (&self.inner.log_key, self.instant());
        match cases::add(&transaction, log_key, &case, &decided.happening()).await {
            Ok(_) => {}
            // Another node was faster.
            Err(StoreError::Conflict { .. }) => return Ok(false),
            Err(error) => return Err(Error::from(error)),
        }
        grants::set(&transaction, id, Becomes::Over, now).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
