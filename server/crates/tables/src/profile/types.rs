//! Which type fits the values of a column.

use kaishu_types::vocabulary::ItemType;
use serde::{Deserialize, Serialize};

use crate::value;

/// A value that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misfit {
    /// The row of the table, from 1.
    pub row: u64,
    /// The value as it is written; a long one is cut.
    pub value: String,
}

/// The type that a column is proposed to have, and the one that it nearly has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The type that fits every value.
    pub item_type: ItemType,
    /// A narrower type that fits nearly all values.
    pub nearly: Option<ItemType>,
    /// How many values it does not fit.
    pub n_misfits: u64,
    /// The first of them.
    pub misfits: Vec<Misfit>,
}

/// Digits of one length, this long, are names: dates are shorter, quantities vary.
const FIXED_CODE: usize = 9;
const LONGEST_NUMBER: usize = 15;
/// So many misfits are told.
const TOLD: usize = 5;

/// Counts the values that are not of a type; given up when they are many.
#[derive(Debug, Default)]
struct Candidate {
    n_misfits: u64,
    misfits: Vec<Misfit>,
    is_dead: bool,
}

impl Candidate {
    fn fits(&self) -> bool {
        self.n_misfits == 0
    }

    fn miss(&mut self, value: &str, row: u64, count: u64, n_values: u64) {
        self.n_misfits += count;
        // A type that one value in fifty does not fit is not nearly the type.
        if self.n_misfits > 16 && self.n_misfits * 50 > n_values {
            self.is_dead = true;
            self.misfits = Vec::new();
            return;
        }
        self.misfits.push(Misfit { row, value: cut(value, 60) });
        self.misfits.sort_unstable_by_key(|misfit| misfit.row);
        self.misfits.truncate(TOLD);
    }
}

/// Rules out the types that do not fit.
#[derive(Debug)]
pub(crate) struct TypeFinder {
    n_values: u64,
    is_digits: bool,
    min_digits: usize,
    max_digits: usize,
    has_leading_zero: bool,
    integer: Candidate,
    decimal: Candidate,
    boolean: Candidate,
    date: Candidate,
    datetime: Candidate,
    geometry: Candidate,
}

/// What a value is, as far as the column may still be of that type.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Read {
    pub(crate) number: Option<f64>,
    pub(crate) date: Option<i32>,
    pub(crate) datetime: Option<i64>,
}

impl TypeFinder {
    pub(crate) fn new() -> Self {
        Self {
            n_values: 0,
            is_digits: true,
            min_digits: usize::MAX,
            max_digits: 0,
            has_leading_zero: false,
            integer: Candidate::default(),
            decimal: Candidate::default(),
            boolean: Candidate::default(),
            date: Candidate::default(),
            datetime: Candidate::default(),
            geometry: Candidate::default(),
        }
    }

    /// Takes a value that is not blank into account, so many times.
    pub(crate) fn add(&mut self, raw: &str, row: u64, count: u64) -> Read {
        let value = raw.trim();
        if value::is_marker(value) {
            return Read::default();
        }
        self.n_values += count;
        let n_values = self.n_values;
        if self.is_digits {
            self.is_digits = value.bytes().all(|byte| byte.is_ascii_digit());
            self.min_digits = self.min_digits.min(value.len());
            self.max_digits = self.max_digits.max(value.len());
        }
        let mut read = Read::default();
        if !self.decimal.is_dead {
            let number = value::number(value);
            read.number = number.map(|number| number.value);
            self.has_leading_zero |= number.is_some_and(|number| number.has_leading_zero);
            if number.is_none() {
                self.decimal.miss(raw, row, count, n_values);
            }
            if !self.integer.is_dead && !number.is_some_and(|number| number.is_whole) {
                self.integer.miss(raw, row, count, n_values);
            }
        }
        if !self.date.is_dead {
            read.date = value::date(value);
            if read.date.is_none() {
                self.date.miss(raw, row, count, n_values);
            }
        }
        if !self.datetime.is_dead {
            read.datetime = value::datetime(value);
            if read.datetime.is_none() {
                self.datetime.miss(raw, row, count, n_values);
            }
        }
        if !self.boolean.is_dead && value::boolean(value).is_none() {
            self.boolean.miss(raw, row, count, n_values);
        }
        if !self.geometry.is_dead && !value::is_geometry(value) {
            self.geometry.miss(raw, row, count, n_values);
        }
        read
    }

    /// Names the type that fits every value, and the one that fits nearly all.
    pub(crate) fn finish(self, name: &str) -> Proposal {
        let item_type = self.item_type(name);
        let mut proposal = Proposal { item_type, nearly: None, n_misfits: 0, misfits: Vec::new() };
        if item_type != ItemType::Text || self.n_values == 0 || self.has_leading_zero {
            return proposal;
        }
        let nearly = [
            (ItemType::Date, self.date),
            (ItemType::Datetime, self.datetime),
            (ItemType::Boolean, self.boolean),
            (ItemType::Integer, self.integer),
            (ItemType::Decimal, self.decimal),
            (ItemType::Geometry, self.geometry),
        ];
        let is_near =
            |candidate: &Candidate| !candidate.is_dead && candidate.n_misfits * 20 <= self.n_values;
        let best = nearly.into_iter().find(|(_, candidate)| is_near(candidate));
        if let Some((item_type, candidate)) = best {
            proposal.nearly = Some(item_type);
            proposal.n_misfits = candidate.n_misfits;
            proposal.misfits = candidate.misfits;
        }
        proposal
    }

    fn item_type(&self, name: &str) -> ItemType {
        if self.n_values == 0 {
            return ItemType::Text;
        }
        if self.date.fits() {
            return ItemType::Date;
        }
        if self.is_digits && self.is_code(name) {
            return ItemType::Code;
        }
        match () {
            () if self.boolean.fits() => ItemType::Boolean,
            () if self.has_leading_zero => ItemType::Text,
            () if self.integer.fits() => ItemType::Integer,
            () if self.decimal.fits() => ItemType::Decimal,
            () if self.datetime.fits() => ItemType::Datetime,
            () if self.geometry.fits() => ItemType::Geometry,
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

/// Cuts a text to so many characters.
pub(crate) fn cut(text: &str, n: usize) -> String {
    match text.char_indices().nth(n) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn proposal(name: &str, values: &[&str]) -> Proposal {
        let mut finder = TypeFinder::new();
        for (row, value) in values.iter().enumerate() {
            if !value.trim().is_empty() {
                finder.add(value, row as u64 + 1, 1);
            }
        }
        finder.finish(name)
    }

    #[track_caller]
    fn check(name: &str, values: &[&str], expected: ItemType) {
        assert_eq!(proposal(name, values).item_type, expected, "{name}: {values:?}");
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
        check("n", &["1", "NA", "-", "2"], ItemType::Integer);
        check("d", &["2020-01-01", "--"], ItemType::Date);
        check("t", &["-", "NA"], ItemType::Text);
    }

    #[test]
    fn one_wrong_value_in_many_is_named() {
        let mut values = vec!["12"; 100];
        values[41] = "未知";

        let found = proposal("n", &values);

        assert_eq!((found.item_type, found.nearly), (ItemType::Text, Some(ItemType::Integer)));
        assert_eq!(found.n_misfits, 1);
        assert_eq!(found.misfits, [Misfit { row: 42, value: "未知".to_owned() }]);
        assert_eq!(proposal("n", &["12", "未知"]).nearly, None);
    }
}
