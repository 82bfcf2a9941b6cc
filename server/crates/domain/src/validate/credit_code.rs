//! 统一社会信用代码 (GB 32100-2015).

use thiserror::Error;

/// The digits of the code; I, O, S, V and Z are left out.
const DIGITS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Why a text is no unified social credit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CreditCodeError {
    /// There are not 18 characters.
    #[error("a unified social credit code has 18 characters, this has {n_characters}")]
    Length {
        /// How many there are.
        n_characters: usize,
    },
    /// A character is not in use.
    #[error("`{character}` does not occur in unified social credit codes")]
    Character {
        /// The first one that is not.
        character: char,
    },
    /// The last character does not fit the others.
    #[error("the check character is wrong: one of the 18 characters is mistyped")]
    CheckDigit,
}

/// Checks length, characters and check character.
pub fn check_credit_code(code: &str) -> Result<(), CreditCodeError> {
    let n_characters = code.chars().count();
    if n_characters != 18 {
        return Err(CreditCodeError::Length { n_characters });
    }
    let mut values = Vec::with_capacity(18);
    for character in code.chars() {
        let value = DIGITS.iter().position(|digit| char::from(*digit) == character);
        values.push(value.ok_or(CreditCodeError::Character { character })?);
    }
    let (check, body) = values.split_last().ok_or(CreditCodeError::CheckDigit)?;
    let mut weight = 1;
    let mut sum = 0;
    for value in body {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    if (31 - sum % 31) % 31 == *check { Ok(()) } else { Err(CreditCodeError::CheckDigit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, expected: Result<(), CreditCodeError>) {
        assert_eq!(check_credit_code(code), expected);
    }

    #[test]
    fn credit_codes() {
        check("91350100M000100Y43", Ok(()));
        check("91350100M000100Y44", Err(CreditCodeError::CheckDigit));
        check("19350100M000100Y43", Err(CreditCodeError::CheckDigit));
        check("91350100M000100Y4", Err(CreditCodeError::Length { n_characters: 17 }));
        check("", Err(CreditCodeError::Length { n_characters: 0 }));
        check("91350100I000100Y43", Err(CreditCodeError::Character { character: 'I' }));
        check("91350100m000100Y43", Err(CreditCodeError::Character { character: 'm' }));
        check(
            "统一社会信用代码统一社会信用代码统一",
            Err(CreditCodeError::Character { character: '统' }),
        );
    }

    #[test]
    fn no_single_mistyped_digit_goes_unnoticed() {
        let code = "91350100M000100Y43";
        for place in 0..18 {
            for digit in DIGITS.iter().map(|digit| char::from(*digit)) {
                let typed: String = code
                    .chars()
                    .enumerate()
                    .map(|(at, letter)| if at == place { digit } else { letter })
                    .collect();
                assert_eq!(check_credit_code(&typed).is_ok(), typed == code, "{typed}");
            }
        }
    }
}
