//! The end of access: at once for one account, by and by for what ran out.

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_types::account::{AccountState, Login};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait};

use super::set_state;
use crate::convert::{to_stored, word};
use crate::entity::{account, account_role, api_token, one_time_token, session};
use crate::{Result, Transaction};

/// Ends all sessions, tokens and links of an account at once (ORG-06).
pub async fn end_access(
    transaction: &Transaction,
    account_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    session::Entity::delete_many()
        .filter(session::COLUMN.account_id.eq(account_id))
        .exec(&transaction.inner)
        .await?;
    one_time_token::Entity::delete_many()
        .filter(one_time_token::COLUMN.account_id.eq(account_id))
        .exec(&transaction.inner)
        .await?;
    end_tokens(transaction, account_id, now).await
}

/// Ends the tokens of an account.
pub async fn end_tokens(
    transaction: &Transaction,
    account_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    api_token::Entity::update_many()
        .col_expr(api_token::Column::RevokedAt, Expr::value(Some(to_stored(now))))
        .filter(api_token::COLUMN.account_id.eq(account_id))
        .filter(api_token::COLUMN.revoked_at.is_null())
        .exec(&transaction.inner)
        .await?;
    Ok(())
}

/// Takes the accounts out of use whose contract came to its end (ORG-08). Returns their logins.
pub async fn end_expired(transaction: &Transaction, now: DateTime<Utc>) -> Result<Vec<Login>> {
    let ended: Vec<(i64, String)> = account::Entity::find()
        .select_only()
        .columns([account::Column::Id, account::Column::Login])
        .filter(account::COLUMN.state.eq(AccountState::Active.as_str()))
        .filter(account::Column::ValidUntil.lte(now))
        .into_tuple()
        .all(&transaction.inner)
        .await?;
    for (id, _) in &ended {
        set_state(transaction, *id, AccountState::Disabled, now).await?;
    }
    logins(ended)
}

fn logins(found: Vec<(i64, String)>) -> Result<Vec<Login>> {
    let login = |(id, login): (i64, String)| word(&login, &format!("account {id}"), "login");
    found.into_iter().map(login).collect()
}

/// Takes away sessions and links that ran out, and accounts that nobody confirmed for `patience`: their
/// logins are free again, and are returned.
pub async fn sweep(
    transaction: &Transaction,
    now: DateTime<Utc>,
    patience: TimeDelta,
) -> Result<Vec<Login>> {
    session::Entity::delete_many()
        .filter(session::Column::ExpiresAt.lte(now))
        .exec(&transaction.inner)
        .await?;
    one_time_token::Entity::delete_many()
        .filter(one_time_token::Column::ExpiresAt.lte(now))
        .exec(&transaction.inner)
        .await?;
    let is_forgotten = account::Column::State
        .eq(AccountState::Pending.as_str())
        .and(account::Column::CreatedAt.lte(now - patience));
    let forgotten = || {
        account::Entity::find()
            .select_only()
            .column(account::Column::Id)
            .filter(is_forgotten.clone())
            .into_query()
    };
    one_time_token::Entity::delete_many()
        .filter(one_time_token::Column::AccountId.in_subquery(forgotten()))
        .exec(&transaction.inner)
        .await?;
    account_role::Entity::delete_many()
        .filter(account_role::Column::AccountId.in_subquery(forgotten()))
        .exec(&transaction.inner)
        .await?;
    let gone: Vec<(i64, String)> = account::Entity::find()
        .select_only()
        .columns([account::Column::Id, account::Column::Login])
        .filter(is_forgotten.clone())
        .into_tuple()
        .all(&transaction.inner)
        .await?;
    account::Entity::delete_many().filter(is_forgotten).exec(&transaction.inner).await?;
    logins(gone)
}
