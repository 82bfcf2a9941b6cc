//! Filters and counts. A dataset counts for the values of a facet when it passes all other
//! facets, so that each count is the size of the result that choosing the value gives (SRCH-01).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kaishu_types::search::{Facet, SearchRequest};
use kaishu_types::vocabulary::UpdatedWithin;
use rustc_hash::FxHashMap;

use crate::columns::{Columns, Row};
use crate::schema::day_number;
use crate::values::{AXES, Axis, ValueTable};

/// Spans of time, and one for what is older.
const N_AGES: usize = UpdatedWithin::ALL.len() + 1;

/// The restrictions of a request.
pub(crate) struct Filters {
    chosen: [Vec<String>; AXES.len()],
    updated: Option<UpdatedWithin>,
    today: i64,
}

impl Filters {
    /// Reads the restrictions of a request.
    pub(crate) fn read(request: &SearchRequest, today: NaiveDate) -> Self {
        let chosen = AXES.map(|axis| {
            let mut values = chosen_values(request, axis);
            values.retain(|value| !value.is_empty());
            values
        });
        Self { chosen, updated: request.updated, today: day_number(today) }
    }

    /// Judges the profiles of a segment.
    pub(crate) fn judge<'a>(&'a self, columns: &'a Columns) -> Judged<'a> {
        let mut failed = vec![0_u8; columns.profiles.len()];
        for (axis, chosen) in self.chosen.iter().enumerate() {
            if chosen.is_empty() {
                continue;
            }
            let is_chosen = |(of, value): &(usize, String)| {
                *of == axis && chosen.iter().any(|chosen| chosen.eq_ignore_ascii_case(value))
            };
            let allowed: Vec<bool> = columns.values.values.iter().map(is_chosen).collect();
            let is_allowed = |id: &u32| allowed.get(*id as usize).copied().unwrap_or(false);
            for (profile, mask) in failed.iter_mut().enumerate() {
                if !columns.values.ids(profile as u32, axis).iter().any(is_allowed) {
                    *mask |= 1 << axis;
                }
            }
        }
        let n_by_age = vec![[0; N_AGES]; columns.profiles.len()];
        Judged { filters: self, columns, failed, n_by_age, touched: Vec::new() }
    }

    /// The day of the search.
    pub(crate) fn today(&self) -> i64 {
        self.today
    }

    /// Whether a value of a facet is chosen.
    pub(crate) fn restricts(&self, facet: Facet) -> bool {
        let mut chosen = AXES.iter().zip(&self.chosen);
        match facet {
            Facet::Updated => self.updated.is_some(),
            other => chosen.any(|(axis, values)| *axis == Axis::Facet(other) && !values.is_empty()),
        }
    }

    fn age(&self, row: &Row) -> usize {
        let days = self.today - i64::from(row.updated_day);
        let spans = UpdatedWithin::ALL;
        spans.iter().position(|span| days <= i64::from(span.days())).unwrap_or(spans.len())
    }

    fn allows_age(&self, age: usize) -> bool {
        let longest = |span| UpdatedWithin::ALL.iter().position(|other| *other == span);
        self.updated.and_then(longest).is_none_or(|longest| age <= longest)
    }
}

fn chosen_values(request: &SearchRequest, axis: Axis) -> Vec<String> {
    match axis {
        Axis::Facet(Facet::Open) => request.open.iter().map(ToString::to_string).collect(),
        Axis::Facet(Facet::Org) => request.org.clone(),
        Axis::Facet(Facet::Theme) => request.theme.clone(),
        Axis::Facet(Facet::Region) => request.region.clone(),
        Axis::Facet(Facet::Level) => request.level.iter().map(ToString::to_string).collect(),
        Axis::Facet(Facet::Format) => request.format.iter().map(ToString::to_string).collect(),
        Axis::Facet(Facet::Frequency) => {
            request.frequency.iter().map(ToString::to_string).collect()
        }
        // Spans of time are judged by the day.
        Axis::Facet(Facet::Updated) => Vec::new(),
        Axis::Priority => request.priority.clone(),
    }
}

/// A segment whose profiles are judged and whose matches are being counted.
pub(crate) struct Judged<'a> {
    filters: &'a Filters,
    columns: &'a Columns,
    /// For each profile the axes that it fails, one bit each.
    failed: Vec<u8>,
    n_by_age: Vec<[u32; N_AGES]>,
    /// The profiles that were counted.
    touched: Vec<u32>,
}

impl Judged<'_> {
    /// Counts an entry that matches the words; returns whether it passes all filters.
    pub(crate) fn count(&mut self, row: &Row) -> bool {
        let age = self.filters.age(row);
        let profile = row.profile as usize;
        if let Some(ages) = self.n_by_age.get_mut(profile) {
            if *ages == [0; N_AGES] {
                self.touched.push(row.profile);
            }
            if let Some(n) = ages.get_mut(age) {
                *n += 1;
            }
        }
        self.failed.get(profile) == Some(&0) && self.filters.allows_age(age)
    }

    /// Adds what was counted to the counts of all segments.
    pub(crate) fn add_to(&self, counts: &mut Counts) {
        let ValueTable { values, .. } = &self.columns.values;
        let mut by_value = vec![0_u64; values.len()];
        let mut n_without = [0_u64; AXES.len()];
        let mut n_passed = 0;
        for profile in &self.touched {
            let place = *profile as usize;
            let failed = self.failed.get(place).copied().unwrap_or_default();
            let Some(ages) = self.n_by_age.get(place).filter(|_| failed.count_ones() < 2) else {
                continue;
            };
            self.add_ages(ages, failed, counts);
            let allowed = ages.iter().enumerate().filter(|(age, _)| self.filters.allows_age(*age));
            let n_of_age: u64 = allowed.map(|(_, n)| u64::from(*n)).sum();
            // What fails one axis counts for the values of this axis only.
            let ids = if failed == 0 {
                n_passed += n_of_age;
                self.columns.values.all_ids(*profile)
            } else {
                let axis = failed.trailing_zeros() as usize;
                if let Some(n) = n_without.get_mut(axis) {
                    *n += n_of_age;
                }
                self.columns.values.ids(*profile, axis)
            };
            for id in ids {
                if let Some(n) = by_value.get_mut(*id as usize) {
                    *n += n_of_age;
                }
            }
        }
        for (axis, n) in AXES.iter().zip(n_without) {
            counts.add_without(*axis, n + n_passed);
        }
        for ((axis, value), n) in values.iter().zip(&by_value).filter(|(_, n)| **n > 0) {
            counts.add_value(AXES.get(*axis), value, *n);
        }
    }

    /// Adds to the total and to the spans of time, which do not restrict themselves.
    fn add_ages(&self, ages: &[u32; N_AGES], failed: u8, counts: &mut Counts) {
        if failed != 0 {
            return;
        }
        for (age, n) in ages.iter().enumerate() {
            let n = u64::from(*n);
            if self.filters.allows_age(age) {
                counts.total += n;
            }
            counts.n_without_updated += n;
            for within in counts.within.iter_mut().skip(age) {
                *within += n;
            }
        }
    }
}

/// What was counted in all segments.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Datasets that pass all filters.
    pub(crate) total: u64,
    by_value: BTreeMap<Facet, FxHashMap<String, u64>>,
    /// For each priority topic how many datasets choosing it gives.
    pub(crate) by_priority: FxHashMap<String, u64>,
    within: [u64; UpdatedWithin::ALL.len()],
    n_without: BTreeMap<Facet, u64>,
    n_without_updated: u64,
}

impl Counts {
    fn add_without(&mut self, axis: Axis, n: u64) {
        if let Axis::Facet(facet) = axis {
            *self.n_without.entry(facet).or_default() += n;
        }
    }

    fn add_value(&mut self, axis: Option<&Axis>, value: &str, n: u64) {
        let values = match axis {
            Some(Axis::Facet(facet)) => self.by_value.entry(*facet).or_default(),
            Some(Axis::Priority) => &mut self.by_priority,
            None => return,
        };
        match values.get_mut(value) {
            Some(sum) => *sum += n,
            None => {
                values.insert(value.to_owned(), n);
            }
        }
    }

    /// Returns how many datasets there are without the restrictions of a facet.
    pub(crate) fn n_without(&self, facet: Facet) -> u64 {
        match facet {
            Facet::Updated => self.n_without_updated,
            other => self.n_without.get(&other).copied().unwrap_or(0),
        }
    }

    /// Returns the values of all facets, most first; chosen values are there even with none.
    pub(crate) fn into_facets(self, filters: &Filters) -> BTreeMap<Facet, Vec<(String, u64)>> {
        let mut by_value = self.by_value;
        let mut facets = BTreeMap::new();
        for (axis, chosen) in AXES.iter().zip(&filters.chosen) {
            let Axis::Facet(facet) = axis else { continue };
            let counted = by_value.remove(facet).unwrap_or_default();
            let mut values: Vec<(String, u64)> = counted.into_iter().collect();
            for value in chosen {
                if !values.iter().any(|(known, _)| known.eq_ignore_ascii_case(value)) {
                    values.push((value.clone(), 0));
                }
            }
            values.sort_by(|(left, n_left), (right, n_right)| {
                n_right.cmp(n_left).then_with(|| left.cmp(right))
            });
            facets.insert(*facet, values);
        }
        let spans = UpdatedWithin::ALL
            .iter()
            .zip(self.within)
            .filter(|(span, n)| *n > 0 || filters.updated == Some(**span))
            .map(|(span, n)| (span.as_str().to_owned(), n));
        facets.insert(Facet::Updated, spans.collect());
        facets
    }
}
