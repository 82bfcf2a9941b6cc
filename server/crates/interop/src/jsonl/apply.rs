//! A mapping is applied to a record.

use std::collections::BTreeMap;

use kaishu_types::import::{ImportOrganization, ImportRecord, ImportResource};
use kaishu_types::vocabulary::OpenClass;
use serde_json::Value;

use super::Mapping;
use super::mapping::ResourceMapping;
use super::rule::{Rule, values_at};
use crate::records::resource_title;
use crate::text::{shorten, without_links};
use crate::{date, json};

/// Returns the identifier of a record, for messages.
pub(super) fn identifier(record: &Value, mapping: &Mapping) -> Option<String> {
    mapping.fields.get("source_id")?.text(record)
}

/// Maps a record; the error is the reason for its rejection.
pub(super) fn record(value: &Value, mapping: &Mapping) -> Result<ImportRecord, String> {
    if !value.is_object() {
        return Err(format!("is {}, expected an object", json::kind(value)));
    }
    let text = |name: &str| mapping.fields.get(name).and_then(|rule| rule.text(value));
    let texts =
        |name: &str| mapping.fields.get(name).map(|rule| rule.texts(value)).unwrap_or_default();
    let missing = |name: &str| format!("has nothing that the mapping makes its `{name}`");
    let title = text("title").ok_or_else(|| missing("title"))?;
    let mut extras: BTreeMap<String, String> = mapping
        .extras
        .iter()
        .filter_map(|(name, rule)| rule.plain(value).map(|text| (name.clone(), text)))
        .collect();
    let mut moment = |name: &str| {
        let written = text(name)?;
        let read = date::moment(&written);
        if read.is_none() {
            extras.insert(name.to_owned(), written);
        }
        read
    };
    let issued_at = moment("issued_at");
    let updated_at = moment("updated_at");
    let title_en = text("title_en").map(|text| json::one_line(&text));
    let title = json::one_line(&without_links(&title));
    Ok(ImportRecord {
        state: None,
        state_reason: None,
        source_id: text("source_id").ok_or_else(|| missing("source_id"))?,
        source_url: text("source_url"),
        code: text("code"),
        title_en: title_en.filter(|english| *english != title),
        title,
        summary: text("summary").unwrap_or_default(),
        summary_en: text("summary_en").filter(|english| Some(english) != text("summary").as_ref()),
        keywords: texts("keywords"),
        themes: texts("themes"),
        organization: organization(value, mapping),
        region: text("region"),
        licence: text("licence"),
        frequency: text("frequency"),
        open_class: text("open_class").map(|text| open_class(&text)).transpose()?,
        issued_at,
        updated_at,
        version: text("version"),
        spatial: text("spatial"),
        temporal_start: text("temporal_start").as_deref().and_then(date::first_day),
        temporal_end: text("temporal_end").as_deref().and_then(date::last_day),
        contact: text("contact"),
        homepage: text("homepage"),
        items: Vec::new(),
        resources: mapping.resources.iter().flat_map(|rules| resources(value, rules)).collect(),
        entry: serde_json::Map::new(),
        extras,
    })
}

fn open_class(text: &str) -> Result<OpenClass, String> {
    text.parse().map_err(|error| format!("open_class: {error} (found `{}`)", shorten(text)))
}

fn organization(value: &Value, mapping: &Mapping) -> Option<ImportOrganization> {
    let text = |name: &str| mapping.organization.get(name).and_then(|rule| rule.text(value));
    let name = without_links(&text("name")?);
    Some(ImportOrganization {
        source_id: text("source_id").unwrap_or_else(|| name.clone()),
        name_en: text("name_en").filter(|english| *english != name),
        description: text("description"),
        name,
    })
}

fn resources(value: &Value, rules: &ResourceMapping) -> Vec<ImportResource> {
    let entries: Vec<&Value> = match &rules.each {
        None => vec![value],
        Some(path) => values_at(value, path)
            .into_iter()
            .flat_map(|found| match found {
                Value::Array(values) => values.iter().collect(),
                other => vec![other],
            })
            .collect(),
    };
    entries
        .into_iter()
        .enumerate()
        .filter_map(|(index, entry)| resource(index, entry, rules))
        .collect()
}

/// Something without an address is no resource.
fn resource(index: usize, entry: &Value, rules: &ResourceMapping) -> Option<ImportResource> {
    let text = |name: &str| rules.fields.get(name).and_then(|rule: &Rule| rule.text(entry));
    let url = text("url")?;
    Some(ImportResource {
        source_id: text("source_id"),
        title: resource_title(text("title").as_deref(), Some(&url), index),
        description: text("description"),
        format: text("format"),
        media_type: text("media_type"),
        size_bytes: text("size_bytes").and_then(|size| size.parse().ok()),
        updated_at: text("updated_at").as_deref().and_then(date::moment),
        url: Some(url),
        ..ImportResource::default()
    })
}
