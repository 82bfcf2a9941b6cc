//! Finding what matches: concept by concept into one score a dataset.

use std::sync::{Mutex, PoisonError};

use tantivy::DocId;
use tantivy::query::Weight;

use crate::Result;
use crate::query::{ItemFilter, Query, Resolved};
use crate::snapshot::Snapshot;
use crate::terms::Prepared;

/// What matches in one segment.
pub(crate) enum Matches {
    /// All entries that are not deleted.
    All,
    /// These entries with their scores, in no order.
    Some(Vec<(DocId, f32)>),
}

/// What matches in all segments.
pub(crate) struct Matched {
    pub(crate) segments: Vec<Matches>,
    /// Whether there was nothing, or not enough, with all words.
    pub(crate) partial: bool,
}

/// An entry with how much of the question it covers, in percent.
type Candidate = (DocId, f32, u8);

/// Finds what matches the text and the data item of a request.
///
/// How many words may be missing is decided on these two alone, never on facets: choosing a value
/// of a facet must give exactly the results that were counted for it.
pub(crate) fn find(
    snapshot: &Snapshot,
    query: &Query,
    item: Option<&ItemFilter>,
) -> Result<Matched> {
    let n_segments = snapshot.columns.len();
    if query.is_all && item.is_none() {
        let segments = (0..n_segments).map(|_| Matches::All).collect();
        return Ok(Matched { segments, partial: false });
    }
    if query.is_nothing() {
        let segments = (0..n_segments).map(|_| Matches::Some(Vec::new())).collect();
        return Ok(Matched { segments, partial: true });
    }
    let mut candidates = Vec::with_capacity(n_segments);
    for segment in 0..n_segments {
        candidates.push(find_in_segment(snapshot, query, item, segment)?);
    }
    let least = least_coverage(snapshot, query, &candidates);
    let segments = candidates
        .into_iter()
        .map(|found| {
            let kept = found.into_iter().filter(|(_, _, covered)| *covered >= least);
            Matches::Some(kept.map(|(entry, score, _)| (entry, score)).collect())
        })
        .collect();
    // Where nothing but a phrase is asked for, all of it is there.
    let has_words = query.concepts.iter().any(|concept| concept.share > 0.0);
    Ok(Matched { segments, partial: has_words && least < 100 || !query.unknown.is_empty() })
}

/// Decides how much of the question a result must cover: all of it where that gives enough results,
/// otherwise as much as it takes.
fn least_coverage(snapshot: &Snapshot, query: &Query, candidates: &[Vec<Candidate>]) -> u8 {
    let n_strong = query.concepts.iter().filter(|concept| concept.share > 0.0).count();
    if n_strong == 0 {
        return 0;
    }
    let enough = snapshot.weights.enough;
    let enough = enough.get(n_strong - 1).or(enough.last()).copied().unwrap_or(1);
    let mut n_by_coverage = [0_u32; 101];
    for (_, _, covered) in candidates.iter().flatten() {
        if let Some(n) = n_by_coverage.get_mut(usize::from(*covered)) {
            *n += 1;
        }
    }
    // A phrase counts on its own; otherwise a result has one of the words at least.
    let lowest = u8::from(query.phrases.is_empty());
    let mut n_found = 0;
    for covered in (lowest..=100).rev() {
        n_found += n_by_coverage.get(usize::from(covered)).copied().unwrap_or(0);
        if n_found >= enough {
            return covered;
        }
    }
    lowest
}

fn find_in_segment(
    snapshot: &Snapshot,
    query: &Query,
    item: Option<&ItemFilter>,
    segment: usize,
) -> Result<Vec<Candidate>> {
    let reader = snapshot.searcher.segment_reader(segment as u32);
    let mut required: Option<Vec<DocId>> = None;
    match item {
        Some(ItemFilter::Nothing) => return Ok(Vec::new()),
        Some(ItemFilter::Phrase(weight, _)) => {
            require(snapshot, &**weight, segment, &mut required)?
        }
        None => {}
    }
    for phrase in &query.phrases {
        require(snapshot, &**phrase, segment, &mut required)?;
    }
    let mut scratch = Scratch::take();
    scratch.fit(reader.max_doc());
    let run = Run { snapshot, segment };
    for concept in &query.concepts {
        run.add_concept(concept, &mut scratch)?;
    }
    if let Some(required) = &required {
        for entry in required {
            scratch.total.touch(*entry);
        }
    }
    for gram in &query.grams {
        run.add_gram(gram, &mut scratch)?;
    }
    let share: f32 = query.concepts.iter().map(|concept| concept.share).sum();
    let keep = |entry: DocId| {
        !reader.is_deleted(entry)
            && required.as_ref().is_none_or(|required| required.binary_search(&entry).is_ok())
    };
    let found = scratch.harvest(share, snapshot.weights.coverage, keep);
    scratch.give_back();
    Ok(found)
}

/// Narrows what is required to the matches of another query, in ascending order.
fn require(
    snapshot: &Snapshot,
    weight: &dyn Weight,
    segment: usize,
    required: &mut Option<Vec<DocId>>,
) -> Result<()> {
    let reader = snapshot.searcher.segment_reader(segment as u32);
    let mut found = Vec::new();
    weight.for_each_no_score(reader, &mut |entries| found.extend_from_slice(entries))?;
    if let Some(earlier) = required {
        found.retain(|entry| earlier.binary_search(entry).is_ok());
    }
    *required = Some(found);
    Ok(())
}

/// Kept between searches: clearing what was touched is cheaper than new memory. As many as ever
/// ran at once; a thread of its own for each would keep more.
static SPARE: Mutex<Vec<Scratch>> = Mutex::new(Vec::new());

/// A positive number for each entry, of which few are used; 0 marks those that are not.
#[derive(Default)]
struct Sparse {
    values: Vec<f32>,
    touched: Vec<DocId>,
}

impl Sparse {
    fn fit(&mut self, n_entries: u32) {
        if self.values.len() < n_entries as usize {
            self.values.resize(n_entries as usize, 0.0);
        }
    }

    /// Lets an entry take part that has no number of its own yet.
    fn touch(&mut self, entry: DocId) {
        self.add(entry, f32::MIN_POSITIVE);
    }

    fn get(&self, entry: DocId) -> f32 {
        self.values.get(entry as usize).copied().unwrap_or(0.0)
    }

    fn is_touched(&self, entry: DocId) -> bool {
        self.get(entry) > 0.0
    }

    fn add(&mut self, entry: DocId, value: f32) {
        if let Some(sum) = self.values.get_mut(entry as usize) {
            if *sum == 0.0 {
                self.touched.push(entry);
            }
            *sum += value;
        }
    }

    fn raise(&mut self, entry: DocId, value: f32) {
        if let Some(highest) = self.values.get_mut(entry as usize) {
            if *highest == 0.0 {
                self.touched.push(entry);
            }
            *highest = highest.max(value);
        }
    }

    /// Calls back for each touched entry and forgets all of them.
    fn drain(&mut self, mut visit: impl FnMut(DocId, f32)) {
        for entry in self.touched.drain(..) {
            if let Some(value) = self.values.get_mut(entry as usize) {
                visit(entry, std::mem::take(value));
            }
        }
    }
}

#[derive(Default)]
struct Scratch {
    /// The weighed frequency of one term.
    term: Sparse,
    /// The sum over the terms of one way to match.
    way: Sparse,
    /// How many terms of the way matched.
    n_terms: Sparse,
    /// The best way of one concept.
    concept: Sparse,
    total: Sparse,
    covered: Vec<f32>,
}

impl Scratch {
    fn take() -> Self {
        SPARE.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Leaves it, empty, for another search. One that fails half-way does not.
    fn give_back(self) {
        SPARE.lock().unwrap_or_else(PoisonError::into_inner).push(self);
    }

    fn fit(&mut self, n_entries: u32) {
        let Self { term, way, n_terms, concept, total, covered } = self;
        for sparse in [term, way, n_terms, concept, total] {
            sparse.fit(n_entries);
        }
        if covered.len() < n_entries as usize {
            covered.resize(n_entries as usize, 0.0);
        }
    }

    fn harvest(&mut self, share: f32, cost: f32, keep: impl Fn(DocId) -> bool) -> Vec<Candidate> {
        let covered = &mut self.covered;
        let mut found = Vec::with_capacity(self.total.touched.len());
        self.total.drain(|entry, score| {
            let fraction = if share > 0.0 {
                covered.get(entry as usize).copied().unwrap_or(0.0) / share
            } else {
                1.0
            };
            set(covered, entry, 0.0);
            if keep(entry) {
                let percent = (fraction * 100.0).round().clamp(0.0, 100.0) as u8;
                found.push((entry, score * (1.0 - cost + cost * fraction), percent));
            }
        });
        found
    }
}

fn set(values: &mut [f32], entry: DocId, value: f32) {
    if let Some(place) = values.get_mut(entry as usize) {
        *place = value;
    }
}

struct Run<'a> {
    snapshot: &'a Snapshot,
    segment: usize,
}

impl Run<'_> {
    fn each(&self, term: &Prepared, mut visit: impl FnMut(DocId, f32)) -> Result<()> {
        let Snapshot { searcher, fields, lengths, .. } = self.snapshot;
        term.each(searcher, fields, lengths, self.segment, &mut visit)
    }

    fn add_concept(&self, concept: &Resolved, scratch: &mut Scratch) -> Result<()> {
        let saturation = self.snapshot.weights.saturation;
        for (boost, terms) in &concept.ways {
            if let [term] = terms.as_slice() {
                self.each(term, |entry, frequency| scratch.term.add(entry, frequency))?;
                let best = &mut scratch.concept;
                scratch.term.drain(|entry, frequency| {
                    best.raise(entry, boost * score(term.rarity, frequency, saturation));
                });
            } else {
                self.add_all(terms, *boost, scratch)?;
            }
        }
        let Scratch { concept: best, total, covered, .. } = scratch;
        best.drain(|entry, score| {
            total.add(entry, concept.weight * score);
            if let Some(sum) = covered.get_mut(entry as usize) {
                *sum += concept.share;
            }
        });
        Ok(())
    }

    /// Adds a way that needs all of its terms; they come rarest first.
    fn add_all(&self, terms: &[Prepared], boost: f32, scratch: &mut Scratch) -> Result<()> {
        let saturation = self.snapshot.weights.saturation;
        for (place, term) in terms.iter().enumerate() {
            let n_before = place as f32;
            let Scratch { term: frequencies, n_terms, way, .. } = scratch;
            self.each(term, |entry, frequency| {
                if place == 0 || n_terms.get(entry) == n_before {
                    frequencies.add(entry, frequency);
                }
            })?;
            frequencies.drain(|entry, frequency| {
                n_terms.add(entry, 1.0);
                way.add(entry, score(term.rarity, frequency, saturation));
            });
        }
        let Scratch { n_terms, way, concept: best, .. } = scratch;
        n_terms.drain(|entry, n| {
            if n >= terms.len() as f32 {
                best.raise(entry, boost * way.get(entry));
            }
        });
        way.drain(|_, _| {});
        Ok(())
    }

    /// Adds to the score of entries that match already.
    fn add_gram(&self, gram: &Prepared, scratch: &mut Scratch) -> Result<()> {
        let weights = &self.snapshot.weights;
        let total = &mut scratch.total;
        self.each(gram, |entry, frequency| {
            if total.is_touched(entry) {
                let points = score(gram.rarity, frequency, weights.gram_saturation);
                total.add(entry, weights.grams * points);
            }
        })
    }
}

/// BM25 of a weighed frequency.
fn score(rarity: f32, frequency: f32, saturation: f32) -> f32 {
    rarity * frequency * (saturation + 1.0) / (frequency + saturation)
}
