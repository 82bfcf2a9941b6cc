//! A plan looked up in a snapshot: which terms exist, how rare they are, and what stands in for
//! those that do not.

use kaishu_types::DatasetCode;
use tantivy::Term;
use tantivy::query::{EnableScoring, PhraseQuery, Query as _, TermQuery, Weight};
use tantivy::schema::{Field, IndexRecordOption};

use crate::Result;
use crate::plan::{Alternative, Concept, Kind, Phrase, Plan, phrase, without_soft_quotes};
use crate::snapshot::Snapshot;
use crate::terms::{Prepared, Target, is_alive, prepare};
use crate::weights::Weights;

/// The longest text typed in pinyin without spaces that is cut into words.
const MAX_PINYIN_BYTES: usize = 40;

/// A term with more entries than this, and with more than its share, is common: reading all of its
/// postings once more would cost much and change little.
const COMMON_ENTRIES: u32 = 10_000;
const COMMON_SHARE: f32 = 0.1;

fn is_common(snapshot: &Snapshot, term: &Prepared) -> bool {
    let share = term.n_entries as f32 / snapshot.lengths.n_entries;
    term.n_entries > COMMON_ENTRIES && share > COMMON_SHARE
}

/// What is looked for, ready to run.
#[derive(Default)]
pub(crate) struct Query {
    pub(crate) concepts: Vec<Resolved>,
    /// Each must match.
    pub(crate) phrases: Vec<Box<dyn Weight>>,
    pub(crate) grams: Vec<Prepared>,
    pub(crate) marks: Vec<Vec<Mark>>,
    pub(crate) expanded: Vec<String>,
    pub(crate) unknown: Vec<String>,
    /// Whether the text is empty, so that everything matches.
    pub(crate) is_all: bool,
}

/// A concept whose terms were looked up.
pub(crate) struct Resolved {
    /// Its share of the score.
    pub(crate) weight: f32,
    /// Its share of what must be covered; 0 for a weak one.
    pub(crate) share: f32,
    /// Ways to match, each with its weight; all terms of a way must match.
    pub(crate) ways: Vec<(f32, Vec<Prepared>)>,
}

/// What to mark in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Folded; a stem for words of an alphabet.
    pub(crate) text: String,
    pub(crate) kind: MarkKind,
}

/// How a mark is found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkKind {
    /// As a substring, or as a word of an alphabet.
    Whole,
    /// The same, where nothing whole is found.
    Part,
    /// As a word whose pinyin it is.
    Pinyin,
}

/// Returns what finds the dataset whose code a text is, as receipts and citations write it.
fn of_code(snapshot: &Snapshot, text: &str) -> Result<Option<Box<dyn Weight>>> {
    let bare = text.trim().trim_matches(['"', '“', '”']);
    let Ok(code) = bare.to_ascii_uppercase().parse::<DatasetCode>() else { return Ok(None) };
    let term = Term::from_field_text(snapshot.fields.code, code.as_str());
    for segment in snapshot.searcher.segment_readers() {
        let inverted = segment.inverted_index(snapshot.fields.code)?;
        let Some(info) = inverted.get_term_info(&term)? else { continue };
        if is_alive(segment, &inverted, &info)? {
            let query = TermQuery::new(term, IndexRecordOption::Basic);
            let scoring = EnableScoring::disabled_from_searcher(&snapshot.searcher);
            return Ok(Some(query.weight(scoring)?));
        }
    }
    Ok(None)
}

impl Query {
    /// Looks a text up.
    pub(crate) fn read(snapshot: &Snapshot, text: &str, exact: bool) -> Result<Self> {
        if text.trim().is_empty() {
            return Ok(Self { is_all: true, ..Self::default() });
        }
        if let Some(code) = of_code(snapshot, text)? {
            return Ok(Self { phrases: vec![code], ..Self::default() });
        }
        let mut plan = Plan::read(text, exact);
        for phrase in plan.phrases.iter().filter(|phrase| phrase.is_soft) {
            if !is_somewhere(snapshot, phrase)? {
                plan = Plan::read(&without_soft_quotes(text), exact);
                break;
            }
        }
        let mut query = Self::default();
        let mut missing: Vec<&Concept> = Vec::new();
        for concept in &plan.concepts {
            if query.add_concept(snapshot, concept)? {
                query.add_pinyin(snapshot, &missing)?;
                missing.clear();
            } else {
                missing.push(concept);
            }
        }
        query.add_pinyin(snapshot, &missing)?;
        if exact {
            // What is not there as typed is not there at all; nothing is left out.
            query.unknown.clear();
        }
        for phrase in &plan.phrases {
            query.phrases.push(phrase_weight(snapshot, phrase, snapshot.fields.gram)?);
            query.marks.push(vec![Mark { text: phrase.text.clone(), kind: MarkKind::Whole }]);
        }
        for gram in &plan.grams {
            let prepared = lookup(snapshot, Target::Grams, gram)?;
            if prepared.n_entries > 0 && !is_common(snapshot, &prepared) {
                query.grams.push(prepared);
            }
        }
        Ok(query)
    }

    /// Whether nothing can match: signs only, or no word that any dataset has. Words that fit
    /// nearly every dataset do not make up for the others.
    pub(crate) fn is_nothing(&self) -> bool {
        let has_strong = self.concepts.iter().any(|concept| concept.share > 0.0);
        !self.is_all && self.phrases.is_empty() && !has_strong
    }

    /// Adds a concept; `false` where no way to match it exists.
    fn add_concept(&mut self, snapshot: &Snapshot, concept: &Concept) -> Result<bool> {
        let weights = &snapshot.weights;
        let mut ways = Vec::new();
        let mut marks = Vec::new();
        for alternative in &concept.alternatives {
            let target = match alternative.kind {
                Kind::Word | Kind::Parts | Kind::Synonym => Target::Words,
                Kind::Substring => Target::Grams,
                Kind::Character => Target::Names,
            };
            let Some(terms) = all_terms(snapshot, target, &alternative.terms)? else {
                continue;
            };
            // Where a word itself is that common, looking inside others adds nothing.
            let is_found = ways.first().is_some_and(|(_, found): &(f32, Vec<Prepared>)| {
                found.iter().all(|term| is_common(snapshot, term))
            });
            if is_found && matches!(alternative.kind, Kind::Substring | Kind::Character) {
                continue;
            }
            if let Some(synonym) = alternative.synonym {
                self.expanded.push(synonym.to_owned());
            }
            marks.extend(marks_of(alternative));
            ways.push((boost(alternative.kind, weights), terms));
        }
        if ways.is_empty() {
            return Ok(false);
        }
        let weight = if concept.is_weak { weights.weak } else { 1.0 };
        self.push(weight, concept.is_weak, ways, marks);
        Ok(true)
    }

    fn push(
        &mut self,
        weight: f32,
        is_weak: bool,
        ways: Vec<(f32, Vec<Prepared>)>,
        marks: Vec<Mark>,
    ) {
        let rarity = ways
            .first()
            .map_or(0.0, |(_, terms)| terms.iter().map(|term| term.rarity).fold(0.0, f32::max));
        let share = if is_weak { 0.0 } else { rarity };
        self.concepts.push(Resolved { weight, share, ways });
        self.marks.push(marks);
    }

    /// Tries neighbouring words that were not found as pinyin: together, then one by one.
    fn add_pinyin(&mut self, snapshot: &Snapshot, missing: &[&Concept]) -> Result<()> {
        let all_pinyin = missing.iter().all(|concept| concept.may_be_pinyin);
        let together: String = missing.iter().map(|concept| concept.text.as_str()).collect();
        if all_pinyin && missing.len() > 1 && self.add_typed_pinyin(snapshot, &together)? {
            return Ok(());
        }
        for concept in missing {
            if !(concept.may_be_pinyin && self.add_typed_pinyin(snapshot, &concept.text)?) {
                self.unknown.push(concept.text.clone());
            }
        }
        Ok(())
    }

    fn add_typed_pinyin(&mut self, snapshot: &Snapshot, typed: &str) -> Result<bool> {
        let Some(words) = split_pinyin(snapshot, typed)? else {
            return Ok(false);
        };
        for (word, prepared) in words {
            let marks = vec![Mark { text: word, kind: MarkKind::Pinyin }];
            self.push(1.0, false, vec![(snapshot.weights.pinyin, vec![prepared])], marks);
        }
        Ok(true)
    }
}

fn boost(kind: Kind, weights: &Weights) -> f32 {
    match kind {
        Kind::Word => 1.0,
        Kind::Parts => weights.parts,
        Kind::Substring | Kind::Character => weights.substring,
        Kind::Synonym => weights.synonym,
    }
}

fn marks_of(alternative: &Alternative) -> Vec<Mark> {
    let kind = match alternative.kind {
        Kind::Parts => MarkKind::Part,
        Kind::Word | Kind::Substring | Kind::Character | Kind::Synonym => MarkKind::Whole,
    };
    alternative.marks.iter().map(|text| Mark { text: text.clone(), kind }).collect()
}

/// Looks up one term.
pub(crate) fn lookup(snapshot: &Snapshot, target: Target, text: &str) -> Result<Prepared> {
    prepare(&snapshot.searcher, &snapshot.fields, &snapshot.lengths, target, text)
}

/// Looks up terms, rarest first; `None` where one of them does not exist.
fn all_terms(
    snapshot: &Snapshot,
    target: Target,
    texts: &[String],
) -> Result<Option<Vec<Prepared>>> {
    let mut terms = Vec::with_capacity(texts.len());
    for text in texts {
        let prepared = lookup(snapshot, target, text)?;
        if prepared.n_entries == 0 {
            return Ok(None);
        }
        terms.push(prepared);
    }
    terms.sort_by_key(|term| term.n_entries);
    Ok((!terms.is_empty()).then_some(terms))
}

/// Cuts text typed in pinyin into words that exist, with as few cuts as possible.
fn split_pinyin(snapshot: &Snapshot, typed: &str) -> Result<Option<Vec<(String, Prepared)>>> {
    if typed.len() > MAX_PINYIN_BYTES || !typed.is_ascii() {
        return Ok(None);
    }
    let mut found = Vec::new();
    let mut start = 0;
    while start < typed.len() {
        let mut longest = None;
        // Two letters are initials of too many words to stand inside a longer text.
        let least = if start == 0 { typed.len().min(2) } else { 3 };
        for end in (start + least..=typed.len()).rev() {
            if end != typed.len() && end - start < 4 {
                break;
            }
            let Some(word) = typed.get(start..end) else { continue };
            let prepared = lookup(snapshot, Target::Pinyin, word)?;
            if prepared.n_entries > 0 {
                longest = Some((word.to_owned(), prepared));
                break;
            }
        }
        let Some((word, prepared)) = longest else {
            return Ok(None);
        };
        start += word.len();
        found.push((word, prepared));
    }
    Ok((!found.is_empty()).then_some(found))
}

/// Returns the query that matches a phrase in a field of pairs.
pub(crate) fn phrase_weight(
    snapshot: &Snapshot,
    phrase: &Phrase,
    field: Field,
) -> Result<Box<dyn Weight>> {
    // Only names are also kept character by character.
    let is_character = phrase
        .terms
        .iter()
        .all(|(_, term)| term.chars().count() == 1 && term.chars().all(crate::words::is_cjk));
    let in_everything = field == snapshot.fields.gram;
    let field = if is_character && in_everything { snapshot.fields.name } else { field };
    let scoring = EnableScoring::disabled_from_searcher(&snapshot.searcher);
    let weight = match phrase.terms.as_slice() {
        [(_, only)] => {
            let term = Term::from_field_text(field, only);
            TermQuery::new(term, IndexRecordOption::Basic).weight(scoring)?
        }
        several => {
            let terms = several
                .iter()
                .map(|(place, text)| (*place, Term::from_field_text(field, text)))
                .collect();
            PhraseQuery::new_with_offset(terms).weight(scoring)?
        }
    };
    Ok(weight)
}

/// Whether a phrase is anywhere in the catalogue.
pub(crate) fn is_somewhere(snapshot: &Snapshot, phrase: &Phrase) -> Result<bool> {
    let weight = phrase_weight(snapshot, phrase, snapshot.fields.gram)?;
    for reader in snapshot.searcher.segment_readers() {
        let mut is_found = false;
        weight.for_each_no_score(reader, &mut |entries| {
            is_found |= entries.iter().any(|entry| !reader.is_deleted(*entry));
        })?;
        if is_found {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the query for the name or label of a data item; `None` for a blank text.
pub(crate) fn item_weight(snapshot: &Snapshot, item: &str) -> Result<Option<ItemFilter>> {
    if item.trim().is_empty() {
        return Ok(None);
    }
    let short: String = item.chars().take(200).collect();
    let folded = crate::fold::fold(&crate::schema::separate_case(&short));
    match phrase(&folded) {
        None => Ok(Some(ItemFilter::Nothing)),
        Some(phrase) => {
            let weight = phrase_weight(snapshot, &phrase, snapshot.fields.item)?;
            Ok(Some(ItemFilter::Phrase(weight, phrase.text)))
        }
    }
}

/// The restriction to datasets with a certain data item.
pub(crate) enum ItemFilter {
    /// The text has no letters: no item is called so.
    Nothing,
    /// The query and its folded text.
    Phrase(Box<dyn Weight>, String),
}
