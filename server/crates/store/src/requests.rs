//! Requests by the key that makes a repeated one the same: done once, and answered again as they were.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{check_text, number, stored_number, to_stored};
use crate::entity::kept_request;
use crate::{Result, Store, Transaction};

/// The status that stands at a request that was noted with what it does: it leads to a page.
const DONE: i32 = 303;

/// A request as it is told from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Whose it is.
    pub account: i64,
    /// What the sender calls it.
    pub key: String,
    /// Method and path.
    pub request: String,
    /// SHA-256 of what is sent, hex; empty where that is not looked at.
    pub sha256: String,
    /// SHA-256 of the roles that the sender comes with, hex.
    pub held: String,
}

/// What a request was answered with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Where it leads; empty for nowhere.
    pub location: String,
    /// Its JSON; empty for none.
    pub body: String,
}

/// A request that came before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The request.
    pub request: Request,
    /// Its answer; none where it is being done, or was broken off.
    pub answer: Option<Answer>,
}

/// Notes that a request is being done, unless one of its key came since `after`: then that one is returned.
///
/// # Errors
///
/// Fails for a key that cannot be kept.
pub async fn begin(
    store: &Store,
    new: &Request,
    (now, after): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Option<Kept>> {
    let transaction = store.begin().await?;
    kept_request::Entity::delete_many()
        .filter(kept_request::COLUMN.account_id.eq(new.account))
        .filter(kept_request::COLUMN.key.eq(&new.key))
        .filter(kept_request::Column::BegunAt.lt(to_stored(after)))
        .exec(&transaction.inner)
        .await?;
    let is_first = insert(&transaction, new, (0, now)).await?;
    transaction.commit().await?;
    match is_first {
        false => find(store, new.account, &new.key).await,
        true => Ok(None),
    }
}

/// Notes a request in the transaction of what it does, so that both are kept or neither. Returns whether it is the
/// first of its key: another one that comes at once waits for the end of the transaction.
///
/// # Errors
///
/// Fails for a key that cannot be kept.
pub async fn note(transaction: &Transaction, new: &Request, now: DateTime<Utc>) -> Result<bool> {
    insert(transaction, new, (DONE, now)).await
}

async fn insert(
    transaction: &Transaction,
    new: &Request,
    (status, now): (i32, DateTime<Utc>),
) -> Result<bool> {
    check_text(&new.key, "the key of a request")?;
    check_text(&new.request, "a request")?;
    let row = kept_request::ActiveModel {
        id: NotSet,
        account_id: Set(new.account),
        key: Set(new.key.clone()),
        request: Set(new.request.clone()),
        sha256: Set(new.sha256.clone()),
        held: Set(new.held.clone()),
        status: Set(status),
        location: Set(String::new()),
        body: Set(String::new()),
        begun_at: Set(to_stored(now)),
    };
    let is_taken = OnConflict::new().do_nothing().to_owned();
    let n_inserted = kept_request::Entity::insert_many([row])
        .on_conflict(is_taken)
        .exec_without_returning(&transaction.inner)
        .await?;
    Ok(n_inserted > 0)
}

/// Finds a request by its key.
pub async fn find(store: &Store, account: i64, key: &str) -> Result<Option<Kept>> {
    let row = kept_request::Entity::find()
        .filter(kept_request::COLUMN.account_id.eq(account))
        .filter(kept_request::COLUMN.key.eq(key))
        .one(&store.connection)
        .await?;
    row.map(view).transpose()
}

/// Keeps the answer of a request that was done.
pub async fn finish(store: &Store, account: i64, key: &str, answer: &Answer) -> Result<()> {
    check_text(&answer.location, "the answer of a request")?;
    check_text(&answer.body, "the answer of a request")?;
    let status: i32 = stored_number(answer.status, "the answer of a request")?;
    kept_request::Entity::update_many()
        .col_expr(kept_request::Column::Status, Expr::value(status))
        .col_expr(kept_request::Column::Location, Expr::value(answer.location.as_str()))
        .col_expr(kept_request::Column::Body, Expr::value(answer.body.as_str()))
        .filter(kept_request::COLUMN.account_id.eq(account))
        .filter(kept_request::COLUMN.key.eq(key))
        .exec(&store.connection)
        .await?;
    Ok(())
}

/// Forgets a request that did nothing, so that it can be sent again.
pub async fn release(store: &Store, account: i64, key: &str) -> Result<()> {
    kept_request::Entity::delete_many()
        .filter(kept_request::COLUMN.account_id.eq(account))
        .filter(kept_request::COLUMN.key.eq(key))
        .filter(kept_request::COLUMN.status.eq(0))
        .exec(&store.connection)
        .await?;
    Ok(())
}

/// Counts the requests of an account that came since a time, and says when the oldest of them came.
pub async fn of_account(
    store: &Store,
    account: i64,
    after: DateTime<Utc>,
) -> Result<(u64, Option<DateTime<Utc>>)> {
    let known = kept_request::Entity::find()
        .filter(kept_request::COLUMN.account_id.eq(account))
        .filter(kept_request::Column::BegunAt.gte(to_stored(after)));
    let oldest: Option<DateTime<Utc>> = known
        .clone()
        .select_only()
        .column(kept_request::Column::BegunAt)
        .order_by_asc(kept_request::Column::BegunAt)
        .limit(1)
        .into_tuple()
        .one(&store.connection)
        .await?;
    Ok((known.count(&store.connection).await?, oldest))
}

/// Forgets the requests that came before a time. Returns how many there were.
pub async fn forget(store: &Store, before: DateTime<Utc>) -> Result<u64> {
    let deleted = kept_request::Entity::delete_many()
        .filter(kept_request::Column::BegunAt.lt(to_stored(before)))
        .exec(&store.connection)
        .await?;
    Ok(deleted.rows_affected)
}

fn view(row: kept_request::Model) -> Result<Kept> {
    let what = format!("request {}", row.id);
    let kept_request::Model { account_id, key, request, sha256, held, location, body, .. } = row;
    let answer = match row.status {
        0 => None,
        status => Some(Answer { status: number(status, &what, "status")?, location, body }),
    };
    Ok(Kept { request: Request { account: account_id, key, request, sha256, held }, answer })
}
