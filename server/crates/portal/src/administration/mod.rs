//! What the authority administers: organizations, delegated functions, experts, vocabularies and the
//! compiling guide; and the log, for whoever watches over all of it.
//!
//! Every act is an entry of the log, in the transaction of the change.

mod approvals;
mod audit;
mod compilers;
mod delegations;
mod experts;
mod exporting;
mod filings;
mod grading;
mod guide;
mod in_force;
mod organizations;
mod regions;
mod trail;
mod vocabularies;

use chrono::NaiveDate;
use kaishu_domain::permission::Action;
use kaishu_types::{FieldError, Lang};

use crate::accounts::Caller;
use crate::{Error, Portal, Result};

pub use approvals::{ApprovalForm, ApprovalView};
pub use audit::{AuditEntry, AuditFilter};
pub use compilers::{CompilerForm, CompilerView};
pub use delegations::{DelegationForm, DelegationView};
pub use experts::{ExpertForm, ExpertView};
pub use exporting::AuditFormat;
pub use filings::FilingView;
pub use grading::{GradingForm, GradingView, Misgraded};
pub use guide::{Demand, GuideDesk, GuideField, GuideForm, GuideView};
pub use in_force::CalendarYear;
pub(crate) use in_force::calendar;
pub use kaishu_store::guide::GuideVersion;
pub use organizations::{OrganizationForm, OrganizationRow};
pub use regions::{RegionForm, RegionRow};
pub use trail::TrailAsked;
pub use vocabularies::{KeptTerm, TermForm};

/// Longest name of anything, in characters.
const MAX_NAME: usize = 200;
/// Longest text of several lines, in characters.
const MAX_TEXT: usize = 2_000;

/// What is wrong with a form, gathered field by field.
pub(crate) struct Faults {
    lang: Lang,
    found: Vec<FieldError>,
}

impl Faults {
    pub(crate) fn new(lang: Lang) -> Self {
        Self { lang, found: Vec::new() }
    }

    pub(crate) fn add(&mut self, field: &str, zh: impl Into<String>, en: impl Into<String>) {
        let message = self.lang.pick(zh.into(), en.into());
        self.found.push(FieldError { field: field.to_owned(), message });
    }

    /// Reads a text of one line that must be there.
    pub(crate) fn name(&mut self, field: &str, text: &str) -> String {
        let text = self.text(field, text, MAX_NAME).unwrap_or_default();
        if text.is_empty() && !self.has(field) {
            self.add(field, "请填写", "Fill this in");
        }
        text
    }

    /// Reads a text that may be missing.
    pub(crate) fn text(&mut self, field: &str, text: &str, most: usize) -> Option<String> {
        let text = text.trim();
        let is_line = most <= MAX_NAME;
        if text.chars().count() > most {
            let (zh, en) =
                (format!("不能超过 {most} 字"), format!("has {most} characters at most"));
            self.add(field, zh, en);
        } else if text.chars().any(|sign| sign.is_control() && (is_line || sign == '\0')) {
            self.add(field, "有不能保存的符号，请删去", "Holds a sign that cannot be kept");
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// Reads a choice.
    pub(crate) fn choice<T: std::str::FromStr>(&mut self, field: &str, text: &str) -> Option<T> {
        let chosen = text.trim().parse().ok();
        if chosen.is_none() {
            self.add(field, "从列出的里面选一个", "Choose one of those listed");
        }
        chosen
    }

    /// Reads a day that may be missing.
    pub(crate) fn day(&mut self, field: &str, text: &str) -> Option<NaiveDate> {
        let text = text.trim();
        let day = text.parse().ok();
        if day.is_none() && !text.is_empty() {
            self.add(field, "写成 2026-11-21 这样的日期", "Write a day as 2026-11-21");
        }
        day
    }

    pub(crate) fn has(&self, field: &str) -> bool {
        self.found.iter().any(|fault| fault.field == field)
    }

    /// Says what was wrong, all of it.
    pub(crate) fn into_result(self) -> Result<()> {
        if self.found.is_empty() { Ok(()) } else { Err(Error::InvalidInput(self.found)) }
    }
}

impl Portal {
    /// Lists the regions over which somebody may do something, those below included.
    pub fn regions_for(&self, caller: &Caller, action: Action) -> Vec<String> {
        let mut regions: Vec<String> = Vec::new();
        for region in caller.places().filter_map(|held| held.region.as_ref()) {
            for code in self.region_and_below(region.as_str()) {
                let subject = self.subject(None, Some(&code), false);
                if caller.role_for(action, &subject).is_some() && !regions.contains(&code) {
                    regions.push(code);
                }
            }
        }
        regions
    }
}
