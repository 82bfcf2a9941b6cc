//! The next version of the compiling guide while it is being written (CAT-03): one at a time.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{EntityTrait, QueryFilter};

use crate::convert::{check_text, number, stored_number, to_stored};
use crate::entity::guide_draft;
use crate::{Result, Store, Transaction};

/// There is one row.
const ONLY: i32 = 1;

/// What was saved last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuideDraft {
    /// What the next version is to lay down, JSON.
    pub content: String,
    /// Counts what was saved and published, from 1.
    pub revision: u32,
    /// Whether it waits to be published.
    pub is_open: bool,
    /// Who saved it.
    pub changed_by: String,
    /// When.
    pub changed_at: DateTime<Utc>,
}

/// Finds what was saved last; none where nobody has written one yet.
pub async fn find(store: &Store) -> Result<Option<GuideDraft>> {
    let row = guide_draft::Entity::find_by_id(ONLY).one(&store.connection).await?;
    row.map(read).transpose()
}

/// Saves what is to be published over what was read; `known` is its revision, 0 where there was nothing. `false` where
/// somebody else saved or published meanwhile.
pub async fn save(
    transaction: &Transaction,
    content: &str,
    known: u32,
    (name, now): (&str, DateTime<Utc>),
) -> Result<bool> {
    check_text(content, "the draft of the guide")?;
    check_text(name, "the draft of the guide")?;
    if known == 0 {
        let new = guide_draft::ActiveModel {
            id: Set(ONLY),
            content: Set(content.to_owned()),
            revision: Set(1),
            is_open: Set(true),
            changed_by: Set(name.to_owned()),
            changed_at: Set(to_stored(now)),
        };
        let n_added = guide_draft::Entity::insert_many([new])
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(&transaction.inner)
            .await?;
        return Ok(n_added > 0);
    }
    let revision: i32 = stored_number(known, "the draft of the guide")?;
    let updated = guide_draft::Entity::update_many()
        .col_expr(guide_draft::Column::Content, Expr::value(content))
        .col_expr(guide_draft::Column::Revision, Expr::value(revision.saturating_add(1)))
        .col_expr(guide_draft::Column::IsOpen, Expr::value(true))
        .col_expr(guide_draft::Column::ChangedBy, Expr::value(name))
        .col_expr(guide_draft::Column::ChangedAt, Expr::value(to_stored(now)))
        .filter(guide_draft::COLUMN.id.eq(ONLY))
        .filter(guide_draft::COLUMN.revision.eq(revision))
        .exec(&transaction.inner)
        .await?;
    Ok(updated.rows_affected > 0)
}

/// Says that what was read is published now. `false` where somebody saved or published meanwhile.
pub async fn end(transaction: &Transaction, known: u32) -> Result<bool> {
    let revision: i32 = stored_number(known, "the draft of the guide")?;
    let updated = guide_draft::Entity::update_many()
        .col_expr(guide_draft::Column::Revision, Expr::value(revision.saturating_add(1)))
        .col_expr(guide_draft::Column::IsOpen, Expr::value(false))
        .filter(guide_draft::COLUMN.id.eq(ONLY))
        .filter(guide_draft::COLUMN.revision.eq(revision))
        .filter(guide_draft::COLUMN.is_open.eq(true))
        .exec(&transaction.inner)
        .await?;
    Ok(updated.rows_affected > 0)
}

fn read(row: guide_draft::Model) -> Result<GuideDraft> {
    Ok(GuideDraft {
        content: row.content,
        revision: number(row.revision, "the draft of the guide", "revision")?,
        is_open: row.is_open,
        changed_by: row.changed_by,
        changed_at: row.changed_at,
    })
}
