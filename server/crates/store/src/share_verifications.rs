//! Requests to verify values, and what was answered.

use chrono::{DateTime, Utc};
use kaishu_types::case::CaseKind;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use crate::convert::{check_text, to_stored};
use crate::entity::{case_file, share_verification};
use crate::{Reads, Result, Transaction};

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareVerification {
    /// The case that it is answered in.
    pub case: i64,
    /// Code of the agency that asks.
    pub organization: String,
    /// What is asked: JSON in the words of the caller.
    pub asked: String,
    /// What was answered, likewise; none before.
    pub answers: Option<String>,
    /// When.
    pub updated_at: DateTime<Utc>,
    /// When the values and what was answered were erased; then `asked` says the rest.
    pub erased_at: Option<DateTime<Utc>>,
}

/// Keeps a new request.
pub async fn create(transaction: &Transaction, new: &ShareVerification) -> Result<()> {
    for text in [&new.organization, &new.asked] {
        check_text(text, "a verification request")?;
    }
    let row = share_verification::ActiveModel {
        case_id: Set(new.case),
        organization: Set(new.organization.clone()),
        asked: Set(new.asked.clone()),
        answers: Set(new.answers.clone()),
        updated_at: Set(to_stored(new.updated_at)),
        erased_at: Set(new.erased_at.map(to_stored)),
    };
    share_verification::Entity::insert(row).exec_without_returning(&transaction.inner).await?;
    Ok(())
}

/// Keeps what was answered.
pub async fn answer(
    transaction: &Transaction,
    (case, answers): (i64, &str),
    now: DateTime<Utc>,
) -> Result<()> {
    check_text(answers, "a verification request")?;
    share_verification::Entity::update_many()
        .col_expr(share_verification::Column::Answers, Expr::value(answers))
        .col_expr(share_verification::Column::UpdatedAt, Expr::value(to_stored(now)))
        .filter(share_verification::COLUMN.case_id.eq(case))
        .exec(&transaction.inner)
        .await?;
    Ok(())
}

/// Finds the request of a case.
pub async fn find(store: &impl Reads, case: i64) -> Result<Option<ShareVerification>> {
    let row = share_verification::Entity::find_by_id(case).one(store.connection()).await?;
    Ok(row.map(read))
}

/// Lists what some agencies asked, the newest first.
pub async fn of_organizations(
    store: &impl Reads,
    organizations: &[String],
    limit: u64,
) -> Result<Vec<ShareVerification>> {
    let codes = organizations.iter().map(String::as_str);
    let rows = share_verification::Entity::find()
        .filter(share_verification::COLUMN.organization.is_in(codes))
        .order_by_desc(share_verification::Column::CaseId)
        .limit(limit)
        .all(store.connection())
        .await?;
    Ok(rows.into_iter().map(read).collect())
}

/// Lists requests that ended before a time and whose values are still there.
pub async fn to_erase(
    store: &impl Reads,
    before: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<ShareVerification>> {
    let ended = case_file::Entity::find()
        .select_only()
        .column(case_file::Column::Id)
        .filter(case_file::COLUMN.kind.eq(CaseKind::ShareRequest.as_str()))
        .filter(case_file::COLUMN.is_open.eq(false))
        .filter(case_file::Column::UpdatedAt.lt(to_stored(before)))
        .into_query();
    let rows = share_verification::Entity::find()
        .filter(share_verification::COLUMN.erased_at.is_null())
        .filter(share_verification::Column::CaseId.in_subquery(ended))
        .order_by_asc(share_verification::Column::CaseId)
        .limit(limit)
        .all(store.connection())
        .await?;
    Ok(rows.into_iter().map(read).collect())
}

/// Erases what was answered, and leaves of what was asked this.
pub async fn erase(
    transaction: &Transaction,
    (case, left): (i64, &str),
    now: DateTime<Utc>,
) -> Result<()> {
    check_text(left, "a verification request")?;
    share_verification::Entity::update_many()
        .col_expr(share_verification::Column::Asked, Expr::value(left))
        .col_expr(share_verification::Column::Answers, Expr::value(Option::<String>::None))
        .col_expr(share_verification::Column::ErasedAt, Expr::value(to_stored(now)))
        .filter(share_verification::COLUMN.case_id.eq(case))
        .exec(&transaction.inner)
        .await?;
    Ok(())
}

fn read(row: share_verification::Model) -> ShareVerification {
    ShareVerification {
        case: row.case_id,
        organization: row.organization,
        asked: row.asked,
        answers: row.answers,
        updated_at: row.updated_at,
        erased_at: row.erased_at,
    }
}
