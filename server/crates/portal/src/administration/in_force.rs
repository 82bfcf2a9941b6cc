//! What the portal goes by: the calendar and the days of its profile (ORG-12).

use std::path::Path;

use chrono::Datelike;
use kaishu_domain::Calendar;
use kaishu_domain::calendar::{CalendarError, Fallback};
use kaishu_domain::policy::Expiry;

use crate::{Error, Portal, Result};

/// A year of the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarYear {
    /// The year.
    pub year: i32,
    /// Title and number of the notice; none where the year is counted provisionally.
    pub notice: Option<String>,
    /// Where the notice was published.
    pub links: Vec<String>,
}

/// Reads the calendar that comes with the program, and the file that adds years to it or takes their place.
///
/// # Errors
///
/// `Configuration` naming the file, the line and the rule.
pub(crate) fn calendar(file: Option<&Path>) -> Result<Calendar> {
    let wrong = |error: CalendarError| Error::Configuration(error.to_string());
    let mut calendar = Calendar::load().map_err(wrong)?;
    if let Some(path) = file {
        let named = |error: &dyn std::fmt::Display| {
            Error::Configuration(format!("`calendar_file`: {}: {error}", path.display()))
        };
        let text = std::fs::read_to_string(path).map_err(|error| named(&error))?;
        calendar = calendar.with_years(&text).map_err(|error| named(&error))?;
    }
    Ok(calendar.with_fallback(Fallback::Provisional))
}

impl Portal {
    /// Returns the last year that has a notice of its holidays.
    pub fn last_noticed_year(&self) -> Option<i32> {
        self.inner.calendar.last_year()
    }

    /// Lists the years that working days are counted in, the oldest first, up to the next one: those
    /// without a notice are provisional.
    pub fn calendar_years(&self) -> Vec<CalendarYear> {
        let calendar = &self.inner.calendar;
        let mut years: Vec<CalendarYear> = calendar
            .notices()
            .map(|it| CalendarYear {
                year: it.year,
                notice: Some(it.notice.clone()),
                links: it.links.clone(),
            })
            .collect();
        let next = self.today().year() + 1;
        let first = calendar.last_year().map_or(next, |last| last + 1);
        years.extend((first..=next).map(|year| CalendarYear {
            year,
            notice: None,
            links: Vec::new(),
        }));
        years
    }

    /// Tells whether the profile in force has ended or is about to.
    pub fn expiry(&self) -> Expiry {
        self.policy().header.expiry(self.today())
    }
}
