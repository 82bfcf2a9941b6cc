//! A look at data before somebody applies for it: rows that are made up, and figures of which none is small
//! (SRCH-03, APP-07).

use serde::{Deserialize, Serialize};

use crate::vocabulary::ItemType;

/// A column of a look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LookColumn {
    /// The name of the data item.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// Its declared type.
    #[serde(rename = "type")]
    pub item_type: ItemType,
}

/// Rows made of what the data items declare, of no value of the data itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MadeUp {
    /// The columns: the data items that the public may know of.
    pub columns: Vec<LookColumn>,
    /// The rows, a text for each column.
    pub rows: Vec<Vec<String>>,
}

/// A count that tells of no few rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SafeCount {
    /// Fewer than so many, or none.
    FewerThan(u64),
    /// At least so many: rounded down to a multiple of the least count that is shown.
    AtLeast(u64),
}

/// A value that many rows have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SafeValue {
    /// The value.
    pub value: String,
    /// Rows that have it.
    pub count: SafeCount,
}

/// What the values of a column have in common, as far as it tells of nobody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SafeColumn {
    /// Which column.
    #[serde(flatten)]
    pub column: LookColumn,
    /// Rows with a value.
    pub filled: SafeCount,
    /// Rows without one.
    pub blank: SafeCount,
    /// Different values.
    pub distinct: SafeCount,
    /// The quartiles of numbers, to two significant digits; none where they would rest on few rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quartiles: Option<[f64; 3]>,
    /// Values that many rows have, where the column speaks of nobody; the most frequent first.
    #[serde(default)]
    pub top: Vec<SafeValue>,
}

/// A table of a file, as far as it tells of nobody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SafeTable {
    /// What people call the file.
    pub title: String,
    /// Its rows.
    pub rows: SafeCount,
    /// Its columns; those that are masked or held back are not among them.
    pub columns: Vec<SafeColumn>,
}
