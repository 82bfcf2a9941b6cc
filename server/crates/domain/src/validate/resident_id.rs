//! 公民身份号码 (GB 11643-1999).

use chrono::NaiveDate;
use thiserror::Error;

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS: &[u8; 11] = b"10X98765432";

/// Why a text is no resident identity number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ResidentIdError {
    /// It is not 17 digits and a digit or X.
    #[error("a resident identity number is 17 digits followed by a digit or `X`")]
    Shape,
    /// Digits 7 to 14 are no date.
    #[error("digits 7 to 14 are not a date of birth")]
    BirthDate,
    /// The last character does not fit the others.
    #[error("the check character is wrong: one of the 18 characters is mistyped")]
    CheckDigit,
}

/// Checks shape, date of birth and check character; `x` may stand for `X`.
pub fn check_resident_id(number: &str) -> Result<(), ResidentIdError> {
    let (body, check) = match number.as_bytes() {
        [body @ .., check] if body.len() == 17 => (body, check.to_ascii_uppercase()),
        _ => return Err(ResidentIdError::Shape),
    };
    let is_check = check.is_ascii_digit() || check == b'X';
    if !is_check || !body.iter().all(u8::is_ascii_digit) {
        return Err(ResidentIdError::Shape);
    }
    let value = |digits: &[u8]| digits.iter().fold(0, |sum, d| sum * 10 + u32::from(d - b'0'));
    let year = i32::try_from(value(&body[6..10])).map_err(|_| ResidentIdError::BirthDate)?;
    let born = NaiveDate::from_ymd_opt(year, value(&body[10..12]), value(&body[12..14]));
    if born.is_none() || year < 1800 {
        return Err(ResidentIdError::BirthDate);
    }
    let sum: u32 =
        body.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let expected = CHECK_CHARACTERS.get((sum % 11) as usize);
    if expected == Some(&check) { Ok(()) } else { Err(ResidentIdError::CheckDigit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(number: &str, expected: Result<(), ResidentIdError>) {
        assert_eq!(check_resident_id(number), expected);
    }

    #[test]
    fn resident_ids() {
        // The two examples of GB 11643-1999.
        check("11010519491231002X", Ok(()));
        check("440524188001010014", Ok(()));
        check("11010519491231002x", Ok(()));
        check("110105194912310021", Err(ResidentIdError::CheckDigit));
        check("110105194913310029", Err(ResidentIdError::BirthDate));
        check("110105194902300021", Err(ResidentIdError::BirthDate));
        check("110105491231002", Err(ResidentIdError::Shape));
        check("1101051949123100２X", Err(ResidentIdError::Shape));
        check("", Err(ResidentIdError::Shape));
        check("X10105194912310021", Err(ResidentIdError::Shape));
    }
}
