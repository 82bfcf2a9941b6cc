//! Quality of a table, measured while it is read (PUB-05). What a column stands for is known after the
//! first pass; the second checks every value, and the rows that need several columns. Of what is
//! personal only rows are told.

mod column;
mod meaning;
mod plan;
mod rows;
mod tally;

use std::ops::RangeInclusive;

use kaishu_domain::quality::{Fault, FaultyRow, Measure, Rule};
use kaishu_types::dataset::DataItemView;
use kaishu_types::vocabulary::ItemType;

pub(crate) use self::column::ColumnCheck;
pub(crate) use self::meaning::Meanings;
pub(crate) use self::plan::Plan;
pub(crate) use self::rows::RowCheck;
use crate::blocks::Ragged;
use crate::scan::Scan;
use crate::source::{Origin, TableSource};

/// What the entry of a dataset says of a table that is taken in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expected {
    /// The data items that are declared.
    pub items: Vec<DataItemView>,
    /// Whether the table is the only one of its dataset, so that every item must be a column of it.
    pub is_only_table: bool,
    /// Whether the dataset speaks of places in China.
    pub is_in_china: bool,
    /// The years that the data is of.
    pub years: Option<RangeInclusive<u16>>,
}

impl Expected {
    /// The item of a column.
    pub fn item(&self, name: &str) -> Option<&DataItemView> {
        self.items.iter().find(|item| item.name == name)
    }

    /// The type that is declared for a column.
    pub fn item_type(&self, name: &str) -> Option<ItemType> {
        self.item(name).map(|item| item.item_type)
    }
}

/// What the header and the shape of a table tell.
pub(crate) fn of_shape(source: &TableSource, scan: &Scan, expected: &Expected) -> Vec<Measure> {
    let whole = |rule, n_checked, n_failed| measure(rule, Vec::new(), n_checked, n_failed);
    let Ragged { n_short, n_long, rows } = &scan.ragged;
    let mut shape = whole(Rule::RowShape, scan.n_rows, n_short + n_long);
    let n_header = source.layout.columns.len();
    shape.rows = rows
        .iter()
        .map(|row| {
            let fault = if row.n_values < n_header { Fault::Fewer } else { Fault::More };
            FaultyRow { row: row.row, fault, value: None }
        })
        .collect();
    let mut measures = vec![whole(Rule::TableRows, 1, u64::from(scan.n_rows == 0))];
    // In text a row that is too short or too long has its values under wrong headings; in a workbook
    // every value stands in its column.
    if matches!(source.origin, Origin::Text(_)) {
        measures.push(shape);
    }
    let is_known = |name: &str| scan.columns.iter().any(|column| column.name == name);
    if expected.is_only_table {
        measures.extend(expected.items.iter().map(|item| {
            let n_missing = u64::from(!is_known(&item.name));
            measure(Rule::ItemPresent, vec![item.name.clone()], 1, n_missing)
        }));
    }
    measures.extend(scan.columns.iter().map(|column| {
        let n_missing = u64::from(expected.item(&column.name).is_none());
        measure(Rule::ColumnDescribed, vec![column.name.clone()], 1, n_missing)
    }));
    measures
}

fn measure(rule: Rule, columns: Vec<String>, n_checked: u64, n_failed: u64) -> Measure {
    Measure { rule, columns, n_checked, n_failed, rows: Vec::new(), is_partial: false }
}
