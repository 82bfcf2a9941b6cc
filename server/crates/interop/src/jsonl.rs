//! Any JSON: lines, a list, or a list inside an object, read by a mapping that says which field
//! of the source is which field here. YAML documents are read the same way, one record each.

mod apply;
mod mapping;
mod rule;

use std::io::BufRead;

use kaishu_types::import::Rejection;
use serde_json::Value;

pub use self::mapping::Mapping;
use crate::ckan::item_place;
use crate::json::{self, Piece};
use crate::text;
use crate::{Import, ImportError, Limits, Outcome, Seen, guard};

/// Reads records from a reader.
///
/// # Errors
///
/// Fails when the file as a whole cannot be read: it is no JSON, or has no records where the
/// mapping says.
pub fn read(
    reader: &mut dyn BufRead,
    mapping: &Mapping,
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
            Piece::Document(value) => (value, String::new()),
            Piece::Line { number, value } => (value, format!("line {number}")),
        };
        let (records, is_list) = match unfold(value, mapping, outer.is_empty()) {
            Ok(found) => found,
            Err(message) if outer.is_empty() => return Err(ImportError::Shape(message)),
            Err(reason) => {
                sink(Err(Rejection { record: outer, reason }));
                return Ok(());
            }
        };
        for (index, record) in records.iter().enumerate() {
            let place = item_place(&outer, index, is_list);
            let outcome = one(record, &place, mapping, limits);
            sink(outcome.and_then(|record| seen.check(record, &place)));
        }
        Ok(())
    })
}

/// Reads records from bytes, with the usual limits.
///
/// # Errors
///
/// As [`read`].
pub fn parse(mut bytes: &[u8], mapping: &Mapping) -> Result<Import, ImportError> {
    let mut import = Import::default();
    read(&mut bytes, mapping, &Limits::default(), &mut |outcome| import.push(outcome))?;
    Ok(import)
}

/// Reads one YAML document as one record; `file_name` says which one in a rejection, and its
/// stem is the field `$file` of the record.
///
/// # Errors
///
/// The rejection names the file, the line and what is wrong.
pub fn parse_yaml_record(bytes: &[u8], file_name: &str, mapping: &Mapping) -> Outcome {
    let limits = Limits::default();
    let reject = |reason: String| Rejection { record: file_name.to_owned(), reason };
    if bytes.len() as u64 > limits.record_bytes {
        let reason = format!("is larger than {} bytes", limits.record_bytes);
        return Err(reject(reason));
    }
    let decoded = text::decode(bytes).map_err(|error| reject(error.to_string()))?;
    let mut value: Value = serde_saphyr::from_str(&decoded)
        .map_err(|error| reject(format!("not valid YAML: {}", yaml_message(&error.to_string()))))?;
    let Value::Object(map) = &mut value else {
        return Err(reject(format!("is {}, expected fields", json::kind(&value))));
    };
    let stem = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    map.insert("$file".to_owned(), Value::String(stem.to_owned()));
    one(&value, file_name, mapping, &limits)
}

/// Keeps the first line: the ones after it are a drawing of the place.
fn yaml_message(message: &str) -> String {
    message.lines().next().unwrap_or(message).trim_start_matches("error: ").to_owned()
}

fn one(value: &Value, place: &str, mapping: &Mapping, limits: &Limits) -> Outcome {
    json::check_weight(value, limits)
        .and_then(|()| apply::record(value, mapping))
        .and_then(guard::foreign)
        .map_err(|reason| {
            let id = apply::identifier(value, mapping);
            let record = id.map_or_else(|| place.to_owned(), |id| format!("{id} ({place})"));
            Rejection { record, reason }
        })
}

fn unfold(
    value: Value,
    mapping: &Mapping,
    is_document: bool,
) -> Result<(Vec<Value>, bool), String> {
    let Some(path) = mapping.records.as_deref().filter(|_| is_document) else {
        return Ok(match value {
            Value::Array(values) => (values, true),
            single => (vec![single], false),
        });
    };
    let mut found = value;
    for step in path.split('.') {
        let next = found.get_mut(step).map(Value::take);
        found = next.ok_or_else(|| {
            format!("has no `{step}` of `records = \"{path}\"`; correct the mapping or the file")
        })?;
    }
    match found {
        Value::Array(values) => Ok((values, true)),
        other => Err(format!("`{path}` is {}, expected a list of records", json::kind(&other))),
    }
}
