//! Accounts as they are looked for: a page of those that fit.

use kaishu_types::account::{AccountState, Role};
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{
    Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::{Account, row};
use crate::entity::{account, account_role, api_token};
use crate::{Result, Store};

/// Which accounts are looked for; all that is given must hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// A part of the login or of the name.
    pub text: Option<&'a str>,
    /// Whether it can be used.
    pub state: Option<AccountState>,
    /// It holds this role, wherever.
    pub role: Option<Role>,
}

/// Lists the accounts that fit by login, `limit` from the one at `offset` on, and says how many there are.
pub async fn search(
    store: &Store,
    wanted: Wanted<'_>,
    (offset, limit): (u64, u64),
) -> Result<(u64, Vec<Account>)> {
    let connection = &store.connection;
    let query = account::Entity::find().filter(condition(wanted));
    let total = query.clone().count(connection).await?;
    let rows = query
        .order_by_asc(account::COLUMN.login)
        .offset(offset)
        .limit(limit)
        .all(connection)
        .await?;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut roles = row::roles_of(connection, &ids).await?;
    let accounts = rows.into_iter().map(|row| {
        let held = roles.remove(&row.id).unwrap_or_default();
        row::account(row, held)
    });
    Ok((total, accounts.collect::<Result<_>>()?))
}

fn condition(wanted: Wanted<'_>) -> Condition {
    let Wanted { text, state, role } = wanted;
    let mut condition = Condition::all();
    if let Some(text) = text {
        let pattern = format!("%{}%", literal(&text.to_lowercase()));
        let holds = |column: account::Column| {
            let lower = Func::lower(Expr::col((account::Entity, column)));
            Expr::expr(lower).like(LikeExpr::new(pattern.as_str()).escape('\\'))
        };
        condition = condition.add(
            Condition::any().add(holds(account::Column::Login)).add(holds(account::Column::Name)),
        );
    }
    if let Some(state) = state {
        condition = condition.add(account::COLUMN.state.eq(state.as_str()));
    }
    if let Some(role) = role {
        let holders = account_role::Entity::find()
            .select_only()
            .column(account_role::Column::AccountId)
            .filter(account_role::COLUMN.role.eq(role.as_str()))
            .into_query();
        condition = condition.add(account::COLUMN.id.in_subquery(holders));
    }
    condition
}

/// Takes the sense out of the signs that stand for others in a pattern: `_` is a letter of logins.
fn literal(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        if matches!(sign, '\\' | '%' | '_') {
            escaped.push('\\');
        }
        escaped.push(sign);
    }
    escaped
}

/// Counts the tokens of an account that work.
pub async fn n_tokens(
    store: &Store,
    account_id: i64,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<u64> {
    let found = api_token::Entity::find()
        .filter(api_token::COLUMN.account_id.eq(account_id))
        .filter(api_token::COLUMN.revoked_at.is_null())
        .filter(api_token::COLUMN.expires_at.gt(now))
        .count(&store.connection)
        .await?;
    Ok(found)
}
