//! The time, which tests may hold still.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

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

    /// Returns today in China, where the clocks stand eight hours before UTC.
    pub fn today(self) -> NaiveDate {
        day_in_china(self.now())
    }
}

/// Returns the day of an instant in China.
pub(crate) fn day_in_china(instant: DateTime<Utc>) -> NaiveDate {
    const SECONDS: i32 = 8 * 3600;
    match FixedOffset::east_opt(SECONDS) {
        Some(zone) => instant.with_timezone(&zone).date_naive(),
        None => instant.date_naive(),
    }
}
