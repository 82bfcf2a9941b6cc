//! Resources of a package.

use kaishu_types::import::ImportResource;
use serde_json::Value;

use crate::records::resource_title;
use crate::{date, json};

/// Reads the resources of a package.
pub(super) fn resources(value: Option<Value>) -> Result<Vec<ImportResource>, String> {
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(values)) => values
            .iter()
            .filter(|value| value.get("state").and_then(Value::as_str) != Some("deleted"))
            .enumerate()
            .map(|(index, value)| resource(index, value))
            .collect(),
        Some(other) => {
            Err(format!("`resources` is {}, expected a list of resources", json::kind(&other)))
        }
    }
}

fn resource(index: usize, value: &Value) -> Result<ImportResource, String> {
    if !value.is_object() {
        return Err(format!("resources[{index}] is {}, expected an object", json::kind(value)));
    }
    let text =
        |names: &[&str]| names.iter().find_map(|name| value.get(*name).and_then(json::scalar));
    let url = text(&["url", "download_url", "access_url"]);
    let title = text(&["name", "title"]);
    Ok(ImportResource {
        source_id: text(&["id"]),
        title: resource_title(title.as_deref(), url.as_deref(), index),
        description: text(&["description", "notes"]),
        url,
        format: text(&["format"]),
        media_type: text(&["mimetype", "media_type"]),
        size_bytes: size(value.get("size")),
        updated_at: text(&["last_modified", "modified", "metadata_modified", "created"])
            .as_deref()
            .and_then(date::moment),
        ..ImportResource::default()
    })
}

/// Sizes are written as numbers, as texts, and as texts of fractions.
fn size(value: Option<&Value>) -> Option<u64> {
    let text = value.and_then(json::scalar)?;
    let whole = text.split('.').next().unwrap_or(&text);
    whole.parse().ok()
}
