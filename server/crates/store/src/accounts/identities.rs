//! Identities of another system by which the owners of accounts log in.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use super::{Account, row};
use crate::convert::{check_text, to_stored};
use crate::entity::{account, account_identity};
use crate::{Result, Store, StoreError, Transaction};

/// Finds the account that an identity is joined to, by what issuer and subject are found by.
pub async fn find_by_identity(store: &Store, hash: &str) -> Result<Option<Account>> {
    let identity = account_identity::Entity::find()
        .filter(account_identity::COLUMN.hash.eq(hash))
        .one(&store.connection)
        .await?;
    let Some(identity) = identity else { return Ok(None) };
    let found = account::Entity::find_by_id(identity.account_id).one(&store.connection).await?;
    row::with_roles(&store.connection, found).await
}

/// Joins an identity of an issuer to an account.
///
/// # Errors
///
/// `Conflict` where it is joined to one already.
pub async fn join_identity(
    transaction: &Transaction,
    account_id: i64,
    (issuer, hash): (&str, &str),
    now: DateTime<Utc>,
) -> Result<()> {
    check_text(issuer, "the issuer of an identity")?;
    check_text(hash, "the hash of an identity")?;
    let known = account_identity::Entity::find()
        .filter(account_identity::COLUMN.hash.eq(hash))
        .one(&transaction.inner)
        .await?;
    if known.is_some() {
        let what = "this identity is joined to an account already".to_owned();
        return Err(StoreError::Conflict { what });
    }
    let row = account_identity::ActiveModel {
        id: NotSet,
        account_id: Set(account_id),
        issuer: Set(issuer.to_owned()),
        hash: Set(hash.to_owned()),
        created_at: Set(to_stored(now)),
    };
    account_identity::Entity::insert(row).exec_without_returning(&transaction.inner).await?;
    Ok(())
}

/// Lists the issuers of the identities that are joined to an account, the first joined first.
pub async fn identities_of(store: &Store, account_id: i64) -> Result<Vec<String>> {
    let rows = account_identity::Entity::find()
        .filter(account_identity::COLUMN.account_id.eq(account_id))
        .order_by_asc(account_identity::COLUMN.id)
        .all(&store.connection)
        .await?;
    Ok(rows.into_iter().map(|row| row.issuer).collect())
}

/// Takes all identities away from an account. Returns whether there was one.
pub async fn end_identities(transaction: &Transaction, account_id: i64) -> Result<bool> {
    let deleted = account_identity::Entity::delete_many()
        .filter(account_identity::COLUMN.account_id.eq(account_id))
        .exec(&transaction.inner)
        .await?;
    Ok(deleted.rows_affected > 0)
}
