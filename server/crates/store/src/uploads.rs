//! Files on their way here, part by part: what is known of each, and how far it is.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use kaishu_types::DatasetCode;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    UpdateMany,
};

use crate::convert::{CHUNK_ROWS, check_text, number, stored_number, to_stored, word};
use crate::entity::{account, upload, upload_part};
use crate::{Result, Store, StoreError, Transaction};

/// What a file is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadTarget {
    /// The draft of a case.
    Draft(i64),
    /// A new version of a published dataset.
    Dataset(DatasetCode),
}

impl fmt::Display for UploadTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draft(case) => write!(f, "draft/{case}"),
            Self::Dataset(code) => write!(f, "dataset/{code}"),
        }
    }
}

impl FromStr for UploadTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let unknown = || format!("`{text}` is no target of an upload");
        match text.split_once('/') {
            Some(("draft", case)) => case.parse().map(Self::Draft).map_err(|_| unknown()),
            Some(("dataset", code)) => code.parse().map(Self::Dataset).map_err(|_| unknown()),
            _ => Err(unknown()),
        }
    }
}

/// A file on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its name: 32 hex digits that nobody guesses.
    pub id: String,
    /// Who began it.
    pub account: i64,
    /// What it is for.
    pub target: UploadTarget,
    /// The name of the file.
    pub file_name: String,
    /// How many bytes it will have.
    pub size_bytes: u64,
    /// Its SHA-256 in lower-case hex, where the sender said it.
    pub sha256: Option<String>,
    /// How many bytes are here.
    pub received: u64,
    /// The revision of the draft or the version of the dataset that it became.
    pub result: Option<u32>,
    /// When it is given up, unless more comes.
    pub expires_at: DateTime<Utc>,
}

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadPart {
    /// The place of its first byte.
    pub start: u64,
    /// The place behind its last byte.
    pub end: u64,
    /// Where its bytes are kept.
    pub key: String,
}

/// Keeps a new upload, unless its account has the most under way that it may have at a time. Returns
/// whether it was kept.
pub async fn begin(store: &Store, new: &Upload, now: DateTime<Utc>, most: u64) -> Result<bool> {
    let Upload { id, account, target, file_name, size_bytes, sha256, received, result, expires_at } =
        new;
    check_text(file_name, "the name of a file")?;
    let row = upload::ActiveModel {
        id: Set(id.clone()),
        account_id: Set(*account),
        target: Set(target.to_string()),
        file_name: Set(file_name.clone()),
        size_bytes: Set(stored_number(*size_bytes, "the size of a file")?),
        sha256: Set(sha256.clone()),
        received: Set(stored_number(*received, "the offset of an upload")?),
        result: Set(result.map(|it| stored_number(it, "a revision")).transpose()?),
        expires_at: Set(to_stored(*expires_at)),
        lease_until: Set(None),
    };
    let transaction = store.begin().await?;
    // Whoever begins another one at the same time waits here, and counts this one.
    let _: Option<i64> = account::Entity::find_by_id(*account)
        .select_only()
        .column(account::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .one(&transaction.inner)
        .await?;
    if count_open(&transaction.inner, *account, now).await? >= most {
        return Ok(false);
    }
    upload::Entity::insert(row).exec_without_returning(&transaction.inner).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Finds an upload.
pub async fn find(store: &Store, id: &str) -> Result<Option<Upload>> {
    if id.contains('\0') {
        return Ok(None);
    }
    let row = upload::Entity::find_by_id(id).one(&store.connection).await?;
    row.map(view).transpose()
}

/// Counts the uploads of an account that are under way at a time.
pub async fn n_open(store: &Store, account: i64, now: DateTime<Utc>) -> Result<u64> {
    count_open(&store.connection, account, now).await
}

async fn count_open<C>(connection: &C, account: i64, now: DateTime<Utc>) -> Result<u64>
where
    C: ConnectionTrait,
{
    let open = upload::Entity::find()
        .filter(upload::COLUMN.account_id.eq(account))
        .filter(upload::COLUMN.result.is_null())
        .filter(upload::COLUMN.expires_at.gt(now));
    Ok(open.count(connection).await?)
}

/// Lists the parts of an upload in their order.
pub async fn parts(store: &Store, id: &str) -> Result<Vec<UploadPart>> {
    parts_in(&store.connection, id).await
}

async fn parts_in<C>(connection: &C, id: &str) -> Result<Vec<UploadPart>>
where
    C: ConnectionTrait,
{
    let rows = upload_part::Entity::find()
        .filter(upload_part::COLUMN.upload_id.eq(id))
        .order_by_asc(upload_part::COLUMN.start_at)
        .all(connection)
        .await?;
    let part = |row: upload_part::Model| {
        let what = format!("upload {id}");
        let start = number(row.start_at, &what, "start_at")?;
        Ok(UploadPart { start, end: number(row.end_at, &what, "end_at")?, key: row.part_key })
    };
    rows.into_iter().map(part).collect()
}

/// Lets somebody send more of an upload until a time, unless somebody else does now. Returns whether
/// they may.
pub async fn take_lease(
    store: &Store,
    id: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool> {
    let is_over = upload::COLUMN.lease_until.lte(to_stored(now));
    let updated = leased(id, Some(until))
        .filter(upload::COLUMN.lease_until.is_null().or(is_over))
        .exec(&store.connection)
        .await?;
    Ok(updated.rows_affected > 0)
}

/// Lets whoever sends more of an upload until `held` go on. Returns whether it is still they.
pub async fn renew_lease(
    store: &Store,
    id: &str,
    held: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool> {
    let held = upload::COLUMN.lease_until.eq(to_stored(held));
    let updated = leased(id, Some(until)).filter(held).exec(&store.connection).await?;
    Ok(updated.rows_affected > 0)
}

/// Lets others go on, where somebody still sends more of an upload until `held`.
pub async fn end_lease(store: &Store, id: &str, held: DateTime<Utc>) -> Result<()> {
    let held = upload::COLUMN.lease_until.eq(to_stored(held));
    leased(id, None).filter(held).exec(&store.connection).await?;
    Ok(())
}

fn leased(id: &str, until: Option<DateTime<Utc>>) -> UpdateMany<upload::Entity> {
    upload::Entity::update_many()
        .col_expr(upload::Column::LeaseUntil, Expr::value(until.map(to_stored)))
        .filter(upload::COLUMN.id.eq(id))
}

/// Keeps an upload that did not run out until now for longer.
///
/// # Errors
///
/// `Conflict` where it ran out or became something.
pub async fn keep(
    store: &Store,
    id: &str,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    let updated = upload::Entity::update_many()
        .col_expr(upload::Column::ExpiresAt, Expr::value(to_stored(expires_at)))
        .filter(upload::COLUMN.id.eq(id))
        .filter(upload::COLUMN.result.is_null())
        .filter(upload::COLUMN.expires_at.gt(to_stored(now)))
        .exec(&store.connection)
        .await?;
    match updated.rows_affected {
        0 => Err(moved_on()),
        _ => Ok(()),
    }
}

/// Adds parts that go on where the upload is.
///
/// # Errors
///
/// `Conflict` where it is somewhere else by now: somebody else was faster, or it came to its end.
pub async fn add_parts(
    store: &Store,
    id: &str,
    parts: &[UploadPart],
    expires_at: DateTime<Utc>,
) -> Result<()> {
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return Ok(()) };
    let start: i64 = stored_number(first.start, "the offset of an upload")?;
    let end: i64 = stored_number(last.end, "the offset of an upload")?;
    let transaction = store.begin().await?;
    let updated = upload::Entity::update_many()
        .col_expr(upload::Column::Received, Expr::value(end))
        .col_expr(upload::Column::ExpiresAt, Expr::value(to_stored(expires_at)))
        .filter(upload::COLUMN.id.eq(id))
        .filter(upload::COLUMN.received.eq(start))
        .filter(upload::COLUMN.result.is_null())
        .exec(&transaction.inner)
        .await?;
    if updated.rows_affected == 0 {
        return Err(moved_on());
    }
    for chunk in parts.chunks(CHUNK_ROWS) {
        let rows = chunk.iter().map(|part| {
            Ok(upload_part::ActiveModel {
                upload_id: Set(id.to_owned()),
                start_at: Set(stored_number(part.start, "the offset of an upload")?),
                end_at: Set(stored_number(part.end, "the offset of an upload")?),
                part_key: Set(part.key.clone()),
            })
        });
        let rows: Vec<_> = rows.collect::<Result<_>>()?;
        upload_part::Entity::insert_many(rows).exec_without_returning(&transaction.inner).await?;
    }
    transaction.commit().await
}

/// Notes what an upload became, in the transaction that makes it so.
///
/// # Errors
///
/// `Conflict` where it became something before.
pub async fn finish(transaction: &Transaction, id: &str, result: u32) -> Result<()> {
    let result: i32 = stored_number(result, "a revision")?;
    let updated = upload::Entity::update_many()
        .col_expr(upload::Column::Result, Expr::value(result))
        .filter(upload::COLUMN.id.eq(id))
        .filter(upload::COLUMN.result.is_null())
        .exec(&transaction.inner)
        .await?;
    match updated.rows_affected {
        0 => Err(moved_on()),
        _ => Ok(()),
    }
}

/// Lists uploads that ran out.
pub async fn expired(store: &Store, now: DateTime<Utc>, limit: u64) -> Result<Vec<String>> {
    let ids = upload::Entity::find()
        .select_only()
        .column(upload::Column::Id)
        .filter(upload::COLUMN.expires_at.lte(now))
        .order_by_asc(upload::COLUMN.expires_at)
        .limit(limit)
        .into_tuple()
        .all(&store.connection)
        .await?;
    Ok(ids)
}

/// Forgets the parts of an upload; their bytes are the caller's to take away.
pub async fn remove_parts(store: &Store, id: &str) -> Result<()> {
    upload_part::Entity::delete_many()
        .filter(upload_part::COLUMN.upload_id.eq(id))
        .exec(&store.connection)
        .await?;
    Ok(())
}

/// Forgets an upload with its parts where it ran out until now: somebody may go on with it since it was
/// [listed](expired). Returns its parts, whose bytes are the caller's to take away.
pub async fn remove_expired(
    store: &Store,
    id: &str,
    now: DateTime<Utc>,
) -> Result<Option<Vec<UploadPart>>> {
    let transaction = store.begin().await?;
    let found: Option<String> = upload::Entity::find_by_id(id)
        .select_only()
        .column(upload::Column::Id)
        .filter(upload::COLUMN.expires_at.lte(to_stored(now)))
        .lock_exclusive()
        .into_tuple()
        .one(&transaction.inner)
        .await?;
    if found.is_none() {
        return Ok(None);
    }
    let parts = parts_in(&transaction.inner, id).await?;
    remove_in(&transaction, id).await?;
    transaction.commit().await?;
    Ok(Some(parts))
}

/// Forgets an upload with its parts; their bytes are the caller's to take away.
pub async fn remove(store: &Store, id: &str) -> Result<()> {
    let transaction = store.begin().await?;
    remove_in(&transaction, id).await?;
    transaction.commit().await
}

async fn remove_in(transaction: &Transaction, id: &str) -> Result<()> {
    upload_part::Entity::delete_many()
        .filter(upload_part::COLUMN.upload_id.eq(id))
        .exec(&transaction.inner)
        .await?;
    upload::Entity::delete_by_id(id).exec(&transaction.inner).await?;
    Ok(())
}

fn moved_on() -> StoreError {
    StoreError::Conflict { what: "the upload has moved on; ask where it is".to_owned() }
}

fn view(row: upload::Model) -> Result<Upload> {
    let what = format!("upload {}", row.id);
    let result = row.result.map(|it| number(it, &what, "result")).transpose()?;
    Ok(Upload {
        account: row.account_id,
        target: word(&row.target, &what, "target")?,
        file_name: row.file_name,
        size_bytes: number(row.size_bytes, &what, "size_bytes")?,
        sha256: row.sha256,
        received: number(row.received, &what, "received")?,
        result,
        expires_at: row.expires_at,
        id: row.id,
    })
}
