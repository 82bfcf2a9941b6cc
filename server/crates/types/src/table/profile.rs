//! What the values of a column have in common.

use serde::{Deserialize, Serialize};

/// A value and how often it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ValueCount {
    /// The value as it is written; a long one is cut and ends in `…`.
    pub value: String,
    /// Rows that have it; at least so many where the profile is not exact.
    pub count: u64,
}

/// A part of a histogram.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bin {
    /// The least number in it.
    pub from: f64,
    /// The number that it ends before; the last bin holds it, too.
    pub to: f64,
    /// Rows in it.
    pub count: u64,
}

/// Lengths of texts in characters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lengths {
    /// Of the shortest value.
    pub min: u32,
    /// Of the longest value.
    pub max: u32,
    /// On average.
    pub mean: f64,
}

/// What a column of numbers shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NumberFacts {
    /// The mean.
    pub mean: f64,
    /// The standard deviation of the values, as of a whole population.
    pub deviation: f64,
    /// The quantiles 5 %, 25 %, 50 %, 75 %, 95 %; near ones where there are too many values to keep.
    pub quantiles: [f64; 5],
    /// How the values are spread.
    pub histogram: Vec<Bin>,
}

/// What the values of a column have in common, over the whole table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ColumnProfile {
    /// Rows with a value.
    pub n_values: u64,
    /// Rows without one: missing, empty or nothing but spaces.
    pub n_blank: u64,
    /// Different values.
    pub n_distinct: u64,
    /// Whether `n_distinct` and `top` are counted; else they are near.
    pub is_exact: bool,
    /// The least value, by the order of its type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// The greatest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
    /// The most frequent values, most frequent first; none where nearly all differ.
    #[serde(default)]
    pub top: Vec<ValueCount>,
    /// Lengths of the values.
    pub lengths: Lengths,
    /// How the values are written: `9` is a digit, `A` letters, `汉` Chinese characters; none where
    /// they are written in more ways than are worth telling.
    #[serde(default)]
    pub formats: Vec<ValueCount>,
    /// For numbers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<NumberFacts>,
}
