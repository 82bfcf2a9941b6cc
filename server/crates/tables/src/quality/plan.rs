//! What is checked of which column.

use std::ops::RangeInclusive;

use kaishu_domain::quality::{Meaning, is_key, names_datum};
use kaishu_types::vocabulary::ItemType;

use super::Expected;
use crate::scan::{Scan, ScannedColumn};

/// Identifiers are remembered for so many columns.
const MOST_KEYS: usize = 2;
/// What is there twice is an identifier that repeats only where so many of a hundred values differ.
const KEY_SHARE: u64 = 95;

/// What is checked of a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ColumnPlan {
    pub(crate) name: String,
    /// What its values stand for.
    pub(crate) meaning: Option<Meaning>,
    /// Whether its values are dates or moments.
    pub(crate) is_date: bool,
    /// The type that nearly all its values have.
    pub(crate) nearly: Option<ItemType>,
    /// The type that all its values have, where none is declared; text is no news.
    pub(crate) uniform: Option<ItemType>,
    pub(crate) declared: Option<ItemType>,
    pub(crate) max_length: Option<u32>,
    pub(crate) is_key: bool,
    /// Whether values may be repeated in a report.
    pub(crate) tells_values: bool,
    pub(crate) names_datum: bool,
    /// The years that the values are of, where the entry says so.
    pub(crate) years: Option<RangeInclusive<u16>>,
}

/// What is checked of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Plan {
    pub(crate) columns: Vec<ColumnPlan>,
    pub(crate) is_in_china: bool,
}

impl Plan {
    /// Says what is checked of a table that was scanned.
    pub(crate) fn new(scan: &Scan, types: &[ItemType], expected: &Expected) -> Self {
        let mut n_keys = 0;
        let columns = scan
            .columns
            .iter()
            .zip(types)
            .map(|(column, item_type)| {
                let mut plan = ColumnPlan::new(column, *item_type, expected);
                n_keys += usize::from(plan.is_key);
                plan.is_key &= n_keys <= MOST_KEYS;
                plan
            })
            .collect();
        Self { columns, is_in_china: expected.is_in_china }
    }
}

impl ColumnPlan {
    fn new(column: &ScannedColumn, item_type: ItemType, expected: &Expected) -> Self {
        let item = expected.item(&column.name);
        let nearly = column.proposal.nearly.filter(|_| item.is_none());
        let is_time = |it: ItemType| matches!(it, ItemType::Date | ItemType::Datetime);
        let profile = &column.profile;
        let describes = |text: Option<&String>| text.is_some_and(|text| names_datum(text));
        Self {
            meaning: column.meaning,
            is_date: is_time(item_type) || nearly.is_some_and(is_time),
            nearly,
            uniform: (item.is_none() && item_type != ItemType::Text).then_some(item_type),
            declared: item.map(|item| item.item_type),
            max_length: item.and_then(|item| item.length).filter(|length| *length > 0),
            is_key: is_key(&column.name)
                && profile.n_values > 1
                && profile.n_distinct * 100 >= profile.n_values * KEY_SHARE,
            tells_values: column.findings.is_empty() && item.is_none_or(|item| !item.sensitive),
            names_datum: names_datum(&column.name)
                || item.is_some_and(|item| {
                    names_datum(&item.label)
                        || describes(item.unit.as_ref())
                        || describes(item.description.as_ref())
                }),
            years: expected.years.clone(),
            name: column.name.clone(),
        }
    }
}
