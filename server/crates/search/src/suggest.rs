//! Completing a text while it is typed: in characters, in pinyin or by initials.

use kaishu_types::search::{Suggestion, SuggestionKind};
use rustc_hash::FxHashSet;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocId, SegmentReader};

use crate::Result;
use crate::columns::Columns;
use crate::fold::{fold, fold_with_origins};
use crate::highlight::spans;
use crate::snapshot::Snapshot;
use crate::{phonetic, words};

/// What is read of a text.
const MAX_CHARACTERS: usize = 40;
/// How many terms may start with what was typed.
const MAX_TERMS: usize = 64;
/// Datasets whose titles are compared.
const MAX_COMPARED: usize = 2_000;
/// Datasets whose names are read.
const MAX_READ: usize = 24;
/// Suggestions of one kind besides datasets.
const MAX_OF_KIND: usize = 2;

/// Returns completions of a text, datasets first.
pub(crate) fn suggest(snapshot: &Snapshot, text: &str, limit: usize) -> Result<Vec<Suggestion>> {
    let short: String = text.trim().chars().take(MAX_CHARACTERS).collect();
    let typed = Typed::read(&short);
    if typed.runs.is_empty() || limit == 0 {
        return Ok(Vec::new());
    }
    let mut found: Vec<(u8, u64, DocAddress)> = Vec::new();
    for (segment, columns) in snapshot.columns.iter().enumerate() {
        let reader = snapshot.searcher.segment_reader(segment as u32);
        let mut entries = candidates(snapshot, reader, &typed)?;
        entries.retain(|entry| !reader.is_deleted(*entry));
        keep_popular(&mut entries, columns);
        found.extend(entries.into_iter().filter_map(|entry| {
            let closeness = typed.closeness(columns.title.text(entry));
            let n_downloads = columns.rows.get(entry as usize)?.n_downloads;
            Some((closeness, n_downloads, DocAddress::new(segment as u32, entry)))
        }));
    }
    found.sort_unstable_by_key(|(closeness, n, address)| {
        (std::cmp::Reverse(*closeness), std::cmp::Reverse(*n), *address)
    });
    let mut collected = Collected::default();
    for (_, _, address) in found.into_iter().take(MAX_READ) {
        collected.read(snapshot, address, &typed)?;
    }
    Ok(collected.into_suggestions(limit))
}

/// A text as typed so far.
struct Typed {
    folded: String,
    /// Runs and whether they are written without spaces; the last one may be unfinished.
    runs: Vec<(String, bool)>,
    /// The text as pinyin, where it can be.
    pinyin: Option<String>,
}

impl Typed {
    fn read(text: &str) -> Self {
        let folded = fold(text).trim().to_owned();
        let runs = words::runs(&folded)
            .into_iter()
            .map(|run| {
                let text = if run.is_cjk { run.text.to_owned() } else { words::joined(run.text) };
                (text, run.is_cjk)
            })
            .collect();
        let letters: String = folded.chars().filter(|c| !matches!(c, ' ' | '\'')).collect();
        let pinyin = phonetic::could_be_pinyin(&letters).then_some(letters);
        Self { folded, runs, pinyin }
    }

    /// How close a folded title is: 3 it starts so, 2 it has it, 1 it sounds so, 0 otherwise.
    fn closeness(&self, title: &str) -> u8 {
        match title.find(&self.folded) {
            Some(0) => 3,
            Some(_) => 2,
            None => u8::from(
                self.pinyin
                    .as_deref()
                    .is_some_and(|typed| phonetic::find_typed(title, typed).is_some()),
            ),
        }
    }

    /// Returns the matching part of a name in bytes of the original.
    fn find_in(&self, name: &str) -> Option<(usize, usize)> {
        let folded = fold_with_origins(name);
        let (start, end) = match folded.text.find(&self.folded) {
            Some(start) => (start, start + self.folded.len()),
            None => phonetic::find_typed(&folded.text, self.pinyin.as_deref()?)?,
        };
        Some(folded.origin(start, end))
    }
}

/// Keeps the most popular of many entries.
fn keep_popular(entries: &mut Vec<DocId>, columns: &Columns) {
    if entries.len() > MAX_COMPARED {
        let n_downloads =
            |entry: &DocId| columns.rows.get(*entry as usize).map_or(0, |row| row.n_downloads);
        entries.select_nth_unstable_by_key(MAX_COMPARED, |entry| {
            (std::cmp::Reverse(n_downloads(entry)), *entry)
        });
        entries.truncate(MAX_COMPARED);
    }
}

/// Returns the entries of a segment whose names have all runs, the last one as a beginning.
fn candidates(snapshot: &Snapshot, reader: &SegmentReader, typed: &Typed) -> Result<Vec<DocId>> {
    let field = snapshot.fields.name;
    let mut kept: Option<Vec<DocId>> = None;
    let n_runs = typed.runs.len();
    for (place, (run, is_cjk)) in typed.runs.iter().enumerate() {
        if *is_cjk {
            let pairs = crate::analysers::gram_terms(run);
            if pairs.is_empty() {
                narrow(&mut kept, entries_of(reader, field, run)?);
            }
            for pair in pairs {
                narrow(&mut kept, entries_of(reader, field, &pair.text)?);
            }
        } else if place + 1 == n_runs {
            narrow(&mut kept, entries_starting(reader, field, run)?);
        } else {
            narrow(&mut kept, entries_of(reader, field, run)?);
        }
    }
    let mut entries = kept.unwrap_or_default();
    if let Some(pinyin) = &typed.pinyin {
        // What was typed may go on beyond the words that are spelt out in the index.
        let beginnings = (2..=pinyin.len()).rev().filter_map(|length| pinyin.get(..length));
        for beginning in beginnings {
            let found = entries_starting(reader, snapshot.fields.pinyin, beginning)?;
            if !found.is_empty() {
                entries.extend(found);
                break;
            }
        }
        entries.sort_unstable();
        entries.dedup();
    }
    Ok(entries)
}

fn narrow(kept: &mut Option<Vec<DocId>>, mut found: Vec<DocId>) {
    if let Some(earlier) = kept {
        found.retain(|entry| earlier.binary_search(entry).is_ok());
    }
    *kept = Some(found);
}

fn entries_of(reader: &SegmentReader, field: Field, text: &str) -> Result<Vec<DocId>> {
    let inverted = reader.inverted_index(field)?;
    let mut found = Vec::new();
    if let Some(info) = inverted.terms().get(text.as_bytes())? {
        let mut blocks =
            inverted.read_block_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
        while blocks.block_len() > 0 {
            found.extend_from_slice(blocks.docs());
            blocks.advance();
        }
    }
    Ok(found)
}

fn entries_starting(reader: &SegmentReader, field: Field, text: &str) -> Result<Vec<DocId>> {
    let inverted = reader.inverted_index(field)?;
    let mut found = Vec::new();
    let mut terms = inverted.terms().range().ge(text.as_bytes()).into_stream()?;
    let mut n_terms = 0;
    while n_terms < MAX_TERMS && terms.advance() && terms.key().starts_with(text.as_bytes()) {
        n_terms += 1;
        let mut blocks =
            inverted.read_block_postings_from_terminfo(terms.value(), IndexRecordOption::Basic)?;
        while blocks.block_len() > 0 {
            found.extend_from_slice(blocks.docs());
            blocks.advance();
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

#[derive(Default)]
struct Collected {
    datasets: Vec<Suggestion>,
    others: Vec<Suggestion>,
    known: FxHashSet<(u8, String)>,
}

impl Collected {
    fn read(&mut self, snapshot: &Snapshot, address: DocAddress, typed: &Typed) -> Result<()> {
        let (card, names) = snapshot.stored(address)?;
        let titles = [Some(&card.title), card.title_en.as_ref()];
        let dataset = format!("/datasets/{}", card.code);
        if let Some(title) = titles.into_iter().flatten().find(|t| typed.find_in(t).is_some()) {
            self.add(SuggestionKind::Dataset, title, dataset, typed);
        }
        let organization = &card.organization;
        let provider = format!("/datasets?org={}", encode(&organization.code));
        self.add(SuggestionKind::Organization, &organization.name, provider, typed);
        for keyword in &names.keywords {
            let path = format!("/datasets?q={}", encode(keyword));
            self.add(SuggestionKind::Keyword, keyword, path, typed);
        }
        for item in &names.items {
            let path = format!("/datasets?item={}", encode(&item.label));
            self.add(SuggestionKind::Item, &item.label, path, typed);
        }
        Ok(())
    }

    fn add(&mut self, kind: SuggestionKind, name: &str, path: String, typed: &Typed) {
        let Some(range) = typed.find_in(name) else { return };
        if !self.known.insert((kind as u8, fold(name))) {
            return;
        }
        let suggestion = Suggestion { kind, spans: spans(name, &[range]), path };
        if kind == SuggestionKind::Dataset {
            self.datasets.push(suggestion);
        } else if self.others.iter().filter(|other| other.kind == kind).count() < MAX_OF_KIND {
            self.others.push(suggestion);
        }
    }

    /// Datasets get what the others leave, and at least half.
    fn into_suggestions(self, limit: usize) -> Vec<Suggestion> {
        let Self { mut datasets, mut others, known: _ } = self;
        let n_others = others.len().min(limit - datasets.len().min(limit.div_ceil(2)));
        others.truncate(n_others);
        datasets.truncate(limit - n_others);
        datasets.extend(others);
        datasets
    }
}

/// Encodes a value for the query part of an address.
fn encode(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len() * 3);
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
