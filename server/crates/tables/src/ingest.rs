//! From a file to tables that can be asked.

use std::path::{Path, PathBuf};

use kaishu_domain::personal::{Sensitive, find_in};
use kaishu_domain::quality::Measure;
use kaishu_types::vocabulary::ItemType;

use crate::TableError;
use crate::blocks::{Progress, Ragged};
use crate::parquet;
use crate::profile::{Finding, Misfit, Proposal};
use crate::quality::{self, Expected, Plan};
use crate::scan::{Scan, scan};
use crate::source::TableSource;
use crate::view::StoredColumn;

/// A column that was taken in.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct IngestedColumn {
    /// Name, type and profile.
    #[serde(flatten)]
    pub stored: StoredColumn,
    /// The type that its values have, and how near they are to another.
    pub proposal: Proposal,
    /// Values that are not of the type that was declared; they stay as text.
    pub n_misfits: u64,
    /// The first of them.
    pub misfits: Vec<Misfit>,
    /// What stops its release until a person has decided (SEC-21).
    #[serde(default)]
    pub findings: Vec<Finding>,
}

/// A table that was taken in.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Ingested {
    /// Its rows.
    pub n_rows: u64,
    /// Its columns.
    pub columns: Vec<IngestedColumn>,
    /// Rows that do not fit the header.
    pub ragged: Ragged,
    /// How far the rules of quality hold (PUB-05); empty where that was not measured yet.
    #[serde(default)]
    pub quality: Vec<Measure>,
    /// What was found outside of the columns: above the header, and in the name of the table (SEC-21).
    #[serde(default)]
    pub outside: Vec<Sensitive>,
}

/// Reads a table twice, for its types and for its values, and writes it to `target`. `declared` gives
/// the type that a column is to have, by name; where it gives none, the proposed one is taken.
///
/// # Errors
///
/// Fails where the file cannot be read, where a limit is passed, and when cancelled; then nothing of
/// use is at `target`.
pub fn ingest(
    source: &TableSource,
    declared: &dyn Fn(&str) -> Option<ItemType>,
    target: &Path,
    progress: &Progress,
) -> Result<Ingested, TableError> {
    take_in(source, declared, &Expected::default(), target, progress)
}

/// The same for a table of which the entry of its dataset says what it is to hold.
///
/// # Errors
///
/// As [`ingest`].
pub fn ingest_expected(
    source: &TableSource,
    expected: &Expected,
    target: &Path,
    progress: &Progress,
) -> Result<Ingested, TableError> {
    take_in(source, &|name| expected.item_type(name), expected, target, progress)
}

fn take_in(
    source: &TableSource,
    declared: &dyn Fn(&str) -> Option<ItemType>,
    expected: &Expected,
    target: &Path,
    progress: &Progress,
) -> Result<Ingested, TableError> {
    let scan = scan(source, progress)?;
    let types: Vec<ItemType> = scan
        .columns
        .iter()
        .map(|column| declared(&column.name).unwrap_or(column.proposal.item_type))
        .collect();
    let plan = Plan::new(&scan, &types, expected);
    let written = parquet::write(source, &scan, &types, &plan, target, progress)?;
    let mut quality = quality::of_shape(source, &scan, expected);
    quality.extend(written.measures);
    let misfits = written.misfits;
    let Scan { n_rows, columns, ragged } = scan;
    let mut misfits = misfits.into_iter();
    let columns = columns
        .into_iter()
        .zip(types)
        .map(|(column, item_type)| {
            let misfits = misfits.next().unwrap_or_default();
            IngestedColumn {
                stored: StoredColumn { name: column.name, item_type, profile: column.profile },
                proposal: column.proposal,
                n_misfits: misfits.count,
                misfits: misfits.first,
                findings: column.findings,
            }
        })
        .collect();
    Ok(Ingested { n_rows, columns, ragged, quality, outside: outside(source) })
}

fn outside(source: &TableSource) -> Vec<Sensitive> {
    let mut found = Vec::new();
    let texts = source.layout.preamble.iter().chain(std::iter::once(&source.name));
    texts.for_each(|text| find_in(text, &mut |kind| found.push(kind)));
    found.sort_unstable();
    found.dedup();
    found
}

impl Ingested {
    /// The table as it is stored in a file.
    pub fn stored(&self, path: PathBuf) -> crate::StoredTable {
        let columns = self.columns.iter().map(|column| column.stored.clone()).collect();
        crate::StoredTable { path, n_rows: self.n_rows, columns }
    }
}
