//! Receipts in the log: what was taken away is sealed in batches (SEC-01).
//!
//! A delivery writes its receipt and nothing else, so that no download waits for the log. Afterwards an entry of the
//! log holds the places of the receipts that came since the one before, how many they are, and one hash over all
//! of them in their order; with them those of what is known at the end of a delivery only. What was sealed cannot be
//! changed, removed or added without [`verify`](super::verify()) finding it.

use std::collections::{BTreeMap, HashMap};

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, FromQueryResult, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Select, TransactionTrait,
};
use serde_json::json;
use sm3::{Digest, Sm3};

use super::chain::{canonical, hex};
use super::logged;
use super::verify::Fault;
use crate::entity::{case_event, receipt_completion, retrieval_receipt};
use crate::receipts::NOT_KNOWN;
use crate::{Result, Store};

/// The kind of the entries that seal receipts, and their subject.
pub const RECEIPT: &str = "receipt";
/// The event by which receipts are sealed.
pub const SEALED: &str = "sealed";

/// Most receipts, and most completions, of a batch.
const BATCH: u64 = 2_000;

/// Receipts that came one after the other, with one hash over them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    receipts: Span,
    completions: Span,
    hash: String,
}

/// Rows after a place and up to another one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Span {
    after: i64,
    last: i64,
    n: u64,
}

impl Batch {
    /// The facts of the entry that seals it.
    pub fn facts(&self) -> BTreeMap<String, String> {
        let Self { receipts, completions, hash } = self;
        let facts = [
            ("after", receipts.after.to_string()),
            ("last", receipts.last.to_string()),
            ("n", receipts.n.to_string()),
            ("completions_after", completions.after.to_string()),
            ("completions_last", completions.last.to_string()),
            ("completions", completions.n.to_string()),
            ("hash", hash.clone()),
        ];
        facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The key of the entry: of two nodes that seal the same receipts one does.
    pub fn key(&self) -> String {
        format!("receipts after {} and {}", self.receipts.after, self.completions.after)
    }

    fn of(facts: &BTreeMap<String, String>) -> Option<Self> {
        let place = |name: &str| facts.get(name)?.parse::<i64>().ok();
        let count = |name: &str| facts.get(name)?.parse::<u64>().ok();
        Some(Self {
            receipts: Span { after: place("after")?, last: place("last")?, n: count("n")? },
            completions: Span {
                after: place("completions_after")?,
                last: place("completions_last")?,
                n: count("completions")?,
            },
            hash: facts.get("hash")?.clone(),
        })
    }
}

/// Reads the receipts that are not sealed yet, 2,000 at most; `None` where there are none.
///
/// # Errors
///
/// Fails where the database does, and `Corrupt` where the last sealing entry cannot be read.
pub async fn unsealed_receipts(store: &Store) -> Result<Option<Batch>> {
    let newest = newest(store).await?;
    let moment = store.begin_read().await?;
    let last = last_sealing(&moment).await?;
    let (receipts, completions) = match last {
        Some((_, Some(last))) => (last.receipts.last, last.completions.last),
        Some((seq, None)) => {
            let what = format!("entry {seq} of the log seals no receipts");
            return Err(crate::StoreError::corrupt(what));
        }
        None => (0, 0),
    };
    let receipts = Span { after: receipts, last: newest.0, n: 0 };
    let completions = Span { after: completions, last: newest.1, n: 0 };
    let batch = read(&moment, receipts, completions, Some(BATCH)).await?.batch;
    Ok((batch.receipts.n + batch.completions.n > 0).then_some(batch))
}

#[derive(FromQueryResult)]
struct Newest {
    id: i64,
}

/// The places of the last receipt and the last completion below which none can appear any more: PostgreSQL gives
/// places out before it keeps the rows, so whatever is on its way is waited for, for a moment.
async fn newest(store: &Store) -> Result<(i64, i64)> {
    let moment = store.connection.begin().await?;
    if moment.get_database_backend() == DbBackend::Postgres {
        let wait = "LOCK TABLE retrieval_receipt, receipt_completion IN SHARE MODE";
        moment.execute_unprepared(wait).await?;
    }
    let receipt = retrieval_receipt::Entity::find()
        .select_only()
        .column(retrieval_receipt::Column::Id)
        .order_by_desc(retrieval_receipt::COLUMN.id)
        .into_model::<Newest>()
        .one(&moment)
        .await?;
    let completion = receipt_completion::Entity::find()
        .select_only()
        .column(receipt_completion::Column::Id)
        .order_by_desc(receipt_completion::COLUMN.id)
        .into_model::<Newest>()
        .one(&moment)
        .await?;
    moment.commit().await?;
    Ok((receipt.map_or(0, |row| row.id), completion.map_or(0, |row| row.id)))
}

/// What the rows of two spans come to.
struct Found {
    batch: Batch,
    /// Whether what a receipt says is what is known of the end of its delivery.
    fits: bool,
}

/// Reads the rows of two spans; of the first one also what is below every place, which nothing may be.
async fn read(
    moment: &DatabaseTransaction,
    mut receipts: Span,
    mut completions: Span,
    limit: Option<u64>,
) -> Result<Found> {
    let mut query = retrieval_receipt::Entity::find()
        .filter(retrieval_receipt::COLUMN.id.lte(receipts.last))
        .order_by_asc(retrieval_receipt::COLUMN.id)
        .limit(limit);
    if receipts.after > 0 {
        query = query.filter(retrieval_receipt::COLUMN.id.gt(receipts.after));
    }
    let rows = query.all(moment).await?;
    let mut query = receipt_completion::Entity::find()
        .filter(receipt_completion::COLUMN.id.lte(completions.last))
        .order_by_asc(receipt_completion::COLUMN.id)
        .limit(limit);
    if completions.after > 0 {
        query = query.filter(receipt_completion::COLUMN.id.gt(completions.after));
    }
    let completed = query.all(moment).await?;
    let ends = ends_of(moment, &rows).await?;
    let mut hash = Sm3::new();
    let mut fits = true;
    for row in &rows {
        let end = ends.get(&row.code);
        fits &=
            end.is_none_or(|end| (end.size_bytes, &end.sha256) == (row.size_bytes, &row.sha256));
        hash.update(of_receipt(row, end.is_some())?);
    }
    for row in &completed {
        hash.update(of_completion(row)?);
    }
    receipts.n = rows.len() as u64;
    completions.n = completed.len() as u64;
    if limit.is_some() {
        receipts.last = rows.last().map_or(receipts.after, |row| row.id);
        completions.last = completed.last().map_or(completions.after, |row| row.id);
    }
    let hash = hex(&hash.finalize());
    Ok(Found { batch: Batch { receipts, completions, hash }, fits })
}

/// What is known of the ends of deliveries, by the numbers of their receipts.
async fn ends_of(
    moment: &DatabaseTransaction,
    rows: &[retrieval_receipt::Model],
) -> Result<HashMap<String, receipt_completion::Model>> {
    let codes = rows.iter().map(|row| row.code.as_str());
    let ends = receipt_completion::Entity::find()
        .filter(receipt_completion::COLUMN.code.is_in(codes))
        .all(moment)
        .await?;
    Ok(ends.into_iter().map(|end| (end.code.clone(), end)).collect())
}

/// Writes a receipt as it was given: of a delivery whose end is known apart, size and digest were not known then.
fn of_receipt(row: &retrieval_receipt::Model, is_completed: bool) -> Result<String> {
    let (size, sha256) = match is_completed {
        true => (NOT_KNOWN, ""),
        false => (row.size_bytes, row.sha256.as_str()),
    };
    let mut said = json!({
        "id": row.id,
        "code": row.code,
        "dataset": [row.dataset_code, row.dataset_title],
        "version": row.version,
        "resource": [row.resource_id.to_string(), row.resource_title],
        "file": row.file_name,
        "size": size,
        "sha256": sha256,
        "sm3": row.sm3,
        "provider": [row.provider_code, row.provider_name],
        "provider_en": row.provider_name_en,
        "licence": row.licence,
        "at": row.retrieved_at.timestamp_micros(),
        "attribution": row.attribution,
        "kind": row.kind,
        "question": row.question,
        "grant": row.grant_case,
    });
    if row.account_id.is_some() || row.organization.is_some() {
        // Who took what is shared; receipts that were sealed before say no word of it.
        said["shared"] = json!([row.account_id, row.organization]);
    }
    let line = canonical(&said)?;
    Ok(format!("{line}\n"))
}

fn of_completion(row: &receipt_completion::Model) -> Result<String> {
    let receipt_completion::Model { id, code, size_bytes, sha256 } = row;
    let line = canonical(&json!({"end": id, "code": code, "size": size_bytes, "sha256": sha256}))?;
    Ok(format!("{line}\n"))
}

/// The entries that seal receipts.
fn seals() -> Select<case_event::Entity> {
    case_event::Entity::find()
        .filter(case_event::COLUMN.kind.eq(RECEIPT))
        .filter(case_event::COLUMN.event.eq(SEALED))
        .filter(case_event::COLUMN.case_id.is_null())
}

/// An entry that seals receipts, with what it seals where that can be read.
fn sealed(row: case_event::Model) -> Result<(i64, Option<Batch>)> {
    let entry = logged(row)?;
    Ok((entry.seq, Batch::of(&entry.event.body.facts)))
}

/// All entries that seal receipts, the first first.
async fn sealing(moment: &DatabaseTransaction) -> Result<Vec<(i64, Option<Batch>)>> {
    let rows = seals().order_by_asc(case_event::COLUMN.seq).all(moment).await?;
    rows.into_iter().map(sealed).collect()
}

/// The last of them: there is one for each minute in which something was taken away.
async fn last_sealing(moment: &DatabaseTransaction) -> Result<Option<(i64, Option<Batch>)>> {
    let row = seals().order_by_desc(case_event::COLUMN.seq).one(moment).await?;
    row.map(sealed).transpose()
}

/// Receipts as they were found.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub(super) n_sealed: u64,
    pub(super) n_unsealed: u64,
    pub(super) faults: Vec<Fault>,
}

/// Compares the receipts with what the log sealed of them.
pub(super) async fn check(moment: &DatabaseTransaction) -> Result<Checked> {
    let mut checked = Checked::default();
    let (mut last, mut last_end) = (0, 0);
    for (seq, sealed) in sealing(moment).await? {
        let follows = |it: &Batch| it.receipts.after == last && it.completions.after == last_end;
        let Some(sealed) = sealed.filter(follows) else {
            checked.faults.push(Fault::Changed { seq });
            return Ok(checked);
        };
        let found = read(moment, sealed.receipts, sealed.completions, None).await?;
        (last, last_end) = (sealed.receipts.last, sealed.completions.last);
        if found.fits && found.batch == sealed {
            checked.n_sealed += sealed.receipts.n;
            continue;
        }
        checked.faults.push(Fault::Receipts {
            seq,
            first: sealed.receipts.after + 1,
            last,
            sealed: sealed.receipts.n,
            found: found.batch.receipts.n,
        });
    }
    let unsealed = retrieval_receipt::Entity::find().filter(retrieval_receipt::COLUMN.id.gt(last));
    checked.n_unsealed = unsealed.count(moment).await?;
    Ok(checked)
}
