//! Reads the whole log and says what is wrong with it.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use kaishu_domain::cases::{CaseFile, Event};
use kaishu_types::case::CaseKind;
use kaishu_types::china::day_in_china;
use sea_orm::{DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::anew::{BEGUN_ANEW, LOG};
use super::chain::{BEGINNING, Envelope, Purpose, SealKey};
use super::{HEAD, receipts};
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
    /// Receipts are not what an entry sealed.
    Receipts {
        /// The place of the entry.
        seq: i64,
        /// The place of the first receipt.
        first: i64,
        /// The place of the last one.
        last: i64,
        /// How many there were.
        sealed: u64,
        /// How many there are.
        found: u64,
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
            Self::Receipts { seq, first, last, sealed, found } => {
                let what = match found.cmp(sealed) {
                    Ordering::Less => format!("{} are missing", sealed - found),
                    Ordering::Greater => format!("{} were added", found - sealed),
                    Ordering::Equal => "one or more were changed".to_owned(),
                };
                write!(formatter, "of receipts {first} to {last}, sealed by entry {seq}, {what}")
            }
        }
    }
}

/// A part of the log that ended because its key was lost, and the entry that begins the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The place of the entry that began the log anew.
    pub begun_at: i64,
    /// What was found in the part before when it was left behind, as that entry says.
    pub known: String,
    /// What is found in it now; its seals cannot be checked.
    pub faults: Vec<Fault>,
}

impl Ended {
    /// Whether the part is as it was left behind.
    pub fn is_as_left(&self) -> bool {
        said(&self.faults) == self.known
    }

    /// What was done to the part since.
    fn changes(&self) -> Vec<Fault> {
        match self.faults.as_slice() {
            // A fault that is gone is a change, too.
            [] => vec![Fault::Changed { seq: self.begun_at }],
            faults => faults.to_vec(),
        }
    }
}

/// Writes faults in a line, as the entry that begins a log anew keeps them.
pub fn said(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Entries that are as they were written.
    pub n_entries: u64,
    /// The hash of the last of them.
    pub last_hash: String,
    /// What is wrong, the first first; empty where nothing is. What was wrong already when the log was begun
    /// anew is in `ended`.
    pub faults: Vec<Fault>,
    /// Parts whose key was lost, the first first.
    pub ended: Vec<Ended>,
    /// Whether cases could be compared with their events: not where some of these are wrong.
    pub has_cases: bool,
    /// Receipts that are as the log sealed them; of a log that is not whole nothing is said of receipts.
    pub n_receipts: u64,
    /// Receipts that came since, which the next entry seals.
    pub n_unsealed_receipts: u64,
}

/// Reads the whole log: every hash, every link, the seals, every case against its events, and every receipt against
/// what was sealed of it.
///
/// After an entry that is wrong the chain says nothing of the later ones, so reading stops there, or goes on
/// where the log was begun anew.
///
/// # Errors
///
/// Fails where the database does; a wrong log is no error but [`Verified::faults`].
pub async fn verify(store: &Store, key: &SealKey) -> Result<Verified> {
    // One moment of the database: a portal that goes on meanwhile is no fault.
    let moment = store.begin_read().await?;
    let anew = begun_anew(&moment).await?;
    let sealed_from = anew.last().map_or(1, |entry| entry.seq);
    let mut reading = Reading {
        moment: &moment,
        days: Days::read(&moment, key, sealed_from).await?,
        cases: Some(BTreeMap::new()),
        last: 0,
        last_hash: BEGINNING.to_owned(),
        n_entries: 0,
    };
    let mut ended = Vec::with_capacity(anew.len());
    // Days of those parts that the present key sealed: it was not lost.
    let mut seals = Vec::new();
    for entry in &anew {
        let (faults, _) = reading.read_to(entry.seq - 1).await?;
        let (sealed, mut faults): (Vec<_>, Vec<_>) =
            faults.into_iter().partition(|fault| matches!(fault, Fault::Seal { .. }));
        seals.extend(sealed);
        if faults.is_empty() && entry.previous != reading.last_hash {
            faults.push(Fault::Unbound { seq: entry.seq });
        }
        if !faults.is_empty() {
            (reading.last, reading.last_hash) = (entry.seq - 1, entry.previous.clone());
            reading.cases = None;
        }
        ended.push(Ended { begun_at: entry.seq, known: known(entry), faults });
    }
    let (mut faults, is_whole) = reading.read_to(i64::MAX).await?;
    let Reading { days, cases, last, last_hash, n_entries, .. } = reading;
    let has_cases = is_whole && cases.is_some();
    let mut receipts = receipts::Checked::default();
    if is_whole {
        faults.extend(check_end(&moment, key, last, &last_hash).await?);
        faults.extend(days.unused()?);
        if let Some(cases) = cases {
            faults.extend(check_cases(&moment, cases).await?);
            receipts = receipts::check(&moment).await?;
            faults.append(&mut receipts.faults);
        }
    }
    let changed = ended.iter().filter(|part| !part.is_as_left());
    let changed: Vec<Fault> = changed.flat_map(Ended::changes).collect();
    let faults = changed.into_iter().chain(seals).chain(faults).collect();
    let (n_receipts, n_unsealed_receipts) = (receipts.n_sealed, receipts.n_unsealed);
    Ok(Verified { n_entries, last_hash, faults, ended, has_cases, n_receipts, n_unsealed_receipts })
}

/// Lists the entries that begin the log anew.
async fn begun_anew(moment: &DatabaseTransaction) -> Result<Vec<case_event::Model>> {
    let query = case_event::Entity::find()
        .filter(case_event::COLUMN.kind.eq(LOG))
        .filter(case_event::COLUMN.event.eq(BEGUN_ANEW))
        .filter(case_event::COLUMN.case_id.is_null())
        .order_by_asc(case_event::COLUMN.seq);
    Ok(query.all(moment).await?)
}

/// What an entry that begins the log anew says of the part before.
fn known(entry: &case_event::Model) -> String {
    let event = serde_json::from_str::<Event>(&entry.body).ok();
    event.and_then(|mut event| event.body.facts.remove("faults")).unwrap_or_default()
}

/// How far the log is read.
struct Reading<'a> {
    moment: &'a DatabaseTransaction,
    days: Days<'a>,
    /// Cases as their entries have them; none after a part that is not whole.
    cases: Option<BTreeMap<i64, Known>>,
    last: i64,
    last_hash: String,
    n_entries: u64,
}

impl Reading<'_> {
    /// Reads on to a place, or to the first entry that is wrong; returns whether it came to the end.
    async fn read_to(&mut self, end: i64) -> Result<(Vec<Fault>, bool)> {
        let mut faults = Vec::new();
        loop {
            let rows = case_event::Entity::find()
                .filter(case_event::COLUMN.seq.gt(self.last))
                .filter(case_event::COLUMN.seq.lte(end))
                .order_by_asc(case_event::COLUMN.seq)
                .limit(CHUNK)
                .all(self.moment)
                .await?;
            if rows.is_empty() {
                return Ok((faults, true));
            }
            for row in rows {
                if let Some(fault) = check(&row, self.last, &self.last_hash) {
                    faults.push(fault);
                    return Ok((faults, false));
                }
                let day = day_in_china(row.at);
                faults.extend(self.days.pass(day, self.last, &self.last_hash)?);
                if !fold(&row, self.cases.as_mut()) {
                    faults.push(Fault::Changed { seq: row.seq });
                    return Ok((faults, false));
                }
                (self.last, self.last_hash) = (row.seq, row.hash);
                self.n_entries += 1;
            }
        }
    }
}

/// A case as its entries have it.
struct Known {
    subject: String,
    file: CaseFile,
}

/// The days of the log, with the seals of their last entries.
struct Days<'a> {
    key: &'a SealKey,
    /// Seals of earlier entries are of a key that was lost, and cannot be checked, unless they are of the
    /// present one.
    sealed_from: i64,
    seals: BTreeMap<NaiveDate, log_checkpoint::Model>,
    /// Days that ended; after a clock that was set back a day may end twice, and its first end is sealed.
    ended: BTreeSet<NaiveDate>,
    last: Option<NaiveDate>,
}

impl<'a> Days<'a> {
    async fn read(
        moment: &DatabaseTransaction,
        key: &'a SealKey,
        sealed_from: i64,
    ) -> Result<Self> {
        let rows = log_checkpoint::Entity::find().all(moment).await?;
        let seals = rows.into_iter().map(|row| (row.day, row)).collect();
        Ok(Self { key, sealed_from, seals, ended: BTreeSet::new(), last: None })
    }

    /// Goes on to the day of the next entry: a day that ends with it must be sealed.
    fn pass(&mut self, day: NaiveDate, seq: i64, hash: &str) -> Result<Option<Fault>> {
        let ended = self.last.replace(day).filter(|last| *last < day);
        let Some(ended) = ended.filter(|ended| self.ended.insert(*ended)) else { return Ok(None) };
        let seal = self.seals.remove(&ended);
        let is_ours = match &seal {
            Some(seal) => self.is_ours(seal)?,
            None => false,
        };
        let is_sealed = is_ours && seal.is_some_and(|seal| seal.seq == seq && seal.hash == hash);
        let is_of_lost_key = seq < self.sealed_from && !is_ours;
        Ok((!is_sealed && !is_of_lost_key).then_some(Fault::Seal { day: Some(ended) }))
    }

    /// Whether the present key made a seal.
    fn is_ours(&self, seal: &log_checkpoint::Model) -> Result<bool> {
        Ok(self.key.seal(&Purpose::Day(seal.day), seal.seq, &seal.hash)? == seal.mac)
    }

    /// Seals of days that the log does not have. Of a part that is not whole nothing can be said, unless the
    /// present key sealed it.
    fn unused(&self) -> Result<Vec<Fault>> {
        let mut unused = Vec::new();
        for (day, seal) in &self.seals {
            let is_of_now = self.sealed_from == 1 || seal.seq >= self.sealed_from;
            if is_of_now || self.is_ours(seal)? {
                unused.push(Fault::Seal { day: Some(*day) });
            }
        }
        Ok(unused)
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
fn fold(row: &case_event::Model, cases: Option<&mut BTreeMap<i64, Known>>) -> bool {
    let Ok(event) = serde_json::from_str::<Event>(&row.body) else { return false };
    if event.name != row.event || event.at != row.at || event.by.account != row.account_id {
        return false;
    }
    let (Some((id, n)), Some(cases)) = (row.case_id.zip(row.n), cases) else { return true };
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
        Ordering::Greater => Some(Fault::Missing { seq: last + 1, last: head.seq }),
        Ordering::Less => Some(Fault::Unsealed { seq: head.seq + 1 }),
        Ordering::Equal => (head.hash != last_hash).then_some(Fault::Seal { day: None }),
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
        && said("party", row.party.as_deref())
        && said("title", Some(&row.title))
        && said("policy", Some(&row.policy))
}
