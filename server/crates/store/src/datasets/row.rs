//! Between rows and the parts of an entry.

use chrono::{DateTime, Utc};
use kaishu_domain::visibility;
use kaishu_types::dataset::{DataItemView, EntryFields, ResourceView, SourceView, VersionView};
use kaishu_types::organization::Named;
use kaishu_types::vocabulary::OpenClass;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::DerivePartialModel;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::write::{EntryWrite, ResourceWrite};
use crate::convert::{number, stored_number, to_stored, word};
use crate::entity::{data_item, dataset, dataset_version, resource};
use crate::{Result, StoreError};

/// What a superseded version keeps of its entry.
#[derive(Serialize, Deserialize)]
pub(super) struct Superseded {
    pub(super) fields: EntryFields,
    pub(super) items: Vec<DataItemView>,
    /// Who provided it; what was superseded before this was kept has none.
    #[serde(default)]
    pub(super) organization: Option<Named>,
}

/// Reads a JSON column.
pub(super) fn from_json<T: DeserializeOwned>(text: &str, row: &str, column: &str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|error| StoreError::corrupt(format!("{row}, column `{column}`: {error}")))
}

/// Reads the fields of a dataset.
pub(crate) fn fields(row: &dataset::Model) -> Result<EntryFields> {
    from_json(&row.fields, &format!("dataset `{}`", row.code), "fields")
}

/// Returns where a dataset was imported from.
pub(super) fn origin(row: &dataset::Model) -> Result<Option<SourceView>> {
    match (&row.source_name, &row.source_id, row.imported_at) {
        (None, None, None) => Ok(None),
        (Some(name), Some(id), Some(imported_at)) => Ok(Some(SourceView {
            name: name.clone(),
            id: id.clone(),
            url: row.source_url.clone(),
            imported_at,
        })),
        _ => Err(StoreError::corrupt(format!("dataset `{}` has half an origin", row.code))),
    }
}

/// Returns the class by which an entry is listed: the strictest of its public items.
pub(super) fn open_class(entry: &EntryWrite) -> OpenClass {
    visibility::shown_class(entry.fields.open.class, visibility::classes(&entry.items))
}

/// Reads a data item.
pub(super) fn item_view(row: data_item::Model) -> Result<DataItemView> {
    let what = format!("data item {}", row.id);
    let length = match row.length {
        None => None,
        Some(length) => Some(number(length, &what, "length")?),
    };
    Ok(DataItemView {
        item_type: word(&row.item_type, &what, "item_type")?,
        length,
        open_class: word(&row.open_class, &what, "open_class")?,
        share_class: word(&row.share_class, &what, "share_class")?,
        name: row.name,
        label: row.label,
        unit: row.unit,
        description: row.description,
        sensitive: row.sensitive,
        mask: row.mask.map(|mask| word(&mask, &what, "mask")).transpose()?,
        release_reason: row.release_reason,
    })
}

/// Makes the row of a data item.
pub(super) fn item_row(
    dataset_id: i64,
    position: usize,
    item: &DataItemView,
) -> Result<data_item::ActiveModel> {
    Ok(data_item::ActiveModel {
        id: NotSet,
        dataset_id: Set(dataset_id),
        position: Set(place(position)?),
        name: Set(item.name.clone()),
        label: Set(item.label.clone()),
        item_type: Set(item.item_type.to_string()),
        unit: Set(item.unit.clone()),
        length: Set(item.length.map(i64::from)),
        description: Set(item.description.clone()),
        open_class: Set(item.open_class.to_string()),
        share_class: Set(item.share_class.to_string()),
        sensitive: Set(item.sensitive),
        mask: Set(item.mask.as_ref().map(ToString::to_string)),
        release_reason: Set(item.release_reason.clone()),
    })
}

/// Reads a resource.
pub(super) fn resource_view(row: &resource::Model) -> Result<ResourceView> {
    let what = format!("resource {}", row.id);
    let optional = |value: Option<i64>, column: &str| -> Result<Option<u64>> {
        value.map(|value| number(value, &what, column)).transpose()
    };
    let n_columns = match row.n_columns {
        None => None,
        Some(count) => Some(number(count, &what, "n_columns")?),
    };
    Ok(ResourceView {
        id: row.id,
        title: row.title.clone(),
        description: row.description.clone(),
        kind: word(&row.kind, &what, "kind")?,
        format: word(&row.format, &what, "format")?,
        media_type: row.media_type.clone(),
        url: row.url.clone(),
        in_place: row.in_place.clone(),
        file_name: row.file_name.clone(),
        size_bytes: optional(row.size_bytes, "size_bytes")?,
        sha256: row.sha256.clone(),
        sm3: row.sm3.clone(),
        encoding: row.encoding.clone(),
        n_rows: optional(row.n_rows, "n_rows")?,
        n_columns,
        version: number(row.first_version, &what, "first_version")?,
        updated_at: row.updated_at,
        source_id: row.source_id.clone(),
    })
}

/// Returns a resource as it was written, to compare it with what is written now.
pub(super) fn resource_content(row: &resource::Model) -> Result<ResourceWrite> {
    let ResourceView {
        id: _,
        version: _,
        title,
        description,
        kind,
        format,
        media_type,
        url,
        in_place,
        file_name,
        size_bytes,
        sha256,
        sm3,
        encoding,
        n_rows,
        n_columns,
        updated_at,
        source_id,
    } = resource_view(row)?;
    Ok(ResourceWrite {
        title,
        description,
        kind,
        format,
        media_type,
        url,
        in_place,
        file_name,
        size_bytes,
        sha256,
        sm3,
        encoding,
        n_rows,
        n_columns,
        updated_at,
        source_id,
        blob_key: row.blob_key.clone(),
    })
}

/// Makes the row of a resource that comes with a version.
pub(super) fn resource_row(
    dataset_id: i64,
    version: i32,
    position: usize,
    write: &ResourceWrite,
) -> Result<resource::ActiveModel> {
    let stored = |value: Option<u64>| -> Result<Option<i64>> {
        value.map(|value| stored_number(value, &format!("resource `{}`", write.title))).transpose()
    };
    Ok(resource::ActiveModel {
        id: NotSet,
        dataset_id: Set(dataset_id),
        first_version: Set(version),
        last_version: Set(None),
        position: Set(place(position)?),
        title: Set(write.title.clone()),
        description: Set(write.description.clone()),
        kind: Set(write.kind.to_string()),
        format: Set(write.format.to_string()),
        media_type: Set(write.media_type.clone()),
        url: Set(write.url.clone()),
        in_place: Set(write.in_place.clone()),
        file_name: Set(write.file_name.clone()),
        size_bytes: Set(stored(write.size_bytes)?),
        sha256: Set(write.sha256.clone()),
        sm3: Set(write.sm3.clone()),
        encoding: Set(write.encoding.clone()),
        n_rows: Set(stored(write.n_rows)?),
        n_columns: Set(write.n_columns.map(i64::from)),
        updated_at: Set(to_stored(write.updated_at)),
        source_id: Set(write.source_id.clone()),
        blob_key: Set(write.blob_key.clone()),
    })
}

/// Makes the row of a new current version, without its date and the names of its changed fields.
/// `before` are the data items of the version before, where there is one.
pub(super) fn version_row(
    dataset_id: i64,
    number: i32,
    entry: &EntryWrite,
    before: Option<&[DataItemView]>,
) -> dataset_version::ActiveModel {
    let public = visibility::public_items(&entry.items);
    let changes_public_items =
        before.is_some_and(|before| !visibility::public_items(before).eq(public));
    dataset_version::ActiveModel {
        id: NotSet,
        dataset_id: Set(dataset_id),
        number: Set(number),
        note: Set(entry.version_note.clone()),
        published_at: NotSet,
        changed_fields: NotSet,
        superseded: Set(None),
        is_public: Set(open_class(entry) != OpenClass::None),
        is_wholly_open: Set(visibility::is_wholly_open(
            entry.fields.open.class,
            visibility::classes(&entry.items),
        )),
        changes_public_items: Set(changes_public_items),
        guards: Set(None),
        author: Set(entry.author.clone()),
        provider: Set(Some(entry.organization.clone())),
    }
}

/// A version as pages show it: without what it said, which is long.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "dataset_version::Entity")]
pub(super) struct VersionRow {
    number: i32,
    note: String,
    published_at: DateTime<Utc>,
    changed_fields: String,
    is_public: bool,
    is_wholly_open: bool,
    changes_public_items: bool,
    guards: Option<String>,
    author: Option<String>,
    provider: Option<String>,
}

/// Reads a version, with its resources out of all resources of the dataset.
pub(super) fn version_view(
    dataset: &str,
    row: VersionRow,
    resources: &[resource::Model],
) -> Result<VersionView> {
    let what = format!("version {} of dataset `{dataset}`", row.number);
    let resources = resources
        .iter()
        .filter(|resource| {
            resource.first_version <= row.number
                && resource.last_version.is_none_or(|last| row.number <= last)
        })
        .map(resource_view)
        .collect::<Result<_>>()?;
    Ok(VersionView {
        number: number(row.number, &what, "number")?,
        note: row.note,
        published_at: row.published_at,
        author: row.author,
        provider: row.provider,
        basis: None,
        changed_fields: from_json(&row.changed_fields, &what, "changed_fields")?,
        resources,
        is_wholly_open: row.is_wholly_open,
        is_public: row.is_public,
        changes_public_items: row.changes_public_items,
        guards: match row.guards {
            Some(guards) => from_json(&guards, &what, "guards")?,
            None => Vec::new(),
        },
    })
}

/// Converts a place in a list.
pub(super) fn place(position: usize) -> Result<i32> {
    i32::try_from(position).map_err(|_| StoreError::invalid("a list has too many entries"))
}
