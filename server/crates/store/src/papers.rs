//! Signed documents set in pages: made once, kept as they were first taken.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::agreements::{Document, read};
use crate::convert::to_stored;
use crate::entity::{agreement_document, agreement_paper};
use crate::{Reads, Result, Store};

/// A document set in pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// SHA-256 of the bytes, hex.
    pub sha256: String,
    /// The PDF.
    pub pdf: Vec<u8>,
}

/// Finds the paper of a document.
pub async fn find(store: &impl Reads, document: i64) -> Result<Option<Paper>> {
    let found = agreement_paper::Entity::find_by_id(document).one(store.connection()).await?;
    Ok(found.map(|row| Paper { sha256: row.sha256, pdf: row.pdf }))
}

/// Keeps the paper of a document, unless another one was kept before.
pub async fn keep(store: &Store, document: i64, paper: &Paper, at: DateTime<Utc>) -> Result<()> {
    let row = agreement_paper::ActiveModel {
        document_id: Set(document),
        sha256: Set(paper.sha256.clone()),
        pdf: Set(paper.pdf.clone()),
        made_at: Set(to_stored(at)),
    };
    let first = OnConflict::column(agreement_paper::Column::DocumentId).do_nothing().to_owned();
    agreement_paper::Entity::insert(row)
        .on_conflict(first)
        .exec_without_returning(&store.connection)
        .await?;
    Ok(())
}

/// Finds the document that has a hash, of its text or of its paper: of equal texts a signed one, and the newest of
/// those.
pub async fn by_hash(store: &impl Reads, sha256: &str) -> Result<Option<Document>> {
    let by_text = agreement_document::Entity::find()
        .filter(agreement_document::COLUMN.sha256.eq(sha256))
        .order_by_desc(agreement_document::Column::Id);
    let rows = by_text.all(store.connection()).await?;
    let mut found: Vec<Document> = rows.into_iter().map(read).collect();
    if !found.is_empty() {
        let place = found.iter().position(Document::is_signed).unwrap_or_default();
        return Ok(Some(found.swap_remove(place)));
    }
    let id = agreement_paper::Entity::find()
        .select_only()
        .column(agreement_paper::Column::DocumentId)
        .filter(agreement_paper::COLUMN.sha256.eq(sha256))
        .order_by_desc(agreement_paper::Column::DocumentId)
        .into_tuple::<i64>();
    let Some(id) = id.one(store.connection()).await? else { return Ok(None) };
    let row = agreement_document::Entity::find_by_id(id).one(store.connection()).await?;
    Ok(row.map(read))
}
