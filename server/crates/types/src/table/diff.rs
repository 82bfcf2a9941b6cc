//! What two tables have that differs.

use serde::{Deserialize, Serialize};

use super::{Cell, TableColumn};
use crate::Lang;
use crate::vocabulary::ItemType;

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Some of its values are others.
    Changed,
    /// It was not there before.
    Added,
    /// It is no longer there.
    Removed,
}

impl ChangeKind {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Changed, Self::Added, Self::Removed];

    /// Returns the code used in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }

    /// Returns the word people read.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Changed => lang.pick("修改", "Changed"),
            Self::Added => lang.pick("新增", "Added"),
            Self::Removed => lang.pick("删除", "Removed"),
        }
    }
}

/// A row that differs. Its values are those of the compared columns, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RowChange {
    /// What became of it.
    pub kind: ChangeKind,
    /// What it was; none where it is new.
    pub before: Option<Vec<Cell>>,
    /// What it is; none where it is gone.
    pub after: Option<Vec<Cell>>,
}

/// A column that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ColumnChange {
    /// It was not there before.
    Added {
        /// Its name.
        column: String,
    },
    /// It is no longer there.
    Removed {
        /// Its name.
        column: String,
    },
    /// It holds the same under another name.
    Renamed {
        /// The name it had.
        column: String,
        /// The name it has.
        to: String,
    },
    /// Its values are of another type.
    Retyped {
        /// Its name.
        column: String,
        /// The type it had.
        from: ItemType,
        /// The type it has.
        to: ItemType,
    },
}

impl ColumnChange {
    /// Whether a program that reads the table by names and types may no longer work.
    pub fn is_breaking(&self) -> bool {
        use ItemType::{Code, Decimal, Integer, Text};
        match self {
            Self::Added { .. } => false,
            Self::Removed { .. } | Self::Renamed { .. } => true,
            Self::Retyped { from, to, .. } => {
                !matches!((from, to), (Integer, Decimal) | (Code, Text) | (Text, Code))
            }
        }
    }

    /// Says what differs, and why that breaks programs or does not.
    pub fn words(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Added { column }, Lang::Zh) => {
                format!("新增列“{column}”：按列名读取的程序不受影响")
            }
            (Self::Added { column }, Lang::En) => {
                format!("Column “{column}” is new: programs that read by name go on")
            }
            (Self::Removed { column }, Lang::Zh) => format!("删除列“{column}”：读取它的程序会出错"),
            (Self::Removed { column }, Lang::En) => {
                format!("Column “{column}” is gone: programs that read it fail")
            }
            (Self::Renamed { column, to }, Lang::Zh) => {
                format!("列“{column}”改名为“{to}”，内容相同：按原名读取的程序会出错")
            }
            (Self::Renamed { column, to }, Lang::En) => format!(
                "Column “{column}” is now called “{to}” and holds the same: programs that read it by name fail"
            ),
            (Self::Retyped { column, from, to }, lang) => {
                let (from, to) = (from.label(lang), to.label(lang));
                match (lang, self.is_breaking()) {
                    (Lang::Zh, true) => {
                        format!("列“{column}”的类型由{from}改为{to}：按原类型读取的程序会出错")
                    }
                    (Lang::Zh, false) => {
                        format!("列“{column}”的类型由{from}改为{to}：原来的读取方式仍然可用")
                    }
                    (Lang::En, true) => format!(
                        "Column “{column}” was {from} and is {to}: programs that read the old type fail"
                    ),
                    (Lang::En, false) => {
                        format!("Column “{column}” was {from} and is {to}: it reads as before")
                    }
                }
            }
        }
    }
}

/// What two tables have that differs, as far as the asker may have both.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TableDiff {
    /// The columns that were compared, as the new table has them.
    pub columns: Vec<TableColumn>,
    /// The columns that differ.
    pub column_changes: Vec<ColumnChange>,
    /// The columns that rows were told by; none where whole rows were compared.
    pub key: Vec<String>,
    /// Rows that are the same.
    pub n_same: u64,
    /// Rows some of whose values are others.
    pub n_changed: u64,
    /// Rows that were not there before.
    pub n_added: u64,
    /// Rows that are no longer there.
    pub n_removed: u64,
    /// A part of the rows that differ: changed ones first, then new ones, then those that are gone.
    pub rows: Vec<RowChange>,
    /// How many rows stand before the next part; none after the last.
    pub next: Option<u64>,
}

impl TableDiff {
    /// Whether a program that reads the old table by names and types may no longer work.
    pub fn is_breaking(&self) -> bool {
        self.column_changes.iter().any(ColumnChange::is_breaking)
    }
}
