//! The values of a line, and what to say when one cannot be used.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_types::dataset::LegalBasis;
use kaishu_types::table::Mask;
use kaishu_types::vocabulary::UnknownValue;

use super::Row;
use crate::text::{non_empty, shorten};
use crate::{date, guard};

const LEVELS: &[&str] = &[
    "law",
    "administrative_regulation",
    "local_regulation",
    "rule",
    "national_policy",
    "provincial_policy",
    "agreement",
    "other",
];

/// A line with the name of its file, for messages.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    pub(super) file: &'static str,
    pub(super) row: &'a Row,
}

impl Cells<'_> {
    /// Says which value is wrong and what would be right.
    pub(super) fn wrong(&self, column: &str, value: &str, expected: &str) -> String {
        format!(
            "{} line {}, column `{column}`: `{}` is not {expected}",
            self.file,
            self.row.line,
            shorten(value)
        )
    }

    pub(super) fn text(&self, column: &str) -> Option<String> {
        self.row.values.get(column).and_then(|value| non_empty(value))
    }

    pub(super) fn required(&self, column: &str) -> Result<String, String> {
        self.text(column).ok_or_else(|| {
            format!("{} line {}, column `{column}` is empty; fill it in", self.file, self.row.line)
        })
    }

    /// Reads an address that pages may link to.
    pub(super) fn address(&self, column: &str) -> Result<Option<String>, String> {
        let Some(value) = self.text(column) else {
            return Ok(None);
        };
        if !guard::is_address(&value) {
            let expected = "an address that begins with http://, https://, ftp:// or mailto:";
            return Err(self.wrong(column, &value, expected));
        }
        Ok(Some(value))
    }

    /// Splits a list at half-width and full-width semicolons.
    pub(super) fn list(&self, column: &str) -> Vec<String> {
        let value = self.text(column).unwrap_or_default();
        value.split([';', '；']).filter_map(non_empty).collect()
    }

    /// Reads a value of a closed vocabulary.
    pub(super) fn word<T>(&self, column: &str) -> Result<Option<T>, String>
    where
        T: FromStr<Err = UnknownValue>,
    {
        let Some(value) = self.text(column) else {
            return Ok(None);
        };
        value.parse().map(Some).map_err(|error: UnknownValue| {
            self.wrong(column, &value, &format!("one of {}", error.known))
        })
    }

    /// Reads a masking rule.
    pub(super) fn mask(&self, column: &str) -> Result<Option<Mask>, String> {
        let Some(value) = self.text(column) else {
            return Ok(None);
        };
        let expected = "a masking rule such as drop, redact, partial:3:4, hash, year, month, range:10, region:4";
        value.parse().map(Some).map_err(|_| self.wrong(column, &value, expected))
    }

    /// Says that a value of a closed vocabulary is missing and what it may be.
    pub(super) fn empty_word<T>(&self, column: &str) -> String
    where
        T: FromStr<Err = UnknownValue>,
    {
        let known = "".parse::<T>().err().map(|error| error.known).unwrap_or_default();
        format!(
            "{} line {}, column `{column}` is empty; write one of {known}",
            self.file, self.row.line
        )
    }

    /// Reads a code such as `YX-FGW`.
    pub(super) fn code<T: FromStr>(&self, column: &str) -> Result<Option<T>, String> {
        let Some(value) = self.text(column) else {
            return Ok(None);
        };
        let expected = "a code: 1 to 80 letters, digits and single hyphens";
        value.parse().map(Some).map_err(|_| self.wrong(column, &value, expected))
    }

    pub(super) fn day(&self, column: &str, is_end: bool) -> Result<Option<NaiveDate>, String> {
        let Some(value) = self.text(column) else {
            return Ok(None);
        };
        let day = if is_end { date::last_day(&value) } else { date::first_day(&value) };
        day.map(Some)
            .ok_or_else(|| self.wrong(column, &value, "a date such as 2024-05-31, 2024-05 or 2024"))
    }

    pub(super) fn moment(&self, column: &str) -> Result<Option<DateTime<Utc>>, String> {
        let Some(value) = self.text(column) else {
            return Ok(None);
        };
        date::moment(&value).map(Some).ok_or_else(|| {
            self.wrong(
                column,
                &value,
                "a date or time such as 2024-05-31 or 2024-05-31T08:00:00+08:00",
            )
        })
    }

    pub(super) fn number<T: FromStr>(
        &self,
        column: &str,
        expected: &str,
    ) -> Result<Option<T>, String> {
        let Some(value) = self.text(column) else {
            return Ok(None);
        };
        value.parse().map(Some).map_err(|_| self.wrong(column, &value, expected))
    }

    pub(super) fn flag(&self, column: &str) -> Result<Option<bool>, String> {
        let Some(value) = self.text(column) else {
            return Ok(None);
        };
        match value.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" | "是" => Ok(Some(true)),
            "false" | "no" | "0" | "否" => Ok(Some(false)),
            _ => Err(self.wrong(column, &value, "one of true, false, yes, no, 1, 0, 是, 否")),
        }
    }

    /// Reads `title|article|level` entries, separated by semicolons.
    pub(super) fn basis(&self, column: &str) -> Result<Vec<LegalBasis>, String> {
        self.list(column)
            .iter()
            .map(|entry| {
                let mut parts = entry.split('|').map(str::trim);
                let title = parts.next().and_then(non_empty);
                let title =
                    title.ok_or_else(|| self.wrong(column, entry, "`title|article|level`"))?;
                let article = parts.next().and_then(non_empty);
                let level = parts.next().and_then(non_empty).unwrap_or_else(|| "other".to_owned());
                if parts.next().is_some() {
                    return Err(self.wrong(column, entry, "`title|article|level`"));
                }
                if !LEVELS.contains(&level.as_str()) {
                    let expected = format!("a level; known are {}", LEVELS.join(", "));
                    return Err(self.wrong(column, &level, &expected));
                }
                Ok(LegalBasis { title, article, level })
            })
            .collect()
    }
}
