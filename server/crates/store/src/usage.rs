//! Views and downloads, by dataset and day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kaishu_types::DatasetCode;
use kaishu_types::stats::DayUsage;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{CaseStatement, Expr, OnConflict};
use sea_orm::{
    DatabaseTransaction, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::convert::{CHUNK_ROWS, number, stored_number, word};
use crate::entity::{dataset, usage_day};
use crate::listing::{self, Listed};
use crate::{Result, Store};

/// Views and downloads of a dataset on a day, to be added to what is counted already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// The dataset.
    pub dataset: DatasetCode,
    /// The day, in the portal's time zone.
    pub day: NaiveDate,
    /// Times its page was shown.
    pub views: u64,
    /// Files taken.
    pub downloads: u64,
}

/// How much a dataset was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopDataset {
    /// The dataset.
    pub code: DatasetCode,
    /// Its title.
    pub title: String,
    /// Times its page was shown.
    pub views: u64,
    /// Files taken.
    pub downloads: u64,
}

/// Views and downloads by day.
type Days = BTreeMap<NaiveDate, (i64, i64)>;

/// Adds to the counters of days and of datasets, all or nothing. Usage of a code that no dataset has
/// is passed over with a warning: it must not hold up the others.
pub async fn add(store: &Store, used: &[Used]) -> Result<()> {
    let mut by_code: BTreeMap<&str, Days> = BTreeMap::new();
    for one in used {
        let what = format!("the usage of dataset `{}`", one.dataset);
        let views: i64 = stored_number(one.views, &what)?;
        let downloads: i64 = stored_number(one.downloads, &what)?;
        let days = by_code.entry(one.dataset.as_str()).or_default();
        let sums = days.entry(one.day).or_default();
        sums.0 = sums.0.saturating_add(views);
        sums.1 = sums.1.saturating_add(downloads);
    }
    if by_code.is_empty() {
        return Ok(());
    }
    // Imports change the same rows in another order.
    let transaction = store.begin_write().await?;
    let by_id = find_ids(&transaction, by_code).await?;
    for chunk in by_id.chunks(CHUNK_ROWS) {
        add_to_datasets(&transaction, chunk).await?;
    }
    let rows: Vec<usage_day::ActiveModel> = by_id
        .into_iter()
        .flat_map(|(id, days)| {
            days.into_iter().map(move |(day, (views, downloads))| usage_day::ActiveModel {
                dataset_id: Set(id),
                day: Set(day),
                views: Set(views),
                downloads: Set(downloads),
            })
        })
        .collect();
    for chunk in rows.chunks(CHUNK_ROWS) {
        let sum = |column: &'static str| {
            Expr::col(("usage_day", column)).add(Expr::col(("excluded", column)))
        };
        let conflict = OnConflict::columns(["dataset_id", "day"])
            .value("views", sum("views"))
            .value("downloads", sum("downloads"))
            .to_owned();
        usage_day::Entity::insert_many(chunk.to_vec())
            .on_conflict(conflict)
            .exec_without_returning(&transaction)
            .await?;
    }
    Ok(transaction.commit().await?)
}

/// Replaces codes by the numbers of their datasets.
async fn find_ids(
    transaction: &DatabaseTransaction,
    mut by_code: BTreeMap<&str, Days>,
) -> Result<Vec<(i64, Days)>> {
    let codes: Vec<&str> = by_code.keys().copied().collect();
    let mut by_id = Vec::with_capacity(codes.len());
    for chunk in codes.chunks(CHUNK_ROWS) {
        let found: Vec<(i64, String)> = dataset::Entity::find()
            .select_only()
            .column(dataset::Column::Id)
            .column(dataset::Column::Code)
            .filter(dataset::COLUMN.code.is_in(chunk.iter().copied()))
            .order_by_asc(dataset::COLUMN.code)
            .into_tuple()
            .all(transaction)
            .await?;
        for (id, code) in found {
            by_id.extend(by_code.remove(code.as_str()).map(|days| (id, days)));
        }
    }
    for code in by_code.keys() {
        tracing::warn!(code, "usage of a dataset that does not exist was not counted");
    }
    Ok(by_id)
}

/// Adds the sums of several datasets in one statement.
async fn add_to_datasets(transaction: &DatabaseTransaction, chunk: &[(i64, Days)]) -> Result<()> {
    let sums = |of: fn(&(i64, i64)) -> i64| {
        let mut by_id = CaseStatement::new();
        for (id, days) in chunk {
            let sum = days.values().map(of).fold(0, i64::saturating_add);
            by_id = by_id.case(Expr::col(dataset::Column::Id).eq(*id), sum);
        }
        by_id.finally(0_i64)
    };
    dataset::Entity::update_many()
        .col_expr(
            dataset::Column::NViews,
            Expr::col(dataset::Column::NViews).add(sums(|(views, _)| *views)),
        )
        .col_expr(
            dataset::Column::NDownloads,
            Expr::col(dataset::Column::NDownloads).add(sums(|(_, downloads)| *downloads)),
        )
        .filter(dataset::COLUMN.id.is_in(chunk.iter().map(|(id, _)| *id)))
        .exec(transaction)
        .await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct DayRow {
    day: NaiveDate,
    views: i64,
    downloads: i64,
}

/// Sums the usage of listed datasets by day, both ends included, oldest first. Days without any are
/// left out.
pub async fn by_day(
    store: &Store,
    listed: Listed,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<DayUsage>> {
    let rows = usage_day::Entity::find()
        .select_only()
        .column(usage_day::Column::Day)
        .column_as(sum_of("views"), "views")
        .column_as(sum_of("downloads"), "downloads")
        .inner_join(dataset::Entity)
        .filter(usage_day::COLUMN.day.between(from, to))
        .filter(listing::condition(listed))
        .group_by(usage_day::Column::Day)
        .order_by_asc(usage_day::COLUMN.day)
        .into_model::<DayRow>()
        .all(&store.connection)
        .await?;
    rows.into_iter()
        .map(|row| {
            let what = format!("the usage of {}", row.day);
            Ok(DayUsage {
                day: row.day,
                views: number(row.views, &what, "views")?,
                downloads: number(row.downloads, &what, "downloads")?,
            })
        })
        .collect()
}

#[derive(FromQueryResult)]
struct TopRow {
    code: String,
    title: String,
    views: i64,
    downloads: i64,
}

/// Lists the most downloaded datasets since a day, then the most viewed. Whether the public may see
/// each of them is for the caller to check.
pub async fn top_datasets(store: &Store, limit: u64, since: NaiveDate) -> Result<Vec<TopDataset>> {
    let rows = usage_day::Entity::find()
        .select_only()
        .column_as(dataset::Column::Code, "code")
        .column_as(dataset::Column::Title, "title")
        .column_as(sum_of("views"), "views")
        .column_as(sum_of("downloads"), "downloads")
        .inner_join(dataset::Entity)
        .filter(usage_day::COLUMN.day.gte(since))
        .group_by(dataset::Column::Code)
        .group_by(dataset::Column::Title)
        .order_by_desc(Expr::col("downloads"))
        .order_by_desc(Expr::col("views"))
        .order_by_asc(dataset::COLUMN.code)
        .limit(limit)
        .into_model::<TopRow>()
        .all(&store.connection)
        .await?;
    rows.into_iter()
        .map(|row| {
            let what = format!("the usage of dataset `{}`", row.code);
            Ok(TopDataset {
                code: word(&row.code, &what, "code")?,
                title: row.title,
                views: number(row.views, &what, "views")?,
                downloads: number(row.downloads, &what, "downloads")?,
            })
        })
        .collect()
}

/// Sums a column of counters; PostgreSQL would answer with a NUMERIC.
fn sum_of(column: &'static str) -> Expr {
    Expr::col(("usage_day", column)).sum().cast_as("bigint")
}
