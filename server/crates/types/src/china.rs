//! Time in China, by which the portal counts days: its clocks stand eight hours before UTC.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeDelta, Utc};

/// Returns the day of an instant in China.
pub fn day_in_china(instant: DateTime<Utc>) -> NaiveDate {
    time_in_china(instant).date_naive()
}

/// Returns what the clocks in China show at an instant.
pub fn time_in_china(instant: DateTime<Utc>) -> DateTime<FixedOffset> {
    const SECONDS: i32 = 8 * 3600;
    match FixedOffset::east_opt(SECONDS) {
        Some(zone) => instant.with_timezone(&zone),
        None => instant.fixed_offset(),
    }
}

/// Returns the instant at which a day has ended in China.
pub fn end_of_day_in_china(day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN).and_utc();
    midnight + TimeDelta::hours(24 - 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_eight_hours_earlier_than_in_utc() {
        let day = |instant: &str| day_in_china(instant.parse().unwrap_or_default()).to_string();
        assert_eq!(day("2026-03-01T15:59:59Z"), "2026-03-01");
        assert_eq!(day("2026-03-01T16:00:00Z"), "2026-03-02");
        let end = end_of_day_in_china(NaiveDate::from_ymd_opt(2026, 3, 1).unwrap_or_default());
        assert_eq!(end.to_rfc3339(), "2026-03-01T16:00:00+00:00");
    }
}
