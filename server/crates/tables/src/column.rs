//! What the values of one column have in common.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use kaishu_types::vocabulary::ItemType;

/// Gathers what all values of a column have in common; a type is ruled out for good by the first
/// value that is not of it.
#[derive(Debug)]
pub(crate) struct ColumnFacts {
    n_values: u64,
    max_length: usize,
    min_digits: usize,
    max_digits: usize,
    has_leading_zero: bool,
    is_digits: bool,
    is_integer: bool,
    is_decimal: bool,
    is_boolean: bool,
    is_date: bool,
    is_datetime: bool,
    is_geometry: bool,
}

/// From here on a double no longer tells all numbers apart.
const LONGEST_NUMBER: usize = 15;
/// Digits of one length, this long, are names: dates are shorter, quantities vary.
const FIXED_CODE: usize = 9;

impl ColumnFacts {
    pub(crate) fn new() -> Self {
        Self {
            n_values: 0,
            max_length: 0,
            min_digits: usize::MAX,
            max_digits: 0,
            has_leading_zero: false,
            is_digits: true,
            is_integer: true,
            is_decimal: true,
            is_boolean: true,
            is_date: true,
            is_datetime: true,
            is_geometry: true,
        }
    }

    pub(crate) fn max_length(&self) -> u32 {
        u32::try_from(self.max_length).unwrap_or(u32::MAX)
    }

    /// Takes a value into account; an empty one says nothing.
    pub(crate) fn add(&mut self, raw: &str) {
        self.max_length = self.max_length.max(raw.chars().count());
        let value = raw.trim();
        if value.is_empty() {
            return;
        }
        self.n_values += 1;
        if self.is_digits {
            self.is_digits = value.bytes().all(|byte| byte.is_ascii_digit());
            self.min_digits = self.min_digits.min(value.len());
            self.max_digits = self.max_digits.max(value.len());
        }
        if self.is_decimal {
            let number = Number::read(value);
            self.has_leading_zero |= number.as_ref().is_some_and(|number| number.has_leading_zero);
            self.is_decimal =
                number.as_ref().is_some_and(|number| number.n_digits <= LONGEST_NUMBER);
            self.is_integer &= number.is_some_and(|number| number.is_whole) && self.is_decimal;
        }
        self.is_boolean = self.is_boolean && is_boolean(value);
        self.is_date = self.is_date && is_date(value);
        self.is_datetime = self.is_datetime && is_datetime(value);
        self.is_geometry = self.is_geometry && is_geometry(value);
    }

    /// Names the type of the column.
    pub(crate) fn item_type(&self, name: &str) -> ItemType {
        if self.n_values == 0 {
            return ItemType::Text;
        }
        if self.is_date {
            return ItemType::Date;
        }
        if self.is_digits && self.is_code(name) {
            return ItemType::Code;
        }
        match () {
            () if self.is_boolean => ItemType::Boolean,
            () if self.has_leading_zero => ItemType::Text,
            () if self.is_integer => ItemType::Integer,
            () if self.is_decimal => ItemType::Decimal,
            () if self.is_datetime => ItemType::Datetime,
            () if self.is_geometry => ItemType::Geometry,
            () => ItemType::Text,
        }
    }

    fn is_code(&self, name: &str) -> bool {
        let is_fixed = self.n_values > 1 && self.min_digits == self.max_digits;
        self.has_leading_zero
            || self.max_digits > LONGEST_NUMBER
            || (is_fixed && self.max_digits >= FIXED_CODE)
            || is_name_of_code(name)
    }
}

/// Whether a heading says that its values are names, not quantities.
fn is_name_of_code(name: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "code",
        "_id",
        "zip",
        "zipcode",
        "postcode",
        "phone",
        "编码",
        "代码",
        "编号",
        "号码",
        "证号",
        "电话",
        "手机",
        "邮编",
        "区号",
        "账号",
        "序列号",
    ];
    let lowered = name.trim().to_lowercase();
    ["id", "pid", "uid"].contains(&lowered.as_str())
        || ENDINGS.iter().any(|ending| lowered.ends_with(ending))
}

struct Number {
    n_digits: usize,
    is_whole: bool,
    has_leading_zero: bool,
}

impl Number {
    /// Reads `-12`, `0.5`, `1.2e-3`; a plus sign or separators make a text of it.
    fn read(value: &str) -> Option<Self> {
        let unsigned = value.strip_prefix('-').unwrap_or(value);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (unsigned, None),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (mantissa, None),
        };
        let is_digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let is_exponent = |text: &str| {
            let bare = text.strip_prefix(['-', '+']).unwrap_or(text);
            is_digits(bare) && bare.len() <= 3
        };
        let is_number =
            is_digits(whole) && fraction.is_none_or(is_digits) && exponent.is_none_or(is_exponent);
        is_number.then(|| Self {
            // Digits after the point are rounded when they are shown, never identity.
            n_digits: whole.len(),
            is_whole: fraction.is_none() && exponent.is_none(),
            has_leading_zero: whole.len() > 1 && whole.starts_with('0'),
        })
    }
}

fn is_boolean(value: &str) -> bool {
    const WORDS: &[&str] = &["true", "false", "yes", "no", "是", "否", "有", "无"];
    WORDS.iter().any(|word| value.eq_ignore_ascii_case(word))
}

fn is_date(value: &str) -> bool {
    const FORMATS: &[&str] = &["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"];
    let is_compact = value.len() == 8 && value.starts_with(['1', '2']);
    (is_compact && NaiveDate::parse_from_str(value, "%Y%m%d").is_ok())
        || FORMATS.iter().any(|format| NaiveDate::parse_from_str(value, format).is_ok())
}

fn is_datetime(value: &str) -> bool {
    const FORMATS: &[&str] = &[
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M",
        "%Y/%m/%d %H:%M:%S",
        "%Y/%m/%d %H:%M",
        "%Y年%m月%d日 %H:%M:%S",
    ];
    DateTime::parse_from_rfc3339(value).is_ok()
        || FORMATS.iter().any(|format| NaiveDateTime::parse_from_str(value, format).is_ok())
}

/// Well-known text or a GeoJSON geometry.
fn is_geometry(value: &str) -> bool {
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
            let kind = kind.trim().to_ascii_uppercase();
            let kind = kind.split(' ').next().unwrap_or_default().to_owned();
            KINDS.contains(&kind.as_str())
        });
    is_text || (value.starts_with('{') && value.contains("\"coordinates\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, values: &[&str], expected: ItemType) {
        let mut facts = ColumnFacts::new();
        for value in values {
            facts.add(value);
        }
        assert_eq!(facts.item_type(name), expected, "{name}: {values:?}");
    }

    #[test]
    fn types() {
        check("n", &["1", "-20", "", "0"], ItemType::Integer);
        check("n", &["1", "2.5"], ItemType::Decimal);
        check("n", &["1e5", "2.5"], ItemType::Decimal);
        check("n", &["007", "12"], ItemType::Code);
        check("n", &["007", "1.5"], ItemType::Text);
        check("n", &["110101199003078515", "1"], ItemType::Code);
        check("n", &["1234567890123456"], ItemType::Code);
        check("n", &["11010519491231002X"], ItemType::Text);
        check("n", &["110101001", "110101002"], ItemType::Code);
        check("areaCode", &["110101", "1"], ItemType::Code);
        check("行政区划代码", &["11"], ItemType::Code);
        check("n", &["+86", "1"], ItemType::Text);
        check("n", &["1,000"], ItemType::Text);
        check("n", &["是", "否"], ItemType::Boolean);
        check("n", &["0", "1"], ItemType::Integer);
        check("d", &["2020-02-16", "2020/2/6"], ItemType::Date);
        check("d", &["20200216", "20200217"], ItemType::Date);
        check("d", &["2020-02-30"], ItemType::Text);
        check("d", &["1970-01-01 00:00:00.000"], ItemType::Datetime);
        check("g", &["POINT (1 2)", "MULTIPOLYGON Z (((1 2)))"], ItemType::Geometry);
        check("t", &["空气", "1"], ItemType::Text);
        check("t", &["", " "], ItemType::Text);
    }
}
