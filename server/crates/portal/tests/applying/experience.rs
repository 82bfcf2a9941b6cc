//! What applicants met before, over a year of days.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use kaishu_domain::Calendar;
use kaishu_domain::calendar::Fallback;
use kaishu_testkit::granted::{everybody, site};
use kaishu_testkit::people::LANG;
use kaishu_types::access::{ApplicationDocument, UsePurpose};

use super::{act, code, event, submitted, whole};

/// Working days that the rules of Aba give for an answer.
const REPLY: i64 = 10;

/// An application: the day after the first on which it is submitted, how many days later it is decided, and how.
const YEAR: [(u64, u64, &str); 10] = [
    (0, 3, "approve"),
    (4, 1, "approve"),
    // Over the end of the year.
    (38, 9, "refuse"),
    (60, 0, "approve"),
    // Over the spring festival of 2027.
    (74, 25, "approve"),
    (120, 40, "refuse"),
    (155, 6, "approve"),
    // Over the first of October.
    (308, 14, "approve"),
    (309, 2, "refuse"),
    (350, 12, "approve"),
];

fn day(n: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap() + Days::new(n)
}

/// Counts working days one after the other.
fn counted(calendar: &Calendar, from: NaiveDate, to: NaiveDate) -> i64 {
    let days = from.iter_days().skip(1).take_while(|day| *day <= to);
    i64::try_from(days.filter(|day| calendar.is_working_day(*day).unwrap()).count()).unwrap()
}

// Proves SRCH-03 and APP-07 for what others met: over a simulated year each deadline, and the median that the public
// reads, are what a count day by day gives; what was given is told by kind and purpose, without names.
#[tokio::test]
async fn a_year_of_decisions_is_told_as_it_was() {
    let calendar = Calendar::load().unwrap().with_fallback(Fallback::Provisional);
    let site = site("aba").await;
    let people = everybody(site.portal()).await;
    let (holder, reviewer) = (&people.holder.0, &people.reviewer);
    let dataset = site.portal().dataset(&code()).await.unwrap();
    let none = site.portal().experience(&dataset).await.unwrap();
    assert_eq!((none.median_days, none.n_counted, none.decided), (None, 0, Vec::new()));

    let mut todo: BTreeMap<u64, Vec<(usize, bool)>> = BTreeMap::new();
    for (place, (submitted, taken, _)) in YEAR.iter().enumerate() {
        todo.entry(*submitted).or_default().push((place, false));
        todo.entry(submitted + taken).or_default().push((place, true));
    }
    let mut cases = BTreeMap::new();
    let mut n_decided = 0;
    for (n, acts) in todo {
        let portal = site.open_at(day(n).and_hms_opt(4, 0, 0).unwrap().and_utc()).await;
        for (place, is_decision) in acts {
            if is_decision {
                act(&portal, reviewer, cases[&place], event(YEAR[place].2)).await.unwrap();
                n_decided += 1;
                // Of one or two, whoever knows that somebody applied would read how it ended.
                let told = portal.experience(&dataset).await.unwrap();
                assert_eq!(told.median_days.is_some(), n_decided >= 3, "{n_decided}");
                assert!(n_decided >= 3 || told.decided.is_empty(), "{n_decided}");
                assert!(told.decided.iter().all(|it| it.n_approved + it.n_refused >= 3));
                continue;
            }
            let purpose = [UsePurpose::Research, UsePurpose::Journalism][place % 2];
            let document = ApplicationDocument {
                purpose: Some(purpose),
                last_day: Some(day(n) + Days::new(200)),
                ..whole()
            };
            let case = submitted(&portal, holder, &document).await;
            let own = portal.own_applications(holder, LANG).await.unwrap();
            let due = own.iter().find(|it| it.case == case).unwrap().due.unwrap();
            assert_eq!(counted(&calendar, day(n), due), REPLY, "submitted on {}", day(n));
            assert!(calendar.is_working_day(due).unwrap(), "{due}");
            cases.insert(place, case);
        }
    }

    let portal = site.open_at("2027-12-01T04:00:00Z".parse().unwrap()).await;
    let found = portal.experience(&dataset).await.unwrap();
    let taken = YEAR.iter().map(|(n, taken, _)| counted(&calendar, day(*n), day(n + taken)));
    let mut taken: Vec<i64> = taken.collect();
    taken.sort_unstable();
    assert_eq!(found.n_counted, YEAR.len());
    assert_eq!(found.median_days.map(i64::from), Some(taken[(YEAR.len() - 1) / 2]));
    let told: Vec<_> =
        found.decided.iter().map(|it| (it.purpose, it.n_approved, it.n_refused)).collect();
    // By hand: even places are research, odd ones journalism.
    assert_eq!(told, [(UsePurpose::Research, 3, 2), (UsePurpose::Journalism, 4, 1)]);
    assert!(found.decided.iter().all(|it| it.items.iter().eq(["power"])), "{:?}", found.decided);
}
