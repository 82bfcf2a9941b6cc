//! What is shown of conditional data before somebody applies.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// A count below this could tell of single persons.
const DEFAULT_LEAST: NonZeroU32 = NonZeroU32::new(10).unwrap();

/// What is shown of conditional data before somebody applies (SRCH-03).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LookConfig {
    /// The least count of rows that is shown; what is smaller is only said to be so.
    pub least_count: NonZeroU32,
}

impl Default for LookConfig {
    fn default() -> Self {
        Self { least_count: DEFAULT_LEAST }
    }
}
