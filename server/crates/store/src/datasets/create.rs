//! The rows of new datasets.

use std::collections::HashMap;

use kaishu_types::DatasetCode;
use kaishu_types::vocabulary::DatasetState;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{
    ActiveModelTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};

use super::context::Place;
use super::row;
use super::write::{EntryWrite, Prepared};
use crate::convert::{CHUNK_ROWS, now, to_stored};
use crate::entity::{data_item, dataset, dataset_version, resource};
use crate::{Result, StoreError};

/// A dataset to be created.
pub(super) struct Creation<'a> {
    pub(super) code: DatasetCode,
    pub(super) place: Place,
    pub(super) prepared: Prepared<'a>,
}

/// Writes new datasets with their first versions.
pub(super) async fn write(
    transaction: &DatabaseTransaction,
    creations: &[Creation<'_>],
) -> Result<()> {
    if creations.is_empty() {
        return Ok(());
    }
    insert_all::<dataset::Entity, _>(transaction, creations.iter().map(dataset_row).collect())
        .await?;
    let codes: Vec<&str> = creations.iter().map(|creation| creation.code.as_str()).collect();
    let ids: Vec<(String, i64)> = dataset::Entity::find()
        .select_only()
        .columns([dataset::Column::Code, dataset::Column::Id])
        .filter(dataset::COLUMN.code.is_in(codes))
        .into_tuple()
        .all(transaction)
        .await?;
    let ids: HashMap<String, i64> = ids.into_iter().collect();

    let mut parts = Parts::default();
    for Creation { code, prepared, .. } in creations {
        let entry = prepared.entry;
        let id = ids.get(code.as_str()).copied().ok_or_else(|| {
            StoreError::corrupt(format!("dataset `{code}` vanished while it was written"))
        })?;
        parts.push_items(id, entry)?;
        for (position, write) in entry.resources.iter().enumerate() {
            parts.resources.push(row::resource_row(id, 1, position, write)?);
        }
        parts.versions.push(dataset_version::ActiveModel {
            published_at: Set(to_stored(entry.published_at)),
            changed_fields: Set("[]".to_owned()),
            ..row::version_row(id, 1, entry, None)
        });
    }
    parts.insert(transaction).await
}

fn dataset_row(creation: &Creation<'_>) -> dataset::ActiveModel {
    let Creation { code, place, prepared } = creation;
    let Prepared { entry, fields, content_hash, next_due } = prepared;
    let origin = entry.origin.as_ref();
    dataset::ActiveModel {
        id: NotSet,
        code: Set(code.to_string()),
        title: Set(entry.fields.title.clone()),
        theme: Set(entry.fields.theme.clone()),
        organization_id: Set(place.organization_id),
        region_id: Set(place.region_id),
        open_class: Set(row::open_class(entry).to_string()),
        state: Set(entry.state.to_string()),
        state_reason: Set(entry.state_reason.clone()),
        state_since: Set(to_stored(match entry.state {
            DatasetState::Published => entry.published_at,
            _ => entry.updated_at,
        })),
        frequency: Set(entry.fields.frequency.to_string()),
        published_at: Set(to_stored(entry.published_at)),
        updated_at: Set(to_stored(entry.updated_at)),
        next_due: Set(*next_due),
        soon_told: Set(None),
        due_told: Set(None),
        overdue_told: Set(None),
        version: Set(1),
        source_name: Set(origin.map(|origin| origin.source.clone())),
        source_id: Set(origin.map(|origin| origin.source_id.clone())),
        source_url: Set(origin.and_then(|origin| origin.url.clone())),
        imported_at: Set(origin.map(|_| now())),
        content_hash: Set(content_hash.clone()),
        n_downloads: Set(0),
        n_views: Set(0),
        fields: Set(fields.clone()),
    }
}

/// Rows that belong to datasets, collected to be inserted together.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) items: Vec<data_item::ActiveModel>,
    pub(super) resources: Vec<resource::ActiveModel>,
    pub(super) versions: Vec<dataset_version::ActiveModel>,
}

impl Parts {
    pub(super) fn push_items(&mut self, dataset_id: i64, entry: &EntryWrite) -> Result<()> {
        for (position, item) in entry.items.iter().enumerate() {
            self.items.push(row::item_row(dataset_id, position, item)?);
        }
        Ok(())
    }

    pub(super) async fn insert(self, transaction: &DatabaseTransaction) -> Result<()> {
        insert_all::<dataset_version::Entity, _>(transaction, self.versions).await?;
        insert_all::<data_item::Entity, _>(transaction, self.items).await?;
        insert_all::<resource::Entity, _>(transaction, self.resources).await
    }
}

/// Inserts rows, a chunk a statement.
async fn insert_all<E, A>(transaction: &DatabaseTransaction, rows: Vec<A>) -> Result<()>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E> + Send,
{
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk: Vec<A> = rows.by_ref().take(CHUNK_ROWS).collect();
        E::insert_many(chunk).exec_without_returning(transaction).await?;
    }
    Ok(())
}
