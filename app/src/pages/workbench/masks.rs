//! The masks that forms offer.

use kaishu_types::Lang;

/// Masks as [`kaishu_types::table::Mask`] reads them, with their words.
pub(super) const MASKS: [(&str, &str, &str); 6] = [
    ("redact", "全部隐去", "Hide the value"),
    ("partial:3:4", "保留前三后四位", "Keep the first three and last four"),
    ("hash", "加密摘要", "Keyed hash"),
    ("year", "只留年份", "Year only"),
    ("month", "只留年月", "Year and month only"),
    ("drop", "整列去掉", "Drop the column"),
];

/// The masks as options of a list; one that an item has and no form offers stands among them as it is written.
pub(super) fn options(lang: Lang, chosen: &str) -> Vec<(String, String)> {
    let offered = MASKS.iter().map(|(code, zh, en)| (*code, lang.pick(*zh, en)));
    let mut all: Vec<(String, String)> =
        offered.map(|(code, words)| (code.to_owned(), words.to_owned())).collect();
    if !chosen.is_empty() && !all.iter().any(|(code, _)| code == chosen) {
        all.push((chosen.to_owned(), chosen.to_owned()));
    }
    all
}
