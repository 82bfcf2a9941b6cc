//! Reads the whole log and says what is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use kaishu_domain::cases::{CaseFile, Event};
use kaishu_types::case::CaseKind;
use kaishu_types::china::day_in_china;
use sea_orm::{DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::HEAD;
use super::chain::{BEGINNING, Envelope, Purpose, SealKey};
use crate::entity::{case_event, case_file, log_checkpoint, log_head};
use crate::{Result, Store, cases};

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
    // One moment of the database: a portal that goes on meanwhile is no fault.
    let moment = store.begin_read().await?;
    let mut found = Verified { last_hash: BEGINNING.to_owned(), ..Verified::default() };
    let mut days = Days::read(&moment, key).await?;
    let mut cases: BTreeMap<i64, Known> = BTreeMap::new();
    let mut last = 0;
    loop {
        let rows = case_event::Entity::find()
            .filter(case_event::COLUMN.seq.gt(last))
            .order_by_asc(case_event::COLUMN.seq)
            .limit(CHUNK)
            .all(&moment)
            .await?;
        let is_end = rows.is_empty();
        for row in rows {
            if let Some(fault) = check(&row, last, &found.last_hash) {
                found.faults.push(fault);
                return Ok(found);
            }
            found.faults.extend(days.pass(day_in_china(row.at), last, &found.last_hash)?);
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
    found.faults.extend(check_end(&moment, key, last, &found.last_hash).await?);
    found.faults.extend(days.seals.into_keys().map(|day| Fault::Seal { day: Some(day) }));
    found.faults.extend(check_cases(&moment, cases).await?);
    Ok(found)
}

/// A case as its entries have it.
struct Known {
    subject: String,
    file: CaseFile,
}

/// The days of the log, with the seals of their last entries.
struct Days<'a> {
    key: &'a SealKey,
    seals: BTreeMap<NaiveDate, log_checkpoint::Model>,
    /// Days that ended; after a clock that was set back a day may end twice, and its first end is sealed.
    ended: BTreeSet<NaiveDate>,
    last: Option<NaiveDate>,
}

impl<'a> Days<'a> {
    async fn read(moment: &DatabaseTransaction, key: &'a SealKey) -> Result<Self> {
        let rows = log_checkpoint::Entity::find().all(moment).await?;
        let seals = rows.into_iter().map(|row| (row.day, row)).collect();
        Ok(Self { key, seals, ended: BTreeSet::new(), last: None })
    }

    /// Goes on to the day of the next entry: a day that ends with it must be sealed.
    fn pass(&mut self, day: NaiveDate, seq: i64, hash: &str) -> Result<Option<Fault>> {
        let ended = self.last.replace(day).filter(|last| *last < day);
        let Some(ended) = ended.filter(|ended| self.ended.insert(*ended)) else { return Ok(None) };
        let mac = self.key.seal(&Purpose::Day(ended), seq, hash)?;
        let is_sealed = self
            .seals
            .remove(&ended)
            .is_some_and(|seal| seal.mac == mac && seal.seq == seq && seal.hash == hash);
        Ok((!is_sealed).then_some(Fault::Seal { day: Some(ended) }))
    }
}

fn check(row: &case_event::Model, last: i64, last_hash: &str) -> Option<Fault> {
    let seq = row.seq;
    if seq != last + 1 {
        return Some(Fault::Missing { seq: last + 1, last: seq - 1 });
    }
    if row.case_id.is_some() != row.n.is_some() {
        return Some(Fault::Changed { seq });
    }
    if row.previous != last_hash {
        return Some(Fault::Unbound { seq });
    }
    let envelope = Envelope {
        seq,
        case: row.case_id.zip(row.n),
        kind: &row.kind,
        key: row.idempotency_key.as_deref(),
        subject: &row.subject,
        body: &row.body,
        previous: &row.previous,
    };
    (envelope.hash() != row.hash).then_some(Fault::Changed { seq })
}

/// Adds an entry to its case. `false` where a column says something else than the event, or the event
/// cannot have happened.
fn fold(row: &case_event::Model, cases: &mut BTreeMap<i64, Known>) -> bool {
    let Ok(event) = serde_json::from_str::<Event>(&row.body) else { return false };
    if event.name != row.event || event.at != row.at || event.by.account != row.account_id {
        return false;
    }
    let Some((id, n)) = row.case_id.zip(row.n) else { return true };
    let Ok(kind) = row.kind.parse::<CaseKind>() else { return false };
    if n == 1 {
        return match CaseFile::open(kind, &event) {
            Ok(file) => cases.insert(id, Known { subject: row.subject.clone(), file }).is_none(),
            Err(_) => false,
        };
    }
    cases.get_mut(&id).is_some_and(|Known { subject, file }| {
        file.kind == kind
            && *subject == row.subject
            && i32::try_from(file.n_events).is_ok_and(|known| known + 1 == n)
            && file.apply(&event).is_ok()
    })
}

/// Checks that the log ends where it was sealed last.
async fn check_end(
    moment: &DatabaseTransaction,
    key: &SealKey,
    last: i64,
    last_hash: &str,
) -> Result<Option<Fault>> {
    let head = log_head::Entity::find_by_id(HEAD).one(moment).await?;
    let Some(head) = head else {
        return Ok((last > 0).then_some(Fault::Unsealed { seq: 1 }));
    };
    if key.seal(&Purpose::Head, head.seq, &head.hash)? != head.mac {
        return Ok(Some(Fault::Seal { day: None }));
    }
    Ok(match head.seq.cmp(&last) {
        std::cmp::Ordering::Greater => Some(Fault::Missing { seq: last + 1, last: head.seq }),
        std::cmp::Ordering::Less => Some(Fault::Unsealed { seq: head.seq + 1 }),
        std::cmp::Ordering::Equal => (head.hash != last_hash).then_some(Fault::Seal { day: None }),
    })
}

/// Compares the cases with what their events come to.
async fn check_cases(
    moment: &DatabaseTransaction,
    mut cases: BTreeMap<i64, Known>,
) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    let mut last = 0;
    loop {
        let rows = case_file::Entity::find()
            .filter(case_file::COLUMN.id.gt(last))
            .order_by_asc(case_file::COLUMN.id)
            .limit(CHUNK)
            .all(moment)
            .await?;
        let Some(end) = rows.last().map(|row| row.id) else { break };
        for row in rows {
            if !cases.remove(&row.id).is_some_and(|known| is_same(&row, &known)) {
                faults.push(Fault::Case { id: row.id });
            }
        }
        last = end;
    }
    faults.extend(cases.into_keys().map(|id| Fault::Case { id }));
    Ok(faults)
}

/// Whether a row says what the events of its case come to: what decides who may see it, too.
fn is_same(row: &case_file::Model, known: &Known) -> bool {
    let Known { subject, file } = known;
    // What a case is about stands in its first event.
    let said = |fact: &str, column: Option<&str>| {
        file.facts.get(fact).is_none_or(|said| Some(said.as_str()) == column)
    };
    serde_json::from_str::<CaseFile>(&row.file).is_ok_and(|stored| stored == *file)
        && file.state == row.state
        && file.kind.as_str() == row.kind
        && file.closed_at.is_none() == row.is_open
        && i32::try_from(file.n_events) == Ok(row.version)
        && *subject == row.subject
        && cases::waits_for(file) == row.waits_for
        && cases::due(file) == row.due
        && said("organization", row.organization.as_deref())
        && said("region", row.region.as_deref())
        && said("title", Some(&row.title))
        && said("policy", Some(&row.policy))
}
