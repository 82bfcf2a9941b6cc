//! The public catalogue in the order of its codes, a page at a time.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use kaishu_types::DatasetCode;
use kaishu_types::vocabulary::OpenClass;
use sea_orm::{EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{CHUNK_ROWS, word};
use crate::entity::dataset;
use crate::listing::{self, Listed};
use crate::{Result, Store};

/// Where a page of [`listed_codes`] begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// Behind so many others that are listed as well.
    Place(u64),
    /// Behind this code.
    Code(DatasetCode),
}

/// Counts the datasets that a rule lists.
pub async fn n_listed(store: &Store, listed: Listed) -> Result<u64> {
    let found = dataset::Entity::find().filter(listing::condition(listed));
    Ok(found.count(&store.connection).await?)
}

/// Lists the datasets that a rule lists, by code, each with the time of its last update. What is not
/// listed takes no place, so that nobody can tell how many there are in between.
pub async fn listed_codes(
    store: &Store,
    listed: Listed,
    from: &From,
    limit: u64,
) -> Result<Vec<(DatasetCode, DateTime<Utc>)>> {
    let all = dataset::Entity::find()
        .select_only()
        .columns([dataset::Column::Code, dataset::Column::OpenClass])
        .columns([dataset::Column::PublishedAt, dataset::Column::UpdatedAt])
        .filter(listing::condition(listed))
        .order_by_asc(dataset::COLUMN.code)
        .limit(limit);
    let wanted = match from {
        From::Place(place) => all.offset(*place),
        From::Code(code) => all.filter(dataset::COLUMN.code.gt(code.as_str())),
    };
    let rows: Vec<(String, String, DateTime<Utc>, DateTime<Utc>)> =
        wanted.into_tuple().all(&store.connection).await?;
    rows.into_iter()
        .map(|(code, class, published_at, updated_at)| {
            // By name only: no date may tell that something changed.
            let is_closed = class == OpenClass::None.as_str();
            let dated = if is_closed { published_at } else { updated_at };
            Ok((word(&code, "a dataset", "code")?, dated))
        })
        .collect()
}

/// Finds those of some codes that a rule lists.
pub async fn listed_among(
    store: &Store,
    listed: Listed,
    codes: &[String],
) -> Result<BTreeSet<String>> {
    let mut among = BTreeSet::new();
    for chunk in codes.chunks(CHUNK_ROWS) {
        let found: Vec<String> = dataset::Entity::find()
            .select_only()
            .column(dataset::Column::Code)
            .filter(listing::condition(listed))
            .filter(dataset::COLUMN.code.is_in(chunk.iter().map(String::as_str)))
            .into_tuple()
            .all(&store.connection)
            .await?;
        among.extend(found);
    }
    Ok(among)
}

/// Finds the titles of those of some codes that a rule lists, by code.
pub async fn titles_among(
    store: &Store,
    listed: Listed,
    codes: &[String],
) -> Result<BTreeMap<String, String>> {
    let mut among = BTreeMap::new();
    for chunk in codes.chunks(CHUNK_ROWS) {
        let found: Vec<(String, String)> = dataset::Entity::find()
            .select_only()
            .columns([dataset::Column::Code, dataset::Column::Title])
            .filter(listing::condition(listed))
            .filter(dataset::COLUMN.code.is_in(chunk.iter().map(String::as_str)))
            .into_tuple()
            .all(&store.connection)
            .await?;
        among.extend(found);
    }
    Ok(among)
}

/// Finds the entries that are assembled from an entry (CAT-20), by code.
pub async fn assembled_from(store: &Store, code: &DatasetCode) -> Result<Vec<DatasetCode>> {
    // The text finds what may name it; what it says decides.
    let rows = dataset::Entity::find()
        .filter(dataset::COLUMN.fields.contains(format!("\"{code}\"")))
        .order_by_asc(dataset::COLUMN.code)
        .all(&store.connection)
        .await?;
    let mut found = Vec::new();
    for row in rows {
        let fields = super::row::fields(&row)?;
        if fields.provenance.sources.iter().any(|source| source == code.as_str()) {
            found.push(word(&row.code, "a dataset", "code")?);
        }
    }
    Ok(found)
}
