//! What is kept of what agencies share with each other.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// Half a year, as long as logs of a network are kept at least.
const DEFAULT_VERIFIED_DAYS: NonZeroU32 = NonZeroU32::new(180).unwrap();

/// What is kept of what agencies share with each other (SHR-09).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SharingConfig {
    /// Days after which the values that one agency verified for another are erased, with what was answered.
    pub verified_days: NonZeroU32,
}

impl Default for SharingConfig {
    fn default() -> Self {
        Self { verified_days: DEFAULT_VERIFIED_DAYS }
    }
}
