//! How the values of a data item are made less telling before anyone sees them (脱敏, PUB-02, CLS-10).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A masking rule of a data item.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Mask {
    /// The column is not there.
    Drop,
    /// Every value is `***`.
    Redact,
    /// Of every value the first and last characters stay, as in `138****5678`.
    Partial {
        /// Characters kept at the start.
        start: u8,
        /// Characters kept at the end.
        end: u8,
    },
    /// A value is replaced by a keyed hash: equal values stay equal, none can be guessed back without
    /// the key of the portal.
    Hash,
    /// Of a date the year stays.
    Year,
    /// Of a date year and month stay.
    Month,
    /// A number becomes the range it is in, so wide, as in `20–29`.
    Range {
        /// Width of the ranges, above 0.
        width: u32,
    },
    /// Of a code of an administrative division the first digits stay, the rest becomes 0: 2 for the
    /// province, 4 for the prefecture, 6 for the county.
    Region {
        /// Digits kept.
        digits: u8,
    },
}

/// A text that is no masking rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "`{0}` is no masking rule; known are drop, redact, partial:3:4, hash, year, month, range:10, region:4"
)]
pub struct UnknownMask(String);

impl fmt::Display for Mask {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drop => formatter.write_str("drop"),
            Self::Redact => formatter.write_str("redact"),
            Self::Partial { start, end } => write!(formatter, "partial:{start}:{end}"),
            Self::Hash => formatter.write_str("hash"),
            Self::Year => formatter.write_str("year"),
            Self::Month => formatter.write_str("month"),
            Self::Range { width } => write!(formatter, "range:{width}"),
            Self::Region { digits } => write!(formatter, "region:{digits}"),
        }
    }
}

impl FromStr for Mask {
    type Err = UnknownMask;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownMask(text.chars().take(60).collect());
        let mut parts = text.split(':');
        let word = parts.next().unwrap_or_default();
        let numbers: Vec<u32> =
            parts.map(|part| part.parse().map_err(|_| unknown())).collect::<Result<_, _>>()?;
        let small = |number: u32| u8::try_from(number).map_err(|_| unknown());
        match (word, numbers.as_slice()) {
            ("drop", []) => Ok(Self::Drop),
            ("redact", []) => Ok(Self::Redact),
            ("partial", [start, end]) => {
                Ok(Self::Partial { start: small(*start)?, end: small(*end)? })
            }
            ("hash", []) => Ok(Self::Hash),
            ("year", []) => Ok(Self::Year),
            ("month", []) => Ok(Self::Month),
            ("range", [width]) if *width > 0 => Ok(Self::Range { width: *width }),
            ("region", [digits @ (2 | 4 | 6 | 9)]) => Ok(Self::Region { digits: small(*digits)? }),
            _ => Err(unknown()),
        }
    }
}

impl TryFrom<String> for Mask {
    type Error = UnknownMask;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Mask> for String {
    fn from(mask: Mask) -> Self {
        mask.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_as_they_are_written() {
        for text in
            ["drop", "redact", "partial:3:4", "hash", "year", "month", "range:10", "region:4"]
        {
            assert_eq!(text.parse::<Mask>().map(|mask| mask.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "partial", "partial:3:400", "range:0", "region:5", "hash:1"] {
            assert!(text.parse::<Mask>().is_err(), "{text}");
        }
    }
}
