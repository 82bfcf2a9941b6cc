//! The time, which tests may hold still.

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_types::china::day_in_china;

/// What the time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clock {
    /// The system's clock.
    #[default]
    System,
    /// Always the same instant.
    Fixed(DateTime<Utc>),
}

impl Clock {
    /// Returns the instant it is now.
    pub fn now(self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now(),
            Self::Fixed(instant) => instant,
        }
    }

    /// Returns today in China.
    pub fn today(self) -> NaiveDate {
        day_in_china(self.now())
    }
}
