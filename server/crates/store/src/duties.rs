//! Duties of holders of grants: which cases there are under a grant, and what was reported (USE-01, USE-03).

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::check_text;
use crate::entity::duty;
use crate::{Reads, Result, StoreError, Transaction};

/// Something that the holder of a grant owes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// The case that it is settled in.
    pub case: i64,
    /// The case of the grant.
    pub grant: i64,
    /// Who holds it.
    pub account: i64,
    /// What was reported: JSON in the words of the caller; none before.
    pub document: Option<String>,
}

/// Keeps a new duty.
pub async fn create(transaction: &Transaction, new: &Duty) -> Result<()> {
    let row = duty::ActiveModel {
        case_id: Set(new.case),
        grant_case: Set(new.grant),
        account_id: Set(new.account),
        document: Set(new.document.clone()),
    };
    duty::Entity::insert(row).exec_without_returning(&transaction.inner).await?;
    Ok(())
}

/// Keeps what was reported; a report is written once.
///
/// # Errors
///
/// `Conflict` where one was written before, or there is no such duty.
pub async fn report(transaction: &Transaction, case: i64, document: &str) -> Result<()> {
    check_text(document, "a report on use")?;
    let updated = duty::Entity::update_many()
        .col_expr(duty::Column::Document, Expr::value(document))
        .filter(duty::COLUMN.case_id.eq(case))
        .filter(duty::COLUMN.document.is_null())
        .exec(&transaction.inner)
        .await?;
    match updated.rows_affected {
        0 => Err(StoreError::Conflict { what: format!("case {case} was reported on before") }),
        _ => Ok(()),
    }
}

/// Finds the duty of a case.
pub async fn find(store: &impl Reads, case: i64) -> Result<Option<Duty>> {
    Ok(duty::Entity::find_by_id(case).one(store.connection()).await?.map(read))
}

/// Lists the duties under a grant, the newest first.
pub async fn of_grant(store: &impl Reads, grant: i64, limit: u64) -> Result<Vec<Duty>> {
    let rows = duty::Entity::find()
        .filter(duty::COLUMN.grant_case.eq(grant))
        .order_by_desc(duty::Column::CaseId)
        .limit(limit)
        .all(store.connection())
        .await?;
    Ok(rows.into_iter().map(read).collect())
}

/// Lists the duties of an account, the newest first.
pub async fn of_account(store: &impl Reads, account: i64, limit: u64) -> Result<Vec<Duty>> {
    let rows = duty::Entity::find()
        .filter(duty::COLUMN.account_id.eq(account))
        .order_by_desc(duty::Column::CaseId)
        .limit(limit)
        .all(store.connection())
        .await?;
    Ok(rows.into_iter().map(read).collect())
}

fn read(row: duty::Model) -> Duty {
    Duty {
        case: row.case_id,
        grant: row.grant_case,
        account: row.account_id,
        document: row.document,
    }
}
