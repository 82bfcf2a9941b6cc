//! Questions to a table.
//!
//! A question names columns as the table shows them and knows nothing of where they are stored, nor of
//! columns that the asker may not see.

use serde::{Deserialize, Serialize};

/// A value in a filter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Literal {
    /// A number, as it was written.
    Number(String),
    /// A text, between single quotes.
    Text(String),
    /// `TRUE`, `FALSE`.
    Boolean(bool),
    /// `DATE('2020-02-06')`.
    Date(String),
    /// `TIMESTAMP('2020-02-06T12:00:00Z')`.
    Timestamp(String),
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Operator {
    /// All of them, the longer signs first.
    pub const ALL: &'static [Self] = &[
        Self::NotEqual,
        Self::LessOrEqual,
        Self::GreaterOrEqual,
        Self::Equal,
        Self::Less,
        Self::Greater,
    ];

    /// The sign of the operator.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// Which rows are wanted: CQL2 (OGC 21-065), basic and advanced comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Filter {
    /// All of them hold.
    And(Vec<Filter>),
    /// One of them holds.
    Or(Vec<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// A comparison.
    Compare {
        /// The column.
        column: String,
        /// How it is compared.
        operator: Operator,
        /// With what.
        value: Literal,
    },
    /// `column LIKE 'pattern'`: `%` stands for any text, `_` for a character, `\` takes their meaning.
    Like {
        /// The column.
        column: String,
        /// The pattern.
        pattern: String,
        /// Whether upper and lower case are alike: `CASEI(column) LIKE CASEI('pattern')`.
        ignores_case: bool,
    },
    /// `column BETWEEN from AND to`, both included.
    Between {
        /// The column.
        column: String,
        /// The least value.
        from: Literal,
        /// The greatest value.
        to: Literal,
    },
    /// `column IN (a, b)`.
    In {
        /// The column.
        column: String,
        /// The values.
        values: Vec<Literal>,
    },
    /// `column IS NULL`: the row has no value there, or an empty one.
    IsNull {
        /// The column.
        column: String,
    },
}

/// By what rows are ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    /// The column.
    pub column: String,
    /// Whether the greatest comes first. Rows without a value come last either way.
    pub is_descending: bool,
}

/// What groups are made by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum GroupKey {
    /// The values of a column.
    Column(String),
    /// The year, the month or the day of a date: `year(column)`.
    Period(Period, String),
    /// Ranges of numbers, so wide: `bin(column, 10)`; the group is named by where it begins.
    Bin(String, f64),
}

/// A part of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Period {
    /// `2020`
    Year,
    /// `2020-02`
    Month,
    /// `2020-02-06`
    Day,
}

/// What is computed of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Aggregate {
    /// `count()`: rows.
    Count,
    /// `count(column)`: rows with a value.
    CountValues(String),
    /// `count_distinct(column)`: different values.
    CountDistinct(String),
    /// `sum(column)`
    Sum(String),
    /// `avg(column)`
    Average(String),
    /// `min(column)`
    Min(String),
    /// `max(column)`
    Max(String),
    /// `quantile(column, 0.5)`, near.
    Quantile(String, f64),
}

/// Groups of rows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Grouping {
    /// By what; none makes one group of all rows.
    pub keys: Vec<GroupKey>,
    /// What is computed of each.
    pub aggregates: Vec<Aggregate>,
}

/// A question to a table.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TableQuery {
    /// Which rows; all where there is none.
    pub filter: Option<Filter>,
    /// Rows in which some column has this text, whatever the case.
    pub contains: Option<String>,
    /// Which columns; all where there are none.
    pub select: Vec<String>,
    /// By what rows are ordered, before their order in the file.
    pub sort: Vec<Sort>,
    /// Whether equal rows are given once.
    pub is_distinct: bool,
    /// Groups, in place of rows.
    pub grouping: Option<Grouping>,
}

impl Filter {
    /// Calls a function with the name of every column that is asked about.
    pub fn each_column<'a>(&'a self, call: &mut dyn FnMut(&'a str)) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|it| it.each_column(call)),
            Self::Not(part) => part.each_column(call),
            Self::Compare { column, .. }
            | Self::Like { column, .. }
            | Self::Between { column, .. }
            | Self::In { column, .. }
            | Self::IsNull { column } => call(column),
        }
    }
}
