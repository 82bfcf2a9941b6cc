//! What one actor may have of one table.

use std::path::PathBuf;

use kaishu_types::table::{ColumnProfile, Filter, Mask, Operator, TableColumn};
use kaishu_types::vocabulary::ItemType;
use serde::{Deserialize, Serialize};

use crate::parquet::stored_type;
use crate::plan;

/// A column of a stored table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredColumn {
    /// Its heading.
    pub name: String,
    /// The type of its values.
    pub item_type: ItemType,
    /// What all its values have in common.
    pub profile: ColumnProfile,
}

/// A table that was taken in.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredTable {
    /// Its Parquet file.
    pub path: PathBuf,
    /// Its rows.
    pub n_rows: u64,
    /// All its columns.
    pub columns: Vec<StoredColumn>,
}

/// A column that an actor may have.
#[derive(Debug, Clone, PartialEq)]
pub struct VisibleColumn {
    /// Its place in the stored table.
    pub index: usize,
    /// What people call it.
    pub label: String,
    /// Unit of measure.
    pub unit: Option<String>,
    /// The mask its values go through.
    pub mask: Option<Mask>,
}

/// What an actor may have of a table: columns, each with its mask, and rows. Everything that leaves a
/// table goes through it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct View {
    /// The columns; what is not here does not exist.
    pub columns: Vec<VisibleColumn>,
    /// Which rows; it may speak of columns that are not visible.
    pub rows: Option<Filter>,
}

/// A table as one actor may have it: the only way to its values.
#[derive(Debug, Clone)]
pub struct Governed {
    pub(crate) table: StoredTable,
    pub(crate) view: View,
}

impl Governed {
    /// Puts a view before a table. Columns that the table does not have are left out, and so are those
    /// that are masked by leaving them out.
    pub fn new(table: StoredTable, mut view: View) -> Self {
        view.columns.retain(|column| {
            table.columns.get(column.index).is_some() && column.mask != Some(Mask::Drop)
        });
        Self { table, view }
    }

    /// Leaves of it the rows that a filter lets through, which speaks of columns that the actor has unmasked, and
    /// asks what comes before what only of what has an order. Where it cannot be asked, no row is left.
    #[must_use]
    pub fn only(mut self, rows: Filter) -> Self {
        let mut is_seen = true;
        rows.each_column(&mut |name| {
            is_seen &=
                self.visible().any(|(column, stored)| stored.name == name && column.mask.is_none());
        });
        let can_be_asked = is_seen && self.has_order(&rows) && plan::check(&self, &rows).is_ok();
        let left = if can_be_asked { rows } else { Filter::Or(Vec::new()) };
        self.view.rows = Some(match self.view.rows.take() {
            Some(before) => Filter::And(vec![before, left]),
            None => left,
        });
        self
    }

    /// Whether every column that a filter asks for what comes before or after has values with an order: texts of days
    /// and numbers have another one.
    fn has_order(&self, filter: &Filter) -> bool {
        let is_ordered = |name: &str| {
            let mut columns = self.table.columns.iter();
            columns.any(|it| it.name == name && stored_type(it.item_type).is_some())
        };
        match filter {
            Filter::And(parts) | Filter::Or(parts) => parts.iter().all(|it| self.has_order(it)),
            Filter::Not(part) => self.has_order(part),
            Filter::Compare { operator: Operator::Equal | Operator::NotEqual, .. } => true,
            Filter::Compare { column, .. } | Filter::Between { column, .. } => is_ordered(column),
            Filter::Like { .. } | Filter::In { .. } | Filter::IsNull { .. } => true,
        }
    }

    /// The columns, as the actor sees them.
    pub fn columns(&self) -> Vec<TableColumn> {
        self.visible()
            .map(|(column, stored)| TableColumn {
                name: stored.name.clone(),
                label: column.label.clone(),
                item_type: shown_type(column, stored),
                unit: column.unit.clone(),
                mask: column.mask.as_ref().map(ToString::to_string),
            })
            .collect()
    }

    /// How many rows there are; `None` where it has to be counted.
    pub fn n_rows(&self) -> Option<u64> {
        self.view.rows.is_none().then_some(self.table.n_rows)
    }

    /// What the values of a column have in common, where that is known of exactly the values that the
    /// actor may have: not of a masked column, nor where rows are left out.
    pub fn profile(&self, place: usize) -> Option<&ColumnProfile> {
        let column = self.view.columns.get(place)?;
        let tells_nothing_else = column.mask.is_none() && self.view.rows.is_none();
        let stored = self.table.columns.get(column.index)?;
        tells_nothing_else.then_some(&stored.profile)
    }

    /// Whether what was measured on these columns speaks of nothing but values that the actor may have;
    /// what names no column speaks of whole rows.
    pub fn may_judge(&self, columns: &[String]) -> bool {
        let has = |name: &String| {
            self.visible().any(|(column, stored)| stored.name == *name && column.mask.is_none())
        };
        match columns {
            [] => self.is_whole(),
            columns => self.view.rows.is_none() && columns.iter().all(has),
        }
    }

    /// Tells this view apart from others of the same table.
    pub fn fingerprint(&self) -> String {
        format!("{:?}", self.view)
    }

    /// Tells what may be had of the table apart, whatever it is called.
    pub fn rights(&self) -> String {
        let columns: Vec<_> =
            self.view.columns.iter().map(|column| (column.index, &column.mask)).collect();
        format!("{columns:?} {:?}", self.view.rows)
    }

    /// Whether the actor may have every value of the table.
    pub fn is_whole(&self) -> bool {
        self.view.rows.is_none()
            && self.view.columns.iter().all(|column| column.mask.is_none())
            && self.view.columns.len() == self.table.columns.len()
    }

    pub(crate) fn visible(&self) -> impl Iterator<Item = (&VisibleColumn, &StoredColumn)> {
        self.view
            .columns
            .iter()
            .filter_map(|column| Some((column, self.table.columns.get(column.index)?)))
    }
}

/// A masked value is text.
pub(crate) fn shown_type(column: &VisibleColumn, stored: &StoredColumn) -> ItemType {
    if column.mask.is_some() { ItemType::Text } else { stored.item_type }
}
