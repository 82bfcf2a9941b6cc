//! The working-day calendar: the notices day by day, and laws of counting. The calendar of
//! SUP-01; the one engine that owns every duty is not built.
#![expect(clippy::unwrap_used, reason = "a missing fixture is a failed test")]

use chrono::{Datelike, Days, NaiveDate, Weekday};
use kaishu_domain::calendar::{Calendar, CalendarError, Certainty, Deadline, Fallback, Pause};
use proptest::prelude::*;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn official(text: &str) -> Deadline {
    Deadline { last_day: date(text), certainty: Certainty::Official }
}

#[track_caller]
fn check(received: &str, n: u32, last_day: &str) {
    let calendar = Calendar::load().unwrap();
    assert_eq!(calendar.deadline(date(received), n), Ok(official(last_day)));
}

#[test]
fn deadlines() {
    // An ordinary week: day 0 is the day of receipt.
    check("2026-03-02", 5, "2026-03-09");
    // Received on a weekend: the clock runs from the next working day.
    check("2026-03-07", 1, "2026-03-09");
    // Before the Spring Festival of 2026: 14 and 28 February are worked, 15 to 23 are not.
    check("2026-02-13", 1, "2026-02-14");
    check("2026-02-13", 2, "2026-02-24");
    check("2026-02-13", 6, "2026-02-28");
    // The National Day holiday of 2026, with 10 October worked.
    check("2026-09-30", 1, "2026-10-08");
    check("2026-09-30", 3, "2026-10-10");
    // Over the end of a year.
    check("2025-12-31", 1, "2026-01-04");
    check("2026-03-02", 0, "2026-03-02");
}

#[test]
fn every_day_is_as_the_notices_say() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../../shared/data/calendar/holiday-cn");
    if !folder.is_dir() {
        eprintln!("skipped: the notices are not here");
        return;
    }
    let calendar = Calendar::load().unwrap();
    let mut named = std::collections::BTreeMap::new();
    for year in 2020..=2026 {
        let text = std::fs::read_to_string(folder.join(format!("{year}.json"))).unwrap();
        let notice: serde_json::Value = serde_json::from_str(&text).unwrap();
        for day in notice["days"].as_array().unwrap() {
            let is_off = day["isOffDay"].as_bool().unwrap();
            named.insert(date(day["date"].as_str().unwrap()), is_off);
        }
    }
    let mut n_days = 0;
    for day in date("2020-01-01").iter_days().take_while(|day| day.year() <= 2026) {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        let expected = !named.get(&day).copied().unwrap_or(weekend);
        assert_eq!(calendar.is_working_day(day), Ok(expected), "{day}");
        assert_eq!(calendar.holiday(day).is_some(), named.get(&day) == Some(&true), "{day}");
        n_days += 1;
    }
    assert_eq!(n_days, 2557);
}

#[test]
fn every_year_names_its_notice() {
    let calendar = Calendar::load().unwrap();

    let years: Vec<i32> = calendar.notices().map(|notice| notice.year).collect();

    assert_eq!(years, (2020..=2026).collect::<Vec<i32>>());
    for notice in calendar.notices() {
        let title = format!("国务院办公厅关于{}年部分节假日安排的通知", notice.year);
        assert!(notice.notice.starts_with(&title) && notice.notice.contains("国办发明电"));
        assert!(
            notice.links.iter().all(|link| link.contains("gov.cn")) && !notice.links.is_empty()
        );
    }
}

#[test]
fn years_without_a_notice_are_refused() {
    let calendar = Calendar::load().unwrap();
    let unknown = |year| CalendarError::UnknownYear { year, last: 2026 };

    assert_eq!(calendar.is_working_day(date("2027-01-04")), Err(unknown(2027)));
    assert_eq!(calendar.is_working_day(date("2019-12-31")), Err(unknown(2019)));
    assert_eq!(calendar.deadline(date("2026-12-31"), 1), Err(unknown(2027)));
    assert_eq!(calendar.deadline(date("2026-12-30"), 1), Ok(official("2026-12-31")));
    let message = unknown(2027).to_string();
    assert!(message.contains("ends with 2026") && message.contains("notice of 2027"), "{message}");
}

#[test]
fn counting_without_a_notice_says_so() {
    let calendar = Calendar::load().unwrap().with_fallback(Fallback::Provisional);
    let check = |received: &str, n: u32, last_day: &str| {
        let certainty = Certainty::Provisional { from_year: 2027 };
        let expected = Deadline { last_day: date(last_day), certainty };
        assert_eq!(calendar.deadline(date(received), n), Ok(expected));
    };

    // What ends before the unknown year is as sure as ever.
    assert_eq!(calendar.deadline(date("2026-12-30"), 1), Ok(official("2026-12-31")));
    // Over New Year, which is a Friday and a holiday, and the weekend behind it.
    check("2026-12-31", 1, "2027-01-04");
    check("2026-12-21", 20, "2027-01-19");
    check("2027-04-30", 1, "2027-05-03");
    check("2027-09-30", 1, "2027-10-04");

    assert_eq!(calendar.is_working_day(date("2027-01-02")), Ok(false));
    assert!(!calendar.is_known(date("2027-01-02")));
    assert_eq!(calendar.deadline(NaiveDate::MAX, 1), Err(CalendarError::OutOfRange));
}

#[test]
fn a_pause_stops_the_clock() {
    let calendar = Calendar::load().unwrap();
    let pause = |returned: &str, resubmitted: &str| Pause {
        returned: date(returned),
        resubmitted: date(resubmitted),
    };
    let deadline = |pauses: &[Pause]| {
        calendar.deadline_with_pauses(date("2026-03-02"), 5, pauses).unwrap().last_day
    };

    assert_eq!(deadline(&[]), date("2026-03-09"));
    // Returned on Wednesday the 4th, back on Monday the 9th: three days are not counted.
    assert_eq!(deadline(&[pause("2026-03-04", "2026-03-09")]), date("2026-03-12"));
    assert_eq!(deadline(&[pause("2026-03-04", "2026-03-04")]), date("2026-03-09"));
    // A pause that is recorded twice counts once.
    let same = pause("2026-03-04", "2026-03-09");
    assert_eq!(deadline(&[same, same]), date("2026-03-12"));
}

#[track_caller]
fn check_table(text: &str, message: &str) {
    let error = Calendar::parse(text).unwrap_err().to_string();
    assert!(error.contains(message), "{error}");
}

#[test]
fn wrong_tables_are_refused() {
    let year = |off: &str, work: &str| {
        format!(
            "[[year]]\nyear = 2030\nnotice = \"通知\"\nlinks = []\noff = [{off}]\nwork = [{work}]\n"
        )
    };
    check_table("", "missing field `year`");
    check_table("year = []", "there is no year");
    check_table(&year("", "12:00:00"), "`12:00:00` is not a date");
    check_table(
        &year("{ name = \"元旦\", first = 2030-01-03, last = 2030-01-01 }", ""),
        "元旦: 2030-01-03 to 2030-01-01",
    );
    check_table(&(year("", "") + &year("", "")), "the year 2030 is there twice");
    assert!(Calendar::parse(&year("", "")).is_ok());
}

prop_compose! {
    /// A day from which 250 working days stay within the known years.
    fn known_day()(offset in 0_u64..2_100) -> NaiveDate {
        date("2020-01-01") + Days::new(offset)
    }
}

proptest! {
    #[test]
    fn a_longer_time_ends_later(start in known_day(), n in 0_u32..250) {
        let calendar = Calendar::load().unwrap();
        let shorter = calendar.add_working_days(start, n).unwrap().last_day;
        let longer = calendar.add_working_days(start, n + 1).unwrap().last_day;
        prop_assert!(shorter < longer);
    }

    #[test]
    fn a_later_start_never_ends_earlier(start in known_day(), n in 1_u32..=250, later in 0_u64..40) {
        let calendar = Calendar::load().unwrap();
        let first = calendar.deadline(start, n).unwrap().last_day;
        let second = calendar.deadline(start + Days::new(later), n).unwrap().last_day;
        prop_assert!(first <= second);
    }

    #[test]
    fn adding_then_counting_gives_the_same_number(start in known_day(), n in 0_u32..=250) {
        let calendar = Calendar::load().unwrap();
        let end = calendar.add_working_days(start, n).unwrap().last_day;
        prop_assert_eq!(calendar.working_days_between(start, end), Ok(i64::from(n)));
        prop_assert_eq!(calendar.working_days_between(end, start), Ok(-i64::from(n)));
    }

    #[test]
    fn no_deadline_ends_on_a_day_off(start in known_day(), n in 1_u32..=250) {
        let calendar = Calendar::load().unwrap();
        let deadline = calendar.deadline(start, n).unwrap();
        prop_assert_eq!(calendar.is_working_day(deadline.last_day), Ok(true));
        prop_assert!(deadline.last_day > start);
        prop_assert_eq!(deadline.certainty, Certainty::Official);
    }

    #[test]
    fn a_pause_never_shortens_and_adds_its_working_days(
        start in known_day(),
        n in 1_u32..=60,
        after in 0_u64..30,
        length in 0_u64..30,
    ) {
        let calendar = Calendar::load().unwrap();
        let plain = calendar.deadline(start, n).unwrap().last_day;
        let returned = start + Days::new(after);
        let pause = Pause { returned, resubmitted: returned + Days::new(length) };
        let paused = calendar.deadline_with_pauses(start, n, &[pause]).unwrap().last_day;
        prop_assert!(paused >= plain);
        if returned < plain {
            let waited = calendar.working_days_between(returned, pause.resubmitted).unwrap();
            let all = u32::try_from(i64::from(n) + waited).unwrap();
            prop_assert_eq!(paused, calendar.deadline(start, all).unwrap().last_day);
        }
    }
}
