//! What the readers of JSON share: from pieces of a file to records with their places.

use std::io::BufRead;

use kaishu_types::import::Rejection;
use serde_json::Value;

use crate::json::{self, Piece};
use crate::text::non_empty;
use crate::{ImportError, Limits, Outcome, Seen};

/// The records of a document or of a line.
pub(crate) struct Found {
    /// The records, as they stand there.
    pub(crate) records: Vec<Value>,
    /// Whether they stand in a list.
    pub(crate) is_list: bool,
    /// The address of the portal, where an envelope around them gives it.
    pub(crate) site: Option<String>,
}

impl Found {
    /// A list of records.
    pub(crate) fn list(records: Vec<Value>) -> Self {
        Self { records, is_list: true, site: None }
    }

    /// A record by itself.
    pub(crate) fn single(record: Value) -> Self {
        Self { records: vec![record], is_list: false, site: None }
    }
}

/// A format of records in JSON.
pub(crate) trait Format {
    /// Takes the envelope off a piece of a file; the error says what it should be.
    fn unfold(&self, value: Value, is_document: bool) -> Result<Found, String>;

    /// Returns what the record calls itself, for messages.
    fn name(&self, record: &Value) -> Option<String>;

    /// Turns a record into ours; the error is the reason for its rejection.
    fn record(
        &self,
        record: Value,
        site: Option<&str>,
    ) -> Result<kaishu_types::import::ImportRecord, String>;
}

/// Reads a file record by record.
pub(crate) fn read(
    format: &dyn Format,
    reader: &mut dyn BufRead,
    limits: &Limits,
    sink: &mut dyn FnMut(Outcome),
) -> Result<(), ImportError> {
    let mut seen = Seen::default();
    json::read(reader, limits, &mut |piece| {
        let (value, outer) = match piece {
            Piece::Bad(rejection) => {
                sink(Err(rejection));
                return Ok(());
            }
            Piece::Document(value) => (value, None),
            Piece::Line { number, value } => (value, Some(format!("line {number}"))),
        };
        let found = match (format.unfold(value, outer.is_none()), outer.as_ref()) {
            (Ok(found), _) => found,
            (Err(message), None) => return Err(ImportError::Shape(message)),
            (Err(reason), Some(line)) => {
                sink(Err(Rejection { record: line.clone(), reason }));
                return Ok(());
            }
        };
        for (index, record) in found.records.into_iter().enumerate() {
            let place = place_of(outer.as_deref(), index, found.is_list);
            let outcome = one(format, record, &place, found.site.as_deref(), limits);
            sink(outcome.and_then(|record| seen.check(record, &place)));
        }
        Ok(())
    })
}

/// Turns one record into ours.
pub(crate) fn one(
    format: &dyn Format,
    record: Value,
    place: &str,
    site: Option<&str>,
    limits: &Limits,
) -> Outcome {
    let own_name = format.name(&record);
    json::check_weight(&record, limits)
        .and_then(|()| format.record(record, site))
        .and_then(crate::guard::foreign)
        .map_err(|reason| Rejection {
            record: own_name.map_or_else(|| place.to_owned(), |name| format!("{name} ({place})")),
            reason,
        })
}

fn place_of(outer: Option<&str>, index: usize, is_list: bool) -> String {
    match (outer, is_list) {
        (None, true) => format!("item {}", index + 1),
        (None, false) => "the file".to_owned(),
        (Some(outer), true) => format!("{outer}, item {}", index + 1),
        (Some(outer), false) => outer.to_owned(),
    }
}

/// Returns the title of a resource: its own, else the name of its file, else its number.
pub(crate) fn resource_title(own: Option<&str>, url: Option<&str>, index: usize) -> String {
    own.map(json::one_line)
        .or_else(|| url.and_then(file_name))
        .unwrap_or_else(|| format!("{}", index + 1))
}

/// Returns the last part of an address.
fn file_name(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?;
    let (_, last) = path.trim_end_matches('/').rsplit_once('/')?;
    non_empty(last)
}
