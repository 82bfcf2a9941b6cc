//! 行政区划代码 (GB/T 2260, GB/T 10114): 6, 9 or 12 digits.

use kaishu_types::vocabulary::RegionLevel;
use thiserror::Error;

/// Why a text is no division code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a division code has 6, 9 or 12 digits, and its first is not 0")]
pub struct DivisionError;

/// Checks the shape of a division code and tells its level.
pub fn check_division_code(code: &str) -> Result<RegionLevel, DivisionError> {
    let well_formed = matches!(code.len(), 6 | 9 | 12)
        && code.bytes().all(|byte| byte.is_ascii_digit())
        && !code.starts_with('0');
    if !well_formed {
        return Err(DivisionError);
    }
    let part = |range: std::ops::Range<usize>| {
        code.get(range).is_some_and(|digits| digits.bytes().any(|byte| byte != b'0'))
    };
    Ok(if part(9..12) {
        RegionLevel::Village
    } else if part(6..9) {
        RegionLevel::Township
    } else if part(4..6) {
        RegionLevel::County
    } else if part(2..4) {
        RegionLevel::Prefecture
    } else {
        RegionLevel::Province
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, expected: Result<RegionLevel, DivisionError>) {
        assert_eq!(check_division_code(code), expected);
    }

    #[test]
    fn division_codes() {
        check("510000", Ok(RegionLevel::Province));
        check("513200", Ok(RegionLevel::Prefecture));
        check("513201", Ok(RegionLevel::County));
        check("513201100", Ok(RegionLevel::Township));
        check("513201100001", Ok(RegionLevel::Village));
        check("513201000000", Ok(RegionLevel::County));
        check("5132", Err(DivisionError));
        check("013200", Err(DivisionError));
        check("51320a", Err(DivisionError));
        check("５１３２", Err(DivisionError));
    }
}
