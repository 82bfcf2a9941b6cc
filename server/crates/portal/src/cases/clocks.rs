//! What clocks do by themselves: remind before the last day and on it, tell when it has passed (SUP-01, SUP-02).

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::NaiveDate;
use kaishu_domain::cases::{Act, Actor};
use kaishu_store::StoreError;
use kaishu_store::cases::{self, Case, DueClock, Recipients, Telling};
use kaishu_store::consultations;
use kaishu_store::datasets::{self, Overdue};
use kaishu_store::inspections;
use kaishu_types::Lang;
use kaishu_types::account::Role;

use super::{LogAct, Wanted};
use crate::accounts::Caller;
use crate::{Error, Portal, Result};

/// How often a node looks.
const PAUSE: Duration = Duration::from_secs(60);
/// Most clocks that are told of in a round; the others wait for the next.
const BATCH: u64 = 1_000;
/// Working days before the last one on which a reminder goes out (*proposed*, SUP-02).
const REMIND_WD: u32 = 1;

impl Portal {
    /// Looks after the clocks for as long as the process lives.
    pub async fn follow_clocks(self) {
        // Another calendar comes with another release, so it is looked at once.
        if let Err(error) = self.recount_clocks().await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the clocks of cases could not be counted anew"
            );
        }
        loop {
            if let Err(error) = self.look_at_clocks().await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the clocks of cases could not be looked at"
                );
            }
            if let Err(error) = self.warn_of_expiry().await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "nobody could be warned that the rules in force end"
                );
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Reminds of what is due by the next working day, says what is due today, and tells what is overdue: each once,
    /// however many nodes look. Returns how many were told of.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn look_at_clocks(&self) -> Result<usize> {
        let today = self.today();
        let soon = self.inner.calendar.add_working_days(today, REMIND_WD);
        let soon = soon.map_or(today, |deadline| deadline.last_day);
        let yesterday = today.pred_opt().unwrap_or(today);
        let store = &self.inner.store;
        let mut n_told = 0;
        let tellings = [(soon, Telling::Soon), (today, Telling::Today), (yesterday, Telling::Over)];
        for (until, telling) in tellings {
            for clock in cases::due_clocks(store, until, telling, BATCH).await? {
                match self.tell_of_clock(&clock, telling).await {
                    Ok(is_told) => n_told += usize::from(is_told),
                    // One case that cannot be told of must not hold up the others.
                    Err(error) => tracing::error!(
                        case = clock.case,
                        rule = clock.rule,
                        error = &error as &dyn std::error::Error,
                        "nobody could be told of a clock"
                    ),
                }
            }
        }
        n_told += self.tell_of_updates(tellings).await?;
        n_told += self.tell_of_inspections(tellings).await?;
        n_told += Box::pin(self.tell_of_orders(tellings, BATCH)).await?;
        for over in consultations::over_untold(store, today, BATCH).await? {
            match self.tell_of_consultation(&over).await {
                Ok(is_told) => n_told += usize::from(is_told),
                Err(error) => tracing::error!(
                    consultation = over.id,
                    error = &error as &dyn std::error::Error,
                    "nobody could be told that a consultation is over"
                ),
            }
        }
        n_told += self.end_what_is_over().await?;
        n_told += self.ask_for_reports().await?;
        n_told += self.remind_of_ends().await?;
        for code in self.unassessed(BATCH).await? {
            match self.begin_reassessment(&code).await {
                Ok(is_begun) => n_told += usize::from(is_begun),
                Err(error) => tracing::error!(
                    dataset = %code,
                    error = &error as &dyn std::error::Error,
                    "nobody could be told to assess a class"
                ),
            }
        }
        Ok(n_told)
    }

    /// Counts the clocks that run anew by the calendar of this start, and by when data is renewed; what was ended,
    /// and a missed cycle that was told, stays as it was (SUP-01). Returns how many cases and datasets have another
    /// last day now.
    ///
    /// # Errors
    ///
    /// Fails where the store does, or the calendar does not reach far enough.
    pub async fn recount_clocks(&self) -> Result<usize> {
        let store = &self.inner.store;
        let (mut after, mut n_counted) = (0, 0);
        loop {
            let cases = cases::with_clocks(store, after, BATCH).await?;
            let Some(last) = cases.last() else { break };
            after = last.id;
            for case in &cases {
                n_counted += usize::from(self.recount_case(case).await?);
            }
        }
        let mut after = 0;
        while let Some((last, n_moved)) = datasets::recount_due(store, after, BATCH).await? {
            after = last;
            n_counted += n_moved;
            if n_moved > 0 {
                self.wake_index();
            }
        }
        Ok(n_counted)
    }

    async fn recount_case(&self, case: &Case) -> Result<bool> {
        let wanted = Wanted {
            caller: &Caller::visitor(),
            lang: Lang::Zh,
            act: Act { event: "recount".to_owned(), by: Actor::system(), ..Act::default() },
            holds: &|_| Ok(()),
            idempotency_key: None,
        };
        let decided = self.decide(case.file.kind, &case.about, Some(case), wanted)?;
        if decided.event.body.clocks.is_empty() {
            return Ok(false);
        }
        let transaction = self.inner.store.begin().await?;
        let key = &self.inner.log_key;
        match cases::add(&transaction, key, case, &decided.happening()).await {
            Ok(_) => {}
            // Another node was faster, or somebody acted: what happens next counts by the same calendar.
            Err(StoreError::Conflict { .. }) => return Ok(false),
            Err(error) => return Err(Error::from(error)),
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// Reminds providers of data that is due soon and today, and tells what is overdue. Returns how many were told of.
    async fn tell_of_updates(&self, tellings: [(NaiveDate, Telling); 3]) -> Result<usize> {
        let today = self.today();
        let mut n_told = 0;
        for (until, telling) in tellings {
            let found = datasets::due_untold(&self.inner.store, (today, until), telling, BATCH);
            for overdue in found.await? {
                // What is due today is no longer due soon.
                if telling == Telling::Soon && overdue.due == today {
                    continue;
                }
                match self.tell_of_update(&overdue, telling).await {
                    Ok(is_told) => n_told += usize::from(is_told),
                    Err(error) => tracing::error!(
                        dataset = %overdue.code,
                        error = &error as &dyn std::error::Error,
                        "nobody could be told that data is to be renewed"
                    ),
                }
            }
        }
        Ok(n_told)
    }

    /// Reminds providers of what inspections found and is to be mended soon and today, and tells what was not mended
    /// in time. Returns how many were told of.
    async fn tell_of_inspections(&self, tellings: [(NaiveDate, Telling); 3]) -> Result<usize> {
        let today = self.today();
        let mut n_told = 0;
        for (until, telling) in tellings {
            let found = inspections::due_untold(&self.inner.store, (today, until), telling, BATCH);
            for inspection in found.await? {
                match self.tell_of_inspection(&inspection, telling).await {
                    Ok(is_told) => n_told += usize::from(is_told),
                    Err(error) => tracing::error!(
                        inspection = inspection.id,
                        error = &error as &dyn std::error::Error,
                        "nobody could be told that a fault is to be mended"
                    ),
                }
            }
        }
        Ok(n_told)
    }

    /// Tells the provider that data is to be renewed, and, where that was not done in time, the authority, too (PUB-04),
    /// unless another node has. Returns whether this one did.
    async fn tell_of_update(&self, overdue: &Overdue, telling: Telling) -> Result<bool> {
        let transaction = self.inner.store.begin_catalogue().await?;
        if !datasets::mark_told(&transaction, overdue, telling).await? {
            return Ok(false);
        }
        let event = match telling {
            Telling::Soon => "update_soon",
            Telling::Today => "update_due",
            Telling::Over => "update_overdue",
        };
        let facts = BTreeMap::from([
            ("title".to_owned(), overdue.title.clone()),
            ("due".to_owned(), overdue.due.to_string()),
        ]);
        let (kind, subject, by) = ("dataset", overdue.code.as_str(), Actor::system());
        let act = LogAct { kind, subject, event, by, reason: "", facts };
        let (seq, event) = self.log_event(&transaction, act).await?;
        let directory = self.directory();
        let above = directory.region_and_above(&overdue.region);
        let regions = above.iter().map(|region| region.named.code.clone()).collect();
        let people = vec![Role::Officer, Role::Head];
        let mut tells = vec![Recipients::OfOrganization(people, overdue.organization.clone())];
        if telling == Telling::Over {
            let authorities = vec![Role::Authority, Role::CountyAuthority];
            tells.push(Recipients::OfRegions(authorities, regions));
        }
        cases::tell(&transaction, seq, None, &event, &tells).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Writes the event, unless another node has. Returns whether this one did.
    async fn tell_of_clock(&self, clock: &DueClock, telling: Telling) -> Result<bool> {
        let store = &self.inner.store;
        let Some(case) = cases::find(store, clock.case).await? else { return Ok(false) };
        let event = match telling {
            Telling::Soon => "remind",
            Telling::Today => "due_today",
            Telling::Over => "overdue",
        };
        // With more time than before it is another day, which is told of once more.
        let DueClock { rule, day_zero, last_day, .. } = clock;
        let key = format!("system/{event}-{}-{rule}-{day_zero}-{last_day}", clock.case);
        let facts = BTreeMap::from([
            ("clock".to_owned(), clock.rule.clone()),
            ("last_day".to_owned(), clock.last_day.to_string()),
        ]);
        let wanted = Wanted {
            caller: &Caller::visitor(),
            lang: Lang::Zh,
            act: Act { event: event.to_owned(), by: Actor::system(), facts, ..Act::default() },
            holds: &|_| Ok(()),
            idempotency_key: Some(key),
        };
        let decided = self.decide(case.file.kind, &case.about, Some(&case), wanted)?;
        let transaction = store.begin().await?;
        let key = &self.inner.log_key;
        match cases::add(&transaction, key, &case, &decided.happening()).await {
            Ok(_) => {}
            // Something happened to the case meanwhile: the next round looks again.
            Err(StoreError::Conflict { .. }) => return Ok(false),
            Err(error) => return Err(Error::from(error)),
        }
        // After the case, as every decision does: in another order two of them would wait for each other.
        if !cases::mark_clock(&transaction, clock, telling).await? {
            return Ok(false);
        }
        transaction.commit().await?;
        Ok(true)
    }
}
