//! New versions of existing datasets.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use kaishu_domain::{release, visibility};
use kaishu_types::dataset::{DataItemView, EntryFields, OpenTerms};
use kaishu_types::organization::Named;
use kaishu_types::vocabulary::{ItemType, OpenClass};
use sea_orm::ActiveValue::{NotSet, Set, Unchanged};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};

use super::context::{Known, Place};
use super::create::Parts;
use super::row::{self, Superseded};
use super::write::{EntryWrite, Prepared, ResourceWrite, to_json};
use crate::convert::{named, now, to_stored};
use crate::entity::{data_item, dataset, dataset_version, organization, resource};
use crate::tables::{INGEST, TABULAR};
use crate::{Result, StoreError, jobs};

/// What tables are checked by: where one of these changed, files are taken in once more. Where a type is
/// declared anew they are not: a table that was asked goes on giving the same bytes, and the new version
/// has a file of its own, of the same bytes with the new types.
const MEASURED_BY: [&str; 4] = ["items", "region", "temporal_start", "temporal_end"];

/// A dataset to be changed.
pub(super) struct Change<'a> {
    pub(super) known: Known,
    pub(super) place: Place,
    pub(super) prepared: Prepared<'a>,
}

/// Writes a new version of each dataset. What the version before said is kept with it.
pub(super) async fn write(transaction: &DatabaseTransaction, changes: &[Change<'_>]) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut before = Before::load(transaction, changes).await?;
    let mut parts = Parts::default();
    let mut emptied = Vec::new();
    for change in changes {
        let old = before.take(&change.known)?;
        if old.items != change.prepared.entry.items {
            emptied.push(change.known.id);
            parts.push_items(change.known.id, change.prepared.entry)?;
        }
        write_one(transaction, change, old, &mut parts).await?;
    }
    data_item::Entity::delete_many()
        .filter(data_item::COLUMN.dataset_id.is_in(emptied))
        .exec(transaction)
        .await?;
    parts.insert(transaction).await
}

async fn write_one(
    transaction: &DatabaseTransaction,
    change: &Change<'_>,
    old: Old,
    parts: &mut Parts,
) -> Result<()> {
    let Change { known, place, prepared } = change;
    let number = known.version.checked_add(1).ok_or_else(|| {
        StoreError::corrupt(format!("dataset `{}` has too many versions", known.code))
    })?;
    let entry = prepared.entry;
    let is_retyped = is_retyped(&old.items, &entry.items);
    let resources = Renewal { dataset_id: known.id, number, is_retyped, old: &old.resources };
    let same_resources = resources.write(transaction, &entry.resources, parts).await?;
    let mut changed = changed_fields(&old.fields, &entry.fields)?;
    let was_class = visibility::shown_class(old.fields.open.class, visibility::classes(&old.items));
    name_class(&mut changed, was_class, row::open_class(entry), &old.fields, &entry.fields);
    let mut name = |name: &str, is_same: bool| {
        if !is_same {
            changed.push(name.to_owned());
        }
    };
    name("items", old.items == entry.items);
    name("resources", same_resources);
    name("organization", old.dataset.organization_id == place.organization_id);
    name("region", old.dataset.region_id == place.region_id);
    // Where only hidden parts of an entry without dates differ, a new date would tell.
    let keeps_dates = !entry.is_dated && is_hidden(&old, entry, &changed);
    if !keeps_dates {
        let mut name = |name: &str, before: DateTime<Utc>, after: DateTime<Utc>| {
            if before != to_stored(after) {
                changed.push(name.to_owned());
            }
        };
        name("published_at", old.dataset.published_at, entry.published_at);
        name("updated_at", old.dataset.updated_at, entry.updated_at);
    }
    let dated = old.dataset.updated_at;
    let is_measured_anew = changed.iter().any(|name| MEASURED_BY.contains(&name.as_str()));
    if is_measured_anew && declared_types(&old.items).eq(declared_types(&entry.items)) {
        jobs::repeat_for_dataset(transaction, INGEST, known.id).await?;
    }

    let version = row::version_row(known.id, number, entry, Some(&old.items));
    let guards: Vec<_> = old.items.iter().filter(|item| release::is_guard(item)).collect();
    let guards = to_json(&guards)?;
    let said =
        Superseded { fields: old.fields, items: old.items, organization: Some(old.organization) };
    let said = to_json(&said)?;
    dataset_version::Entity::update_many()
        .col_expr(dataset_version::Column::Superseded, Expr::value(said))
        .col_expr(dataset_version::Column::Guards, Expr::value(guards))
        .filter(dataset_version::COLUMN.dataset_id.eq(known.id))
        .filter(dataset_version::COLUMN.number.eq(known.version))
        .exec(transaction)
        .await?;
    parts.versions.push(dataset_version::ActiveModel {
        published_at: Set(if keeps_dates { dated } else { to_stored(entry.updated_at) }),
        changed_fields: Set(to_json(&changed)?),
        ..version
    });
    let mut row = dataset_row(change, number);
    if keeps_dates {
        row.published_at = NotSet;
        row.updated_at = NotSet;
        row.next_due = NotSet;
        row.imported_at = NotSet;
    }
    row.update_without_returning(transaction).await?;
    Ok(())
}

/// Whether a data item that the public may know of is of another type than before. A type of a hidden one
/// begins nothing that could be seen.
fn is_retyped(old: &[DataItemView], new: &[DataItemView]) -> bool {
    let was = |name: &str| old.iter().find(|item| item.name == name).map(|item| item.item_type);
    visibility::public_items(new).any(|item| was(&item.name) != Some(item.item_type))
}

fn declared_types(items: &[DataItemView]) -> impl Iterator<Item = (&str, ItemType)> {
    items.iter().map(|item| (item.name.as_str(), item.item_type))
}

/// Names the terms of opening where the class that is shown changed, and not where they differ in a
/// declared class that the data items make no difference of.
fn name_class(
    changed: &mut Vec<String>,
    was: OpenClass,
    is: OpenClass,
    old: &EntryFields,
    new: &EntryFields,
) {
    let terms = OpenTerms { class: new.open.class, ..old.open.clone() };
    let place = changed.iter().position(|name| name == "open");
    match place {
        Some(place) if was == is && terms == new.open => {
            changed.remove(place);
        }
        None if was != is => changed.insert(0, "open".to_owned()),
        _ => {}
    }
}

/// Whether the public is told of none of the parts of an entry that differ, its dates apart: data
/// items of class none, and files where neither version shows them.
fn is_hidden(old: &Old, entry: &EntryWrite, changed: &[String]) -> bool {
    let Old { dataset, fields, items, .. } = old;
    let shows_files = |fields: &EntryFields, items| {
        visibility::is_wholly_open(fields.open.class, visibility::classes(items))
    };
    let shows_files = shows_files(fields, items) || shows_files(&entry.fields, &entry.items);
    let origin = entry.origin.as_ref();
    let same_origin = dataset.source_name.as_ref() == origin.map(|origin| &origin.source)
        && dataset.source_id.as_ref() == origin.map(|origin| &origin.source_id)
        && dataset.source_url.as_ref() == origin.and_then(|origin| origin.url.as_ref());
    same_origin
        && changed.iter().all(|name| match name.as_str() {
            "items" => visibility::public_items(items).eq(visibility::public_items(&entry.items)),
            "resources" => !shows_files,
            _ => false,
        })
}

/// Writes states that changed while the entries stayed as they were: no new version.
pub(super) async fn write_states(
    transaction: &DatabaseTransaction,
    states: &[(i64, &EntryWrite)],
) -> Result<()> {
    for (id, entry) in states {
        dataset::Entity::update_many()
            .col_expr(dataset::Column::State, Expr::value(entry.state.as_str()))
            .col_expr(dataset::Column::StateReason, Expr::value(entry.state_reason.clone()))
            .col_expr(dataset::Column::StateSince, Expr::value(now()))
            .filter(dataset::COLUMN.id.eq(*id))
            .exec(transaction)
            .await?;
    }
    Ok(())
}

fn dataset_row(change: &Change<'_>, number: i32) -> dataset::ActiveModel {
    let Change { known, place, prepared } = change;
    let Prepared { entry, fields, content_hash, next_due } = prepared;
    let mut dataset = dataset::ActiveModel {
        id: Unchanged(known.id),
        title: Set(entry.fields.title.clone()),
        theme: Set(entry.fields.theme.clone()),
        organization_id: Set(place.organization_id),
        region_id: Set(place.region_id),
        open_class: Set(row::open_class(entry).to_string()),
        frequency: Set(entry.fields.frequency.to_string()),
        published_at: Set(to_stored(entry.published_at)),
        updated_at: Set(to_stored(entry.updated_at)),
        next_due: Set(*next_due),
        version: Set(number),
        content_hash: Set(content_hash.clone()),
        fields: Set(fields.clone()),
        ..Default::default()
    };
    if known.state != entry.state.as_str() && !known.is_decided() {
        dataset.state = Set(entry.state.to_string());
        dataset.state_reason = Set(entry.state_reason.clone());
        dataset.state_since = Set(now());
    }
    if let Some(origin) = &entry.origin {
        dataset.source_name = Set(Some(origin.source.clone()));
        dataset.source_id = Set(Some(origin.source_id.clone()));
        dataset.source_url = Set(origin.url.clone());
        dataset.imported_at = Set(Some(now()));
    }
    dataset
}

/// The resources of a dataset on the way to its next version.
struct Renewal<'a> {
    dataset_id: i64,
    /// The next version.
    number: i32,
    /// Whether tables get other types.
    is_retyped: bool,
    old: &'a [resource::Model],
}

impl Renewal<'_> {
    /// Keeps the resources that are written as they were, with their ids; ends the others with the
    /// version before, and begins the new ones with this one. Returns whether all were kept.
    async fn write(
        &self,
        transaction: &DatabaseTransaction,
        new: &[ResourceWrite],
        parts: &mut Parts,
    ) -> Result<bool> {
        let mut left: Vec<(ResourceWrite, &resource::Model)> = Vec::with_capacity(self.old.len());
        for row in self.old {
            left.push((row::resource_content(row)?, row));
        }
        let mut all_kept = true;
        for (position, write) in new.iter().enumerate() {
            let mut stored = write.clone();
            stored.updated_at = to_stored(stored.updated_at);
            let same = left.iter().position(|(content, _)| *content == stored);
            let Some(index) = same.filter(|_| !self.begins_anew(write)) else {
                all_kept = false;
                let row = row::resource_row(self.dataset_id, self.number, position, write)?;
                parts.resources.push(row);
                continue;
            };
            let (_, kept) = left.remove(index);
            let position = row::place(position)?;
            if kept.position != position {
                resource::Entity::update_many()
                    .col_expr(resource::Column::Position, Expr::value(position))
                    .filter(resource::COLUMN.id.eq(kept.id))
                    .exec(transaction)
                    .await?;
            }
        }
        if left.is_empty() {
            return Ok(all_kept);
        }
        let ended: Vec<i64> = left.iter().map(|(_, row)| row.id).collect();
        resource::Entity::update_many()
            .col_expr(resource::Column::LastVersion, Expr::value(self.number - 1))
            .filter(resource::COLUMN.id.is_in(ended))
            .exec(transaction)
            .await?;
        Ok(false)
    }

    /// Whether a file gets another table although its bytes are the same.
    fn begins_anew(&self, write: &ResourceWrite) -> bool {
        self.is_retyped && write.blob_key.is_some() && TABULAR.contains(&write.format)
    }
}

/// Returns the names of the fields that differ, in alphabetical order.
fn changed_fields(old: &EntryFields, new: &EntryFields) -> Result<Vec<String>> {
    let as_map = |fields: &EntryFields| match serde_json::to_value(fields) {
        Ok(serde_json::Value::Object(map)) => Ok(map),
        Ok(_) => Err(StoreError::corrupt("the fields of an entry are no JSON object")),
        Err(error) => Err(StoreError::corrupt(format!("fields cannot be written: {error}"))),
    };
    let (old, new) = (as_map(old)?, as_map(new)?);
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let changed = names.into_iter().filter(|name| old.get(*name) != new.get(*name));
    Ok(changed.cloned().collect())
}

/// A dataset as it was.
struct Old {
    dataset: dataset::Model,
    organization: Named,
    fields: EntryFields,
    items: Vec<DataItemView>,
    resources: Vec<resource::Model>,
}

/// All datasets of a round as they were, by id.
struct Before {
    datasets: HashMap<i64, (dataset::Model, Option<organization::Model>)>,
    items: HashMap<i64, Vec<DataItemView>>,
    resources: HashMap<i64, Vec<resource::Model>>,
}

impl Before {
    async fn load(transaction: &DatabaseTransaction, changes: &[Change<'_>]) -> Result<Self> {
        let ids: Vec<i64> = changes.iter().map(|change| change.known.id).collect();
        let datasets = dataset::Entity::find()
            .filter(dataset::COLUMN.id.is_in(ids.iter().copied()))
            .find_also_related(organization::Entity)
            .all(transaction)
            .await?;
        let mut items: HashMap<i64, Vec<DataItemView>> = HashMap::new();
        let rows = data_item::Entity::find()
            .filter(data_item::COLUMN.dataset_id.is_in(ids.iter().copied()))
            .order_by_asc(data_item::COLUMN.position)
            .all(transaction)
            .await?;
        for row in rows {
            items.entry(row.dataset_id).or_default().push(row::item_view(row)?);
        }
        let mut resources: HashMap<i64, Vec<resource::Model>> = HashMap::new();
        let rows = resource::Entity::find()
            .filter(resource::COLUMN.dataset_id.is_in(ids))
            .filter(resource::COLUMN.last_version.is_null())
            .order_by_asc(resource::COLUMN.position)
            .all(transaction)
            .await?;
        for row in rows {
            resources.entry(row.dataset_id).or_default().push(row);
        }
        let datasets = datasets.into_iter().map(|rows| (rows.0.id, rows)).collect();
        Ok(Self { datasets, items, resources })
    }

    fn take(&mut self, known: &Known) -> Result<Old> {
        let (dataset, organization) = self.datasets.remove(&known.id).ok_or_else(|| {
            StoreError::corrupt(format!("dataset `{}` vanished while it was written", known.code))
        })?;
        let organization = organization.ok_or_else(|| {
            StoreError::corrupt(format!("dataset `{}` has no provider", known.code))
        })?;
        Ok(Old {
            organization: named(
                &organization.code,
                &organization.name,
                organization.name_en.as_deref(),
            ),
            fields: row::fields(&dataset)?,
            items: self.items.remove(&known.id).unwrap_or_default(),
            resources: self.resources.remove(&known.id).unwrap_or_default(),
            dataset,
        })
    }
}
