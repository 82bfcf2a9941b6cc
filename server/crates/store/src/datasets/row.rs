//! Between rows and the parts of an entry.

use chrono::{Days, NaiveDate};
use kaishu_types::dataset::{DataItemView, EntryFields, ResourceView, SourceView, VersionView};
use kaishu_types::vocabulary::{Frequency, OpenClass};
use sea_orm::ActiveValue::{NotSet, Set};
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
}

/// Reads a JSON column.
pub(super) fn from_json<T: DeserializeOwned>(text: &str, row: &str, column: &str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|error| StoreError::corrupt(format!("{row}, column `{column}`: {error}")))
}

/// Reads the fields of a dataset.
pub(super) fn fields(row: &dataset::Model) -> Result<EntryFields> {
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

/// Returns the day of the next update.
pub(super) fn next_due(entry: &EntryWrite) -> Option<NaiveDate> {
    due_after(entry.fields.frequency, entry.updated_at.date_naive())
}

fn due_after(frequency: Frequency, day: NaiveDate) -> Option<NaiveDate> {
    let period_days = frequency.period_days()?;
    day.checked_add_days(Days::new(u64::from(period_days)))
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

/// Whether a file that holds every column holds nothing but unconditional ones.
pub(super) fn is_wholly_open(class: OpenClass, items: &[DataItemView]) -> bool {
    class == OpenClass::Unconditional
        && items.iter().all(|item| item.open_class == OpenClass::Unconditional)
}

/// Whether the public may know that there is an entry of this class with these items.
pub(super) fn is_public(class: OpenClass, items: &[DataItemView]) -> bool {
    class != OpenClass::None && (items.is_empty() || public_items(items).next().is_some())
}

/// Returns the data items that the public may know of.
fn public_items(items: &[DataItemView]) -> impl Iterator<Item = &DataItemView> {
    items.iter().filter(|item| item.open_class != OpenClass::None)
}

/// Whether the public is told the same of two lists of data items.
pub(super) fn look_alike(before: &[DataItemView], after: &[DataItemView]) -> bool {
    public_items(before).eq(public_items(after))
}

/// Reads versions that follow each other, newest first, with their resources out of all resources of
/// the dataset. What the current version says is with the dataset itself.
pub(super) fn version_views(
    rows: &[dataset_version::Model],
    resources: &[resource::Model],
    class: OpenClass,
    items: &[DataItemView],
) -> Result<Vec<VersionView>> {
    let mut views = Vec::with_capacity(rows.len());
    let mut before: Option<Vec<DataItemView>> = None;
    for row in rows.iter().rev() {
        let (class, items) = match &row.superseded {
            Some(text) => {
                let what = format!("version {} of dataset {}", row.number, row.dataset_id);
                let said: Superseded = from_json(text, &what, "superseded")?;
                (said.fields.open.class, said.items)
            }
            None => (class, items.to_vec()),
        };
        let mut view = version_view(row, resources)?;
        view.is_wholly_open = is_wholly_open(class, &items);
        view.is_public = is_public(class, &items);
        view.changes_public_items = before.is_some_and(|before| !look_alike(&before, &items));
        views.push(view);
        before = Some(items);
    }
    views.reverse();
    Ok(views)
}

/// Reads a version; whether it was open is not in its row.
fn version_view(
    row: &dataset_version::Model,
    resources: &[resource::Model],
) -> Result<VersionView> {
    let what = format!("version {} of dataset {}", row.number, row.dataset_id);
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
        note: row.note.clone(),
        published_at: row.published_at,
        changed_fields: from_json(&row.changed_fields, &what, "changed_fields")?,
        resources,
        is_wholly_open: false,
        is_public: false,
        changes_public_items: false,
    })
}

/// Converts a place in a list.
pub(super) fn place(position: usize) -> Result<i32> {
    i32::try_from(position).map_err(|_| StoreError::invalid("a list has too many entries"))
}
