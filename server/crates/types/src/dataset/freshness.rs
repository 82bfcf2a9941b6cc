//! Whether a dataset keeps its update promise.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::vocabulary::Frequency;

/// Whether a dataset keeps its update promise (SRCH-07).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Freshness {
    /// Updated as promised.
    OnTime,
    /// Due within 20 % of the period or 3 days.
    DueSoon {
        /// When.
        due: NaiveDate,
    },
    /// The due date has passed.
    Overdue {
        /// When it was due.
        due: NaiveDate,
        /// Days since then.
        days: u32,
    },
    /// There is no cycle to keep.
    NoCycle,
}

impl Freshness {
    /// Judges a due date on a day.
    pub fn of(frequency: Frequency, next_due: Option<NaiveDate>, today: NaiveDate) -> Self {
        let (Some(due), Some(period_days)) = (next_due, frequency.period_days()) else {
            return Self::NoCycle;
        };
        let days_left = (due - today).num_days();
        if days_left < 0 {
            let days = u32::try_from(-days_left).unwrap_or(u32::MAX);
            return Self::Overdue { due, days };
        }
        let soon_days = (i64::from(period_days) / 5).max(3);
        if days_left <= soon_days && period_days > 7 {
            return Self::DueSoon { due };
        }
        Self::OnTime
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[track_caller]
    fn check(frequency: Frequency, due: Option<&str>, expected: &str) {
        let today: NaiveDate = "2026-11-21".parse().unwrap();
        let due = due.map(|due| due.parse().unwrap());
        let found = match Freshness::of(frequency, due, today) {
            Freshness::OnTime => "on time".to_owned(),
            Freshness::DueSoon { due } => format!("soon, {due}"),
            Freshness::Overdue { due, days } => format!("{days} days after {due}"),
            Freshness::NoCycle => "no cycle".to_owned(),
        };
        assert_eq!(found, expected);
    }

    /// The freshness part of SRCH-07; ratings and corrections are not built.
    #[test]
    fn a_due_date_is_judged_by_its_period() {
        check(Frequency::Yearly, Some("2026-11-20"), "1 days after 2026-11-20");
        check(Frequency::Yearly, Some("2026-11-21"), "soon, 2026-11-21");
        // A fifth of 366 days.
        check(Frequency::Yearly, Some("2027-02-02"), "soon, 2027-02-02");
        check(Frequency::Yearly, Some("2027-02-03"), "on time");
        // What comes every day or week is due all the time.
        check(Frequency::Daily, Some("2026-11-21"), "on time");
        check(Frequency::Daily, Some("2026-11-20"), "1 days after 2026-11-20");
        check(Frequency::Irregular, Some("2026-11-20"), "no cycle");
        check(Frequency::Yearly, None, "no cycle");
    }
}
