//! Pinyin: how Chinese words are typed on a Latin keyboard.

use pinyin::ToPinyin;

/// The longest word that gets a pinyin form.
const MAX_CHARACTERS: usize = 12;

/// Returns the full pinyin and the initials of a word, where every character has one.
pub(crate) fn spell(word: &str) -> Option<(String, String)> {
    if word.chars().count() > MAX_CHARACTERS {
        return None;
    }
    let mut full = String::new();
    let mut initials = String::new();
    for character in word.chars() {
        let syllable = character.to_pinyin()?.plain();
        full.push_str(&plain(syllable));
        initials.extend(syllable.chars().next());
    }
    (!full.is_empty()).then_some((full, initials))
}

/// Writes ü as people type it.
fn plain(syllable: &str) -> String {
    syllable.replace('ü', "v")
}

/// Returns the key by which titles are put in order: pinyin for Chinese, the text otherwise.
pub(crate) fn order_key(folded: &str) -> String {
    let mut key = String::with_capacity(folded.len() * 2);
    for character in folded.chars() {
        match character.to_pinyin() {
            Some(syllable) => {
                key.push_str(&plain(syllable.plain()));
                key.push(' ');
            }
            None => key.push(character),
        }
        if key.len() > 240 {
            break;
        }
    }
    key
}

/// Whether a text could be typed pinyin: letters only, two or more.
pub(crate) fn could_be_pinyin(word: &str) -> bool {
    word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_spelt_in_full_and_by_initials() {
        assert_eq!(spell("停车场"), Some(("tingchechang".to_owned(), "tcc".to_owned())));
        assert_eq!(spell("绿地"), Some(("lvdi".to_owned(), "ld".to_owned())));
        assert_eq!(spell("pm25"), None);
        assert_eq!(spell(""), None);
    }

    #[test]
    fn titles_are_ordered_by_sound() {
        let mut titles = ["中国", "阿坝", "北京", "apple"];

        titles.sort_by_key(|title| order_key(title));

        assert_eq!(titles, ["阿坝", "apple", "北京", "中国"]);
    }
}
