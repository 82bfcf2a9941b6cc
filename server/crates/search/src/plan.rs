//! Understanding a request: from the text a person typed to what is looked for.
//!
//! The text never reaches a query parser. It is folded, cut into words, and each word becomes a
//! concept with alternatives: the word, its shorter parts, its characters, its synonyms.

use crate::analysers::{gram_terms, stem};
use crate::fold::fold;
use crate::synonyms;
use crate::words::{self, Word};

/// What is read of a text; the rest of a longer one is left out.
const MAX_CHARACTERS: usize = 1_000;
/// Words beyond these do not take part.
const MAX_CONCEPTS: usize = 64;
const MAX_SYNONYMS: usize = 12;
const MAX_GRAMS: usize = 96;

/// What a text asks for.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Plan {
    pub(crate) concepts: Vec<Concept>,
    /// Quoted texts; each must be there as it is.
    pub(crate) phrases: Vec<Phrase>,
    /// Pairs of characters and words as written, for the order of results only.
    pub(crate) grams: Vec<String>,
}

/// A thing that is looked for.
#[derive(Debug, PartialEq)]
pub(crate) struct Concept {
    /// As folded and cut.
    pub(crate) text: String,
    /// Fits nearly every dataset, so that its absence is no reason to leave a dataset out.
    pub(crate) is_weak: bool,
    /// Any of them will do.
    pub(crate) alternatives: Vec<Alternative>,
    /// Whether pinyin may stand for it, where nothing else is found.
    pub(crate) may_be_pinyin: bool,
}

/// One way to express a concept.
#[derive(Debug, PartialEq)]
pub(crate) struct Alternative {
    pub(crate) kind: Kind,
    /// All of them must be there.
    pub(crate) terms: Vec<String>,
    /// What is marked in a text that has it, folded.
    pub(crate) marks: Vec<String>,
    /// The synonym as the dictionary writes it.
    pub(crate) synonym: Option<&'static str>,
}

/// How an alternative relates to the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The word itself.
    Word,
    /// The shorter words inside it.
    Parts,
    /// Its pairs of characters, wherever the cut between words is.
    Substring,
    /// Its single character, in names.
    Character,
    /// A synonym.
    Synonym,
}

/// A text that must be there as it is: terms with their places.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Phrase {
    pub(crate) terms: Vec<(usize, String)>,
    /// The folded text.
    pub(crate) text: String,
    /// Set by quotation marks that also stand in plain sentences, as in 谁是“电视之父”: where the
    /// phrase is nowhere, its words will do.
    pub(crate) is_soft: bool,
}

impl Plan {
    /// Reads a text. `exact` takes words as typed.
    pub(crate) fn read(text: &str, exact: bool) -> Self {
        let short: String = text.chars().take(MAX_CHARACTERS).collect();
        let folded = fold(&short);
        let (quoted, free) = split_quotes(&folded);
        let mut plan = Self::default();
        for (opening, text) in quoted {
            let Some(mut phrase) = phrase(text) else { continue };
            phrase.is_soft = opening != '"';
            if !plan.phrases.contains(&phrase) {
                plan.phrases.push(phrase);
            }
        }
        plan.concepts = concepts(&free, plan.phrases.is_empty());
        if exact {
            plan.take_as_typed(&free);
        }
        for term in gram_terms(&folded) {
            let wanted = !plan.grams.contains(&term.text) && !words::is_stopword(&term.text);
            if wanted && plan.grams.len() < MAX_GRAMS {
                plan.grams.push(term.text);
            }
        }
        plan
    }
}

impl Plan {
    /// Makes phrases of all words; concepts stay for the order of results only.
    fn take_as_typed(&mut self, free: &str) {
        for phrase in stretches(free).filter_map(phrase).take(MAX_CONCEPTS) {
            if !self.phrases.contains(&phrase) {
                self.phrases.push(phrase);
            }
        }
        for concept in &mut self.concepts {
            concept.is_weak = true;
            concept.may_be_pinyin = false;
            concept.alternatives.retain(|alternative| alternative.kind == Kind::Word);
        }
    }
}

/// Makes spaces of quotation marks that also stand in plain sentences.
pub(crate) fn without_soft_quotes(text: &str) -> String {
    text.replace(['“', '”', '「', '」', '『', '』'], " ")
}

/// Cuts out what stands in quotes; an opening quote without its end is a sign like others.
fn split_quotes(text: &str) -> (Vec<(char, &str)>, String) {
    let mut quoted = Vec::new();
    let mut free = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_opening) {
        let opening = rest[start..].chars().next().unwrap_or('"');
        let inside = &rest[start + opening.len_utf8()..];
        let Some(length) = inside.find(closing(opening)) else {
            break;
        };
        free.push_str(&rest[..start]);
        free.push(' ');
        quoted.push((opening, &inside[..length]));
        rest = &inside[length + closing(opening).len_utf8()..];
    }
    free.push_str(rest);
    (quoted, free)
}

fn is_opening(character: char) -> bool {
    matches!(character, '"' | '“' | '「' | '『')
}

fn closing(opening: char) -> char {
    match opening {
        '“' => '”',
        '「' => '」',
        '『' => '』',
        other => other,
    }
}

/// Makes a phrase of a text; `None` where it has no letters.
pub(crate) fn phrase(text: &str) -> Option<Phrase> {
    let mut terms: Vec<(usize, String)> = Vec::new();
    let mut position = 0;
    for run in words::runs(text) {
        if run.is_cjk {
            for term in gram_terms(run.text) {
                terms.push((position + term.position, term.text));
            }
            position += run.text.chars().count();
        } else {
            let mut parts = words::parts(run.text);
            if parts.is_empty() {
                parts.push(words::joined(run.text));
            }
            for part in parts {
                terms.push((position, part));
                position += 1;
            }
        }
    }
    if terms.is_empty() {
        // A single character has no pairs.
        let run = words::runs(text).into_iter().next()?;
        terms.push((0, run.text.to_owned()));
    }
    Some(Phrase { terms, text: text.trim().to_owned(), is_soft: false })
}

/// Returns the stretches between spaces and signs, each of which must be there as typed.
fn stretches(free: &str) -> impl Iterator<Item = &str> {
    free.split(|character: char| character.is_whitespace() || ",，。;；、|".contains(character))
}

fn concepts(free: &str, alone: bool) -> Vec<Concept> {
    let all = words::words(free);
    let mut kept: Vec<&Word> = all.iter().filter(|word| !words::is_stopword(&word.text)).collect();
    if kept.is_empty() && alone {
        kept = all.iter().collect();
    }
    let mut found: Vec<Concept> = Vec::new();
    let mut place = 0;
    while let Some(rest) = kept.get(place..).filter(|rest| !rest.is_empty()) {
        let n_words = longest_term(rest).max(1);
        let concept = concept(free, rest.get(..n_words).unwrap_or(rest));
        if found.len() < MAX_CONCEPTS && found.iter().all(|other| other.text != concept.text) {
            found.push(concept);
        }
        place += n_words;
    }
    if found.iter().all(|concept| concept.is_weak) {
        found.iter_mut().for_each(|concept| concept.is_weak = false);
    }
    found
}

/// Returns how many of the next words make a term of the synonyms together.
fn longest_term(rest: &[&Word]) -> usize {
    let most = rest.len().min(synonyms::MAX_TERM_WORDS);
    (1..=most)
        .rev()
        .find(|n_words| {
            let sequence = rest.iter().take(*n_words).map(|word| word.text.as_str());
            synonyms::is_term(&synonyms::key(sequence))
        })
        .unwrap_or(0)
}

fn concept(free: &str, sequence: &[&Word]) -> Concept {
    let text = sequence.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    let mut alternatives = match sequence {
        [word] => word_alternatives(&free[word.start..word.end], word.is_cjk),
        several => vec![Alternative {
            kind: Kind::Word,
            terms: several.iter().map(|word| stem(&word.text)).collect(),
            marks: several.iter().map(|word| word.text.clone()).collect(),
            synonym: None,
        }],
    };
    let key = synonyms::key(sequence.iter().map(|word| word.text.as_str()));
    for synonym in synonyms::of(&key).into_iter().take(MAX_SYNONYMS) {
        let cut = words::words(&fold(synonym));
        let cut: Vec<&Word> = cut.iter().filter(|word| !words::is_stopword(&word.text)).collect();
        alternatives.push(Alternative {
            kind: Kind::Synonym,
            terms: cut.iter().map(|word| stem(&word.text)).collect(),
            marks: cut.iter().map(|word| word.text.clone()).collect(),
            synonym: Some(synonym),
        });
    }
    Concept {
        is_weak: words::is_weak(&text),
        may_be_pinyin: sequence.len() == 1 && crate::phonetic::could_be_pinyin(&text),
        text,
        alternatives,
    }
}

/// The ways to find one word, best first. `written` is the word with its connecting signs.
fn word_alternatives(written: &str, is_cjk: bool) -> Vec<Alternative> {
    let make = |kind, terms: Vec<String>, marks: Vec<String>| Alternative {
        kind,
        terms,
        marks,
        synonym: None,
    };
    let joined = words::joined(written);
    let mut found = vec![make(Kind::Word, vec![stem(&joined)], vec![joined.clone()])];
    if words::is_stopword(&joined) {
        // Words without meaning are not in the fields of words.
        found.clear();
        if !is_cjk {
            found.push(make(Kind::Substring, vec![joined.clone()], vec![joined.clone()]));
        }
    }
    let parts = words::parts(written);
    if !parts.is_empty() {
        let terms = parts.iter().map(|part| stem(part)).collect();
        found.push(make(Kind::Parts, terms, parts));
    }
    if !is_cjk {
        return found;
    }
    if let Some(place) = place_without_rank(&joined) {
        found.push(make(Kind::Parts, vec![place.to_owned()], vec![place.to_owned()]));
    }
    let pairs: Vec<String> = gram_terms(&joined).into_iter().map(|term| term.text).collect();
    if pairs.is_empty() {
        found.push(make(Kind::Character, vec![joined.clone()], vec![joined]));
    } else {
        found.push(make(Kind::Substring, pairs.clone(), vec![joined]));
    }
    found
}

/// Takes the rank off the name of a place, as in 北京 for 北京市.
fn place_without_rank(word: &str) -> Option<&str> {
    let place = word.strip_suffix(['省', '市', '县', '区', '州'])?;
    (place.chars().count() > 1).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let plan = Plan::read(text, false);
        let concepts = plan.concepts.iter().map(|concept| {
            let mark = if concept.is_weak { "?" } else { "" };
            format!("{}{mark}", concept.text)
        });
        let phrases = plan.phrases.iter().map(|phrase| format!("[{}]", phrase.text));
        assert_eq!(concepts.chain(phrases).collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn a_question_becomes_concepts() {
        check("哪些地方有停车场？", "停车场");
        check("停车场数据", "停车场 数据?");
        check("数据", "数据");
        check("parking lots in 北京", "parking lots 北京");
        check("的", "的");
        check("停车场 停车场", "停车场");
    }

    #[test]
    fn quotes_make_phrases_and_unbalanced_ones_do_not() {
        check("\"空气质量\" 北京", "北京 [空气质量]");
        check("“open data” 学校", "学校 [open data]");
        check("\"空气质量", "空气质量");
        check("\"\" ，", "");
        check("🙂", "");
    }

    #[test]
    fn a_long_text_is_cut() {
        let text = (0..5_000).map(|number| format!("词{number} ")).collect::<String>();

        let plan = Plan::read(&text, false);

        assert!(plan.concepts.len() <= MAX_CONCEPTS);
        assert!(plan.grams.len() <= MAX_GRAMS);
    }

    #[test]
    fn a_phrase_keeps_places() {
        let terms = phrase("停车场 pm2.5").map(|phrase| phrase.terms).unwrap_or_default();
        let expected = [(0, "停车"), (1, "车场"), (3, "pm"), (4, "2"), (5, "5")];
        assert_eq!(terms, expected.map(|(place, text)| (place, text.to_owned())));
    }
}
