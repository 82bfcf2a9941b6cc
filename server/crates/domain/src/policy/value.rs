//! What a rule can hold: numbers with units, closed choices, lists of them, small structures.

use kaishu_types::Lang;
use kaishu_types::register::{Connection, DeliveryPart};
use kaishu_types::vocabulary::{Frequency, OpenClass, OrganizationKind, RegionLevel, ShareClass};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::vocabulary::*;

/// A value of a rule, in words and for programs.
pub trait RuleValue: Sized {
    /// Returns the value in words.
    fn words(&self, lang: Lang) -> String;

    /// Returns the value for programs.
    fn raw(&self) -> String;
}

/// A value that a profile can spell.
pub(crate) trait ReadValue: RuleValue {
    /// Reads the value, or says what would be right.
    fn read(value: &DeValue<'_>) -> Result<Self, String>;
}

/// A number of working days, from 1 to 250.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkingDays(u32);

impl WorkingDays {
    /// The longest deadline a profile may set: about one year.
    pub const MAX: u32 = 250;

    /// Returns the number.
    pub fn get(self) -> u32 {
        self.0
    }
}

/// A number of days of the calendar, from 1 to 366.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days(u32);

impl Days {
    /// Returns the number.
    pub fn get(self) -> u32 {
        self.0
    }
}

/// A number of months, from 1 to 120.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Months(u32);

impl Months {
    /// Returns the number.
    pub fn get(self) -> u32 {
        self.0
    }
}

/// A number of years, from 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Years(u32);

impl Years {
    /// Returns the number.
    pub fn get(self) -> u32 {
        self.0
    }
}

fn read_count(value: &DeValue<'_>, most: u32, unit: &str) -> Result<u32, String> {
    let number = value
        .as_integer()
        .and_then(|integer| i64::from_str_radix(integer.as_str(), integer.radix()).ok())
        .ok_or_else(|| format!("expected a whole number of {unit}, found {}", kind(value)))?;
    match u32::try_from(number) {
        Ok(count) if (1..=most).contains(&count) => Ok(count),
        _ => Err(format!("{number} {unit} is impossible: 1 to {most} can be kept")),
    }
}

/// Names what was found in an error.
pub(crate) fn kind(value: &DeValue<'_>) -> String {
    match value.as_str() {
        Some(text) => format!("`{}`", text.chars().take(60).collect::<String>()),
        None => format!("a value of type {}", value.type_str()),
    }
}

macro_rules! counted {
    ($($name:ident, $most:expr, $unit:literal, $zh:literal, $one:literal, $many:literal;)+) => {$(
        impl RuleValue for $name {
            fn words(&self, lang: Lang) -> String {
                let unit = if self.0 == 1 { $one } else { $many };
                format!("{} {}", self.0, lang.pick($zh, unit))
            }

            fn raw(&self) -> String {
                self.0.to_string()
            }
        }

        impl ReadValue for $name {
            fn read(value: &DeValue<'_>) -> Result<Self, String> {
                read_count(value, $most, $unit).map(Self)
            }
        }
    )+};
}

counted! {
    WorkingDays, WorkingDays::MAX, "working days", "个工作日", "working day", "working days";
    Days, 366, "days", "天", "day", "days";
    Months, 120, "months", "个月", "month", "months";
    Years, 100, "years", "年", "year", "years";
}

impl RuleValue for bool {
    fn words(&self, lang: Lang) -> String {
        lang.pick(if *self { "是" } else { "否" }, if *self { "yes" } else { "no" }).to_owned()
    }

    fn raw(&self) -> String {
        self.to_string()
    }
}

impl ReadValue for bool {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        value.as_bool().ok_or_else(|| format!("expected true or false, found {}", kind(value)))
    }
}

macro_rules! choice_values {
    ($($name:ident),+ $(,)?) => {$(
        impl RuleValue for $name {
            fn words(&self, lang: Lang) -> String {
                self.label(lang).to_owned()
            }

            fn raw(&self) -> String {
                self.as_str().to_owned()
            }
        }

        impl ReadValue for $name {
            fn read(value: &DeValue<'_>) -> Result<Self, String> {
                let known = || Self::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ");
                let text = value
                    .as_str()
                    .ok_or_else(|| format!("expected one of {}, found {}", known(), kind(value)))?;
                Self::ALL
                    .iter()
                    .find(|one| one.as_str() == text)
                    .copied()
                    .ok_or_else(|| format!("unknown value {}; known are {}", kind(value), known()))
            }
        }
    )+};
}

choice_values!(
    ProfileStatus,
    Module,
    BaseDatabase,
    EmergencyDuty,
    Fees,
    PriorityTopic,
    ExtendableClock,
    ValidityStart,
    ClockStart,
    Party,
    Proofing,
    Biometrics,
    ApprovalOrder,
    Filing,
    ApplicationField,
    RefusalContent,
    AcquisitionStatement,
    EntryCreator,
    CatalogueTrigger,
    CatalogueField,
    ClassStatement,
    NormLevel,
    ClassGround,
    DisputeStep,
    ReviewStepKind,
    ReviewTrigger,
    AgreementDocument,
    ObjectionOrder,
    Evidence,
    ObjectionGround,
    ObjectionOutcome,
    SelfSuspension,
    AttributionField,
    Work,
    QualityDimension,
    MonitorRhythm,
    Closure,
    ViolationType,
    ReportChannel,
    OutsourcingDuty,
    OpenClass,
    ShareClass,
    RegionLevel,
    OrganizationKind,
    Frequency,
    Connection,
    DeliveryPart,
    ProjectDemand,
    AcceptanceDemand,
);

impl<T: RuleValue> RuleValue for Vec<T> {
    fn words(&self, lang: Lang) -> String {
        let words: Vec<String> = self.iter().map(|one| one.words(lang)).collect();
        // A value that is itself a list needs a stronger mark around it.
        let (comma, semicolon) = lang.pick(("、", "；"), (", ", "; "));
        let is_nested = words.iter().any(|one| one.contains(comma));
        words.join(if is_nested { semicolon } else { comma })
    }

    fn raw(&self) -> String {
        self.iter().map(RuleValue::raw).collect::<Vec<String>>().join(",")
    }
}

impl<T: ReadValue + PartialEq> ReadValue for Vec<T> {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let array =
            value.as_array().ok_or_else(|| format!("expected a list, found {}", kind(value)))?;
        if array.is_empty() {
            return Err("the list is empty: name at least one value".to_owned());
        }
        let mut values = Vec::with_capacity(array.len());
        for element in array.iter() {
            let one = T::read(element.get_ref())?;
            if values.contains(&one) {
                return Err(format!("`{}` is in the list twice", one.raw()));
            }
            values.push(one);
        }
        Ok(values)
    }
}

/// The fields of a small structure; remembers which were asked for.
pub(crate) struct Fields<'a, 'text> {
    table: &'a DeTable<'text>,
    known: Vec<&'static str>,
}

impl<'a, 'text> Fields<'a, 'text> {
    /// Takes a value apart.
    pub(crate) fn of(value: &'a DeValue<'text>) -> Result<Self, String> {
        let table = value
            .as_table()
            .ok_or_else(|| format!("expected a table in braces, found {}", kind(value)))?;
        Ok(Self { table, known: Vec::new() })
    }

    /// Reads a field that may be left out.
    pub(crate) fn optional<T: ReadValue>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<T>, String> {
        self.get(name)
            .map(|value| T::read(value).map_err(|message| format!("`{name}`: {message}")))
            .transpose()
    }

    /// Reads a field that must be there.
    pub(crate) fn required<T: ReadValue>(&mut self, name: &'static str) -> Result<T, String> {
        self.optional(name)?.ok_or_else(|| format!("`{name}` is missing"))
    }

    /// Reads a list that may be empty, but must be there.
    pub(crate) fn list<T: ReadValue + PartialEq>(
        &mut self,
        name: &'static str,
    ) -> Result<Vec<T>, String> {
        let is_empty =
            self.get(name).and_then(DeValue::as_array).is_some_and(|list| list.is_empty());
        if is_empty { Ok(Vec::new()) } else { self.required(name) }
    }

    /// Reads a text that must be there and say something.
    pub(crate) fn text(&mut self, name: &'static str) -> Result<String, String> {
        let value = self.get(name).ok_or_else(|| format!("`{name}` is missing"))?;
        match value.as_str().map(str::trim) {
            Some(text) if !text.is_empty() => Ok(text.to_owned()),
            _ => Err(format!("`{name}`: expected a text, found {}", kind(value))),
        }
    }

    /// Refuses fields that nobody asked for.
    pub(crate) fn finish(self) -> Result<(), String> {
        match self.table.keys().find(|key| !self.known.contains(&key.get_ref().as_ref())) {
            Some(key) => Err(format!(
                "unknown field `{}`; known are {}",
                key.get_ref(),
                self.known.join(", ")
            )),
            None => Ok(()),
        }
    }

    fn get(&mut self, name: &'static str) -> Option<&'a DeValue<'text>> {
        if !self.known.contains(&name) {
            self.known.push(name);
        }
        self.table.get(name).map(Spanned::get_ref)
    }
}
