//! From a record in another catalogue's words to an entry in ours.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_domain::visibility;
use kaishu_interop::{Outcome, vocabulary};
use kaishu_store::datasets::{EntryWrite, Origin, ResourceWrite};
use kaishu_store::organizations::NewOrganization;
use kaishu_store::regions::NewRegion;
use kaishu_types::DatasetCode;
use kaishu_types::dataset::{EntryFields, OpenTerms, Provenance, ShareTerms};
use kaishu_types::import::{ImportOrganization, ImportRecord, ImportResource};
use kaishu_types::vocabulary::{
    CatalogueKind, DatasetState, Format, Frequency, OpenClass, OrganizationKind, RegionLevel,
    ResourceKind, Term,
};
use serde_json::Value;

use super::Options;
use super::classes::Classes;
use super::columns::Items;
use super::contents::{self, Contents};
use super::folder::{Folder, Located};
use super::organizations::{code_of, slug};
use crate::{Error, Portal, Result};

/// Turns records into entries, remembering what it met.
pub(super) struct Merger {
    source: Option<String>,
    prefix: String,
    region: String,
    known_organizations: HashSet<String>,
    /// Codes of organizations that the rules in force do not cover: nothing of theirs is taken over.
    pub(super) uncovered: HashSet<String>,
    unmapped: BTreeMap<(String, String), u64>,
    notes: Vec<String>,
    started_at: DateTime<Utc>,
    moved: TimeDelta,
    defaults: Classes,
    /// Where files named by records lie.
    pub(super) folder: Option<Folder>,
}

/// An entry, or why there is none.
type Merged = std::result::Result<EntryWrite, String>;

impl Merger {
    /// Prepares the region and the vocabularies that entries will name.
    pub(super) async fn new(portal: &Portal, options: &Options) -> Result<Self> {
        let region = options.region.clone().unwrap_or_else(|| portal.site().region.clone());
        ensure_vocabularies(portal).await?;
        ensure_region(portal, &region, options.region.is_some()).await?;
        let prefix = options.source.as_deref().map(slug).filter(|it| !it.is_empty());
        let directory = portal.directory();
        let known_organizations =
            directory.organizations.iter().map(|it| it.named.code.clone()).collect();
        Ok(Self {
            source: options.source.clone(),
            prefix: prefix.unwrap_or_else(|| "SRC".to_owned()),
            region,
            known_organizations,
            uncovered: HashSet::new(),
            unmapped: BTreeMap::new(),
            notes: Vec::new(),
            started_at: portal.now(),
            moved: TimeDelta::try_days(options.days_moved).unwrap_or_default(),
            defaults: Classes::of(portal.policy(), options.source.as_deref()),
            folder: None,
        })
    }

    /// Writes the publishers of a batch that are not known yet.
    pub(super) async fn write_organizations(
        &mut self,
        portal: &Portal,
        batch: &[Outcome],
    ) -> Result<()> {
        let mut new: BTreeMap<String, ImportOrganization> = BTreeMap::new();
        for record in batch.iter().filter_map(|outcome| outcome.as_ref().ok()) {
            let organization = self.publisher(record);
            let code = self.organization_code(record);
            if !self.known_organizations.contains(&code) && !self.uncovered.contains(&code) {
                new.entry(code).or_insert(organization);
            }
        }
        let region = self.region.parse().map_err(|_| {
            Error::field("region", format!("`{}` is no code of a region", self.region))
        })?;
        let mut organizations = Vec::with_capacity(new.len());
        for (code, organization) in new {
            let Ok(parsed) = code.parse() else {
                return Err(Error::Internal(format!("`{code}` was made as a code and is none")));
            };
            organizations.push(NewOrganization {
                code: parsed,
                name: without_nul(&organization.name),
                name_en: organization.name_en,
                kind: OrganizationKind::StateOrgan,
                level: RegionLevel::Prefecture,
                region: kaishu_types::RegionCode::clone(&region),
                parent: None,
                description: organization.description.map(|text| without_nul(&text)),
                responsible_head: None,
                contact: None,
                homepage: None,
                is_imported: true,
            });
            self.known_organizations.insert(code);
        }
        if !organizations.is_empty() {
            kaishu_store::organizations::upsert(&portal.inner.store, &organizations).await?;
        }
        Ok(())
    }

    fn publisher(&self, record: &ImportRecord) -> ImportOrganization {
        let name = self.source.clone().unwrap_or_else(|| "local".to_owned());
        match &record.organization {
            Some(organization) if !organization.name.trim().is_empty() => organization.clone(),
            Some(organization) if !organization.source_id.is_empty() => {
                ImportOrganization { name: organization.source_id.clone(), ..organization.clone() }
            }
            _ => ImportOrganization { source_id: name.clone(), name, ..Default::default() },
        }
    }

    fn organization_code(&self, record: &ImportRecord) -> String {
        let organization = self.publisher(record);
        // A record of this portal's own names an organization by its code.
        if self.source.is_none() {
            return organization.source_id.to_ascii_uppercase();
        }
        code_of(&self.prefix, &organization)
    }

    /// Turns a record into an entry.
    pub(super) async fn entry(
        &mut self,
        portal: &Portal,
        mut record: ImportRecord,
    ) -> Result<Merged> {
        let note = record
            .extras
            .remove("version_note")
            .or_else(|| record.version.as_ref().map(|version| format!("导入，来源版本 {version}")))
            .unwrap_or_else(|| "导入".to_owned());
        let code = match record.code.as_deref().map(str::parse::<DatasetCode>).transpose() {
            Ok(code) => code,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let organization = self.organization_code(&record);
        if self.uncovered.contains(&organization) {
            return Ok(Err(format!(
                "its organization `{organization}` is of a kind that the rules in force do not cover"
            )));
        }
        let region = record.region.clone().unwrap_or_else(|| self.region.clone());
        let moved = |moment: DateTime<Utc>| moment.checked_add_signed(self.moved);
        let issued_at = record.issued_at.and_then(moved);
        let updated_at = record.updated_at.and_then(moved).or(issued_at).unwrap_or(self.started_at);
        let published_at = issued_at.unwrap_or(updated_at).min(updated_at);
        let fields = match self.fields(&record) {
            Ok(fields) => fields,
            Err(reason) => return Ok(Err(reason)),
        };
        let mut items = Items::new(record.items, fields.open.class, fields.share.class);
        let mut resources = Vec::with_capacity(record.resources.len());
        for resource in record.resources {
            match self.resource(portal, resource, updated_at, &mut items).await? {
                Ok(resource) => resources.push(resource),
                Err(reason) => return Ok(Err(reason)),
            }
        }
        let origin = self.source.clone().map(|source| Origin {
            source,
            source_id: record.source_id,
            url: record.source_url,
        });
        let class = visibility::shown_class(fields.open.class, visibility::classes(&items.list));
        let is_published = record.state.is_none_or(|state| state == DatasetState::Published);
        if resources.is_empty() && is_published && class != OpenClass::None {
            let text = "is published without a file or interface; mount one, or give it class none (PUB-01)";
            self.notes.push(text.to_owned());
        } else if is_published
            && class != OpenClass::None
            && !resources.iter().any(|it| it.format.is_machine_readable())
        {
            let text = "has nothing that programs can read; add a CSV, XLSX, JSON, XML or GeoJSON of the same data (PUB-03)";
            self.notes.push(text.to_owned());
        }
        Ok(Ok(EntryWrite {
            code,
            organization,
            region: region.to_ascii_uppercase(),
            state: record.state.unwrap_or(DatasetState::Published),
            state_reason: record.state_reason,
            fields,
            items: items.list,
            resources,
            published_at,
            updated_at,
            is_dated: record.updated_at.is_some() || record.issued_at.is_some(),
            origin,
            version_note: note,
            author: None,
        }))
    }

    fn fields(&mut self, record: &ImportRecord) -> std::result::Result<EntryFields, String> {
        let theme = self.theme(&record.themes);
        let licence = self.mapped("licence", record.licence.as_deref(), vocabulary::licence);
        let frequency =
            self.mapped("frequency", record.frequency.as_deref(), vocabulary::frequency);
        let mut extras = record.extras.clone();
        if self.source.is_some() {
            keep_unsaid(&mut extras, "licence", record.licence.as_ref(), licence.is_some());
            keep_unsaid(&mut extras, "frequency", record.frequency.as_ref(), frequency.is_some());
        }
        let fields = EntryFields {
            title: record.title.clone(),
            title_en: record.title_en.clone(),
            summary: record.summary.clone(),
            summary_en: record.summary_en.clone(),
            keywords: record.keywords.clone(),
            theme: theme.to_owned(),
            industry: None,
            kind: CatalogueKind::Business,
            base_db: None,
            record_key: Vec::new(),
            frequency: frequency.unwrap_or(Frequency::Irregular),
            licence: licence.unwrap_or("not-specified").to_owned(),
            open: OpenTerms {
                class: record.open_class.unwrap_or(self.defaults.open),
                grounds: Vec::new(),
                reason: None,
                basis: Vec::new(),
                conditions: Vec::new(),
                modes: Vec::new(),
                security_measures: None,
                agreement: None,
                materials: Vec::new(),
            },
            share: ShareTerms {
                class: self.defaults.share,
                conditions: Vec::new(),
                modes: Vec::new(),
                scope: None,
                basis: Vec::new(),
            },
            usage_requirements: None,
            security_level: 1,
            priority: Vec::new(),
            spatial: record.spatial.clone(),
            temporal_start: record.temporal_start,
            temporal_end: record.temporal_end,
            source: None,
            source_system: None,
            business_matter: None,
            mgmt_responsibility: None,
            collector: None,
            certifier: None,
            classification: None,
            data_form: Vec::new(),
            provenance: Provenance::default(),
            contact: record.contact.clone(),
            homepage: record.homepage.clone(),
            extras,
        };
        overlay(fields, record)
    }

    fn theme(&mut self, raw: &[String]) -> &'static str {
        let mut found = None;
        for value in raw {
            match vocabulary::theme(value) {
                Some(code) => found = found.or(Some(code)),
                None => self.note_unmapped("theme", value),
            }
        }
        found.unwrap_or("other")
    }

    fn mapped<T>(
        &mut self,
        name: &str,
        raw: Option<&str>,
        map: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let raw = raw.map(str::trim).filter(|raw| !raw.is_empty())?;
        let found = map(raw);
        if found.is_none() {
            self.note_unmapped(name, raw);
        }
        found
    }

    fn note_unmapped(&mut self, vocabulary: &str, value: &str) {
        let value: String = value.chars().take(200).collect();
        *self.unmapped.entry((vocabulary.to_owned(), value)).or_default() += 1;
    }

    async fn resource(
        &mut self,
        portal: &Portal,
        resource: ImportResource,
        updated_at: DateTime<Utc>,
        items: &mut Items,
    ) -> Result<std::result::Result<ResourceWrite, String>> {
        let word = resource.format.as_deref();
        let known =
            vocabulary::format(word, resource.media_type.as_deref(), resource.url.as_deref());
        if let (None, Some(word)) = (known, word.filter(|word| !word.trim().is_empty())) {
            self.note_unmapped("format", word);
        }
        let format = known.unwrap_or(Format::Other);
        let mut written = ResourceWrite {
            title: if resource.title.trim().is_empty() {
                format.as_str().to_uppercase()
            } else {
                resource.title
            },
            description: resource.description,
            kind: if format == Format::Api { ResourceKind::Api } else { ResourceKind::Link },
            format,
            media_type: resource.media_type,
            url: resource.url,
            in_place: None,
            file_name: None,
            size_bytes: resource.size_bytes,
            sha256: None,
            sm3: None,
            encoding: None,
            n_rows: None,
            n_columns: None,
            updated_at: resource.updated_at.unwrap_or(updated_at),
            source_id: resource.source_id,
            blob_key: None,
        };
        let Some(path) = resource.path else { return Ok(Ok(written)) };
        let Some(folder) = &self.folder else {
            return Ok(Err(format!(
                "resource `{}` names a file, and there is no folder",
                written.title
            )));
        };
        let Some(file) = folder.locate(&path)? else {
            return Ok(Err(format!(
                "resource `{}`: there is no file `{path}` in the folder",
                written.title
            )));
        };
        let format = contents::format_of(&file, &path, known).await?;
        if known.is_some_and(|known| known != format) {
            self.notes.push(format!(
                "the file `{path}` is called {} and is {}; it was taken as what it is",
                written.format.as_str(),
                format.as_str()
            ));
        }
        written.format = format;
        let contents = contents::look(&file, &path, format).await?;
        if let Contents::Table(summary) = &contents {
            written.encoding = Some(summary.encoding.clone());
            written.n_rows = Some(summary.n_rows);
            written.n_columns = u32::try_from(summary.columns.len()).ok();
        }
        match items.meet(&path, &contents, resource.items_checked) {
            Ok(remark) => self.notes.extend(remark),
            Err(reason) => return Ok(Err(reason)),
        }
        let blobs = &portal.inner.blobs;
        let stored = match file {
            Located::Memory(bytes) => blobs.put_bytes(bytes).await?,
            Located::Disk(path) => blobs.put_file(&path).await?,
        };
        written.kind = ResourceKind::File;
        written.file_name = path.rsplit('/').next().map(str::to_owned);
        written.size_bytes = Some(stored.size_bytes);
        written.sha256 = Some(stored.sha256);
        written.sm3 = Some(stored.sm3);
        written.blob_key = Some(stored.key);
        Ok(Ok(written))
    }

    /// Returns what should be looked at of the entry that was last made.
    pub(super) fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// Returns the values that no vocabulary knew since the last call.
    pub(super) fn take_unmapped(&mut self) -> BTreeMap<(String, String), u64> {
        std::mem::take(&mut self.unmapped)
    }
}

/// Lays the fields that a source has in our own words over the others.
fn overlay(fields: EntryFields, record: &ImportRecord) -> std::result::Result<EntryFields, String> {
    if record.entry.is_empty() {
        return Ok(fields);
    }
    let mut value = serde_json::to_value(&fields).map_err(|error| error.to_string())?;
    lay_over(&mut value, &Value::Object(record.entry.clone()));
    serde_json::from_value(value)
        .map_err(|error| format!("the fields of the entry do not fit: {error}"))
}

/// Replaces values by those given; objects are gone through, since a source may say only a part.
fn lay_over(value: &mut Value, given: &Value) {
    match (value, given) {
        (Value::Object(object), Value::Object(given)) => {
            for (name, part) in given {
                lay_over(object.entry(name.clone()).or_insert(Value::Null), part);
            }
        }
        (value, given) => *value = given.clone(),
    }
}

/// Keeps what no word of ours says in the source's own.
fn keep_unsaid(
    extras: &mut BTreeMap<String, String>,
    name: &str,
    raw: Option<&String>,
    is_said: bool,
) {
    if let Some(raw) = raw.filter(|raw| !is_said && !raw.trim().is_empty()) {
        extras.entry(name.to_owned()).or_insert_with(|| raw.clone());
    }
}

fn without_nul(text: &str) -> String {
    text.replace('\0', "")
}

/// Every portal starts with the national themes and the licences; an authority may change them.
async fn ensure_vocabularies(portal: &Portal) -> Result<()> {
    let directory = portal.directory();
    let lists = [("theme", vocabulary::THEMES), ("licence", vocabulary::LICENCES)];
    let mut missing = Vec::new();
    for (name, terms) in lists {
        for (place, term) in terms.iter().enumerate() {
            if directory.term(name, term.code).is_none() {
                missing.push(Term {
                    vocabulary: name.to_owned(),
                    code: term.code.to_owned(),
                    label_zh: term.label_zh.to_owned(),
                    label_en: term.label_en.to_owned(),
                    uri: term.uri.map(str::to_owned),
                    position: i32::try_from(place).unwrap_or(i32::MAX),
                });
            }
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    kaishu_store::vocabulary::upsert(&portal.inner.store, &missing).await?;
    portal.reload_directory().await
}

/// The region of the portal itself is made where there is none; one that was asked for must exist.
async fn ensure_region(portal: &Portal, code: &str, was_asked_for: bool) -> Result<()> {
    if portal.directory().region(&code.to_ascii_uppercase()).is_some() {
        return Ok(());
    }
    if was_asked_for {
        return Err(Error::field("region", format!("`{code}` does not exist on this portal")));
    }
    let site = portal.site();
    let parsed = code
        .parse()
        .map_err(|_| Error::Configuration(format!("`{code}` is no code of a region")))?;
    let region = NewRegion {
        code: parsed,
        name: site.name.zh.clone(),
        name_en: Some(site.name.en.clone()),
        level: RegionLevel::Prefecture,
        parent: None,
        description: None,
        authority: None,
        position: 0,
    };
    kaishu_store::regions::upsert(&portal.inner.store, &[region]).await?;
    portal.reload_directory().await
}
