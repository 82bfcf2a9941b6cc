//! What the portal goes by: the calendar and the days of its profile (ORG-12).

use std::collections::BTreeMap;
use std::path::Path;

use chrono::Datelike;
use kaishu_domain::Calendar;
use kaishu_domain::calendar::{CalendarError, Fallback};
use kaishu_domain::cases::{Actor, Body, Event};
use kaishu_domain::policy::Expiry;
use kaishu_store::StoreError;
use kaishu_store::cases::{self, Recipients};
use kaishu_store::log::{self, Entry};
use kaishu_types::account::Role;

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

    /// Warns the authority of a profile that is about to end, and tells it of one that has: each once, however many
    /// nodes look, and once more where the profile got another last day. Returns whether this one did.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn warn_of_expiry(&self) -> Result<bool> {
        let name = match self.expiry() {
            Expiry::None => return Ok(false),
            Expiry::Soon { .. } => "expires_soon",
            Expiry::Expired => "expired",
        };
        let (store, header) = (&self.inner.store, &self.policy().header);
        let Some(last_day) = header.expires else { return Ok(false) };
        let key = format!("system/{name}-{}-{last_day}", header.code);
        if log::find_by_key(store, &key).await?.is_some() {
            return Ok(false);
        }
        let facts = BTreeMap::from([
            ("title".to_owned(), header.title.clone()),
            ("last_day".to_owned(), last_day.to_string()),
        ]);
        let body = Body { facts, ..Body::default() };
        let event = Event { name: name.to_owned(), by: Actor::system(), at: self.instant(), body };
        let (kind, subject) = ("policy", header.code.as_str());
        let entry = Entry { case: None, kind, subject, event: &event, idempotency_key: Some(&key) };
        let transaction = store.begin().await?;
        let seq = match log::append(&transaction, &self.inner.log_key, &entry).await {
            Ok(seq) => seq,
            // Another node was faster.
            Err(StoreError::Conflict { .. }) => return Ok(false),
            Err(error) => return Err(Error::from(error)),
        };
        let directory = self.directory();
        let regions = directory.regions.iter().map(|region| region.named.code.clone()).collect();
        let authorities = vec![Role::Authority, Role::CountyAuthority];
        let tells = [Recipients::OfRegions(authorities, regions)];
        cases::tell(&transaction, seq, None, &event, &tells).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
