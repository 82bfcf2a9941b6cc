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

/// A year whose notice names what is off in every year and something else.
fn year(number: i32, off: &str, work: &str) -> String {
    format!(
        "[[year]]\nyear = {number}\nnotice = \"通知\"\nlinks = []\noff = [\n\
         {{ name = \"元旦\", first = {number}-01-01, last = {number}-01-01 }},\n\
         {{ name = \"劳动节\", first = {number}-05-01, last = {number}-05-01 }},\n\
         {{ name = \"国庆节\", first = {number}-10-01, last = {number}-10-01 }},\n\
         {off}]\nwork = [\n{work}]\n"
    )
}

/// Checks that a file is refused with the line and the rule.
#[track_caller]
fn check_table(text: &str, (line, rule): (usize, &str)) {
    let error = Calendar::load().unwrap().with_years(text).unwrap_err().to_string();
    assert!(error.contains(&format!("line {line}: ")) && error.contains(rule), "{error}");
}

#[test]
fn wrong_tables_are_refused_with_line_and_rule() {
    let off = |first: &str, last: &str| {
        year(2027, &format!("{{ name = \"春节\", first = {first}, last = {last} }}\n"), "")
    };
    check_table("", (1, "missing field `year`"));
    check_table("year = []", (1, "there is no year"));
    check_table("\n[[year]]\nyear = 2027\nholidays = []\n", (4, "unknown field `holidays`"));
    check_table("[[year]]\nyear = = 2027\n", (2, ""));
    let far = year(2027, "", "").replace("year = 2027", "year = 20270");
    check_table(&far, (2, "write the year of the notice"));
    check_table(&year(2028, "", ""), (2, "the next one is 2027"));
    check_table(&year(2019, "", ""), (2, "the next one is 2027"));
    check_table(&year(2027, "", "").replace("通知", " "), (3, "title and number"));
    let script = year(2027, "", "").replace("links = []", "links = [\"javascript:x\"]");
    check_table(&script, (4, "is no address"));
    check_table(&off("2027-02-09", "2027-02-06"), (9, "春节: 2027-02-09 to 2027-02-06"));
    check_table(&off("2027-02-06", "2027-04-06"), (9, "31 days at most"));
    check_table(&off("2028-02-06", "2028-02-07"), (9, "2028-02-06 is not of 2027"));
    check_table(&off("2027-05-01", "2027-05-02"), (9, "2027-05-01 is in `off` twice"));
    check_table(&year(2027, "", "").replace("劳动节", ""), (7, "`name` is empty"));
    let worked = |day: &str| year(2027, "", &format!("{day}\n"));
    check_table(&worked("12:00:00"), (11, "`12:00:00` is no day"));
    check_table(&worked("2027-02-08"), (11, "no Saturday or Sunday"));
    check_table(&worked("2027-05-01"), (11, "in `off` and in `work`"));
    check_table(&worked("2027-02-07, 2027-02-07"), (11, "in `work` twice"));
    let without = year(2027, "", "").replace("2027-10-01", "2027-10-02");
    check_table(&without, (2, "2027-10-01 is off in every year"));
    let twice = year(2027, "", "") + &year(2027, "", "");
    check_table(&twice, (13, "the year 2027 is there twice"));
}

/// Part of SUP-01: the notice of another year comes by a file, and a year that the program has is the file's, whole.
#[test]
fn a_file_adds_years_and_prevails_over_those_there_are() {
    let spring = "{ name = \"春节\", first = 2027-02-05, last = 2027-02-11 }\n";
    // Whatever the order in which they are written.
    let text = year(2028, "", "") + &year(2027, spring, "2027-02-14\n") + &year(2023, "", "");
    let calendar = Calendar::load().unwrap().with_years(&text).unwrap();
    assert_eq!(calendar.last_year(), Some(2028));
    assert_eq!(calendar.deadline(date("2027-02-04"), 1), Ok(official("2027-02-12")));
    assert_eq!(calendar.is_working_day(date("2027-02-14")), Ok(true));
    assert_eq!(calendar.holiday(date("2027-02-05")), Some("春节"));
    // Nothing of the notice that came with the program is left for 2023, and everything of the other years.
    assert_eq!(calendar.is_working_day(date("2023-01-23")), Ok(true));
    assert_eq!(calendar.is_working_day(date("2023-01-28")), Ok(false));
    assert_eq!(calendar.holiday(date("2022-12-31")), None);
    assert_eq!(calendar.is_working_day(date("2022-10-08")), Ok(true));
    let notices: Vec<_> = calendar.notices().map(|it| (it.year, it.notice.as_str())).collect();
    assert_eq!(notices.len(), 9);
    assert!(notices[3] == (2023, "通知") && notices[2].1.contains("2022年"), "{notices:?}");
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
