//! Duties under a grant: when a report on the use of data is due, and what it says (USE-01).

use chrono::{Months, NaiveDate};
use kaishu_types::duties::UsageReportDocument;

use crate::entry::EntryFault;
use crate::policy::PolicyProfile;

/// Longest text of a field, in characters.
const MAX_CHARS: usize = 2_000;

/// A time of use that a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its first day.
    pub first_day: NaiveDate,
    /// Its last day.
    pub last_day: NaiveDate,
    /// Whether the grant is over with it: the report then says what became of the data.
    pub is_last: bool,
}

/// What the calendar says about the reports of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reporting {
    /// What is to be reported now; none where no time is over yet.
    pub due: Option<Span>,
    /// The day to look again; none after the last report.
    pub next: Option<NaiveDate>,
}

/// A grant, as far as its reports depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// The first day of use.
    pub first_day: NaiveDate,
    /// The last day of use.
    pub last_day: NaiveDate,
    /// The day up to which was reported; none before the first report.
    pub reported_until: Option<NaiveDate>,
    /// Whether it ended before its last day.
    pub is_over: bool,
}

/// Says what is to be reported on a day: each interval, counted from the first day of use, and at the end
/// (`usage_report.interval`; yulin 29¶2). Intervals that nobody asked for in time are reported together.
pub fn reporting(term: Term, interval: u32, today: NaiveDate) -> Reporting {
    let Term { first_day, last_day, reported_until, is_over } = term;
    let since = reported_until.and_then(|day| day.succ_opt()).unwrap_or(first_day);
    if is_over || today > last_day {
        let until = if is_over { today.min(last_day) } else { last_day };
        let span = Span { first_day: since, last_day: until.max(since), is_last: true };
        return Reporting { due: Some(span), next: None };
    }
    // The days on which an interval is over; the last one is after the last day of use.
    let mut ends = (1..).map_while(|n: u32| {
        let months = Months::new(interval.max(1).checked_mul(n)?);
        first_day.checked_add_months(months).filter(|day| *day <= last_day)
    });
    let passed = ends.clone().take_while(|day| *day <= today).last();
    let after = ends.find(|day| *day > today);
    let end = last_day.succ_opt().unwrap_or(last_day);
    let until = passed.and_then(|day| day.pred_opt()).filter(|until| *until >= since);
    let due = until.map(|last_day| Span { first_day: since, last_day, is_last: false });
    Reporting { due, next: Some(after.unwrap_or(end)) }
}

/// Lists everything that stands against filing a report, each with its rule.
pub fn check(
    profile: &PolicyProfile,
    document: &UsageReportDocument,
    (is_last, today): (bool, NaiveDate),
) -> Vec<EntryFault> {
    let mut faults: Vec<EntryFault> = Vec::new();
    let mut fault = |field: &'static str, zh: &str, en: &str| {
        if !faults.iter().any(|fault| fault.field == field) {
            let rule = ("usage_report.interval", &profile.rules.usage_report.interval);
            faults.push(EntryFault::new(field, (zh.to_owned(), en.to_owned()), rule));
        }
    };
    if document.uses.trim().is_empty() {
        fault("uses", "请写明数据用在哪里、怎样使用", "say what the data was used for, and how");
    }
    if document.safeguards.trim().is_empty() {
        fault("safeguards", "请写明采取的安全保障措施", "say how the data was kept safe");
    }
    match document.had_incident {
        None => fault("had_incident", "请选择是否发生安全事件", "say whether something happened"),
        Some(true) if document.incidents.trim().is_empty() => {
            fault("incidents", "请写明安全事件和处置情况", "say what happened and what was done");
        }
        Some(_) => {}
    }
    if is_last {
        match document.deleted_on {
            None => fault("deleted_on", "请填写删除数据的日期", "say when the data was deleted"),
            Some(day) if day > today => {
                fault("deleted_on", "先删除数据，再报告", "delete the data first, then report");
            }
            Some(_) => {}
        }
        if document.deletion.trim().is_empty() {
            fault(
                "deletion",
                "请写明删除了什么、怎样删除；依法留存的，写明依据",
                "say what was deleted and how; and on which basis anything is kept",
            );
        }
    }
    let texts = [
        ("uses", &document.uses),
        ("results", &document.results),
        ("safeguards", &document.safeguards),
        ("incidents", &document.incidents),
        ("deletion", &document.deletion),
    ];
    for (field, text) in texts {
        if text.chars().count() > MAX_CHARS {
            fault(field, "不超过 2000 字", "2,000 characters at most");
        }
    }
    faults
}
