//! Entries on their way to publication. Nothing public reads them.

use chrono::{DateTime, Utc};
use kaishu_types::DatasetCode;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, QueryFilter, QuerySelect};

use crate::convert::{check_text, now, number, word};
use crate::entity::{case_file, draft};
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
    /// When.
    pub updated_at: DateTime<Utc>,
}

/// Keeps a new draft.
pub async fn create(
    transaction: &Transaction,
    case: i64,
    code: &DatasetCode,
    document: &str,
    by: &str,
) -> Result<()> {
    check_text(document, "a draft")?;
    check_text(by, "a draft")?;
    let row = draft::ActiveModel {
        case_id: Set(case),
        code: Set(code.to_string()),
        document: Set(document.to_owned()),
        revision: Set(1),
        updated_by: Set(by.to_owned()),
        updated_at: Set(now()),
    };
    draft::Entity::insert(row).exec_without_returning(&transaction.inner).await?;
    Ok(())
}

/// Saves a draft that was read at a revision, while its case is in the state `draft`. Returns the new
/// revision.
///
/// # Errors
///
/// `Conflict` where somebody saved it since, or it is under review.
pub async fn save(
    transaction: &Transaction,
    case: i64,
    revision: u32,
    document: &str,
    by: &str,
) -> Result<u32> {
    check_text(document, "a draft")?;
    check_text(by, "a draft")?;
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
    let updated = draft::Entity::update_many()
        .col_expr(draft::Column::Document, Expr::value(document))
        .col_expr(draft::Column::Revision, Expr::value(i64::from(revision) + 1))
        .col_expr(draft::Column::UpdatedBy, Expr::value(by))
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
            updated_by: row.updated_by,
            updated_at: row.updated_at,
        })
    })
    .transpose()
}
