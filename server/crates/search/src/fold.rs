//! Folding: the one spelling under which texts are compared.
//!
//! Compatibility forms, case, accents and the traditional script are folded before anything is
//! cut into words, on both sides, so that 數據 finds 数据 and ＰＭ２．５ finds PM2.5.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A folded text that remembers where each character came from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Folded {
    /// The folded text.
    pub(crate) text: String,
    /// For each byte of `text` that starts a character, the byte range in the original; other
    /// bytes repeat the range of their character.
    origins: Vec<(u32, u32)>,
}

impl Folded {
    /// Returns the byte range in the original of a byte range in the folded text.
    pub(crate) fn origin(&self, start: usize, end: usize) -> (usize, usize) {
        let first = self.origins.get(start).map_or(0, |range| range.0);
        let last = end.checked_sub(1).and_then(|last| self.origins.get(last));
        (first as usize, last.map_or(first, |range| range.1) as usize)
    }
}

/// Folds a text.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        fold_character(character, &mut |part| folded.push(part));
    }
    simplify(folded)
}

/// Folds a text and remembers where each character came from.
pub(crate) fn fold_with_origins(text: &str) -> Folded {
    let mut folded = String::with_capacity(text.len());
    let mut ranges: Vec<(u32, u32)> = Vec::with_capacity(text.len());
    for (start, character) in text.char_indices() {
        let range = (start as u32, (start + character.len_utf8()) as u32);
        fold_character(character, &mut |part| {
            folded.push(part);
            ranges.push(range);
        });
    }
    let text = simplify(folded);
    let mut origins = Vec::with_capacity(text.len());
    for (character, range) in text.chars().zip(ranges) {
        origins.extend(std::iter::repeat_n(range, character.len_utf8()));
    }
    Folded { text, origins }
}

/// Folds traditional to simplified characters, one for one.
fn simplify(text: String) -> String {
    if text.is_ascii() { text } else { fast2s::convert(&text) }
}

fn fold_character(character: char, push: &mut impl FnMut(char)) {
    match character {
        'A'..='Z' => push(character.to_ascii_lowercase()),
        ' '..='~' | '\u{4e00}'..='\u{9fff}' => push(character),
        '\u{2018}' | '\u{2019}' => push('\''),
        _ if character.is_control() => push(' '),
        // Alphabets with accents: the letter without them, as people type it.
        '\u{80}'..='\u{52f}' | '\u{1e00}'..='\u{1fff}' => {
            for part in std::iter::once(character).nfkd().filter(|part| !is_combining_mark(*part)) {
                part.to_lowercase().for_each(&mut *push);
            }
        }
        _ => {
            for part in std::iter::once(character).nfkc().filter(|part| !is_combining_mark(*part)) {
                part.to_lowercase().for_each(&mut *push);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(fold(text), expected);
        assert_eq!(fold_with_origins(text).text, expected);
    }

    #[test]
    fn scripts_widths_cases_and_accents_become_one() {
        check("數據", "数据");
        check("臺北市", "台北市");
        check("ＰＭ２．５", "pm2.5");
        check("Malmö Ŝtat", "malmo stat");
        check("㎡①", "m21");
        check("a\u{0}b\tc", "a b c");
        check("", "");
    }

    #[test]
    fn a_match_leads_back_to_the_original() {
        let original = "面積㎡：臺北ＡＢ";
        let folded = fold_with_origins(original);
        let start = folded.text.find("台北").unwrap_or_default();

        let (from, to) = folded.origin(start, start + "台北".len());

        assert_eq!(&original[from..to], "臺北");
        assert_eq!(folded.origin(0, 0), (0, 0));
    }
}
