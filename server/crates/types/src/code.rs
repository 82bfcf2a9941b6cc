//! Codes that name things in addresses: datasets, organizations, regions, receipts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A text that is not a code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a code: 1 to 80 letters, digits and single hyphens are")]
pub struct InvalidCode(String);

/// Upper-cases a well-formed code; letters and digits are ASCII.
fn normalise(text: &str) -> Result<String, InvalidCode> {
    let well_formed = (1..=80).contains(&text.len())
        && text
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if !well_formed {
        let shown: String = text.chars().take(80).collect();
        return Err(InvalidCode(shown));
    }
    Ok(text.to_ascii_uppercase())
}

macro_rules! code_type {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        ///
        /// Invariant: 1 to 80 upper-case ASCII letters, digits and single hyphens. Lower case is
        /// accepted and folded, so that an address typed by hand works.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Returns the code as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidCode;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                normalise(text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidCode;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> Self {
                code.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

code_type! {
    /// The catalogue code of a dataset (目录编码): region, provider and serial, as in `YX-FGW-0217`.
    DatasetCode
}
code_type! {
    /// The code of an organization, as in `YX-FGW`.
    OrganizationCode
}
code_type! {
    /// The code of a region, as in `YX` or `YX-LC`.
    RegionCode
}
code_type! {
    /// The number of a retrieval receipt, as in `R-20261121-7F3A22C0`.
    ReceiptCode
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let code = text.parse::<DatasetCode>().ok();
        assert_eq!(code.as_ref().map(DatasetCode::as_str), expected);
    }

    #[test]
    fn codes() {
        check("YX-FGW-0217", Some("YX-FGW-0217"));
        check("yx-fgw-0217", Some("YX-FGW-0217"));
        check("", None);
        check("YX--1", None);
        check("-YX", None);
        check("YX/../1", None);
        check("目录", None);
        check(&"A".repeat(81), None);
    }
}
