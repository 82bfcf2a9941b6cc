//! The tables of files, as they can be asked.

use chrono::{DateTime, Utc};
use kaishu_types::DatasetCode;
use kaishu_types::dataset::ResourceView;
use kaishu_types::vocabulary::{Format, ResourceKind};
use sea_orm::ActiveValue::Set;
use sea_orm::{DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use crate::convert::{check_text, now, number, stored_number, word};
use crate::entity::{dataset, job, resource, resource_table};
use crate::{Result, Store, StoreError, feed};

/// A table of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// The sheet, the file in the archive; empty where the file is one table.
    pub name: String,
    /// The key of its Parquet file.
    pub blob_key: String,
    /// Size of that file.
    pub size_bytes: u64,
    /// Rows.
    pub n_rows: u64,
    /// Columns, profiles and problems: JSON in the words of the caller.
    pub facts: String,
}

/// A file that tables may be made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabularFile {
    /// The dataset.
    pub dataset: DatasetCode,
    /// The key of its bytes.
    pub blob_key: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Its format.
    pub format: Format,
    /// The name it was uploaded by.
    pub file_name: Option<String>,
}

/// Formats that tables are made of.
pub const TABULAR: &[Format] = &[
    Format::Csv,
    Format::Tsv,
    Format::Xlsx,
    Format::Xls,
    Format::Ods,
    Format::Json,
    Format::Ndjson,
    Format::Geojson,
    Format::Parquet,
    Format::Zip,
];

/// Whether tables are made of a resource.
pub fn is_tabular(resource: &ResourceView) -> bool {
    resource.kind == ResourceKind::File && TABULAR.contains(&resource.format)
}

/// The kind of the jobs that take files in; their subject is the number of a resource.
pub const INGEST: &str = "ingest";

/// Lists files that could be tables and that no job of a kind was made for yet, oldest first.
pub async fn without_job(store: &Store, kind: &str, limit: u64) -> Result<Vec<i64>> {
    let with_job = job::Entity::find()
        .select_only()
        .column(job::Column::Subject)
        .filter(job::COLUMN.kind.eq(kind))
        .into_query();
    let formats = TABULAR.iter().map(|format| format.as_str());
    Ok(resource::Entity::find()
        .select_only()
        .column(resource::Column::Id)
        .filter(resource::COLUMN.blob_key.is_not_null())
        .filter(resource::COLUMN.format.is_in(formats))
        .filter(resource::COLUMN.id.not_in_subquery(with_job))
        .order_by_asc(resource::COLUMN.id)
        .limit(limit)
        .into_tuple()
        .all(&store.connection)
        .await?)
}

/// Finds the file of a resource.
pub async fn file(store: &Store, resource_id: i64) -> Result<Option<TabularFile>> {
    let row = resource::Entity::find_by_id(resource_id).one(&store.connection).await?;
    let Some(row) = row else { return Ok(None) };
    let Some(blob_key) = row.blob_key else { return Ok(None) };
    let what = format!("resource {resource_id}");
    let code: Option<String> = dataset::Entity::find_by_id(row.dataset_id)
        .select_only()
        .column(dataset::Column::Code)
        .into_tuple()
        .one(&store.connection)
        .await?;
    let Some(code) = code else { return Ok(None) };
    Ok(Some(TabularFile {
        dataset: word(&code, &what, "dataset")?,
        blob_key,
        size_bytes: number(row.size_bytes.unwrap_or(0), &what, "size_bytes")?,
        format: word(&row.format, &what, "format")?,
        file_name: row.file_name,
    }))
}

/// Puts the tables of a file in the place of those that it had, and says that its dataset changed.
pub async fn put(
    store: &Store,
    resource_id: i64,
    dataset: &DatasetCode,
    tables: Vec<TableRow>,
) -> Result<()> {
    let transaction = store.begin_write().await?;
    replace(&transaction, resource_id, dataset, tables).await?;
    Ok(transaction.commit().await?)
}

/// The same as a part of a transaction.
pub(crate) async fn replace(
    transaction: &DatabaseTransaction,
    resource_id: i64,
    dataset: &DatasetCode,
    tables: Vec<TableRow>,
) -> Result<()> {
    let now = now();
    let mut rows = Vec::with_capacity(tables.len());
    for (position, table) in tables.into_iter().enumerate() {
        let what = format!("table {position} of resource {resource_id}");
        check_text(&table.name, &what)?;
        rows.push(resource_table::ActiveModel {
            resource_id: Set(resource_id),
            position: Set(stored_number(position, &what)?),
            name: Set(table.name),
            blob_key: Set(table.blob_key),
            size_bytes: Set(stored_number(table.size_bytes, &what)?),
            n_rows: Set(stored_number(table.n_rows, &what)?),
            facts: Set(table.facts),
            created_at: Set(now),
        });
    }
    resource_table::Entity::delete_many()
        .filter(resource_table::COLUMN.resource_id.eq(resource_id))
        .exec(transaction)
        .await?;
    if !rows.is_empty() {
        resource_table::Entity::insert_many(rows).exec_without_returning(transaction).await?;
    }
    feed::append(transaction, &[dataset.to_string()]).await
}

/// A table of a file, without what was found out about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTable {
    /// The file.
    pub resource_id: i64,
    /// Its place among the tables of the file, from 0.
    pub position: i32,
    /// The sheet, the file in the archive; empty where the file is one table.
    pub name: String,
    /// The key of its Parquet file.
    pub blob_key: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Lists the tables of files, by file and in their order.
pub async fn of_resources(store: &Store, resources: &[i64]) -> Result<Vec<StoredTable>> {
    let mut found = Vec::new();
    for chunk in resources.chunks(crate::convert::CHUNK_ROWS) {
        let rows: Vec<(i64, i32, String, String, DateTime<Utc>)> = resource_table::Entity::find()
            .select_only()
            .columns([
                resource_table::Column::ResourceId,
                resource_table::Column::Position,
                resource_table::Column::Name,
                resource_table::Column::BlobKey,
                resource_table::Column::CreatedAt,
            ])
            .filter(resource_table::COLUMN.resource_id.is_in(chunk.iter().copied()))
            .order_by_asc(resource_table::COLUMN.resource_id)
            .order_by_asc(resource_table::COLUMN.position)
            .into_tuple()
            .all(&store.connection)
            .await?;
        found.extend(rows.into_iter().map(
            |(resource_id, position, name, blob_key, created_at)| StoredTable {
                resource_id,
                position,
                name,
                blob_key,
                created_at,
            },
        ));
    }
    Ok(found)
}

/// Lists the datasets with files.
pub async fn datasets(store: &Store) -> Result<Vec<DatasetCode>> {
    let of_files = resource::Entity::find()
        .select_only()
        .column(resource::Column::DatasetId)
        .filter(resource::COLUMN.kind.eq(ResourceKind::File.as_str()))
        .into_query();
    let codes: Vec<String> = dataset::Entity::find()
        .select_only()
        .column(dataset::Column::Code)
        .filter(dataset::COLUMN.id.in_subquery(of_files))
        .order_by_asc(dataset::COLUMN.code)
        .into_tuple()
        .all(&store.connection)
        .await?;
    codes.iter().map(|code| word(code, "a dataset", "code")).collect()
}

/// Reads what was found out about a table.
pub async fn facts(store: &Store, table: &StoredTable) -> Result<String> {
    let facts: Option<String> = resource_table::Entity::find()
        .select_only()
        .column(resource_table::Column::Facts)
        .filter(resource_table::COLUMN.resource_id.eq(table.resource_id))
        .filter(resource_table::COLUMN.position.eq(table.position))
        // A file may have been taken in again in the meantime.
        .filter(resource_table::COLUMN.blob_key.eq(&table.blob_key))
        .into_tuple()
        .one(&store.connection)
        .await?;
    let gone = || StoreError::not_found(format!("a table of resource {}", table.resource_id));
    facts.ok_or_else(gone)
}
