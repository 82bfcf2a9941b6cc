//! What agencies deliver of their entries, and what they say of it (PUB-08).

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_types::DatasetCode;
use kaishu_types::register::DeliveryStanding;
use kaishu_types::vocabulary::{CatalogueKind, DatasetState, Frequency, ResourceKind};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, JoinType, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, RelationDef,
};
use serde::Deserialize;

use crate::convert::{CHUNK_ROWS, check_text, number, to_stored, word};
use crate::entity::{dataset, delivery, organization, region, resource};
use crate::{Result, Store, StoreError, Transaction};

/// What an agency said of the delivery of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Whether it is to be delivered.
    pub standing: DeliveryStanding,
    /// The first day of which the agency holds data.
    pub held_since: Option<NaiveDate>,
    /// Number of the system behind an exemption.
    pub system: Option<i64>,
    /// Title, article and level of the law behind a refusal; empty where there is none.
    pub basis: [String; 3],
    /// Why.
    pub reason: String,
    /// How often it was saved; 0 where nothing was said yet.
    pub revision: i32,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            standing: DeliveryStanding::Due,
            held_since: None,
            system: None,
            basis: Default::default(),
            reason: String::new(),
            revision: 0,
        }
    }
}

/// An entry with what is there of its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveredEntry {
    /// Its number, which is its place in the list.
    pub id: i64,
    /// Its code.
    pub code: DatasetCode,
    /// Its title.
    pub title: String,
    /// Code of the provider.
    pub organization: String,
    /// Code of the region.
    pub region: String,
    /// Base, topic or business.
    pub kind: CatalogueKind,
    /// How often its data changes.
    pub frequency: Frequency,
    /// When data last came.
    pub updated_at: DateTime<Utc>,
    /// The day by which it must come again.
    pub next_due: Option<NaiveDate>,
    /// Its version.
    pub version: u32,
    /// The first day the data speaks of.
    pub covers_from: Option<NaiveDate>,
    /// Files and interfaces that the version has.
    pub n_resources: u64,
    /// What the agency said of it.
    pub said: Delivery,
}

/// The fields of an entry that say what it is and what time it covers; the others are passed over.
#[derive(Deserialize)]
struct Coverage {
    kind: CatalogueKind,
    #[serde(default)]
    temporal_start: Option<NaiveDate>,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    code: String,
    title: String,
    organization: String,
    region: String,
    frequency: String,
    updated_at: DateTime<Utc>,
    next_due: Option<NaiveDate>,
    version: i32,
    fields: String,
}

/// Lists the entries of some organizations or regions that are in the catalogue, suspended ones too, by number,
/// from behind a place on.
pub async fn entries(
    store: &Store,
    (organizations, regions): (&[String], &[String]),
    (after, limit): (i64, u64),
) -> Result<Vec<DeliveredEntry>> {
    let place = Condition::any()
        .add(organization::Column::Code.is_in(organizations.iter().map(String::as_str)))
        .add(region::Column::Code.is_in(regions.iter().map(String::as_str)));
    read_entries(store, place, (after, limit)).await
}

/// Finds one entry that is in the catalogue.
pub async fn entry(store: &Store, code: &DatasetCode) -> Result<Option<DeliveredEntry>> {
    let only = Condition::all().add(dataset::Column::Code.eq(code.as_str()));
    Ok(read_entries(store, only, (0, 1)).await?.pop())
}

async fn read_entries(
    store: &Store,
    which: Condition,
    (after, limit): (i64, u64),
) -> Result<Vec<DeliveredEntry>> {
    let to_organization: RelationDef = dataset::Entity::belongs_to(organization::Entity)
        .from(dataset::Column::OrganizationId)
        .to(organization::Column::Id)
        .into();
    let to_region: RelationDef = dataset::Entity::belongs_to(region::Entity)
        .from(dataset::Column::RegionId)
        .to(region::Column::Id)
        .into();
    let kept = [DatasetState::Published, DatasetState::Suspended];
    let rows = dataset::Entity::find()
        .select_only()
        .columns([
            dataset::Column::Id,
            dataset::Column::Code,
            dataset::Column::Title,
            dataset::Column::Frequency,
            dataset::Column::UpdatedAt,
            dataset::Column::NextDue,
            dataset::Column::Version,
            dataset::Column::Fields,
        ])
        .column_as(organization::Column::Code, "organization")
        .column_as(region::Column::Code, "region")
        .join(JoinType::InnerJoin, to_organization)
        .join(JoinType::InnerJoin, to_region)
        .filter(which)
        .filter(dataset::Column::State.is_in(kept.iter().map(|state| state.as_str())))
        .filter(dataset::Column::Id.gt(after))
        .order_by_asc(dataset::Column::Id)
        .limit(limit)
        .into_model::<Row>()
        .all(&store.connection)
        .await?;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let codes: Vec<String> = rows.iter().map(|row| row.code.clone()).collect();
    let mut n_resources = resources(store, &ids).await?;
    let mut said = said(store, &codes).await?;
    let read = |row: Row| {
        let n_resources = n_resources.remove(&row.id).unwrap_or_default();
        let said = said.remove(&row.code).unwrap_or_default();
        view(row, n_resources, said)
    };
    rows.into_iter().map(read).collect()
}

/// Counts the files and interfaces of the present versions; a mere link delivers nothing.
async fn resources(store: &Store, ids: &[i64]) -> Result<BTreeMap<i64, u64>> {
    let mut counts = BTreeMap::new();
    for chunk in ids.chunks(CHUNK_ROWS) {
        let rows: Vec<(i64, i64)> = resource::Entity::find()
            .select_only()
            .column(resource::Column::DatasetId)
            .column_as(Expr::col(resource::Column::Id).count(), "n")
            .filter(resource::COLUMN.dataset_id.is_in(chunk.iter().copied()))
            .filter(resource::COLUMN.last_version.is_null())
            .filter(resource::COLUMN.kind.ne(ResourceKind::Link.as_str()))
            .group_by(resource::Column::DatasetId)
            .into_tuple()
            .all(&store.connection)
            .await?;
        for (id, n) in rows {
            counts.insert(id, number(n, "a count of resources", "n")?);
        }
    }
    Ok(counts)
}

async fn said(store: &Store, codes: &[String]) -> Result<BTreeMap<String, Delivery>> {
    let mut found = BTreeMap::new();
    for chunk in codes.chunks(CHUNK_ROWS) {
        let rows = delivery::Entity::find()
            .filter(delivery::COLUMN.dataset.is_in(chunk.iter().map(String::as_str)))
            .all(&store.connection)
            .await?;
        for row in rows {
            found.insert(row.dataset.clone(), read(row)?);
        }
    }
    Ok(found)
}

/// Keeps what an agency says of an entry, over the revision that was read.
///
/// # Errors
///
/// `Conflict` where somebody said something since.
pub async fn save(
    transaction: &Transaction,
    code: &DatasetCode,
    delivery: &Delivery,
    now: DateTime<Utc>,
) -> Result<()> {
    let [title, article, level] = &delivery.basis;
    for text in [title, article, level, &delivery.reason] {
        check_text(text, "a delivery")?;
    }
    let row = delivery::ActiveModel {
        id: NotSet,
        dataset: Set(code.to_string()),
        standing: Set(delivery.standing.to_string()),
        held_since: Set(delivery.held_since),
        system_id: Set(delivery.system),
        basis_title: Set(title.clone()),
        basis_article: Set(article.clone()),
        basis_level: Set(level.clone()),
        reason: Set(delivery.reason.clone()),
        revision: Set(delivery.revision + 1),
        changed_at: Set(to_stored(now)),
    };
    let n_kept = match delivery.revision {
        0 => {
            delivery::Entity::insert_many([row])
                .on_conflict(OnConflict::new().do_nothing().to_owned())
                .exec_without_returning(&transaction.inner)
                .await?
        }
        known => {
            let saved = delivery::Entity::update_many()
                .set(row)
                .filter(delivery::COLUMN.dataset.eq(code.as_str()))
                .filter(delivery::COLUMN.revision.eq(known))
                .exec(&transaction.inner)
                .await?;
            saved.rows_affected
        }
    };
    match n_kept {
        0 => Err(StoreError::Conflict {
            what: format!("the delivery of `{code}` has changed since it was read"),
        }),
        _ => Ok(()),
    }
}

/// Makes due again what a system exempted. Returns the codes of the entries.
pub async fn end_exemptions(
    transaction: &Transaction,
    system: i64,
    now: DateTime<Utc>,
) -> Result<Vec<String>> {
    let which = Condition::all()
        .add(delivery::Column::SystemId.eq(system))
        .add(delivery::Column::Standing.eq(DeliveryStanding::Exempt.as_str()));
    let codes: Vec<String> = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::Dataset)
        .filter(which.clone())
        .order_by_asc(delivery::Column::Dataset)
        .into_tuple()
        .all(&transaction.inner)
        .await?;
    delivery::Entity::update_many()
        .col_expr(delivery::Column::Standing, Expr::value(DeliveryStanding::Due.as_str()))
        .col_expr(delivery::Column::SystemId, Expr::value(Option::<i64>::None))
        .col_expr(delivery::Column::Revision, Expr::col(delivery::Column::Revision).add(1))
        .col_expr(delivery::Column::ChangedAt, Expr::value(to_stored(now)))
        .filter(which)
        .exec(&transaction.inner)
        .await?;
    Ok(codes)
}

fn read(row: delivery::Model) -> Result<Delivery> {
    Ok(Delivery {
        standing: word(&row.standing, &format!("delivery of `{}`", row.dataset), "standing")?,
        held_since: row.held_since,
        system: row.system_id,
        basis: [row.basis_title, row.basis_article, row.basis_level],
        reason: row.reason,
        revision: row.revision,
    })
}

fn view(row: Row, n_resources: u64, said: Delivery) -> Result<DeliveredEntry> {
    let what = format!("dataset `{}`", row.code);
    let coverage: Coverage = serde_json::from_str(&row.fields)
        .map_err(|error| StoreError::corrupt(format!("{what}, column `fields`: {error}")))?;
    Ok(DeliveredEntry {
        id: row.id,
        code: word(&row.code, &what, "code")?,
        title: row.title,
        kind: coverage.kind,
        organization: row.organization,
        region: row.region,
        frequency: word(&row.frequency, &what, "frequency")?,
        updated_at: row.updated_at,
        next_due: row.next_due,
        version: number(row.version, &what, "version")?,
        covers_from: coverage.temporal_start,
        n_resources,
        said,
    })
}
