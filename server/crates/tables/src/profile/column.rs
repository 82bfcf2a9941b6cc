//! One column, value by value.

use kaishu_domain::quality::Meaning;
use kaishu_types::table::{Bin, ColumnProfile, Lengths, NumberFacts, ValueCount};
use kaishu_types::vocabulary::ItemType;

use super::frequent::Frequent;
use super::numbers::{Numbers, exact_quantiles, round_splits};
use super::sensitive::{Finding, Looking};
use super::types::{Proposal, TypeFinder, cut};
use super::written::Written;
use crate::quality::Meanings;
use crate::value;

/// So many frequent values are told.
const TOP: usize = 20;
const BINS: usize = 20;
/// A value in a profile is cut to so many characters.
const SHOWN: usize = 100;

/// Gathers what the values of one column have in common. While there are few different values each is
/// looked at once, at the end; after that each is looked at as it comes.
pub(crate) struct ColumnScan {
    n_blank: u64,
    frequent: Frequent,
    gathered: Gathered,
}

/// What is gathered value by value.
struct Gathered {
    n_values: u64,
    n_chars: u64,
    min_chars: usize,
    max_chars: usize,
    types: TypeFinder,
    numbers: Numbers,
    least: Option<Box<str>>,
    greatest: Option<Box<str>>,
    dates: Option<(i32, i32)>,
    datetimes: Option<(i64, i64)>,
    written: Written,
    looking: Looking,
    meanings: Meanings,
}

/// What was found out about a column.
pub(crate) struct Found {
    pub(crate) proposal: Proposal,
    pub(crate) profile: ColumnProfile,
    pub(crate) findings: Vec<Finding>,
    pub(crate) meaning: Option<Meaning>,
}

impl ColumnScan {
    /// Begins a column of which so many bytes of values are counted.
    pub(crate) fn new(counted_bytes: usize) -> Self {
        Self {
            n_blank: 0,
            frequent: Frequent::new(counted_bytes),
            gathered: Gathered {
                n_values: 0,
                n_chars: 0,
                min_chars: usize::MAX,
                max_chars: 0,
                types: TypeFinder::new(),
                numbers: Numbers::new(),
                least: None,
                greatest: None,
                dates: None,
                datetimes: None,
                written: Written::new(),
                looking: Looking::new(),
                meanings: Meanings::default(),
            },
        }
    }

    /// Counts rows that have no value.
    pub(crate) fn add_blank(&mut self, count: u64) {
        self.n_blank += count;
    }

    /// Takes a value into account.
    pub(crate) fn add(&mut self, value: &str, row: u64) {
        if value.trim_start().is_empty() {
            self.n_blank += 1;
            return;
        }
        if self.frequent.is_exact() {
            if self.frequent.is_full() {
                self.frequent.give_up_exactness_into(&mut self.gathered);
            } else {
                self.frequent.add(value, row);
                return;
            }
        }
        self.frequent.add(value, row);
        self.gathered.add(value, row, 1);
    }

    /// Names the type of the column, says what its values have in common, and what in it is personal.
    pub(crate) fn finish(mut self, name: &str) -> Found {
        if self.frequent.is_exact() {
            let mut values: Vec<_> = self.frequent.iter().collect();
            values.sort_unstable_by_key(|(_, seen)| seen.row);
            for (value, seen) in values {
                self.gathered.add(value, seen.row, seen.count);
            }
        }
        let Gathered { types, mut numbers, written, looking, meanings, .. } = self.gathered;
        let findings = looking.finish(name);
        let meaning = meanings.finish(name);
        let proposal = types.finish(name);
        let told = |value: &str, count| ValueCount { value: cut(value, SHOWN), count };
        let is_number = matches!(proposal.item_type, ItemType::Integer | ItemType::Decimal);
        let (min, max) = match proposal.item_type {
            ItemType::Integer | ItemType::Decimal => {
                (Some(numbers.min.to_string()), Some(numbers.max.to_string()))
            }
            ItemType::Date => ends(self.gathered.dates, value::show_date),
            ItemType::Datetime => ends(self.gathered.datetimes, value::show_datetime),
            _ => (
                self.gathered.least.map(|value| cut(&value, SHOWN)),
                self.gathered.greatest.map(|value| cut(&value, SHOWN)),
            ),
        };
        let numbers = is_number.then(|| number_facts(&self.frequent, &mut numbers));
        let n_values = self.gathered.n_values;
        let profile = ColumnProfile {
            n_values,
            n_blank: self.n_blank,
            n_distinct: self.frequent.n_distinct(),
            is_exact: self.frequent.is_exact(),
            min,
            max,
            top: self.frequent.top(TOP).into_iter().map(|(value, n)| told(value, n)).collect(),
            lengths: Lengths {
                min: u32::try_from(self.gathered.min_chars).unwrap_or(0),
                max: u32::try_from(self.gathered.max_chars).unwrap_or(u32::MAX),
                mean: mean(self.gathered.n_chars, n_values),
            },
            formats: written.finish().iter().map(|(way, n)| told(way, *n)).collect(),
            numbers,
        };
        Found { proposal, profile, findings, meaning }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts")]
fn mean(sum: u64, n: u64) -> f64 {
    if n == 0 { 0.0 } else { sum as f64 / n as f64 }
}

fn ends<T: Copy>(
    span: Option<(T, T)>,
    show: impl Fn(T) -> String,
) -> (Option<String>, Option<String>) {
    (span.map(|(min, _)| show(min)), span.map(|(_, max)| show(max)))
}

impl Frequent {
    /// Hands over all values, with their counts, before it counts only the frequent ones.
    fn give_up_exactness_into(&mut self, gathered: &mut Gathered) {
        gathered.numbers.estimate();
        let mut values: Vec<_> = self.iter().collect();
        values.sort_unstable_by_key(|(_, seen)| seen.row);
        for (value, seen) in values {
            gathered.add(value, seen.row, seen.count);
        }
        self.give_up_exactness();
    }
}

impl Gathered {
    fn add(&mut self, value: &str, row: u64, count: u64) {
        self.n_values += count;
        let n_chars = value.chars().count();
        self.n_chars += n_chars as u64 * count;
        self.min_chars = self.min_chars.min(n_chars);
        self.max_chars = self.max_chars.max(n_chars);
        self.written.add(value, count);
        self.looking.add(value, row, count);
        self.meanings.add(value, count);
        if self.least.as_deref().is_none_or(|least| value < least) {
            self.least = Some(value.into());
        }
        if self.greatest.as_deref().is_none_or(|greatest| value > greatest) {
            self.greatest = Some(value.into());
        }
        let read = self.types.add(value, row, count);
        if let Some(number) = read.number {
            self.numbers.add(number, count);
        }
        widen(&mut self.dates, read.date);
        widen(&mut self.datetimes, read.datetime);
    }
}

fn widen<T: Copy + Ord>(span: &mut Option<(T, T)>, value: Option<T>) {
    let Some(value) = value else { return };
    let (min, max) = span.unwrap_or((value, value));
    *span = Some((min.min(value), max.max(value)));
}

fn number_facts(frequent: &Frequent, numbers: &mut Numbers) -> NumberFacts {
    let counted: Option<Vec<(f64, u64)>> = frequent.is_exact().then(|| {
        let mut counted: Vec<(f64, u64)> = frequent
            .iter()
            .filter_map(|(value, seen)| Some((value::number(value.trim())?.value, seen.count)))
            .collect();
        counted.sort_unstable_by(|(a, _), (b, _)| a.total_cmp(b));
        counted
    });
    let quantiles = match &counted {
        Some(counted) => exact_quantiles(counted),
        None => numbers.quantiles().unwrap_or([f64::NAN; 5]),
    };
    let splits = round_splits(numbers.min, numbers.max, BINS);
    let counts: Vec<u64> = match &counted {
        Some(counted) => count_between(counted, &splits),
        None => estimate_between(frequent, numbers, &splits),
    };
    let histogram = splits
        .windows(2)
        .zip(counts)
        .filter_map(|(pair, count)| match pair {
            [from, to] => Some(Bin { from: *from, to: *to, count }),
            _ => None,
        })
        .collect();
    NumberFacts { mean: numbers.mean(), deviation: numbers.deviation(), quantiles, histogram }
}

fn count_between(sorted: &[(f64, u64)], splits: &[f64]) -> Vec<u64> {
    let last = splits.len().saturating_sub(2);
    let is_in = |number: f64, place: usize, pair: &[f64]| match pair {
        [from, to] => number >= *from && (number < *to || (place == last && number <= *to)),
        _ => false,
    };
    let count = |(place, pair): (usize, &[f64])| {
        sorted.iter().filter(|(number, _)| is_in(*number, place, pair)).map(|(_, n)| n).sum()
    };
    splits.windows(2).enumerate().map(count).collect()
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of rows"
)]
fn estimate_between(frequent: &Frequent, numbers: &mut Numbers, splits: &[f64]) -> Vec<u64> {
    let Some(shares) = numbers.shares(splits) else { return Vec::new() };
    let n = frequent.n_added() as f64;
    shares
        .windows(2)
        .map(|pair| match pair {
            [from, to] => ((to - from).max(0.0) * n).round() as u64,
            _ => 0,
        })
        .collect()
}
