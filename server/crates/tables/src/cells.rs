//! Values out of answers.

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float64Type, Int64Type, TimeUnit,
    TimestampMicrosecondType,
};
use kaishu_types::table::{Cell, Key};

use crate::value;

/// Counts the bytes of the texts of a batch. Its memory would not do: the pages that texts are views
/// into are shared.
pub(crate) fn text_bytes(batch: &RecordBatch) -> usize {
    let views = batch.columns().iter().filter_map(|column| column.as_string_view_opt());
    views.map(|texts| texts.lengths().map(|length| length as usize).sum::<usize>()).sum()
}

/// Writes a value.
pub(crate) fn cell(array: &dyn Array, row: usize) -> Cell {
    if array.is_null(row) {
        return None;
    }
    Some(match array.data_type() {
        DataType::Utf8View => array.as_string_view().value(row).to_owned(),
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Date32 => value::show_date(array.as_primitive::<Date32Type>().value(row)),
        DataType::Decimal128(_, 0) => array.as_primitive::<Decimal128Type>().value(row).to_string(),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            value::show_datetime(array.as_primitive::<TimestampMicrosecondType>().value(row))
        }
        _ => return None,
    })
}

/// Gives a value as a part of a position.
pub(crate) fn key(array: &dyn Array, row: usize) -> Key {
    if array.is_null(row) {
        return Key::None;
    }
    match array.data_type() {
        DataType::Int64 => Key::Integer(array.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => Key::Number(array.as_primitive::<Float64Type>().value(row).to_bits()),
        DataType::Boolean => Key::Boolean(array.as_boolean().value(row)),
        DataType::Date32 => Key::Integer(array.as_primitive::<Date32Type>().value(row).into()),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            Key::Moment(array.as_primitive::<TimestampMicrosecondType>().value(row))
        }
        _ => cell(array, row).map_or(Key::None, Key::Text),
    }
}
