//! Counts for the public statistics (SHOW-07).

use std::collections::HashMap;

use chrono::NaiveDate;
use kaishu_types::stats::{Count, GroupStats, PortalStats, ProviderStats};
use kaishu_types::vocabulary::OpenClass;
use sea_orm::sea_query::{Expr, JoinType, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, ExprTrait, FromQueryResult,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, RelationDef, Select,
};

use crate::convert::{named, number};
use crate::entity::{data_item, dataset, organization, region, resource};
use crate::listing::{self, Listed};
use crate::{Result, Store};

/// Counts listed datasets on a day. The labels of the counts are empty, `by_region` counts each
/// region without those below, and `by_day` is empty ([`crate::usage::by_day`] has it): the caller
/// fills these.
pub async fn counts(store: &Store, listed: Listed, today: NaiveDate) -> Result<PortalStats> {
    let transaction = store.begin_read().await?;
    let by_provider = by_provider(&transaction, listed, today).await?;
    let by_class = by_class(&transaction, listed).await?;
    let by_theme = by_column(&transaction, listed, dataset::Column::Theme).await?;
    let by_frequency = by_column(&transaction, listed, dataset::Column::Frequency).await?;
    let by_region = by_region(&transaction, listed).await?;
    let by_format = by_format(&transaction, listed).await?;
    let n_items = n_public_items(&transaction, listed).await?;
    transaction.commit().await?;
    // Every dataset has one class.
    let total = |figure: fn(&GroupStats) -> u64| by_class.iter().map(figure).sum();
    Ok(PortalStats {
        n_datasets: total(|class| class.count),
        n_items,
        n_resources: by_format.iter().map(|count| count.count).sum(),
        n_organizations: by_provider.len() as u64,
        n_downloads: total(|class| class.n_downloads),
        n_views: total(|class| class.n_views),
        n_overdue: by_provider.iter().map(|provider| provider.n_overdue).sum(),
        by_class,
        by_theme,
        by_region,
        by_frequency,
        by_format,
        by_provider,
        by_day: Vec::new(),
    })
}

#[derive(FromQueryResult)]
struct GroupRow {
    value: String,
    count: i64,
    views: i64,
    downloads: i64,
}

/// Counts listed datasets and sums their use by the column that a query calls `value`, those with
/// most datasets first.
async fn with_use(
    transaction: &DatabaseTransaction,
    listed: Listed,
    query: Select<dataset::Entity>,
) -> Result<Vec<GroupStats>> {
    let rows = query
        .column_as(dataset::Column::Id.count(), "count")
        .column_as(sum_of(dataset::Column::NViews), "views")
        .column_as(sum_of(dataset::Column::NDownloads), "downloads")
        .filter(listing::condition(listed))
        .order_by_desc(Expr::col("count"))
        .order_by_asc(Expr::col("value"))
        .into_model::<GroupRow>()
        .all(transaction)
        .await?;
    rows.into_iter()
        .map(|GroupRow { value, count, views, downloads }| {
            let what = format!("the datasets of `{value}`");
            Ok(GroupStats {
                label: String::new(),
                count: number(count, &what, "count")?,
                n_views: number(views, &what, "views")?,
                n_downloads: number(downloads, &what, "downloads")?,
                value,
            })
        })
        .collect()
}

async fn by_class(transaction: &DatabaseTransaction, listed: Listed) -> Result<Vec<GroupStats>> {
    let query = dataset::Entity::find()
        .select_only()
        .column_as(dataset::Column::OpenClass, "value")
        .group_by(dataset::Column::OpenClass);
    with_use(transaction, listed, query).await
}

async fn by_region(transaction: &DatabaseTransaction, listed: Listed) -> Result<Vec<GroupStats>> {
    let query = dataset::Entity::find()
        .select_only()
        .column_as(region::Column::Code, "value")
        .inner_join(region::Entity)
        .group_by(region::Column::Code);
    with_use(transaction, listed, query).await
}

#[derive(FromQueryResult)]
struct Group {
    value: String,
    count: i64,
}

/// Counts rows of a query by the column it calls `value`, most frequent first.
async fn grouped<E>(transaction: &DatabaseTransaction, query: Select<E>) -> Result<Vec<Count>>
where
    E: EntityTrait,
{
    let rows = query
        .order_by_desc(Expr::col("count"))
        .order_by_asc(Expr::col("value"))
        .into_model::<Group>()
        .all(transaction)
        .await?;
    rows.into_iter()
        .map(|Group { value, count }| {
            let count = number(count, "a group", "count")?;
            Ok(Count { value, label: String::new(), count })
        })
        .collect()
}

async fn by_column(
    transaction: &DatabaseTransaction,
    listed: Listed,
    column: dataset::Column,
) -> Result<Vec<Count>> {
    let query = dataset::Entity::find()
        .select_only()
        .column_as(column, "value")
        .column_as(dataset::Column::Id.count(), "count")
        .filter(listing::condition(listed))
        .group_by(column);
    grouped(transaction, query).await
}

async fn by_format(transaction: &DatabaseTransaction, listed: Listed) -> Result<Vec<Count>> {
    let to_dataset: RelationDef = resource::Entity::belongs_to(dataset::Entity)
        .from(resource::Column::DatasetId)
        .to(dataset::Column::Id)
        .into();
    let query = resource::Entity::find()
        .select_only()
        .column_as(resource::Column::Format, "value")
        .column_as(resource::Column::Id.count(), "count")
        .join(JoinType::InnerJoin, to_dataset)
        .filter(listing::condition(listed))
        .filter(resource::Column::LastVersion.is_null())
        .filter(withheld().not())
        .group_by(resource::Column::Format);
    grouped(transaction, query).await
}

/// The datasets that do not say which formats they have, as the documents for search: an entry of
/// class none, and one whose files stay back only for data items that the public may not know of.
fn withheld() -> Condition {
    let with_items = |class: OpenClass| {
        data_item::Entity::find()
            .select_only()
            .column(data_item::Column::DatasetId)
            .filter(data_item::Column::OpenClass.eq(class.as_str()))
            .into_query()
    };
    let silently = Condition::all()
        .add(dataset::Column::OpenClass.eq(OpenClass::Unconditional.as_str()))
        .add(dataset::Column::Id.in_subquery(with_items(OpenClass::None)))
        .add(dataset::Column::Id.not_in_subquery(with_items(OpenClass::Conditional)));
    Condition::any().add(dataset::Column::OpenClass.eq(OpenClass::None.as_str())).add(silently)
}

async fn n_public_items(transaction: &DatabaseTransaction, listed: Listed) -> Result<u64> {
    let to_dataset: RelationDef = data_item::Entity::belongs_to(dataset::Entity)
        .from(data_item::Column::DatasetId)
        .to(dataset::Column::Id)
        .into();
    let query = data_item::Entity::find()
        .select_only()
        .column_as(data_item::Column::OpenClass, "value")
        .column_as(data_item::Column::Id.count(), "count")
        .join(JoinType::InnerJoin, to_dataset)
        .filter(listing::condition(listed))
        // An entry of class none is listed by name only, where it is listed.
        .filter(dataset::Column::OpenClass.ne(OpenClass::None.as_str()))
        .filter(data_item::Column::OpenClass.ne(OpenClass::None.as_str()))
        .group_by(data_item::Column::OpenClass);
    Ok(grouped(transaction, query).await?.iter().map(|count| count.count).sum())
}

#[derive(FromQueryResult)]
struct ProviderRow {
    id: i64,
    datasets: i64,
    overdue: i64,
    downloads: i64,
}

async fn by_provider(
    transaction: &DatabaseTransaction,
    listed: Listed,
    today: NaiveDate,
) -> Result<Vec<ProviderStats>> {
    let is_overdue = Expr::col(("dataset", "next_due"))
        .lt(today)
        .and(Expr::col(("dataset", "open_class")).ne(OpenClass::None.as_str()));
    let overdue = Expr::case(is_overdue, 1).finally(0);
    let rows = dataset::Entity::find()
        .select_only()
        .column_as(dataset::Column::OrganizationId, "id")
        .column_as(dataset::Column::Id.count(), "datasets")
        .column_as(Expr::expr(overdue).sum().cast_as("bigint"), "overdue")
        .column_as(sum_of(dataset::Column::NDownloads), "downloads")
        .filter(listing::condition(listed))
        .group_by(dataset::Column::OrganizationId)
        .into_model::<ProviderRow>()
        .all(transaction)
        .await?;
    let organizations: HashMap<i64, organization::Model> = organization::Entity::find()
        .all(transaction)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let mut providers = Vec::with_capacity(rows.len());
    for row in rows {
        let organization = organizations.get(&row.id).ok_or_else(|| {
            crate::StoreError::corrupt(format!("datasets name provider {}, who is missing", row.id))
        })?;
        let what = format!("organization `{}`", organization.code);
        providers.push(ProviderStats {
            organization: named(
                &organization.code,
                &organization.name,
                organization.name_en.as_deref(),
            ),
            n_datasets: number(row.datasets, &what, "datasets")?,
            n_overdue: number(row.overdue, &what, "overdue")?,
            n_downloads: number(row.downloads, &what, "downloads")?,
        });
    }
    providers.sort_by(|a, b| {
        b.n_datasets.cmp(&a.n_datasets).then_with(|| a.organization.code.cmp(&b.organization.code))
    });
    Ok(providers)
}

/// Sums a column of counters; PostgreSQL would answer with a NUMERIC.
fn sum_of(column: dataset::Column) -> SimpleExpr {
    column.sum().cast_as("bigint")
}
