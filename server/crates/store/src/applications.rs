//! Applications for conditional data, as their applicants write them.

use chrono::{DateTime, Utc};
use kaishu_types::DatasetCode;
use kaishu_types::case::CaseKind;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{check_text, number, to_stored, word};
use crate::entity::{application, case_file};
use crate::{Reads, Result, StoreError, Transaction};

/// The states in which an applicant writes.
const WRITTEN_IN: [&str; 2] = ["draft", "incomplete"];

/// An application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The case that it is decided in.
    pub case: i64,
    /// Who applies.
    pub account: i64,
    /// The dataset.
    pub dataset: DatasetCode,
    /// What is asked for: JSON in the words of the caller.
    pub document: String,
    /// What was submitted last, which is decided about; none before.
    pub submitted: Option<String>,
    /// How often it was saved.
    pub revision: u32,
    /// When.
    pub updated_at: DateTime<Utc>,
}

/// Keeps a new application.
pub async fn create(transaction: &Transaction, new: &Application) -> Result<()> {
    check_text(&new.document, "an application")?;
    let row = application::ActiveModel {
        case_id: Set(new.case),
        account_id: Set(new.account),
        dataset: Set(new.dataset.to_string()),
        document: Set(new.document.clone()),
        submitted: Set(new.submitted.clone()),
        revision: Set(i64::from(new.revision)),
        updated_at: Set(to_stored(new.updated_at)),
    };
    application::Entity::insert(row).exec_without_returning(&transaction.inner).await?;
    Ok(())
}

/// Saves an application that was read at a revision, while it is written. Returns the new revision.
///
/// # Errors
///
/// `Conflict` where it was saved since, or is not written now.
pub async fn save(
    transaction: &Transaction,
    (case, revision): (i64, u32),
    document: &str,
    now: DateTime<Utc>,
) -> Result<u32> {
    check_text(document, "an application")?;
    let state: Option<String> = case_file::Entity::find_by_id(case)
        .select_only()
        .column(case_file::Column::State)
        .lock_exclusive()
        .into_tuple()
        .one(&transaction.inner)
        .await?;
    if !state.is_some_and(|state| WRITTEN_IN.contains(&state.as_str())) {
        return Err(StoreError::Conflict { what: "the application is not written now".to_owned() });
    }
    let updated = application::Entity::update_many()
        .col_expr(application::Column::Document, Expr::value(document))
        .col_expr(application::Column::Revision, Expr::value(i64::from(revision) + 1))
        .col_expr(application::Column::UpdatedAt, Expr::value(to_stored(now)))
        .filter(application::COLUMN.case_id.eq(case))
        .filter(application::COLUMN.revision.eq(i64::from(revision)))
        .exec(&transaction.inner)
        .await?;
    match updated.rows_affected {
        0 => Err(StoreError::Conflict { what: "the application was saved since".to_owned() }),
        _ => Ok(revision + 1),
    }
}

/// Keeps what is written as what was submitted, if it is still what was read.
///
/// # Errors
///
/// `Conflict` where it was saved since.
pub async fn submit(transaction: &Transaction, read: &Application) -> Result<()> {
    let updated = application::Entity::update_many()
        .col_expr(application::Column::Submitted, Expr::value(read.document.as_str()))
        .filter(application::COLUMN.case_id.eq(read.case))
        .filter(application::COLUMN.revision.eq(i64::from(read.revision)))
        .exec(&transaction.inner)
        .await?;
    match updated.rows_affected {
        0 => Err(StoreError::Conflict { what: "the application was saved since".to_owned() }),
        _ => Ok(()),
    }
}

/// Finds the application of a case.
pub async fn find(store: &impl Reads, case: i64) -> Result<Option<Application>> {
    let row = application::Entity::find_by_id(case).one(store.connection()).await?;
    row.map(read).transpose()
}

/// Lists the applications of an account, the newest first.
pub async fn of_account(store: &impl Reads, account: i64, limit: u64) -> Result<Vec<Application>> {
    let rows = application::Entity::find()
        .filter(application::COLUMN.account_id.eq(account))
        .order_by_desc(application::Column::CaseId)
        .limit(limit)
        .all(store.connection())
        .await?;
    rows.into_iter().map(read).collect()
}

/// Finds what was applied for in some cases.
pub async fn of_cases(store: &impl Reads, cases: &[i64]) -> Result<Vec<Application>> {
    let rows = application::Entity::find()
        .filter(application::COLUMN.case_id.is_in(cases.iter().copied()))
        .all(store.connection())
        .await?;
    rows.into_iter().map(read).collect()
}

/// Lists the applications for a dataset, the newest first.
pub async fn of_dataset(
    store: &impl Reads,
    dataset: &DatasetCode,
    limit: u64,
) -> Result<Vec<Application>> {
    let rows = application::Entity::find()
        .filter(application::COLUMN.dataset.eq(dataset.as_str()))
        .order_by_desc(application::Column::CaseId)
        .limit(limit)
        .all(store.connection())
        .await?;
    rows.into_iter().map(read).collect()
}

/// Counts the applications of each organization in each state.
pub async fn states(store: &impl Reads) -> Result<Vec<(String, String, u64)>> {
    let rows: Vec<(Option<String>, String, i64)> = case_file::Entity::find()
        .select_only()
        .column(case_file::Column::Organization)
        .column(case_file::Column::State)
        .column_as(case_file::Column::Id.count(), "n")
        .filter(case_file::COLUMN.kind.eq(CaseKind::Application.as_str()))
        .group_by(case_file::Column::Organization)
        .group_by(case_file::Column::State)
        .into_tuple()
        .all(store.connection())
        .await?;
    let mut counted = Vec::new();
    for (organization, state, n) in rows {
        // What is being written belongs to nobody.
        if let Some(organization) = organization {
            counted.push((organization, state, number(n, "applications", "n")?));
        }
    }
    Ok(counted)
}

fn read(row: application::Model) -> Result<Application> {
    let what = format!("application {}", row.case_id);
    Ok(Application {
        case: row.case_id,
        account: row.account_id,
        dataset: word(&row.dataset, &what, "dataset")?,
        document: row.document,
        submitted: row.submitted,
        revision: number(row.revision, &what, "revision")?,
        updated_at: row.updated_at,
    })
}
