//! How much may be verified under a grant.

use std::num::NonZeroU32;

use kaishu_portal::access::VerifyLimits;
use serde::{Deserialize, Serialize};

/// How much may be verified under one grant (DL-07).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VerifyConfig {
    /// Most tuples of one call.
    pub tuples_per_call: NonZeroU32,
    /// Most tuples of one minute.
    pub tuples_per_minute: NonZeroU32,
    /// Most tuples of one day.
    pub tuples_per_day: NonZeroU32,
    /// Most answers of one day that are no match.
    pub misses_per_day: NonZeroU32,
}

impl Default for VerifyConfig {
    fn default() -> Self {
        let of = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let VerifyLimits { per_call, per_minute, per_day, misses_per_day } =
            VerifyLimits::default();
        Self {
            tuples_per_call: of(per_call),
            tuples_per_minute: of(per_minute),
            tuples_per_day: of(per_day),
            misses_per_day: of(misses_per_day),
        }
    }
}

impl VerifyConfig {
    pub(super) fn to_limits(&self) -> VerifyLimits {
        VerifyLimits {
            per_call: self.tuples_per_call.get(),
            per_minute: self.tuples_per_minute.get(),
            per_day: self.tuples_per_day.get(),
            misses_per_day: self.misses_per_day.get(),
        }
    }
}
