//! What the review of an entry needs of the catalogue, within its transaction.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use kaishu_types::DatasetCode;
use kaishu_types::vocabulary::DatasetState;
use sea_orm::{EntityTrait, QueryFilter, QuerySelect};

use super::assign::{self, Serials};
use super::upsert::upsert_in;
use super::write::{EntryWrite, Upserted};
use crate::convert::{number, word};
use crate::entity::{dataset, draft, organization};
use crate::{Result, StoreError, Transaction};

/// Takes the next free code of an organization, in a transaction of
/// [`begin_catalogue`](crate::Store::begin_catalogue).
///
/// # Errors
///
/// `Invalid` where there is no such organization.
pub async fn reserve_code(transaction: &Transaction, organization: &str) -> Result<DatasetCode> {
    let connection = &transaction.inner;
    let mut serials = Serials::load(connection, BTreeSet::from([organization])).await?;
    loop {
        let code = serials.take(organization).map_err(|refusal| refused(&refusal))?;
        let is_taken = !assign::taken(connection, &[code.as_str()]).await?.is_empty();
        let in_draft: Option<i64> = draft::Entity::find()
            .select_only()
            .column(draft::Column::CaseId)
            .filter(draft::COLUMN.code.eq(code.as_str()))
            .into_tuple()
            .one(connection)
            .await?;
        if !is_taken && in_draft.is_none() {
            serials.save(connection).await?;
            return Ok(code);
        }
    }
}

/// What a dataset is at the moment of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Its version.
    pub version: u32,
    /// Its state.
    pub state: DatasetState,
    /// When it first appeared.
    pub published_at: DateTime<Utc>,
}

/// Reads what a dataset is now; `None` where there is none.
pub async fn standing(transaction: &Transaction, code: &DatasetCode) -> Result<Option<Standing>> {
    let row: Option<(i32, String, DateTime<Utc>)> = dataset::Entity::find()
        .select_only()
        .columns([dataset::Column::Version, dataset::Column::State, dataset::Column::PublishedAt])
        .filter(dataset::COLUMN.code.eq(code.as_str()))
        .into_tuple()
        .one(&transaction.inner)
        .await?;
    let what = format!("dataset `{code}`");
    row.map(|(version, state, published_at)| {
        let version = number(version, &what, "version")?;
        Ok(Standing { version, state: word(&state, &what, "state")?, published_at })
    })
    .transpose()
}

/// Reads whose a dataset is now; `None` where there is none.
pub async fn provider(transaction: &Transaction, code: &DatasetCode) -> Result<Option<String>> {
    let row = dataset::Entity::find()
        .filter(dataset::COLUMN.code.eq(code.as_str()))
        .find_also_related(organization::Entity)
        .one(&transaction.inner)
        .await?;
    Ok(row.and_then(|(_, organization)| organization).map(|organization| organization.code))
}

/// Publishes an entry, new or as the next version of what has its code, in a transaction of
/// [`begin_catalogue`](crate::Store::begin_catalogue).
///
/// # Errors
///
/// `Invalid` where the entry cannot be stored; it says why.
pub async fn publish(transaction: &Transaction, entry: &EntryWrite) -> Result<Upserted> {
    let entries = std::slice::from_ref(entry);
    let mut verdicts = upsert_in(&transaction.inner, &transaction.calendar, entries).await?;
    match verdicts.pop() {
        Some(Ok(upserted)) => Ok(upserted),
        Some(Err(refusal)) => Err(refused(&refusal)),
        None => Err(StoreError::corrupt("an entry was written and nothing came of it")),
    }
}

fn refused(refusal: &super::write::Refusal) -> StoreError {
    StoreError::invalid(refusal.to_string())
}
