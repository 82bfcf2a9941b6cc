//! The end of data: its bytes go, its record stays (SEC-13).

use std::collections::BTreeSet;

use kaishu_types::DatasetCode;
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use crate::entity::{case_file, dataset, draft, in_place_copy, resource, resource_table};
use crate::{Result, StoreError, Transaction};

/// What was taken out of the catalogue, so that its bytes can go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Destroyed {
    /// SHA-256 of each file, for the certificate.
    pub files: Vec<String>,
    /// Keys of bytes that nothing else refers to.
    pub blob_keys: BTreeSet<String>,
}

/// Takes the files of a dataset, of all its versions, and the tables made of them out of the catalogue, in
/// a transaction of [`begin_catalogue`](crate::Store::begin_catalogue). Names, sizes and hashes stay.
///
/// # Errors
///
/// `NotFound` where there is no such dataset.
pub async fn destroy_data(transaction: &Transaction, code: &DatasetCode) -> Result<Destroyed> {
    let connection = &transaction.inner;
    let id: Option<i64> = dataset::Entity::find()
        .select_only()
        .column(dataset::Column::Id)
        .filter(dataset::COLUMN.code.eq(code.as_str()))
        .into_tuple()
        .one(connection)
        .await?;
    let id = id.ok_or_else(|| StoreError::not_found(format!("dataset `{code}`")))?;
    let files: Vec<(i64, Option<String>, Option<String>)> = resource::Entity::find()
        .select_only()
        .columns([resource::Column::Id, resource::Column::BlobKey, resource::Column::Sha256])
        .filter(resource::COLUMN.dataset_id.eq(id))
        .filter(resource::COLUMN.blob_key.is_not_null())
        .order_by_asc(resource::COLUMN.id)
        .into_tuple()
        .all(connection)
        .await?;
    let mut destroyed = Destroyed::default();
    for (resource_id, blob_key, sha256) in files {
        destroyed.blob_keys.extend(blob_key);
        destroyed.files.extend(sha256);
        let tables: Vec<String> = resource_table::Entity::find()
            .select_only()
            .column(resource_table::Column::BlobKey)
            .filter(resource_table::COLUMN.resource_id.eq(resource_id))
            .into_tuple()
            .all(connection)
            .await?;
        destroyed.blob_keys.extend(tables);
        resource_table::Entity::delete_many()
            .filter(resource_table::COLUMN.resource_id.eq(resource_id))
            .exec(connection)
            .await?;
        let copies: Vec<String> = in_place_copy::Entity::find()
            .select_only()
            .column(in_place_copy::Column::BlobKey)
            .filter(in_place_copy::COLUMN.resource_id.eq(resource_id))
            .into_tuple()
            .all(connection)
            .await?;
        destroyed.blob_keys.extend(copies);
        in_place_copy::Entity::delete_many()
            .filter(in_place_copy::COLUMN.resource_id.eq(resource_id))
            .exec(connection)
            .await?;
        resource::Entity::update_many()
            .col_expr(resource::Column::BlobKey, Expr::value(None::<String>))
            .filter(resource::COLUMN.id.eq(resource_id))
            .exec(connection)
            .await?;
    }
    let mut unused = BTreeSet::new();
    for key in std::mem::take(&mut destroyed.blob_keys) {
        if !is_used(transaction, &key).await? {
            unused.insert(key);
        }
    }
    destroyed.blob_keys = unused;
    Ok(destroyed)
}

/// Whether a file, a table or a draft refers to bytes.
async fn is_used(transaction: &Transaction, key: &str) -> Result<bool> {
    let connection = &transaction.inner;
    let file: Option<i64> = resource::Entity::find()
        .select_only()
        .column(resource::Column::Id)
        .filter(resource::COLUMN.blob_key.eq(key))
        .into_tuple()
        .one(connection)
        .await?;
    let table: Option<i64> = resource_table::Entity::find()
        .select_only()
        .column(resource_table::Column::ResourceId)
        .filter(resource_table::COLUMN.blob_key.eq(key))
        .into_tuple()
        .one(connection)
        .await?;
    let copy: Option<i64> = in_place_copy::Entity::find()
        .select_only()
        .column(in_place_copy::Column::ResourceId)
        .filter(in_place_copy::COLUMN.blob_key.eq(key))
        .into_tuple()
        .one(connection)
        .await?;
    if file.is_some() || table.is_some() || copy.is_some() {
        return Ok(true);
    }
    // Keys are hashes: no other text of a draft holds one. What was published or given up is no draft.
    let open = case_file::Entity::find()
        .select_only()
        .column(case_file::Column::Id)
        .filter(case_file::COLUMN.is_open.eq(true))
        .into_query();
    let drafted: Option<i64> = draft::Entity::find()
        .select_only()
        .column(draft::Column::CaseId)
        .filter(draft::COLUMN.document.contains(key))
        .filter(draft::COLUMN.case_id.in_subquery(open))
        .into_tuple()
        .one(connection)
        .await?;
    Ok(drafted.is_some())
}
