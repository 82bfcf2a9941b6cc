//! Links of mails: each works once, for a time.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};

use crate::convert::to_stored;
use crate::entity::one_time_token;
use crate::{Result, Store, Transaction};

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To confirm the address for mail.
    Confirm,
    /// To choose another password.
    Reset,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Reset => "reset",
        }
    }
}

/// Keeps a link. Earlier ones of the account for the same purpose stop working.
pub async fn add_link(
    transaction: &Transaction,
    account_id: i64,
    purpose: Purpose,
    hash: &str,
    (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<()> {
    one_time_token::Entity::delete_many()
        .filter(one_time_token::COLUMN.account_id.eq(account_id))
        .filter(one_time_token::COLUMN.purpose.eq(purpose.as_str()))
        .exec(&transaction.inner)
        .await?;
    let row = one_time_token::ActiveModel {
        id: NotSet,
        account_id: Set(account_id),
        purpose: Set(purpose.as_str().to_owned()),
        hash: Set(hash.to_owned()),
        created_at: Set(to_stored(now)),
        expires_at: Set(to_stored(expires_at)),
        used_at: Set(None),
    };
    one_time_token::Entity::insert(row).exec_without_returning(&transaction.inner).await?;
    Ok(())
}

fn usable(purpose: Purpose, hash: &str, now: DateTime<Utc>) -> Select<one_time_token::Entity> {
    one_time_token::Entity::find()
        .filter(one_time_token::COLUMN.purpose.eq(purpose.as_str()))
        .filter(one_time_token::COLUMN.hash.eq(hash))
        .filter(one_time_token::COLUMN.used_at.is_null())
        .filter(one_time_token::Column::ExpiresAt.gt(now))
}

/// Finds the account of a link that works still.
pub async fn has_link(
    store: &Store,
    purpose: Purpose,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<i64>> {
    let found = usable(purpose, hash, now).one(&store.connection).await?;
    Ok(found.map(|row| row.account_id))
}

/// Uses a link and returns its account; `None` where it does not work any more.
pub async fn use_link(
    transaction: &Transaction,
    purpose: Purpose,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<i64>> {
    let Some(found) = usable(purpose, hash, now).one(&transaction.inner).await? else {
        return Ok(None);
    };
    let used = one_time_token::Entity::update_many()
        .col_expr(one_time_token::Column::UsedAt, Expr::value(Some(to_stored(now))))
        .filter(one_time_token::COLUMN.id.eq(found.id))
        .filter(one_time_token::COLUMN.used_at.is_null())
        .exec(&transaction.inner)
        .await?;
    Ok((used.rows_affected > 0).then_some(found.account_id))
}
