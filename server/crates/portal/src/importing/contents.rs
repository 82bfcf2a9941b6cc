//! What a file shows of the data items in it.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Cursor};
use std::path::Path;

use kaishu_interop::vocabulary;
use kaishu_store::tables::TABULAR;
use kaishu_tables::{TableSummary, table_format};
use kaishu_types::vocabulary::Format;
use serde_json::{Map, Value};

use super::folder::Located;
use super::io_error;
use super::{geojson, json};
use crate::Result;

/// JSON of more bytes is not looked into.
const MAX_JSON_BYTES: u64 = 16 << 20;

/// What a file shows of itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Contents {
    /// A table of text.
    Table(TableSummary),
    /// Records of JSON.
    Records(Records),
    /// What its format promises is not there; the text says why.
    Broken(String),
    /// A format that is not looked into; the text names it.
    Opaque(String),
}

/// What JSON shows of its records.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Records {
    /// The names of their fields.
    pub(super) names: Vec<String>,
    /// Members that stand outside of the fields, where no item can describe them.
    pub(super) foreign: BTreeSet<String>,
    /// Why a part of them could not be looked into, where one could not.
    pub(super) unseen: Option<String>,
}

impl Records {
    /// Notes what could not be looked into; the first such part is the one that is told.
    pub(super) fn doubt(&mut self, reason: String) {
        self.unseen.get_or_insert(reason);
    }

    /// A value that has members of its own may hold what no item describes.
    pub(super) fn doubt_nested(&mut self, fields: &Map<String, Value>) {
        let nested = fields.iter().find(|(_, value)| value.is_object() || value.is_array());
        if let Some((name, _)) = nested {
            self.doubt(format!("a value of `{name}` is an object or a list"));
        }
    }
}

/// Finds the format of a file: what its catalogue calls a table is one, and of the rest what is one by
/// its bytes; then its name says it.
pub(super) async fn format_of(
    file: &Located,
    path: &str,
    declared: Option<Format>,
) -> Result<Format> {
    if let Some(declared) = declared.filter(|format| TABULAR.contains(format)) {
        return Ok(declared);
    }
    let (file, name) = (file.clone(), path.to_owned());
    let found = crate::blocking(move || {
        let read = |error| io_error(Path::new(&name), error);
        match &file {
            Located::Memory(bytes) => table_format(Cursor::new(bytes), &name).map_err(read),
            Located::Disk(path) => {
                let file = File::open(path).map_err(|error| io_error(path, error))?;
                table_format(BufReader::new(file), &name).map_err(read)
            }
        }
    });
    let ending = Path::new(path).extension().and_then(|it| it.to_str()).unwrap_or_default();
    let by_name = || vocabulary::format_of_word(ending);
    Ok(found.await?.or(declared).or_else(by_name).unwrap_or(Format::Other))
}

/// Looks through a file. Its name counts as well as its format: a table that is called something
/// else is a table all the same.
pub(super) async fn look(file: &Located, path: &str, format: Format) -> Result<Contents> {
    let ending = Path::new(path).extension().and_then(|it| it.to_str()).unwrap_or_default();
    let by_name = vocabulary::format_of_word(ending);
    let is = |formats: &[Format]| {
        formats.contains(&format) || by_name.is_some_and(|named| formats.contains(&named))
    };
    let (is_table, is_json) =
        (is(&[Format::Csv, Format::Tsv]), is(&[Format::Json, Format::Geojson]));
    let file = file.clone();
    crate::blocking(move || {
        if is_table {
            return Ok(look_at_table(&file));
        }
        if is_json {
            return look_at_json(&file);
        }
        Ok(Contents::Opaque(format!("{} is not looked into", format.as_str().to_uppercase())))
    })
    .await
}

fn look_at_table(file: &Located) -> Contents {
    let summary = match file {
        Located::Memory(bytes) => kaishu_tables::summarise(std::io::Cursor::new(bytes)),
        Located::Disk(path) => kaishu_tables::summarise_file(path),
    };
    match summary {
        Ok(summary) => Contents::Table(summary),
        Err(error) => Contents::Broken(format!("it could not be read as a table: {error}")),
    }
}

fn look_at_json(file: &Located) -> Result<Contents> {
    if file.size_bytes()? > MAX_JSON_BYTES {
        return Ok(Contents::Opaque(format!(
            "JSON of more than {MAX_JSON_BYTES} bytes is not looked into"
        )));
    }
    let bytes = file.read()?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    Ok(match json::read(bytes) {
        Ok(value) => look_at_value(&value),
        Err(error) => Contents::Broken(format!("it could not be read as JSON: {error}")),
    })
}

fn look_at_value(value: &Value) -> Contents {
    let read = match value {
        Value::Array(records) => look_at_records(records),
        Value::Object(collection) => geojson::look(collection),
        _ => None,
    };
    match read {
        Some(records) => Contents::Records(records),
        None => Contents::Opaque("its JSON is neither a list of records nor GeoJSON".to_owned()),
    }
}

fn look_at_records(values: &[Value]) -> Option<Records> {
    let mut names = BTreeSet::new();
    let mut records = Records::default();
    for value in values {
        let fields = value.as_object()?;
        names.extend(fields.keys().cloned());
        records.doubt_nested(fields);
    }
    records.names.extend(names);
    Some(records)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(value: &Value, expected: Option<(&[&str], &[&str], Option<&str>)>) {
        let expected = expected.map(|(names, foreign, unseen)| Records {
            names: names.iter().map(ToString::to_string).collect(),
            foreign: foreign.iter().map(ToString::to_string).collect(),
            unseen: unseen.map(str::to_owned),
        });
        let found = match look_at_value(value) {
            Contents::Records(records) => Some(records),
            _ => None,
        };
        assert_eq!(found, expected, "{value}");
    }

    #[test]
    fn records_of_json_show_all_their_fields() {
        check(&json!([{"a": 1}, {"a": 2, "phone": "3"}]), Some((&["a", "phone"], &[], None)));
        check(&json!([]), Some((&[], &[], None)));
        check(&json!([{"a": 1}, ["phone"]]), None);
        check(&json!({"data": [{"a": 1}]}), None);
        check(&json!("a"), None);
        let nested = Some("a value of `a` is an object or a list");
        check(&json!([{"a": 1, "b": 2}, {"a": {"phone": 3}}]), Some((&["a", "b"], &[], nested)));
        check(&json!([{"a": ["138"]}]), Some((&["a"], &[], nested)));
        let feature = json!({"type": "Feature", "id": 1, "properties": {"a": 1}, "geometry": null});
        let collection = json!({"type": "FeatureCollection", "features": [feature]});
        check(&collection, Some((&["a", "geometry"], &[], None)));
        let owner = json!({"type": "Feature", "properties": null, "owner": "x"});
        let collection = json!({"features": [owner], "phones": ["1"]});
        check(&collection, Some((&[], &["owner", "phones"], None)));
    }
}
