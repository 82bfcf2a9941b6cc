//! Themes.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{THEMES, last_segment, words};

/// Names that mean a theme by themselves.
static NAMES: LazyLock<Themes> = LazyLock::new(|| read(include_str!("theme_names.txt")));

/// Words that speak of a theme inside a longer name.
static WORDS: LazyLock<Themes> = LazyLock::new(|| read(include_str!("theme_words.txt")));

/// Themes by what they are called.
type Themes = HashMap<&'static str, &'static str>;

/// Reads a list: a theme on a line of its own, below it, indented, what it is called.
fn read(list: &'static str) -> Themes {
    let mut themes = Themes::new();
    let mut theme = "";
    for line in list.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        if !line.starts_with(' ') {
            theme = line;
            continue;
        }
        let names = line.split(';').map(str::trim).filter(|name| !name.is_empty());
        themes.extend(names.map(|name| (name, theme)));
    }
    themes
}

/// Finds the theme that a code, a word or a URI means.
pub fn theme(raw: &str) -> Option<&'static str> {
    let segment = last_segment(raw);
    let key = words(segment);
    if key.is_empty() {
        return None;
    }
    let code = key.replace(' ', "_");
    let own = THEMES
        .iter()
        .find(|term| term.code == code || term.label_zh == key || words(term.label_en) == key);
    if let Some(term) = own {
        return Some(term.code);
    }
    NAMES.get(key.as_str()).copied().or_else(|| by_words(&key))
}

/// Finds the one theme that the words of a short name speak of; of two it is neither.
fn by_words(key: &str) -> Option<&'static str> {
    const MOST_WORDS: usize = 5;
    let mut found = None;
    for (n_before, word) in key.split(' ').enumerate() {
        if n_before == MOST_WORDS {
            return None;
        }
        match (found, WORDS.get(word).copied()) {
            (None, named) => found = named,
            (Some(one), Some(other)) if one != other => return None,
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: Option<&str>) {
        assert_eq!(theme(raw), expected, "{raw}");
    }

    #[test]
    fn every_name_and_word_means_one_theme_that_there_is() {
        for list in [include_str!("theme_names.txt"), include_str!("theme_words.txt")] {
            let names = list.lines().filter(|line| line.starts_with(' '));
            let n_names = names.flat_map(|line| line.split(';')).filter(|it| !it.trim().is_empty());
            let read = read(list);
            assert_eq!(read.len(), n_names.count(), "a name stands twice");
            for (name, code) in read {
                assert!(THEMES.iter().any(|term| term.code == code), "{code}");
                assert_eq!(words(name), name);
            }
        }
    }

    #[test]
    fn themes() {
        check("transport", Some("transport"));
        check("public_safety", Some("public_safety"));
        check("交通运输", Some("transport"));
        check("http://publications.europa.eu/resource/authority/data-theme/ECON", Some("finance"));
        check(
            "http://publications.europa.eu/resource/authority/data-theme/ENVI/",
            Some("environment"),
        );
        check("Education, culture and sport", Some("education"));
        check("医療・福祉", Some("health"));
        check("防災・災害計画", Some("public_safety"));
        check("その他", Some("other"));
        check("Climatology / Meteorology / Atmosphere", Some("weather"));
        check("earth-science", Some("environment"));
        check("manufacturing", Some("industry"));
        check("banking-statistics", Some("finance"));
        check("infectious-diseases", Some("health"));
        check("food-safety", Some("market"));
        check("social-security", Some("employment"));
        check("energy-trade", None);
        check("http://eurovoc.europa.eu/100142", None);
        check("http://datos.gob.es/kos/sector-publico/sector/deporte", Some("education"));
        check("xyzzy", None);
        check("", None);
    }
}
