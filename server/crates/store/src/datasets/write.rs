//! What is written of a dataset, checked and hashed before it meets the database.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_domain::{Calendar, updating};
use kaishu_types::DatasetCode;
use kaishu_types::china::day_in_china;
use kaishu_types::dataset::{DataItemView, EntryFields};
use kaishu_types::vocabulary::{DatasetState, Format, ResourceKind};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::convert::{check_optional, stored_number};
use crate::{Result, StoreError};

/// PostgreSQL cannot index longer keys.
const MAX_KEY_BYTES: usize = 1000;

/// A longer title is a text at the wrong place, and every list would carry it.
const MAX_TITLE_CHARS: usize = 1_000;

/// A dataset to be created or changed.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryWrite {
    /// The code to keep. Without one, an entry with a known origin keeps its code, and a new entry
    /// is assigned `{organization}-{serial}`.
    pub code: Option<DatasetCode>,
    /// Code of the provider.
    pub organization: String,
    /// Code of the region.
    pub region: String,
    /// The state of a new dataset. An existing one takes it too, unless it was suspended,
    /// withdrawn, retired or destroyed: only [`set_state`](super::set_state) leads out of these.
    pub state: DatasetState,
    /// Why it is in this state, in words that people read.
    pub state_reason: Option<String>,
    /// What the provider wrote.
    pub fields: EntryFields,
    /// Its data items, in order.
    pub items: Vec<DataItemView>,
    /// Its resources, in order.
    pub resources: Vec<ResourceWrite>,
    /// When it first appeared.
    pub published_at: DateTime<Utc>,
    /// When the data last changed.
    pub updated_at: DateTime<Utc>,
    /// Whether the source gives these dates. Where it does not, they are the time of the import, and
    /// an entry that is otherwise the same keeps the dates it has.
    pub is_dated: bool,
    /// Where it comes from, for imported entries.
    pub origin: Option<Origin>,
    /// What is new, in the provider's words; kept with the version if there is a new one.
    pub version_note: String,
    /// Who submitted it, in the name people read; kept with the version if there is a new one (CAT-10).
    pub author: Option<String>,
}

/// The catalogue an entry was imported from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// Name of the catalogue.
    pub source: String,
    /// The identifier there.
    pub source_id: String,
    /// The page there.
    pub url: Option<String>,
}

/// A resource to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResourceWrite {
    /// What people call it.
    pub title: String,
    /// What is in it.
    pub description: Option<String>,
    /// File, interface or link.
    pub kind: ResourceKind,
    /// Its format.
    pub format: Format,
    /// Media type.
    pub media_type: Option<String>,
    /// Where it is, for links, interfaces and files that stand at their provider.
    pub url: Option<String>,
    /// Why a file stands at its provider and is fetched from there for whoever asks (PUB-11).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_place: Option<String>,
    /// Name of the file as uploaded.
    pub file_name: Option<String>,
    /// Size in bytes.
    pub size_bytes: Option<u64>,
    /// SHA-256 of the bytes, lower-case hex.
    pub sha256: Option<String>,
    /// SM3 of the bytes, lower-case hex.
    pub sm3: Option<String>,
    /// Character encoding of a text file.
    pub encoding: Option<String>,
    /// Rows of a table, without its header.
    pub n_rows: Option<u64>,
    /// Columns of a table.
    pub n_columns: Option<u32>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// The identifier at its source.
    pub source_id: Option<String>,
    /// The key of its bytes in the blob storage.
    pub blob_key: Option<String>,
}

/// What became of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upserted {
    /// Its code.
    pub code: DatasetCode,
    /// Whether anything was written.
    pub outcome: Outcome,
}

/// What an upsert did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// There is a new dataset.
    Created,
    /// There is a new version.
    Updated,
    /// Everything was as it is.
    Unchanged,
}

/// An entry that was not taken, while the others of its batch were.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    /// Why, and what would be right.
    pub reason: String,
}

impl Refusal {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

/// An entry that can be written, with what the database is asked for.
pub(super) struct Prepared<'a> {
    pub(super) entry: &'a EntryWrite,
    pub(super) fields: String,
    pub(super) content_hash: String,
    /// The day by which its data is renewed.
    pub(super) next_due: Option<NaiveDate>,
}

/// Everything that makes two writes of an entry equal: the state and the note are not part of it.
#[derive(Serialize)]
struct Content<'a> {
    organization: &'a str,
    region: &'a str,
    fields: &'a EntryFields,
    items: &'a [DataItemView],
    resources: Cow<'a, [ResourceWrite]>,
    published_at: Option<DateTime<Utc>>,
    updated_at: Option<DateTime<Utc>>,
    origin: &'a Option<Origin>,
}

/// Takes the time of the import out of the resources of an entry without dates.
fn hashed_resources(entry: &EntryWrite) -> Cow<'_, [ResourceWrite]> {
    if entry.is_dated {
        return Cow::Borrowed(&entry.resources);
    }
    let without_time = |resource: &ResourceWrite| {
        let is_own = resource.updated_at != entry.updated_at;
        let updated_at = if is_own { resource.updated_at } else { DateTime::UNIX_EPOCH };
        ResourceWrite { updated_at, ..resource.clone() }
    };
    Cow::Owned(entry.resources.iter().map(without_time).collect())
}

/// Checks an entry and computes its hash.
pub(super) fn prepare<'a>(
    entry: &'a EntryWrite,
    calendar: &Calendar,
) -> std::result::Result<Prepared<'a>, Refusal> {
    let refuse = |error: StoreError| Refusal::new(error.to_string());
    check(entry).map_err(refuse)?;
    let content = Content {
        organization: &entry.organization,
        region: &entry.region,
        fields: &entry.fields,
        items: &entry.items,
        resources: hashed_resources(entry),
        published_at: entry.is_dated.then_some(entry.published_at),
        updated_at: entry.is_dated.then_some(entry.updated_at),
        origin: &entry.origin,
    };
    // Struct order and sorted maps make this text canonical.
    let text = to_json(&content).map_err(refuse)?;
    if let Some(place) = find_nul(&text) {
        return Err(Refusal::new(format!(
            "a text holds a NUL character, which cannot be stored (near `{place}`); remove it"
        )));
    }
    let fields = to_json(&entry.fields).map_err(refuse)?;
    Ok(Prepared {
        entry,
        fields,
        content_hash: crate::blobs::hex(&Sha256::digest(text.as_bytes())),
        next_due: updating::next_due(
            calendar,
            entry.fields.frequency,
            day_in_china(entry.updated_at),
        ),
    })
}

fn check(entry: &EntryWrite) -> Result<()> {
    if entry.fields.title.trim().is_empty() {
        return Err(StoreError::invalid("the title is empty; give the dataset a name"));
    }
    for title in [Some(&entry.fields.title), entry.fields.title_en.as_ref()].into_iter().flatten() {
        let n_chars = title.chars().count();
        if n_chars > MAX_TITLE_CHARS {
            return Err(StoreError::invalid(format!(
                "the title has {n_chars} characters, at most {MAX_TITLE_CHARS} can be kept; \
                 shorten it, the summary has room"
            )));
        }
    }
    check_optional(entry.state_reason.as_deref(), "the reason for the state")?;
    if entry.version_note.contains('\0') {
        return Err(StoreError::invalid("the version note holds a NUL character; remove it"));
    }
    for resource in &entry.resources {
        for number in [resource.size_bytes, resource.n_rows].into_iter().flatten() {
            let _: i64 = stored_number(number, &format!("resource `{}`", resource.title))?;
        }
    }
    let Some(origin) = &entry.origin else {
        return Ok(());
    };
    for (name, key) in [("source", &origin.source), ("source_id", &origin.source_id)] {
        if key.is_empty() {
            return Err(StoreError::invalid(format!("`{name}` of the origin is empty")));
        }
        if key.len() > MAX_KEY_BYTES {
            return Err(StoreError::invalid(format!(
                "`{name}` of the origin has {} bytes; at most {MAX_KEY_BYTES} can be kept",
                key.len()
            )));
        }
    }
    Ok(())
}

/// Finds an escaped NUL in JSON, and returns a few characters around it.
fn find_nul(json: &str) -> Option<String> {
    for (place, _) in json.match_indices("\\u0000") {
        let slashes = json.as_bytes()[..place].iter().rev().take_while(|b| **b == b'\\').count();
        if slashes % 2 == 0 {
            let before: Vec<char> = json[..place].chars().rev().take(20).collect();
            return Some(before.into_iter().rev().collect());
        }
    }
    None
}

/// Writes JSON for a column.
pub(super) fn to_json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| StoreError::invalid(format!("a value cannot be written as JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use super::find_nul;

    #[test]
    fn an_escaped_backslash_before_u0000_is_no_nul() {
        assert_eq!(find_nul(r#"{"a":"x\\u0000"}"#), None);
        assert_eq!(find_nul(r#"{"a":"x\u0000"}"#).as_deref(), Some(r#"{"a":"x"#));
        assert_eq!(find_nul(r#"{"a":"\\\u0000"}"#).as_deref(), Some(r#"{"a":"\\"#));
        assert_eq!(find_nul("{}"), None);
    }
}
