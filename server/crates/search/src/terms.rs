//! Terms looked up in all segments of a snapshot, with what is needed to weigh them.

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, InvertedIndexReader, Searcher, SegmentReader, TERMINATED, Term};

use crate::Result;
use crate::schema::{Fields, N_WORD_FIELDS};
use crate::weights::Weights;

/// Where a term is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    /// The four fields of words, weighed together.
    Words,
    /// Pairs of characters of everything.
    Grams,
    /// Characters and pairs of names.
    Names,
    /// Pinyin of names.
    Pinyin,
}

/// The lengths of fields over a whole snapshot.
#[derive(Debug)]
pub(crate) struct Lengths {
    pub(crate) n_entries: f32,
    /// For each field of words and each length code the factor of a frequency.
    words: [Vec<f32>; N_WORD_FIELDS],
    grams: Vec<f32>,
}

impl Lengths {
    /// Reads the average lengths of a snapshot.
    pub(crate) fn read(searcher: &Searcher, fields: &Fields, weights: &Weights) -> Result<Self> {
        let n_entries: u64 =
            searcher.segment_readers().iter().map(|segment| u64::from(segment.max_doc())).sum();
        let table = |field: Field, weight: f32, by_length: f32| -> Result<Vec<f32>> {
            let mut n_terms = 0;
            for segment in searcher.segment_readers() {
                n_terms += segment.inverted_index(field)?.total_num_tokens();
            }
            let average = (n_terms as f32 / n_entries.max(1) as f32).max(1.0);
            let factor = |code: u8| {
                let length = FieldNormReader::id_to_fieldnorm(code) as f32;
                weight / (1.0 - by_length + by_length * length / average)
            };
            Ok((0..=u8::MAX).map(factor).collect())
        };
        let mut words = [const { Vec::new() }; N_WORD_FIELDS];
        for (place, filled) in words.iter_mut().enumerate() {
            *filled = table(fields.words[place], weights.fields[place], weights.by_length[place])?;
        }
        let grams = table(fields.gram, 1.0, weights.gram_by_length)?;
        Ok(Self { n_entries: n_entries as f32, words, grams })
    }
}

/// A term with its postings in each segment.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    target: Target,
    /// How rare the term is.
    pub(crate) rarity: f32,
    /// Entries that have the term; an upper bound, as deleted ones count until they are merged.
    pub(crate) n_entries: u32,
    /// For each segment the fields that have the term, by their place in the target.
    postings: Vec<Vec<(usize, TermInfo)>>,
}

fn fields_of(target: Target, fields: &Fields) -> Vec<Field> {
    match target {
        Target::Words => fields.words.to_vec(),
        Target::Grams => vec![fields.gram],
        Target::Names => vec![fields.name],
        Target::Pinyin => vec![fields.pinyin],
    }
}

/// Looks a term up in all segments.
pub(crate) fn prepare(
    searcher: &Searcher,
    fields: &Fields,
    lengths: &Lengths,
    target: Target,
    text: &str,
) -> Result<Prepared> {
    let fields = fields_of(target, fields);
    let mut n_by_field = vec![0_u32; fields.len()];
    let mut postings = Vec::with_capacity(searcher.segment_readers().len());
    for segment in searcher.segment_readers() {
        let mut found = Vec::new();
        for (place, field) in fields.iter().enumerate() {
            let inverted = segment.inverted_index(*field)?;
            let info = inverted.get_term_info(&Term::from_field_text(*field, text))?;
            if let Some(info) = info
                && is_alive(segment, &inverted, &info)?
            {
                if let Some(n) = n_by_field.get_mut(place) {
                    *n += info.doc_freq;
                }
                found.push((place, info));
            }
        }
        postings.push(found);
    }
    let n_entries = n_by_field.into_iter().max().unwrap_or(0);
    let rarity = rarity(lengths.n_entries, n_entries);
    Ok(Prepared { target, rarity, n_entries, postings })
}

/// Whether an entry has a term. Words of deleted entries stay in a segment until it is merged; they
/// must not be told, for what is deleted may have been closed (SRCH-04).
pub(crate) fn is_alive(
    segment: &SegmentReader,
    inverted: &InvertedIndexReader,
    info: &TermInfo,
) -> Result<bool> {
    let Some(alive) = segment.alive_bitset() else { return Ok(true) };
    let mut postings = inverted.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
    let mut entry = postings.doc();
    while entry != TERMINATED {
        if alive.is_alive(entry) {
            return Ok(true);
        }
        entry = postings.advance();
    }
    Ok(false)
}

/// The rarity of a term as BM25 has it.
pub(crate) fn rarity(n_all: f32, n_with: u32) -> f32 {
    let n_with = (n_with as f32).min(n_all);
    (1.0 + (n_all - n_with + 0.5) / (n_with + 0.5)).ln()
}

impl Prepared {
    /// Calls back for each entry of a segment and each field with the frequency of the term,
    /// weighed by field and length. An entry comes once for each of its fields.
    pub(crate) fn each(
        &self,
        searcher: &Searcher,
        fields: &Fields,
        lengths: &Lengths,
        segment: usize,
        visit: &mut impl FnMut(DocId, f32),
    ) -> Result<()> {
        let reader = searcher.segment_reader(segment as u32);
        let targets = fields_of(self.target, fields);
        for (place, info) in self.postings.get(segment).into_iter().flatten() {
            let Some(field) = targets.get(*place) else { continue };
            let inverted = reader.inverted_index(*field)?;
            let table = match self.target {
                Target::Words => lengths.words.get(*place),
                Target::Grams => Some(&lengths.grams),
                Target::Names | Target::Pinyin => None,
            };
            match table {
                None => {
                    let blocks = inverted
                        .read_block_postings_from_terminfo(info, IndexRecordOption::Basic)?;
                    each_block(blocks, |blocks| {
                        blocks.docs().iter().for_each(|entry| visit(*entry, 1.0));
                    });
                }
                Some(table) => {
                    let norms = reader.get_fieldnorms_reader(*field)?;
                    let blocks = inverted
                        .read_block_postings_from_terminfo(info, IndexRecordOption::WithFreqs)?;
                    each_block(blocks, |blocks| {
                        for (entry, n_times) in blocks.docs().iter().zip(blocks.freqs()) {
                            let factor = table.get(norms.fieldnorm_id(*entry) as usize);
                            visit(*entry, *n_times as f32 * factor.copied().unwrap_or(1.0));
                        }
                    });
                }
            }
        }
        Ok(())
    }
}

fn each_block(mut blocks: BlockSegmentPostings, mut visit: impl FnMut(&BlockSegmentPostings)) {
    while blocks.block_len() > 0 {
        visit(&blocks);
        blocks.advance();
    }
}
