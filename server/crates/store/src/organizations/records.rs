//! Records of organizations, as those see and edit them who keep them (ORG-01).

use std::collections::HashMap;

use kaishu_types::OrganizationCode;
use kaishu_types::organization::OrganizationView;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{NewOrganization, find_row, tally, view};
use crate::convert::{check_optional, check_text};
use crate::entity::{dataset, organization, region};
use crate::listing::Listed;
use crate::regions::Tree;
use crate::{Result, Store, StoreError, Transaction, feed};

/// The record of an organization, also of one that the public is not told of.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// What pages show of it.
    pub view: OrganizationView,
    /// The sector of a body that serves the public.
    pub sector: Option<String>,
    /// Counts its changes.
    pub revision: i32,
}

/// Lists the records of all organizations by code.
pub async fn records(store: &Store, listed: Listed) -> Result<Vec<Record>> {
    let transaction = store.begin_read().await?;
    let rows = organization::Entity::find()
        .order_by_asc(organization::COLUMN.code)
        .all(&transaction)
        .await?;
    let counts = tally(&transaction, listed, None).await?;
    let tree = Tree::load(&transaction).await?;
    transaction.commit().await?;
    let by_id: HashMap<i64, &organization::Model> = rows.iter().map(|row| (row.id, row)).collect();
    rows.iter()
        .map(|row| {
            let parent = row.parent_id.and_then(|id| by_id.get(&id).copied());
            record(row, parent, &tree, counts.get(&row.id).copied().unwrap_or(0))
        })
        .collect()
}

/// Finds the record of one.
pub async fn find_record(
    store: &Store,
    code: &OrganizationCode,
    listed: Listed,
) -> Result<Option<Record>> {
    let found = records(store, listed).await?;
    Ok(found.into_iter().find(|record| record.view.named.code == code.as_str()))
}

fn record(
    row: &organization::Model,
    parent: Option<&organization::Model>,
    tree: &Tree,
    count: i64,
) -> Result<Record> {
    let view = view(row, parent, tree, count)?;
    Ok(Record { view, sector: row.sector.clone(), revision: row.revision })
}

/// Writes a record: a new one where `revision` is none, else the one that has this revision. It is written
/// in a transaction of the catalogue ([`Store::begin_catalogue`]).
///
/// # Errors
///
/// `Conflict` where the code is taken, or somebody changed the record meanwhile; `Invalid` for a region or
/// an organization above it that does not exist, and for one that would be above itself.
pub async fn save(
    transaction: &Transaction,
    record: &NewOrganization,
    sector: Option<&str>,
    revision: Option<i32>,
) -> Result<()> {
    let what = format!("organization `{}`", record.code);
    let NewOrganization { name, name_en, description, responsible_head, contact, .. } = record;
    check_text(name, &what)?;
    for text in [name_en, description, responsible_head, contact, &record.homepage] {
        check_optional(text.as_deref(), &what)?;
    }
    check_optional(sector, &what)?;
    let connection = &transaction.inner;
    let region_id = region_id(connection, record).await?;
    let parent_id = parent_id(connection, record).await?;
    match revision {
        None => add(connection, record, sector, (region_id, parent_id)).await,
        Some(revision) => {
            change(connection, record, sector, (region_id, parent_id), revision).await?;
            tell_of_datasets(connection, record).await
        }
    }
}

/// The index holds the name of the provider with each dataset, so all of them are read again.
async fn tell_of_datasets(
    connection: &DatabaseTransaction,
    record: &NewOrganization,
) -> Result<()> {
    let Some(row) = find_row(connection, record.code.as_str()).await? else { return Ok(()) };
    let codes: Vec<String> = dataset::Entity::find()
        .select_only()
        .column(dataset::Column::Code)
        .filter(dataset::COLUMN.organization_id.eq(row.id))
        .into_tuple()
        .all(connection)
        .await?;
    feed::append(connection, &codes).await
}

async fn region_id(connection: &DatabaseTransaction, record: &NewOrganization) -> Result<i64> {
    let found = region::Entity::find()
        .filter(region::COLUMN.code.eq(record.region.as_str()))
        .one(connection)
        .await?;
    let missing = || StoreError::invalid(format!("region `{}` does not exist", record.region));
    Ok(found.ok_or_else(missing)?.id)
}

/// Finds the organization above, which must not be below this one.
async fn parent_id(
    connection: &DatabaseTransaction,
    record: &NewOrganization,
) -> Result<Option<i64>> {
    let Some(parent) = &record.parent else { return Ok(None) };
    let missing = || StoreError::invalid(format!("organization `{parent}` does not exist"));
    let found = find_row(connection, parent.as_str()).await?.ok_or_else(missing)?;
    let id = found.id;
    let mut above = Some(found);
    // More steps than there can be levels are a ring.
    for _ in 0..64 {
        let Some(row) = above else { return Ok(Some(id)) };
        if row.code == record.code.as_str() {
            break;
        }
        above = match row.parent_id {
            None => None,
            Some(id) => organization::Entity::find_by_id(id).one(connection).await?,
        };
    }
    Err(StoreError::invalid(format!(
        "organization `{}` would be above itself; name another one above it",
        record.code
    )))
}

async fn add(
    connection: &DatabaseTransaction,
    record: &NewOrganization,
    sector: Option<&str>,
    (region_id, parent_id): (i64, Option<i64>),
) -> Result<()> {
    let row = organization::ActiveModel {
        id: NotSet,
        code: Set(record.code.to_string()),
        name: Set(record.name.clone()),
        name_en: Set(record.name_en.clone()),
        kind: Set(record.kind.to_string()),
        level: Set(record.level.to_string()),
        region_id: Set(region_id),
        parent_id: Set(parent_id),
        description: Set(record.description.clone()),
        responsible_head: Set(record.responsible_head.clone()),
        contact: Set(record.contact.clone()),
        homepage: Set(record.homepage.clone()),
        next_serial: Set(1),
        is_imported: Set(false),
        sector: Set(sector.map(str::to_owned)),
        revision: Set(1),
    };
    let n_added = organization::Entity::insert_many([row])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(connection)
        .await?;
    match n_added {
        0 => Err(StoreError::Conflict {
            what: format!("there is an organization `{}` already", record.code),
        }),
        _ => Ok(()),
    }
}

async fn change(
    connection: &DatabaseTransaction,
    record: &NewOrganization,
    sector: Option<&str>,
    (region_id, parent_id): (i64, Option<i64>),
    revision: i32,
) -> Result<()> {
    let changed = organization::Entity::update_many()
        .col_expr(organization::Column::Name, Expr::value(record.name.clone()))
        .col_expr(organization::Column::NameEn, Expr::value(record.name_en.clone()))
        .col_expr(organization::Column::Kind, Expr::value(record.kind.as_str()))
        .col_expr(organization::Column::Level, Expr::value(record.level.as_str()))
        .col_expr(organization::Column::RegionId, Expr::value(region_id))
        .col_expr(organization::Column::ParentId, Expr::value(parent_id))
        .col_expr(organization::Column::Description, Expr::value(record.description.clone()))
        .col_expr(
            organization::Column::ResponsibleHead,
            Expr::value(record.responsible_head.clone()),
        )
        .col_expr(organization::Column::Contact, Expr::value(record.contact.clone()))
        .col_expr(organization::Column::Homepage, Expr::value(record.homepage.clone()))
        .col_expr(organization::Column::Sector, Expr::value(sector.map(str::to_owned)))
        .col_expr(organization::Column::IsImported, Expr::value(false))
        .col_expr(organization::Column::Revision, Expr::value(revision.saturating_add(1)))
        .filter(organization::COLUMN.code.eq(record.code.as_str()))
        .filter(organization::COLUMN.revision.eq(revision))
        .exec(connection)
        .await?;
    match changed.rows_affected {
        0 => Err(StoreError::Conflict {
            what: format!("organization `{}` was changed meanwhile", record.code),
        }),
        _ => Ok(()),
    }
}
