//! Filters as expressions.

use datafusion::common::ScalarValue;
use datafusion::functions::string::expr_fn::{btrim, lower};
use datafusion::logical_expr::lit;
use datafusion::prelude::Expr;
use kaishu_types::table::{Filter, Literal, Operator};
use kaishu_types::vocabulary::ItemType;

use super::{Columns, Resolved, like};
use crate::TableError;
use crate::value;

/// Turns a filter into an expression over the columns that it may name.
pub(super) fn compile(filter: &Filter, columns: &dyn Columns) -> Result<Expr, TableError> {
    let each = |parts: &[Filter]| {
        parts.iter().map(|part| compile(part, columns)).collect::<Result<Vec<_>, _>>()
    };
    Ok(match filter {
        Filter::And(parts) => each(parts)?.into_iter().reduce(Expr::and).unwrap_or(lit(true)),
        Filter::Or(parts) => each(parts)?.into_iter().reduce(Expr::or).unwrap_or(lit(false)),
        Filter::Not(part) => Expr::Not(Box::new(compile(part, columns)?)),
        Filter::Compare { column, operator, value } => {
            let resolved = columns.resolve(column)?;
            let value = constant(column, &resolved, value)?;
            compare(subject(resolved), *operator, value)
        }
        Filter::Like { column, pattern, ignores_case } => {
            like(columns.resolve(column)?.text, pattern, *ignores_case)
        }
        Filter::Between { column, from, to } => {
            let resolved = columns.resolve(column)?;
            let from = constant(column, &resolved, from)?;
            let to = constant(column, &resolved, to)?;
            subject(resolved).between(from, to)
        }
        Filter::In { column, values } => {
            let resolved = columns.resolve(column)?;
            let values = values.iter().map(|value| constant(column, &resolved, value));
            let values = values.collect::<Result<Vec<_>, _>>()?;
            subject(resolved).in_list(values, false)
        }
        Filter::IsNull { column } => {
            let Resolved { text, typed, .. } = columns.resolve(column)?;
            match typed {
                // As in counts: where values have a type, a word for none is none.
                Some(_) => is_blank(text.clone()).or(is_word_for_none(text)),
                None => is_blank(text),
            }
        }
    })
}

/// Nothing, or nothing but spaces.
fn is_blank(text: Expr) -> Expr {
    let empty = lit(ScalarValue::Utf8View(Some(String::new())));
    text.clone().is_null().or(btrim(vec![text]).eq(empty))
}

fn is_word_for_none(text: Expr) -> Expr {
    let words = value::MARKERS.iter().map(|word| lit(word.to_ascii_lowercase())).collect();
    lower(btrim(vec![text])).in_list(words, false)
}

/// What a column is compared by: its typed values where it has a type.
fn subject(resolved: Resolved) -> Expr {
    resolved.typed.unwrap_or(resolved.text)
}

fn compare(subject: Expr, operator: Operator, value: Expr) -> Expr {
    match operator {
        Operator::Equal => subject.eq(value),
        Operator::NotEqual => subject.not_eq(value),
        Operator::Less => subject.lt(value),
        Operator::LessOrEqual => subject.lt_eq(value),
        Operator::Greater => subject.gt(value),
        Operator::GreaterOrEqual => subject.gt_eq(value),
    }
}

/// Turns a value into one that the column can be compared with.
fn constant(column: &str, resolved: &Resolved, value: &Literal) -> Result<Expr, TableError> {
    let written = match value {
        Literal::Number(text)
        | Literal::Text(text)
        | Literal::Date(text)
        | Literal::Timestamp(text) => text.trim(),
        Literal::Boolean(true) => "true",
        Literal::Boolean(false) => "false",
    };
    let wrong = |wanted| TableError::WrongValue {
        column: column.to_owned(),
        item_type: resolved.item_type,
        wanted,
    };
    let scalar = match resolved.item_type {
        ItemType::Integer => match written.parse::<i64>() {
            Ok(number) => ScalarValue::Int64(Some(number)),
            Err(_) => ScalarValue::Float64(Some(number(written).ok_or_else(|| wrong(A_NUMBER))?)),
        },
        ItemType::Decimal => {
            ScalarValue::Float64(Some(number(written).ok_or_else(|| wrong(A_NUMBER))?))
        }
        ItemType::Boolean => {
            ScalarValue::Boolean(Some(value::boolean(written).ok_or_else(|| wrong(YES_OR_NO))?))
        }
        ItemType::Date => ScalarValue::Date32(Some(day(written).ok_or_else(|| wrong(A_DATE))?)),
        ItemType::Datetime => {
            let moment = moment(written).ok_or_else(|| wrong(A_MOMENT))?;
            ScalarValue::TimestampMicrosecond(Some(moment), None)
        }
        // Texts are compared as they are written: 007 is not 7.
        ItemType::Text | ItemType::Code | ItemType::Geometry => {
            let text = match value {
                Literal::Text(text) => text.as_str(),
                _ => written,
            };
            ScalarValue::Utf8View(Some(text.to_owned()))
        }
    };
    Ok(lit(scalar))
}

pub(crate) const A_NUMBER: &str = "compare it with a number, as in 12.5";
pub(crate) const A_DATE: &str = "compare it with a date, as in DATE('2020-02-06')";
pub(crate) const A_MOMENT: &str = "compare it with a time, as in TIMESTAMP('2020-02-06T12:00:00')";
pub(crate) const YES_OR_NO: &str = "compare it with TRUE or FALSE";

fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

fn day(text: &str) -> Option<i32> {
    let of_moment = || {
        value::datetime(text)
            .and_then(|micros| i32::try_from(micros.div_euclid(86_400_000_000)).ok())
    };
    value::date(text).or_else(of_moment)
}

fn moment(text: &str) -> Option<i64> {
    let of_day = || value::date(text).map(|days| i64::from(days) * 86_400_000_000);
    value::datetime(text).or_else(of_day)
}
