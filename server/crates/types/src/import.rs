//! What importers hand over, and what an import reports (ZON-05).

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::dataset::DataItemView;
use crate::vocabulary::{DatasetState, OpenClass};

/// A record of another catalogue, its values still in that catalogue's words.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ImportRecord {
    /// Its identifier there; never empty.
    pub source_id: String,
    /// Its page there.
    pub source_url: Option<String>,
    /// The catalogue code to keep, where the source has one of ours.
    pub code: Option<String>,
    /// Title; never empty.
    pub title: String,
    /// English title.
    pub title_en: Option<String>,
    /// Summary.
    pub summary: String,
    /// English summary.
    pub summary_en: Option<String>,
    /// Keywords.
    pub keywords: Vec<String>,
    /// Themes, groups or categories: names, codes or URIs.
    pub themes: Vec<String>,
    /// Who publishes it.
    pub organization: Option<ImportOrganization>,
    /// Code of a region of this portal, where the source names one.
    pub region: Option<String>,
    /// Licence: code, title or URI.
    pub licence: Option<String>,
    /// Update frequency: word, code, ISO 8601 duration or URI.
    pub frequency: Option<String>,
    /// How open it is, where the source says so.
    pub open_class: Option<OpenClass>,
    /// In which state it is, where the source says so; otherwise it is published.
    pub state: Option<DatasetState>,
    /// Why it is in this state, in words.
    pub state_reason: Option<String>,
    /// First publication.
    pub issued_at: Option<DateTime<Utc>>,
    /// Last change.
    pub updated_at: Option<DateTime<Utc>>,
    /// Its version there, as it is called there.
    pub version: Option<String>,
    /// Place, in words.
    pub spatial: Option<String>,
    /// First day the data speaks of.
    pub temporal_start: Option<NaiveDate>,
    /// Last day the data speaks of.
    pub temporal_end: Option<NaiveDate>,
    /// Contact, in words.
    pub contact: Option<String>,
    /// Page at the provider.
    pub homepage: Option<String>,
    /// Data items.
    pub items: Vec<DataItemView>,
    /// Files and interfaces.
    pub resources: Vec<ImportResource>,
    /// Catalogue fields of ours by their names in `EntryFields`, for sources that have them
    /// (the demonstration catalogue); merged over what the fields above say.
    pub entry: serde_json::Map<String, serde_json::Value>,
    /// What no field holds, name by name.
    pub extras: BTreeMap<String, String>,
}

/// A publisher as another catalogue describes it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportOrganization {
    /// Its identifier there, or its code here.
    pub source_id: String,
    /// Name.
    pub name: String,
    /// English name.
    pub name_en: Option<String>,
    /// Description.
    pub description: Option<String>,
}

/// A file or interface as another catalogue describes it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ImportResource {
    /// Its identifier there.
    pub source_id: Option<String>,
    /// Title.
    pub title: String,
    /// Description.
    pub description: Option<String>,
    /// Where it is.
    pub url: Option<String>,
    /// A file beside the catalogue, relative to it, whose bytes are taken over.
    pub path: Option<String>,
    /// Format: word, extension or URI.
    pub format: Option<String>,
    /// Media type.
    pub media_type: Option<String>,
    /// Size in bytes.
    pub size_bytes: Option<u64>,
    /// Last change.
    pub updated_at: Option<DateTime<Utc>>,
    /// Whether somebody says to have looked through the file, where a program cannot: it holds the
    /// described data items and nothing else.
    pub items_checked: bool,
}

/// A record that was not taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rejection {
    /// Its identifier, or its place in the file, as in `line 17`.
    pub record: String,
    /// Why, and what would be right.
    pub reason: String,
}

/// What somebody should look at, though nothing was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Note {
    /// The record, or the file, that it is about.
    pub record: String,
    /// What it is.
    pub text: String,
}

/// A value that no controlled vocabulary knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Unmapped {
    /// `licence`, `format`, `frequency` or `theme`.
    pub vocabulary: String,
    /// The value as found.
    pub value: String,
    /// How often.
    pub count: u64,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MergeReport {
    /// New entries.
    pub created: u64,
    /// Entries that changed.
    pub updated: u64,
    /// Entries that were the same.
    pub unchanged: u64,
    /// Records that were not taken over, one by one.
    pub rejected: Vec<Rejection>,
    /// What was taken over but should be looked at.
    #[serde(default)]
    pub notes: Vec<Note>,
    /// Values that no vocabulary knows, most frequent first.
    pub unmapped: Vec<Unmapped>,
}
