//! Sessions: who is logged in with which browser.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{Account, row};
use crate::convert::{check_optional, check_text, to_stored};
use crate::entity::{account, session};
use crate::{Result, Store, StoreError, Transaction};

/// A session to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// SHA-256 of what the browser holds.
    pub hash: String,
    /// Whose it is.
    pub account_id: i64,
    /// Whether a one-time code was given.
    pub has_second_factor: bool,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
    /// How the browser names itself.
    pub user_agent: Option<String>,
    /// Where it is begun, encrypted.
    pub address: Option<String>,
}

/// A session as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its number.
    pub id: i64,
    /// Whether a one-time code was given.
    pub has_second_factor: bool,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to a few minutes.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
    /// How the browser names itself.
    pub user_agent: Option<String>,
    /// Where it was begun, encrypted.
    pub address: Option<String>,
}

/// Begins a session.
pub async fn begin_session(
    transaction: &Transaction,
    new: &NewSession,
    now: DateTime<Utc>,
) -> Result<()> {
    let NewSession { hash, account_id, has_second_factor, expires_at, user_agent, address } = new;
    check_text(hash, "the hash of a session")?;
    check_optional(user_agent.as_deref(), "the browser of a session")?;
    check_optional(address.as_deref(), "the address of a session")?;
    let row = session::ActiveModel {
        id: NotSet,
        hash: Set(hash.clone()),
        account_id: Set(*account_id),
        has_second_factor: Set(*has_second_factor),
        created_at: Set(to_stored(now)),
        last_seen_at: Set(to_stored(now)),
        expires_at: Set(to_stored(*expires_at)),
        user_agent: Set(user_agent.clone()),
        address: Set(address.clone()),
    };
    session::Entity::insert(row).exec_without_returning(&transaction.inner).await?;
    Ok(())
}

/// Finds a session with its account, by two statements.
pub async fn find_session(store: &Store, hash: &str) -> Result<Option<(Session, Account)>> {
    let found = session::Entity::find()
        .find_also_related(account::Entity)
        .filter(session::COLUMN.hash.eq(hash))
        .one(&store.connection)
        .await?;
    let Some((found, account)) = found else { return Ok(None) };
    let account = row::with_roles(&store.connection, account).await?;
    let account = account
        .ok_or_else(|| StoreError::corrupt(format!("session {} is of no account", found.id)))?;
    Ok(Some((view(found), account)))
}

fn view(row: session::Model) -> Session {
    Session {
        id: row.id,
        has_second_factor: row.has_second_factor,
        created_at: row.created_at,
        last_seen_at: row.last_seen_at,
        expires_at: row.expires_at,
        user_agent: row.user_agent,
        address: row.address,
    }
}

/// Says that a session is used.
pub async fn see_session(transaction: &Transaction, id: i64, now: DateTime<Utc>) -> Result<()> {
    session::Entity::update_many()
        .col_expr(session::Column::LastSeenAt, Expr::value(to_stored(now)))
        .filter(session::COLUMN.id.eq(id))
        .exec(&transaction.inner)
        .await?;
    Ok(())
}

/// Goes on with a session under another hash, now that a one-time code was given. `false` where it ended
/// meanwhile.
pub async fn pass_second_factor(
    transaction: &Transaction,
    id: i64,
    new_hash: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    check_text(new_hash, "the hash of a session")?;
    let updated = session::Entity::update_many()
        .col_expr(session::Column::Hash, Expr::value(new_hash))
        .col_expr(session::Column::HasSecondFactor, Expr::value(true))
        .col_expr(session::Column::LastSeenAt, Expr::value(to_stored(now)))
        .filter(session::COLUMN.id.eq(id))
        .exec(&transaction.inner)
        .await?;
    Ok(updated.rows_affected > 0)
}

/// Lists the sessions of an account that go on, the last one used first.
pub async fn sessions_of(
    store: &Store,
    account_id: i64,
    now: DateTime<Utc>,
) -> Result<Vec<Session>> {
    let rows = session::Entity::find()
        .filter(session::COLUMN.account_id.eq(account_id))
        .filter(session::Column::ExpiresAt.gt(now))
        .order_by_desc(session::COLUMN.last_seen_at)
        .order_by_desc(session::COLUMN.id)
        .all(&store.connection)
        .await?;
    Ok(rows.into_iter().map(view).collect())
}

/// Ends a session of an account. Returns whether there was one.
pub async fn end_session(transaction: &Transaction, account_id: i64, id: i64) -> Result<bool> {
    let deleted = session::Entity::delete_many()
        .filter(session::COLUMN.account_id.eq(account_id))
        .filter(session::COLUMN.id.eq(id))
        .exec(&transaction.inner)
        .await?;
    Ok(deleted.rows_affected > 0)
}

/// Ends all sessions of an account but one.
pub async fn end_other_sessions(
    transaction: &Transaction,
    account_id: i64,
    kept: Option<i64>,
) -> Result<()> {
    let mut ended =
        session::Entity::delete_many().filter(session::COLUMN.account_id.eq(account_id));
    if let Some(kept) = kept {
        ended = ended.filter(session::COLUMN.id.ne(kept));
    }
    ended.exec(&transaction.inner).await?;
    Ok(())
}
