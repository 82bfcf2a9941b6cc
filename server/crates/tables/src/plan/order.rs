//! Orders, and where the next page begins.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::{SortExpr, lit};
use datafusion::prelude::Expr;
use kaishu_types::table::{Key, Position, Sort};

use super::{Columns, Resolved};
use crate::TableError;

/// What rows are ordered by; the last part tells any two rows apart.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) parts: Vec<(Expr, bool)>,
}

/// Reads an order, with what tells equal rows apart behind it.
pub(crate) fn order(
    sort: &[Sort],
    columns: &dyn Columns,
    tie_breakers: impl IntoIterator<Item = Expr>,
) -> Result<Order, TableError> {
    let mut parts = Vec::with_capacity(sort.len() + 1);
    for Sort { column, is_descending } in sort {
        let Resolved { text, typed, .. } = columns.resolve(column)?;
        parts.push((typed.unwrap_or(text), *is_descending));
    }
    parts.extend(tie_breakers.into_iter().map(|expression| (expression, false)));
    Ok(Order { parts })
}

impl Order {
    /// As a sort; rows without a value come last.
    pub(crate) fn sort(&self) -> Vec<SortExpr> {
        self.parts
            .iter()
            .map(|(part, is_descending)| part.clone().sort(!is_descending, false))
            .collect()
    }
}

/// The rows behind a position.
pub(crate) fn after(order: &Order, position: &Position) -> Result<Expr, TableError> {
    if position.0.len() != order.parts.len() {
        return Err(foreign_cursor());
    }
    let mut behind: Option<Expr> = None;
    for ((part, is_descending), key) in order.parts.iter().zip(&position.0).rev() {
        let (beyond, equal) = match scalar(key) {
            None => (lit(false), part.clone().is_null()),
            Some(value) => {
                let value = lit(value);
                let is_beyond = if *is_descending {
                    part.clone().lt(value.clone())
                } else {
                    part.clone().gt(value.clone())
                };
                (is_beyond.or(part.clone().is_null()), part.clone().eq(value))
            }
        };
        behind = Some(match behind {
            None => beyond,
            Some(rest) => beyond.or(equal.and(rest)),
        });
    }
    Ok(behind.unwrap_or_else(|| lit(true)))
}

/// The value of a key; `None` for none.
fn scalar(key: &Key) -> Option<ScalarValue> {
    Some(match key {
        Key::None => return None,
        Key::Integer(number) => ScalarValue::Int64(Some(*number)),
        Key::Moment(moment) => ScalarValue::TimestampMicrosecond(Some(*moment), None),
        Key::Number(bits) => ScalarValue::Float64(Some(f64::from_bits(*bits))),
        Key::Text(text) => ScalarValue::Utf8View(Some(text.clone())),
        Key::Boolean(is_it) => ScalarValue::Boolean(Some(*is_it)),
    })
}

/// The error of a position that is in no order of this question.
pub(crate) fn foreign_cursor() -> TableError {
    TableError::Limit("the cursor belongs to another question".to_owned())
}
