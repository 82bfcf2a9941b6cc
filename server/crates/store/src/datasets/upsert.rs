//! Writing entries in bulk: what is new, what changed, what is the same.

use std::collections::{HashMap, HashSet};

use kaishu_domain::Calendar;
use kaishu_types::DatasetCode;
use sea_orm::DatabaseTransaction;

use super::assign::{self, Serials};
use super::change::{self, Change};
use super::context::{Context, Known};
use super::create::{self, Creation};
use super::write::{EntryWrite, Outcome, Prepared, Refusal, Upserted, prepare};
use crate::convert::{CHUNK_ROWS, word};
use crate::{Result, Store, feed};

/// What became of each entry of a batch, in its order.
pub type Verdicts = Vec<std::result::Result<Upserted, Refusal>>;

/// Creates and changes datasets in one transaction, with their versions and their rows in the change
/// feed. An entry that is refused (an unknown organization, a code that belongs to another origin)
/// does not stop the others. An existing dataset is recognised by its origin, then by its code.
pub async fn upsert_batch(store: &Store, entries: &[EntryWrite]) -> Result<Verdicts> {
    let transaction = store.begin_write().await?;
    let verdicts = upsert_in(&transaction, &store.calendar, entries).await?;
    transaction.commit().await?;
    Ok(verdicts)
}

/// Like [`upsert_batch`], within a transaction of [`Store::begin_write`].
pub(crate) async fn upsert_in(
    transaction: &DatabaseTransaction,
    calendar: &Calendar,
    entries: &[EntryWrite],
) -> Result<Verdicts> {
    let mut verdicts = Vec::with_capacity(entries.len());
    let mut rest = entries;
    while !rest.is_empty() {
        let (round, later) = rest.split_at(n_distinct(rest).min(CHUNK_ROWS));
        verdicts.extend(upsert_round(transaction, calendar, round).await?);
        rest = later;
    }
    Ok(verdicts)
}

/// Counts the entries before the first that may speak of the same dataset as an earlier one.
fn n_distinct(entries: &[EntryWrite]) -> usize {
    let mut codes = HashSet::new();
    let mut origins = HashSet::new();
    for (index, entry) in entries.iter().enumerate() {
        let code_repeats = entry.code.as_ref().is_some_and(|code| !codes.insert(code.as_str()));
        let origin_repeats = entry.origin.as_ref().is_some_and(|origin| {
            !origins.insert((origin.source.as_str(), origin.source_id.as_str()))
        });
        if code_repeats || origin_repeats {
            return index;
        }
    }
    entries.len()
}

/// What is to be done with an entry.
enum Plan<'a> {
    Refuse(Refusal),
    Keep(DatasetCode),
    Create(Prepared<'a>),
    Change(Prepared<'a>, Known),
    Restate(Known, &'a EntryWrite),
}

async fn upsert_round(
    transaction: &DatabaseTransaction,
    calendar: &Calendar,
    entries: &[EntryWrite],
) -> Result<Verdicts> {
    let mut context = Context::load(transaction, entries).await?;
    let mut plans = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        plans.push(match plan(&context, calendar, entry) {
            Ok(plan) => plan,
            Err(refusal) => Plan::Refuse(refusal),
        });
        if index % 16 == 15 {
            // Hashing large entries takes long enough for others to wait.
            tokio::task::yield_now().await;
        }
    }
    let mut codes = assign_codes(transaction, &mut context.serials, &plans).await?;

    let mut verdicts = Vec::with_capacity(entries.len());
    let mut creations = Vec::new();
    let mut changes = Vec::new();
    let mut restated = Vec::new();
    for (index, plan) in plans.into_iter().enumerate() {
        verdicts.push(match plan {
            Plan::Refuse(refusal) => Err(refusal),
            Plan::Keep(code) => Ok(Upserted { code, outcome: Outcome::Unchanged }),
            Plan::Create(prepared) => match codes.remove(&index) {
                Some(Ok(code)) => {
                    let place = context.place_of(prepared.entry)?;
                    creations.push(Creation { code: code.clone(), place, prepared });
                    Ok(Upserted { code, outcome: Outcome::Created })
                }
                Some(Err(refusal)) => Err(refusal),
                None => Err(Refusal::new("no code was assigned")),
            },
            Plan::Change(prepared, known) => {
                let code = word(&known.code, "a dataset", "code")?;
                let place = context.place_of(prepared.entry)?;
                changes.push(Change { known, place, prepared });
                Ok(Upserted { code, outcome: Outcome::Updated })
            }
            Plan::Restate(known, entry) => {
                let code = word(&known.code, "a dataset", "code")?;
                restated.push((known.id, entry));
                Ok(Upserted { code, outcome: Outcome::Updated })
            }
        });
    }
    create::write(transaction, &creations).await?;
    change::write(transaction, &changes).await?;
    change::write_states(transaction, &restated).await?;
    context.serials.save(transaction).await?;
    let changed: Vec<String> = verdicts
        .iter()
        .flatten()
        .filter(|upserted| upserted.outcome != Outcome::Unchanged)
        .map(|upserted| upserted.code.to_string())
        .collect();
    feed::append(transaction, &changed).await?;
    Ok(verdicts)
}

fn plan<'a>(
    context: &Context,
    calendar: &Calendar,
    entry: &'a EntryWrite,
) -> std::result::Result<Plan<'a>, Refusal> {
    let prepared = prepare(entry, calendar)?;
    context.find_place(entry)?;
    let Some(known) = context.recognise(entry)? else {
        return Ok(Plan::Create(prepared));
    };
    if known.content_hash == prepared.content_hash {
        // What says nothing new changes the state only where nobody has decided on it.
        if known.state != entry.state.as_str() && !known.is_decided() {
            return Ok(Plan::Restate(known.clone(), entry));
        }
        let code = known.code.parse().map_err(|error| Refusal::new(format!("{error}")))?;
        return Ok(Plan::Keep(code));
    }
    Ok(Plan::Change(prepared, known.clone()))
}

type Codes = HashMap<usize, std::result::Result<DatasetCode, Refusal>>;

/// Gives each new entry its code, by its index: the chosen ones first, so that none is assigned.
async fn assign_codes(
    transaction: &DatabaseTransaction,
    serials: &mut Serials,
    plans: &[Plan<'_>],
) -> Result<Codes> {
    let mut codes = Codes::new();
    let mut unassigned: Vec<(usize, &str)> = Vec::new();
    for (index, plan) in plans.iter().enumerate() {
        let Plan::Create(prepared) = plan else {
            continue;
        };
        match &prepared.entry.code {
            Some(code) => {
                serials.skip(code);
                codes.insert(index, Ok(code.clone()));
            }
            None => unassigned.push((index, &prepared.entry.organization)),
        }
    }
    while !unassigned.is_empty() {
        let mut attempts = Vec::with_capacity(unassigned.len());
        for (index, organization) in unassigned {
            match serials.take(organization) {
                Ok(code) => attempts.push((index, organization, code)),
                Err(refusal) => {
                    codes.insert(index, Err(refusal));
                }
            }
        }
        let asked: Vec<&str> = attempts.iter().map(|(_, _, code)| code.as_str()).collect();
        let taken = assign::taken(transaction, &asked).await?;
        unassigned = Vec::new();
        for (index, organization, code) in attempts {
            if taken.contains(code.as_str()) {
                unassigned.push((index, organization));
            } else {
                codes.insert(index, Ok(code));
            }
        }
    }
    Ok(codes)
}
