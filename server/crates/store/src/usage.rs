//! Views and downloads, by dataset and day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kaishu_types::DatasetCode;
use kaishu_types::stats::DayUsage;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{CHUNK_ROWS, number, stored_number, word};
use crate::entity::{dataset, usage_day};
use crate::{Result, Store, StoreError};

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

/// Adds to the counters of days and of datasets, all or nothing.
pub async fn add(store: &Store, used: &[Used]) -> Result<()> {
    let mut by_code: BTreeMap<&str, BTreeMap<NaiveDate, (i64, i64)>> = BTreeMap::new();
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
    let mut rows = Vec::with_capacity(used.len());
    for (code, days) in by_code {
        let views = days.values().map(|(views, _)| views).sum::<i64>();
        let downloads = days.values().map(|(_, downloads)| downloads).sum::<i64>();
        let id: Option<i64> = dataset::Entity::find()
            .select_only()
            .column(dataset::Column::Id)
            .filter(dataset::COLUMN.code.eq(code))
            .into_tuple()
            .one(&transaction)
            .await?;
        let id = id.ok_or_else(|| StoreError::not_found(format!("dataset `{code}`")))?;
        dataset::Entity::update_many()
            .col_expr(dataset::Column::NViews, Expr::col(dataset::Column::NViews).add(views))
            .col_expr(
                dataset::Column::NDownloads,
                Expr::col(dataset::Column::NDownloads).add(downloads),
            )
            .filter(dataset::COLUMN.id.eq(id))
            .exec(&transaction)
            .await?;
        rows.extend(days.into_iter().map(|(day, (views, downloads))| usage_day::ActiveModel {
            dataset_id: Set(id),
            day: Set(day),
            views: Set(views),
            downloads: Set(downloads),
        }));
    }
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

#[derive(FromQueryResult)]
struct DayRow {
    day: NaiveDate,
    views: i64,
    downloads: i64,
}

/// Sums the usage of all datasets by day, both ends included, oldest first. Days without any are
/// left out.
pub async fn by_day(store: &Store, from: NaiveDate, to: NaiveDate) -> Result<Vec<DayUsage>> {
    let rows = usage_day::Entity::find()
        .select_only()
        .column(usage_day::Column::Day)
        .column_as(sum_of("views"), "views")
        .column_as(sum_of("downloads"), "downloads")
        .filter(usage_day::COLUMN.day.between(from, to))
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
