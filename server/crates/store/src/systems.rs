//! The register of agencies' information systems (PUB-09, PUB-10).

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_types::register::{Connection, DeliveryStanding};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::convert::{CHUNK_ROWS, check_text, number, to_stored, word};
use crate::entity::{delivery, information_system};
use crate::{Result, Store, StoreError, Transaction};

/// An information system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// Code of the agency.
    pub organization: String,
    /// Code of the region of the agency.
    pub region: String,
    /// What it does.
    pub purpose: String,
    /// How it is joined to the platform.
    pub connection: Connection,
    /// Why it cannot be connected, or the law that says otherwise.
    pub reason: String,
    /// How it is going to be connected.
    pub plan: String,
    /// The day by which it is.
    pub planned_on: Option<NaiveDate>,
    /// Number of the system of an upper unit that is used in its place.
    pub uses: Option<i64>,
    /// The day since which it is not in use.
    pub ended_on: Option<NaiveDate>,
    /// How often it was saved; 0 before it is kept.
    pub revision: i32,
}

/// Adds a system and returns its number.
pub async fn add(transaction: &Transaction, new: &System, now: DateTime<Utc>) -> Result<i64> {
    let row = row(new, 1, now)?;
    Ok(information_system::Entity::insert(row).exec_with_returning(&transaction.inner).await?.id)
}

/// Saves a system over the revision that was read.
///
/// # Errors
///
/// `Conflict` where somebody saved it since.
pub async fn save(transaction: &Transaction, system: &System, now: DateTime<Utc>) -> Result<()> {
    let row = information_system::ActiveModel {
        id: NotSet,
        organization: NotSet,
        ..row(system, system.revision + 1, now)?
    };
    let updated = information_system::Entity::update_many()
        .set(row)
        .filter(information_system::COLUMN.id.eq(system.id))
        .filter(information_system::COLUMN.revision.eq(system.revision))
        .exec(&transaction.inner)
        .await?;
    match updated.rows_affected {
        0 => Err(StoreError::Conflict {
            what: format!("system {} has changed since it was read", system.id),
        }),
        _ => Ok(()),
    }
}

fn row(
    system: &System,
    revision: i32,
    now: DateTime<Utc>,
) -> Result<information_system::ActiveModel> {
    let System { name, organization, region, purpose, reason, plan, .. } = system;
    for text in [name, organization, region, purpose, reason, plan] {
        check_text(text, "an information system")?;
    }
    Ok(information_system::ActiveModel {
        id: NotSet,
        name: Set(name.clone()),
        organization: Set(organization.clone()),
        region: Set(region.clone()),
        purpose: Set(purpose.clone()),
        connection: Set(system.connection.to_string()),
        reason: Set(reason.clone()),
        plan: Set(plan.clone()),
        planned_on: Set(system.planned_on),
        uses: Set(system.uses),
        ended_on: Set(system.ended_on),
        revision: Set(revision),
        changed_at: Set(to_stored(now)),
    })
}

/// Finds a system.
pub async fn find(store: &Store, id: i64) -> Result<Option<System>> {
    let found = information_system::Entity::find_by_id(id).one(&store.connection).await?;
    found.map(read).transpose()
}

/// Finds systems by their numbers.
pub async fn by_numbers(store: &Store, ids: &[i64]) -> Result<BTreeMap<i64, System>> {
    let mut found = BTreeMap::new();
    for chunk in ids.chunks(CHUNK_ROWS) {
        let rows = information_system::Entity::find()
            .filter(information_system::COLUMN.id.is_in(chunk.iter().copied()))
            .all(&store.connection)
            .await?;
        for row in rows {
            found.insert(row.id, read(row)?);
        }
    }
    Ok(found)
}

/// Lists the systems of some organizations or regions, by number, from behind a place on.
pub async fn list(
    store: &Store,
    (organizations, regions): (&[String], &[String]),
    (after, limit): (i64, u64),
) -> Result<Vec<System>> {
    let place = Condition::any()
        .add(
            information_system::Column::Organization
                .is_in(organizations.iter().map(String::as_str)),
        )
        .add(information_system::Column::Region.is_in(regions.iter().map(String::as_str)));
    let rows = information_system::Entity::find()
        .filter(place)
        .filter(information_system::Column::Id.gt(after))
        .order_by_asc(information_system::Column::Id)
        .limit(limit)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(read).collect()
}

/// Counts the entries that some systems exempt, by the number of the system.
pub async fn n_exempt(store: &Store, ids: &[i64]) -> Result<BTreeMap<i64, u64>> {
    let mut counts = BTreeMap::new();
    for chunk in ids.chunks(CHUNK_ROWS) {
        let rows: Vec<(Option<i64>, i64)> = delivery::Entity::find()
            .select_only()
            .column(delivery::Column::SystemId)
            .column_as(Expr::col(delivery::Column::Id).count(), "n")
            .filter(delivery::COLUMN.system_id.is_in(chunk.iter().copied()))
            .filter(delivery::COLUMN.standing.eq(DeliveryStanding::Exempt.as_str()))
            .group_by(delivery::Column::SystemId)
            .into_tuple()
            .all(&store.connection)
            .await?;
        for (id, n) in rows {
            let n: u64 = number(n, "a count of entries", "n")?;
            counts.extend(id.map(|id| (id, n)));
        }
    }
    Ok(counts)
}

fn read(row: information_system::Model) -> Result<System> {
    let what = format!("information system {}", row.id);
    Ok(System {
        id: row.id,
        connection: word(&row.connection, &what, "connection")?,
        name: row.name,
        organization: row.organization,
        region: row.region,
        purpose: row.purpose,
        reason: row.reason,
        plan: row.plan,
        planned_on: row.planned_on,
        uses: row.uses,
        ended_on: row.ended_on,
        revision: row.revision,
    })
}
