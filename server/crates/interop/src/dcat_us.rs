//! DCAT-US 1.1 (Project Open Data): the `data.json` that every federal agency of the United States
//! publishes, and lists or JSON lines of its datasets.

use std::collections::BTreeMap;
use std::io::BufRead;

use kaishu_types::import::{ImportOrganization, ImportRecord, ImportResource};
use kaishu_types::vocabulary::OpenClass;
use serde_json::{Map, Value};

use crate::records::{self, Format, Found, resource_title};
use crate::{Import, ImportError, Limits, Outcome, date, json};

/// Reads datasets from a reader.
///
/// # Errors
///
/// Fails when the file as a whole cannot be read: it is no JSON, or holds no datasets.
pub fn read(
    reader: &mut dyn BufRead,
    limits: &Limits,
    sink: &mut dyn FnMut(Outcome),
) -> Result<(), ImportError> {
    records::read(&DcatUs, reader, limits, sink)
}

/// Reads datasets from bytes, with the usual limits.
///
/// # Errors
///
/// As [`read`].
pub fn parse(mut bytes: &[u8]) -> Result<Import, ImportError> {
    let mut import = Import::default();
    read(&mut bytes, &Limits::default(), &mut |outcome| import.push(outcome))?;
    Ok(import)
}

struct DcatUs;

impl Format for DcatUs {
    fn unfold(&self, value: Value, _is_document: bool) -> Result<Found, String> {
        unfold(value)
    }

    fn name(&self, dataset: &Value) -> Option<String> {
        ["identifier", "title"].iter().find_map(|key| dataset.get(*key).and_then(json::scalar))
    }

    fn record(&self, dataset: Value, _site: Option<&str>) -> Result<ImportRecord, String> {
        record(dataset)
    }
}

fn unfold(value: Value) -> Result<Found, String> {
    match value {
        Value::Array(datasets) => Ok(Found::list(datasets)),
        Value::Object(mut catalogue) if catalogue.contains_key("dataset") => {
            match catalogue.remove("dataset") {
                Some(Value::Array(datasets)) => Ok(Found::list(datasets)),
                Some(dataset @ Value::Object(_)) => Ok(Found::list(vec![dataset])),
                other => Err(format!(
                    "`dataset` is {}, expected a list of datasets",
                    json::kind(&other.unwrap_or_default())
                )),
            }
        }
        Value::Object(dataset)
            if dataset.contains_key("title") || dataset.contains_key("identifier") =>
        {
            Ok(Found::single(Value::Object(dataset)))
        }
        Value::Object(_) => {
            Err("has no `dataset`; a data.json is an object with a list `dataset`".to_owned())
        }
        other => Err(format!("holds {}, expected a data.json catalogue", json::kind(&other))),
    }
}

/// The fields of a dataset that were not read yet.
struct Fields(Map<String, Value>);

impl Fields {
    fn text(&mut self, name: &str) -> Option<String> {
        let found = self.0.get(name).and_then(json::scalar);
        if found.is_some() {
            self.0.remove(name);
        }
        found
    }

    fn list(&mut self, name: &str) -> Vec<String> {
        let list = self.0.get(name).map(json::scalars).unwrap_or_default();
        if !list.is_empty() {
            self.0.remove(name);
        }
        list
    }

    fn moment(&mut self, name: &str) -> Option<chrono::DateTime<chrono::Utc>> {
        let found = self.0.get(name).and_then(json::scalar).as_deref().and_then(date::moment);
        if found.is_some() {
            self.0.remove(name);
        }
        found
    }

    fn into_extras(self) -> BTreeMap<String, String> {
        let kept = self.0.into_iter().filter(|(key, _)| !key.starts_with('@'));
        kept.filter_map(|(key, value)| json::plain(&value).map(|text| (key, text))).collect()
    }
}

fn record(dataset: Value) -> Result<ImportRecord, String> {
    let Value::Object(dataset) = dataset else {
        return Err(format!("is {}, expected a dataset", json::kind(&dataset)));
    };
    let mut fields = Fields(dataset);
    let source_id = fields
        .text("identifier")
        .or_else(|| fields.text("@id"))
        .ok_or("has no `identifier`; every dataset must have one")?;
    let title = fields.text("title").ok_or("has no `title`; every dataset must have one")?;
    let resources = distributions(fields.0.remove("distribution"))?;
    let (temporal_start, temporal_end) = temporal(&mut fields);
    let record = ImportRecord {
        source_id,
        title: json::one_line(&title),
        summary: fields.text("description").unwrap_or_default(),
        keywords: fields.list("keyword"),
        themes: fields.list("theme"),
        organization: organization(fields.0.remove("publisher")),
        licence: fields.text("license"),
        frequency: fields.text("accrualPeriodicity"),
        open_class: open_class(&mut fields)?,
        issued_at: fields.moment("issued"),
        updated_at: fields.moment("modified"),
        spatial: fields.text("spatial"),
        temporal_start,
        temporal_end,
        contact: contact(fields.0.remove("contactPoint")),
        homepage: fields.text("landingPage"),
        resources,
        ..ImportRecord::default()
    };
    Ok(ImportRecord { extras: fields.into_extras(), ..record })
}

fn open_class(fields: &mut Fields) -> Result<Option<OpenClass>, String> {
    let Some(level) = fields.text("accessLevel") else {
        return Ok(None);
    };
    match level.to_ascii_lowercase().as_str() {
        "public" => Ok(Some(OpenClass::Unconditional)),
        "restricted public" => Ok(Some(OpenClass::Conditional)),
        "non-public" => Ok(Some(OpenClass::None)),
        _ => Err(format!(
            "`accessLevel` is `{}`; known are public, restricted public, non-public",
            crate::text::shorten(&level)
        )),
    }
}

/// Names the publisher; the bodies above it are its description.
fn organization(publisher: Option<Value>) -> Option<ImportOrganization> {
    let publisher = publisher?;
    let name = publisher.get("name").unwrap_or(&publisher);
    let name = json::scalar(name)?;
    let mut above = Vec::new();
    let mut body = &publisher;
    while let Some(parent) = body.get("subOrganizationOf") {
        above.extend(parent.get("name").and_then(json::scalar));
        body = parent;
    }
    let description = (!above.is_empty()).then(|| above.join(" < "));
    Some(ImportOrganization { source_id: name.clone(), name, name_en: None, description })
}

fn contact(point: Option<Value>) -> Option<String> {
    let point = point?;
    let name = point.get("fn").and_then(json::scalar);
    let email = point.get("hasEmail").and_then(json::scalar);
    let email = email.map(|email| email.trim_start_matches("mailto:").to_owned());
    let parts: Vec<String> = name.into_iter().chain(email).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn temporal(fields: &mut Fields) -> (Option<chrono::NaiveDate>, Option<chrono::NaiveDate>) {
    let span = fields.0.get("temporal").and_then(json::scalar);
    let Some((start, end)) = span.as_deref().and_then(|span| span.split_once('/')) else {
        return (None, None);
    };
    let days = (date::first_day(start), date::last_day(end));
    if days.0.is_some() && days.1.is_some() {
        fields.0.remove("temporal");
    }
    days
}

fn distributions(value: Option<Value>) -> Result<Vec<ImportResource>, String> {
    let values = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(values)) => values,
        Some(single @ Value::Object(_)) => vec![single],
        Some(other) => {
            return Err(format!("`distribution` is {}, expected a list", json::kind(&other)));
        }
    };
    values.iter().enumerate().map(|(index, value)| distribution(index, value)).collect()
}

fn distribution(index: usize, value: &Value) -> Result<ImportResource, String> {
    if !value.is_object() {
        return Err(format!("distribution[{index}] is {}, expected an object", json::kind(value)));
    }
    let text =
        |names: &[&str]| names.iter().find_map(|name| value.get(*name).and_then(json::scalar));
    let url = text(&["downloadURL", "accessURL"]);
    let title = text(&["title"]);
    Ok(ImportResource {
        source_id: text(&["@id", "identifier"]),
        title: resource_title(title.as_deref(), url.as_deref(), index),
        description: text(&["description"]),
        url,
        format: text(&["format"]),
        media_type: text(&["mediaType"]),
        size_bytes: text(&["byteSize"]).and_then(|size| size.parse().ok()),
        updated_at: text(&["modified"]).as_deref().and_then(date::moment),
        ..ImportResource::default()
    })
}
