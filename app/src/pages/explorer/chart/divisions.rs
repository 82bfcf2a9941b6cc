//! Administrative divisions: columns of their codes, and what the divisions are called.

use kaishu_domain::divisions::divisions;
use kaishu_domain::validate::check_division_code;
use kaishu_portal::Portal;
use kaishu_types::Lang;
use kaishu_types::table::{ColumnProfile, TableColumn};
use kaishu_types::vocabulary::ItemType;

use super::figures::Mark;

/// What columns of division codes are called.
const NAMES: &[&str] = &[
    "区划",
    "行政",
    "地区代码",
    "地区编码",
    "division",
    "adcode",
    "regioncode",
    "region_code",
    "areacode",
    "area_code",
    "citycode",
    "city_code",
    "provincecode",
    "province_code",
];

/// The first two digits of a division code, with the province (GB/T 2260).
const PROVINCES: &[(&str, &str, &str)] = &[
    ("11", "北京", "Beijing"),
    ("12", "天津", "Tianjin"),
    ("13", "河北", "Hebei"),
    ("14", "山西", "Shanxi"),
    ("15", "内蒙古", "Inner Mongolia"),
    ("21", "辽宁", "Liaoning"),
    ("22", "吉林", "Jilin"),
    ("23", "黑龙江", "Heilongjiang"),
    ("31", "上海", "Shanghai"),
    ("32", "江苏", "Jiangsu"),
    ("33", "浙江", "Zhejiang"),
    ("34", "安徽", "Anhui"),
    ("35", "福建", "Fujian"),
    ("36", "江西", "Jiangxi"),
    ("37", "山东", "Shandong"),
    ("41", "河南", "Henan"),
    ("42", "湖北", "Hubei"),
    ("43", "湖南", "Hunan"),
    ("44", "广东", "Guangdong"),
    ("45", "广西", "Guangxi"),
    ("46", "海南", "Hainan"),
    ("50", "重庆", "Chongqing"),
    ("51", "四川", "Sichuan"),
    ("52", "贵州", "Guizhou"),
    ("53", "云南", "Yunnan"),
    ("54", "西藏", "Tibet"),
    ("61", "陕西", "Shaanxi"),
    ("62", "甘肃", "Gansu"),
    ("63", "青海", "Qinghai"),
    ("64", "宁夏", "Ningxia"),
    ("65", "新疆", "Xinjiang"),
    ("71", "台湾", "Taiwan"),
    ("81", "香港", "Hong Kong"),
    ("82", "澳门", "Macau"),
];

/// Tells whether a column holds codes of divisions: by its name and its values, as far as they are known.
/// A name that says no more than code is enough where all values have the length of one.
pub(super) fn is_division_column(column: &TableColumn, profile: Option<&ColumnProfile>) -> bool {
    let can_hold = matches!(column.item_type, ItemType::Code | ItemType::Text | ItemType::Integer);
    let name = format!("{} {}", column.name, column.label).to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if !can_hold || says(&["邮", "post", "zip"]) {
        return false;
    }
    let Some(profile) = profile else { return says(NAMES) };
    let holds = |text: &Option<String>| text.as_deref().is_some_and(is_known);
    let is_whole = profile.lengths.min == profile.lengths.max
        && profile.lengths.min >= 6
        && profile.n_values >= 20
        && says(&["代码", "编码", "code"]);
    (says(NAMES) || is_whole)
        && holds(&profile.min)
        && holds(&profile.max)
        && profile.top.iter().all(|value| is_known(&value.value))
}

fn is_known(code: &str) -> bool {
    let is_short = matches!(code.len(), 2 | 4) && code.bytes().all(|byte| byte.is_ascii_digit());
    let province = code.get(..2);
    (is_short || check_division_code(code).is_ok())
        && PROVINCES.iter().any(|(it, ..)| Some(*it) == province)
}

/// Digits of a code that name a division of a level: province, prefecture, county, township, village.
const LEVELS: [usize; 5] = [2, 4, 6, 9, 12];

/// Gathers groups by code into the divisions of the highest level that tells them apart. What has no
/// code of a division comes last, as one.
pub(super) fn gathered(portal: &Portal, lang: Lang, marks: &[Mark]) -> Vec<Mark> {
    let code = |mark: &Mark| mark.label.clone().filter(|code| is_known(code));
    let codes: Vec<String> = marks.iter().filter_map(code).collect();
    let at = |n_digits: usize| -> Vec<String> {
        let mut parts: Vec<String> = codes.iter().map(|code| first(code, n_digits)).collect();
        parts.sort_unstable();
        parts.dedup();
        parts
    };
    let level = LEVELS.into_iter().find(|n_digits| at(*n_digits).len() > 1).unwrap_or(2);
    let sum = |part: Option<&str>| -> f64 {
        let is_of = |mark: &&Mark| match part {
            Some(part) => code(mark).is_some_and(|code| first(&code, level) == part),
            None => code(mark).is_none(),
        };
        marks.iter().filter(is_of).filter_map(|mark| mark.value).sum()
    };
    let mut divisions: Vec<Mark> = at(level)
        .iter()
        .map(|part| Mark::new(Some(name(portal, lang, part)), sum(Some(part))))
        .collect();
    divisions.sort_by(|one, other| other.value.unwrap_or(0.0).total_cmp(&one.value.unwrap_or(0.0)));
    if codes.len() < marks.len() {
        let word = lang.pick("没有区划代码的", "without a division code");
        divisions.push(Mark::new(Some(word.to_owned()), sum(None)));
    }
    divisions
}

/// The digits of a code that name a division of a level, or fewer where it is above that.
fn first(code: &str, n_digits: usize) -> String {
    code.get(..n_digits.min(code.len())).unwrap_or(code).to_owned()
}

/// What a division is called: as the portal's list of regions says, the list of provinces or, where all
/// years agree, the lists of divisions; the code where nobody knows it.
fn name(portal: &Portal, lang: Lang, part: &str) -> String {
    let directory = portal.directory();
    let padded = format!("{part:0<6}");
    let known = [part, padded.as_str()].into_iter().find_map(|code| directory.region(code));
    if let Some(region) = known {
        return format!("{} {padded}", region.named.label(lang));
    }
    if let Some((_, zh, en)) = PROVINCES.iter().find(|(code, ..)| *code == part) {
        return lang.pick(*zh, *en).to_owned();
    }
    match divisions(&padded) {
        [division] if padded.len() == 6 => format!("{} {padded}", division.name),
        _ => padded,
    }
}

#[cfg(test)]
mod tests {
    use kaishu_types::table::Lengths;

    use super::*;

    fn is_one(label: &str, min: &str, max: &str) -> bool {
        let length = u32::try_from(min.len()).unwrap_or_default();
        let column = TableColumn {
            name: "dm".to_owned(),
            label: label.to_owned(),
            item_type: ItemType::Code,
            unit: None,
            mask: None,
        };
        let profile = ColumnProfile {
            n_values: 300,
            min: Some(min.to_owned()),
            max: Some(max.to_owned()),
            lengths: Lengths { min: length, max: length, mean: f64::from(length) },
            ..ColumnProfile::default()
        };
        is_division_column(&column, Some(&profile))
    }

    #[test]
    fn codes_of_divisions_are_known_by_name_and_values() {
        assert!(is_one("代码", "110000", "659000"));
        assert!(is_one("行政区划", "11", "82"));
        assert!(!is_one("邮政编码", "110000", "659000"));
        assert!(!is_one("股票代码", "600000", "601999"));
        assert!(!is_one("数量", "110000", "659000"));
    }
}
