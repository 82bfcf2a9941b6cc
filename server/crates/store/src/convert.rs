//! Between the numbers and words of rows and those of views.

use std::fmt::Display;
use std::str::FromStr;
use std::time::SystemTime;

use chrono::{DateTime, SubsecRound, Utc};
use kaishu_types::organization::Named;

use crate::{Result, StoreError};

/// Rows of a chunk of any table, so that a statement stays under SQLite's 32,766 variables.
pub(crate) const CHUNK_ROWS: usize = 500;

/// Returns the time, as precisely as PostgreSQL keeps it.
pub(crate) fn now() -> DateTime<Utc> {
    to_stored(DateTime::<Utc>::from(SystemTime::now()))
}

/// Cuts a time to microseconds, so that what is read is what was written.
pub(crate) fn to_stored(time: DateTime<Utc>) -> DateTime<Utc> {
    time.trunc_subsecs(6)
}

/// Reads a word or code of a row.
pub(crate) fn word<T>(text: &str, row: &str, column: &str) -> Result<T>
where
    T: FromStr,
    T::Err: Display,
{
    text.parse().map_err(|error| StoreError::corrupt(format!("{row}, column `{column}`: {error}")))
}

/// Reads a number of a row that a view knows in another width.
pub(crate) fn number<S, T>(value: S, row: &str, column: &str) -> Result<T>
where
    S: Copy + Display,
    T: TryFrom<S>,
{
    T::try_from(value).map_err(|_| {
        StoreError::corrupt(format!("{row}, column `{column}`: `{value}` is out of range"))
    })
}

/// Converts a number of a view for a row.
pub(crate) fn stored_number<S, T>(value: S, what: &str) -> Result<T>
where
    S: Copy + Display,
    T: TryFrom<S>,
{
    T::try_from(value)
        .map_err(|_| StoreError::invalid(format!("{what}: `{value}` is too large to be stored")))
}

/// Refuses a text with a NUL character, which PostgreSQL cannot hold.
pub(crate) fn check_text(text: &str, what: &str) -> Result<()> {
    match text.bytes().position(|byte| byte == 0) {
        None => Ok(()),
        Some(place) => Err(StoreError::invalid(format!(
            "{what} holds a NUL character at byte {place}; remove it"
        ))),
    }
}

/// Like [`check_text`], for a text that may be missing.
pub(crate) fn check_optional(text: Option<&str>, what: &str) -> Result<()> {
    text.map_or(Ok(()), |text| check_text(text, what))
}

/// Pairs a code with its names.
pub(crate) fn named(code: &str, name: &str, name_en: Option<&str>) -> Named {
    Named { code: code.to_owned(), name: name.to_owned(), name_en: name_en.map(str::to_owned) }
}
