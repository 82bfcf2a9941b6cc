//! Deadlines that may be longer once, and lists that may be empty (SUP-01, CLS-11).

use kaishu_types::Lang;
use toml::de::DeValue;

use super::rules::Rules;
use super::value::{Fields, ReadValue, RuleValue, WorkingDays};
use super::vocabulary::ExtendableClock;

/// A list that may be empty: the rule then says that there is nothing of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnyNumber<T>(pub Vec<T>);

impl<T: RuleValue> RuleValue for AnyNumber<T> {
    fn words(&self, lang: Lang) -> String {
        match self.0.is_empty() {
            true => lang.pick("无", "none").to_owned(),
            false => self.0.words(lang),
        }
    }

    fn raw(&self) -> String {
        match self.0.is_empty() {
            true => "none".to_owned(),
            false => self.0.raw(),
        }
    }
}

impl<T: ReadValue + PartialEq> ReadValue for AnyNumber<T> {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let is_empty = value.as_array().is_some_and(|list| list.is_empty());
        if is_empty { Ok(Self(Vec::new())) } else { Vec::read(value).map(Self) }
    }
}

/// A deadline that may be longer, once, with the consent of who is responsible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LongerClock {
    /// Which one.
    pub clock: ExtendableClock,
    /// How many working days it has in all then.
    pub total_wd: WorkingDays,
}

impl ReadValue for LongerClock {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let mut fields = Fields::of(value)?;
        let longer =
            Self { clock: fields.required("clock")?, total_wd: fields.required("total_wd")? };
        fields.finish()?;
        Ok(longer)
    }
}

impl RuleValue for LongerClock {
    fn words(&self, lang: Lang) -> String {
        let (clock, total) = (self.clock.label(lang), self.total_wd.words(lang));
        lang.pick(format!("{clock}：合计 {total}"), format!("{clock}: {total} in all"))
    }

    fn raw(&self) -> String {
        format!("{}={}", self.clock.as_str(), self.total_wd.raw())
    }
}

impl Rules {
    /// Returns how many working days the clock of a rule has in all once it was extended, with the key of the rule
    /// that lets it be; none where no rule does.
    pub fn extended(&self, clock: &str) -> Option<(WorkingDays, &'static str)> {
        if clock == "correction.reply_wd" {
            return Some((self.correction.extended_total_wd.value, "correction.extended_total_wd"));
        }
        let longer = self.extension.clocks.value.0.iter().find(|it| it.clock.as_str() == clock)?;
        Some((longer.total_wd, "extension.clocks"))
    }

    /// The time that a clock has by its own rule.
    pub(super) fn plain(&self, clock: ExtendableClock) -> WorkingDays {
        match clock {
            ExtendableClock::ReviewStep => self.review.reply_wd.value,
            ExtendableClock::CatalogueUpdate => self.catalogue.update_wd.value,
            ExtendableClock::MissingEntry => self.catalogue.missing_wd.value,
            ExtendableClock::Reassessment => self.class.reassess_wd.value,
            ExtendableClock::AccountReply => self.account.reply_wd.value,
        }
    }
}
