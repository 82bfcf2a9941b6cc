//! A look at data before somebody applies for it: rows that are made up, and figures of which none is small
//! (SRCH-03, APP-07).
//!
//! What is made up comes of what the data items declare and of nothing else: whatever the data holds, the rows are
//! the same. Each row bears a mark drawn with a secret of the portal, so that none is a row of the data.

use kaishu_types::dataset::DataItemView;
use kaishu_types::look::{LookColumn, MadeUp, SafeColumn, SafeCount, SafeValue};
use kaishu_types::table::{ColumnProfile, Mask};
use kaishu_types::vocabulary::ItemType;

use crate::personal::{self, Sensitive};

/// Rows that are made up.
const N_ROWS: usize = 5;
/// What a made-up text begins with.
const MARK: &str = "示例";
/// Hexadecimal digits of the mark of a row.
const TAG: usize = 8;
/// A year that no data speaks of.
const YEAR: u64 = 2999;
/// Most different values of a column of which the frequent ones are shown.
const MAX_VALUES: u64 = 50;
/// Quartiles are shown where each quarter has the least count.
const QUARTERS: u64 = 4;

/// Makes rows up of what data items declare. `draw` draws a number that nobody can guess for a text, always the same
/// one. None where there is no column to show.
pub fn make_up(items: &[DataItemView], draw: &dyn Fn(&str) -> u64) -> Option<MadeUp> {
    let items: Vec<&DataItemView> =
        items.iter().filter(|item| item.mask != Some(Mask::Drop)).collect();
    let is_roomy = |item: &&&DataItemView| {
        matches!(item.item_type, ItemType::Text | ItemType::Code)
            && item.mask.is_none()
            && item.length.is_none_or(|length| length as usize >= MARK.chars().count() + TAG)
    };
    let bearer = items.iter().position(|item| is_roomy(&item));
    let row = |n: usize| -> Vec<String> {
        let cell = |(place, item): (usize, &&DataItemView)| {
            let drawn = draw(&format!("{n}/{}", item.name));
            let value = made_up(item, drawn);
            match bearer {
                None if place == 0 => format!("{value}（{}）", text(drawn, None)),
                _ => value,
            }
        };
        items.iter().enumerate().map(cell).collect()
    };
    let columns: Vec<LookColumn> = items.iter().map(|item| column(item)).collect();
    let rows = (1..=N_ROWS).map(row).collect();
    (!columns.is_empty()).then_some(MadeUp { columns, rows })
}

fn column(item: &DataItemView) -> LookColumn {
    LookColumn {
        name: item.name.clone(),
        label: if item.label.is_empty() { item.name.clone() } else { item.label.clone() },
        item_type: item.item_type,
    }
}

/// A value of the declared type; where there are few of them, it says itself that it is made up.
fn made_up(item: &DataItemView, drawn: u64) -> String {
    if item.mask.is_some() {
        return format!("{MARK}***");
    }
    match item.item_type {
        ItemType::Text | ItemType::Code => text(drawn, item.length),
        ItemType::Integer => (drawn % power(item.length.unwrap_or(4).min(4))).to_string(),
        ItemType::Decimal => format!("{}.{:02}", drawn % 1000, drawn / 1000 % 100),
        ItemType::Boolean => {
            format!("{}（{MARK}）", if drawn.is_multiple_of(2) { "是" } else { "否" })
        }
        ItemType::Date => date(drawn),
        ItemType::Datetime => {
            format!("{}T{:02}:{:02}:00", date(drawn), drawn / 500 % 24, drawn / 12_000 % 60)
        }
        ItemType::Geometry => {
            format!("{MARK} POINT (0.{:03} 0.{:03})", drawn % 1000, drawn / 1000 % 1000)
        }
    }
}

/// A text that says it is made up, of no more characters than are declared.
fn text(drawn: u64, length: Option<u32>) -> String {
    let whole = format!("{MARK}{:0TAG$x}", drawn & 0xFFFF_FFFF);
    match length {
        Some(length) => whole.chars().take((length as usize).max(1)).collect(),
        None => whole,
    }
}

fn date(drawn: u64) -> String {
    format!("{YEAR}-{:02}-{:02}", 1 + drawn % 12, 1 + drawn / 12 % 28)
}

fn power(digits: u32) -> u64 {
    10_u64.pow(digits.max(1))
}

/// A count that tells of no few rows: below `least` only that it is, else rounded down to a multiple of it, so that
/// what is left out cannot be told from the others.
pub fn safe_count(n: u64, least: u64) -> SafeCount {
    let least = least.max(1);
    match n < least {
        true => SafeCount::FewerThan(least),
        false => SafeCount::AtLeast(n / least * least),
    }
}

/// What of the profile of a column may be shown to everybody, once its provider lets it be. `is_found` says whether
/// something personal was found in it. Neither the least nor the greatest value is in it: those are of single rows.
pub fn safe_column(
    item: &DataItemView,
    profile: &ColumnProfile,
    is_found: bool,
    least: u64,
) -> SafeColumn {
    let least = least.max(1);
    SafeColumn {
        column: column(item),
        filled: safe_count(profile.n_values, least),
        blank: safe_count(profile.n_blank, least),
        distinct: safe_count(profile.n_distinct, least),
        quartiles: quartiles(profile, least),
        top: match is_found || !names_nobody(item) {
            true => Vec::new(),
            false => top(item, profile, least),
        },
    }
}

/// Whether a column speaks of nobody, by what is declared of it.
fn names_nobody(item: &DataItemView) -> bool {
    let is_of_somebody =
        |text: &str| Sensitive::named_by(text).is_some() || personal::identifies(text);
    !item.sensitive
        && item.mask.is_none()
        && !is_of_somebody(&item.name)
        && !is_of_somebody(&item.label)
}

fn top(item: &DataItemView, profile: &ColumnProfile, least: u64) -> Vec<SafeValue> {
    let is_listed = match item.item_type {
        ItemType::Text | ItemType::Code | ItemType::Boolean => {
            profile.n_distinct <= MAX_VALUES
                && profile.n_distinct.saturating_mul(least) <= profile.n_values
        }
        _ => false,
    };
    if !is_listed || !profile.is_exact {
        return Vec::new();
    }
    let frequent = profile.top.iter().filter(|it| it.count >= least);
    let safe = frequent.filter(|it| !personal::is_in(&it.value) && !it.value.ends_with('…'));
    safe.map(|it| SafeValue { value: it.value.clone(), count: safe_count(it.count, least) })
        .collect()
}

fn quartiles(profile: &ColumnProfile, least: u64) -> Option<[f64; 3]> {
    let facts = profile.numbers.as_ref()?;
    let is_broad = profile.n_values >= least.saturating_mul(QUARTERS)
        && profile.n_distinct >= least.saturating_mul(QUARTERS);
    let [_, low, middle, high, _] = facts.quantiles;
    is_broad.then(|| [low, middle, high].map(rounded))
}

/// Rounds to two significant digits.
fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return 0.0;
    }
    let text = format!("{value:.1e}");
    text.parse().unwrap_or(0.0)
}
