//! Organizations.

mod records;

use std::collections::{HashMap, HashSet};

use kaishu_types::organization::OrganizationView;
use kaishu_types::vocabulary::{OpenClass, OrganizationKind, RegionLevel};
use kaishu_types::{OrganizationCode, RegionCode};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};

use crate::convert::{CHUNK_ROWS, check_optional, check_text, named, number, word};
use crate::entity::{dataset, organization};
use crate::listing::{self, Listed};
use crate::regions::{Tally, Tree};
use crate::{Result, Store, StoreError};

pub use records::{Record, find_record, records, save};

/// An organization to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrganization {
    /// Its code; an existing organization with this code is changed.
    pub code: OrganizationCode,
    /// The name.
    pub name: String,
    /// The English name.
    pub name_en: Option<String>,
    /// What kind of body it is.
    pub kind: OrganizationKind,
    /// Its administrative level.
    pub level: RegionLevel,
    /// Where it belongs; the region must exist.
    pub region: RegionCode,
    /// The organization above it: one of the store or of the same call.
    pub parent: Option<OrganizationCode>,
    /// What it does.
    pub description: Option<String>,
    /// 第一责任人.
    pub responsible_head: Option<String>,
    /// Telephone or address of the data officer.
    pub contact: Option<String>,
    /// Its own web site.
    pub homepage: Option<String>,
    /// Whether an import found it: then it is told only with a dataset that is not closed.
    pub is_imported: bool,
}

/// Writes organizations, by code.
pub async fn upsert(store: &Store, organizations: &[NewOrganization]) -> Result<()> {
    for organization in organizations {
        let NewOrganization { name, name_en, description, .. } = organization;
        let NewOrganization { responsible_head, contact, homepage, .. } = organization;
        let what = format!("organization `{}`", organization.code);
        check_text(name, &what)?;
        for text in [name_en, description, responsible_head, contact, homepage] {
            check_optional(text.as_deref(), &what)?;
        }
    }
    let transaction = store.begin_immediate().await?;
    let regions: HashMap<String, i64> =
        Tree::load(&transaction).await?.rows.into_values().map(|row| (row.code, row.id)).collect();
    for chunk in organizations.chunks(CHUNK_ROWS) {
        write_rows(&transaction, chunk, &regions).await?;
    }
    for organization in organizations {
        let Some(parent) = &organization.parent else {
            continue;
        };
        if *parent == organization.code {
            return Err(StoreError::invalid(format!(
                "organization `{parent}` would be above itself; name another one above it"
            )));
        }
        let parent_row = find_row(&transaction, parent.as_str()).await?.ok_or_else(|| {
            StoreError::invalid(format!(
                "organization `{}` names `{parent}` as the one above it, which does not exist",
                organization.code
            ))
        })?;
        organization::Entity::update_many()
            .col_expr(organization::Column::ParentId, Some(parent_row.id).into())
            .filter(organization::COLUMN.code.eq(organization.code.as_str()))
            .exec(&transaction)
            .await?;
    }
    Ok(transaction.commit().await?)
}

async fn write_rows(
    transaction: &DatabaseTransaction,
    organizations: &[NewOrganization],
    regions: &HashMap<String, i64>,
) -> Result<()> {
    let mut rows = Vec::with_capacity(organizations.len());
    for organization in organizations {
        let region_id = regions.get(organization.region.as_str()).copied().ok_or_else(|| {
            StoreError::invalid(format!(
                "organization `{}` names region `{}`, which does not exist; write it first",
                organization.code, organization.region
            ))
        })?;
        rows.push(organization::ActiveModel {
            id: NotSet,
            code: Set(organization.code.to_string()),
            name: Set(organization.name.clone()),
            name_en: Set(organization.name_en.clone()),
            kind: Set(organization.kind.to_string()),
            level: Set(organization.level.to_string()),
            region_id: Set(region_id),
            parent_id: Set(None),
            description: Set(organization.description.clone()),
            responsible_head: Set(organization.responsible_head.clone()),
            contact: Set(organization.contact.clone()),
            homepage: Set(organization.homepage.clone()),
            next_serial: Set(1),
            is_imported: Set(organization.is_imported),
            sector: NotSet,
            revision: NotSet,
        });
    }
    let conflict = OnConflict::column("code")
        .update_columns(["name", "name_en", "kind", "level", "region_id", "parent_id"])
        .update_columns(["description", "responsible_head", "contact", "homepage"])
        .update_columns(["is_imported"])
        // Whoever edits the record meanwhile is told.
        .value("revision", Expr::cust("organization.revision + 1"))
        .to_owned();
    organization::Entity::insert_many(rows)
        .on_conflict(conflict)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Lists all organizations by code. `n_datasets` counts the listed datasets of each itself.
pub async fn list(store: &Store, listed: Listed) -> Result<Vec<OrganizationView>> {
    let transaction = store.begin_read().await?;
    let rows = organization::Entity::find()
        .order_by_asc(organization::COLUMN.code)
        .all(&transaction)
        .await?;
    let counts = tally(&transaction, listed, None).await?;
    let closed = closed(&transaction, &counts).await?;
    let tree = Tree::load(&transaction).await?;
    transaction.commit().await?;

    let by_id: HashMap<i64, &organization::Model> = rows.iter().map(|row| (row.id, row)).collect();
    rows.iter()
        .filter(|row| !closed.contains(&row.id))
        .map(|row| {
            let parent = row.parent_id.and_then(|id| by_id.get(&id).copied());
            view(row, parent, &tree, counts.get(&row.id).copied().unwrap_or(0))
        })
        .collect()
}

/// Finds one organization.
pub async fn find(
    store: &Store,
    code: &OrganizationCode,
    listed: Listed,
) -> Result<Option<OrganizationView>> {
    let transaction = store.begin_read().await?;
    let Some(row) = find_row(&transaction, code.as_str()).await? else {
        return Ok(None);
    };
    let parent = match row.parent_id {
        None => None,
        Some(id) => organization::Entity::find_by_id(id).one(&transaction).await?,
    };
    let counts = tally(&transaction, listed, Some(row.id)).await?;
    if closed(&transaction, &counts).await?.contains(&row.id) {
        return Ok(None);
    }
    let tree = Tree::load(&transaction).await?;
    transaction.commit().await?;
    let count = counts.get(&row.id).copied().unwrap_or(0);
    view(&row, parent.as_ref(), &tree, count).map(Some)
}

async fn find_row(
    connection: &impl ConnectionTrait,
    code: &str,
) -> Result<Option<organization::Model>> {
    let query = organization::Entity::find().filter(organization::COLUMN.code.eq(code));
    Ok(query.one(connection).await?)
}

/// Counts listed datasets by organization: of one, or of all.
async fn tally(
    connection: &impl ConnectionTrait,
    listed: Listed,
    organization_id: Option<i64>,
) -> Result<HashMap<i64, i64>> {
    let mut query = dataset::Entity::find()
        .select_only()
        .column_as(dataset::Column::OrganizationId, "id")
        .column_as(dataset::COLUMN.id.count(), "count")
        .filter(listing::condition(listed))
        .group_by(dataset::Column::OrganizationId);
    if let Some(id) = organization_id {
        query = query.filter(dataset::COLUMN.organization_id.eq(id));
    }
    let tallies = query.into_model::<Tally>().all(connection).await?;
    Ok(tallies.iter().map(|tally| (tally.id, tally.count)).collect())
}

/// Returns the imported organizations of which the public knows no dataset (SRCH-04): `counts` are
/// their listed ones, and a suspended or withdrawn one keeps its page.
async fn closed(
    connection: &impl ConnectionTrait,
    counts: &HashMap<i64, i64>,
) -> Result<HashSet<i64>> {
    let known = dataset::Entity::find()
        .select_only()
        .column(dataset::Column::OrganizationId)
        .filter(dataset::COLUMN.open_class.ne(OpenClass::None.as_str()))
        .into_query();
    let imported: Vec<i64> = organization::Entity::find()
        .select_only()
        .column(organization::Column::Id)
        .filter(organization::COLUMN.is_imported.eq(true))
        .filter(organization::COLUMN.id.not_in_subquery(known))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(imported.into_iter().filter(|id| !counts.contains_key(id)).collect())
}

fn view(
    row: &organization::Model,
    parent: Option<&organization::Model>,
    tree: &Tree,
    count: i64,
) -> Result<OrganizationView> {
    let what = format!("organization `{}`", row.code);
    let region = tree
        .rows
        .get(&row.region_id)
        .ok_or_else(|| StoreError::corrupt(format!("{what} belongs to no region")))?;
    Ok(OrganizationView {
        named: named(&row.code, &row.name, row.name_en.as_deref()),
        kind: word(&row.kind, &what, "kind")?,
        level: word(&row.level, &what, "level")?,
        region: named(&region.code, &region.name, region.name_en.as_deref()),
        parent: parent.map(|row| named(&row.code, &row.name, row.name_en.as_deref())),
        description: row.description.clone(),
        responsible_head: row.responsible_head.clone(),
        contact: row.contact.clone(),
        homepage: row.homepage.clone(),
        n_datasets: number(count, &what, "count")?,
    })
}
