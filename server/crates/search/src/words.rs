//! Cutting folded text into runs, words and parts of words.

use std::sync::LazyLock;

use jieba_rs::{Jieba, TokenizeMode};
use rustc_hash::FxHashSet;

use crate::synonyms;

const DICTIONARY: &str = include_str!("../data/dictionary.txt");
const STOPWORDS: &str = include_str!("../data/stopwords.txt");

/// The longest word kept; what is longer is cut, so that no text can grow the index without bound.
const MAX_WORD_CHARACTERS: usize = 48;

/// The dictionary of the process: jieba's own words, those of public data, and all synonyms.
static JIEBA: LazyLock<Jieba> = LazyLock::new(|| {
    let mut jieba = Jieba::new();
    let words = lines(DICTIONARY).chain(synonyms::terms());
    for word in words.filter(|word| word.chars().count() > 1 && word.chars().all(is_cjk)) {
        jieba.add_word(&crate::fold::fold(word), None, None);
    }
    jieba
});

static STOP: LazyLock<FxHashSet<&'static str>> =
    LazyLock::new(|| section("stop").collect::<FxHashSet<_>>());
static WEAK: LazyLock<FxHashSet<&'static str>> =
    LazyLock::new(|| section("weak").collect::<FxHashSet<_>>());

/// Loads the dictionary now instead of at the first text.
pub(crate) fn warm() {
    LazyLock::force(&JIEBA);
    LazyLock::force(&STOP);
    LazyLock::force(&WEAK);
}

/// Returns the lines of a data file without comments.
pub(crate) fn lines(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn section(name: &'static str) -> impl Iterator<Item = &'static str> {
    lines(STOPWORDS)
        .filter_map(move |line| line.strip_prefix(name)?.strip_prefix(':'))
        .flat_map(str::split_whitespace)
}

/// Whether a word carries no meaning of its own in a question.
pub(crate) fn is_stopword(word: &str) -> bool {
    STOP.contains(word)
}

/// Whether a word fits nearly every dataset, as in 数据.
pub(crate) fn is_weak(word: &str) -> bool {
    WEAK.contains(word)
}

/// Whether a character belongs to a script written without spaces.
pub(crate) fn is_cjk(character: char) -> bool {
    matches!(character,
        '\u{3005}' | '\u{3007}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

fn is_connector(character: char) -> bool {
    matches!(character, '.' | '_' | '-' | '\'')
}

/// A stretch of one kind of script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run<'a> {
    /// The text.
    pub(crate) text: &'a str,
    /// Where it starts, in bytes.
    pub(crate) start: usize,
    /// Whether it is written without spaces.
    pub(crate) is_cjk: bool,
}

/// Cuts a folded text into runs of one script; everything between is left out.
pub(crate) fn runs(text: &str) -> Vec<Run<'_>> {
    let mut found = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((start, first)) = characters.next() {
        let cjk = is_cjk(first);
        if !cjk && !first.is_alphanumeric() {
            continue;
        }
        let mut end = start + first.len_utf8();
        while let Some(&(position, next)) = characters.peek() {
            let belongs = if cjk {
                is_cjk(next)
            } else {
                let after = text[position + next.len_utf8()..].chars().next();
                (next.is_alphanumeric() && !is_cjk(next))
                    || (is_connector(next)
                        && after.is_some_and(|after| after.is_alphanumeric() && !is_cjk(after)))
            };
            if !belongs {
                break;
            }
            end = position + next.len_utf8();
            characters.next();
        }
        found.push(Run { text: &text[start..end], start, is_cjk: cjk });
    }
    found
}

/// A word and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// The word; connecting signs are left out, as in `pm25` for `pm2.5`.
    pub(crate) text: String,
    /// Where it starts, in bytes.
    pub(crate) start: usize,
    /// Where it ends, in bytes.
    pub(crate) end: usize,
    /// Whether it is written without spaces.
    pub(crate) is_cjk: bool,
}

/// Cuts a folded text into words that do not overlap, as a question is read.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    for run in runs(text) {
        if run.is_cjk {
            let mut start = run.start;
            for token in JIEBA.cut(run.text, false) {
                let end = start + token.word.len();
                found.push(Word { text: token.word.to_owned(), start, end, is_cjk: true });
                start = end;
            }
        } else {
            let end = run.start + run.text.len();
            found.push(Word { text: joined(run.text), start: run.start, end, is_cjk: false });
        }
    }
    found
}

/// Cuts a folded text into words and the shorter words inside them, as a text is indexed.
pub(crate) fn index_words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    for run in runs(text) {
        if run.is_cjk {
            for token in JIEBA.tokenize(run.text, TokenizeMode::Search, false) {
                let (start, end) = (run.start + token.byte_start, run.start + token.byte_end);
                found.push(Word { text: token.word.to_owned(), start, end, is_cjk: true });
            }
        } else {
            let end = run.start + run.text.len();
            found.push(Word { text: joined(run.text), start: run.start, end, is_cjk: false });
            for (part, start) in latin_parts(run.text) {
                let (start, end) = (run.start + start, run.start + start + part.len());
                found.push(Word { text: cut(part), start, end, is_cjk: false });
            }
        }
    }
    found
}

/// Returns the shorter words of a word in the order they are written; none where there is only
/// the word itself. `written` is the word as it stands in the folded text.
pub(crate) fn parts(written: &str) -> Vec<String> {
    if !written.chars().all(is_cjk) {
        return latin_parts(written).into_iter().map(|(part, _)| cut(part)).collect();
    }
    let tokens = JIEBA.tokenize(written, TokenizeMode::Search, false);
    let inner = tokens.iter().filter(|token| token.word.len() < written.len());
    // The fewest words that follow each other from the first character to the last: 空气质量 is
    // 空气 and 质量, although 气质 is a word, too.
    let mut ways: Vec<(usize, Vec<&str>)> = vec![(0, Vec::new())];
    let mut fewest: Option<Vec<&str>> = None;
    while let Some((end, way)) = ways.pop() {
        if fewest.as_ref().is_some_and(|fewest| fewest.len() <= way.len()) || way.len() > 8 {
            continue;
        }
        if end == written.len() {
            fewest = Some(way);
            continue;
        }
        for token in inner.clone().filter(|token| token.byte_start == end) {
            let mut longer = way.clone();
            longer.push(token.word);
            ways.push((token.byte_end, longer));
        }
    }
    fewest.unwrap_or_default().into_iter().map(str::to_owned).collect()
}

/// Cuts a run of letters and digits at connecting signs and between letters and digits.
pub(crate) fn latin_parts(run: &str) -> Vec<(&str, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut previous: Option<char> = None;
    for (position, character) in run.char_indices() {
        let breaks = previous.is_some_and(|previous| {
            is_connector(previous)
                || (previous.is_numeric() != character.is_numeric() && !is_connector(character))
        });
        if breaks || is_connector(character) {
            if position > start {
                found.push((&run[start..position], start));
            }
            start = position;
        }
        if is_connector(character) {
            start = position + character.len_utf8();
        }
        previous = Some(character);
    }
    if start < run.len() {
        found.push((&run[start..], start));
    }
    if found.len() < 2 { Vec::new() } else { found }
}

/// Leaves the connecting signs out of a run of letters and digits.
pub(crate) fn joined(run: &str) -> String {
    let letters = run.chars().filter(|character| !is_connector(*character));
    letters.take(MAX_WORD_CHARACTERS).collect()
}

fn cut(part: &str) -> String {
    part.chars().take(MAX_WORD_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_words(text: &str, expected: &str) {
        let found: Vec<String> = words(text).into_iter().map(|word| word.text).collect();
        assert_eq!(found.join(" "), expected);
    }

    #[track_caller]
    fn check_parts(word: &str, expected: &str) {
        assert_eq!(parts(word).join(" "), expected);
    }

    #[test]
    fn a_question_is_cut_into_words() {
        check_words("空气质量", "空气质量");
        check_words("pm2.5浓度", "pm25 浓度");
        check_words("open data, 2024!", "open data 2024");
        check_words("parking_lot.", "parkinglot");
        check_words("，。！", "");
    }

    #[test]
    fn a_word_has_shorter_words() {
        check_parts("空气质量", "空气 质量");
        check_parts("pm2.5", "pm 2 5");
        check_parts("parking_lot", "parking lot");
        check_parts("学校", "");
        check_parts("school", "");
    }

    #[test]
    fn words_of_a_text_stand_where_they_say() {
        let text = "2024年北京市空气质量 pm2.5";
        for word in index_words(text) {
            assert_eq!(joined(&text[word.start..word.end]), word.text);
        }
    }
}
