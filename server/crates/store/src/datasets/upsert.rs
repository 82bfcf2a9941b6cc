//! Writing entries in bulk: what is new, what changed, what is the same.

use std::collections::{BTreeSet, HashMap, HashSet};

use kaishu_types::DatasetCode;
use kaishu_types::vocabulary::DatasetState;
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{
    DatabaseTransaction, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QuerySelect,
};

use super::assign::{self, Serials};
use super::change::{self, Change};
use super::create::{self, Creation};
use super::write::{EntryWrite, Outcome, Prepared, Refusal, Upserted, prepare};
use crate::convert::{CHUNK_ROWS, word};
use crate::entity::{dataset, region};
use crate::{Result, Store, feed};

/// What became of each entry of a batch, in its order.
pub type Verdicts = Vec<std::result::Result<Upserted, Refusal>>;

/// Creates and changes datasets in one transaction, with their versions and their rows in the change
/// feed. An entry that is refused (an unknown organization, a code that belongs to another origin)
/// does not stop the others. An existing dataset is recognised by its origin, then by its code.
pub async fn upsert_batch(store: &Store, entries: &[EntryWrite]) -> Result<Verdicts> {
    let transaction = store.begin_write().await?;
    let verdicts = upsert_in(&transaction, entries).await?;
    transaction.commit().await?;
    Ok(verdicts)
}

/// Like [`upsert_batch`], within a transaction of [`Store::begin_write`].
pub(crate) async fn upsert_in(
    transaction: &DatabaseTransaction,
    entries: &[EntryWrite],
) -> Result<Verdicts> {
    let mut verdicts = Vec::with_capacity(entries.len());
    let mut rest = entries;
    while !rest.is_empty() {
        let (round, later) = rest.split_at(n_distinct(rest).min(CHUNK_ROWS));
        verdicts.extend(upsert_round(transaction, round).await?);
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

/// What the store knows of a dataset before it is written.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Known {
    pub(super) id: i64,
    pub(super) code: String,
    pub(super) state: String,
    pub(super) version: i32,
    pub(super) source_name: Option<String>,
    pub(super) source_id: Option<String>,
    pub(super) content_hash: String,
}

/// What a round has looked up.
struct Context {
    regions: HashMap<String, i64>,
    serials: Serials,
    by_origin: HashMap<(String, String), Known>,
    by_code: HashMap<String, Known>,
}

/// What is to be done with an entry.
enum Plan<'a> {
    Refuse(Refusal),
    Keep(DatasetCode),
    Create(Prepared<'a>),
    Change(Prepared<'a>, Known),
    Restate(Known, DatasetState),
}

async fn upsert_round(
    transaction: &DatabaseTransaction,
    entries: &[EntryWrite],
) -> Result<Verdicts> {
    let mut context = look_up(transaction, entries).await?;
    let mut plans = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        plans.push(match plan(&context, entry) {
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
                    let place = place_of(&context, prepared.entry)?;
                    creations.push(Creation { code: code.clone(), place, prepared });
                    Ok(Upserted { code, outcome: Outcome::Created })
                }
                Some(Err(refusal)) => Err(refusal),
                None => Err(Refusal::new("no code was assigned")),
            },
            Plan::Change(prepared, known) => {
                let code = word(&known.code, "a dataset", "code")?;
                let place = place_of(&context, prepared.entry)?;
                changes.push(Change { known, place, prepared });
                Ok(Upserted { code, outcome: Outcome::Updated })
            }
            Plan::Restate(known, state) => {
                let code = word(&known.code, "a dataset", "code")?;
                restated.push((known.id, state));
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

/// Where a dataset belongs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) organization_id: i64,
    pub(super) region_id: i64,
}

fn find_place(context: &Context, entry: &EntryWrite) -> std::result::Result<Place, Refusal> {
    let organization_id = context.serials.id(&entry.organization).ok_or_else(|| {
        Refusal::new(format!(
            "organization `{}` does not exist; write it first",
            entry.organization.escape_debug()
        ))
    })?;
    let region_id = context.regions.get(&entry.region).copied().ok_or_else(|| {
        Refusal::new(format!(
            "region `{}` does not exist; write it first",
            entry.region.escape_debug()
        ))
    })?;
    Ok(Place { organization_id, region_id })
}

/// Like [`find_place`], for an entry whose plan proves that there is one.
fn place_of(context: &Context, entry: &EntryWrite) -> Result<Place> {
    find_place(context, entry).map_err(|refusal| crate::StoreError::corrupt(refusal.reason))
}

fn plan<'a>(context: &Context, entry: &'a EntryWrite) -> std::result::Result<Plan<'a>, Refusal> {
    let prepared = prepare(entry)?;
    find_place(context, entry)?;
    let Some(known) = recognise(context, entry)? else {
        return Ok(Plan::Create(prepared));
    };
    if known.content_hash == prepared.content_hash {
        if !keeps_state(&known.state, entry.state) {
            return Ok(Plan::Restate(known.clone(), entry.state));
        }
        let code = known.code.parse().map_err(|error| Refusal::new(format!("{error}")))?;
        return Ok(Plan::Keep(code));
    }
    Ok(Plan::Change(prepared, known.clone()))
}

/// Whether an entry that says nothing new leaves the state as it is.
fn keeps_state(known: &str, written: DatasetState) -> bool {
    known == written.as_str() || is_decided(known)
}

/// Whether the state is a decision that an upsert must not undo.
pub(super) fn is_decided(state: &str) -> bool {
    let decided = [
        DatasetState::Suspended,
        DatasetState::Withdrawn,
        DatasetState::Retired,
        DatasetState::Destroyed,
    ];
    decided.iter().any(|decision| decision.as_str() == state)
}

fn recognise<'a>(
    context: &'a Context,
    entry: &EntryWrite,
) -> std::result::Result<Option<&'a Known>, Refusal> {
    let by_origin = entry.origin.as_ref().and_then(|origin| {
        context.by_origin.get(&(origin.source.clone(), origin.source_id.clone()))
    });
    let by_code = entry.code.as_ref().and_then(|code| context.by_code.get(code.as_str()));
    match (by_origin, by_code, &entry.code) {
        (Some(known), _, Some(code)) if known.code != code.as_str() => Err(Refusal::new(format!(
            "the origin is already dataset `{}`, not `{code}`; leave the code out to change that",
            known.code
        ))),
        (Some(known), _, _) => Ok(Some(known)),
        (None, Some(known), _) => match (&entry.origin, &known.source_name, &known.source_id) {
            (Some(_), Some(source), Some(id)) => Err(Refusal::new(format!(
                "code `{}` belongs to entry `{id}` of `{source}`; leave the code out to get one",
                known.code
            ))),
            _ => Ok(Some(known)),
        },
        (None, None, _) => Ok(None),
    }
}

async fn look_up(transaction: &DatabaseTransaction, entries: &[EntryWrite]) -> Result<Context> {
    let region_codes: BTreeSet<&str> = entries.iter().map(|entry| entry.region.as_str()).collect();
    let regions: Vec<(String, i64)> = region::Entity::find()
        .select_only()
        .columns([region::Column::Code, region::Column::Id])
        .filter(region::COLUMN.code.is_in(storable(region_codes)))
        .into_tuple()
        .all(transaction)
        .await?;
    let providers = entries.iter().map(|entry| entry.organization.as_str());
    let prefixes = entries.iter().filter_map(|entry| entry.code.as_ref().and_then(assign::split));
    let organizations: BTreeSet<&str> =
        providers.chain(prefixes.map(|(organization, _)| organization)).collect();
    let serials = Serials::load(transaction, storable(organizations)).await?;

    let codes: Vec<&str> =
        entries.iter().filter_map(|entry| entry.code.as_ref()).map(DatasetCode::as_str).collect();
    let mut by_code = HashMap::new();
    if !codes.is_empty() {
        for known in known_where(transaction, dataset::COLUMN.code.is_in(codes)).await? {
            by_code.insert(known.code.clone(), known);
        }
    }
    let mut ids_by_source: HashMap<&str, Vec<&str>> = HashMap::new();
    for origin in entries.iter().filter_map(|entry| entry.origin.as_ref()) {
        if !origin.source.contains('\0') && !origin.source_id.contains('\0') {
            ids_by_source.entry(&origin.source).or_default().push(&origin.source_id);
        }
    }
    let mut by_origin = HashMap::new();
    for (source, ids) in ids_by_source {
        let condition =
            dataset::COLUMN.source_name.eq(source).and(dataset::COLUMN.source_id.is_in(ids));
        for known in known_where(transaction, condition).await? {
            if let Some(id) = known.source_id.clone() {
                by_origin.insert((source.to_owned(), id), known);
            }
        }
    }
    Ok(Context { regions: regions.into_iter().collect(), serials, by_origin, by_code })
}

/// Leaves out what no row can hold, and what PostgreSQL would not even let us ask for.
fn storable(texts: BTreeSet<&str>) -> BTreeSet<&str> {
    texts.into_iter().filter(|text| !text.contains('\0')).collect()
}

async fn known_where(
    transaction: &DatabaseTransaction,
    condition: SimpleExpr,
) -> Result<Vec<Known>> {
    Ok(dataset::Entity::find()
        .select_only()
        .columns([
            dataset::Column::Id,
            dataset::Column::Code,
            dataset::Column::State,
            dataset::Column::Version,
            dataset::Column::SourceName,
            dataset::Column::SourceId,
            dataset::Column::ContentHash,
        ])
        .filter(condition)
        .into_model::<Known>()
        .all(transaction)
        .await?)
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
