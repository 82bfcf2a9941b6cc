//! The columns of a segment in memory: what is needed of every match, without the doc store.

use std::io;

use tantivy::columnar::StrColumn;
use tantivy::{DocId, SegmentReader};

use crate::profile::Profile;
use crate::schema::{column, day_of};
use crate::values::ValueTable;
use crate::{Error, Result};

/// Stands for a dataset without a due date.
const NO_DUE: i64 = i64::MAX;

/// Sorted distinct texts in one allocation; the place of a text is its rank.
#[derive(Debug, Default)]
pub(crate) struct Ranked {
    text: String,
    ends: Vec<u32>,
}

impl Ranked {
    /// Returns the text at a rank; empty beyond the last.
    pub(crate) fn get(&self, rank: u32) -> &str {
        let place = rank as usize;
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        let end = self.ends.get(place).copied().unwrap_or(0);
        self.text.get(start.unwrap_or(0) as usize..end as usize).unwrap_or_default()
    }

    /// Finds the rank of a text: `Ok` where it stands, `Err` where it would stand.
    pub(crate) fn find(&self, text: &str) -> std::result::Result<u32, u32> {
        let (mut low, mut high) = (0, self.ends.len() as u32);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(middle).cmp(text) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Ok(middle),
            }
        }
        Err(low)
    }

    fn read(column: &StrColumn) -> io::Result<Self> {
        let mut ranked = Self::default();
        let mut stream = column.dictionary().stream()?;
        while stream.advance() {
            let text = std::str::from_utf8(stream.key()).map_err(io::Error::other)?;
            ranked.text.push_str(text);
            let end = u32::try_from(ranked.text.len()).map_err(io::Error::other)?;
            ranked.ends.push(end);
        }
        Ok(ranked)
    }

    fn len(&self) -> usize {
        self.ends.len()
    }
}

/// A text column: the rank of each entry and the texts.
#[derive(Debug, Default)]
pub(crate) struct TextColumn {
    ranks: Vec<u32>,
    pub(crate) texts: Ranked,
}

impl TextColumn {
    fn read(reader: &SegmentReader, name: &'static str) -> Result<Self> {
        let column = reader.fast_fields().str(name)?.ok_or(Error::Incomplete(name))?;
        let ranks = (0..reader.max_doc())
            .map(|entry| column.ords().first(entry).map_or(u32::MAX, |rank| rank as u32))
            .collect();
        Ok(Self { ranks, texts: Ranked::read(&column)? })
    }

    /// Returns the rank of the text of an entry.
    pub(crate) fn rank(&self, entry: DocId) -> u32 {
        self.ranks.get(entry as usize).copied().unwrap_or(u32::MAX)
    }

    /// Returns the text of an entry.
    pub(crate) fn text(&self, entry: DocId) -> &str {
        self.texts.get(self.rank(entry))
    }
}

/// What is kept of one entry for filters and orders.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// The place of its profile in [`Columns::profiles`].
    pub(crate) profile: u32,
    /// The day of the last update.
    pub(crate) updated_day: i32,
    /// The moment of the last update in milliseconds.
    pub(crate) updated_ms: i64,
    /// The day the next update is due.
    due: i64,
    pub(crate) n_downloads: u64,
}

impl Row {
    /// Returns how many days the update is late; 0 where it is not.
    pub(crate) fn days_overdue(&self, today: i64) -> i64 {
        if self.due == NO_DUE { 0 } else { (today - self.due).max(0) }
    }
}

/// The columns of a segment.
#[derive(Debug)]
pub(crate) struct Columns {
    pub(crate) rows: Vec<Row>,
    pub(crate) profiles: Vec<Profile>,
    /// The values of the profiles.
    pub(crate) values: ValueTable,
    pub(crate) code: TextColumn,
    pub(crate) order: TextColumn,
    pub(crate) title: TextColumn,
}

impl Columns {
    /// Reads the columns of a segment.
    pub(crate) fn read(reader: &SegmentReader) -> Result<Self> {
        let fast = reader.fast_fields();
        let profile = TextColumn::read(reader, column::PROFILE)?;
        let updated = fast.i64(column::UPDATED)?;
        let downloads = fast.u64(column::DOWNLOADS)?;
        // A segment in which nothing is ever due has no such column.
        let due = fast.column_opt::<i64>(column::DUE)?;
        let profiles = (0..profile.texts.len() as u32)
            .map(|rank| Profile::parse(profile.texts.get(rank)))
            .collect::<Option<Vec<_>>>()
            .ok_or(Error::Incomplete(column::PROFILE))?;
        let mut rows = Vec::with_capacity(reader.max_doc() as usize);
        for entry in 0..reader.max_doc() {
            let updated_ms = updated.first(entry).unwrap_or_default();
            let row = Row {
                profile: profile.rank(entry),
                updated_day: day_of(updated_ms) as i32,
                updated_ms,
                due: due.as_ref().and_then(|due| due.first(entry)).unwrap_or(NO_DUE),
                n_downloads: downloads.first(entry).unwrap_or_default(),
            };
            if row.profile as usize >= profiles.len() {
                return Err(Error::Incomplete(column::PROFILE));
            }
            rows.push(row);
        }
        Ok(Self {
            rows,
            values: ValueTable::read(&profiles),
            profiles,
            code: TextColumn::read(reader, column::CODE)?,
            order: TextColumn::read(reader, column::ORDER)?,
            title: TextColumn::read(reader, column::TITLE)?,
        })
    }
}
