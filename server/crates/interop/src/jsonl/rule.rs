//! One line of a mapping: where a field comes from.

use serde_json::Value;

use crate::json;

/// Where the text of a field comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rule {
    /// The first path that holds something; for a list, all of them one after the other.
    Paths {
        /// Paths such as `name.zh`; a list on the way is gone through.
        paths: Vec<String>,
        /// What to put where no path holds anything.
        default: Option<String>,
    },
    /// Several paths, joined into one text.
    Join {
        /// Paths; the empty ones are left out.
        paths: Vec<String>,
        /// What stands between them.
        with: String,
    },
    /// A text with paths in braces, as in `https://example.org/{id}`; nothing if one is empty.
    Template(String),
    /// The same text for every record.
    Constant(String),
}

impl Rule {
    /// Returns the text for a record.
    pub(crate) fn text(&self, record: &Value) -> Option<String> {
        match self {
            Self::Paths { paths, default } => paths
                .iter()
                .find_map(|path| texts_at(record, path).into_iter().next())
                .or_else(|| default.clone()),
            Self::Join { paths, with } => {
                let parts: Vec<String> =
                    paths.iter().flat_map(|path| texts_at(record, path)).collect();
                (!parts.is_empty()).then(|| parts.join(with))
            }
            Self::Template(template) => fill(template, record),
            Self::Constant(text) => Some(text.clone()),
        }
    }

    /// Returns all texts for a record, each once.
    pub(crate) fn texts(&self, record: &Value) -> Vec<String> {
        let found = match self {
            Self::Paths { paths, default } => {
                let found: Vec<String> =
                    paths.iter().flat_map(|path| texts_at(record, path)).collect();
                if found.is_empty() { default.iter().cloned().collect() } else { found }
            }
            other => other.text(record).into_iter().collect(),
        };
        let mut distinct: Vec<String> = Vec::new();
        for text in found {
            if !distinct.contains(&text) {
                distinct.push(text);
            }
        }
        distinct
    }

    /// Returns what there is as one text, whatever its shape.
    pub(crate) fn plain(&self, record: &Value) -> Option<String> {
        match self {
            Self::Paths { paths, default } => paths
                .iter()
                .find_map(|path| {
                    let values = values_at(record, path);
                    let parts: Vec<String> = values.into_iter().filter_map(json::plain).collect();
                    (!parts.is_empty()).then(|| parts.join("; "))
                })
                .or_else(|| default.clone()),
            other => other.text(record),
        }
    }
}

/// Finds the values at a path; a list on the way is gone through.
pub(crate) fn values_at<'a>(value: &'a Value, path: &str) -> Vec<&'a Value> {
    if path == "." {
        return vec![value];
    }
    path.split('.').fold(vec![value], |found, step| {
        found.into_iter().flat_map(|value| step_into(value, step)).collect()
    })
}

fn step_into<'a>(value: &'a Value, step: &str) -> Vec<&'a Value> {
    match value {
        Value::Array(values) => values.iter().filter_map(|value| value.get(step)).collect(),
        other => other.get(step).into_iter().collect(),
    }
}

fn texts_at(record: &Value, path: &str) -> Vec<String> {
    values_at(record, path).into_iter().flat_map(json::scalars).collect()
}

fn fill(template: &str, record: &Value) -> Option<String> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (path, tail) = after.split_once('}')?;
        filled.push_str(before);
        filled.push_str(texts_at(record, path).first()?);
        rest = tail;
    }
    filled.push_str(rest);
    Some(filled)
}
