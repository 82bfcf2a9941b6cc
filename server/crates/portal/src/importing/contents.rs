//! What a file shows of the data items in it.

use std::collections::BTreeSet;
use std::path::Path;

use kaishu_interop::vocabulary;
use kaishu_tables::TableSummary;
use kaishu_types::vocabulary::Format;
use serde_json::{Map, Value};

use super::folder::Located;
use crate::Result;

/// JSON of more bytes is not looked into.
const MAX_JSON_BYTES: u64 = 16 << 20;

/// Members that GeoJSON itself gives a meaning, at the collection and at each feature.
const OF_COLLECTIONS: &[&str] = &["type", "features", "name", "crs", "bbox"];
const OF_FEATURES: &[&str] = &["type", "properties", "id", "bbox"];

/// What a file shows of itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Contents {
    /// A table of text.
    Table(TableSummary),
    /// Records, by the names of their fields.
    Records(BTreeSet<String>),
    /// What its format promises is not there; the text says why.
    Broken(String),
    /// A format that is not looked into; the text names it.
    Opaque(String),
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
    Ok(match serde_json::from_slice(bytes) {
        Ok(value) => look_at_value(&value),
        Err(error) => Contents::Broken(format!("it could not be read as JSON: {error}")),
    })
}

fn look_at_value(value: &Value) -> Contents {
    let mut names = BTreeSet::new();
    let read = match value {
        Value::Array(records) => add_records(records, &mut names),
        Value::Object(collection) => add_features(collection, &mut names),
        _ => None,
    };
    match read {
        Some(()) => Contents::Records(names),
        None => Contents::Opaque("its JSON is neither a list of records nor GeoJSON".to_owned()),
    }
}

fn add_records(records: &[Value], names: &mut BTreeSet<String>) -> Option<()> {
    for record in records {
        names.extend(record.as_object()?.keys().cloned());
    }
    Some(())
}

/// The properties of a feature are its fields; so is any member that GeoJSON does not know.
fn add_features(collection: &Map<String, Value>, names: &mut BTreeSet<String>) -> Option<()> {
    let features = collection.get("features")?.as_array()?;
    let unknown = |member: &&String, known: &[&str]| !known.contains(&member.as_str());
    names.extend(collection.keys().filter(|member| unknown(member, OF_COLLECTIONS)).cloned());
    for feature in features {
        let feature = feature.as_object()?;
        names.extend(feature.keys().filter(|member| unknown(member, OF_FEATURES)).cloned());
        match feature.get("properties") {
            None | Some(Value::Null) => {}
            Some(properties) => names.extend(properties.as_object()?.keys().cloned()),
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(value: &Value, expected: Option<&[&str]>) {
        let expected = expected.map(|names| names.iter().map(ToString::to_string).collect());
        let found = match look_at_value(value) {
            Contents::Records(names) => Some(names),
            _ => None,
        };
        assert_eq!(found, expected, "{value}");
    }

    #[test]
    fn records_of_json_show_all_their_fields() {
        check(&json!([{"a": 1}, {"a": 2, "phone": "3"}]), Some(&["a", "phone"]));
        check(&json!([]), Some(&[]));
        check(&json!([{"a": 1}, ["phone"]]), None);
        check(&json!({"data": [{"a": 1}]}), None);
        check(&json!("a"), None);
        let feature = json!({"type": "Feature", "id": 1, "properties": {"a": 1}, "geometry": null});
        let collection = json!({"type": "FeatureCollection", "features": [feature]});
        check(&collection, Some(&["a", "geometry"]));
        let owner = json!({"type": "Feature", "properties": null, "owner": "x"});
        let collection = json!({"features": [owner], "phones": ["1"]});
        check(&collection, Some(&["owner", "phones"]));
    }
}
