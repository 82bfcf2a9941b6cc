//! The values of a column with their counts: all of them while they are few, the frequent ones after.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use datasketches::hll::{HllSketch, HllType};
use rustc_hash::FxBuildHasher;

/// So many different values are counted.
const MOST: usize = 8192;
/// So many bytes of them are kept of one column, and of all columns of a table.
const MOST_BYTES: usize = 1 << 20;
const MOST_BYTES_OF_ALL: usize = 64 << 20;

/// How many bytes of values are kept of each of so many columns.
pub(crate) fn bytes_of_each(n_columns: usize) -> usize {
    (MOST_BYTES_OF_ALL / n_columns.max(1)).min(MOST_BYTES)
}

/// A value that was seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) count: u64,
    /// The row where it was seen first.
    pub(crate) row: u64,
}

/// Counts different values.
pub(crate) struct Frequent {
    seen: HashMap<Box<str>, Seen, FxBuildHasher>,
    n_bytes: usize,
    most_bytes: usize,
    n_values: u64,
    /// Estimates how many there are, from when they are too many to keep.
    estimate: Option<HllSketch>,
    is_kept: bool,
}

impl Frequent {
    pub(crate) fn new(most_bytes: usize) -> Self {
        Self {
            seen: HashMap::default(),
            n_bytes: 0,
            most_bytes,
            n_values: 0,
            estimate: None,
            is_kept: true,
        }
    }

    /// Whether every value is counted.
    pub(crate) fn is_exact(&self) -> bool {
        self.estimate.is_none()
    }

    /// Whether the next value may be too many.
    pub(crate) fn is_full(&self) -> bool {
        self.seen.len() >= MOST || self.n_bytes >= self.most_bytes
    }

    /// Counts a value.
    pub(crate) fn add(&mut self, value: &str, row: u64) {
        self.n_values += 1;
        if let Some(estimate) = &mut self.estimate {
            estimate.update(value);
            if !self.is_kept {
                return;
            }
        }
        if let Some(seen) = self.seen.get_mut(value) {
            seen.count += 1;
            return;
        }
        if self.is_full() {
            self.forget_rare();
        }
        if let Entry::Vacant(place) = self.seen.entry(value.into()) {
            place.insert(Seen { count: 1, row });
            self.n_bytes += value.len();
        }
    }

    /// Goes over to an estimate, when there are too many values to keep.
    pub(crate) fn give_up_exactness(&mut self) {
        let Ok(mut estimate) = HllSketch::new(13, HllType::Hll8) else { return };
        for value in self.seen.keys() {
            estimate.update(value.as_ref());
        }
        self.estimate = Some(estimate);
        // Where nearly all values differ, none is frequent, and keeping them costs more than all else.
        self.is_kept = (self.seen.len() as u64) * 4 < self.n_values * 3;
        if !self.is_kept {
            self.seen = HashMap::default();
        }
    }

    /// Takes as much from every count as leaves half of the values (Misra and Gries).
    fn forget_rare(&mut self) {
        let mut counts: Vec<u64> = self.seen.values().map(|seen| seen.count).collect();
        let middle = counts.len() / 2;
        let (_, median, _) = counts.select_nth_unstable(middle);
        let median = *median;
        self.seen.retain(|_, seen| {
            seen.count = seen.count.saturating_sub(median);
            seen.count > 0
        });
        self.n_bytes = self.seen.keys().map(|value| value.len()).sum();
    }

    /// How many values were counted.
    pub(crate) fn n_added(&self) -> u64 {
        self.n_values
    }

    /// How many different values there are.
    pub(crate) fn n_distinct(&self) -> u64 {
        match &self.estimate {
            None => self.seen.len() as u64,
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
            Some(estimate) => (estimate.estimate().round() as u64).min(self.n_values),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Seen)> {
        self.seen.iter().map(|(value, seen)| (value.as_ref(), *seen))
    }

    /// The most frequent values; a value that is there once is not frequent, unless all are shown.
    pub(crate) fn top(&self, n: usize) -> Vec<(&str, u64)> {
        let mut values: Vec<(&str, Seen)> = self.iter().collect();
        values.sort_unstable_by_key(|(value, seen)| {
            (std::cmp::Reverse(seen.count), seen.row, *value)
        });
        let shows_all = self.is_exact() && values.len() <= n;
        values
            .into_iter()
            .filter(|(_, seen)| shows_all || seen.count > 1)
            .take(n)
            .map(|(value, seen)| (value, seen.count))
            .collect()
    }
}
