//! Reading one whole entry.

use std::collections::HashSet;

use kaishu_types::DatasetCode;
use kaishu_types::dataset::{DataItemView, DatasetView, EntryFields, VersionView};
use kaishu_types::organization::Named;
use kaishu_types::vocabulary::OpenClass;
use sea_orm::{
    Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::row::{self, Superseded};
use crate::convert::{named, number, word};
use crate::entity::{data_item, dataset, dataset_version, organization, region, resource};
use crate::listing::{self, Listed};
use crate::{Result, Store, StoreError};

/// An entry as one version said it.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionEntry {
    /// Number, note, date and resources.
    pub version: VersionView,
    /// What the provider wrote.
    pub fields: EntryFields,
    /// All its data items, those of class none too.
    pub items: Vec<DataItemView>,
    /// Who provided it; none where that was not kept yet, or is who provides it now.
    pub organization: Option<Named>,
    /// Names and labels of data items of class none in any version from this one on.
    pub hidden_since: HashSet<String>,
}

/// Finds a whole entry: all its data items (those of class none too), the resources of the current
/// version, and all versions, newest first. Four queries, whatever its size.
pub async fn find(store: &Store, code: &DatasetCode) -> Result<Option<DatasetView>> {
    find_where(store, code, Condition::all()).await
}

/// Finds a whole entry where a rule lets it be shown. One that is hidden is looked up
/// like one that never was: nothing of it is read, so the time of the answer does not tell either.
pub async fn find_shown(
    store: &Store,
    code: &DatasetCode,
    shown: Listed,
) -> Result<Option<DatasetView>> {
    find_where(store, code, listing::condition(shown)).await
}

async fn find_where(
    store: &Store,
    code: &DatasetCode,
    condition: Condition,
) -> Result<Option<DatasetView>> {
    let transaction = store.begin_read().await?;
    let found = dataset::Entity::find()
        .filter(dataset::COLUMN.code.eq(code.as_str()))
        .filter(condition)
        .find_also_related(organization::Entity)
        .find_also_related(region::Entity)
        .one(&transaction)
        .await?;
    let Some((entry, organization, region)) = found else {
        return Ok(None);
    };
    let items = items_of(&transaction, entry.id).await?;
    let resources = resources_of(&transaction, entry.id).await?;
    let rows = dataset_version::Entity::find()
        .filter(dataset_version::COLUMN.dataset_id.eq(entry.id))
        .order_by_desc(dataset_version::COLUMN.number)
        .into_partial_model()
        .all(&transaction)
        .await?;
    transaction.commit().await?;

    let (Some(organization), Some(region)) = (organization, region) else {
        return Err(StoreError::corrupt(format!("dataset `{code}` has no provider or region")));
    };
    let version = |row| row::version_view(code.as_str(), row, &resources);
    let versions = rows.into_iter().map(version).collect::<Result<_>>()?;
    view(&entry, &organization, &region, items, versions).map(Some)
}

fn view(
    entry: &dataset::Model,
    organization: &organization::Model,
    region: &region::Model,
    items: Vec<DataItemView>,
    versions: Vec<VersionView>,
) -> Result<DatasetView> {
    let what = format!("dataset `{}`", entry.code);
    let version: u32 = number(entry.version, &what, "version")?;
    let current = versions
        .first()
        .filter(|newest| newest.number == version)
        .ok_or_else(|| StoreError::corrupt(format!("{what} has no version {version}")))?;
    Ok(DatasetView {
        code: word(&entry.code, &what, "code")?,
        state: word(&entry.state, &what, "state")?,
        state_reason: entry.state_reason.clone(),
        state_since: entry.state_since,
        organization: named(
            &organization.code,
            &organization.name,
            organization.name_en.as_deref(),
        ),
        region: named(&region.code, &region.name, region.name_en.as_deref()),
        level: word(&region.level, &format!("region `{}`", region.code), "level")?,
        fields: row::fields(entry)?,
        version,
        published_at: entry.published_at,
        updated_at: entry.updated_at,
        next_due: entry.next_due,
        items,
        resources: current.resources.clone(),
        origin: row::origin(entry)?,
        source_id: entry.source_id.clone(),
        n_downloads: number(entry.n_downloads, &what, "n_downloads")?,
        n_views: number(entry.n_views, &what, "n_views")?,
        versions,
    })
}

/// Finds an entry as one of its versions said it.
pub async fn version(
    store: &Store,
    code: &DatasetCode,
    number: u32,
) -> Result<Option<VersionEntry>> {
    let Ok(number) = i32::try_from(number) else {
        return Ok(None);
    };
    let transaction = store.begin_read().await?;
    let Some(entry) = dataset::Entity::find()
        .filter(dataset::COLUMN.code.eq(code.as_str()))
        .one(&transaction)
        .await?
    else {
        return Ok(None);
    };
    let of_version = dataset_version::Entity::find()
        .filter(dataset_version::COLUMN.dataset_id.eq(entry.id))
        .filter(dataset_version::COLUMN.number.eq(number));
    let Some(row) = of_version.clone().into_partial_model().one(&transaction).await? else {
        return Ok(None);
    };
    let said: Option<Option<String>> = of_version
        .select_only()
        .column(dataset_version::Column::Superseded)
        .into_tuple()
        .one(&transaction)
        .await?;
    let later: Vec<Option<String>> = dataset_version::Entity::find()
        .filter(dataset_version::COLUMN.dataset_id.eq(entry.id))
        .filter(dataset_version::COLUMN.number.gte(number))
        .select_only()
        .column(dataset_version::Column::Superseded)
        .into_tuple()
        .all(&transaction)
        .await?;
    let mut hidden_since = hidden(&items_of(&transaction, entry.id).await?);
    for text in later.iter().flatten() {
        let said: Superseded = row::from_json(text, &format!("dataset `{code}`"), "superseded")?;
        hidden_since.extend(hidden(&said.items));
    }
    let resources = resources_of(&transaction, entry.id).await?;
    let said = match said.flatten() {
        Some(text) => row::from_json(&text, &format!("dataset `{code}`"), "superseded")?,
        None => Superseded {
            fields: row::fields(&entry)?,
            items: items_of(&transaction, entry.id).await?,
            organization: None,
        },
    };
    transaction.commit().await?;
    let version = row::version_view(code.as_str(), row, &resources)?;
    let Superseded { fields, items, organization } = said;
    Ok(Some(VersionEntry { version, fields, items, organization, hidden_since }))
}

/// Returns names and labels of data items of class none.
fn hidden(items: &[DataItemView]) -> HashSet<String> {
    let hidden = items.iter().filter(|item| item.open_class == OpenClass::None);
    hidden.flat_map(|item| [item.name.clone(), item.label.clone()]).collect()
}

async fn items_of(transaction: &DatabaseTransaction, dataset_id: i64) -> Result<Vec<DataItemView>> {
    let rows = data_item::Entity::find()
        .filter(data_item::COLUMN.dataset_id.eq(dataset_id))
        .order_by_asc(data_item::COLUMN.position)
        .all(transaction)
        .await?;
    rows.into_iter().map(row::item_view).collect()
}

async fn resources_of(
    transaction: &DatabaseTransaction,
    dataset_id: i64,
) -> Result<Vec<resource::Model>> {
    Ok(resource::Entity::find()
        .filter(resource::COLUMN.dataset_id.eq(dataset_id))
        .order_by_asc(resource::COLUMN.position)
        .order_by_asc(resource::COLUMN.id)
        .all(transaction)
        .await?)
}

/// Lists the codes of datasets in the order of their ids, for [`super::page_of_codes`].
pub(super) async fn codes_after(
    connection: &impl ConnectionTrait,
    after_id: i64,
    limit: u64,
) -> Result<Vec<(i64, String)>> {
    Ok(dataset::Entity::find()
        .select_only()
        .columns([dataset::Column::Id, dataset::Column::Code])
        .filter(dataset::COLUMN.id.gt(after_id))
        .order_by_asc(dataset::COLUMN.id)
        .limit(limit)
        .into_tuple()
        .all(connection)
        .await?)
}
