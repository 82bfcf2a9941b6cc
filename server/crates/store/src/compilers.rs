//! Who compiles which base register or topic, as the authority keeps it (CAT-04).

use chrono::{DateTime, Utc};
use kaishu_types::vocabulary::CatalogueKind;
use kaishu_types::{OrganizationCode, RegionCode};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::convert::{check_text, to_stored, word};
use crate::entity::entry_compiler;
use crate::{Reads, Result, Store, Transaction};

/// Who compiles the entries of a register or topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiler {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// Base or topic.
    pub kind: CatalogueKind,
    /// The register, or a code of the vocabulary `theme`.
    pub subject: String,
    /// The region for which, with those below it.
    pub region: RegionCode,
    /// Who compiles.
    pub organization: OrganizationCode,
    /// The document it rests on.
    pub basis: String,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Keeps who compiles a register or topic. Returns its number.
pub async fn add(transaction: &Transaction, new: &Compiler, now: DateTime<Utc>) -> Result<i64> {
    for text in [&new.subject, &new.basis] {
        check_text(text, "a compiler")?;
    }
    let row = entry_compiler::ActiveModel {
        id: NotSet,
        kind: Set(new.kind.to_string()),
        subject: Set(new.subject.clone()),
        region: Set(new.region.to_string()),
        organization: Set(new.organization.to_string()),
        basis: Set(new.basis.clone()),
        recorded_at: Set(to_stored(now)),
        ended_at: Set(None),
    };
    Ok(entry_compiler::Entity::insert(row).exec_with_returning(&transaction.inner).await?.id)
}

/// Ends it. `false` where there is none that goes on.
pub async fn end(transaction: &Transaction, id: i64, now: DateTime<Utc>) -> Result<bool> {
    let ended = entry_compiler::Entity::update_many()
        .col_expr(entry_compiler::Column::EndedAt, Expr::value(Some(to_stored(now))))
        .filter(entry_compiler::COLUMN.id.eq(id))
        .filter(entry_compiler::COLUMN.ended_at.is_null())
        .exec(&transaction.inner)
        .await?;
    Ok(ended.rows_affected > 0)
}

/// Lists all, the newest first.
pub async fn list(store: &Store) -> Result<Vec<Compiler>> {
    let query = entry_compiler::Entity::find().order_by_desc(entry_compiler::Column::Id);
    query.all(&store.connection).await?.into_iter().map(read).collect()
}

/// Finds one.
pub async fn find(store: &Store, id: i64) -> Result<Option<Compiler>> {
    let row = entry_compiler::Entity::find_by_id(id).one(&store.connection).await?;
    row.map(read).transpose()
}

/// Lists who compiles a register or topic in one of some regions now, the oldest first.
pub async fn naming(
    store: &impl Reads,
    (kind, subject): (CatalogueKind, &str),
    regions: &[String],
) -> Result<Vec<Compiler>> {
    entry_compiler::Entity::find()
        .filter(entry_compiler::Column::Kind.eq(kind.as_str()))
        .filter(entry_compiler::COLUMN.subject.eq(subject))
        .filter(entry_compiler::Column::Region.is_in(regions.iter().map(String::as_str)))
        .filter(entry_compiler::COLUMN.ended_at.is_null())
        .order_by_asc(entry_compiler::Column::Id)
        .all(store.connection())
        .await?
        .into_iter()
        .map(read)
        .collect()
}

fn read(row: entry_compiler::Model) -> Result<Compiler> {
    let what = format!("compiler {}", row.id);
    Ok(Compiler {
        id: row.id,
        kind: word(&row.kind, &what, "kind")?,
        region: word(&row.region, &what, "region")?,
        organization: word(&row.organization, &what, "organization")?,
        subject: row.subject,
        basis: row.basis,
        ended_at: row.ended_at,
    })
}
