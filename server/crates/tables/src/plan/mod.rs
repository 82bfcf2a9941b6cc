//! From questions to plans. A plan begins with the view of the asker: what is not in it cannot be
//! named, and what is masked is masked before anything is compared with it.

mod filter;
mod group;
mod order;

use datafusion::common::ScalarValue;
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::{Like, lit};
use datafusion::prelude::{DataFrame, Expr, col};
use kaishu_types::table::{Filter, TableColumn, TableQuery};
use kaishu_types::vocabulary::ItemType;

pub(crate) use self::filter::{A_DATE, A_MOMENT, A_NUMBER, YES_OR_NO};
pub(crate) use self::group::{GroupColumn, Grouped, OF_DATES, OF_NUMBERS, group_column, grouped};
pub(crate) use self::order::{Order, after, foreign_cursor, order};
use crate::TableError;
use crate::engine::Engine;
use crate::mask::masked;
use crate::parquet::{ROW, stored_type, text_column, typed_column};
use crate::view::Governed;

/// A column that a plan speaks of.
#[derive(Debug, Clone)]
pub(crate) struct Resolved {
    /// Its text.
    pub(crate) text: Expr,
    /// Its typed values, where it has a type.
    pub(crate) typed: Option<Expr>,
    pub(crate) item_type: ItemType,
}

/// The columns that a question may name.
pub(crate) trait Columns {
    /// Finds a column by its name.
    fn resolve(&self, name: &str) -> Result<Resolved, TableError>;
}

/// The text of the visible column at a place.
pub(crate) fn shown_text(place: usize) -> String {
    format!("c{place}")
}

/// The typed values of the visible column at a place.
pub(crate) fn shown_typed(place: usize) -> String {
    format!("n{place}")
}

/// All columns of a stored table: only the rows of a view are found by them.
struct Stored<'a>(&'a Governed);

impl Columns for Stored<'_> {
    fn resolve(&self, name: &str) -> Result<Resolved, TableError> {
        let mut columns = self.0.table.columns.iter().enumerate();
        let (index, column) = columns
            .find(|(_, column)| column.name == name)
            .ok_or_else(|| TableError::NoColumn(name.to_owned()))?;
        Ok(Resolved {
            text: col(text_column(index)),
            typed: stored_type(column.item_type).map(|_| col(typed_column(index))),
            item_type: column.item_type,
        })
    }
}

/// The columns that the asker may have.
pub(crate) struct Visible {
    pub(crate) columns: Vec<TableColumn>,
}

impl Visible {
    pub(crate) fn of(governed: &Governed) -> Self {
        Self { columns: governed.columns() }
    }

    pub(crate) fn place(&self, name: &str) -> Result<usize, TableError> {
        self.columns
            .iter()
            .position(|column| column.name == name)
            .ok_or_else(|| TableError::NoColumn(name.to_owned()))
    }

    /// The places of the columns that are selected; of all where none is named.
    pub(crate) fn selected(&self, names: &[String]) -> Result<Vec<usize>, TableError> {
        if names.is_empty() {
            return Ok((0..self.columns.len()).collect());
        }
        names.iter().map(|name| self.place(name)).collect()
    }
}

impl Columns for Visible {
    fn resolve(&self, name: &str) -> Result<Resolved, TableError> {
        let place = self.place(name)?;
        let item_type = self.columns.get(place).map_or(ItemType::Text, |it| it.item_type);
        Ok(Resolved {
            text: col(shown_text(place)),
            typed: stored_type(item_type).map(|_| col(shown_typed(place))),
            item_type,
        })
    }
}

/// The table as the asker may have it: every plan begins here.
pub(crate) fn base(engine: &Engine, governed: &Governed) -> Result<DataFrame, TableError> {
    as_visible(engine.read(&governed.table)?, engine, governed)
}

/// Rows of these numbers as the asker may have them, in the order of the file.
pub(crate) fn numbered(
    engine: &Engine,
    governed: &Governed,
    numbers: &[i64],
) -> Result<DataFrame, TableError> {
    as_visible(engine.read_numbered(&governed.table, numbers)?, engine, governed)
}

/// Puts the view before rows of the stored table.
fn as_visible(
    mut frame: DataFrame,
    engine: &Engine,
    governed: &Governed,
) -> Result<DataFrame, TableError> {
    if let Some(rows) = &governed.view.rows {
        frame = frame.filter(filter::compile(rows, &Stored(governed))?)?;
    }
    let mut shown = vec![col(ROW)];
    for (place, (column, stored)) in governed.visible().enumerate() {
        let text = col(text_column(column.index));
        match &column.mask {
            Some(mask) => shown.push(masked(mask, engine.key(), text).alias(shown_text(place))),
            None => {
                shown.push(text.alias(shown_text(place)));
                if stored_type(stored.item_type).is_some() {
                    shown.push(col(typed_column(column.index)).alias(shown_typed(place)));
                }
            }
        }
    }
    Ok(frame.select(shown)?)
}

/// The rows that a question is about.
pub(crate) fn rows(
    engine: &Engine,
    governed: &Governed,
    query: &TableQuery,
    visible: &Visible,
) -> Result<DataFrame, TableError> {
    let mut frame = base(engine, governed)?;
    if let Some(wanted) = &query.filter {
        frame = frame.filter(filter::compile(wanted, visible)?)?;
    }
    if let Some(text) = query.contains.as_deref().filter(|text| !text.is_empty()) {
        frame = frame.filter(contains(text, visible))?;
    }
    Ok(frame)
}

/// Says whether a filter can be asked of what the asker may have, without a look at a row.
pub(crate) fn check(governed: &Governed, filter: &Filter) -> Result<(), TableError> {
    filter::compile(filter, &Visible::of(governed)).map(drop)
}

fn contains(text: &str, visible: &Visible) -> Expr {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let pattern = format!("%{escaped}%");
    let has_it = (0..visible.columns.len())
        .map(|place| like(col(shown_text(place)), &pattern, true))
        .reduce(Expr::or);
    has_it.unwrap_or_else(|| lit(false))
}

pub(crate) fn like(text: Expr, pattern: &str, ignores_case: bool) -> Expr {
    let pattern = lit(ScalarValue::Utf8View(Some(pattern.to_owned())));
    Expr::Like(Like::new(false, Box::new(text), Box::new(pattern), None, ignores_case))
}

/// How many rows a plan gives.
pub(crate) fn counted(frame: DataFrame) -> Result<DataFrame, TableError> {
    Ok(frame.aggregate(vec![], vec![count(lit(1_i64)).alias("n")])?)
}
