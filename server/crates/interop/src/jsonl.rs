//! Any JSON: lines, a list, or a list inside an object, read by a mapping that says which field
//! of the source is which field here. YAML documents are read the same way, one record each.

mod apply;
mod mapping;
mod rule;
mod yaml;

use std::io::BufRead;

use kaishu_types::import::ImportRecord;
use serde_json::Value;

pub use self::mapping::Mapping;
pub use self::yaml::parse_yaml_record;
use crate::records::{self, Format, Found};
use crate::{Import, ImportError, Limits, Outcome, json};

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
    records::read(mapping, reader, limits, sink)
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

impl Format for Mapping {
    fn unfold(&self, value: Value, is_document: bool) -> Result<Found, String> {
        unfold(value, self, is_document)
    }

    fn name(&self, record: &Value) -> Option<String> {
        apply::identifier(record, self)
    }

    fn record(&self, record: Value, _site: Option<&str>) -> Result<ImportRecord, String> {
        apply::record(&record, self)
    }
}

fn unfold(value: Value, mapping: &Mapping, is_document: bool) -> Result<Found, String> {
    let Some(path) = mapping.records.as_deref().filter(|_| is_document) else {
        return Ok(match value {
            Value::Array(values) => Found::list(values),
            single => Found::single(single),
        });
    };
    let mut walk = Walk { path, names: Vec::new(), records: Vec::new() };
    let steps: Vec<&str> = path.split('.').collect();
    walk.descend(value, &steps)?;
    Ok(Found::list(walk.records))
}

/// Collects the records at a path.
struct Walk<'a> {
    path: &'a str,
    /// The names that `*` went through, the outermost first.
    names: Vec<String>,
    records: Vec<Value>,
}

impl Walk<'_> {
    fn descend(&mut self, value: Value, steps: &[&str]) -> Result<(), String> {
        let Some((step, rest)) = steps.split_first() else { return self.take(value) };
        match value {
            Value::Object(map) if *step == "*" => {
                for (name, inner) in map {
                    self.names.push(name);
                    self.descend(inner, rest)?;
                    self.names.pop();
                }
                Ok(())
            }
            Value::Array(values) if *step == "*" => {
                values.into_iter().try_for_each(|inner| self.descend(inner, rest))
            }
            mut other => match other.get_mut(*step).map(Value::take) {
                Some(inner) => self.descend(inner, rest),
                None => Err(format!(
                    "has no `{step}` of `records = \"{}\"`; correct the mapping or the file",
                    self.path
                )),
            },
        }
    }

    /// What `*` led to is a record unless it holds nothing; else there must be a list.
    fn take(&mut self, value: Value) -> Result<(), String> {
        let holds_nothing =
            value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty);
        let records = match value {
            _ if self.path.ends_with('*') && holds_nothing => return Ok(()),
            single if self.path.ends_with('*') => vec![single],
            Value::Array(values) => values,
            other => {
                let kind = json::kind(&other);
                return Err(format!("`{}` is {kind}, expected a list of records", self.path));
            }
        };
        let named = records.into_iter().map(|record| with_names(record, &self.names));
        self.records.extend(named);
        Ok(())
    }
}

/// Tells a record the names that it stands under.
fn with_names(mut record: Value, names: &[String]) -> Value {
    if let (Value::Object(map), Some(last)) = (&mut record, names.last()) {
        let names = names.iter().cloned().map(Value::String).collect();
        map.insert("$name".to_owned(), Value::String(last.clone()));
        map.insert("$names".to_owned(), Value::Array(names));
    }
    record
}
