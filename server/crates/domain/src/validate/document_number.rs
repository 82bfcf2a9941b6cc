//! Numbers of identity documents.

use std::fmt;

use kaishu_types::proofing::IdDocumentKind;
use thiserror::Error;

use super::{ResidentIdError, check_resident_id};

/// Fewest and most characters of a number that is no citizen identity number.
const LENGTHS: std::ops::RangeInclusive<usize> = 6..=20;

/// Why a text is no number of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DocumentNumberError {
    /// A citizen identity number that is none.
    #[error(transparent)]
    Citizen(#[from] ResidentIdError),
    /// Not 6 to 20 letters and digits, or without a digit.
    #[error("the number of a document is 6 to 20 letters and digits")]
    Shape,
}

/// The number of an identity document. It is written nowhere: only its end, and what a keyed hash is made of, come
/// out.
///
/// Invariant: upper-case ASCII letters and digits; a citizen identity number has its date and check character right.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentNumber {
    kind: IdDocumentKind,
    number: String,
}

impl DocumentNumber {
    /// Reads what was typed: spaces, hyphens, case and full-width signs make no other number.
    ///
    /// # Errors
    ///
    /// Says what is wrong, without the number.
    pub fn parse(kind: IdDocumentKind, typed: &str) -> Result<Self, DocumentNumberError> {
        let number: String = typed
            .chars()
            .map(half_width)
            .filter(|sign| !sign.is_whitespace() && *sign != '-')
            .map(|sign| sign.to_ascii_uppercase())
            .collect();
        if kind.has_citizen_number() {
            check_resident_id(&number)?;
        } else {
            let is_plain = number.bytes().all(|byte| byte.is_ascii_alphanumeric());
            let has_digit = number.bytes().any(|byte| byte.is_ascii_digit());
            if !is_plain || !has_digit || !LENGTHS.contains(&number.len()) {
                return Err(DocumentNumberError::Shape);
            }
        }
        Ok(Self { kind, number })
    }

    /// Returns the last four characters.
    pub fn last_four(&self) -> String {
        self.number.chars().skip(self.number.len().saturating_sub(4)).collect()
    }

    /// Returns the text that is the same for the same document, to make a keyed hash of: two documents that share
    /// their number, as a card and the one that stands for it, are one.
    pub fn identifying(&self) -> String {
        let space = match self.kind.has_citizen_number() {
            true => "citizen",
            false => self.kind.as_str(),
        };
        format!("{space} {}", self.number)
    }
}

impl fmt::Debug for DocumentNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DocumentNumber({})", self.kind)
    }
}

/// Digits and letters as input methods write them in Chinese.
fn half_width(sign: char) -> char {
    match sign {
        '！'..='～' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
        _ => sign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: IdDocumentKind, typed: &str, expected: Result<&str, DocumentNumberError>) {
        let read = DocumentNumber::parse(kind, typed).map(|it| it.last_four());
        assert_eq!(read.as_deref().map_err(|error| *error), expected);
    }

    #[test]
    fn numbers_are_read_as_people_type_them() {
        use IdDocumentKind::{HmtResidencePermit, Passport, ResidentCard, TaiwanPermit};
        check(ResidentCard, " 110105 19491231 002x ", Ok("002X"));
        check(ResidentCard, "１１０１０５１９４９１２３１００２Ｘ", Ok("002X"));
        check(ResidentCard, "110105194912310021", Err(ResidentIdError::CheckDigit.into()));
        check(HmtResidencePermit, "81000", Err(ResidentIdError::Shape.into()));
        check(Passport, "e1234-5678", Ok("5678"));
        check(TaiwanPermit, "12345678", Ok("5678"));
        for wrong in ["", "E1234", "ABCDEFG", "E12345678；", "护照12345678", &"1".repeat(21)] {
            check(Passport, wrong, Err(DocumentNumberError::Shape));
        }
    }

    // Part of ORG-09: one document is one, and its number comes out nowhere.
    #[test]
    fn one_document_is_one_whatever_it_is_called() {
        use IdDocumentKind::{HkMacaoPermit, Passport, ResidentCard, TemporaryCard};
        let identifying = |kind, typed: &str| {
            DocumentNumber::parse(kind, typed).map(|number| number.identifying())
        };
        let card = identifying(ResidentCard, "11010519491231002X");
        assert_eq!(card, identifying(TemporaryCard, "11010519491231002x"));
        assert_ne!(identifying(Passport, "H12345678"), identifying(HkMacaoPermit, "H12345678"));
        let number = DocumentNumber::parse(ResidentCard, "11010519491231002X");
        assert!(!format!("{number:?}").contains("1949"));
    }
}
