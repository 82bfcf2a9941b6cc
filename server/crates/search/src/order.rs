//! The order of results, pages and cursors. Every order ends in the code, so that no two datasets
//! share a place and a cursor names exactly one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use kaishu_types::search::Sort;
use tantivy::DocId;

use crate::columns::{Columns, Row};
use crate::{Error, Result};

const BETWEEN: char = '\u{1f}';

/// The place of an entry within its segment; higher comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    first: u64,
    second: u64,
    /// Twice the rank of the code and one, so that a code that is not there fits between two.
    code: Reverse<u64>,
}

/// The place of an entry over all segments, as a cursor writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    first: u64,
    second: u64,
    /// Set where the order is by text; it then stands for the two numbers.
    text: String,
    code: String,
}

/// Compares two places; `Less` comes first.
pub(crate) fn compare(left: &Place, right: &Place) -> std::cmp::Ordering {
    let numbers = (right.first, right.second).cmp(&(left.first, left.second));
    let texts = left.text.cmp(&right.text);
    numbers.then(texts).then_with(|| left.code.cmp(&right.code))
}

/// Returns the order that is really used: without words, relevance is the latest first.
pub(crate) fn effective(sort: Sort, has_words: bool) -> Sort {
    if sort == Sort::Relevance && !has_words { Sort::Updated } else { sort }
}

/// Makes signed numbers comparable as unsigned ones.
fn ordered(number: i64) -> u64 {
    (number as u64) ^ (1 << 63)
}

fn rank_key(rank: u64) -> u64 {
    u64::MAX - rank
}

/// Returns the key of an entry.
pub(crate) fn key(
    sort: Sort,
    columns: &Columns,
    entry: DocId,
    row: &Row,
    score: f32,
    today: i64,
) -> Key {
    let updated = ordered(row.updated_ms);
    let (first, second) = match sort {
        // Scores are positive, and the bits of positive numbers are in their order.
        Sort::Relevance => (u64::from(score.max(0.0).to_bits()), 0),
        Sort::Updated => (updated, 0),
        Sort::Downloads => (row.n_downloads, updated),
        Sort::Overdue => (ordered(row.days_overdue(today)), updated),
        Sort::Title => (rank_key(u64::from(columns.order.rank(entry)) * 2 + 1), 0),
    };
    Key { first, second, code: Reverse(u64::from(columns.code.rank(entry)) * 2 + 1) }
}

impl Place {
    /// Returns the place of an entry over all segments.
    pub(crate) fn of(sort: Sort, columns: &Columns, entry: DocId, key: Key) -> Self {
        let code = columns.code.text(entry).to_owned();
        if sort == Sort::Title {
            let text = columns.order.text(entry).to_owned();
            return Self { first: 0, second: 0, text, code };
        }
        Self { first: key.first, second: key.second, text: String::new(), code }
    }

    /// Returns the key in a segment after which entries come that follow this place.
    pub(crate) fn key_in(&self, sort: Sort, columns: &Columns) -> Key {
        let doubled = |found: std::result::Result<u32, u32>| match found {
            Ok(rank) => u64::from(rank) * 2 + 1,
            Err(rank) => u64::from(rank) * 2,
        };
        let code = Reverse(doubled(columns.code.texts.find(&self.code)));
        if sort == Sort::Title {
            let first = rank_key(doubled(columns.order.texts.find(&self.text)));
            return Key { first, second: 0, code };
        }
        Key { first: self.first, second: self.second, code }
    }

    /// Writes the place as an opaque text.
    pub(crate) fn to_cursor(&self, sort: Sort) -> String {
        let Self { first, second, text, code } = self;
        let between = BETWEEN;
        let plain = format!(
            "{}{between}{first:x}{between}{second:x}{between}{code}{between}{text}",
            sort.as_str()
        );
        plain.bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Reads what [`Place::to_cursor`] wrote for the same order.
    pub(crate) fn parse(cursor: &str, sort: Sort) -> Result<Self> {
        let error = || Error::Cursor(cursor.chars().take(80).collect());
        let plain = from_hex(cursor).ok_or_else(error)?;
        let mut parts = plain.splitn(5, BETWEEN);
        let mut next = || parts.next().ok_or_else(error);
        if next()? != sort.as_str() {
            return Err(error());
        }
        let first = u64::from_str_radix(next()?, 16).map_err(|_| error())?;
        let second = u64::from_str_radix(next()?, 16).map_err(|_| error())?;
        let code = next()?.to_owned();
        Ok(Self { first, second, code, text: next()?.to_owned() })
    }
}

fn from_hex(text: &str) -> Option<String> {
    if !text.len().is_multiple_of(2) || text.len() > 4096 {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let bytes: Option<Vec<u8>> = text
        .as_bytes()
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
            _ => None,
        })
        .collect();
    String::from_utf8(bytes?).ok()
}

/// Keeps the first entries of a segment.
pub(crate) struct Top {
    n_wanted: usize,
    after: Option<Key>,
    /// The last of those kept is on top.
    kept: BinaryHeap<Reverse<(Key, DocId)>>,
}

impl Top {
    /// Keeps `n_wanted` entries that come after a place.
    pub(crate) fn new(n_wanted: usize, after: Option<Key>) -> Self {
        Self { n_wanted, after, kept: BinaryHeap::new() }
    }

    /// Offers an entry.
    pub(crate) fn offer(&mut self, key: Key, entry: DocId) {
        if self.after.is_some_and(|after| key >= after) {
            return;
        }
        if self.kept.len() < self.n_wanted {
            self.kept.push(Reverse((key, entry)));
        } else if let Some(mut last) = self.kept.peek_mut()
            && key > last.0.0
        {
            *last = Reverse((key, entry));
        }
    }

    /// Returns what was kept, in no order.
    pub(crate) fn into_entries(self) -> impl Iterator<Item = (Key, DocId)> {
        self.kept.into_iter().map(|Reverse(kept)| kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_place() {
        let place = Place {
            first: 7,
            second: u64::MAX,
            text: "北 jing".to_owned(),
            code: "A-1".to_owned(),
        };

        let cursor = place.to_cursor(Sort::Title);

        assert_eq!(Place::parse(&cursor, Sort::Title).ok(), Some(place));
        assert!(Place::parse(&cursor, Sort::Updated).is_err());
        for wrong in ["", "zz", "00", "7", "é0", &"61".repeat(9000)] {
            assert!(Place::parse(wrong, Sort::Title).is_err(), "{wrong:.20}");
        }
    }
}
