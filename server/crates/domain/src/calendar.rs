//! Working days by the calendar of statutory holidays and make-up workdays (调休).
//!
//! Day 0 is the day a request arrives; the clock runs from the next working day and ends at the
//! end of the last one.
//!
//! A year whose notice has not come yet is refused by default: what is decided for good, as in
//! whether a duty was kept in time, is never guessed. A duty that begins meanwhile still needs a date
//! to run to, so a calendar [`with_fallback`](Calendar::with_fallback) counts on provisionally and
//! marks the result; once the notice is in, the deadlines that still run are counted anew (SUP-01).

mod table;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use table::NoticedYear;

const HOLIDAYS: &str = include_str!("../calendar/holidays.toml");

/// A day that the calendar cannot judge.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CalendarError {
    /// No notice for this year has been entered.
    #[error(
        "the working-day calendar ends with {last} and knows nothing of {year}: bring the notice of {year} \
         with `calendar_file` or a newer version of Kaishu, or count provisionally until it is published"
    )]
    UnknownYear {
        /// The year that is missing.
        year: i32,
        /// The last year there is.
        last: i32,
    },
    /// The date cannot be represented.
    #[error("the deadline lies beyond the last date that can be represented")]
    OutOfRange,
    /// The table itself is wrong.
    #[error("calendar: {0}")]
    InvalidTable(String),
}

/// What to do with a year for which there is no notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fallback {
    /// Refuse to compute.
    #[default]
    Refuse,
    /// Take Monday to Friday as working days, but for the holidays that fall on the same day every
    /// year, and say so in the result.
    Provisional,
}

/// How far a result can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// Every day was judged by the official calendar.
    Official,
    /// From this year on there is no notice. The day may turn out too early, for festivals of the
    /// lunar calendar and days off in lieu, or too late, for weekend days that are worked.
    Provisional {
        /// The first year without a notice.
        from_year: i32,
    },
}

/// The last day of a period of working days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// The duty is kept until the end of this day.
    pub last_day: NaiveDate,
    /// How far the date can be trusted.
    pub certainty: Certainty,
}

/// A time during which a clock stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// The day the request went back to its applicant; it still counts.
    pub returned: NaiveDate,
    /// The day it came again, a new day 0: it does not count.
    pub resubmitted: NaiveDate,
}

impl Pause {
    fn covers(&self, date: NaiveDate) -> bool {
        self.returned < date && date <= self.resubmitted
    }
}

/// What the notice of one year says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearNotice {
    /// The year.
    pub year: i32,
    /// Title and number of the notice.
    pub notice: String,
    /// Where it was published.
    pub links: Vec<String>,
}

/// The working-day calendar.
#[derive(Debug, Clone)]
pub struct Calendar {
    years: BTreeMap<i32, NoticedYear>,
    /// Days without work, with the name of the holiday.
    off: BTreeMap<NaiveDate, String>,
    /// Weekend days that are worked.
    work: BTreeSet<NaiveDate>,
    fallback: Fallback,
}

impl Calendar {
    /// Reads the calendar that comes with the program.
    pub fn load() -> Result<Self, CalendarError> {
        Self::parse(HOLIDAYS)
    }

    /// Reads a calendar in the form of `calendar/holidays.toml`.
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        let none = Self {
            years: BTreeMap::new(),
            off: BTreeMap::new(),
            work: BTreeSet::new(),
            fallback: Fallback::Refuse,
        };
        none.with_years(text)
    }

    /// Adds the years of a file of the same form. A year that is there already is the file's from then on, whole:
    /// none of its days is left from before.
    pub fn with_years(mut self, text: &str) -> Result<Self, CalendarError> {
        for year in table::read(text)? {
            let number = year.notice.year;
            let next = self.last_year().map(|last| last + 1);
            if !self.years.contains_key(&number) && next.is_some_and(|next| next != number) {
                let next = next.unwrap_or_default();
                let rule = format!(
                    "{number} does not follow: years come one after the other, and the next one is {next}"
                );
                return Err(table::wrong(year.line, rule));
            }
            self.years.insert(number, year);
        }
        self.off = self.years.values().flat_map(|year| year.off.clone()).collect();
        self.work = self.years.values().flat_map(|year| year.work.clone()).collect();
        Ok(self)
    }

    /// Says what to do with years that have no notice.
    #[must_use]
    pub fn with_fallback(mut self, fallback: Fallback) -> Self {
        self.fallback = fallback;
        self
    }

    /// Lists the notices, oldest first.
    pub fn notices(&self) -> impl Iterator<Item = &YearNotice> {
        self.years.values().map(|year| &year.notice)
    }

    /// Returns the last year that has a notice.
    pub fn last_year(&self) -> Option<i32> {
        self.years.keys().next_back().copied()
    }

    /// Returns the name of the holiday on a day, where the notice names the day.
    pub fn holiday(&self, date: NaiveDate) -> Option<&str> {
        self.off.get(&date).map(String::as_str)
    }

    /// Whether the official calendar knows the year of a day.
    pub fn is_known(&self, date: NaiveDate) -> bool {
        self.years.contains_key(&date.year())
    }

    /// Whether a day is a working day.
    pub fn is_working_day(&self, date: NaiveDate) -> Result<bool, CalendarError> {
        let is_weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        if self.is_known(date) {
            let is_off = self.off.contains_key(&date);
            return Ok(!is_off && (!is_weekend || self.work.contains(&date)));
        }
        match self.fallback {
            Fallback::Provisional => Ok(!is_weekend && !is_fixed_holiday(date)),
            Fallback::Refuse => {
                let last = self.last_year().unwrap_or_default();
                Err(CalendarError::UnknownYear { year: date.year(), last })
            }
        }
    }

    /// Returns the n-th working day after a day; the day itself for 0.
    pub fn add_working_days(&self, start: NaiveDate, n: u32) -> Result<Deadline, CalendarError> {
        self.count(start, n, &[])
    }

    /// Returns the last day of a period of working days; day 0 is the day of receipt.
    ///
    /// The same as [`Self::add_working_days`], named for what it is used for.
    pub fn deadline(&self, received: NaiveDate, n: u32) -> Result<Deadline, CalendarError> {
        self.count(received, n, &[])
    }

    /// Returns the last day of a period that stood still while the applicant was asked.
    pub fn deadline_with_pauses(
        &self,
        received: NaiveDate,
        n: u32,
        pauses: &[Pause],
    ) -> Result<Deadline, CalendarError> {
        self.count(received, n, pauses)
    }

    /// Counts the working days after `start` up to and with `end`; negative when `end` is earlier.
    pub fn working_days_between(
        &self,
        start: NaiveDate,
        end: NaiveDate,
    ) -> Result<i64, CalendarError> {
        let (earlier, later, sign) = if start <= end { (start, end, 1) } else { (end, start, -1) };
        let mut n_days = 0;
        let mut date = earlier;
        while date < later {
            date = date.succ_opt().ok_or(CalendarError::OutOfRange)?;
            n_days += i64::from(self.is_working_day(date)?);
        }
        Ok(sign * n_days)
    }

    fn count(&self, start: NaiveDate, n: u32, pauses: &[Pause]) -> Result<Deadline, CalendarError> {
        let mut date = start;
        let mut first_unknown = self.unknown_year(start);
        let mut left = n;
        while left > 0 {
            date = date.succ_opt().ok_or(CalendarError::OutOfRange)?;
            first_unknown = first_unknown.or_else(|| self.unknown_year(date));
            let counts = self.is_working_day(date)?;
            if counts && !pauses.iter().any(|pause| pause.covers(date)) {
                left -= 1;
            }
        }
        let certainty = match first_unknown {
            Some(from_year) if n > 0 => Certainty::Provisional { from_year },
            _ => Certainty::Official,
        };
        Ok(Deadline { last_day: date, certainty })
    }

    fn unknown_year(&self, date: NaiveDate) -> Option<i32> {
        (!self.is_known(date)).then(|| date.year())
    }
}

/// Whether every year has this day off: New Year, Labour Day and National Day with their days
/// (《全国年节及纪念日放假办法》, revised in 2024, article 2). The other festivals move with the moon.
fn is_fixed_holiday(date: NaiveDate) -> bool {
    matches!((date.month(), date.day()), (1, 1) | (5, 1 | 2) | (10, 1..=3))
}
