//! A package becomes a record.

use kaishu_types::import::{ImportOrganization, ImportRecord};
use kaishu_types::vocabulary::OpenClass;
use serde_json::{Map, Value};

use super::fields::{Fields, named, unpack};
use super::resource;
use crate::{access, date, json};

const FREQUENCY: &[&str] = &[
    "frequency",
    "update_frequency",
    "accrual_periodicity",
    "accrualPeriodicity",
    "更新頻度",
    "更新频率",
    "更新周期",
];

/// Maps a package; the error is the reason for its rejection.
pub(super) fn record(package: Value, site: Option<&str>) -> Result<ImportRecord, String> {
    let Value::Object(package) = package else {
        return Err(format!("is {}, expected a CKAN package", json::kind(&package)));
    };
    if package.keys().all(|key| matches!(key.as_str(), "name" | "id")) {
        return Err(hollow(&package));
    }
    let state = package.get("state").and_then(Value::as_str).unwrap_or("active");
    if state != "active" {
        return Err(format!(
            "has the state `{state}` there; only `active` packages are taken over"
        ));
    }
    let mut fields = Fields::new(package)?;
    let name = fields.get("name").and_then(json::scalar);
    let source_id = fields
        .text(&["id", "guid", "identifier", "name", "uri"])
        .ok_or("has neither `id` nor `name`; one of them must say which package it is")?;
    if name.as_deref() == Some(source_id.as_str()) {
        fields.take("name");
    }
    let (title, title_en) = titles(&mut fields, name.as_deref())?;
    let (summary, summary_en) =
        bilingual(&mut fields, &["notes", "description"], "notes_translated");
    let resources = resource::resources(fields.take("resources"))?;
    let slug = name.clone().unwrap_or_else(|| source_id.clone());
    let (temporal_start, temporal_end) = temporal(&mut fields);
    let record = ImportRecord {
        source_url: site
            .map(|site| format!("{site}/dataset/{slug}"))
            .or_else(|| fields.text(&["uri"]).filter(|uri| uri.starts_with("http"))),
        source_id,
        title,
        title_en,
        summary: summary.unwrap_or_default(),
        summary_en,
        keywords: keywords(&mut fields),
        themes: themes(&mut fields),
        organization: organization(&mut fields),
        licence: licence(&mut fields),
        frequency: fields.text(FREQUENCY),
        open_class: open_class(&mut fields),
        issued_at: fields.read(&["issued", "metadata_created"], date::moment),
        updated_at: fields.read(&["modified", "metadata_modified"], date::moment),
        version: fields.get("version").and_then(json::scalar),
        spatial: spatial(&mut fields),
        temporal_start,
        temporal_end,
        contact: contact(&mut fields),
        homepage: fields.text(&["url", "landing_page"]),
        resources,
        ..ImportRecord::default()
    };
    Ok(ImportRecord { extras: fields.into_extras(), ..record })
}

/// Says what a package lacks that has at most its identifiers.
fn hollow(package: &Map<String, Value>) -> String {
    let keys: Vec<String> = package.keys().map(|key| format!("`{key}`")).collect();
    let found = if keys.is_empty() {
        "nothing: `id`, `name` and `title` are missing".to_owned()
    } else {
        format!("only {}: `title` and all other fields are missing", keys.join(", "))
    };
    format!("holds {found}; ask CKAN for whole packages, without `fl`")
}

fn titles(fields: &mut Fields, name: Option<&str>) -> Result<(String, Option<String>), String> {
    if let Some(title) = fields.get("title").filter(|title| title.is_object() || title.is_array()) {
        return Err(format!("`title` is {}, expected a text", json::kind(title)));
    }
    let (title, title_en) = bilingual(fields, &["title"], "title_translated");
    let title =
        title.or_else(|| name.map(str::to_owned)).ok_or("has no `title`; give the package one")?;
    Ok((json::one_line(&title), title_en.map(|text| json::one_line(&text))))
}

/// Reads a text and its translations; the Chinese one is the text where there is one.
fn bilingual(
    fields: &mut Fields,
    names: &[&str],
    translated: &str,
) -> (Option<String>, Option<String>) {
    let own = fields.text(names);
    let Some(translations) = fields.get(translated).cloned().map(unpack) else {
        return (own, None);
    };
    let pick = |languages: &[&str]| {
        languages.iter().find_map(|language| translations.get(*language).and_then(json::scalar))
    };
    let chinese = pick(&["zh", "zh_CN", "zh_Hans", "zh-CN"]);
    let english = pick(&["en", "en_GB", "en-US"]);
    let main = chinese.or(own).or_else(|| english.clone());
    let other = english.filter(|english| Some(english) != main.as_ref());
    (main, other)
}

fn keywords(fields: &mut Fields) -> Vec<String> {
    let mut keywords = fields.list("tags");
    for tag in fields.list("tag_string").iter().flat_map(|tags| tags.split(',')) {
        let tag = tag.trim();
        if !tag.is_empty() && !keywords.iter().any(|keyword| keyword == tag) {
            keywords.push(tag.to_owned());
        }
    }
    keywords
}

fn themes(fields: &mut Fields) -> Vec<String> {
    let mut themes = fields.list("groups");
    themes.extend(fields.list("theme"));
    themes.extend(fields.list("category"));
    themes
}

fn licence(fields: &mut Fields) -> Option<String> {
    let id = fields.text(&["license_id"]).filter(|id| id != "notspecified");
    let url = fields.text(&["license_url"]);
    let title = fields.text(&["license_title"]);
    id.or(url).or(title).or_else(|| fields.text(&["license", "licence"]))
}

/// Fields that say who may have a package, as harvesters of DCAT and of DCAT-US write them.
const RIGHTS: [&str; 4] = ["access_rights", "accessRights", "accessLevel", "access_level"];

/// A private package is kept from the public here too. Rights that are stated but not understood
/// never open one; of several the strictest holds.
fn open_class(fields: &mut Fields) -> Option<OpenClass> {
    let privacy = fields.take("private").filter(|value| !is_no(value)).map(|_| OpenClass::None);
    let mut classes: Vec<OpenClass> = privacy.into_iter().collect();
    // A field that is there twice is kept beside the first as an extra.
    for name in RIGHTS.iter().flat_map(|name| [(*name).to_owned(), format!("extra:{name}")]) {
        if let Some(value) = fields.get(&name) {
            add_classes(unpack(value.clone()), &mut classes);
        }
    }
    classes.into_iter().max()
}

fn add_classes(value: Value, classes: &mut Vec<OpenClass>) {
    match value {
        Value::Null => {}
        Value::String(text) if text.trim().is_empty() => {}
        Value::Array(values) => values.into_iter().for_each(|value| add_classes(value, classes)),
        Value::Object(parts) => {
            let texts = parts.values().filter_map(json::scalar);
            let class = texts.filter_map(|text| access::class(&text)).max();
            classes.push(class.unwrap_or(OpenClass::Conditional));
        }
        other => {
            let class = json::scalar(&other).and_then(|text| access::class(&text));
            classes.push(class.unwrap_or(OpenClass::Conditional));
        }
    }
}

fn is_no(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => {
            matches!(
                text.trim().to_ascii_lowercase().as_str(),
                "" | "false" | "0" | "f" | "no" | "n"
            )
        }
        Value::Bool(true) | Value::Array(_) | Value::Object(_) => false,
    }
}

fn organization(fields: &mut Fields) -> Option<ImportOrganization> {
    let owner = fields.take("organization").filter(Value::is_object);
    if let Some(owner) = owner {
        let text = |name: &str| owner.get(name).and_then(json::scalar);
        let source_id = text("name").or_else(|| text("id"));
        let name = text("title").or_else(|| text("display_name")).or_else(|| text("name"));
        if let (Some(source_id), Some(name)) = (source_id, name) {
            let description = text("description");
            return Some(ImportOrganization { source_id, name, name_en: None, description });
        }
    }
    let publisher = fields.get("publisher").cloned().map(unpack);
    let from_list = match &publisher {
        Some(Value::Array(agents)) => agents.first().and_then(named),
        Some(other) => named(other),
        None => None,
    };
    let name = match from_list {
        Some(name) => {
            fields.take("publisher");
            name
        }
        None => fields.text(&["publisher_name", "author", "maintainer"])?,
    };
    let source_id = fields.text(&["publisher_identifier", "publisher_uri"]);
    Some(ImportOrganization {
        source_id: source_id.unwrap_or_else(|| name.clone()),
        name,
        name_en: None,
        description: None,
    })
}

fn spatial(fields: &mut Fields) -> Option<String> {
    let coverage = fields.get("spatial_coverage").cloned().map(unpack);
    let from_list = match &coverage {
        Some(Value::Array(places)) => places
            .iter()
            .find_map(|place| place.get("text").and_then(json::scalar).or_else(|| named(place))),
        _ => None,
    };
    from_list.or_else(|| {
        fields.text(&["spatial_text", "spatial_coverage", "spatial_uri", "geographic_coverage"])
    })
}

type Days = (Option<chrono::NaiveDate>, Option<chrono::NaiveDate>);

fn temporal(fields: &mut Fields) -> Days {
    let coverage = fields.get("temporal_coverage").cloned().map(unpack);
    if let Some(Value::Array(spans)) = &coverage
        && let Some(span) = spans.first()
    {
        let text = |name: &str| span.get(name).and_then(json::scalar);
        let start = text("start").as_deref().and_then(date::first_day);
        let end = text("end").as_deref().and_then(date::last_day);
        if start.is_some() || end.is_some() {
            return (start, end);
        }
    }
    let start = fields.read(&["temporal_start", "temporal_coverage_from"], date::first_day);
    let end = fields.read(&["temporal_end", "temporal_coverage_to"], date::last_day);
    (start, end)
}

fn contact(fields: &mut Fields) -> Option<String> {
    let listed = fields.get("contact").cloned().map(unpack);
    if let Some(Value::Array(contacts)) = &listed
        && let Some(contact) = contacts.first()
    {
        let parts = ["name", "email", "phone"]
            .iter()
            .filter_map(|key| contact.get(*key).and_then(json::scalar))
            .collect::<Vec<_>>();
        if !parts.is_empty() {
            fields.take("contact");
            return Some(parts.join(", "));
        }
    }
    let name = fields.text(&["contact_name", "maintainer", "author", "contact"]);
    let email = fields.text(&["contact_email", "maintainer_email", "author_email"]);
    let parts: Vec<String> = name.into_iter().chain(email).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
