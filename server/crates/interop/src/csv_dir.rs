//! A folder of CSV tables: the format of the demonstration catalogue, and the one to write by hand.
//!
//! The tables come in already read; this module knows their columns and what may stand in them.

mod catalogue;
mod cell;
mod related;

use std::collections::{BTreeMap, BTreeSet};

use kaishu_types::import::{ImportRecord, Rejection};
use kaishu_types::vocabulary::{OrganizationKind, RegionLevel, Term};
use kaishu_types::{OrganizationCode, RegionCode};

use crate::{ImportError, Seen, guard};

/// A line of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// The line in the file where it begins, from 1; the header is line 1.
    pub line: u64,
    /// Its values by column.
    pub values: BTreeMap<String, String>,
}

/// The tables of a folder; all but the catalogue may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tables {
    /// `catalogue.csv`.
    pub catalogue: Vec<Row>,
    /// `items.csv`.
    pub items: Vec<Row>,
    /// `resources.csv`.
    pub resources: Vec<Row>,
    /// `organizations.csv`.
    pub organizations: Vec<Row>,
    /// `regions.csv`.
    pub regions: Vec<Row>,
    /// `terms.csv`.
    pub terms: Vec<Row>,
}

/// A line of `organizations.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationRow {
    /// Code.
    pub code: OrganizationCode,
    /// Name.
    pub name: String,
    /// English name.
    pub name_en: Option<String>,
    /// What kind of body it is.
    pub kind: Option<OrganizationKind>,
    /// Its administrative level.
    pub level: Option<RegionLevel>,
    /// Code of its region.
    pub region: Option<RegionCode>,
    /// Code of the organization above it.
    pub parent: Option<OrganizationCode>,
    /// What it does.
    pub description: Option<String>,
    /// The responsible head.
    pub responsible_head: Option<String>,
    /// Contact of its data officer.
    pub contact: Option<String>,
    /// Its web site.
    pub homepage: Option<String>,
}

/// A line of `regions.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionRow {
    /// Code.
    pub code: RegionCode,
    /// Name.
    pub name: String,
    /// English name.
    pub name_en: Option<String>,
    /// Its administrative level.
    pub level: RegionLevel,
    /// Code of the region above it.
    pub parent: Option<RegionCode>,
    /// Code of its data authority.
    pub authority: Option<OrganizationCode>,
    /// A few sentences for its zone.
    pub description: Option<String>,
}

/// What a folder held.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Directory {
    /// Regions, in the order of the file.
    pub regions: Vec<RegionRow>,
    /// Organizations, in the order of the file.
    pub organizations: Vec<OrganizationRow>,
    /// Terms, in the order of the file.
    pub terms: Vec<Term>,
    /// Datasets, in the order of the file.
    pub records: Vec<ImportRecord>,
    /// Lines that were not taken over.
    pub rejected: Vec<Rejection>,
    /// What was passed over without harm, such as a column that is not known.
    pub warnings: Vec<String>,
}

/// The columns of each table.
const COLUMNS: &[(&str, &[&str])] = &[
    ("catalogue.csv", catalogue::COLUMNS),
    ("items.csv", related::ITEM_COLUMNS),
    ("resources.csv", related::RESOURCE_COLUMNS),
    ("organizations.csv", related::ORGANIZATION_COLUMNS),
    ("regions.csv", related::REGION_COLUMNS),
    ("terms.csv", related::TERM_COLUMNS),
];

/// Reads the tables of a folder.
///
/// # Errors
///
/// Fails when `catalogue.csv` has lines but not the columns `code` and `title`.
pub fn build(tables: &Tables) -> Result<Directory, ImportError> {
    let mut directory = Directory::default();
    if let Some(row) = tables.catalogue.first() {
        for column in ["code", "title"] {
            if !row.values.contains_key(column) {
                return Err(ImportError::Shape(format!(
                    "catalogue.csv has no column `{column}`; it has {}",
                    row.values.keys().cloned().collect::<Vec<_>>().join(", ")
                )));
            }
        }
    }
    let all = [
        &tables.catalogue,
        &tables.items,
        &tables.resources,
        &tables.organizations,
        &tables.regions,
        &tables.terms,
    ];
    for ((file, known), rows) in COLUMNS.iter().zip(all) {
        directory.warnings.extend(unknown_columns(file, known, rows));
    }
    related::read_terms(&tables.terms, &mut directory);
    related::read_regions(&tables.regions, &mut directory);
    related::read_organizations(&tables.organizations, &mut directory);
    read_catalogue(tables, &mut directory);
    Ok(directory)
}

fn unknown_columns(file: &str, known: &[&str], rows: &[Row]) -> Vec<String> {
    let given: BTreeSet<&str> =
        rows.iter().flat_map(|row| row.values.keys()).map(String::as_str).collect();
    given
        .into_iter()
        .filter(|column| !known.contains(column))
        .map(|column| {
            format!(
                "{file}: column `{column}` is not known and was passed over; known are {}",
                known.join(", ")
            )
        })
        .collect()
}

fn read_catalogue(tables: &Tables, directory: &mut Directory) {
    let mut parts = related::Parts::gather(tables, directory);
    let vocabularies = catalogue::Vocabularies::new(&directory.terms, &directory.organizations);
    let mut seen = Seen::default();
    for row in &tables.catalogue {
        let place = format!("catalogue.csv line {}", row.line);
        let read = catalogue::record(row, &vocabularies, &mut parts).and_then(guard::own);
        let outcome = read.map_err(|reason| {
            let code = row.values.get("code").map_or("", |code| code.trim());
            let record = if code.is_empty() { place.clone() } else { format!("{code} ({place})") };
            Rejection { record, reason }
        });
        match outcome.and_then(|record| seen.check(record, &place)) {
            Ok(record) => directory.records.push(record),
            Err(rejection) => directory.rejected.push(rejection),
        }
    }
    directory.rejected.extend(parts.unclaimed());
}
