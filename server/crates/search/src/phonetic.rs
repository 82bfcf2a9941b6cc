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

/// Finds where a folded text sounds like what was typed, each character in full or by its initial,
/// the last one unfinished; returns the byte range.
pub(crate) fn find_typed(text: &str, typed: &str) -> Option<(usize, usize)> {
    let characters: Vec<(usize, char)> = text.char_indices().collect();
    (0..characters.len()).find_map(|first| {
        let rest = characters.get(first..)?;
        let n_characters = count_typed(rest, typed)?;
        let (start, _) = rest.first()?;
        let end = rest.get(n_characters).map_or(text.len(), |(end, _)| *end);
        Some((*start, end))
    })
}

/// Returns how many characters, from the first, spell what was typed.
fn count_typed(characters: &[(usize, char)], typed: &str) -> Option<usize> {
    let ((_, character), rest) = characters.split_first()?;
    let syllable = plain(character.to_pinyin()?.plain());
    if syllable.starts_with(typed) {
        return Some(1);
    }
    let in_full = typed.strip_prefix(syllable.as_str());
    let by_initial = syllable.get(..1).and_then(|initial| typed.strip_prefix(initial));
    [in_full, by_initial]
        .into_iter()
        .flatten()
        .find_map(|remaining| count_typed(rest, remaining))
        .map(|n_rest| n_rest + 1)
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

    #[track_caller]
    fn check_typed(text: &str, typed: &str, expected: Option<&str>) {
        let found = find_typed(text, typed).and_then(|(start, end)| text.get(start..end));
        assert_eq!(found, expected);
    }

    #[test]
    fn typing_in_full_by_initials_or_mixed_finds_the_place() {
        check_typed("公共停车场信息", "tcc", Some("停车场"));
        check_typed("公共停车场信息", "tingchec", Some("停车场"));
        check_typed("公共停车场信息", "tcchang", Some("停车场"));
        check_typed("公共停车场信息", "ggtccxx", Some("公共停车场信息"));
        check_typed("公共停车场信息", "xyz", None);
        check_typed("", "a", None);
    }

    #[test]
    fn titles_are_ordered_by_sound() {
        let mut titles = ["中国", "阿坝", "北京", "apple"];

        titles.sort_by_key(|title| order_key(title));

        assert_eq!(titles, ["阿坝", "apple", "北京", "中国"]);
    }
}
