//! The fields of a package, whether they stand at the top or among its extras.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::json;

/// Fields of CKAN's own bookkeeping that say nothing about the data.
const BOOKKEEPING: &[&str] = &[
    "approval_status",
    "creator_user_id",
    "datastore_active",
    "isopen",
    "num_resources",
    "num_tags",
    "owner_org",
    "relationships_as_object",
    "relationships_as_subject",
    "revision_id",
    "revision_timestamp",
    "state",
    "tracking_summary",
];

/// The fields of a package that were not read yet.
pub(super) struct Fields(BTreeMap<String, Value>);

impl Fields {
    /// Gathers the fields; where an extra has the name of a field that is filled, the field wins
    /// and the extra is kept as `extra:<name>`.
    pub(super) fn new(package: Map<String, Value>) -> Result<Self, String> {
        let mut fields: BTreeMap<String, Value> = package.into_iter().collect();
        for (key, value) in read_extras(fields.remove("extras"))? {
            let is_filled = fields.get(&key).is_some_and(|field| json::plain(field).is_some());
            if !is_filled {
                fields.insert(key, value);
            } else if fields.get(&key) != Some(&value) {
                fields.insert(format!("extra:{key}"), value);
            }
        }
        Ok(Self(fields))
    }

    /// Takes a field away.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// Reads a field and leaves it.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Takes the first of several fields that holds a text; harvesters write nothing as `[]`.
    pub(super) fn text(&mut self, names: &[&str]) -> Option<String> {
        for name in names {
            let found = self.0.get(*name).and_then(json::scalar).filter(|text| text != "[]");
            if found.is_some() {
                self.0.remove(*name);
                return found;
            }
        }
        None
    }

    /// Takes the first of several fields that can be read, and leaves what cannot.
    pub(super) fn read<T>(&mut self, names: &[&str], read: fn(&str) -> Option<T>) -> Option<T> {
        for name in names {
            let found = self.0.get(*name).and_then(json::scalar).as_deref().and_then(read);
            if found.is_some() {
                self.0.remove(*name);
                return found;
            }
        }
        None
    }

    /// Takes a list: of texts, of objects with a name, or written as JSON into a text.
    pub(super) fn list(&mut self, name: &str) -> Vec<String> {
        let Some(value) = self.0.remove(name) else {
            return Vec::new();
        };
        match unpack(value) {
            Value::Array(values) => values.iter().filter_map(named).collect(),
            other => named(&other).into_iter().collect(),
        }
    }

    /// Returns all that is left, as text.
    pub(super) fn into_extras(self) -> BTreeMap<String, String> {
        self.0
            .into_iter()
            .filter(|(key, _)| !BOOKKEEPING.contains(&key.as_str()))
            .filter_map(|(key, value)| json::plain(&value).map(|text| (key, text)))
            .collect()
    }
}

/// Parses a list or an object that was written into a text, as harvesters do.
pub(super) fn unpack(value: Value) -> Value {
    match &value {
        Value::String(text) if text.trim_start().starts_with(['[', '{']) => {
            serde_json::from_str(text).unwrap_or(value)
        }
        _ => value,
    }
}

/// Returns what people call a tag, a group or an agent.
pub(super) fn named(value: &Value) -> Option<String> {
    match value {
        Value::Object(map) => ["title", "display_name", "name", "label", "fn", "uri", "url"]
            .iter()
            .find_map(|key| map.get(*key).and_then(json::scalar)),
        other => json::scalar(other),
    }
}

fn read_extras(extras: Option<Value>) -> Result<Vec<(String, Value)>, String> {
    match extras {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(map)) => Ok(map.into_iter().collect()),
        Some(Value::Array(pairs)) => pairs
            .into_iter()
            .enumerate()
            .map(|(index, mut pair)| {
                let key = pair.get("key").and_then(json::scalar).ok_or_else(|| {
                    format!(
                        "extras[{index}] has no `key`; expected an object with `key` and `value`"
                    )
                })?;
                let value = pair.get_mut("value").map(Value::take).unwrap_or_default();
                Ok((key, value))
            })
            .collect(),
        Some(other) => {
            Err(format!("`extras` is {}, expected a list of `key` and `value`", json::kind(&other)))
        }
    }
}
