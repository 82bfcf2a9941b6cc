//! What the values of a column stand for, and what is wrong with one.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{Fault, Rule};
use crate::divisions::check_listed;
use crate::validate::{
    CreditCodeError, ResidentIdError, check_credit_code, check_division_code, check_phone,
    check_resident_id, is_province,
};

/// What the values of a column stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// 统一社会信用代码.
    CreditCode,
    /// 公民身份号码.
    ResidentId,
    /// 行政区划代码.
    DivisionCode,
    /// 电话号码.
    Phone,
    /// 经度.
    Longitude,
    /// 纬度.
    Latitude,
}

impl Meaning {
    /// What a heading says its values are.
    pub fn named_by(heading: &str) -> Option<Self> {
        let heading = heading.trim().to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| heading.contains(word));
        let is = |words: &[&str]| words.iter().any(|word| is_word_of(&heading, word));
        if ["是否", "类型", "类别", "数量", "区号"].iter().any(|word| heading.contains(word))
        {
            return None;
        }
        match () {
            () if has(&["信用代码", "credit_code", "creditcode", "uscc", "tyshxydm"]) => {
                Some(Self::CreditCode)
            }
            () if has(&["身份证", "公民身份号码", "id_card", "idcard", "sfzh"]) => {
                Some(Self::ResidentId)
            }
            () if has(&["区划代码", "区划编码", "行政区代码", "adcode", "xzqhdm"]) => {
                Some(Self::DivisionCode)
            }
            () if is(&[
                "电话",
                "手机",
                "手机号",
                "号码",
                "传真",
                "phone",
                "telephone",
                "tel",
                "fax",
            ]) && (!heading.ends_with("号码") || has(&["电话", "手机", "传真"])) =>
            {
                Some(Self::Phone)
            }
            () if is(&["经度", "东经", "longitude", "lon", "lng"]) => Some(Self::Longitude),
            () if is(&["纬度", "北纬", "latitude", "lat"]) => Some(Self::Latitude),
            () => None,
        }
    }

    /// Whether a heading could speak of division codes, if its values look like them.
    pub fn may_be_divisions(heading: &str) -> bool {
        let heading = heading.trim().to_lowercase();
        [
            "区划",
            "地区",
            "行政区",
            "县",
            "区域",
            "area",
            "county",
            "district",
            "region",
            "pid",
            "city",
        ]
        .iter()
        .any(|word| heading.contains(word))
    }

    /// The rule that its single values are checked by; coordinates are checked in pairs.
    pub fn rule(self) -> Option<Rule> {
        match self {
            Self::CreditCode => Some(Rule::CreditCode),
            Self::ResidentId => Some(Rule::ResidentId),
            Self::DivisionCode => Some(Rule::DivisionCode),
            Self::Phone => Some(Rule::Phone),
            Self::Longitude | Self::Latitude => None,
        }
    }

    /// Says what is wrong with a value that is not blank, of data of these years.
    ///
    /// # Errors
    ///
    /// As [`Self::check`]; and the codes of divisions must have been in use in one of the years.
    pub fn check_in(self, value: &str, years: Option<&RangeInclusive<u16>>) -> Result<(), Fault> {
        self.check(value)?;
        match self {
            Self::DivisionCode => check_listed(value, years),
            _ => Ok(()),
        }
    }

    /// Says what is wrong with the form of a value that is not blank.
    pub fn check(self, value: &str) -> Result<(), Fault> {
        match self {
            Self::CreditCode => check_credit_code(value).map_err(|error| match error {
                CreditCodeError::Length { .. } => Fault::Length,
                CreditCodeError::Character { .. } => Fault::Character,
                CreditCodeError::CheckDigit => Fault::CheckCharacter,
            }),
            Self::ResidentId => check_resident_id(value).map_err(|error| match error {
                ResidentIdError::Shape => Fault::Form,
                ResidentIdError::BirthDate => Fault::BirthDate,
                ResidentIdError::CheckDigit => Fault::CheckCharacter,
            }),
            Self::DivisionCode => check_division_code(value)
                .map_err(|_| Fault::Length)
                .and_then(|_| if is_province(value) { Ok(()) } else { Err(Fault::Province) }),
            Self::Phone => check_phone(value).map_err(|_| Fault::Form),
            Self::Longitude | Self::Latitude => Ok(()),
        }
    }
}

/// Whether a heading ends in a word, or has it before a bracket; Latin words stand alone.
fn is_word_of(heading: &str, word: &str) -> bool {
    let heading = heading.split(['(', '（', '[', '【']).next().unwrap_or(heading).trim();
    let Some(before) = heading.strip_suffix(word) else { return false };
    !word.is_ascii() || !before.ends_with(|sign: char| sign.is_ascii_alphanumeric())
}

/// Whether a date or a moment is written as GB/T 7408.1 (ISO 8601) says: `2026-01-31`, `20260131`,
/// `2026-01-31T12:00:00+08:00`, with a space in place of the `T`, too.
pub fn is_standard_date(value: &str) -> bool {
    let (day, time) = match value.find(['T', ' ']) {
        Some(place) => (value.get(..place), value.get(place + 1..)),
        None => (Some(value), None),
    };
    let day = day.is_some_and(|day| fits(day, "9999-99-99") || fits(day, "99999999"));
    let time = time.is_none_or(|time| {
        let time = time.strip_suffix('Z').unwrap_or(time);
        let zone = time.rfind(['+', '-']);
        let zone_fits = zone.is_none_or(|place| {
            time.get(place + 1..).is_some_and(|it| fits(it, "99:99") || fits(it, "9999"))
        });
        let clock = zone.and_then(|place| time.get(..place)).unwrap_or(time);
        let clock = match clock.split_once('.') {
            Some((clock, part))
                if !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit()) =>
            {
                clock
            }
            Some(_) => return false,
            None => clock,
        };
        zone_fits && (fits(clock, "99:99:99") || fits(clock, "99:99"))
    });
    day && time
}

/// Whether a text has a digit where a form has a `9`, and the same sign elsewhere.
fn fits(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text.bytes().zip(form.bytes()).all(|(byte, wanted)| match wanted {
            b'9' => byte.is_ascii_digit(),
            wanted => byte == wanted,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings() {
        for (heading, expected) in [
            ("统一社会信用代码", Some(Meaning::CreditCode)),
            ("法定代表人身份证号", Some(Meaning::ResidentId)),
            ("身份证件类型", None),
            ("行政区划代码", Some(Meaning::DivisionCode)),
            ("联系电话", Some(Meaning::Phone)),
            ("手机号码", Some(Meaning::Phone)),
            ("许可证号码", None),
            ("电话区号", None),
            ("hotel", None),
            ("contact_tel", Some(Meaning::Phone)),
            ("经度（°）", Some(Meaning::Longitude)),
            ("Lat", Some(Meaning::Latitude)),
            ("flat", None),
            ("名称", None),
        ] {
            assert_eq!(Meaning::named_by(heading), expected, "{heading}");
        }
    }

    #[test]
    fn values() {
        let check = |meaning: Meaning, value, expected| {
            assert_eq!(meaning.check(value), expected, "{value}");
        };
        check(Meaning::CreditCode, "91350100M000100Y43", Ok(()));
        check(Meaning::CreditCode, "91350100M000100Y44", Err(Fault::CheckCharacter));
        check(Meaning::CreditCode, "91350100I000100Y43", Err(Fault::Character));
        check(Meaning::CreditCode, "350100", Err(Fault::Length));
        check(Meaning::ResidentId, "11010519491231002X", Ok(()));
        check(Meaning::ResidentId, "110105194912310021", Err(Fault::CheckCharacter));
        check(Meaning::ResidentId, "110105194913310029", Err(Fault::BirthDate));
        check(Meaning::ResidentId, "1101", Err(Fault::Form));
        check(Meaning::DivisionCode, "513201", Ok(()));
        check(Meaning::DivisionCode, "993201", Err(Fault::Province));
        check(Meaning::DivisionCode, "5132", Err(Fault::Length));
        check(Meaning::Phone, "0837-2822233", Ok(()));
        check(Meaning::Phone, "无", Err(Fault::Form));
        check(Meaning::Longitude, "x", Ok(()));
    }

    #[test]
    fn dates_of_the_standard() {
        for right in [
            "2026-01-31",
            "20260131",
            "2026-01-31T12:00:00+08:00",
            "2026-01-31 12:00",
            "2026-01-31T12:00:00.5Z",
        ] {
            assert!(is_standard_date(right), "{right}");
        }
        for wrong in [
            "2026/1/31",
            "2026年1月31日",
            "2026-1-31",
            "2026-01-31 12",
            "2026-01-31T12:00.Z",
            "",
            "T",
            "日",
        ] {
            assert!(!is_standard_date(wrong), "{wrong}");
        }
    }
}
