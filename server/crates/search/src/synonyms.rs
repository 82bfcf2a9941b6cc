//! Words that mean the same in public data, from `data/synonyms.txt`.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::fold::fold;
use crate::words::{is_stopword, lines, words};

const SYNONYMS: &str = include_str!("../data/synonyms.txt");

/// The longest term of several words that is looked for in a question.
pub(crate) const MAX_TERM_WORDS: usize = 4;

struct Synonyms {
    groups: Vec<Vec<&'static str>>,
    by_key: FxHashMap<String, Vec<usize>>,
}

static TABLE: LazyLock<Synonyms> = LazyLock::new(|| {
    let groups: Vec<Vec<&'static str>> = lines(SYNONYMS)
        .map(|line| line.split(',').map(str::trim).filter(|term| !term.is_empty()).collect())
        .collect();
    let mut by_key: FxHashMap<String, Vec<usize>> = FxHashMap::default();
    for (place, group) in groups.iter().enumerate() {
        for term in group {
            let found = by_key.entry(key_of(term)).or_default();
            if !found.contains(&place) {
                found.push(place);
            }
        }
    }
    Synonyms { groups, by_key }
});

/// Returns all terms of the file.
pub(crate) fn terms() -> impl Iterator<Item = &'static str> {
    lines(SYNONYMS).flat_map(|line| line.split(',').map(str::trim))
}

/// Returns the other terms of all groups in which a term stands; `key` is made by [`key`].
pub(crate) fn of(key: &str) -> Vec<&'static str> {
    let mut others = Vec::new();
    for place in TABLE.by_key.get(key).into_iter().flatten() {
        for term in TABLE.groups.get(*place).into_iter().flatten() {
            if key_of(term) != key && !others.contains(term) {
                others.push(*term);
            }
        }
    }
    others
}

/// Whether a sequence of words is a term of the file.
pub(crate) fn is_term(key: &str) -> bool {
    TABLE.by_key.contains_key(key)
}

/// Joins words into the form under which terms are found; plural English words are made singular.
pub(crate) fn key<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let parts: Vec<&str> = parts.into_iter().map(singular).collect();
    parts.join(" ")
}

/// Takes the plural of an English word off.
fn singular(word: &str) -> &str {
    let ascii = word.is_ascii() && word.len() > 3;
    match word.strip_suffix('s') {
        Some(stem) if ascii && !stem.ends_with(['s', 'u', 'i']) => stem,
        _ => word,
    }
}

fn key_of(term: &str) -> String {
    let cut = words(&fold(term));
    key(cut.iter().map(|word| word.text.as_str()).filter(|word| !is_stopword(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_has_two_terms_or_more() {
        for (place, group) in TABLE.groups.iter().enumerate() {
            assert!(group.len() > 1, "group {place} {group:?}");
        }
        assert!(TABLE.groups.len() >= 300, "{} groups", TABLE.groups.len());
    }

    #[test]
    fn every_term_is_found_by_its_own_words() {
        for group in &TABLE.groups {
            for term in group {
                let n_words = words(&fold(term)).len();
                assert!(is_term(&key_of(term)), "{term}");
                assert!(n_words <= MAX_TERM_WORDS, "{term} has {n_words} words");
            }
        }
    }

    #[test]
    fn synonyms_cross_languages_and_numbers() {
        assert!(of(&key(["parking", "lots"])).contains(&"停车场"));
        assert!(of(&key(["pm25"])).contains(&"空气质量"));
        assert!(of(&key(["公交"])).contains(&"bus"));
        assert!(of(&key(["nothing"])).is_empty());
    }
}
