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

/// Whether a division code begins with the two digits of a province (GB/T 2260): those have not
/// changed since 1999, whatever year a code is of.
pub fn is_province(code: &str) -> bool {
    let Some(province) = code.get(..2).and_then(|digits| digits.parse::<u8>().ok()) else {
        return false;
    };
    matches!(
        province,
        11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81 | 82
    )
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

    #[test]
    fn provinces() {
        for right in ["110000", "513201100", "820000000000", "71"] {
            assert!(is_province(right), "{right}");
        }
        for wrong in ["100000", "160000", "990000", "5", "", "四川"] {
            assert!(!is_province(wrong), "{wrong}");
        }
    }
}
