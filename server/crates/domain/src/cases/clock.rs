//! Clocks: how long somebody has to do something (SUP-01).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, CalendarError, Certainty, Deadline, Pause};

/// A time in working days that runs until something is done.
///
/// All days are days in China. Day 0 is the day it begins; the duty is kept until the end of
/// [`last_day`](Self::last_day).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// The key of its rule, as in `review.reply_wd`.
    pub rule: String,
    /// How many working days there are.
    pub working_days: u32,
    /// The day it began.
    pub day_zero: NaiveDate,
    /// The last day to do it, as things stand.
    pub last_day: NaiveDate,
    /// Whether that day was counted without the notice of its year.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_provisional: bool,
    /// How many there were before more were given (SUP-01).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended_from: Option<u32>,
    /// When it stood still.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// Since when it stands still.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_on: Option<NaiveDate>,
    /// The day it was done, or given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<NaiveDate>,
}

/// How a clock stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// So many working days are left, this one not counted.
    Running {
        /// Working days after this one.
        days_left: u32,
    },
    /// It waits for the applicant.
    Paused,
    /// The last day has passed.
    Overdue {
        /// Working days since.
        days_over: u32,
    },
    /// It was done in time.
    KeptInTime,
    /// It was done too late.
    KeptLate,
}

impl Clock {
    /// Begins a clock.
    ///
    /// # Errors
    ///
    /// Fails where the calendar does not reach far enough.
    pub fn start(
        rule: &str,
        day_zero: NaiveDate,
        working_days: u32,
        calendar: &Calendar,
    ) -> Result<Self, CalendarError> {
        let mut clock = Self {
            rule: rule.to_owned(),
            working_days,
            day_zero,
            last_day: day_zero,
            is_provisional: false,
            extended_from: None,
            pauses: Vec::new(),
            paused_on: None,
            ended_on: None,
        };
        clock.recount(calendar)?;
        Ok(clock)
    }

    /// Whether it runs or stands still: nobody has ended it.
    pub fn is_open(&self) -> bool {
        self.ended_on.is_none()
    }

    /// Holds it. One that stands still already stays as it is.
    pub fn pause(&mut self, day: NaiveDate) {
        if self.is_open() && self.paused_on.is_none() {
            self.paused_on = Some(day);
        }
    }

    /// Lets it run on; the day is a new day 0 and does not count.
    ///
    /// # Errors
    ///
    /// Fails where the calendar does not reach far enough; the clock then stands still as before.
    pub fn resume(&mut self, day: NaiveDate, calendar: &Calendar) -> Result<(), CalendarError> {
        let Some(returned) = self.paused_on else { return Ok(()) };
        let mut running = self.clone();
        running.paused_on = None;
        // A clock that was set back in between gives no time away.
        running.pauses.push(Pause { returned, resubmitted: day.max(returned) });
        running.recount(calendar)?;
        *self = running;
        Ok(())
    }

    /// Gives more time: so many working days in all. Fewer than there are change nothing.
    ///
    /// # Errors
    ///
    /// Fails where the calendar does not reach far enough; the clock then runs as before.
    pub fn extend(&mut self, in_all: u32, calendar: &Calendar) -> Result<(), CalendarError> {
        if in_all <= self.working_days {
            return Ok(());
        }
        let before = self.extended_from.unwrap_or(self.working_days);
        let mut longer = Self { working_days: in_all, extended_from: Some(before), ..self.clone() };
        longer.recount(calendar)?;
        *self = longer;
        Ok(())
    }

    /// Ends it.
    pub fn end(&mut self, day: NaiveDate) {
        if self.is_open() {
            self.ended_on = Some(day);
            self.paused_on = None;
        }
    }

    /// Counts the last day anew, as after a change of the calendar. What was ended stays as it was.
    ///
    /// # Errors
    ///
    /// Fails where the calendar does not reach far enough.
    pub fn recount(&mut self, calendar: &Calendar) -> Result<(), CalendarError> {
        if !self.is_open() {
            return Ok(());
        }
        let Deadline { last_day, certainty } =
            calendar.deadline_with_pauses(self.day_zero, self.working_days, &self.pauses)?;
        self.last_day = last_day;
        self.is_provisional = certainty != Certainty::Official;
        Ok(())
    }

    /// Says how it stands on a day. Where the calendar does not reach, days of the week count.
    pub fn standing(&self, day: NaiveDate, calendar: &Calendar) -> Standing {
        let between = |from, to| {
            let days = calendar.working_days_between(from, to);
            let days = days.unwrap_or_else(|_| (to - from).num_days());
            u32::try_from(days).unwrap_or(0)
        };
        match self.ended_on {
            Some(ended) if ended > self.last_day => Standing::KeptLate,
            Some(_) => Standing::KeptInTime,
            None if self.paused_on.is_some() => Standing::Paused,
            None if day > self.last_day => {
                Standing::Overdue { days_over: between(self.last_day, day) }
            }
            None => Standing::Running { days_left: between(day, self.last_day) },
        }
    }
}
