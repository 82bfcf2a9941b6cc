//! How a value of a table is shown: the same on the server and in the browser.

use kaishu_types::Lang;
use kaishu_types::vocabulary::ItemType;

/// A value is shown with so many characters; the rest is in the file.
const SHOWN: usize = 160;

/// Longer texts are set in several lines.
const LONG: usize = 24;

/// A value as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The class of its cell.
    pub class: Option<&'static str>,
    /// Its language, where that is not the one of the page.
    pub lang: Option<&'static str>,
    /// Its text; `None` where there is no value.
    pub text: Option<String>,
}

/// Tells how a value is shown.
pub fn shown(lang: Lang, item_type: ItemType, text: &str) -> Shown {
    let class = match item_type {
        ItemType::Integer | ItemType::Decimal => Some("r"),
        ItemType::Code => Some("ks-id"),
        _ if text.chars().count() > LONG => Some("ks-text"),
        _ => None,
    };
    if text.trim().is_empty() {
        return Shown { class, lang: None, text: None };
    }
    let text = match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    };
    Shown { class, lang: foreign(lang, &text), text: Some(text) }
}

/// Returns the language that the letters of a text give away. Only Japanese has kana; what has
/// 汉字 and none of them is taken for Chinese.
pub fn tag_of(text: &str) -> Option<&'static str> {
    let is_kana = |char: char| matches!(char, '\u{3041}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}');
    let is_han = |char: char| matches!(char, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{20000}'..='\u{2FA1F}');
    if text.contains(is_kana) {
        return Some("ja");
    }
    text.contains(is_han).then_some("zh-CN")
}

/// Returns the language of a text where it is not that of the page.
pub fn foreign(lang: Lang, text: &str) -> Option<&'static str> {
    tag_of(text).filter(|tag| *tag != lang.tag())
}

/// Writes a whole number with commas between thousands.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_give_the_language_away() {
        assert_eq!(tag_of("公共停车场"), Some("zh-CN"));
        assert_eq!(tag_of("公園の一覧"), Some("ja"));
        assert_eq!(tag_of("Parking in 云溪"), Some("zh-CN"));
        assert_eq!(tag_of("Parking, 12 m²"), None);
    }

    #[test]
    fn only_what_differs_from_the_page_is_marked() {
        assert_eq!(foreign(Lang::Zh, "公共停车场"), None);
        assert_eq!(foreign(Lang::En, "公共停车场"), Some("zh-CN"));
        assert_eq!(foreign(Lang::Zh, "公園の一覧"), Some("ja"));
        assert_eq!(foreign(Lang::En, "Parking"), None);
    }

    #[test]
    fn thousands_take_commas() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_228), "1,228");
        assert_eq!(thousands(2_000_000), "2,000,000");
    }

    #[test]
    fn long_values_are_cut_and_missing_ones_are_none() {
        let long = shown(Lang::Zh, ItemType::Text, &"长".repeat(200));
        assert_eq!(long.text.map(|text| text.chars().count()), Some(SHOWN + 1));
        assert_eq!(long.class, Some("ks-text"));
        assert_eq!(shown(Lang::Zh, ItemType::Integer, " ").text, None);
    }
}
