//! Update frequencies.
//!
//! Where a source keeps a rhythm that we have no word for, the next slower one is taken, so that
//! nobody is called late who is not. Rhythms slower than a year have no cycle to keep here.

use kaishu_types::vocabulary::Frequency;

use super::{last_segment, words};
use crate::text::fold_width;

/// Finds the frequency that a word, a code, an ISO 8601 duration or a URI means.
pub fn frequency(raw: &str) -> Option<Frequency> {
    let folded = fold_width(raw);
    if let Some(days) = duration_days(&folded) {
        return Some(of_days(days));
    }
    let segment = last_segment(&folded);
    let key: String = words(segment).replace(' ', "");
    if let Some(found) = code(&key) {
        return Some(found);
    }
    if let Some(found) = east_asian(&key) {
        return Some(found);
    }
    let spaced = words(&folded);
    let is_phrase = folded.chars().count() <= 60;
    let from_phrase = || {
        let every = every(&spaced).map(of_days);
        every.or_else(|| phrase(&spaced))
    };
    is_phrase.then(from_phrase).flatten().or_else(|| sentence(&spaced))
}

fn of_days(days: f64) -> Frequency {
    // Months and years differ in length; a day of slack keeps 31-day months monthly.
    const STEPS: &[(f64, Frequency)] = &[
        (0.99, Frequency::Realtime),
        (1.5, Frequency::Daily),
        (7.5, Frequency::Weekly),
        (31.5, Frequency::Monthly),
        (93.0, Frequency::Quarterly),
        (185.0, Frequency::HalfYearly),
        (367.0, Frequency::Yearly),
    ];
    STEPS
        .iter()
        .find(|(most, _)| days <= *most)
        .map_or(Frequency::Irregular, |(_, frequency)| *frequency)
}

/// Reads `R/P1Y`, `P3M`, `P0.5M`, `R/PT1H`; the weekday and count of `R5/P1W` are left out.
fn duration_days(text: &str) -> Option<f64> {
    let upper = text.to_ascii_uppercase();
    let span = upper.rsplit('/').next()?.strip_prefix('P')?;
    let (dates, times) = span.split_once('T').unwrap_or((span, ""));
    let days = units(dates, &[('Y', 365.0), ('M', 30.5), ('W', 7.0), ('D', 1.0)])?;
    let hours = units(times, &[('H', 1.0), ('M', 1.0 / 60.0), ('S', 1.0 / 3600.0)])?;
    let total = days + hours / 24.0;
    (total > 0.0).then_some(total)
}

fn units(text: &str, known: &[(char, f64)]) -> Option<f64> {
    let mut total = 0.0;
    let mut digits = String::new();
    for sign in text.chars() {
        if sign.is_ascii_digit() || sign == '.' {
            digits.push(sign);
            continue;
        }
        let (_, factor) = known.iter().find(|(unit, _)| *unit == sign)?;
        total += digits.parse::<f64>().ok()? * factor;
        digits.clear();
    }
    digits.is_empty().then_some(total)
}

/// Codes of the European, the Dublin Core and the American lists, and plain words.
fn code(key: &str) -> Option<Frequency> {
    let found = match key {
        "realtime" | "cont" | "updatecont" | "continuous" | "continuously" | "continual"
        | "hourly" | "hour" | "minutely" | "1min" | "5min" | "10min" | "15min" | "30min"
        | "bihourly" | "trihourly" | "12hrs" | "daily2" | "twiceaday" | "instant" | "streaming" => {
            Frequency::Realtime
        }
        "daily" | "day" | "everyday" | "diary" | "nightly" | "weekday" | "businessdaily" => {
            Frequency::Daily
        }
        "weekly" | "week" | "everyweek" | "weekly2" | "weekly3" | "weekly5" | "semiweekly"
        | "twiceaweek" | "threetimesaweek" => Frequency::Weekly,
        "monthly" | "month" | "everymonth" | "monthly2" | "monthly3" | "semimonthly"
        | "biweekly" | "fortnightly" | "twiceamonth" | "threetimesamonth" => Frequency::Monthly,
        "quarterly" | "quarter" | "everyquarter" | "bimonthly" | "everytwomonths" => {
            Frequency::Quarterly
        }
        "halfyearly" | "annual2" | "semiannual" | "semiannually" | "biannual" | "biannually"
        | "twiceayear" | "twiceperyear" | "annual3" | "threetimesayear" | "everysixmonths" => {
            Frequency::HalfYearly
        }
        "yearly" | "annual" | "annually" | "year" | "everyyear" | "onceayear" => Frequency::Yearly,
        "biennial" | "triennial" | "bidecennial" | "tridecennial" | "quadrennial"
        | "quinquennial" | "decennial" | "irreg" | "irregular" | "irregularly" | "asneeded"
        | "asrequired" | "adhoc" | "ondemand" | "periodically" | "intermittent" | "infrequent"
        | "occasionally" | "sporadic" | "variable" | "variesbydataset" | "varies" | "various"
        | "whenneeded" | "asavailable" | "occasional" | "rolling" | "regularly" | "frequently"
        | "rare" | "rarely" | "tbd" | "na" | "tobedefined" | "tobedetermined" | "unknown"
        | "notspecified" => Frequency::Irregular,
        "never"
        | "static"
        | "notupdated"
        | "notplanned"
        | "none"
        | "noupdates"
        | "once"
        | "onetime"
        | "oneoff"
        | "discontinued"
        | "historical"
        | "archived"
        | "completed"
        | "nolongerupdated"
        | "notcurrentlyupdated"
        | "notcurrentlybeingupdated"
        | "currentlynotscheduled"
        | "nofutureupdatesplanned" => Frequency::Static,
        _ => return None,
    };
    Some(found)
}

/// Chinese and Japanese words, with numbers: `年4回`, `1か月ごと`, `每3个月`, `5年に1回`.
fn east_asian(key: &str) -> Option<Frequency> {
    const STATIC: &[&str] = &[
        "更新無",
        "更新なし",
        "更新予定なし",
        "初回のみ",
        "公開時のみ",
        "なし",
        "不更新",
        "静态",
        "一次性",
        "不再更新",
    ];
    const IRREGULAR: &[&str] = &[
        "随時",
        "随时",
        "不定期",
        "都度",
        "変更時",
        "必要に応じて",
        "適宜",
        "数回",
        "不定时",
        "按需",
        "适时",
        "根据需要",
        "其他",
        "未定",
    ];
    const REALTIME: &[&str] =
        &["实时", "実時間", "リアルタイム", "即时", "每小时", "毎時", "1時間"];
    if REALTIME.iter().any(|word| key.contains(word)) {
        return Some(Frequency::Realtime);
    }
    if STATIC.contains(&key) {
        return Some(Frequency::Static);
    }
    // `1年ごと（変更あればその都度）` has a rhythm: numbers come before the words of no rhythm.
    let rhythm = counted(key).map(of_days);
    rhythm
        .or_else(|| IRREGULAR.iter().any(|word| key.contains(word)).then_some(Frequency::Irregular))
}

const UNITS: &[(&str, f64)] = &[
    ("四半期", 91.5),
    ("季度", 91.5),
    ("半年", 182.5),
    ("か月", 30.5),
    ("ヶ月", 30.5),
    ("カ月", 30.5),
    ("ケ月", 30.5),
    ("个月", 30.5),
    ("週間", 7.0),
    ("年度", 365.0),
    ("年", 365.0),
    ("季", 91.5),
    ("月", 30.5),
    ("週", 7.0),
    ("周", 7.0),
    ("日", 1.0),
    ("天", 1.0),
];

/// Works out the days between two updates from `N times in M units`.
fn counted(key: &str) -> Option<f64> {
    if key.contains("数回") {
        return None;
    }
    let (at, unit, days) =
        UNITS.iter().find_map(|(unit, days)| key.find(unit).map(|at| (at, *unit, *days)))?;
    let before = key.get(..at)?;
    let after = key.get(at + unit.len()..)?;
    let times = key.find(['回', '次']).filter(|at| *at > 0);
    let has_rhythm = before.is_empty()
        || before.ends_with(|sign: char| {
            sign.is_ascii_digit() || "毎每一二三四五六七八九十约隔".contains(sign)
        })
        || times.is_some();
    if !has_rhythm {
        return None;
    }
    let Some(times_at) = times else {
        return Some(days * number_before(before).unwrap_or(1.0));
    };
    let count = key.get(..times_at).and_then(number_before).unwrap_or(1.0);
    // In `4回/年` the number before 回 is the count; in `5年に1回` the one before 年 is the span.
    let span = if times_at < at { 1.0 } else { number_before(before).unwrap_or(1.0) };
    let is_count_only = times_at > at && after.is_empty();
    (count > 0.0 && !is_count_only).then(|| days * span / count)
}

/// Reads the number that a text ends with.
fn number_before(text: &str) -> Option<f64> {
    let digits: String = text
        .chars()
        .rev()
        .take_while(char::is_ascii_digit)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    if !digits.is_empty() {
        return digits.parse().ok().filter(|number| *number > 0.0);
    }
    let last = text.chars().next_back()?;
    let place = "一二三四五六七八九十".chars().position(|sign| sign == last)?;
    u8::try_from(place).ok().map(|place| f64::from(place) + 1.0)
}

/// A short phrase with exactly one word of rhythm in it, such as `Updated daily`.
fn phrase(text: &str) -> Option<Frequency> {
    if ["not ", "no ", "never"].iter().any(|word| text.starts_with(word)) {
        let is_static = text.contains("updat") || text.contains("never");
        return is_static.then_some(Frequency::Static);
    }
    let found: Vec<Frequency> = text.split(' ').filter_map(code).collect();
    match found.as_slice() {
        [only] => Some(*only),
        [first, rest @ ..] if rest.iter().all(|other| other == first) => Some(*first),
        _ if text.contains("as needed") || text.contains("as required") => {
            Some(Frequency::Irregular)
        }
        _ => None,
    }
}

/// Works out the days between two updates from `every N hours`, `once per month`, `5 minutes`.
fn every(text: &str) -> Option<f64> {
    const UNITS: &[(&str, f64)] = &[
        ("minute", 1.0 / 1440.0),
        ("hour", 1.0 / 24.0),
        ("day", 1.0),
        ("week", 7.0),
        ("month", 30.5),
        ("year", 365.0),
    ];
    const NUMBERS: &[(&str, f64)] =
        &[("two", 2.0), ("three", 3.0), ("four", 4.0), ("five", 5.0), ("six", 6.0), ("ten", 10.0)];
    let rest = match text.split_once("every ").or_else(|| text.split_once("once per ")) {
        Some((_, rest)) => rest,
        None => text.strip_prefix("once a ").unwrap_or(text),
    };
    let has_word = rest.len() < text.len();
    let mut parts = rest.split(' ');
    let first = parts.next()?;
    let named = NUMBERS.iter().find(|(name, _)| *name == first).map(|(_, number)| *number);
    let number = first.parse().ok().or(named);
    let unit = if number.is_some() { parts.next()? } else { first };
    let (_, days) = UNITS.iter().find(|(name, _)| unit.trim_end_matches('s') == *name)?;
    // `5 minutes` says it all; `the last 5 minutes of …` does not.
    let is_whole = has_word || (number.is_some() && parts.next().is_none());
    is_whole.then(|| days * number.unwrap_or(1.0))
}

/// A sentence that says that there is no rhythm, or that nothing will come any more.
fn sentence(text: &str) -> Option<Frequency> {
    const IRREGULAR: &[&str] = &[
        "as soon as",
        "as available",
        "becomes available",
        "become available",
        "is available",
        "are available",
        "when available",
        "made available",
        "as needed",
        "as required",
        "when needed",
        "need to update basis",
        "rolling basis",
        "on demand",
        "ad hoc",
    ];
    const STATIC: &[&str] = &[
        "will not be updated",
        "no updates",
        "final version",
        "been finalized",
        "dataset is complete",
        "is finalized",
    ];
    let said: Vec<Frequency> = text.split(' ').filter_map(code).collect();
    if said.iter().any(|it| !matches!(it, Frequency::Irregular | Frequency::Static)) {
        return None;
    }
    let has = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    if has(IRREGULAR) || said.contains(&Frequency::Irregular) {
        return Some(Frequency::Irregular);
    }
    has(STATIC).then_some(Frequency::Static)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: Option<Frequency>) {
        assert_eq!(frequency(raw), expected, "{raw}");
    }

    #[test]
    fn durations() {
        check("R/P1Y", Some(Frequency::Yearly));
        check("R/P6M", Some(Frequency::HalfYearly));
        check("R/P4M", Some(Frequency::HalfYearly));
        check("R/P3M", Some(Frequency::Quarterly));
        check("R/P2M", Some(Frequency::Quarterly));
        check("R/P1M", Some(Frequency::Monthly));
        check("R/P0.5M", Some(Frequency::Monthly));
        check("R/P0.33M", Some(Frequency::Monthly));
        check("R/P1W", Some(Frequency::Weekly));
        check("R/P3.5D", Some(Frequency::Weekly));
        check("R/P1D", Some(Frequency::Daily));
        check("R/PT1H", Some(Frequency::Realtime));
        check("R/PT1S", Some(Frequency::Realtime));
        check("R/P10Y", Some(Frequency::Irregular));
        check("P", None);
        check("Paris", None);
    }

    #[test]
    fn codes_and_addresses() {
        let eu = "http://publications.europa.eu/resource/authority/frequency/";
        check(&format!("{eu}ANNUAL"), Some(Frequency::Yearly));
        check(&format!("{eu}ANNUAL_2"), Some(Frequency::HalfYearly));
        check(&format!("{eu}UPDATE_CONT"), Some(Frequency::Realtime));
        check(&format!("{eu}NEVER"), Some(Frequency::Static));
        check(&format!("{eu}UNKNOWN"), Some(Frequency::Irregular));
        check("http://purl.org/cld/freq/threeTimesAYear", Some(Frequency::HalfYearly));
        check("irregular", Some(Frequency::Irregular));
        check("real-time", Some(Frequency::Realtime));
        check("Annually", Some(Frequency::Yearly));
        check("yearly", Some(Frequency::Yearly));
        check("half_yearly", Some(Frequency::HalfYearly));
        check("Updated daily", Some(Frequency::Daily));
        check("Not currently being updated", Some(Frequency::Static));
        check("New data is added as soon as it is available.", Some(Frequency::Irregular));
        check(
            "New data is added regularly, usually within a few hours.",
            Some(Frequency::Irregular),
        );
        check(
            "This is the final version of the dataset, it will not be updated.",
            Some(Frequency::Static),
        );
        check("Every 6 hours", Some(Frequency::Realtime));
        check("Every three months", Some(Frequency::Quarterly));
        check("Once per hour.", Some(Frequency::Realtime));
        check("~2 years", Some(Frequency::Irregular));
        check("Every 6 to 12 months", None);
        check("From 2000-02-16 to Ongoing (Daily - < Weekly)", None);
        check("TBD", Some(Frequency::Irregular));
    }

    #[test]
    fn chinese_and_japanese() {
        check("每年", Some(Frequency::Yearly));
        check("每半年", Some(Frequency::HalfYearly));
        check("每季度", Some(Frequency::Quarterly));
        check("每月", Some(Frequency::Monthly));
        check("每周", Some(Frequency::Weekly));
        check("每日", Some(Frequency::Daily));
        check("实时", Some(Frequency::Realtime));
        check("不定期", Some(Frequency::Irregular));
        check("每3个月", Some(Frequency::Quarterly));
        check("随時", Some(Frequency::Irregular));
        check("公開時のみ", Some(Frequency::Static));
        check("更新無", Some(Frequency::Static));
        check("１年ごと", Some(Frequency::Yearly));
        check("１か月ごと", Some(Frequency::Monthly));
        check("一月ごと", Some(Frequency::Monthly));
        check("年4回", Some(Frequency::Quarterly));
        check("4回/年", Some(Frequency::Quarterly));
        check("月2回", Some(Frequency::Monthly));
        check("年１回（３月頃）", Some(Frequency::Yearly));
        check("1年に1回", Some(Frequency::Yearly));
        check("５年ごと", Some(Frequency::Irregular));
        check("3年に1回", Some(Frequency::Irregular));
        check("四半期ごと", Some(Frequency::Quarterly));
        check("1年ごと（変更あればその都度）", Some(Frequency::Yearly));
        check("年に数回", Some(Frequency::Irregular));
        check("未定", Some(Frequency::Irregular));
        check("市場開市日ごと", None);
        check("", None);
    }
}
