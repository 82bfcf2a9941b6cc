//! The header `Range` (RFC 9110, section 14): one range of bytes.

use std::ops::Range;

/// What a `Range` header asks of so many bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Everything: no header, another unit, several ranges, or one that is malformed.
    Whole,
    /// One part.
    Part(Range<u64>),
    /// A part that begins behind the end.
    Unsatisfiable,
}

impl Wanted {
    /// Reads the value of a `Range` header.
    pub(super) fn read(value: Option<&str>, n_bytes: u64) -> Self {
        let Some(range) = value.and_then(|value| value.trim().strip_prefix("bytes=")) else {
            return Self::Whole;
        };
        let Some((first, last)) = range.trim().split_once('-') else { return Self::Whole };
        let number = |text: &str| {
            let text = text.trim();
            let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            // A number too large for any file is as good as the largest.
            is_digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
        };
        match (first.trim(), last.trim()) {
            ("", last) => match number(last) {
                None => Self::Whole,
                Some(0) => Self::Unsatisfiable,
                Some(_) if n_bytes == 0 => Self::Unsatisfiable,
                Some(n_last) => Self::Part(n_bytes.saturating_sub(n_last)..n_bytes),
            },
            (first, last) => {
                let (Some(first), last_number) = (number(first), number(last)) else {
                    return Self::Whole;
                };
                if last_number.is_none() && !last.is_empty() {
                    return Self::Whole;
                }
                let last = last_number.unwrap_or(u64::MAX);
                if last < first {
                    return Self::Whole;
                }
                if first >= n_bytes {
                    return Self::Unsatisfiable;
                }
                Self::Part(first..last.saturating_add(1).min(n_bytes))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expected: Wanted) {
        assert_eq!(Wanted::read(Some(value), 100), expected);
    }

    #[test]
    fn one_range_is_read_and_everything_else_asks_for_the_whole() {
        check("bytes=0-9", Wanted::Part(0..10));
        check("bytes=90-", Wanted::Part(90..100));
        check("bytes=90-1000", Wanted::Part(90..100));
        check("bytes=-10", Wanted::Part(90..100));
        check("bytes=-1000", Wanted::Part(0..100));
        check("bytes=0-18446744073709551615", Wanted::Part(0..100));
        check("bytes=100-", Wanted::Unsatisfiable);
        check("bytes=99999999999999999999999-", Wanted::Unsatisfiable);
        check("bytes=-0", Wanted::Unsatisfiable);
        check("bytes=9-1", Wanted::Whole);
        check("bytes=0-1,5-6", Wanted::Whole);
        check("bytes=a-b", Wanted::Whole);
        check("bytes=+1-2", Wanted::Whole);
        check("lines=1-2", Wanted::Whole);
        assert_eq!(Wanted::read(None, 100), Wanted::Whole);
        assert_eq!(Wanted::read(Some("bytes=-1"), 0), Wanted::Unsatisfiable);
    }
}
