//! What agencies ask for accounts, and the accounts they have.

use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::{Account, row};
use crate::convert::check_text;
use crate::entity::{account, account_request, account_role};
use crate::{Result, Store, Transaction};

/// Keeps what is asked for in a case. Where it names an address for mail, it comes encrypted.
pub async fn keep_request(transaction: &Transaction, case: i64, document: &str) -> Result<()> {
    check_text(document, "a request for an account")?;
    let row =
        account_request::ActiveModel { case_id: Set(case), document: Set(document.to_owned()) };
    account_request::Entity::insert(row).exec_without_returning(&transaction.inner).await?;
    Ok(())
}

/// Finds what is asked for in a case that is not decided yet.
pub async fn find_request(store: &Store, case: i64) -> Result<Option<String>> {
    let row = account_request::Entity::find_by_id(case).one(&store.connection).await?;
    Ok(row.map(|row| row.document))
}

/// Takes away what was asked for, now that it is decided. Returns whether it was there.
pub async fn drop_request(transaction: &Transaction, case: i64) -> Result<bool> {
    let deleted = account_request::Entity::delete_by_id(case).exec(&transaction.inner).await?;
    Ok(deleted.rows_affected > 0)
}

/// Lists the accounts that hold a role for an organization, by login.
pub async fn of_organization(store: &Store, organization: &str) -> Result<Vec<Account>> {
    let held = account_role::Entity::find()
        .select_only()
        .column(account_role::Column::AccountId)
        .filter(account_role::COLUMN.organization_code.eq(organization))
        .into_query();
    let rows = account::Entity::find()
        .filter(account::COLUMN.id.in_subquery(held))
        .order_by_asc(account::COLUMN.login)
        .all(&store.connection)
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.extend(row::with_roles(&store.connection, Some(row)).await?);
    }
    Ok(found)
}
