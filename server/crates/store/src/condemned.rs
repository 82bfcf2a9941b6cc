//! Bytes that nothing refers to: which they are, and since when somebody knows.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use crate::convert::{CHUNK_ROWS, to_stored};
use crate::entity::{
    application_material, case_attachment, case_file, condemned_blob, draft, draft_copy,
    entry_authorisation, in_place_copy, quality_assessment, resource, resource_table,
};
use crate::{Result, Store, Transaction};

/// Drafts that are looked into at once.
const DRAFTS: u64 = 50;
/// How a key begins, and how long it is.
const KEY_START: &str = "sha256/";
const KEY_BYTES: usize = KEY_START.len() + 3 + 64;

/// Bytes that are about to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condemned {
    /// Their key.
    pub key: String,
    /// When nothing referred to them.
    pub at: DateTime<Utc>,
}

/// Notes that nothing refers to bytes, in the transaction that makes it so; where that is known already, it
/// counts from now. Returns those that nobody knew of: their bytes are the caller's to move, after a
/// [`claim`] of each.
pub async fn add(
    transaction: &Transaction,
    keys: &BTreeSet<String>,
    at: DateTime<Utc>,
) -> Result<BTreeSet<String>> {
    let mut new = keys.clone();
    let keys: Vec<&String> = keys.iter().collect();
    for chunk in keys.chunks(CHUNK_ROWS) {
        let there: Vec<String> = condemned_blob::Entity::find()
            .select_only()
            .column(condemned_blob::Column::BlobKey)
            .filter(condemned_blob::COLUMN.blob_key.is_in(chunk.iter().map(|key| (*key).clone())))
            .into_tuple()
            .all(&transaction.inner)
            .await?;
        for key in &there {
            new.remove(key);
        }
        let rows = chunk.iter().map(|key| condemned_blob::ActiveModel {
            blob_key: Set((*key).clone()),
            condemned_at: Set(to_stored(at)),
        });
        let known = OnConflict::column(condemned_blob::Column::BlobKey)
            .update_column(condemned_blob::Column::CondemnedAt)
            .to_owned();
        condemned_blob::Entity::insert_many(rows)
            .on_conflict(known)
            .exec_without_returning(&transaction.inner)
            .await?;
    }
    Ok(new)
}

/// Claims bytes that were condemned at a time, as it was read: they wait from now on. Returns whether
/// nobody else was faster; whoever was has them until the pause is over.
pub async fn claim(
    store: &Store,
    key: &str,
    read: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let updated = condemned_blob::Entity::update_many()
        .col_expr(condemned_blob::Column::CondemnedAt, Expr::value(to_stored(now)))
        .filter(condemned_blob::COLUMN.blob_key.eq(key))
        .filter(condemned_blob::COLUMN.condemned_at.eq(to_stored(read)))
        .exec(&store.connection)
        .await?;
    Ok(updated.rows_affected > 0)
}

/// Lists what is about to go, oldest first.
pub async fn list(store: &Store) -> Result<Vec<Condemned>> {
    let rows = condemned_blob::Entity::find()
        .order_by_asc(condemned_blob::COLUMN.condemned_at)
        .all(&store.connection)
        .await?;
    Ok(rows.into_iter().map(|row| Condemned { key: row.blob_key, at: row.condemned_at }).collect())
}

/// Lets bytes wait from another time on.
pub async fn postpone(store: &Store, key: &str, at: DateTime<Utc>) -> Result<()> {
    condemned_blob::Entity::update_many()
        .col_expr(condemned_blob::Column::CondemnedAt, Expr::value(to_stored(at)))
        .filter(condemned_blob::COLUMN.blob_key.eq(key))
        .exec(&store.connection)
        .await?;
    Ok(())
}

/// Forgets bytes: they are kept, or gone.
pub async fn remove(store: &Store, key: &str) -> Result<()> {
    condemned_blob::Entity::delete_by_id(key).exec(&store.connection).await?;
    Ok(())
}

/// Whether anything refers to bytes now: a file, a table, an assessment, an authorisation,
/// an attachment or an open draft.
pub async fn is_used(store: &Store, key: &str) -> Result<bool> {
    if !used(store, &[key.to_owned()]).await?.is_empty() {
        return Ok(true);
    }
    let drafted: Option<i64> = draft::Entity::find()
        .select_only()
        .column(draft::Column::CaseId)
        .filter(draft::COLUMN.case_id.in_subquery(open_cases()))
        // A key has no character that means something to `LIKE`.
        .filter(draft::Column::Document.contains(key))
        .limit(1)
        .into_tuple()
        .one(&store.connection)
        .await?;
    if drafted.is_some() {
        return Ok(true);
    }
    let copied: Option<i64> = draft_copy::Entity::find()
        .select_only()
        .column(draft_copy::Column::CaseId)
        .filter(draft_copy::COLUMN.case_id.in_subquery(open_cases()))
        .filter(draft_copy::Column::Document.contains(key))
        .limit(1)
        .into_tuple()
        .one(&store.connection)
        .await?;
    Ok(copied.is_some())
}

/// Which of some keys a file, a table, an assessment, an authorisation or an attachment refers to. What
/// drafts refer to is [`drafted`].
pub async fn used(store: &Store, keys: &[String]) -> Result<BTreeSet<String>> {
    let mut used = BTreeSet::new();
    for chunk in keys.chunks(CHUNK_ROWS) {
        let of_files: Vec<String> = resource::Entity::find()
            .select_only()
            .column(resource::Column::BlobKey)
            .distinct()
            .filter(resource::COLUMN.blob_key.is_in(chunk.iter().cloned()))
            .into_tuple()
            .all(&store.connection)
            .await?;
        let of_tables: Vec<String> = resource_table::Entity::find()
            .select_only()
            .column(resource_table::Column::BlobKey)
            .distinct()
            .filter(resource_table::COLUMN.blob_key.is_in(chunk.iter().cloned()))
            .into_tuple()
            .all(&store.connection)
            .await?;
        let of_assessments: Vec<String> = quality_assessment::Entity::find()
            .select_only()
            .column(quality_assessment::Column::BlobKey)
            .distinct()
            .filter(quality_assessment::Column::BlobKey.is_in(chunk.iter().cloned()))
            .into_tuple()
            .all(&store.connection)
            .await?;
        let of_authorisations: Vec<String> = entry_authorisation::Entity::find()
            .select_only()
            .column(entry_authorisation::Column::BlobKey)
            .distinct()
            .filter(entry_authorisation::COLUMN.blob_key.is_in(chunk.iter().cloned()))
            .into_tuple()
            .all(&store.connection)
            .await?;
        let of_cases: Vec<String> = case_attachment::Entity::find()
            .select_only()
            .column(case_attachment::Column::BlobKey)
            .distinct()
            .filter(case_attachment::COLUMN.blob_key.is_in(chunk.iter().cloned()))
            .into_tuple()
            .all(&store.connection)
            .await?;
        let of_applications: Vec<String> = application_material::Entity::find()
            .select_only()
            .column(application_material::Column::BlobKey)
            .distinct()
            .filter(application_material::COLUMN.blob_key.is_in(chunk.iter().cloned()))
            .into_tuple()
            .all(&store.connection)
            .await?;
        let of_copies: Vec<String> = in_place_copy::Entity::find()
            .select_only()
            .column(in_place_copy::Column::BlobKey)
            .distinct()
            .filter(in_place_copy::COLUMN.blob_key.is_in(chunk.iter().cloned()))
            .into_tuple()
            .all(&store.connection)
            .await?;
        let all = of_files.into_iter().chain(of_tables).chain(of_assessments);
        let all = all.chain(of_authorisations).chain(of_cases).chain(of_applications);
        used.extend(all.chain(of_copies));
    }
    Ok(used)
}

/// The keys that open drafts refer to, as they are and as they were.
pub async fn drafted(store: &Store) -> Result<BTreeSet<String>> {
    let mut keys = copied(store).await?;
    let mut after = i64::MIN;
    loop {
        let drafts: Vec<(i64, String)> = draft::Entity::find()
            .select_only()
            .columns([draft::Column::CaseId, draft::Column::Document])
            .filter(draft::COLUMN.case_id.in_subquery(open_cases()))
            .filter(draft::COLUMN.case_id.gt(after))
            .order_by_asc(draft::COLUMN.case_id)
            .limit(DRAFTS)
            .into_tuple()
            .all(&store.connection)
            .await?;
        let Some((last, _)) = drafts.last() else { return Ok(keys) };
        after = *last;
        keys.extend(drafts.iter().flat_map(|(_, document)| keys_in(document)));
    }
}

/// The keys that the copies of open drafts refer to.
async fn copied(store: &Store) -> Result<BTreeSet<String>> {
    let mut keys = BTreeSet::new();
    let mut after = (i64::MIN, i32::MIN);
    loop {
        let (case, revision) = after;
        let next = Condition::any().add(draft_copy::COLUMN.case_id.gt(case)).add(
            Condition::all()
                .add(draft_copy::COLUMN.case_id.eq(case))
                .add(draft_copy::COLUMN.revision.gt(revision)),
        );
        let copies: Vec<(i64, i32, String)> = draft_copy::Entity::find()
            .select_only()
            .columns([
                draft_copy::Column::CaseId,
                draft_copy::Column::Revision,
                draft_copy::Column::Document,
            ])
            .filter(draft_copy::COLUMN.case_id.in_subquery(open_cases()))
            .filter(next)
            .order_by_asc(draft_copy::COLUMN.case_id)
            .order_by_asc(draft_copy::COLUMN.revision)
            .limit(DRAFTS)
            .into_tuple()
            .all(&store.connection)
            .await?;
        let Some((case, revision, _)) = copies.last() else { return Ok(keys) };
        after = (*case, *revision);
        keys.extend(copies.iter().flat_map(|(_, _, document)| keys_in(document)));
    }
}

fn open_cases() -> SelectStatement {
    case_file::Entity::find()
        .select_only()
        .column(case_file::Column::Id)
        .filter(case_file::COLUMN.is_open.eq(true))
        .into_query()
}

/// The texts in a document that look like keys. Anything that looks like one counts: what is kept for
/// nothing does no harm.
fn keys_in(document: &str) -> impl Iterator<Item = String> {
    document
        .match_indices(KEY_START)
        .filter_map(|(place, _)| document.get(place..place + KEY_BYTES).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::keys_in;

    #[test]
    fn keys_are_found_in_whatever_is_around_them() {
        let key = format!("sha256/ab/ab{}", "0".repeat(62));
        let text = format!("{{\"a\":\"{key}\",\"b\":\"sha256/市\",\"c\":\"{key}\"}} sha256/");
        let found: Vec<String> = keys_in(&text).collect();
        assert_eq!(found.iter().filter(|it| **it == key).count(), 2, "{found:?}");
    }
}
