//! Dates as other catalogues write them.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use crate::text::fold_width;

const DATE_TIMES: &[&str] = &[
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
];
const DATES: &[&str] = &["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"];

/// Reads a moment; one without a zone is taken as UTC, one without a time as midnight.
pub(crate) fn moment(text: &str) -> Option<DateTime<Utc>> {
    let folded = fold_width(text);
    let zoned = DateTime::parse_from_rfc3339(&folded)
        .or_else(|_| DateTime::parse_from_str(&folded, "%Y-%m-%dT%H:%M:%S%.f%z"))
        .or_else(|_| DateTime::parse_from_str(&folded, "%Y-%m-%d %H:%M:%S%.f%z"))
        .or_else(|_| DateTime::parse_from_str(&folded, "%Y-%m-%dT%H:%M%:z"));
    let found = match zoned {
        Ok(zoned) => zoned.with_timezone(&Utc),
        Err(_) => DATE_TIMES
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(&folded, format).ok())
            .or_else(|| first_day(&folded).map(|day| day.and_time(NaiveTime::MIN)))?
            .and_utc(),
    };
    is_plausible(found.date_naive()).then_some(found)
}

/// Reads the first day of a day, month or year.
pub(crate) fn first_day(text: &str) -> Option<NaiveDate> {
    let folded = fold_width(text);
    whole_day(&folded)
        .or_else(|| {
            month(&folded).and_then(|(year, month)| NaiveDate::from_ymd_opt(year, month, 1))
        })
        .or_else(|| year(&folded).and_then(|year| NaiveDate::from_ymd_opt(year, 1, 1)))
        .filter(|day| is_plausible(*day))
}

/// Reads the last day of a day, month or year.
pub(crate) fn last_day(text: &str) -> Option<NaiveDate> {
    let folded = fold_width(text);
    whole_day(&folded)
        .or_else(|| month(&folded).and_then(|(year, month)| last_of_month(year, month)))
        .or_else(|| year(&folded).and_then(|year| NaiveDate::from_ymd_opt(year, 12, 31)))
        .filter(|day| is_plausible(*day))
}

fn last_of_month(year: i32, month: u32) -> Option<NaiveDate> {
    let next = match month {
        12 => NaiveDate::from_ymd_opt(year.checked_add(1)?, 1, 1),
        _ => NaiveDate::from_ymd_opt(year, month + 1, 1),
    };
    next?.pred_opt()
}

fn whole_day(text: &str) -> Option<NaiveDate> {
    let day = DATES.iter().find_map(|format| NaiveDate::parse_from_str(text, format).ok());
    day.or_else(|| {
        let date_part = text.get(..10)?;
        let is_date_time = text.as_bytes().get(10).is_some_and(|sign| matches!(sign, b'T' | b' '));
        is_date_time.then(|| NaiveDate::parse_from_str(date_part, "%Y-%m-%d").ok())?
    })
}

fn month(text: &str) -> Option<(i32, u32)> {
    let trimmed = text.strip_suffix('月').unwrap_or(text);
    let (year_text, month_text) = trimmed
        .split_once('-')
        .or_else(|| trimmed.split_once('/'))
        .or_else(|| trimmed.split_once('年'))?;
    let month: u32 = month_text.parse().ok().filter(|month| (1..=12).contains(month))?;
    Some((year(year_text)?, month))
}

fn year(text: &str) -> Option<i32> {
    let trimmed = text.strip_suffix('年').unwrap_or(text);
    let is_year = trimmed.len() == 4 && trimmed.bytes().all(|byte| byte.is_ascii_digit());
    is_year.then(|| trimmed.parse().ok())?
}

/// Years that every database and every browser can hold.
fn is_plausible(day: NaiveDate) -> bool {
    (1..=9999).contains(&day.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let found = moment(text).map(|moment| moment.to_rfc3339());
        assert_eq!(found.as_deref(), expected, "{text}");
    }

    #[test]
    fn moments() {
        check("2021-10-12T02:19:28.158420", Some("2021-10-12T02:19:28.158420+00:00"));
        check("2024-05-01T10:00:00+08:00", Some("2024-05-01T02:00:00+00:00"));
        check("2024-05-01T10:00+08:00", Some("2024-05-01T02:00:00+00:00"));
        check("2019-06-27 12:41:27", Some("2019-06-27T12:41:27+00:00"));
        check("2012-05-10T21:04", Some("2012-05-10T21:04:00+00:00"));
        check("2012-05-10", Some("2012-05-10T00:00:00+00:00"));
        check("2012-05", Some("2012-05-01T00:00:00+00:00"));
        check("2012", Some("2012-01-01T00:00:00+00:00"));
        check("2024年5月1日", Some("2024-05-01T00:00:00+00:00"));
        check("２０２４年５月", Some("2024-05-01T00:00:00+00:00"));
        check("06/05/2009", None);
        check("R/P1D", None);
        check("2024-13-01", None);
        check("", None);
    }

    #[test]
    fn a_span_ends_on_its_last_day() {
        assert_eq!(last_day("2024-02"), NaiveDate::from_ymd_opt(2024, 2, 29));
        assert_eq!(last_day("2023-12"), NaiveDate::from_ymd_opt(2023, 12, 31));
        assert_eq!(last_day("2023"), NaiveDate::from_ymd_opt(2023, 12, 31));
        assert_eq!(first_day("2010-05-31T12:00:00Z"), NaiveDate::from_ymd_opt(2010, 5, 31));
    }
}
