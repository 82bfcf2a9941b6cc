//! Spelling: words that look or sound like what was typed and find something, where it does not.

use tantivy::Term;
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::Field;

use crate::Result;
use crate::analysers::BETWEEN;
use crate::fold::fold;
use crate::matching::{self, Matches};
use crate::phonetic;
use crate::plan::phrase;
use crate::query::{self, Query};
use crate::snapshot::Snapshot;
use crate::terms::is_alive;
use crate::words::{self, Run};

/// What is read of a text.
const MAX_CHARACTERS: usize = 64;
/// Stretches of characters that are looked up by sound.
const MAX_STRETCH: usize = 8;
/// Stretches of one run that are looked up.
const MAX_STRETCHES: usize = 12;
/// Corrections of one place that are tried.
const MAX_TRIED: usize = 4;

/// A word that could be meant and how often it is used.
type Candidate = (String, u32);

/// Returns a corrected text that finds more than the text itself, or nothing.
pub(crate) fn correct(snapshot: &Snapshot, text: &str) -> Result<Option<String>> {
    let short: String = text.trim().chars().take(MAX_CHARACTERS).collect();
    let folded = fold(&short);
    let finds_all = finds_all(snapshot, &folded)?;
    for run in words::runs(&folded) {
        let corrections = if run.is_cjk {
            of_characters(snapshot, &run, finds_all)?
        } else if finds_all {
            Vec::new()
        } else {
            of_letters(snapshot, &run)?
        };
        for correction in corrections {
            let (before, after) = (&folded[..run.start], &folded[run.start + run.text.len()..]);
            let corrected = format!("{before}{correction}{after}");
            // Several words may be wrong: each place is corrected on its own.
            if is_other(&folded, &corrected) && finds_something(snapshot, &corrected)? {
                return Ok(Some(corrected));
            }
        }
    }
    Ok(None)
}

/// Whether a text says something else: leaving characters out is what search does by itself.
fn is_other(text: &str, corrected: &str) -> bool {
    let mut left = text.chars();
    let is_part = corrected.chars().all(|wanted| left.any(|character| character == wanted));
    !is_part
}

fn n_found(snapshot: &Snapshot, text: &str) -> Result<(usize, bool)> {
    let query = Query::read(snapshot, text, false)?;
    let matched = matching::find(snapshot, &query, None)?;
    let n = matched.segments.iter().map(|matches| match matches {
        Matches::All => 1,
        Matches::Some(found) => found.len(),
    });
    Ok((n.sum(), matched.partial))
}

fn finds_all(snapshot: &Snapshot, text: &str) -> Result<bool> {
    let (n_found, partial) = n_found(snapshot, text)?;
    Ok(n_found > 0 && !partial)
}

fn finds_something(snapshot: &Snapshot, text: &str) -> Result<bool> {
    Ok(n_found(snapshot, text)?.0 > 0)
}

/// Corrects a run of characters: words that sound the same, then words that differ in one.
/// A run that finds something in pieces is corrected only where it is nowhere as a whole.
fn of_characters(snapshot: &Snapshot, run: &Run<'_>, finds_all: bool) -> Result<Vec<String>> {
    let n_characters = run.text.chars().count();
    if n_characters < 2 || is_somewhere(snapshot, run.text)? {
        return Ok(Vec::new());
    }
    if n_characters <= MAX_STRETCH {
        let alike = sounding_alike(snapshot, run.text)?;
        if !alike.is_empty() || finds_all {
            return Ok(alike);
        }
    }
    if finds_all {
        return Ok(Vec::new());
    }
    let mut corrections = Vec::new();
    let cut = words::words(run.text);
    let mut n_tried = 0;
    for n_words in (1..=cut.len().min(4)).rev() {
        for window in cut.windows(n_words) {
            let (Some(first), Some(last)) = (window.first(), window.last()) else { continue };
            let stretch = &run.text[first.start..last.end];
            let length = stretch.chars().count();
            if !(2..=MAX_STRETCH).contains(&length) {
                continue;
            }
            n_tried += 1;
            if n_tried > MAX_STRETCHES {
                break;
            }
            let mut alike = sounding_alike(snapshot, stretch)?;
            if alike.is_empty() && length > 2 {
                alike = looking_alike(snapshot, &snapshot.fields.words, stretch, 1)?;
            }
            corrections.extend(alike.into_iter().map(|word| {
                format!("{}{word}{}", &run.text[..first.start], &run.text[last.end..])
            }));
        }
    }
    corrections.truncate(MAX_TRIED * 2);
    Ok(corrections)
}

fn of_letters(snapshot: &Snapshot, run: &Run<'_>) -> Result<Vec<String>> {
    let word = words::joined(run.text);
    let is_known = !query_is_unknown(snapshot, &word)?;
    if is_known || word.chars().count() < 4 {
        return Ok(Vec::new());
    }
    let near = looking_alike(snapshot, &[snapshot.fields.gram], &word, 1)?;
    if !near.is_empty() || word.chars().count() < 8 {
        return Ok(near);
    }
    looking_alike(snapshot, &[snapshot.fields.gram], &word, 2)
}

fn query_is_unknown(snapshot: &Snapshot, word: &str) -> Result<bool> {
    Ok(!Query::read(snapshot, word, false)?.unknown.is_empty())
}

/// Whether a text is anywhere in the catalogue as it is.
fn is_somewhere(snapshot: &Snapshot, text: &str) -> Result<bool> {
    phrase(text).map_or(Ok(true), |phrase| query::is_somewhere(snapshot, &phrase))
}

/// Returns the words of names that sound the same, most used first.
fn sounding_alike(snapshot: &Snapshot, stretch: &str) -> Result<Vec<String>> {
    let Some((full, _)) = phonetic::spell(stretch) else {
        return Ok(Vec::new());
    };
    let beginning = format!("{full}{BETWEEN}");
    let mut found: Vec<Candidate> = Vec::new();
    for reader in snapshot.searcher.segment_readers() {
        let inverted = reader.inverted_index(snapshot.fields.spelling)?;
        let mut terms = inverted.terms().range().ge(beginning.as_bytes()).into_stream()?;
        while terms.advance() {
            let Some(word) = terms.key().strip_prefix(beginning.as_bytes()) else { break };
            if is_alive(reader, &inverted, terms.value())? {
                add(&mut found, word, terms.value().doc_freq);
            }
        }
    }
    Ok(most_used(found, stretch))
}

/// Returns the terms of fields within an edit distance, most used first.
fn looking_alike(
    snapshot: &Snapshot,
    fields: &[Field],
    word: &str,
    distance: u8,
) -> Result<Vec<String>> {
    let mut found: Vec<Candidate> = Vec::new();
    // Large to make, and the same for all fields.
    let Some(first) = fields.first() else { return Ok(Vec::new()) };
    let term = Term::from_field_text(*first, word);
    let near = FuzzyTermQuery::new(term, distance, true).automaton()?;
    for field in fields {
        for reader in snapshot.searcher.segment_readers() {
            let inverted = reader.inverted_index(*field)?;
            let mut terms = inverted.terms().search(&near).into_stream()?;
            while terms.advance() {
                if is_alive(reader, &inverted, terms.value())? {
                    add(&mut found, terms.key(), terms.value().doc_freq);
                }
            }
        }
    }
    Ok(most_used(found, word))
}

fn add(found: &mut Vec<Candidate>, word: &[u8], n_entries: u32) {
    let Ok(word) = std::str::from_utf8(word) else { return };
    match found.iter_mut().find(|(known, _)| known == word) {
        Some((_, n)) => *n += n_entries,
        None => found.push((word.to_owned(), n_entries)),
    }
}

fn most_used(mut found: Vec<Candidate>, wrong: &str) -> Vec<String> {
    found.retain(|(word, _)| word != wrong);
    found.sort_by(|(left, n_left), (right, n_right)| n_right.cmp(n_left).then(left.cmp(right)));
    found.into_iter().map(|(word, _)| word).take(MAX_TRIED).collect()
}
