//! The tables of files, as they can be asked.

use chrono::{DateTime, Utc};
use kaishu_types::DatasetCode;
use kaishu_types::vocabulary::Format;
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use crate::convert::{check_text, now, number, stored_number, word};
use crate::entity::{dataset, job, resource, resource_table};
use crate::{Result, Store, feed};

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
    let transaction = store.begin_write().await?;
    resource_table::Entity::delete_many()
        .filter(resource_table::COLUMN.resource_id.eq(resource_id))
        .exec(&transaction)
        .await?;
    if !rows.is_empty() {
        resource_table::Entity::insert_many(rows).exec_without_returning(&transaction).await?;
    }
    feed::append(&transaction, &[dataset.to_string()]).await?;
    Ok(transaction.commit().await?)
}

/// Lists the tables of a file, with the time they were made.
pub async fn of_resource(
    store: &Store,
    resource_id: i64,
) -> Result<Vec<(TableRow, DateTime<Utc>)>> {
    let rows = resource_table::Entity::find()
        .filter(resource_table::COLUMN.resource_id.eq(resource_id))
        .order_by_asc(resource_table::COLUMN.position)
        .all(&store.connection)
        .await?;
    rows.into_iter()
        .map(|row| {
            let what = format!("table {} of resource {resource_id}", row.position);
            let table = TableRow {
                name: row.name,
                blob_key: row.blob_key,
                size_bytes: number(row.size_bytes, &what, "size_bytes")?,
                n_rows: number(row.n_rows, &what, "n_rows")?,
                facts: row.facts,
            };
            Ok((table, row.created_at))
        })
        .collect()
}
