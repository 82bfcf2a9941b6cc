//! Files and interfaces of a dataset, and the versions they belong to.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::DataItemView;
use crate::draft::ChangeBasis;
use crate::vocabulary::{Format, ResourceKind};

/// A file or an interface of a dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResourceView {
    /// Number of the resource, unique on the portal.
    pub id: i64,
    /// What people call it.
    pub title: String,
    /// What is in it.
    #[serde(default)]
    pub description: Option<String>,
    /// File, interface or link.
    pub kind: ResourceKind,
    /// Its format.
    pub format: Format,
    /// Media type, as in `text/csv`.
    #[serde(default)]
    pub media_type: Option<String>,
    /// Where it is, for links and interfaces.
    #[serde(default)]
    pub url: Option<String>,
    /// Why the file stands at its provider and is fetched from there for whoever asks (PUB-11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_place: Option<String>,
    /// Name of the file as uploaded.
    #[serde(default)]
    pub file_name: Option<String>,
    /// Size in bytes.
    #[serde(default)]
    pub size_bytes: Option<u64>,
    /// SHA-256 of the bytes, lower-case hex.
    #[serde(default)]
    pub sha256: Option<String>,
    /// SM3 of the bytes, lower-case hex.
    #[serde(default)]
    pub sm3: Option<String>,
    /// Character encoding of a text file.
    #[serde(default)]
    pub encoding: Option<String>,
    /// Rows of a table, without its header.
    #[serde(default)]
    pub n_rows: Option<u64>,
    /// Columns of a table.
    #[serde(default)]
    pub n_columns: Option<u32>,
    /// The version it came with.
    pub version: u32,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// The identifier at its source.
    #[serde(default)]
    pub source_id: Option<String>,
}

/// On what a revision of a published entry rests (CAT-09, CAT-10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BasisOfChange {
    /// What kind of change it is.
    pub kind: ChangeBasis,
    /// The document, decision or finding that it follows.
    pub reference: String,
}

/// An immutable publication (PUB-14, CAT-10).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VersionView {
    /// Counts from 1.
    pub number: u32,
    /// What is new, in the provider's words.
    pub note: String,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// The name of who submitted it; none for what was imported (CAT-10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Code of the organization that provided it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// On what the change rests; none for the first version, for new data of the same structure, and where nobody
    /// asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<BasisOfChange>,
    /// Names of the catalogue fields that differ from the version before.
    #[serde(default)]
    pub changed_fields: Vec<String>,
    /// Resources of this version.
    #[serde(default)]
    pub resources: Vec<ResourceView>,
    /// Whether the entry and every data item of it were unconditional. It decides whether the files
    /// of the version may leave and is told to nobody: it would speak of items that are not shown.
    #[serde(skip)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub is_wholly_open: bool,
    /// Whether the entry was public when this was its version. Like the other two it is told to
    /// nobody and decides what is shown.
    #[serde(skip)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub is_public: bool,
    /// Whether the data items that the public may know of differ from those of the version before.
    #[serde(skip)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub changes_public_items: bool,
    /// Data items of a version before the current one that are masked or sensitive: they go on to guard
    /// the files that only such versions have.
    #[serde(skip)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub guards: Vec<DataItemView>,
}
