//! Technical refusals under a grant: what reaches beyond its items, its time or its way of delivery is refused anyway;
//! repeated within an hour it is told to people, who decide what to do (USE-07; yulin 30¶2). Nothing is closed here.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_domain::cases::Actor;
use kaishu_store::cases::{self, Recipients};
use kaishu_store::grants::{self, Grant};
use kaishu_types::DatasetCode;
use kaishu_types::access::DeliveryMode;
use kaishu_types::account::Role;

use crate::accounts::{Caller, Came};
use crate::cases::LogAct;
use crate::{Portal, Result};

/// Refusals within an hour that are told of (*proposed*, USE-07).
const TOLD_AT: usize = 5;
/// The time in which they are counted.
const WINDOW: TimeDelta = TimeDelta::hours(1);
/// The time in which nobody is told of the same grant again.
const PAUSE: TimeDelta = TimeDelta::hours(24);
/// Most grants that are remembered; what was refused the longest ago is forgotten first.
const MAX_REMEMBERED: usize = 10_000;

/// Why something is refused under a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beyond {
    /// It is a data item that was not granted.
    Items,
    /// The grant is not in force.
    Period,
    /// It is delivered in another way.
    Mode,
}

impl Beyond {
    fn as_str(self) -> &'static str {
        match self {
            Self::Items => "items",
            Self::Period => "period",
            Self::Mode => "mode",
        }
    }
}

/// The refusals of the last hour, by grant: each node counts what it refused itself.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    grants: Mutex<BTreeMap<i64, Counted>>,
    /// Whoever tells people: one at a time, so that nobody is told twice.
    telling: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Counted {
    at: Vec<DateTime<Utc>>,
    told_at: Option<DateTime<Utc>>,
}

impl Refusals {
    /// Counts one; returns whether it is time to tell somebody.
    fn count(&self, grant: i64, now: DateTime<Utc>) -> bool {
        let mut grants = self.grants.lock().unwrap_or_else(PoisonError::into_inner);
        if grants.len() >= MAX_REMEMBERED && !grants.contains_key(&grant) {
            let last = |counted: &Counted| counted.at.last().copied().max(counted.told_at);
            let oldest = grants.iter().min_by_key(|(_, it)| last(it)).map(|(grant, _)| *grant);
            if let Some(oldest) = oldest {
                grants.remove(&oldest);
            }
        }
        let counted = grants.entry(grant).or_default();
        counted.at.retain(|at| now.signed_duration_since(*at) < WINDOW);
        if counted.is_told(now) {
            return false;
        }
        counted.at.push(now);
        // More than that says nothing new while nobody can be told.
        let n_more = counted.at.len().saturating_sub(TOLD_AT);
        counted.at.drain(..n_more);
        counted.is_due(now)
    }

    /// Whether somebody is to be told, and was not since it was counted.
    fn is_due(&self, grant: i64, now: DateTime<Utc>) -> bool {
        let grants = self.grants.lock().unwrap_or_else(PoisonError::into_inner);
        grants.get(&grant).is_some_and(|counted| counted.is_due(now))
    }

    /// Says that people were told.
    fn told(&self, grant: i64, now: DateTime<Utc>) {
        let mut grants = self.grants.lock().unwrap_or_else(PoisonError::into_inner);
        grants.insert(grant, Counted { at: Vec::new(), told_at: Some(now) });
    }
}

impl Counted {
    fn is_told(&self, now: DateTime<Utc>) -> bool {
        self.told_at.is_some_and(|at| now.signed_duration_since(at) < PAUSE)
    }

    fn is_due(&self, now: DateTime<Utc>) -> bool {
        self.at.len() >= TOLD_AT && !self.is_told(now)
    }
}

impl Portal {
    /// Counts what was refused to somebody who holds a grant, or held one: a column by its name, or a table as a
    /// whole. What stands in the way of telling people is logged; the refusal itself is made elsewhere.
    pub(crate) async fn note_refusal(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        column: Option<&str>,
    ) {
        if let Err(error) = self.note_refused(caller, code, column).await {
            tracing::error!(
                dataset = %code,
                error = &error as &dyn std::error::Error,
                "a refusal under a grant could not be counted"
            );
        }
    }

    async fn note_refused(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        column: Option<&str>,
    ) -> Result<()> {
        let Some(account) = caller.account() else { return Ok(()) };
        let store = &self.inner.store;
        let mut held = grants::held(store, account, code).await?;
        held.retain(|grant| caller.key_of().is_none_or(|case| case == grant.case));
        let today = self.today();
        // What is in force says best what was asked for too much; else what was held last.
        let in_force = held.iter().find(|grant| grant.is_in_force(today));
        let Some(grant) = in_force.or(held.first()) else { return Ok(()) };
        let is_by_program = matches!(caller.came(), Some(Came::Token(..)));
        let is_way = match grant.mode {
            DeliveryMode::Download => true,
            DeliveryMode::Api => is_by_program,
            DeliveryMode::QueryVerify => false,
        };
        let beyond = match column {
            _ if !grant.is_in_force(today) => Beyond::Period,
            _ if !is_way => Beyond::Mode,
            Some(column) if !grant.items.contains(column) => Beyond::Items,
            _ => return Ok(()),
        };
        if let Some(column) = column {
            // A name that is no data item at all was mistyped.
            let dataset = kaishu_store::datasets::find(store, code).await?;
            let is_item = dataset.is_some_and(|it| it.items.iter().any(|it| it.name == column));
            if !is_item {
                return Ok(());
            }
        }
        let (refusals, now) = (&self.inner.refusals, self.instant());
        if !refusals.count(grant.case, now) {
            return Ok(());
        }
        let _turn = refusals.telling.lock().await;
        if refusals.is_due(grant.case, now) {
            self.tell_of_refusals(grant, beyond).await?;
            // Where it failed, or whoever asked went away meanwhile, the next refusal tells of it.
            refusals.told(grant.case, now);
        }
        Ok(())
    }

    /// Tells the provider and the authority that somebody asks again and again for what was not granted.
    async fn tell_of_refusals(&self, grant: &Grant, beyond: Beyond) -> Result<()> {
        let found = cases::find(&self.inner.store, grant.case).await?;
        let Some(application) = found else { return Ok(()) };
        let facts = BTreeMap::from([
            ("title".to_owned(), application.about.title.clone()),
            ("application".to_owned(), application.id.to_string()),
            ("beyond".to_owned(), beyond.as_str().to_owned()),
            ("n".to_owned(), TOLD_AT.to_string()),
        ]);
        let subject = grant.dataset.as_str();
        let (event, by) = ("refused_repeatedly", Actor::system());
        let act = LogAct { kind: "dataset", subject, event, by, reason: "", facts };
        let transaction = self.inner.store.begin().await?;
        let (seq, event) = self.log_event(&transaction, act).await?;
        let about = self.subject_of(&application.about, false);
        let regions = about.regions.iter().map(ToString::to_string).collect();
        let mut tells =
            vec![Recipients::OfRegions(vec![Role::Authority, Role::CountyAuthority], regions)];
        if let Some(organization) = application.about.organization {
            let people = vec![Role::Officer, Role::Head];
            tells.push(Recipients::OfOrganization(people, organization));
        }
        cases::tell(&transaction, seq, None, &event, &tells).await?;
        Ok(transaction.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Part of USE-07: five within an hour are told of, once a day; four are not, nor five over more than an hour.
    #[test]
    fn refusals_are_told_of_when_they_repeat_within_an_hour() {
        let refusals = Refusals::default();
        let count = |grant, minutes| {
            let now = DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
            let is_due = refusals.count(grant, now);
            if is_due {
                refusals.told(grant, now);
            }
            is_due
        };
        assert!((0..4).all(|minute| !count(1, minute)));
        assert!(!count(2, 4), "another grant");
        assert!(count(1, 5));
        assert!((6..60).all(|minute| !count(1, minute)), "nobody is told again on the same day");
        assert!((0..10).all(|n| !count(3, n * 20)), "three an hour");
        let next_day = 24 * 60 + 5;
        assert!((0..4).all(|minute| !count(1, next_day + minute)));
        assert!(count(1, next_day + 4));
    }

    // Part of USE-07: only what was told is told; whoever comes second finds it done.
    #[test]
    fn what_could_not_be_told_is_told_with_the_next_refusal() {
        let refusals = Refusals::default();
        let at = |minutes| DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        assert!((0..4).all(|minute| !refusals.count(1, at(minute))));
        assert!(refusals.count(1, at(4)), "and it fails");
        assert!(refusals.count(1, at(5)) && refusals.is_due(1, at(5)));
        refusals.told(1, at(5));
        assert!(!refusals.is_due(1, at(5)) && !refusals.count(1, at(6)));
    }
}
