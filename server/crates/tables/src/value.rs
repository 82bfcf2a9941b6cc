//! What one value could be: a number, a date, a word for yes.

use chrono::NaiveDate;

/// From here on a double no longer tells all numbers apart.
const LONGEST_NUMBER: usize = 15;

/// Words for none, in any case.
pub(crate) const MARKERS: &[&str] =
    &["NA", "N/A", "NULL", "NaN", "-", "--", "—", "——", "/", "\\N", "#N/A"];

/// Whether a value is a word for none, as statistical programs write it. It stays as it is; a column
/// of numbers stays one beside it.
pub(crate) fn is_marker(value: &str) -> bool {
    let may_be_one = value.len() <= 6
        && matches!(value.as_bytes(), [b'N' | b'n' | b'-' | b'/' | b'\\' | b'#' | 0xE2, ..]);
    may_be_one && MARKERS.iter().any(|marker| value.eq_ignore_ascii_case(marker))
}

/// A value that is written as a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Number {
    /// The number.
    pub(crate) value: f64,
    /// Whether it has neither a point nor an exponent.
    pub(crate) is_whole: bool,
    /// Whether it begins with a zero that no number needs: then it is a name.
    pub(crate) has_leading_zero: bool,
}

/// Reads `-12`, `0.5`, `1.2e-3`; a plus sign, separators or more than fifteen digits before the point
/// make a text of it.
pub(crate) fn number(value: &str) -> Option<Number> {
    let bytes = value.as_bytes();
    let unsigned = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let n_whole = digits(unsigned);
    if n_whole == 0 || n_whole > LONGEST_NUMBER {
        return None;
    }
    let has_leading_zero = n_whole > 1 && unsigned.first() == Some(&b'0');
    let rest = unsigned.get(n_whole..)?;
    if rest.is_empty() {
        let value = value.parse::<i64>().ok()?;
        #[expect(clippy::cast_precision_loss, reason = "fifteen digits fit")]
        return Some(Number { value: value as f64, is_whole: true, has_leading_zero });
    }
    let rest = match rest.strip_prefix(b".") {
        None => rest,
        Some(fraction) => {
            let n_fraction = digits(fraction);
            if n_fraction == 0 {
                return None;
            }
            let rest = fraction.get(n_fraction..)?;
            if rest.is_empty()
                && let Some(value) = short_decimal(bytes, n_whole + n_fraction, n_fraction)
            {
                return Some(Number { value, is_whole: false, has_leading_zero });
            }
            rest
        }
    };
    if let Some(exponent) = rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E")) {
        let exponent =
            exponent.strip_prefix(b"-").or_else(|| exponent.strip_prefix(b"+")).unwrap_or(exponent);
        if exponent.len() > 3 || exponent.is_empty() || digits(exponent) != exponent.len() {
            return None;
        }
    } else if !rest.is_empty() {
        return None;
    }
    let value = value.parse::<f64>().ok().filter(|value| value.is_finite())?;
    Some(Number { value, is_whole: false, has_leading_zero })
}

/// Reads a number of few digits with a point. Digits and power of ten are both exact in a double, so
/// their quotient is the nearest double (Clinger), as the standard library finds it on a longer way.
#[expect(clippy::cast_precision_loss, reason = "fifteen digits fit")]
fn short_decimal(written: &[u8], n_digits: usize, n_fraction: usize) -> Option<f64> {
    const POWERS: [f64; LONGEST_NUMBER + 1] =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    if n_digits > LONGEST_NUMBER {
        return None;
    }
    let only_digits = written.iter().filter(|byte| byte.is_ascii_digit());
    let whole = only_digits.fold(0_u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    let number = whole as f64 / POWERS.get(n_fraction)?;
    Some(if written.first() == Some(&b'-') { -number } else { number })
}

/// Counts the digits at the beginning.
fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Reads a word for yes or no.
pub(crate) fn boolean(value: &str) -> Option<bool> {
    const YES: &[&str] = &["true", "yes", "是", "有"];
    const NO: &[&str] = &["false", "no", "否", "无"];
    let is_one = |words: &[&str]| words.iter().any(|word| value.eq_ignore_ascii_case(word));
    match value.len() {
        2..=5 if is_one(YES) => Some(true),
        2..=5 if is_one(NO) => Some(false),
        _ => None,
    }
}

/// Reads `2020-02-06`, `2020/2/6`, `2020.2.6`, `2020年2月6日`, `20200206` as days since 1970.
pub(crate) fn date(value: &str) -> Option<i32> {
    let (days, rest) = date_prefix(value)?;
    rest.is_empty().then_some(days)
}

/// Reads a date at the beginning and returns what follows.
fn date_prefix(value: &str) -> Option<(i32, &str)> {
    if !value.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let n_digits = digits(value.as_bytes());
    if n_digits == 8 {
        let is_recent = value.starts_with(['1', '2']);
        let (text, rest) = value.split_at(8);
        let number: u32 = text.parse().ok().filter(|_| is_recent)?;
        let year = i32::try_from(number / 10_000).ok()?;
        return Some((days(year, number / 100 % 100, number % 100)?, rest));
    }
    if n_digits != 4 {
        return None;
    }
    let (year, rest) = value.split_at(4);
    let year: i32 = year.parse().ok()?;
    let separator = rest.chars().next()?;
    let (first, last) = match separator {
        '-' | '/' | '.' => (separator, None),
        '年' => ('月', Some('日')),
        _ => return None,
    };
    let (month, rest) = short(rest.strip_prefix(separator)?)?;
    let (day, rest) = short(rest.strip_prefix(first)?)?;
    let rest = match last {
        Some(last) => rest.strip_prefix(last)?,
        None => rest,
    };
    Some((days(year, month, day)?, rest))
}

/// Reads one or two digits.
fn short(value: &str) -> Option<(u32, &str)> {
    let n_digits = digits(value.as_bytes());
    if n_digits == 0 || n_digits > 2 {
        return None;
    }
    let (number, rest) = value.split_at(n_digits);
    Some((number.parse().ok()?, rest))
}

fn days(year: i32, month: u32, day: u32) -> Option<i32> {
    NaiveDate::from_ymd_opt(year, month, day).map(|date| date.to_epoch_days())
}

const MICROS: i64 = 1_000_000;

/// Reads a date with a time, `2020-02-06 12:30`, `…T12:30:05.25Z`, `…+08:00`, as microseconds since
/// 1970. A time without a zone stays as it stands: no zone is invented.
pub(crate) fn datetime(value: &str) -> Option<i64> {
    let (days, rest) = date_prefix(value)?;
    let rest = rest.strip_prefix([' ', 'T', 't'])?;
    let (hour, rest) = short(rest)?;
    let (minute, rest) = short(rest.strip_prefix(':')?)?;
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => short(rest)?,
        None => (0, rest),
    };
    let (micros, rest) = fraction(rest)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = i64::from(days) * 86_400
        + i64::from(hour) * 3_600
        + i64::from(minute) * 60
        + i64::from(second)
        - zone(rest)?;
    Some(seconds * MICROS + micros)
}

fn fraction(value: &str) -> Option<(i64, &str)> {
    let Some(fraction) = value.strip_prefix('.') else { return Some((0, value)) };
    let n_digits = digits(fraction.as_bytes());
    if n_digits == 0 || n_digits > 9 {
        return None;
    }
    let (number, rest) = fraction.split_at(n_digits);
    let mut micros: i64 = number.get(..n_digits.min(6))?.parse().ok()?;
    for _ in n_digits..6 {
        micros *= 10;
    }
    Some((micros, rest))
}

/// Reads a zone as seconds ahead of UTC.
fn zone(value: &str) -> Option<i64> {
    if value.is_empty() || value == "Z" || value == "z" {
        return Some(0);
    }
    let (sign, rest) = match value.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, value.strip_prefix('-')?),
    };
    let (hours, minutes) = rest.split_once(':').unwrap_or_else(|| rest.split_at(rest.len().min(2)));
    let is_pair = |text: &str| text.len() == 2 && digits(text.as_bytes()) == 2;
    if !is_pair(hours) || !is_pair(minutes) {
        return None;
    }
    Some(sign * (hours.parse::<i64>().ok()? * 3_600 + minutes.parse::<i64>().ok()? * 60))
}

/// Writes a day as `2020-02-06`.
pub(crate) fn show_date(days: i32) -> String {
    NaiveDate::from_epoch_days(days).map(|date| date.to_string()).unwrap_or_default()
}

/// Writes a moment as `2020-02-06T12:30:05`, with what there is of a second.
pub(crate) fn show_datetime(micros: i64) -> String {
    let moment = chrono::DateTime::from_timestamp_micros(micros);
    moment
        .map(|moment| moment.naive_utc().format("%Y-%m-%dT%H:%M:%S%.f").to_string())
        .unwrap_or_default()
}

/// Whether a value is well-known text or a GeoJSON geometry.
pub(crate) fn is_geometry(value: &str) -> bool {
    const KINDS: &[&str] = &[
        "POINT",
        "LINESTRING",
        "POLYGON",
        "MULTIPOINT",
        "MULTILINESTRING",
        "MULTIPOLYGON",
        "GEOMETRYCOLLECTION",
    ];
    let is_text = value.ends_with(')')
        && value.split_once('(').is_some_and(|(kind, _)| {
            let word = kind.trim().split(' ').next().unwrap_or_default();
            KINDS.iter().any(|kind| kind.eq_ignore_ascii_case(word))
        });
    is_text || (value.starts_with('{') && value.contains("\"coordinates\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let read = |text| number(text).map(|it| (it.value, it.is_whole, it.has_leading_zero));
        assert_eq!(read("-12"), Some((-12.0, true, false)));
        assert_eq!(read("0.5"), Some((0.5, false, false)));
        assert_eq!(read("1.2e-3"), Some((0.0012, false, false)));
        assert_eq!(read("007"), Some((7.0, true, true)));
        for text in
            ["", "-", "+1", "1,000", ".5", "1.", "1e", "1e9999", "1e999", "1234567890123456"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn short_decimals_are_the_nearest_doubles() {
        let mut chance = 1_u64;
        for (n, width) in (0..20_000_u64).zip((1..=9_usize).cycle()) {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(n | 1);
            let (whole, fraction) = (chance >> 40, format!("{:09}", chance % 1_000_000_000));
            let sign = if n % 3 == 0 { "-" } else { "" };
            let text = format!("{sign}{whole}.{}", &fraction[..width]);
            let expected = text.parse::<f64>().map(f64::to_bits);
            assert_eq!(number(&text).map(|it| it.value.to_bits()), expected.ok(), "{text}");
        }
        assert_eq!(number("-0.0").map(|it| it.value.to_bits()), Some((-0.0_f64).to_bits()));
    }

    #[test]
    fn dates() {
        for text in ["2020-02-06", "2020/2/6", "2020.2.6", "2020年2月6日", "20200206"] {
            assert_eq!(date(text), Some(18_298), "{text}");
        }
        for text in
            ["2020-02-30", "2020-2", "20201301", "2020-02-06 ", "98765432", "二〇二〇年", "年"]
        {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn datetimes() {
        let noon = 18_298 * 86_400_000_000 + 12 * 3_600_000_000;
        for text in [
            "2020-02-06 12:00",
            "2020-02-06T12:00:00Z",
            "2020年2月6日 12:00:00.000",
            "2020-02-06T20:00:00+08:00",
            "2020-02-06T07:00:00-0500",
        ] {
            assert_eq!(datetime(text), Some(noon), "{text}");
        }
        assert_eq!(datetime("2020-02-06 12:00:00.25"), Some(noon + 250_000));
        for text in
            ["2020-02-06", "2020-02-06 24:00", "2020-02-06 12", "2020-02-06 12:00+8", "20 12:00"]
        {
            assert_eq!(datetime(text), None, "{text}");
        }
    }
}
