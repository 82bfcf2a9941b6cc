//! The values of one column, one by one.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher};

use kaishu_domain::quality::{Fault, FaultyRow, Measure, Rule, is_standard_date};
use kaishu_types::vocabulary::ItemType;
use rustc_hash::{FxBuildHasher, FxHasher};

use super::plan::ColumnPlan;
use super::tally::Tally;
use crate::blocks::Column;
use crate::parquet::Misfits;
use crate::profile::Misfit;
use crate::value;

/// So many identifiers and rows are remembered; those of longer tables are compared up to there.
pub(super) const MOST_REMEMBERED: usize = 4 << 20;

/// 1800-01-01 and 2100-12-31 in days since 1970.
const DAYS: std::ops::RangeInclusive<i32> = -62_091..=47_846;
const MICROSECONDS_A_DAY: i64 = 86_400_000_000;

/// Texts that were seen, told apart by 64 bits of a hash.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    seen: HashSet<u64, FxBuildHasher>,
    pub(super) is_full: bool,
}

impl Remembered {
    /// Says whether a hash is there for the first time; `None` where no more are remembered.
    pub(super) fn is_new(&mut self, hash: u64) -> Option<bool> {
        self.is_full |= self.seen.len() >= MOST_REMEMBERED;
        (!self.is_full).then(|| self.seen.insert(hash))
    }
}

/// Hashes the text at a place of a row.
pub(super) fn hashed(place: usize, text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_usize(place);
    hasher.write(text.as_bytes());
    // The bits of the product are mixed once more: those of short texts are alike.
    FxBuildHasher.hash_one(hasher.finish())
}

/// Checks the values of one column.
#[derive(Debug)]
pub(crate) struct ColumnCheck {
    plan: ColumnPlan,
    present: Tally,
    clean: Tally,
    meaning: Tally,
    uniform: Tally,
    length: Tally,
    form: Tally,
    range: Tally,
    key: Tally,
    remembered: Remembered,
}

impl ColumnCheck {
    /// Begins with what is planned.
    pub(crate) fn new(plan: ColumnPlan) -> Self {
        Self {
            plan,
            present: Tally::default(),
            clean: Tally::default(),
            meaning: Tally::default(),
            uniform: Tally::default(),
            length: Tally::default(),
            form: Tally::default(),
            range: Tally::default(),
            key: Tally::default(),
            remembered: Remembered::default(),
        }
    }

    /// Checks the values of a block whose first row has this number.
    pub(crate) fn add(&mut self, first_row: u64, column: &Column) {
        for (row, raw) in (first_row..).zip(column.iter()) {
            let raw = raw.unwrap_or_default();
            let text = raw.trim();
            if text.is_empty() || value::is_marker(text) {
                self.present.add(row, Err(Fault::Blank), || None);
                continue;
            }
            self.present.add(row, Ok(()), || None);
            self.add_value(row, raw, text);
        }
    }

    fn add_value(&mut self, row: u64, raw: &str, text: &str) {
        let plan = &self.plan;
        let told = || plan.tells_values.then(|| raw.to_owned());
        let clean = if raw.len() != text.len() {
            Err(Fault::Spaces)
        } else if is_broken(text) {
            Err(Fault::Broken)
        } else {
            Ok(())
        };
        self.clean.add(row, clean, told);
        if let Some(meaning) = plan.meaning
            && let Some(rule) = meaning.rule()
        {
            let told = || told().filter(|_| !rule.is_personal());
            self.meaning.add(row, meaning.check_in(text, plan.years.as_ref()), told);
        }
        if let Some(nearly) = plan.nearly {
            let fits = if is_of(text, nearly) { Ok(()) } else { Err(Fault::Type) };
            self.uniform.add(row, fits, told);
        } else if plan.uniform.is_some() {
            self.uniform.n_checked += 1;
        }
        if let Some(most) = plan.max_length {
            let is_long = text.len() > most as usize && text.chars().count() > most as usize;
            self.length.add(row, if is_long { Err(Fault::Length) } else { Ok(()) }, told);
        }
        if plan.is_date
            && let Some(days) = days_of(text)
        {
            let form = if is_standard_date(text) { Ok(()) } else { Err(Fault::Form) };
            self.form.add(row, form, told);
            let range = if DAYS.contains(&days) { Ok(()) } else { Err(Fault::Range) };
            self.range.add(row, range, told);
        }
        if plan.is_key
            && let Some(is_new) = self.remembered.is_new(hashed(0, text))
        {
            self.key.add(row, if is_new { Ok(()) } else { Err(Fault::Repeated) }, told);
        }
    }

    /// Says how far the rules hold. `misfits` are the values that are not of the declared type.
    pub(crate) fn finish(self, misfits: &Misfits) -> Vec<Measure> {
        let Self { plan, present, clean, meaning, uniform, length, form, range, key, .. } = self;
        let n_values = clean.n_checked;
        let columns = &[plan.name.as_str()];
        let mut key = key.finish(Rule::KeyRepeated, columns);
        if let Some(key) = &mut key {
            key.is_partial = self.remembered.is_full;
        }
        let of_meaning = plan.meaning.and_then(|it| it.rule());
        let declared = plan.declared.filter(|_| n_values > 0).map(|_| Measure {
            rule: Rule::TypeDeclared,
            columns: vec![plan.name.clone()],
            n_checked: n_values,
            n_failed: misfits.count,
            rows: misfits.told(plan.tells_values),
            is_partial: false,
        });
        [
            present.finish(Rule::ValuePresent, columns),
            clean.finish(Rule::TextClean, columns),
            of_meaning.and_then(|rule| meaning.finish(rule, columns)),
            declared,
            uniform.finish(Rule::TypeUniform, columns),
            length.finish(Rule::LengthDeclared, columns),
            form.finish(Rule::DateForm, columns),
            range.finish(Rule::DateRange, columns),
            key,
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl Misfits {
    /// The first of them for a report, with their values where those may be told.
    fn told(&self, tells_values: bool) -> Vec<FaultyRow> {
        let told = |misfit: &Misfit| FaultyRow {
            row: misfit.row,
            fault: Fault::Type,
            value: tells_values.then(|| misfit.value.clone()),
        };
        self.first.iter().map(told).collect()
    }
}

/// Whether there are control characters or the sign that stands for a broken one; lines and tabs may
/// be in a text.
fn is_broken(text: &str) -> bool {
    // Both are rare, and told by their bytes: 0xEF begins the sign, among others.
    let is_suspect = |byte: u8| byte < 0x20 || byte == 0x7F || byte == 0xEF;
    text.bytes().any(is_suspect)
        && text.chars().any(|sign| {
            sign == '\u{FFFD}' || (sign.is_control() && !matches!(sign, '\n' | '\r' | '\t'))
        })
}

fn is_of(text: &str, item_type: ItemType) -> bool {
    match item_type {
        ItemType::Integer => value::number(text).is_some_and(|number| number.is_whole),
        ItemType::Decimal => value::number(text).is_some(),
        ItemType::Boolean => value::boolean(text).is_some(),
        ItemType::Date => value::date(text).is_some(),
        ItemType::Datetime => value::datetime(text).is_some(),
        ItemType::Geometry => value::is_geometry(text),
        ItemType::Text | ItemType::Code => true,
    }
}

fn days_of(text: &str) -> Option<i32> {
    let of_moment = |moment: i64| i32::try_from(moment.div_euclid(MICROSECONDS_A_DAY)).ok();
    value::date(text).or_else(|| value::datetime(text).and_then(of_moment))
}
