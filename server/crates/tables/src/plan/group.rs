//! Groups of rows.

use datafusion::arrow::datatypes::DataType;
use datafusion::functions::datetime::expr_fn::date_part;
use datafusion::functions::math::expr_fn::floor;
use datafusion::functions_aggregate::expr_fn::{
    approx_percentile_cont, avg, count, count_distinct, max, min, sum,
};
use datafusion::logical_expr::{cast, lit};
use datafusion::prelude::{DataFrame, Expr, col};
use kaishu_types::table::{Aggregate, GroupKey, Grouping, Period, TableColumn};
use kaishu_types::vocabulary::ItemType;

use super::{Columns, Resolved, Visible};
use crate::TableError;

/// More groups or numbers than this say nothing to anyone.
const MOST_KEYS: usize = 16;
const MOST_AGGREGATES: usize = 12;

pub(crate) const OF_NUMBERS: &str = "sums, means, quantiles and ranges are of numbers only";
pub(crate) const OF_DATES: &str = "years, months and days are parts of dates only";

/// Groups, with what each of their columns is.
pub(crate) struct Grouped {
    pub(crate) frame: DataFrame,
    pub(crate) columns: Vec<GroupColumn>,
    /// How many of them are keys.
    pub(crate) n_keys: usize,
}

/// A column of groups.
#[derive(Debug, Clone)]
pub(crate) struct GroupColumn {
    pub(crate) column: TableColumn,
    pub(crate) shown: Shown,
}

/// How a computed value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    AsItIs,
    /// `202002` is written `2020-02`.
    Month,
}

impl Shown {
    /// Writes a value that was computed.
    pub(crate) fn write(self, text: String) -> String {
        match self {
            Self::AsItIs => text,
            Self::Month => {
                let (year, month) = text.split_at(text.len().saturating_sub(2));
                format!("{year}-{month}")
            }
        }
    }
}

/// Names the column of groups at a place.
pub(crate) fn group_column(place: usize) -> String {
    format!("g{place}")
}

impl Columns for Vec<GroupColumn> {
    fn resolve(&self, name: &str) -> Result<Resolved, TableError> {
        let place = self.iter().position(|it| it.column.name == name);
        let place = place.ok_or_else(|| TableError::NoColumn(name.to_owned()))?;
        let item_type = self.get(place).map_or(ItemType::Text, |it| it.column.item_type);
        Ok(Resolved { text: col(group_column(place)), typed: None, item_type })
    }
}

/// Groups rows.
pub(crate) fn grouped(
    rows: DataFrame,
    grouping: &Grouping,
    visible: &Visible,
) -> Result<Grouped, TableError> {
    if grouping.keys.len() > MOST_KEYS || grouping.aggregates.len() > MOST_AGGREGATES {
        return Err(TableError::Limit(format!(
            "groups are made by {MOST_KEYS} columns at most, and {MOST_AGGREGATES} numbers computed of each"
        )));
    }
    let mut columns = Vec::new();
    let mut keys = Vec::new();
    for key in &grouping.keys {
        let (expression, item_type, shown) = key_of(key, visible)?;
        keys.push(expression.alias(group_column(columns.len())));
        columns.push(named(key.to_string(), item_type, shown));
    }
    let n_keys = keys.len();
    let only_count = [Aggregate::Count];
    let aggregates: &[Aggregate] =
        if grouping.aggregates.is_empty() { &only_count } else { &grouping.aggregates };
    let mut numbers = Vec::new();
    for aggregate in aggregates {
        let (expression, item_type) = aggregate_of(aggregate, visible)?;
        numbers.push(expression.alias(group_column(columns.len())));
        columns.push(named(aggregate.to_string(), item_type, Shown::AsItIs));
    }
    Ok(Grouped { frame: rows.aggregate(keys, numbers)?, columns, n_keys })
}

fn named(name: String, item_type: ItemType, shown: Shown) -> GroupColumn {
    let column = TableColumn { label: name.clone(), name, item_type, unit: None, mask: None };
    GroupColumn { column, shown }
}

fn key_of(key: &GroupKey, visible: &Visible) -> Result<(Expr, ItemType, Shown), TableError> {
    Ok(match key {
        GroupKey::Column(name) => {
            let Resolved { text, typed, item_type } = visible.resolve(name)?;
            match (item_type, typed) {
                (ItemType::Boolean, _) | (_, None) => (text, ItemType::Text, Shown::AsItIs),
                (_, Some(typed)) => (typed, item_type, Shown::AsItIs),
            }
        }
        GroupKey::Period(period, name) => {
            let date = of_type(name, visible, &[ItemType::Date, ItemType::Datetime], OF_DATES)?;
            let part = |word: &str| cast(date_part(lit(word), date.clone()), DataType::Int64);
            match period {
                Period::Year => (part("year"), ItemType::Integer, Shown::AsItIs),
                Period::Month => {
                    let month = part("year") * lit(100_i64) + part("month");
                    (month, ItemType::Text, Shown::Month)
                }
                Period::Day => (cast(date, DataType::Date32), ItemType::Date, Shown::AsItIs),
            }
        }
        GroupKey::Bin(name, width) => {
            let number = numeric(name, visible)?;
            let from = floor(cast(number, DataType::Float64) / lit(*width)) * lit(*width);
            (from, ItemType::Decimal, Shown::AsItIs)
        }
    })
}

fn numeric(name: &str, visible: &Visible) -> Result<Expr, TableError> {
    of_type(name, visible, &[ItemType::Integer, ItemType::Decimal], OF_NUMBERS)
}

fn of_type(
    name: &str,
    visible: &Visible,
    types: &[ItemType],
    wanted: &'static str,
) -> Result<Expr, TableError> {
    let Resolved { typed, item_type, .. } = visible.resolve(name)?;
    typed.filter(|_| types.contains(&item_type)).ok_or_else(|| TableError::WrongValue {
        column: name.to_owned(),
        item_type,
        wanted,
    })
}

fn aggregate_of(aggregate: &Aggregate, visible: &Visible) -> Result<(Expr, ItemType), TableError> {
    let subject = |name: &str| -> Result<(Expr, ItemType), TableError> {
        let Resolved { text, typed, item_type } = visible.resolve(name)?;
        Ok(match (item_type, typed) {
            (ItemType::Boolean, _) | (_, None) => (text, ItemType::Text),
            (_, Some(typed)) => (typed, item_type),
        })
    };
    Ok(match aggregate {
        Aggregate::Count => (count(lit(1_i64)), ItemType::Integer),
        Aggregate::CountValues(name) => (count(subject(name)?.0), ItemType::Integer),
        Aggregate::CountDistinct(name) => (count_distinct(subject(name)?.0), ItemType::Integer),
        Aggregate::Sum(name) => {
            let item_type = visible.resolve(name)?.item_type;
            let number = numeric(name, visible)?;
            // Whole numbers of fifteen digits soon leave 64 bits behind.
            match item_type {
                ItemType::Integer => {
                    (sum(cast(number, DataType::Decimal128(38, 0))), ItemType::Integer)
                }
                _ => (sum(number), ItemType::Decimal),
            }
        }
        Aggregate::Average(name) => (avg(numeric(name, visible)?), ItemType::Decimal),
        Aggregate::Min(name) => {
            let (subject, item_type) = subject(name)?;
            (min(subject), item_type)
        }
        Aggregate::Max(name) => {
            let (subject, item_type) = subject(name)?;
            (max(subject), item_type)
        }
        Aggregate::Quantile(name, share) => {
            let number = cast(numeric(name, visible)?, DataType::Float64);
            (approx_percentile_cont(number.sort(true, false), lit(*share), None), ItemType::Decimal)
        }
    })
}
