//! The public register of grants: how many go on, ended and were revoked, of what, by whom, for what and since when
//! (APP-07; anshan 27, aba 28). Nobody who holds one is named, and none can be made out: each is counted in one row at
//! most, no row has fewer than three, and of what stands in it one and two are not told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{Datelike, NaiveDate};
use kaishu_store::grants::{self, ToCount};
use kaishu_types::access::{ApplicationDocument, UsePurpose};
use kaishu_types::organization::Named;
use kaishu_types::stats::{GrantCount, GrantCounts};
use tokio::sync::Mutex;

use super::experience::FEWEST;
use crate::{Error, Portal, Result};

/// Grants change without the catalogue; the counts are this old at most.
const MAX_AGE: Duration = Duration::from_secs(60);
/// Grants that are read together.
const BATCH: u64 = 500;
/// The state of what was revoked.
const REVOKED: &str = "revoked";

/// The counts and when they were made.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<Option<Kept>>);

#[derive(Debug)]
struct Kept {
    revision: u64,
    today: NaiveDate,
    at: Instant,
    counts: Arc<GrantCounts>,
}

/// What grants are counted together by; none stands for several.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    organization: Option<String>,
    dataset: Option<String>,
    purpose: Option<UsePurpose>,
    year: Option<i32>,
}

impl Key {
    /// The same with more counted together: years first, then purposes, datasets and providers; none where all are.
    fn wider(&self) -> Option<Self> {
        let mut wider = self.clone();
        if wider.year.take().is_some()
            || wider.purpose.take().is_some()
            || wider.dataset.take().is_some()
            || wider.organization.take().is_some()
        {
            return Some(wider);
        }
        None
    }
}

/// What became of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Became {
    GoesOn,
    Ended,
    Revoked,
}

/// Grants of a key: how many go on, ended and were revoked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    n_going_on: usize,
    n_ended: usize,
    n_revoked: usize,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.n_going_on += other.n_going_on;
        self.n_ended += other.n_ended;
        self.n_revoked += other.n_revoked;
    }

    fn of(became: Became) -> Self {
        let one = |it: Became| usize::from(it == became);
        let (n_going_on, n_ended) = (one(Became::GoesOn), one(Became::Ended));
        Self { n_going_on, n_ended, n_revoked: one(Became::Revoked) }
    }

    fn n(self) -> usize {
        self.n_going_on + self.n_ended + self.n_revoked
    }
}

impl Portal {
    /// Counts the grants of data that has a public page, each in one row at most. What is too few for a row of its own is
    /// counted with others like it, and left out where those are too few as well. The counts are a minute old at most.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn grant_counts(&self) -> Result<Arc<GrantCounts>> {
        let mut kept = self.inner.grant_counts.0.lock().await;
        let (revision, today) = (self.revision(), self.today());
        if let Some(kept) = &*kept
            && (kept.revision, kept.today) == (revision, today)
            && kept.at.elapsed() < MAX_AGE
        {
            return Ok(Arc::clone(&kept.counts));
        }
        let counts = Arc::new(self.count_grants(today).await?);
        *kept = Some(Kept { revision, today, at: Instant::now(), counts: Arc::clone(&counts) });
        Ok(counts)
    }

    async fn count_grants(&self, today: NaiveDate) -> Result<GrantCounts> {
        let store = &self.inner.store;
        let (mut tallies, mut after) = (BTreeMap::new(), Some(0));
        while let Some(from) = after {
            let (found, next) = grants::to_count(store, from, BATCH).await?;
            for grant in &found {
                let tally: &mut Tally = tallies.entry(key_of(grant)?).or_default();
                tally.add(Tally::of(became(grant, today)));
            }
            after = next;
        }
        let codes: BTreeSet<String> =
            tallies.keys().filter_map(|key: &Key| key.dataset.clone()).collect();
        let codes: Vec<String> = codes.into_iter().collect();
        // What is not public is not there, whoever was granted it while it was (SRCH-04).
        let titles = kaishu_store::datasets::titles_among(store, self.listed(), &codes).await?;
        let is_listed = |key: &Key| key.dataset.as_ref().is_some_and(|it| titles.contains_key(it));
        tallies.retain(|key, _| is_listed(key));
        let row = |(key, tally): (Key, Tally)| GrantCount {
            dataset: key.dataset.map(|code| {
                let name = titles.get(&code).unwrap_or(&code).clone();
                Named { code, name, name_en: None }
            }),
            organization: key.organization.map(|code| self.organization_named(&code)),
            purpose: key.purpose,
            year: key.year,
            n_going_on: told(tally.n_going_on),
            n_ended: told(tally.n_ended),
            n_revoked: told(tally.n_revoked),
        };
        let mut rows: Vec<(Key, Tally)> = together(tallies).into_iter().collect();
        // What is counted with others stands behind what stands for itself.
        rows.sort_by_cached_key(|(key, _)| {
            let Key { organization, dataset, purpose, year } = key.clone();
            let several = (organization.is_none(), dataset.is_none());
            let others = (purpose.is_none(), purpose, year.is_none(), year);
            (several.0, organization, several.1, dataset, others)
        });
        Ok(GrantCounts { items: rows.into_iter().map(row).collect() })
    }
}

fn key_of(grant: &ToCount) -> Result<Key> {
    let document: ApplicationDocument = serde_json::from_str(&grant.submitted)
        .map_err(|error| Error::Internal(format!("application {}: {error}", grant.case)))?;
    Ok(Key {
        organization: Some(grant.organization.clone()),
        dataset: Some(grant.dataset.clone()),
        purpose: Some(document.purpose.unwrap_or(UsePurpose::Other)),
        year: Some(grant.first_day.year()),
    })
}

fn became(grant: &ToCount, today: NaiveDate) -> Became {
    match grant.is_over || grant.last_day < today {
        _ if grant.state == REVOKED => Became::Revoked,
        true => Became::Ended,
        false => Became::GoesOn,
    }
}

/// Counts what is too few with what is like it, from the closest likeness to none: each grant stays in one row.
fn together(tallies: BTreeMap<Key, Tally>) -> BTreeMap<Key, Tally> {
    let (mut rows, mut few) = (BTreeMap::new(), tallies);
    while !few.is_empty() {
        let mut wider: BTreeMap<Key, Tally> = BTreeMap::new();
        for (key, tally) in few {
            if tally.n() >= FEWEST {
                rows.insert(key, tally);
            } else if let Some(key) = key.wider() {
                wider.entry(key).or_default().add(tally);
            }
        }
        few = wider;
    }
    rows
}

/// A count as it is told: of one or two nothing is.
fn told(n: usize) -> Option<u64> {
    (n == 0 || n >= FEWEST).then_some(n as u64)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]
    use super::*;

    fn key(dataset: &str, purpose: UsePurpose, year: i32) -> Key {
        Key {
            organization: Some("A".to_owned()),
            dataset: Some(dataset.to_owned()),
            purpose: Some(purpose),
            year: Some(year),
        }
    }

    fn tally(n_going_on: usize, n_ended: usize, n_revoked: usize) -> Tally {
        Tally { n_going_on, n_ended, n_revoked }
    }

    #[test]
    fn each_grant_is_in_one_row_and_none_is_alone() {
        let all = BTreeMap::from([
            (key("D-1", UsePurpose::Research, 2026), tally(3, 0, 0)),
            (key("D-1", UsePurpose::Research, 2027), tally(1, 1, 0)),
            (key("D-1", UsePurpose::Product, 2026), tally(1, 0, 0)),
            (key("D-2", UsePurpose::Research, 2026), tally(0, 0, 2)),
        ]);
        let rows = together(all.clone());
        let of_dataset =
            Key { purpose: None, year: None, ..key("D-1", UsePurpose::Research, 2026) };
        // Of the two in 2027 and the product together; what is left of D-2 is too few in any company.
        let expected = BTreeMap::from([
            (key("D-1", UsePurpose::Research, 2026), tally(3, 0, 0)),
            (of_dataset, tally(2, 1, 0)),
        ]);
        assert_eq!(rows, expected);
        // One more somewhere is told with the others of the provider.
        let mut more = all;
        more.insert(key("D-3", UsePurpose::Other, 2025), tally(1, 0, 0));
        let of_provider = Key { organization: Some("A".to_owned()), ..Key::default() };
        assert_eq!(together(more).get(&of_provider), Some(&tally(1, 0, 2)));
    }

    #[test]
    fn what_was_revoked_is_not_what_ran_out() {
        let [first_day, last_day]: [NaiveDate; 2] =
            ["2026-01-01", "2026-12-31"].map(|day| day.parse().unwrap());
        let grant = |state: &str, is_over: bool| ToCount {
            case: 1,
            dataset: "D-1".to_owned(),
            organization: "A".to_owned(),
            state: state.to_owned(),
            first_day,
            last_day,
            is_over,
            submitted: "{}".to_owned(),
        };
        let next_day = last_day.succ_opt().unwrap();
        assert_eq!(became(&grant("active", false), last_day), Became::GoesOn);
        assert_eq!(became(&grant("suspended", false), last_day), Became::GoesOn);
        assert_eq!(became(&grant("active", false), next_day), Became::Ended);
        assert_eq!(became(&grant("closed", true), first_day), Became::Ended);
        assert_eq!(became(&grant("revoked", true), next_day), Became::Revoked);
    }

    #[test]
    fn one_and_two_are_not_told() {
        assert_eq!([0, 1, 2, 3].map(told), [Some(0), None, None, Some(3)]);
    }
}
