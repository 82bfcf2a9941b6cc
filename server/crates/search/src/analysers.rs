//! How each kind of field is cut into terms. All of them expect folded text.

use std::sync::LazyLock;

use tantivy::tokenizer::{
    Language, RawTokenizer, Stemmer, TextAnalyzer, Token, TokenStream, Tokenizer, TokenizerManager,
};

use crate::phonetic;
use crate::words::{self, Run, Word};

/// Words and the shorter words inside them; English ones without their endings.
pub(crate) const WORDS: &str = "kaishu_words";
/// Pairs of neighbouring characters, and words of other scripts, with positions.
pub(crate) const GRAMS: &str = "kaishu_grams";
/// As grams, with single characters, without positions.
pub(crate) const NAMES: &str = "kaishu_names";
/// As grams, with single characters.
pub(crate) const ITEMS: &str = "kaishu_items";
/// Pinyin of words and of neighbouring words.
pub(crate) const PINYIN: &str = "kaishu_pinyin";
/// Words beside their pinyin.
pub(crate) const SPELLING: &str = "kaishu_spelling";

/// Stands between pinyin and word in the field for spelling.
pub(crate) const BETWEEN: char = '\u{1f}';

/// Returns all analysers by name.
pub(crate) fn manager() -> TokenizerManager {
    let manager = TokenizerManager::default();
    let stemmed = TextAnalyzer::builder(Cut(word_terms)).filter(Stemmer::new(Language::English));
    manager.register(WORDS, stemmed.build());
    manager.register(GRAMS, TextAnalyzer::from(Cut(gram_terms)));
    manager.register(NAMES, TextAnalyzer::from(Cut(item_terms)));
    manager.register(ITEMS, TextAnalyzer::from(Cut(item_terms)));
    manager.register(PINYIN, TextAnalyzer::from(Cut(pinyin_terms)));
    manager.register(SPELLING, TextAnalyzer::from(Cut(spelling_terms)));
    manager
}

/// Takes the ending off an English word.
pub(crate) fn stem(word: &str) -> String {
    static STEMMER: LazyLock<TextAnalyzer> = LazyLock::new(|| {
        let raw = TextAnalyzer::builder(RawTokenizer::default());
        raw.filter(Stemmer::new(Language::English)).build()
    });
    let mut analyser = STEMMER.clone();
    let mut stream = analyser.token_stream(word);
    if stream.advance() { stream.token().text.clone() } else { word.to_owned() }
}

/// A term and its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Term {
    /// The text.
    pub(crate) text: String,
    /// Its place in the order of terms.
    pub(crate) position: usize,
}

fn word_terms(text: &str) -> Vec<Term> {
    let found = words::index_words(text).into_iter().enumerate();
    found
        .filter(|(_, word)| !words::is_stopword(&word.text))
        .map(|(position, word)| Term { text: word.text, position })
        .collect()
}

/// Cuts into pairs of characters and words of other scripts.
pub(crate) fn gram_terms(text: &str) -> Vec<Term> {
    cut_runs(text, false)
}

/// Cuts as [`gram_terms`], with single characters.
pub(crate) fn item_terms(text: &str) -> Vec<Term> {
    cut_runs(text, true)
}

fn cut_runs(text: &str, with_single: bool) -> Vec<Term> {
    let mut terms = Vec::with_capacity(text.len() / 2);
    let mut position = 0;
    for run in words::runs(text) {
        position = if run.is_cjk {
            push_pairs(&run, position, with_single, &mut terms)
        } else {
            push_latin(&run, position, &mut terms)
        };
    }
    terms
}

fn push_pairs(run: &Run<'_>, start: usize, with_single: bool, terms: &mut Vec<Term>) -> usize {
    let mut position = start;
    let mut previous: Option<usize> = None;
    for (byte, character) in run.text.char_indices() {
        let end = byte + character.len_utf8();
        if let Some(previous) = previous {
            let text = run.text[previous..end].to_owned();
            terms.push(Term { text, position: position - 1 });
        }
        if with_single {
            terms.push(Term { text: character.to_string(), position });
        }
        previous = Some(byte);
        position += 1;
    }
    position
}

/// A joined word stands where its first part stands, so that both ways of writing are phrases.
fn push_latin(run: &Run<'_>, start: usize, terms: &mut Vec<Term>) -> usize {
    terms.push(Term { text: words::joined(run.text), position: start });
    let parts = words::parts(run.text);
    let n_parts = parts.len().max(1);
    for (place, text) in parts.into_iter().enumerate() {
        terms.push(Term { text, position: start + place });
    }
    start + n_parts
}

fn pinyin_terms(text: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut push = |word: &str| {
        if let Some((full, initials)) = phonetic::spell(word) {
            let position = terms.len();
            terms.push(Term { text: full, position });
            terms.push(Term { text: initials, position });
        }
    };
    for word in words::index_words(text) {
        if word.is_cjk && word.end - word.start > 3 {
            push(&word.text);
        }
    }
    for pair in words::words(text).windows(2) {
        if let [first, second] = pair
            && first.is_cjk
            && first.end == second.start
        {
            push(&format!("{}{}", first.text, second.text));
        }
    }
    terms
}

fn spelling_terms(text: &str) -> Vec<Term> {
    let spelt = |word: Word| {
        let (full, _) = phonetic::spell(&word.text)?;
        (word.text.chars().count() > 1).then(|| format!("{full}{BETWEEN}{}", word.text))
    };
    let found = words::index_words(text).into_iter().filter_map(spelt);
    found.enumerate().map(|(position, text)| Term { text, position }).collect()
}

/// A tokenizer made of a function.
#[derive(Clone)]
struct Cut(fn(&str) -> Vec<Term>);

impl Tokenizer for Cut {
    type TokenStream<'a> = Terms;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Terms {
        Terms { terms: self.0(text).into_iter(), token: Token::default() }
    }
}

struct Terms {
    terms: std::vec::IntoIter<Term>,
    token: Token,
}

impl TokenStream for Terms {
    fn advance(&mut self) -> bool {
        let Some(Term { text, position }) = self.terms.next() else {
            return false;
        };
        self.token.text = text;
        self.token.position = position;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(terms: Vec<Term>, expected: &str) {
        let shown: Vec<String> =
            terms.iter().map(|term| format!("{}@{}", term.text, term.position)).collect();
        assert_eq!(shown.join(" "), expected);
    }

    #[test]
    fn grams_keep_their_places() {
        check(gram_terms("停车场，open data"), "停车@0 车场@1 open@3 data@4");
        check(gram_terms("pm2.5值"), "pm25@0 pm@0 2@1 5@2");
        check(item_terms("水质"), "水@0 水质@0 质@1");
    }

    #[test]
    fn pinyin_covers_words_and_neighbours() {
        let terms = pinyin_terms("停车场信息");
        for expected in ["tcc", "tingchechang", "xinxi", "tccxx"] {
            assert!(terms.iter().any(|term| term.text == expected), "{expected} in {terms:?}");
        }
    }

    #[test]
    fn words_lose_their_endings() {
        assert_eq!(stem("schools"), stem("school"));
        assert_eq!(stem("学校"), "学校");
    }
}
