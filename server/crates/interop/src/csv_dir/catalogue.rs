//! A line of `catalogue.csv` becomes a record.

use kaishu_types::dataset::LegalBasis;
use kaishu_types::import::{ImportOrganization, ImportRecord};
use kaishu_types::vocabulary::{
    CatalogueKind, DatasetState, Frequency, OpenClass, ShareClass, Term,
};
use kaishu_types::{DatasetCode, OrganizationCode, RegionCode};
use serde_json::{Map, Value, json};

use super::cell::Cells;
use super::related::Parts;
use super::{OrganizationRow, Row};
use crate::json::one_line;
use crate::vocabulary;

pub(super) const COLUMNS: &[&str] = &[
    "code",
    "title",
    "title_en",
    "summary",
    "summary_en",
    "keywords",
    "theme",
    "organization",
    "region",
    "kind",
    "frequency",
    "licence",
    "open_class",
    "open_grounds",
    "open_reason",
    "open_basis",
    "open_conditions",
    "open_modes",
    "open_materials",
    "security_measures",
    "share_class",
    "share_conditions",
    "share_modes",
    "share_scope",
    "share_basis",
    "usage_requirements",
    "security_level",
    "priority",
    "spatial",
    "temporal_start",
    "temporal_end",
    "source",
    "source_system",
    "business_matter",
    "mgmt_responsibility",
    "collector",
    "certifier",
    "classification",
    "data_form",
    "contact",
    "homepage",
    "published_at",
    "updated_at",
    "version_note",
    "state",
    "state_reason",
    "industry",
    "base_db",
];

/// Columns that go into the entry as they are.
const TEXTS: &[&str] = &[
    "title_en",
    "summary",
    "summary_en",
    "usage_requirements",
    "spatial",
    "source",
    "source_system",
    "business_matter",
    "mgmt_responsibility",
    "collector",
    "certifier",
    "classification",
    "contact",
    "homepage",
    "industry",
    "base_db",
];
const LISTS: &[&str] = &["keywords", "priority", "data_form"];

/// The values that themes, licences and organizations may have.
pub(super) struct Vocabularies<'a> {
    themes: Vec<&'a str>,
    licences: Vec<&'a str>,
    organizations: &'a [OrganizationRow],
}

impl<'a> Vocabularies<'a> {
    /// Takes the terms of the folder; where it has none of a kind, the usual ones hold.
    pub(super) fn new(terms: &'a [Term], organizations: &'a [OrganizationRow]) -> Self {
        let of = |name: &str, usual: &[vocabulary::KnownTerm]| -> Vec<&'a str> {
            let given: Vec<&str> = terms
                .iter()
                .filter(|term| term.vocabulary == name)
                .map(|term| term.code.as_str())
                .collect();
            if given.is_empty() { usual.iter().map(|term| term.code).collect() } else { given }
        };
        Self {
            themes: of("theme", vocabulary::THEMES),
            licences: of("licence", vocabulary::LICENCES),
            organizations,
        }
    }
}

/// Maps a line; the error is the reason for its rejection.
pub(super) fn record(
    row: &Row,
    vocabularies: &Vocabularies<'_>,
    parts: &mut Parts<'_>,
) -> Result<ImportRecord, String> {
    let cells = Cells { file: "catalogue.csv", row };
    let written = cells.required("code")?;
    // The parts are taken even when the line is refused, so that they are not refused once more.
    let key = written.to_ascii_uppercase();
    let open_class: Result<Option<OpenClass>, String> = cells.word("open_class");
    let share_class: Result<Option<ShareClass>, String> = cells.word("share_class");
    let items = parts.items(
        &key,
        open_class.clone().unwrap_or_default(),
        share_class.clone().unwrap_or_default(),
    );
    let resources = parts.resources(&key);
    let code: DatasetCode = cells.code("code")?.ok_or("the line has no code")?;
    let title = one_line(&cells.required("title")?);
    // An own catalogue says how open each dataset is; nothing is opened because a cell is empty.
    let open_class = open_class?.ok_or_else(|| cells.empty_word::<OpenClass>("open_class"))?;
    let homepage = cells.address("homepage")?;
    let entry = entry(cells, &title, vocabularies, open_class, share_class?)?;
    let region: Option<RegionCode> = cells.code("region")?;
    let frequency: Option<Frequency> = cells.word("frequency")?;
    Ok(ImportRecord {
        source_id: code.to_string(),
        code: Some(code.to_string()),
        title,
        title_en: cells.text("title_en"),
        summary: cells.text("summary").unwrap_or_default(),
        summary_en: cells.text("summary_en"),
        keywords: cells.list("keywords"),
        themes: cells.text("theme").into_iter().collect(),
        organization: organization(cells, vocabularies)?,
        region: region.map(|region| region.to_string()),
        licence: cells.text("licence"),
        frequency: frequency.map(|frequency| frequency.as_str().to_owned()),
        open_class: Some(open_class),
        state: state(cells)?,
        state_reason: cells.text("state_reason"),
        issued_at: cells.moment("published_at")?,
        updated_at: cells.moment("updated_at")?,
        spatial: cells.text("spatial"),
        temporal_start: cells.day("temporal_start", false)?,
        temporal_end: cells.day("temporal_end", true)?,
        contact: cells.text("contact"),
        homepage,
        items: items?,
        resources: resources?,
        entry,
        extras: cells
            .text("version_note")
            .map(|note| ("version_note".to_owned(), note))
            .into_iter()
            .collect(),
        ..ImportRecord::default()
    })
}

/// Reads a state that the public knows; what is still being worked on is no catalogue yet.
fn state(cells: Cells<'_>) -> Result<Option<DatasetState>, String> {
    use DatasetState::{Published, Retired, Suspended, Withdrawn};
    let state: Option<DatasetState> = cells.word("state")?;
    match state {
        Some(Published | Suspended | Withdrawn | Retired) | None => Ok(state),
        Some(other) => Err(cells.wrong(
            "state",
            other.as_str(),
            "one of published, suspended, withdrawn, retired",
        )),
    }
}

fn organization(
    cells: Cells<'_>,
    vocabularies: &Vocabularies<'_>,
) -> Result<Option<ImportOrganization>, String> {
    let Some(code) = cells.code::<OrganizationCode>("organization")? else {
        return Ok(None);
    };
    let row = vocabularies.organizations.iter().find(|row| row.code == code);
    Ok(Some(ImportOrganization {
        source_id: code.to_string(),
        name: row.map_or_else(|| code.to_string(), |row| row.name.clone()),
        name_en: row.and_then(|row| row.name_en.clone()),
        description: row.and_then(|row| row.description.clone()),
    }))
}

/// Fills in the fields of ours, by their names; an empty cell says nothing.
fn entry(
    cells: Cells<'_>,
    title: &str,
    vocabularies: &Vocabularies<'_>,
    open_class: OpenClass,
    share_class: Option<ShareClass>,
) -> Result<Map<String, Value>, String> {
    let mut entry = Map::new();
    entry.insert("title".to_owned(), json!(title));
    for column in TEXTS {
        put(&mut entry, column, cells.text(column).map(Value::String));
    }
    for column in LISTS {
        put(&mut entry, column, list(cells.list(column)));
    }
    put(&mut entry, "theme", term(cells, "theme", &vocabularies.themes)?);
    put(&mut entry, "licence", term(cells, "licence", &vocabularies.licences)?);
    let kind: Option<CatalogueKind> = cells.word("kind")?;
    put(&mut entry, "kind", kind.map(|kind| json!(kind)));
    let frequency: Option<Frequency> = cells.word("frequency")?;
    put(&mut entry, "frequency", frequency.map(|frequency| json!(frequency)));
    put(&mut entry, "temporal_start", cells.day("temporal_start", false)?.map(|day| json!(day)));
    put(&mut entry, "temporal_end", cells.day("temporal_end", true)?.map(|day| json!(day)));
    put(&mut entry, "security_level", security_level(cells)?.map(|level| json!(level)));
    let mut open = Map::new();
    put(&mut open, "class", Some(json!(open_class)));
    put(&mut open, "grounds", list(cells.list("open_grounds")));
    put(&mut open, "reason", cells.text("open_reason").map(Value::String));
    put(&mut open, "basis", basis(&cells.basis("open_basis")?));
    put(&mut open, "conditions", list(cells.list("open_conditions")));
    put(&mut open, "modes", list(cells.list("open_modes")));
    put(&mut open, "materials", list(cells.list("open_materials")));
    put(&mut open, "security_measures", cells.text("security_measures").map(Value::String));
    put(&mut entry, "open", Some(Value::Object(open)));
    let mut share = Map::new();
    put(&mut share, "class", share_class.map(|class| json!(class)));
    put(&mut share, "conditions", list(cells.list("share_conditions")));
    put(&mut share, "modes", list(cells.list("share_modes")));
    put(&mut share, "scope", cells.text("share_scope").map(Value::String));
    put(&mut share, "basis", basis(&cells.basis("share_basis")?));
    put(&mut entry, "share", (!share.is_empty()).then_some(Value::Object(share)));
    Ok(entry)
}

fn put(map: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        map.insert(name.to_owned(), value);
    }
}

fn list(values: Vec<String>) -> Option<Value> {
    (!values.is_empty()).then(|| json!(values))
}

fn basis(entries: &[LegalBasis]) -> Option<Value> {
    (!entries.is_empty()).then(|| json!(entries))
}

fn term(cells: Cells<'_>, column: &str, known: &[&str]) -> Result<Option<Value>, String> {
    let Some(value) = cells.text(column) else {
        return Ok(None);
    };
    if !known.contains(&value.as_str()) {
        return Err(cells.wrong(column, &value, &format!("one of {}", known.join(", "))));
    }
    Ok(Some(Value::String(value)))
}

fn security_level(cells: Cells<'_>) -> Result<Option<u8>, String> {
    let level: Option<u8> = cells.number("security_level", "one of 1, 2, 3, 4")?;
    match level {
        Some(level) if !(1..=4).contains(&level) => {
            Err(cells.wrong("security_level", &level.to_string(), "one of 1, 2, 3, 4"))
        }
        other => Ok(other),
    }
}
