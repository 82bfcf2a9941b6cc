//! What the portal goes by: the calendar and the days of its profile (ORG-12).

use chrono::Datelike;
use kaishu_domain::policy::Expiry;

use crate::Portal;

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

impl Portal {
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
