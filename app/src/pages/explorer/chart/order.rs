//! The order that words have by themselves: days of the week, months, quarters, seasons.

use super::figures::Mark;

/// Tells the place of a word in a series.
type Series = fn(&str) -> Option<usize>;

const SERIES: &[Series] = &[weekday, month, quarter, season];

const WEEK: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const YEAR: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const NUMBERS: [&str; 12] =
    ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"];

/// Puts groups into the order of their words where all of them are of one series, and says whether they
/// are; a group without a value comes last.
pub(super) fn by_themselves(marks: &mut [Mark]) -> bool {
    let labels: Vec<&str> = marks.iter().filter_map(|mark| mark.label.as_deref()).collect();
    let holds = |series: &&Series| labels.iter().all(|label| series(label.trim()).is_some());
    let Some(series) = SERIES.iter().find(holds).filter(|_| labels.len() > 1) else {
        return false;
    };
    marks.sort_by_key(|mark| {
        mark.label.as_deref().and_then(|label| series(label.trim())).unwrap_or(usize::MAX)
    });
    true
}

fn weekday(word: &str) -> Option<usize> {
    let day = ["星期", "礼拜", "周"].iter().find_map(|start| word.strip_prefix(start));
    let day = day.unwrap_or(word);
    match day {
        "日" | "天" => Some(6),
        "一" | "二" | "三" | "四" | "五" | "六" => NUMBERS.iter().position(|it| *it == day),
        _ => named(&WEEK, word),
    }
}

fn month(word: &str) -> Option<usize> {
    match word.strip_suffix('月') {
        Some(month) => number(month, 12),
        None => named(&YEAR, word),
    }
}

fn quarter(word: &str) -> Option<usize> {
    let number_of = |text: &str| number(text, 4);
    if let Some(quarter) = word.strip_suffix("季度") {
        return number_of(quarter.strip_prefix('第').unwrap_or(quarter));
    }
    number_of(word.strip_prefix(['Q', 'q'])?)
}

fn season(word: &str) -> Option<usize> {
    let season = word.strip_suffix(['季', '天']).unwrap_or(word);
    ["春", "夏", "秋", "冬"].iter().position(|it| *it == season)
}

/// The place of a number up to a greatest, in digits or in Chinese.
fn number(text: &str, greatest: usize) -> Option<usize> {
    let digits = || text.parse::<usize>().ok()?.checked_sub(1);
    let place = NUMBERS.iter().position(|it| *it == text).or_else(digits)?;
    (place < greatest).then_some(place)
}

/// The place of an English name, in full or by its first three letters.
fn named(names: &[&str], word: &str) -> Option<usize> {
    let word = word.to_ascii_lowercase();
    names.iter().position(|name| *name == word || name.get(..3) == Some(word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(labels: &[&str], expected: Option<&[&str]>) {
        let mark = |label: &&str| Mark::new(Some((*label).to_owned()), 1.0);
        let mut marks: Vec<Mark> = labels.iter().map(mark).collect();
        let is_ordered = by_themselves(&mut marks);
        let found: Vec<&str> = marks.iter().filter_map(|it| it.label.as_deref()).collect();
        assert_eq!(is_ordered.then_some(found.as_slice()), expected);
    }

    #[test]
    fn words_of_one_series_have_an_order() {
        check(&["星期日", "星期五", "星期一"], Some(&["星期一", "星期五", "星期日"]));
        check(&["日", "一", "六", "二"], Some(&["一", "二", "六", "日"]));
        check(&["10月", "2月", "十二月"], Some(&["2月", "10月", "十二月"]));
        check(&["第三季度", "第一季度"], Some(&["第一季度", "第三季度"]));
        check(&["Q4", "Q2"], Some(&["Q2", "Q4"]));
        check(&["冬", "春季"], Some(&["春季", "冬"]));
        check(&["Sun", "Monday"], Some(&["Monday", "Sun"]));
    }

    #[test]
    fn other_words_have_none() {
        check(&["星期一", "春"], None);
        check(&["13月", "1月"], None);
        check(&["星期一"], None);
        check(&["甲", "乙"], None);
    }

    #[test]
    fn rows_without_a_value_come_last() {
        let mut marks = vec![
            Mark::new(None, 9.0),
            Mark::new(Some("周二".to_owned()), 1.0),
            Mark::new(Some("周一".to_owned()), 2.0),
        ];
        assert!(by_themselves(&mut marks));
        assert_eq!(marks.last().map(|mark| mark.label.is_none()), Some(true));
    }
}
