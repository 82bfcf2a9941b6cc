//! Reads the catalogues of other portals. Mapping only: bytes or readers go in, records come out;
//! nothing here opens a file, fetches an address or asks the time.
//!
//! Each format turns what it finds into [`ImportRecord`]s. A record that cannot be taken over is a
//! [`Rejection`] that names it, and the others go on; a file that cannot be read at all is an
//! [`ImportError`] that names the place. `FORMATS.md` beside this crate describes the formats.

pub mod ckan;
pub mod csv_dir;
pub mod dcat;
pub mod dcat_us;
pub mod jsonl;
pub mod schema_org;
pub mod vocabulary;

mod access;
mod date;
mod error;
mod guard;
mod json;
mod records;
mod text;

use std::collections::HashMap;

use kaishu_types::import::{ImportRecord, Rejection};

pub use crate::error::ImportError;

/// A record that was read, or why it was not.
pub type Outcome = Result<ImportRecord, Rejection>;

/// How much a reader accepts before it gives up on a record or a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes one record may have.
    pub record_bytes: u64,
    /// The most bytes a file may have that must be read as a whole: a JSON document, RDF, or any
    /// file in UTF-16. JSON lines in UTF-8 have no such limit.
    pub document_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { record_bytes: 8 << 20, document_bytes: 256 << 20 }
    }
}

/// What a file held.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Import {
    /// The records, in the order of the file.
    pub records: Vec<ImportRecord>,
    /// The records that were not taken over.
    pub rejected: Vec<Rejection>,
}

impl Import {
    /// Adds what was read of one record.
    pub fn push(&mut self, outcome: Outcome) {
        match outcome {
            Ok(record) => self.records.push(record),
            Err(rejection) => self.rejected.push(rejection),
        }
    }
}

/// Remembers identifiers, so that the second record of the same name is refused.
#[derive(Debug, Default)]
pub(crate) struct Seen(HashMap<String, String>);

impl Seen {
    /// Lets a record through once for each identifier.
    pub(crate) fn check(&mut self, record: ImportRecord, place: &str) -> Outcome {
        if let Some(first) = self.0.get(&record.source_id) {
            return Err(Rejection {
                record: format!("{} ({place})", record.source_id),
                reason: format!(
                    "identifier `{}` is already used by {first}; give each record its own",
                    record.source_id
                ),
            });
        }
        self.0.insert(record.source_id.clone(), place.to_owned());
        Ok(record)
    }
}
