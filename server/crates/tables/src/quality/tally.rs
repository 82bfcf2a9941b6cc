//! Counting what holds and what does not.

use kaishu_domain::quality::{Fault, FaultyRow, Measure, Rule};

use crate::profile::cut;

/// So many rows are told.
const TOLD: usize = 20;
/// A value is cut to so many characters.
const SHOWN: usize = 60;

/// Counts what was checked by one rule, and keeps the first rows that it does not hold for.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) n_checked: u64,
    n_failed: u64,
    rows: Vec<FaultyRow>,
}

impl Tally {
    /// Counts one that was checked. `value` gives what is repeated in a report, if anything may be.
    pub(crate) fn add(
        &mut self,
        row: u64,
        checked: Result<(), Fault>,
        value: impl FnOnce() -> Option<String>,
    ) {
        self.n_checked += 1;
        let Err(fault) = checked else { return };
        self.n_failed += 1;
        if self.rows.len() < TOLD {
            let value = value().map(|value| cut(&value, SHOWN));
            self.rows.push(FaultyRow { row, fault, value });
        }
    }

    /// How many of those that were checked it does not hold for.
    pub(crate) fn n_failed(&self) -> u64 {
        self.n_failed
    }

    /// The measure, where anything was checked.
    pub(crate) fn finish(self, rule: Rule, columns: &[&str]) -> Option<Measure> {
        let Self { n_checked, n_failed, rows } = self;
        let columns = columns.iter().map(|name| (*name).to_owned()).collect();
        (n_checked > 0).then_some(Measure {
            rule,
            columns,
            n_checked,
            n_failed,
            rows,
            is_partial: false,
        })
    }
}
