//! Records of regions, as those see and edit them who keep them (ORG-04, ZON-01).

use std::collections::HashMap;

use kaishu_types::vocabulary::RegionLevel;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{NewRegion, Tree, ids_by_code};
use crate::convert::{check_optional, check_text, word};
use crate::entity::{dataset, region};
use crate::{Result, Store, StoreError, Transaction, feed};

/// The record of a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionRecord {
    /// Its code.
    pub code: String,
    /// The name.
    pub name: String,
    /// The English name.
    pub name_en: Option<String>,
    /// Its level.
    pub level: RegionLevel,
    /// Code of the region above it.
    pub parent: Option<String>,
    /// A few sentences for its zone.
    pub description: Option<String>,
    /// Code of its data authority.
    pub authority: Option<String>,
}

/// Lists the records of all regions, by place and code.
pub async fn records(store: &Store) -> Result<Vec<RegionRecord>> {
    let rows = region::Entity::find()
        .order_by_asc(region::COLUMN.position)
        .order_by_asc(region::COLUMN.code)
        .all(&store.connection)
        .await?;
    let codes: HashMap<i64, String> = rows.iter().map(|row| (row.id, row.code.clone())).collect();
    let record = |row: region::Model| {
        let what = format!("region `{}`", row.code);
        Ok(RegionRecord {
            level: word(&row.level, &what, "level")?,
            parent: row.parent_id.and_then(|id| codes.get(&id).cloned()),
            code: row.code,
            name: row.name,
            name_en: row.name_en,
            description: row.description,
            authority: row.authority_code,
        })
    };
    rows.into_iter().map(record).collect()
}

/// Adds a region behind those that are there; its place is given here.
///
/// # Errors
///
/// `Conflict` where the code is taken, `Invalid` for a region above it that does not exist.
pub async fn add(transaction: &Transaction, new: &NewRegion) -> Result<()> {
    let what = format!("region `{}`", new.code);
    check_text(&new.name, &what)?;
    for text in [&new.name_en, &new.description, &new.authority] {
        check_optional(text.as_deref(), &what)?;
    }
    let connection = &transaction.inner;
    let ids = ids_by_code(connection).await?;
    let parent_id = match &new.parent {
        None => None,
        Some(parent) => {
            let missing = || StoreError::invalid(format!("region `{parent}` does not exist"));
            Some(ids.get(parent.as_str()).copied().ok_or_else(missing)?)
        }
    };
    let last: Option<Option<i32>> = region::Entity::find()
        .select_only()
        .column_as(region::Column::Position.max(), "last")
        .into_tuple()
        .one(connection)
        .await?;
    let row = region::ActiveModel {
        id: NotSet,
        code: Set(new.code.to_string()),
        name: Set(new.name.clone()),
        name_en: Set(new.name_en.clone()),
        level: Set(new.level.to_string()),
        parent_id: Set(parent_id),
        description: Set(new.description.clone()),
        authority_code: Set(new.authority.clone()),
        position: Set(last.flatten().unwrap_or_default().saturating_add(1)),
    };
    let is_taken = OnConflict::column(region::Column::Code).do_nothing().to_owned();
    let n_inserted = region::Entity::insert_many([row])
        .on_conflict(is_taken)
        .exec_without_returning(connection)
        .await?;
    match n_inserted {
        0 => Err(StoreError::Conflict { what: format!("the code `{}` is taken", new.code) }),
        _ => Ok(()),
    }
}

/// Changes names, description and authority of a region that still is as it was read; where it is and on which level
/// stays. It is written in a transaction of the catalogue ([`Store::begin_catalogue`]).
///
/// # Errors
///
/// `Conflict` where somebody changed it meanwhile.
pub async fn change(
    transaction: &Transaction,
    before: &RegionRecord,
    after: &RegionRecord,
) -> Result<()> {
    let what = format!("region `{}`", before.code);
    check_text(&after.name, &what)?;
    for text in [&after.name_en, &after.description, &after.authority] {
        check_optional(text.as_deref(), &what)?;
    }
    let connection = &transaction.inner;
    let updated = region::Entity::update_many()
        .col_expr(region::Column::Name, Expr::value(after.name.as_str()))
        .col_expr(region::Column::NameEn, Expr::value(after.name_en.clone()))
        .col_expr(region::Column::Description, Expr::value(after.description.clone()))
        .col_expr(region::Column::AuthorityCode, Expr::value(after.authority.clone()))
        .filter(region::Column::Code.eq(before.code.as_str()))
        .filter(region::Column::Name.eq(before.name.as_str()))
        .filter(still(region::Column::NameEn, before.name_en.as_deref()))
        .filter(still(region::Column::Description, before.description.as_deref()))
        .filter(still(region::Column::AuthorityCode, before.authority.as_deref()))
        .exec(connection)
        .await?;
    if updated.rows_affected == 0 {
        return Err(StoreError::Conflict { what: "somebody changed this region since".to_owned() });
    }
    if (&before.name, &before.name_en) != (&after.name, &after.name_en) {
        tell_of_datasets(connection, &before.code).await?;
    }
    Ok(())
}

fn still(column: region::Column, value: Option<&str>) -> Condition {
    Condition::all().add(match value {
        Some(value) => column.eq(value),
        None => column.is_null(),
    })
}

/// The index holds the names of regions with each dataset, so those of a region and below are read again.
async fn tell_of_datasets(connection: &DatabaseTransaction, code: &str) -> Result<()> {
    let tree = Tree::load(connection).await?;
    let mut within = Vec::new();
    for row in tree.rows.values() {
        if tree.ancestry(row.id)?.iter().any(|it| it == code) {
            within.push(row.id);
        }
    }
    let codes: Vec<String> = dataset::Entity::find()
        .select_only()
        .column(dataset::Column::Code)
        .filter(dataset::Column::RegionId.is_in(within))
        .into_tuple()
        .all(connection)
        .await?;
    feed::append(connection, &codes).await
}
