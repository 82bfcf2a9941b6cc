//! Texts of the data, which keep their own language on a page of another: marked, they are read
//! aloud and set as what they are.

use kaishu_types::Lang;
use leptos::prelude::*;

/// Returns the language that the letters of a text give away. Only Japanese has kana; what has
/// 汉字 and none of them is taken for Chinese.
pub(crate) fn tag_of(text: &str) -> Option<&'static str> {
    let is_kana = |char: char| matches!(char, '\u{3041}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}');
    let is_han = |char: char| matches!(char, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{20000}'..='\u{2FA1F}');
    if text.contains(is_kana) {
        return Some("ja");
    }
    text.contains(is_han).then_some("zh-CN")
}

/// Returns the language of a text where it is not that of the page.
pub(crate) fn foreign(lang: Lang, text: &str) -> Option<&'static str> {
    tag_of(text).filter(|tag| *tag != lang.tag())
}

/// Draws a text, marked with its language where that is not the language of the page.
pub(crate) fn data(lang: Lang, text: impl Into<String>) -> AnyView {
    let text = text.into();
    match foreign(lang, &text) {
        Some(tag) => view! { <span lang=tag>{text}</span> }.into_any(),
        None => text.into_any(),
    }
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
}
