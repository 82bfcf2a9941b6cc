//! Between rows and accounts.

use std::collections::HashMap;

use kaishu_types::account::RoleGrant;
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Select};

use super::{Account, Contract};
use crate::convert::word;
use crate::entity::{account, account_role};
use crate::{Result, StoreError};

/// Adds the roles to the row of an account.
pub(super) async fn with_roles(
    connection: &impl ConnectionTrait,
    found: Option<account::Model>,
) -> Result<Option<Account>> {
    let Some(found) = found else { return Ok(None) };
    let roles = account_role::Entity::find()
        .filter(account_role::COLUMN.account_id.eq(found.id))
        .order_by_asc(account_role::COLUMN.id)
        .all(connection)
        .await?;
    let roles = roles.iter().map(role).collect::<Result<_>>()?;
    account(found, roles).map(Some)
}

/// Reads the roles of all accounts.
pub(super) async fn all_roles(
    connection: &impl ConnectionTrait,
) -> Result<HashMap<i64, Vec<RoleGrant>>> {
    by_account(account_role::Entity::find(), connection).await
}

/// Reads the roles of some accounts.
pub(super) async fn roles_of(
    connection: &impl ConnectionTrait,
    ids: &[i64],
) -> Result<HashMap<i64, Vec<RoleGrant>>> {
    let of_these = account_role::COLUMN.account_id.is_in(ids.iter().copied());
    by_account(account_role::Entity::find().filter(of_these), connection).await
}

async fn by_account(
    query: Select<account_role::Entity>,
    connection: &impl ConnectionTrait,
) -> Result<HashMap<i64, Vec<RoleGrant>>> {
    let rows = query.order_by_asc(account_role::COLUMN.id).all(connection).await?;
    let mut roles: HashMap<i64, Vec<RoleGrant>> = HashMap::new();
    for row in &rows {
        roles.entry(row.account_id).or_default().push(role(row)?);
    }
    Ok(roles)
}

fn role(row: &account_role::Model) -> Result<RoleGrant> {
    let what = format!("role {} of account {}", row.id, row.account_id);
    let organization = row.organization_code.as_ref();
    Ok(RoleGrant {
        role: word(&row.role, &what, "role")?,
        organization: organization
            .map(|code| word(code, &what, "organization_code"))
            .transpose()?,
        region: row
            .region_code
            .as_ref()
            .map(|code| word(code, &what, "region_code"))
            .transpose()?,
    })
}

/// Reads the row of an account.
pub(super) fn account(row: account::Model, roles: Vec<RoleGrant>) -> Result<Account> {
    let what = format!("account {}", row.id);
    let contract = match (row.security_review, row.contract, row.valid_until) {
        (Some(security_review), Some(contract), Some(ends_at)) => {
            Some(Contract { security_review, contract, ends_at })
        }
        (None, None, None) => None,
        _ => return Err(StoreError::corrupt(format!("{what} has a part of a contract only"))),
    };
    Ok(Account {
        id: row.id,
        login: word(&row.login, &what, "login")?,
        kind: word(&row.kind, &what, "kind")?,
        name: row.name,
        email: row.email,
        password_hash: row.password_hash,
        state: word(&row.state, &what, "state")?,
        locked_until: row.locked_until,
        totp_secret: row.totp_secret,
        contract,
        created_at: row.created_at,
        last_login_at: row.last_login_at,
        roles,
    })
}
