//! When data has to be renewed (PUB-04): the cycle is the frequency of the entry; a last day that is a day off moves
//! to the next working day, as last days do (Civil Code, article 203).

use chrono::{Days, NaiveDate};
use kaishu_types::vocabulary::Frequency;

use crate::calendar::Calendar;

/// Most days that a last day moves: no holiday is longer.
const MAX_OFF_DAYS: u64 = 15;

/// Returns the last day by which data of a frequency that was renewed on a day is renewed again; `None` where it is
/// renewed in no cycle. What machines deliver in real time has no days off; beyond the years of the calendar the
/// days are plain days.
pub fn next_due(
    calendar: &Calendar,
    frequency: Frequency,
    renewed: NaiveDate,
) -> Option<NaiveDate> {
    let period_days = u64::from(frequency.period_days()?);
    let plain = renewed.checked_add_days(Days::new(period_days))?;
    if frequency == Frequency::Realtime {
        return Some(plain);
    }
    let days = (0..=MAX_OFF_DAYS).filter_map(|n| plain.checked_add_days(Days::new(n)));
    let mut judged = days.map(|day| (day, calendar.is_known(day) && is_off(calendar, day)));
    Some(judged.find(|(_, is_off)| !is_off).map_or(plain, |(day, _)| day))
}

fn is_off(calendar: &Calendar, day: NaiveDate) -> bool {
    calendar.is_working_day(day).is_ok_and(|is_working| !is_working)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Part of PUB-04: the last day by the statutory calendar, with its days off in lieu and its worked weekends.
    #[test]
    fn a_last_day_that_is_off_moves_to_the_next_working_day() {
        let calendar = Calendar::load().unwrap_or_else(|error| panic!("{error}"));
        let day = |text: &str| text.parse::<NaiveDate>().unwrap_or_else(|_| panic!("{text}"));
        for (frequency, renewed, due) in [
            // A Wednesday; a Saturday; the first of the National Day holidays, which end on 2026-10-07.
            (Frequency::Weekly, "2026-11-04", "2026-11-11"),
            (Frequency::Weekly, "2026-11-07", "2026-11-16"),
            (Frequency::Weekly, "2026-09-24", "2026-10-08"),
            // A Saturday that is worked in exchange.
            (Frequency::Weekly, "2026-10-03", "2026-10-10"),
            (Frequency::Daily, "2026-11-20", "2026-11-23"),
            (Frequency::Realtime, "2026-11-20", "2026-11-21"),
            // No notice yet for that year: a Saturday, as it is counted.
            (Frequency::Weekly, "2099-01-03", "2099-01-10"),
        ] {
            assert_eq!(next_due(&calendar, frequency, day(renewed)), Some(day(due)), "{renewed}");
        }
        assert_eq!(next_due(&calendar, Frequency::Irregular, day("2026-11-04")), None);
    }
}
