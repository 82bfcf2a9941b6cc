//! Which published entries provide data items that somebody else is about to collect (PUB-15).

use kaishu_types::dataset::EntryFields;
use kaishu_types::vocabulary::{DatasetState, OpenClass, ShareClass};
use sea_orm::sea_query::JoinType;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, RelationDef};

use super::row::from_json;
use crate::entity::{data_item, dataset, organization, region};
use crate::{Result, Store};

/// Most items that are told of at once.
const MAX_ITEMS: u64 = 50;

/// A data item that can be had by sharing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvidedItem {
    /// Its label.
    pub label: String,
    /// Code of the entry.
    pub code: String,
    /// Title of the entry.
    pub title: String,
    /// Code of the provider.
    pub organization: String,
    /// Whether the entry is open to the public.
    pub is_public: bool,
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Labels of items.
    pub labels: &'a [String],
    /// The domain that both entries are of.
    pub theme: &'a str,
    /// The regions whose entries count.
    pub regions: &'a [String],
    /// The provider whose own entries do not count.
    pub except: &'a str,
}

/// Lists items of published entries of others that can be had by sharing and are called the same.
pub async fn providing(store: &Store, wanted: Wanted<'_>) -> Result<Vec<ProvidedItem>> {
    let to_dataset: RelationDef = data_item::Entity::belongs_to(dataset::Entity)
        .from(data_item::Column::DatasetId)
        .to(dataset::Column::Id)
        .into();
    let to_organization: RelationDef = dataset::Entity::belongs_to(organization::Entity)
        .from(dataset::Column::OrganizationId)
        .to(organization::Column::Id)
        .into();
    let to_region: RelationDef = dataset::Entity::belongs_to(region::Entity)
        .from(dataset::Column::RegionId)
        .to(region::Column::Id)
        .into();
    let rows: Vec<(String, String, String, String, String, String)> = data_item::Entity::find()
        .select_only()
        .column(data_item::Column::Label)
        .column_as(dataset::Column::Code, "dataset_code")
        .column_as(dataset::Column::Title, "dataset_title")
        .column_as(organization::Column::Code, "organization_code")
        .column_as(dataset::Column::OpenClass, "dataset_class")
        .column_as(dataset::Column::Fields, "dataset_fields")
        .join(JoinType::InnerJoin, to_dataset)
        .join(JoinType::InnerJoin, to_organization)
        .join(JoinType::InnerJoin, to_region)
        .filter(data_item::Column::Label.is_in(wanted.labels.iter().map(String::as_str)))
        .filter(data_item::Column::ShareClass.ne(ShareClass::None.as_str()))
        .filter(dataset::Column::State.eq(DatasetState::Published.as_str()))
        .filter(dataset::Column::Theme.eq(wanted.theme))
        .filter(organization::Column::Code.ne(wanted.except))
        .filter(region::Column::Code.is_in(wanted.regions.iter().map(String::as_str)))
        .order_by_asc(dataset::Column::Id)
        .order_by_asc(data_item::Column::Position)
        .limit(MAX_ITEMS)
        .into_tuple()
        .all(&store.connection)
        .await?;
    let mut found = Vec::new();
    for (label, code, title, organization, class, fields) in rows {
        let fields: EntryFields = from_json(&fields, &format!("dataset `{code}`"), "fields")?;
        if fields.share.class != ShareClass::None {
            let is_public = class != OpenClass::None.as_str();
            found.push(ProvidedItem { label, code, title, organization, is_public });
        }
    }
    Ok(found)
}
