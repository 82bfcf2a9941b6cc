//! Regions and the tree they form.

mod records;

use std::collections::HashMap;

use kaishu_types::RegionCode;
use kaishu_types::organization::RegionView;
use kaishu_types::vocabulary::RegionLevel;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::convert::{CHUNK_ROWS, check_optional, check_text, named, number, word};
use crate::entity::{dataset, organization, region};
use crate::listing::{self, Listed};
use crate::{Result, Store, StoreError};

pub use records::{RegionRecord, add, change, records};

/// A region to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRegion {
    /// Its code; an existing region with this code is changed.
    pub code: RegionCode,
    /// The name.
    pub name: String,
    /// The English name.
    pub name_en: Option<String>,
    /// Its level.
    pub level: RegionLevel,
    /// The region above it: one of the store or of the same call.
    pub parent: Option<RegionCode>,
    /// A few sentences for its zone.
    pub description: Option<String>,
    /// Code of its data authority, which may be written later.
    pub authority: Option<String>,
    /// Its place in lists.
    pub position: i32,
}

/// Writes regions, by code.
pub async fn upsert(store: &Store, regions: &[NewRegion]) -> Result<()> {
    for region in regions {
        let what = format!("region `{}`", region.code);
        check_text(&region.name, &what)?;
        for text in [&region.name_en, &region.description, &region.authority] {
            check_optional(text.as_deref(), &what)?;
        }
    }
    let transaction = store.begin_immediate().await?;
    for chunk in regions.chunks(CHUNK_ROWS) {
        write_rows(&transaction, chunk).await?;
    }
    let ids = ids_by_code(&transaction).await?;
    for region in regions {
        let parent_id = match &region.parent {
            None => None,
            Some(parent) => Some(ids.get(parent.as_str()).copied().ok_or_else(|| {
                StoreError::invalid(format!(
                    "region `{}` names `{parent}` as the region above it, which does not exist",
                    region.code
                ))
            })?),
        };
        region::Entity::update_many()
            .col_expr(region::Column::ParentId, parent_id.into())
            .filter(region::COLUMN.code.eq(region.code.as_str()))
            .exec(&transaction)
            .await?;
    }
    check_tree(&transaction).await?;
    Ok(transaction.commit().await?)
}

async fn write_rows(transaction: &DatabaseTransaction, regions: &[NewRegion]) -> Result<()> {
    let rows = regions.iter().map(|region| region::ActiveModel {
        id: NotSet,
        code: Set(region.code.to_string()),
        name: Set(region.name.clone()),
        name_en: Set(region.name_en.clone()),
        level: Set(region.level.to_string()),
        parent_id: Set(None),
        description: Set(region.description.clone()),
        authority_code: Set(region.authority.clone()),
        position: Set(region.position),
    });
    let conflict = OnConflict::column("code")
        .update_columns(["name", "name_en", "level", "description", "authority_code", "position"])
        .to_owned();
    region::Entity::insert_many(rows)
        .on_conflict(conflict)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

async fn ids_by_code(transaction: &DatabaseTransaction) -> Result<HashMap<String, i64>> {
    let rows: Vec<(String, i64)> = region::Entity::find()
        .select_only()
        .columns([region::Column::Code, region::Column::Id])
        .into_tuple()
        .all(transaction)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Refuses a ring of regions, which no walk upwards would leave.
async fn check_tree(transaction: &DatabaseTransaction) -> Result<()> {
    let tree = Tree::load(transaction).await?;
    for row in tree.rows.values() {
        tree.ancestry(row.id)?;
    }
    Ok(())
}

/// All regions by id. There are at most a few thousand.
pub(crate) struct Tree {
    pub(crate) rows: HashMap<i64, region::Model>,
}

impl Tree {
    pub(crate) async fn load(connection: &impl ConnectionTrait) -> Result<Self> {
        let rows = region::Entity::find().all(connection).await?;
        Ok(Self { rows: rows.into_iter().map(|row| (row.id, row)).collect() })
    }

    /// Returns the code of a region and of all above it, itself first.
    pub(crate) fn ancestry(&self, id: i64) -> Result<Vec<String>> {
        let mut codes = Vec::new();
        let mut next = Some(id);
        while let Some(id) = next {
            let row = self
                .rows
                .get(&id)
                .ok_or_else(|| StoreError::corrupt(format!("there is no region of id {id}")))?;
            if codes.contains(&row.code) {
                return Err(StoreError::invalid(format!(
                    "region `{}` would be above itself; name another region above it",
                    row.code
                )));
            }
            codes.push(row.code.clone());
            next = row.parent_id;
        }
        Ok(codes)
    }
}

/// Datasets of a region or organization.
#[derive(FromQueryResult)]
pub(crate) struct Tally {
    pub(crate) id: i64,
    pub(crate) count: i64,
}

/// Lists all regions by place and code. `n_datasets` counts the listed datasets of the region
/// itself; the caller adds those below.
pub async fn list(store: &Store, listed: Listed) -> Result<Vec<RegionView>> {
    let transaction = store.begin_read().await?;
    let rows = region::Entity::find()
        .order_by_asc(region::COLUMN.position)
        .order_by_asc(region::COLUMN.code)
        .all(&transaction)
        .await?;
    let authority_codes: Vec<&str> =
        rows.iter().filter_map(|row| row.authority_code.as_deref()).collect();
    let authorities: HashMap<String, organization::Model> = organization::Entity::find()
        .filter(organization::COLUMN.code.is_in(authority_codes))
        .all(&transaction)
        .await?
        .into_iter()
        .map(|row| (row.code.clone(), row))
        .collect();
    let tallies = dataset::Entity::find()
        .select_only()
        .column_as(dataset::Column::RegionId, "id")
        .column_as(dataset::COLUMN.id.count(), "count")
        .filter(listing::condition(listed))
        .group_by(dataset::Column::RegionId)
        .into_model::<Tally>()
        .all(&transaction)
        .await?;
    transaction.commit().await?;

    let counts: HashMap<i64, i64> = tallies.iter().map(|tally| (tally.id, tally.count)).collect();
    let by_id: HashMap<i64, &region::Model> = rows.iter().map(|row| (row.id, row)).collect();
    rows.iter().map(|row| view(row, &by_id, &authorities, &counts)).collect()
}

fn view(
    row: &region::Model,
    by_id: &HashMap<i64, &region::Model>,
    authorities: &HashMap<String, organization::Model>,
    counts: &HashMap<i64, i64>,
) -> Result<RegionView> {
    let what = format!("region `{}`", row.code);
    let parent = row.parent_id.and_then(|id| by_id.get(&id));
    let authority = row.authority_code.as_ref().and_then(|code| authorities.get(code));
    Ok(RegionView {
        named: named(&row.code, &row.name, row.name_en.as_deref()),
        level: word(&row.level, &what, "level")?,
        parent: parent.map(|row| named(&row.code, &row.name, row.name_en.as_deref())),
        description: row.description.clone(),
        authority: authority.map(|row| named(&row.code, &row.name, row.name_en.as_deref())),
        n_datasets: number(counts.get(&row.id).copied().unwrap_or(0), &what, "count")?,
    })
}
