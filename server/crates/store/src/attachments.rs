//! Files that are attached to cases. Only those see them who see the case; they are never taken away (REV-02,
//! CLS-10).

use chrono::{DateTime, Utc};
use kaishu_types::DatasetCode;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{check_text, number, stored_number, to_stored};
use crate::entity::{case_attachment, case_file};
use crate::{Result, Store, StoreError, Transaction};

/// What a file is attached for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The record of desensitising or declassifying, or a consent, by which an entry is opened further.
    Relaxation,
    /// What comes with a step of the review.
    Step,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Relaxation => "relaxation",
            Self::Step => "step",
        }
    }
}

/// A file as it was attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// The case.
    pub case: i64,
    /// What it is for.
    pub purpose: Purpose,
    /// Which event of the case it came with, from 1; none while it waits for one, and of records.
    pub event_no: Option<u32>,
    /// Name of the file.
    pub file_name: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// SHA-256 of the bytes, lower-case hex.
    pub sha256: String,
    /// The key of its bytes.
    pub blob_key: String,
    /// The account that attached it; none for commands.
    pub account: Option<i64>,
    /// The name people read.
    pub attached_by: String,
    /// When.
    pub attached_at: DateTime<Utc>,
}

/// Keeps a file with a case about a subject. Returns its number.
pub async fn add(transaction: &Transaction, subject: &str, new: &Attachment) -> Result<i64> {
    for text in [subject, &new.file_name, &new.attached_by] {
        check_text(text, "an attachment")?;
    }
    let row = case_attachment::ActiveModel {
        id: NotSet,
        case_id: Set(new.case),
        subject: Set(subject.to_owned()),
        purpose: Set(new.purpose.as_str().to_owned()),
        event_no: Set(None),
        file_name: Set(new.file_name.clone()),
        size_bytes: Set(stored_number(new.size_bytes, "an attachment")?),
        sha256: Set(new.sha256.clone()),
        blob_key: Set(new.blob_key.clone()),
        account_id: Set(new.account),
        attached_by: Set(new.attached_by.clone()),
        attached_at: Set(to_stored(new.attached_at)),
    };
    let kept = case_attachment::Entity::insert(row).exec_with_returning(&transaction.inner).await?;
    Ok(kept.id)
}

/// Counts what was attached to a case, and holds the case until the end of the transaction: files that come at once
/// count one after the other.
pub async fn hold(transaction: &Transaction, case: i64, purpose: Purpose) -> Result<u64> {
    let held = case_file::Entity::find_by_id(case).lock_exclusive().one(&transaction.inner).await?;
    held.ok_or_else(|| StoreError::not_found(format!("case {case}")))?;
    Ok(case_attachment::Entity::find()
        .filter(case_attachment::COLUMN.case_id.eq(case))
        .filter(case_attachment::COLUMN.purpose.eq(purpose.as_str()))
        .count(&transaction.inner)
        .await?)
}

/// Notes which event of a case a file came with.
///
/// # Errors
///
/// `Conflict` where it came with another one meanwhile.
pub async fn came_with(transaction: &Transaction, id: i64, event_no: u32) -> Result<()> {
    let event_no: i32 = stored_number(event_no, "an attachment")?;
    let updated = case_attachment::Entity::update_many()
        .col_expr(case_attachment::Column::EventNo, Expr::value(Some(event_no)))
        .filter(case_attachment::COLUMN.id.eq(id))
        .filter(case_attachment::COLUMN.event_no.is_null())
        .exec(&transaction.inner)
        .await?;
    match updated.rows_affected {
        0 => Err(StoreError::Conflict { what: "the file came with another step".to_owned() }),
        _ => Ok(()),
    }
}

/// Lists what was attached to a case, the oldest first.
pub async fn of_case(store: &Store, case: i64, purpose: Purpose) -> Result<Vec<Attachment>> {
    let rows = case_attachment::Entity::find()
        .filter(case_attachment::COLUMN.case_id.eq(case))
        .filter(case_attachment::COLUMN.purpose.eq(purpose.as_str()))
        .order_by_asc(case_attachment::COLUMN.id)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(attachment).collect()
}

/// Lists the records by which a dataset was opened further, the newest first.
pub async fn relaxations(store: &Store, dataset: &DatasetCode) -> Result<Vec<Attachment>> {
    let rows = case_attachment::Entity::find()
        .filter(case_attachment::COLUMN.subject.eq(dataset.as_str()))
        .filter(case_attachment::COLUMN.purpose.eq(Purpose::Relaxation.as_str()))
        .order_by_desc(case_attachment::COLUMN.id)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(attachment).collect()
}

/// Finds a file of a case by its number.
pub async fn find(store: &Store, case: i64, id: i64) -> Result<Option<Attachment>> {
    let row = case_attachment::Entity::find_by_id(id)
        .filter(case_attachment::COLUMN.case_id.eq(case))
        .one(&store.connection)
        .await?;
    row.map(attachment).transpose()
}

fn attachment(row: case_attachment::Model) -> Result<Attachment> {
    let what = format!("attachment {}", row.id);
    Ok(Attachment {
        id: row.id,
        case: row.case_id,
        purpose: match row.purpose.as_str() {
            "relaxation" => Purpose::Relaxation,
            _ => Purpose::Step,
        },
        event_no: row.event_no.map(|it| number(it, &what, "event_no")).transpose()?,
        size_bytes: number(row.size_bytes, &what, "size_bytes")?,
        file_name: row.file_name,
        sha256: row.sha256,
        blob_key: row.blob_key,
        account: row.account_id,
        attached_by: row.attached_by,
        attached_at: row.attached_at,
    })
}
