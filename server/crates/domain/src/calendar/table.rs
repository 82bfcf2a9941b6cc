//! Reading the notices of the years: in the form of `calendar/holidays.toml`, each fault with its line.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, Weekday};
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::{CalendarError, YearNotice};
use crate::policy::line_of;

/// Most days of a holiday: a longer span is a slip of the pen.
const MAX_SPAN_DAYS: i64 = 31;

/// Days that are off in every year, by month and day (《全国年节及纪念日放假办法》, article 2).
const ALWAYS_OFF: [(u32, u32); 3] = [(1, 1), (5, 1), (10, 1)];

/// What the notice of one year says, day by day.
#[derive(Debug, Clone)]
pub(super) struct NoticedYear {
    pub(super) notice: YearNotice,
    /// Days without work, with the name of the holiday.
    pub(super) off: BTreeMap<NaiveDate, String>,
    /// Weekend days that are worked.
    pub(super) work: BTreeSet<NaiveDate>,
    /// Where it stands in its file.
    pub(super) line: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    year: Vec<YearTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearTable {
    year: Spanned<i32>,
    notice: Spanned<String>,
    links: Vec<Spanned<String>>,
    off: Vec<Span>,
    work: Vec<Spanned<Datetime>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    name: Spanned<String>,
    first: Spanned<Datetime>,
    last: Spanned<Datetime>,
}

/// Reads the years of a file, the oldest first.
pub(super) fn read(text: &str) -> Result<Vec<NoticedYear>, CalendarError> {
    let table: Table = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, &span));
        wrong(line, error.message())
    })?;
    let mut years: BTreeMap<i32, NoticedYear> = BTreeMap::new();
    for table in table.year {
        let year = Reader { text, year: *table.year.get_ref() }.read(table)?;
        let (number, line) = (year.notice.year, year.line);
        if years.insert(number, year).is_some() {
            return Err(wrong(line, format!("the year {number} is there twice; keep one of them")));
        }
    }
    match years.is_empty() {
        true => Err(wrong(1, "there is no year in it; write a [[year]] from its notice")),
        false => Ok(years.into_values().collect()),
    }
}

/// Says what is wrong in a line.
pub(super) fn wrong(line: usize, rule: impl std::fmt::Display) -> CalendarError {
    CalendarError::InvalidTable(format!("line {line}: {rule}"))
}

/// Reads one year.
struct Reader<'a> {
    text: &'a str,
    year: i32,
}

impl Reader<'_> {
    fn line<T>(&self, value: &Spanned<T>) -> usize {
        line_of(self.text, &value.span())
    }

    fn read(&self, table: YearTable) -> Result<NoticedYear, CalendarError> {
        let YearTable { year, notice, links, off, work } = table;
        let line = self.line(&year);
        if !(2000..=2100).contains(&self.year) {
            let rule = format!("`year` is {}; write the year of the notice, as in 2027", self.year);
            return Err(wrong(line, rule));
        }
        if notice.get_ref().trim().is_empty() {
            let rule = "`notice` is empty; write title and number of the notice";
            return Err(wrong(self.line(&notice), rule));
        }
        let mut addresses = Vec::new();
        for link in links {
            let at = self.line(&link);
            let link = link.into_inner();
            if !link.starts_with("https://") && !link.starts_with("http://") {
                let rule = format!("`{link}` is no address; write it as in https://www.gov.cn/");
                return Err(wrong(at, rule));
            }
            addresses.push(link);
        }
        let off = self.read_off(off)?;
        let work = self.read_work(work, &off)?;
        for (month, day) in ALWAYS_OFF {
            let date = NaiveDate::from_ymd_opt(self.year, month, day);
            if let Some(date) = date.filter(|date| !off.contains_key(date)) {
                let rule = format!("{date} is off in every year; name it in `off`");
                return Err(wrong(line, rule));
            }
        }
        let notice = YearNotice { year: self.year, notice: notice.into_inner(), links: addresses };
        Ok(NoticedYear { notice, off, work, line })
    }

    fn read_off(&self, spans: Vec<Span>) -> Result<BTreeMap<NaiveDate, String>, CalendarError> {
        let mut off = BTreeMap::new();
        for Span { name, first, last } in spans {
            let line = self.line(&first);
            let (mut date, last) = (self.date(&first)?, self.date(&last)?);
            let name = name.into_inner();
            if name.trim().is_empty() {
                return Err(wrong(line, "`name` is empty; write the name of the holiday"));
            }
            if date > last || (last - date).num_days() > MAX_SPAN_DAYS {
                let rule = format!(
                    "{name}: {date} to {last}; `first` comes before `last`, and {MAX_SPAN_DAYS} days at most lie between"
                );
                return Err(wrong(line, rule));
            }
            while date <= last {
                if off.insert(date, name.clone()).is_some() {
                    return Err(wrong(line, format!("{date} is in `off` twice; name it once")));
                }
                date = date.succ_opt().ok_or(CalendarError::OutOfRange)?;
            }
        }
        Ok(off)
    }

    fn read_work(
        &self,
        days: Vec<Spanned<Datetime>>,
        off: &BTreeMap<NaiveDate, String>,
    ) -> Result<BTreeSet<NaiveDate>, CalendarError> {
        let mut work = BTreeSet::new();
        for day in days {
            let (line, date) = (self.line(&day), self.date(&day)?);
            if !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
                let rule = format!("{date} is no Saturday or Sunday; `work` names weekend days");
                return Err(wrong(line, rule));
            }
            if off.contains_key(&date) {
                let rule = format!("{date} is in `off` and in `work`; keep one of them");
                return Err(wrong(line, rule));
            }
            if !work.insert(date) {
                return Err(wrong(line, format!("{date} is in `work` twice; name it once")));
            }
        }
        Ok(work)
    }

    /// Reads a day of the year. A notice may begin with the last days of the year before.
    fn date(&self, value: &Spanned<Datetime>) -> Result<NaiveDate, CalendarError> {
        let line = self.line(value);
        let value = value.get_ref();
        let no_day = || wrong(line, format!("`{value}` is no day; write it as in 2027-01-01"));
        let date = value.date.filter(|_| value.time.is_none()).ok_or_else(no_day)?;
        let (year, month, day) = (date.year, date.month, date.day);
        let date = NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day));
        let date = date.ok_or_else(no_day)?;
        let is_of_year = date.year() == self.year;
        let is_before = date.year() + 1 == self.year && date.month() == 12;
        match is_of_year || is_before {
            true => Ok(date),
            false => Err(wrong(line, format!("{date} is not of {}; write it there", self.year))),
        }
    }
}
