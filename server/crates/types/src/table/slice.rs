//! Answers of tables.

use serde::{Deserialize, Serialize};

use crate::vocabulary::ItemType;

/// A column of a table, as it is shown to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TableColumn {
    /// Its heading: the name to ask by.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// The type of its values.
    #[serde(rename = "type")]
    pub item_type: ItemType,
    /// Unit of measure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The masking rule its values went through, as in `partial:3:4`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<String>,
}

/// A value as it is written in the file, `None` where there is none. Nothing is rounded or rewritten.
pub type Cell = Option<String>;

/// Some rows of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TableSlice {
    /// The columns, in the order of the values.
    pub columns: Vec<TableColumn>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// Where the next rows begin; `None` after the last.
    pub next: Option<Position>,
}

/// The place of a row in the order of an answer: what it is ordered by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Position(pub Vec<Key>);

/// A value that rows are ordered by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Key {
    /// There is none; such rows come last.
    #[serde(rename = "n")]
    None,
    /// A whole number, or a day.
    #[serde(rename = "i")]
    Integer(i64),
    /// A moment, in microseconds since 1970.
    #[serde(rename = "m")]
    Moment(i64),
    /// The bits of a number, so that it comes back as it went.
    #[serde(rename = "f")]
    Number(u64),
    /// A text.
    #[serde(rename = "t")]
    Text(String),
    /// Yes or no.
    #[serde(rename = "b")]
    Boolean(bool),
}
