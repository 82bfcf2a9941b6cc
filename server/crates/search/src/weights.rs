//! What counts how much. Set once, on one half of the judged queries of `examples/relevance.rs`;
//! the figures reported there are of the other half.

use crate::schema::N_WORD_FIELDS;

/// The weights of a search.
#[derive(Debug, Clone)]
pub(crate) struct Weights {
    /// Title; keywords and data items; provider and region; summary.
    pub(crate) fields: [f32; N_WORD_FIELDS],
    /// How far a long field discounts a match, from 0 to 1.
    pub(crate) by_length: [f32; N_WORD_FIELDS],
    /// How soon repetition stops to count.
    pub(crate) saturation: f32,
    /// The share of pairs of characters.
    pub(crate) grams: f32,
    pub(crate) gram_by_length: f32,
    pub(crate) gram_saturation: f32,
    /// A word found only as its parts.
    pub(crate) parts: f32,
    /// A word found only as its pairs of characters.
    pub(crate) substring: f32,
    /// A synonym.
    pub(crate) synonym: f32,
    /// A word found by its pinyin.
    pub(crate) pinyin: f32,
    /// A word that fits nearly every dataset.
    pub(crate) weak: f32,
    /// How many results make a match of all words enough, for one, two, three and more words; with
    /// fewer, results that have most of the words follow.
    pub(crate) enough: [u32; 4],
    /// How much missing words cost, from 0 to 1.
    pub(crate) coverage: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            fields: [2.5, 1.5, 1.0, 1.0],
            by_length: [0.4, 0.5, 0.5, 0.75],
            saturation: 1.2,
            grams: 0.6,
            gram_by_length: 0.75,
            gram_saturation: 1.2,
            parts: 0.7,
            substring: 0.5,
            synonym: 0.6,
            pinyin: 0.6,
            weak: 0.4,
            enough: [1, 5, 10, 30],
            coverage: 0.5,
        }
    }
}
