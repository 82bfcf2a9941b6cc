//! A table with some of its records changed, told apart by a key: what was there before stays as it is.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use kaishu_types::vocabulary::ItemType;

use crate::source::{Origin, Row, TableSource};
use crate::{TableError, value};

/// A change of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordChange {
    /// It is there from now on with these values, by column; every column is named.
    Upsert(BTreeMap<String, String>),
    /// It is gone from now on; the columns of the key are named.
    Delete(BTreeMap<String, String>),
}

impl RecordChange {
    /// Its values by column.
    pub fn values(&self) -> &BTreeMap<String, String> {
        match self {
            Self::Upsert(values) | Self::Delete(values) => values,
        }
    }
}

/// What the changes of a batch did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Upserted {
    /// Records that are new.
    pub n_inserted: u64,
    /// Records with other values than before.
    pub n_updated: u64,
    /// Records that were already as they are to be.
    pub n_same: u64,
    /// Records that are gone.
    pub n_deleted: u64,
    /// Rows of the table with the changes in it.
    pub n_rows: u64,
}

impl Upserted {
    /// Whether the table is another one than before.
    pub fn has_changed(&self) -> bool {
        self.n_inserted + self.n_updated + self.n_deleted > 0
    }
}

/// Why a table cannot be changed by records.
#[derive(Debug, thiserror::Error)]
pub enum UpsertError {
    /// The table itself cannot be read or written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// It is no plain text with one header: only that can be written again without loss.
    #[error("the table is no delimited text with one header and nothing above it")]
    Shape,
    /// A column of the key is not there.
    #[error("the table has no column `{0}`")]
    NoColumn(String),
    /// A row has more or fewer values than there are columns.
    #[error("line {0} of the table has another number of values than the header")]
    Ragged(u64),
    /// Several rows of the table have the key of a change, by its place in the batch.
    #[error("several rows have the key of record {0}")]
    KeyRepeats(usize),
    /// A record is to be deleted that is not there, by its place in the batch.
    #[error("there is no record with the key of record {0}")]
    NoSuchRecord(usize),
}

/// Whether a value is of a type, as it is read when a table is taken in; an empty one is of each.
pub fn is_of_type(text: &str, item_type: ItemType) -> bool {
    let text = text.trim();
    if text.is_empty() || value::is_marker(text) {
        return true;
    }
    match item_type {
        ItemType::Integer => {
            text.parse::<i64>().is_ok() && value::number(text).is_some_and(|it| it.is_whole)
        }
        ItemType::Decimal => value::number(text).is_some(),
        ItemType::Boolean => value::boolean(text).is_some(),
        ItemType::Date => value::date(text).is_some(),
        ItemType::Datetime => value::datetime(text).is_some(),
        ItemType::Geometry => value::is_geometry(text),
        ItemType::Text | ItemType::Code => true,
    }
}

/// Writes a table to `target` as UTF-8 text of the same delimiter, with changes in it. Rows that are not
/// changed keep their places and their texts; new ones follow in the order of the batch. No two changes
/// may have the same key.
///
/// # Errors
///
/// Says what stands against it; then nothing of use is at `target`.
pub fn upsert(
    source: &TableSource,
    key: &[String],
    changes: &[RecordChange],
    target: &Path,
) -> Result<Upserted, UpsertError> {
    let Origin::Text(dialect) = &source.origin else { return Err(UpsertError::Shape) };
    let (layout, delimiter) = (&source.layout, u8::try_from(dialect.delimiter));
    let (true, 1, Ok(delimiter)) = (layout.preamble.is_empty(), layout.n_header_rows, delimiter)
    else {
        return Err(UpsertError::Shape);
    };
    let columns = &layout.columns;
    let place = |name: &String| {
        let found = columns.iter().position(|column| column == name);
        found.ok_or_else(|| UpsertError::NoColumn(name.clone()))
    };
    let key_places = key.iter().map(place).collect::<Result<Vec<usize>, _>>()?;
    let mut wanted = Wanted::new(key, changes);
    let file = BufWriter::new(File::create(target).map_err(TableError::from)?);
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(file);
    write(&mut writer, columns)?;
    let mut done = Upserted::default();
    let mut rows = source.open()?;
    let mut row = Row::default();
    while rows.read_row(&mut row)? {
        if row.len() != columns.len() {
            return Err(UpsertError::Ragged(row.place));
        }
        let before: Vec<&str> = row.iter().map(Option::unwrap_or_default).collect();
        let its_key = key_places.iter().map(|place| before.get(*place).map_or("", |it| it.trim()));
        match wanted.meet(its_key)? {
            None => write(&mut writer, &before)?,
            Some(RecordChange::Delete(_)) => {
                done.n_deleted += 1;
                continue;
            }
            Some(RecordChange::Upsert(values)) => {
                let after = line(columns, values);
                match after == before {
                    true => done.n_same += 1,
                    false => done.n_updated += 1,
                }
                write(&mut writer, &after)?;
            }
        }
        done.n_rows += 1;
    }
    for values in wanted.rest()? {
        write(&mut writer, &line(columns, values))?;
        done.n_inserted += 1;
        done.n_rows += 1;
    }
    writer.flush().map_err(TableError::from)?;
    Ok(done)
}

/// The changes that a table is looked through for, by key.
struct Wanted<'a> {
    changes: &'a [RecordChange],
    places: HashMap<Vec<&'a str>, usize>,
    /// Whether a row met each.
    is_met: Vec<bool>,
}

impl<'a> Wanted<'a> {
    fn new(key: &'a [String], changes: &'a [RecordChange]) -> Self {
        let key_of = |change: &'a RecordChange| -> Vec<&'a str> {
            key.iter().map(|name| change.values().get(name).map_or("", |it| it.trim())).collect()
        };
        let places = changes.iter().enumerate().map(|(place, it)| (key_of(it), place)).collect();
        Self { changes, places, is_met: vec![false; changes.len()] }
    }

    /// The change of the row of a key.
    fn meet<'k>(
        &mut self,
        key: impl Iterator<Item = &'k str>,
    ) -> Result<Option<&'a RecordChange>, UpsertError> {
        let key: Vec<&str> = key.collect();
        let Some(place) = self.places.get(key.as_slice()).copied() else { return Ok(None) };
        match self.is_met.get_mut(place) {
            Some(is_met) if !*is_met => *is_met = true,
            _ => return Err(UpsertError::KeyRepeats(place)),
        }
        Ok(self.changes.get(place))
    }

    /// The values of the records that no row met.
    fn rest(&self) -> Result<Vec<&'a BTreeMap<String, String>>, UpsertError> {
        let left = self.changes.iter().zip(&self.is_met).enumerate();
        let left = left.filter(|(_, (_, is_met))| !**is_met);
        left.map(|(place, (change, _))| match change {
            RecordChange::Upsert(values) => Ok(values),
            RecordChange::Delete(_) => Err(UpsertError::NoSuchRecord(place)),
        })
        .collect()
    }
}

fn line<'a>(columns: &[String], values: &'a BTreeMap<String, String>) -> Vec<&'a str> {
    columns.iter().map(|name| values.get(name).map_or("", String::as_str)).collect()
}

fn write<T: AsRef<[u8]>>(
    writer: &mut csv::Writer<BufWriter<File>>,
    values: &[T],
) -> Result<(), UpsertError> {
    let written = writer.write_record(values);
    Ok(written.map_err(|error| TableError::Read(std::io::Error::other(error)))?)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use kaishu_types::vocabulary::Format;

    use super::*;

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// Changes a table that is keyed by `code`, and returns what came of it with the text.
    fn changed(table: &[u8], changes: &[RecordChange]) -> Result<(Upserted, String), UpsertError> {
        let folder = tempfile::tempdir().unwrap();
        let (path, target) = (folder.path().join("t.csv"), folder.path().join("new.csv"));
        std::fs::write(&path, table).unwrap();
        let source = crate::inspect(&path, Format::Csv, "t.csv", folder.path()).unwrap().remove(0);
        let done = upsert(&source, &["code".to_owned()], changes, &target)?;
        Ok((done, std::fs::read_to_string(target).unwrap()))
    }

    #[test]
    fn records_are_told_by_their_key_and_others_stay() {
        let changes = [
            RecordChange::Upsert(values(&[("code", "003"), ("name", "丙,三")])),
            RecordChange::Upsert(values(&[("code", "001"), ("name", "甲一")])),
            RecordChange::Delete(values(&[("code", "002")])),
            RecordChange::Upsert(values(&[("code", "004"), ("name", "丁")])),
        ];
        let table = "code,name\n001,甲\n002,乙\n004,丁\n005,\"戊\n五\"\n";
        let (done, text) = changed(table.as_bytes(), &changes).unwrap();
        assert_eq!(text, "code,name\n001,甲一\n004,丁\n005,\"戊\n五\"\n003,\"丙,三\"\n");
        let expected = Upserted { n_inserted: 1, n_updated: 1, n_same: 1, n_deleted: 1, n_rows: 4 };
        assert_eq!(done, expected);
    }

    #[test]
    fn what_cannot_be_told_apart_or_is_not_there_is_refused() {
        let delete = [RecordChange::Delete(values(&[("code", "9")]))];
        let missing = changed(b"code,name\n1,a\n2,b\n", &delete);
        assert!(matches!(missing, Err(UpsertError::NoSuchRecord(0))), "{missing:?}");
        let repeated = changed(b"code,name\n9,a\n9,b\n2,c\n", &delete);
        assert!(matches!(repeated, Err(UpsertError::KeyRepeats(0))), "{repeated:?}");
        let other = changed(b"id,name\n9,a\n2,b\n", &delete);
        assert!(matches!(other, Err(UpsertError::NoColumn(_))), "{other:?}");
    }

    #[track_caller]
    fn check(text: &str, item_type: ItemType, is_right: bool) {
        assert_eq!(is_of_type(text, item_type), is_right, "{text} {item_type}");
    }

    #[test]
    fn values_are_of_their_types() {
        check("12", ItemType::Integer, true);
        check("1.5", ItemType::Integer, false);
        check("1.5", ItemType::Decimal, true);
        check("abc", ItemType::Decimal, false);
        check("2026-02-30", ItemType::Date, false);
        check("2026-02-28", ItemType::Date, true);
        check("x", ItemType::Datetime, false);
        check("", ItemType::Integer, true);
    }
}
