//! Tokens: what programs log in with.

use chrono::{DateTime, Utc};
use kaishu_types::account::TokenScope;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use super::{Account, row};
use crate::convert::{check_text, to_stored, word};
use crate::entity::{account, api_token};
use crate::{Result, Store, StoreError, Transaction};

/// A token to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// Whose it is.
    pub account_id: i64,
    /// What it is for, in the words of its owner.
    pub name: String,
    /// What it is good for.
    pub scope: TokenScope,
    /// SHA-256 of the token.
    pub hash: String,
    /// Its first characters.
    pub start: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// The case of the grant that it is the key of.
    pub grant: Option<i64>,
}

/// A token as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub id: i64,
    /// What it is for, in the words of its owner.
    pub name: String,
    /// What it is good for.
    pub scope: TokenScope,
    /// Its first characters, to recognise it by.
    pub start: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was last used, to a few minutes.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub revoked_at: Option<DateTime<Utc>>,
    /// The case of the grant that it is the key of.
    pub grant: Option<i64>,
}

impl Token {
    /// Whether it can be used at a time.
    pub fn is_usable(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

/// Keeps a token and returns its number.
pub async fn add_token(
    transaction: &Transaction,
    new: &NewToken,
    now: DateTime<Utc>,
) -> Result<i64> {
    let NewToken { account_id, name, scope, hash, start, expires_at, grant } = new;
    check_text(name, "the name of a token")?;
    let row = api_token::ActiveModel {
        id: NotSet,
        account_id: Set(*account_id),
        name: Set(name.clone()),
        scope: Set(scope.to_string()),
        hash: Set(hash.clone()),
        start: Set(start.clone()),
        created_at: Set(to_stored(now)),
        expires_at: Set(to_stored(*expires_at)),
        last_used_at: Set(None),
        revoked_at: Set(None),
        grant_case: Set(*grant),
    };
    let row = api_token::Entity::insert(row).exec_with_returning(&transaction.inner).await?;
    Ok(row.id)
}

/// Finds a token with its account, by two statements.
pub async fn find_token(store: &Store, hash: &str) -> Result<Option<(Token, Account)>> {
    let found = api_token::Entity::find()
        .find_also_related(account::Entity)
        .filter(api_token::COLUMN.hash.eq(hash))
        .one(&store.connection)
        .await?;
    let Some((found, account)) = found else { return Ok(None) };
    let account = row::with_roles(&store.connection, account).await?;
    let account = account
        .ok_or_else(|| StoreError::corrupt(format!("token {} is of no account", found.id)))?;
    Ok(Some((view(found)?, account)))
}

fn view(row: api_token::Model) -> Result<Token> {
    let what = format!("token {}", row.id);
    Ok(Token {
        id: row.id,
        scope: word(&row.scope, &what, "scope")?,
        name: row.name,
        start: row.start,
        created_at: row.created_at,
        expires_at: row.expires_at,
        last_used_at: row.last_used_at,
        revoked_at: row.revoked_at,
        grant: row.grant_case,
    })
}

/// Says that a token is used.
pub async fn use_token(transaction: &Transaction, id: i64, now: DateTime<Utc>) -> Result<()> {
    api_token::Entity::update_many()
        .col_expr(api_token::Column::LastUsedAt, Expr::value(Some(to_stored(now))))
        .filter(api_token::COLUMN.id.eq(id))
        .exec(&transaction.inner)
        .await?;
    Ok(())
}

/// Lists the tokens of an account, the newest first.
pub async fn tokens_of(store: &Store, account_id: i64) -> Result<Vec<Token>> {
    let rows = api_token::Entity::find()
        .filter(api_token::COLUMN.account_id.eq(account_id))
        .order_by_desc(api_token::COLUMN.id)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(view).collect()
}

/// Takes a token of an account back. Returns whether there was one that went on.
pub async fn revoke_token(
    transaction: &Transaction,
    account_id: i64,
    id: i64,
    now: DateTime<Utc>,
) -> Result<bool> {
    let updated = api_token::Entity::update_many()
        .col_expr(api_token::Column::RevokedAt, Expr::value(Some(to_stored(now))))
        .filter(api_token::COLUMN.account_id.eq(account_id))
        .filter(api_token::COLUMN.id.eq(id))
        .filter(api_token::COLUMN.revoked_at.is_null())
        .exec(&transaction.inner)
        .await?;
    Ok(updated.rows_affected > 0)
}
