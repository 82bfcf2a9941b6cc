//! Entries on their way to publication. Nothing public reads them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use kaishu_types::DatasetCode;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{check_text, now, number, stored_number, word};
use crate::entity::{case_file, draft, draft_copy};
use crate::{Result, Store, StoreError, Transaction};

/// An entry before it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The case that it is reviewed in.
    pub case: i64,
    /// The code of the dataset that it becomes, or is a revision of.
    pub code: DatasetCode,
    /// The entry: JSON in the words of the caller.
    pub document: String,
    /// How often it was saved.
    pub revision: u32,
    /// Who saved it last.
    pub updated_by: String,
    /// The accounts that saved it.
    pub authors: BTreeSet<i64>,
    /// When.
    pub updated_at: DateTime<Utc>,
}

/// What a draft said before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftCopy {
    /// The revision it was saved as.
    pub revision: u32,
    /// Who saved it.
    pub saved_by: String,
    /// When.
    pub saved_at: DateTime<Utc>,
    /// Whether it was submitted as it stands here.
    pub is_submitted: bool,
}

/// Who saves a draft.
#[derive(Debug, Clone, Copy)]
pub struct Author<'a> {
    /// The account; none for commands.
    pub account: Option<i64>,
    /// The name people read.
    pub name: &'a str,
}

/// Keeps a new draft.
pub async fn create(
    transaction: &Transaction,
    case: i64,
    code: &DatasetCode,
    document: &str,
    by: Author<'_>,
) -> Result<()> {
    check_text(document, "a draft")?;
    check_text(by.name, "a draft")?;
    let row = draft::ActiveModel {
        case_id: Set(case),
        code: Set(code.to_string()),
        document: Set(document.to_owned()),
        revision: Set(1),
        updated_by: Set(by.name.to_owned()),
        updated_account: Set(by.account),
        authors: Set(by.account.map(|account| account.to_string()).unwrap_or_default()),
        updated_at: Set(now()),
        became_version: Set(None),
    };
    draft::Entity::insert(row).exec_without_returning(&transaction.inner).await?;
    Ok(())
}

/// Saves a draft that was read at a revision, while its case is in the state `draft`. Returns the new
/// revision. What somebody else saved before stays as a copy.
///
/// # Errors
///
/// `Conflict` where somebody saved it since, or it is under review.
pub async fn save(
    transaction: &Transaction,
    case: i64,
    revision: u32,
    document: &str,
    by: Author<'_>,
) -> Result<u32> {
    check_text(document, "a draft")?;
    check_text(by.name, "a draft")?;
    let state: Option<String> = case_file::Entity::find_by_id(case)
        .select_only()
        .column(case_file::Column::State)
        .lock_exclusive()
        .into_tuple()
        .one(&transaction.inner)
        .await?;
    if state.as_deref() != Some("draft") {
        return Err(StoreError::Conflict { what: "the entry is not being edited now".to_owned() });
    }
    let known = draft::Entity::find_by_id(case).one(&transaction.inner).await?;
    let mut authors = BTreeSet::new();
    if let Some(known) = known {
        authors = numbers(&known.authors, case)?;
        let is_others = known.updated_account != by.account || known.updated_by != by.name;
        if is_others && known.document != document {
            keep_row(transaction, &known, false).await?;
        }
    }
    authors.extend(by.account);
    let authors: Vec<String> = authors.iter().map(ToString::to_string).collect();
    let updated = draft::Entity::update_many()
        .col_expr(draft::Column::Document, Expr::value(document))
        .col_expr(draft::Column::Revision, Expr::value(i64::from(revision) + 1))
        .col_expr(draft::Column::UpdatedBy, Expr::value(by.name))
        .col_expr(draft::Column::UpdatedAccount, Expr::value(by.account))
        .col_expr(draft::Column::Authors, Expr::value(authors.join(",")))
        .col_expr(draft::Column::UpdatedAt, Expr::value(now()))
        .filter(draft::COLUMN.case_id.eq(case))
        .filter(draft::COLUMN.revision.eq(i64::from(revision)))
        .exec(&transaction.inner)
        .await?;
    match updated.rows_affected {
        0 => Err(StoreError::Conflict { what: "somebody else saved this entry since".to_owned() }),
        _ => Ok(revision + 1),
    }
}

/// Keeps a copy of what a draft says now: it is submitted so, or about to be written over.
pub async fn keep(transaction: &Transaction, case: i64, is_submitted: bool) -> Result<()> {
    match draft::Entity::find_by_id(case).one(&transaction.inner).await? {
        Some(known) => keep_row(transaction, &known, is_submitted).await,
        None => Ok(()),
    }
}

async fn keep_row(
    transaction: &Transaction,
    known: &draft::Model,
    is_submitted: bool,
) -> Result<()> {
    let row = draft_copy::ActiveModel {
        case_id: Set(known.case_id),
        revision: Set(known.revision),
        document: Set(known.document.clone()),
        saved_by: Set(known.updated_by.clone()),
        saved_at: Set(known.updated_at),
        is_submitted: Set(is_submitted),
    };
    let mut once = OnConflict::columns([draft_copy::Column::CaseId, draft_copy::Column::Revision]);
    // What was kept for one reason is the same text for the other; that it was submitted stays known.
    match is_submitted {
        true => once.update_column(draft_copy::Column::IsSubmitted),
        false => once.update_column(draft_copy::Column::SavedBy),
    };
    draft_copy::Entity::insert(row)
        .on_conflict(once)
        .exec_without_returning(&transaction.inner)
        .await?;
    Ok(())
}

/// Lists the copies of a draft without their text, the newest first.
pub async fn copies(store: &Store, case: i64) -> Result<Vec<DraftCopy>> {
    let rows: Vec<(i32, String, DateTime<Utc>, bool)> = draft_copy::Entity::find()
        .select_only()
        .columns([
            draft_copy::Column::Revision,
            draft_copy::Column::SavedBy,
            draft_copy::Column::SavedAt,
            draft_copy::Column::IsSubmitted,
        ])
        .filter(draft_copy::COLUMN.case_id.eq(case))
        .order_by_desc(draft_copy::Column::Revision)
        .into_tuple()
        .all(&store.connection)
        .await?;
    let what = format!("copies of draft {case}");
    let copies = rows.into_iter().map(|(revision, saved_by, saved_at, is_submitted)| {
        let revision = number(revision, &what, "revision")?;
        Ok(DraftCopy { revision, saved_by, saved_at, is_submitted })
    });
    copies.collect()
}

/// Reads what a draft said at a revision, where a copy was kept.
pub async fn copy(store: &Store, case: i64, revision: u32) -> Result<Option<(DraftCopy, String)>> {
    let stored: i32 = stored_number(revision, "the revision of a draft")?;
    let row = draft_copy::Entity::find_by_id((case, stored)).one(&store.connection).await?;
    Ok(row.map(|row| {
        let draft_copy::Model { document, saved_by, saved_at, is_submitted, .. } = row;
        (DraftCopy { revision, saved_by, saved_at, is_submitted }, document)
    }))
}

/// Finds the draft of a case.
pub async fn find(store: &Store, case: i64) -> Result<Option<Draft>> {
    let row = draft::Entity::find_by_id(case).one(&store.connection).await?;
    row.map(|row| {
        let what = format!("draft {}", row.case_id);
        Ok(Draft {
            case: row.case_id,
            code: word(&row.code, &what, "code")?,
            document: row.document,
            revision: number(row.revision, &what, "revision")?,
            authors: numbers(&row.authors, row.case_id)?,
            updated_by: row.updated_by,
            updated_at: row.updated_at,
        })
    })
    .transpose()
}

/// Whether a draft is still at a revision, in a transaction that holds its case.
pub async fn is_at(transaction: &Transaction, case: i64, revision: u32) -> Result<bool> {
    let stored: Option<i32> = draft::Entity::find_by_id(case)
        .select_only()
        .column(draft::Column::Revision)
        .into_tuple()
        .one(&transaction.inner)
        .await?;
    Ok(stored.and_then(|stored| u32::try_from(stored).ok()) == Some(revision))
}

/// Notes which version of its dataset a draft became.
pub async fn became(transaction: &Transaction, case: i64, version: u32) -> Result<()> {
    let version: i32 = stored_number(version, "the version of a draft")?;
    draft::Entity::update_many()
        .col_expr(draft::Column::BecameVersion, Expr::value(Some(version)))
        .filter(draft::COLUMN.case_id.eq(case))
        .exec(&transaction.inner)
        .await?;
    Ok(())
}

/// Finds the draft whose review approved a version: the last one that became this version or one before, since
/// newer data of the same structure needs no review (REV-11). Returns its case and the version it became.
pub async fn approving(
    store: &Store,
    code: &DatasetCode,
    version: u32,
) -> Result<Option<(i64, u32)>> {
    let version: i32 = stored_number(version, "the version of a draft")?;
    let found: Option<(i64, Option<i32>)> = draft::Entity::find()
        .select_only()
        .columns([draft::Column::CaseId, draft::Column::BecameVersion])
        .filter(draft::COLUMN.code.eq(code.as_str()))
        .filter(draft::Column::BecameVersion.lte(version))
        .order_by_desc(draft::Column::BecameVersion)
        .order_by_desc(draft::Column::CaseId)
        .limit(1)
        .into_tuple()
        .one(&store.connection)
        .await?;
    let Some((case, Some(became))) = found else { return Ok(None) };
    Ok(Some((case, number(became, &format!("draft {case}"), "became_version")?)))
}

/// Maps the versions of a dataset that drafts became to the cases of those drafts; of several the last one.
pub async fn approvals(store: &Store, code: &DatasetCode) -> Result<BTreeMap<u32, i64>> {
    let found: Vec<(i64, Option<i32>)> = draft::Entity::find()
        .select_only()
        .columns([draft::Column::CaseId, draft::Column::BecameVersion])
        .filter(draft::COLUMN.code.eq(code.as_str()))
        .filter(draft::Column::BecameVersion.is_not_null())
        .order_by_asc(draft::Column::CaseId)
        .into_tuple()
        .all(&store.connection)
        .await?;
    let mut approvals = BTreeMap::new();
    for (case, became) in found {
        let Some(became) = became else { continue };
        approvals.insert(number(became, &format!("draft {case}"), "became_version")?, case);
    }
    Ok(approvals)
}

/// Finds the version that the draft of a case became; none of one that was not published.
pub async fn version_of(store: &Store, case: i64) -> Result<Option<u32>> {
    let found: Option<Option<i32>> = draft::Entity::find_by_id(case)
        .select_only()
        .column(draft::Column::BecameVersion)
        .into_tuple()
        .one(&store.connection)
        .await?;
    let what = format!("draft {case}");
    found.flatten().map(|version| number(version, &what, "became_version")).transpose()
}

/// Finds the version after that of a draft which another review approved.
pub async fn approved_after(
    store: &Store,
    code: &DatasetCode,
    version: u32,
) -> Result<Option<u32>> {
    let after: i32 = stored_number(version, "the version of a draft")?;
    let found: Option<Option<i32>> = draft::Entity::find()
        .select_only()
        .column(draft::Column::BecameVersion)
        .filter(draft::COLUMN.code.eq(code.as_str()))
        .filter(draft::Column::BecameVersion.gt(after))
        .order_by_asc(draft::Column::BecameVersion)
        .limit(1)
        .into_tuple()
        .one(&store.connection)
        .await?;
    let what = format!("a draft of `{code}`");
    found.flatten().map(|version| number(version, &what, "became_version")).transpose()
}

fn numbers(text: &str, case: i64) -> Result<BTreeSet<i64>> {
    let parts = text.split(',').filter(|part| !part.is_empty());
    parts.map(|part| word(part, &format!("draft {case}"), "authors")).collect()
}
