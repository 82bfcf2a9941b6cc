//! Reads the whole log and says what is wrong with it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kaishu_domain::cases::{CaseFile, Event};
use kaishu_types::case::CaseKind;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::HEAD;
use super::chain::{BEGINNING, Envelope, SealKey};
use crate::entity::{case_event, case_file, log_checkpoint, log_head};
use crate::{Result, Store};

/// Entries that are read at once.
const CHUNK: u64 = 5_000;

/// What is wrong with the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// An entry is not what was written: its hash or one of its columns is another.
    Changed {
        /// Its place.
        seq: i64,
    },
    /// An entry is not bound to the one before it.
    Unbound {
        /// Its place.
        seq: i64,
    },
    /// Entries are missing from this place on.
    Missing {
        /// The first that is missing.
        seq: i64,
        /// The last place that was sealed.
        last: i64,
    },
    /// There are entries after the one that was sealed last.
    Unsealed {
        /// The first of them.
        seq: i64,
    },
    /// A seal is not the portal's, or is another entry's.
    Seal {
        /// The day of the checkpoint; none for the head.
        day: Option<NaiveDate>,
    },
    /// A case is not what its events come to.
    Case {
        /// The case.
        id: i64,
    },
}

impl std::fmt::Display for Fault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Changed { seq } => write!(formatter, "entry {seq} was changed"),
            Self::Unbound { seq } => {
                write!(formatter, "entry {seq} is not bound to entry {}", seq - 1)
            }
            Self::Missing { seq, last } => {
                write!(formatter, "entries {seq} to {last} are missing")
            }
            Self::Unsealed { seq } => write!(formatter, "entry {seq} and later were not sealed"),
            Self::Seal { day: Some(day) } => {
                write!(formatter, "the seal of {day} does not fit the log")
            }
            Self::Seal { day: None } => {
                formatter.write_str("the seal of the last entry is not this portal's")
            }
            Self::Case { id } => {
                write!(formatter, "case {id} is not what its events come to")
            }
        }
    }
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Entries that are as they were written.
    pub n_entries: u64,
    /// The hash of the last of them.
    pub last_hash: String,
    /// What is wrong, the first first; empty where nothing is.
    pub faults: Vec<Fault>,
}

/// Reads the whole log: every hash, every link, the seals, and every case against its events.
///
/// After an entry that is wrong the chain says nothing of the later ones, so reading stops there.
///
/// # Errors
///
/// Fails where the database does; a wrong log is no error but [`Verified::faults`].
pub async fn verify(store: &Store, key: &SealKey) -> Result<Verified> {
    let mut found = Verified { last_hash: BEGINNING.to_owned(), ..Verified::default() };
    let seals = seals(store).await?;
    let mut seals = seals.iter().peekable();
    let mut cases: BTreeMap<i64, CaseFile> = BTreeMap::new();
    let mut last = 0;
    loop {
        let rows = case_event::Entity::find()
            .filter(case_event::COLUMN.seq.gt(last))
            .order_by_asc(case_event::COLUMN.seq)
            .limit(CHUNK)
            .all(&store.connection)
            .await?;
        let is_end = rows.is_empty();
        for row in rows {
            if let Some(fault) = check(&row, last, &found.last_hash) {
                found.faults.push(fault);
                return Ok(found);
            }
            while let Some(seal) = seals.next_if(|seal| seal.seq <= row.seq) {
                if seal.hash != row.hash || key.seal(seal.seq, &seal.hash)? != seal.mac {
                    found.faults.push(Fault::Seal { day: Some(seal.day) });
                }
            }
            if !fold(&row, &mut cases) {
                found.faults.push(Fault::Changed { seq: row.seq });
                return Ok(found);
            }
            (last, found.last_hash) = (row.seq, row.hash);
            found.n_entries += 1;
        }
        if is_end {
            break;
        }
    }
    found.faults.extend(check_end(store, key, last, &found.last_hash).await?);
    found.faults.extend(seals.map(|seal| Fault::Seal { day: Some(seal.day) }));
    found.faults.extend(check_cases(store, cases).await?);
    Ok(found)
}

async fn seals(store: &Store) -> Result<Vec<log_checkpoint::Model>> {
    Ok(log_checkpoint::Entity::find()
        .order_by_asc(log_checkpoint::COLUMN.seq)
        .all(&store.connection)
        .await?)
}

fn check(row: &case_event::Model, last: i64, last_hash: &str) -> Option<Fault> {
    let seq = row.seq;
    if seq != last + 1 {
        return Some(Fault::Missing { seq: last + 1, last: seq - 1 });
    }
    if row.previous != last_hash {
        return Some(Fault::Unbound { seq });
    }
    let envelope = Envelope {
        seq,
        case: row.case_id.zip(row.n),
        kind: &row.kind,
        subject: &row.subject,
        body: &row.body,
        previous: &row.previous,
    };
    (envelope.hash() != row.hash).then_some(Fault::Changed { seq })
}

/// Adds an entry to its case. `false` where a column says something else than the event, or the event
/// cannot have happened.
fn fold(row: &case_event::Model, cases: &mut BTreeMap<i64, CaseFile>) -> bool {
    let Ok(event) = serde_json::from_str::<Event>(&row.body) else { return false };
    if event.name != row.event || event.at != row.at || event.by.account != row.account_id {
        return false;
    }
    let Some((id, n)) = row.case_id.zip(row.n) else { return true };
    let Ok(kind) = row.kind.parse::<CaseKind>() else { return false };
    if n == 1 {
        return match CaseFile::open(kind, &event) {
            Ok(file) => cases.insert(id, file).is_none(),
            Err(_) => false,
        };
    }
    cases.get_mut(&id).is_some_and(|file| {
        file.kind == kind
            && i32::try_from(file.n_events).is_ok_and(|known| known + 1 == n)
            && file.apply(&event).is_ok()
    })
}

/// Checks that the log ends where it was sealed last.
async fn check_end(
    store: &Store,
    key: &SealKey,
    last: i64,
    last_hash: &str,
) -> Result<Option<Fault>> {
    let head = log_head::Entity::find_by_id(HEAD).one(&store.connection).await?;
    let Some(head) = head else {
        return Ok((last > 0).then_some(Fault::Unsealed { seq: 1 }));
    };
    if key.seal(head.seq, &head.hash)? != head.mac {
        return Ok(Some(Fault::Seal { day: None }));
    }
    Ok(match head.seq.cmp(&last) {
        std::cmp::Ordering::Greater => Some(Fault::Missing { seq: last + 1, last: head.seq }),
        std::cmp::Ordering::Less => Some(Fault::Unsealed { seq: head.seq + 1 }),
        std::cmp::Ordering::Equal => (head.hash != last_hash).then_some(Fault::Seal { day: None }),
    })
}

/// Compares the cases with what their events come to.
async fn check_cases(store: &Store, mut cases: BTreeMap<i64, CaseFile>) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    let mut last = 0;
    loop {
        let rows = case_file::Entity::find()
            .filter(case_file::COLUMN.id.gt(last))
            .order_by_asc(case_file::COLUMN.id)
            .limit(CHUNK)
            .all(&store.connection)
            .await?;
        let Some(end) = rows.last().map(|row| row.id) else { break };
        for row in rows {
            let stored = serde_json::from_str::<CaseFile>(&row.file).ok();
            let folded = cases.remove(&row.id);
            let is_same = stored.is_some()
                && stored == folded
                && folded.is_some_and(|file| {
                    file.state == row.state && file.closed_at.is_none() == row.is_open
                });
            if !is_same {
                faults.push(Fault::Case { id: row.id });
            }
        }
        last = end;
    }
    faults.extend(cases.into_keys().map(|id| Fault::Case { id }));
    Ok(faults)
}
