//! A folder of CSV tables, on disk or inside the program.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use kaishu_interop::csv_dir::{self, Row, Tables};
use kaishu_store::organizations::NewOrganization;
use kaishu_store::regions::NewRegion;
use kaishu_types::import::Rejection;
use kaishu_types::vocabulary::{OrganizationKind, RegionLevel};
use sha2::{Digest, Sha256};

use super::io_error;
use crate::{Error, Portal, Result};
use kaishu_store::blobs::hex;

/// Where the tables and the files they name lie.
#[derive(Debug, Clone)]
pub enum Folder {
    /// A folder of the disk.
    Disk(PathBuf),
    /// Files inside the program, by path.
    Memory(Arc<BTreeMap<String, Bytes>>),
}

/// A file of a folder.
#[derive(Debug, Clone)]
pub(super) enum Located {
    /// On disk, where it may be of any size.
    Disk(PathBuf),
    /// In memory.
    Memory(Bytes),
}

impl Folder {
    /// Finds a file by its path inside the folder; `None` where there is none, or where the path
    /// leads out of the folder.
    pub(super) fn locate(&self, path: &str) -> Result<Option<Located>> {
        match self {
            Self::Memory(files) => Ok(files.get(path).cloned().map(Located::Memory)),
            Self::Disk(folder) => {
                let stays_inside =
                    Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
                let full = folder.join(path);
                if !stays_inside || !full.is_file() {
                    return Ok(None);
                }
                // A link inside the folder must not lead out of it either.
                let real = full.canonicalize().map_err(|source| io_error(&full, source))?;
                let root = folder.canonicalize().map_err(|source| io_error(folder, source))?;
                Ok(real.starts_with(&root).then_some(Located::Disk(real)))
            }
        }
    }
}

impl Located {
    /// Returns how large the file is.
    pub(super) fn size_bytes(&self) -> Result<u64> {
        match self {
            Self::Memory(bytes) => Ok(bytes.len() as u64),
            Self::Disk(path) => {
                let facts = path.metadata().map_err(|source| io_error(path, source))?;
                Ok(facts.len())
            }
        }
    }

    /// Reads the whole file.
    pub(super) fn read(&self) -> Result<Bytes> {
        match self {
            Self::Memory(bytes) => Ok(bytes.clone()),
            Self::Disk(path) => {
                std::fs::read(path).map(Bytes::from).map_err(|source| io_error(path, source))
            }
        }
    }

    fn hash_into(&self, hash: &mut Sha256) -> Result<()> {
        match self {
            Self::Memory(bytes) => hash.update(bytes),
            Self::Disk(path) => super::reading::hash_file(path, hash)?,
        }
        Ok(())
    }
}

/// Reads the tables of a folder, with a fingerprint of the tables and of the files they name.
pub(super) fn read_tables(folder: &Folder) -> Result<(Tables, String)> {
    let mut hash = Sha256::new();
    let mut table = |name: &str| -> Result<Vec<Row>> {
        let Some(file) = folder.locate(name)? else { return Ok(Vec::new()) };
        let bytes = file.read()?;
        hash.update(name.as_bytes());
        hash.update(&bytes);
        let rows = kaishu_tables::read_rows(&bytes, name)
            .map_err(|error| Error::field(name, error.to_string()))?;
        Ok(rows.into_iter().map(|row| Row { line: row.line, values: row.values }).collect())
    };
    let tables = Tables {
        catalogue: table("catalogue.csv")?,
        items: table("items.csv")?,
        resources: table("resources.csv")?,
        organizations: table("organizations.csv")?,
        regions: table("regions.csv")?,
        terms: table("terms.csv")?,
    };
    if tables.catalogue.is_empty() {
        return Err(Error::field(
            "catalogue.csv",
            "is missing or has no lines; the folder needs one",
        ));
    }
    for row in &tables.resources {
        if let Some(path) = row.values.get("path").filter(|path| !path.is_empty())
            && let Some(file) = folder.locate(path)?
        {
            hash.update(path.as_bytes());
            file.hash_into(&mut hash)?;
        }
    }
    Ok((tables, hex(&hash.finalize())))
}

/// Takes the organizations out whose kind the rules in force do not cover (ORG-01): their codes, each with the
/// rejection. What is recorded under the same kind already stays, as on the page.
pub(super) fn take_uncovered(
    portal: &Portal,
    related: &mut csv_dir::Directory,
) -> Vec<(String, Rejection)> {
    let directory = portal.directory();
    let mut taken = Vec::new();
    related.organizations.retain(|row| {
        let kind = row.kind.unwrap_or(OrganizationKind::StateOrgan);
        let code = row.code.to_string();
        let is_as_before = directory.organization(&code).is_some_and(|known| known.kind == kind);
        let Some((_, reason)) = portal.uncovered(kind).filter(|_| !is_as_before) else {
            return true;
        };
        let reason = format!("{reason}; correct its `kind`, or leave it out with its entries");
        let record = format!("organizations.csv, {code}");
        taken.push((code, Rejection { record, reason }));
        false
    });
    taken
}

/// Writes regions, organizations and terms before the entries that name them.
pub(super) async fn write_related(portal: &Portal, related: &csv_dir::Directory) -> Result<()> {
    let store = &portal.inner.store;
    let root = portal.site().region.clone();
    kaishu_store::vocabulary::upsert(store, &related.terms).await?;
    let regions: Vec<NewRegion> = related
        .regions
        .iter()
        .enumerate()
        .map(|(place, row)| NewRegion {
            code: row.code.clone(),
            name: row.name.clone(),
            name_en: row.name_en.clone(),
            level: row.level,
            parent: row.parent.clone(),
            description: row.description.clone(),
            authority: row.authority.as_ref().map(ToString::to_string),
            position: i32::try_from(place).unwrap_or(i32::MAX),
        })
        .collect();
    kaishu_store::regions::upsert(store, &regions).await?;
    let mut organizations = Vec::new();
    for row in &related.organizations {
        let region = match &row.region {
            Some(region) => region.clone(),
            None => root
                .parse()
                .map_err(|_| Error::Configuration(format!("`{root}` is no code of a region")))?,
        };
        organizations.push(NewOrganization {
            code: row.code.clone(),
            name: row.name.clone(),
            name_en: row.name_en.clone(),
            kind: row.kind.unwrap_or(OrganizationKind::StateOrgan),
            level: row.level.unwrap_or(RegionLevel::Prefecture),
            region,
            parent: row.parent.clone(),
            description: row.description.clone(),
            responsible_head: row.responsible_head.clone(),
            contact: row.contact.clone(),
            homepage: row.homepage.clone(),
            is_imported: false,
        });
    }
    kaishu_store::organizations::upsert(store, &organizations).await?;
    portal.reload_directory().await
}
