//! The log: what was done, each entry bound to the one before (SEC-01).
//!
//! Every event of a case is an entry, and so are acts that belong to no case, as far as their use cases
//! write them. Nothing changes or removes entries; [`verify`] finds where somebody did it anyway, and
//! nothing is added to a log whose end is not sealed by this portal.

mod anew;
mod chain;
mod receipts;
mod verify;

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_domain::cases::Event;
use kaishu_types::china::day_in_china;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    Condition, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};

use crate::convert::{check_optional, check_text, to_stored};
use crate::entity::{
    case_event, case_file, dataset, log_checkpoint, log_head, organization, region,
};
use crate::{Result, Store, StoreError, Transaction};

pub use anew::{BEGUN_ANEW, LOG, begin_anew};
pub use chain::SealKey;
pub use receipts::{Batch, RECEIPT, SEALED, unsealed_receipts};
pub use verify::{Ended, Fault, Verified, said, verify};

pub(crate) use chain::hex;

use chain::{BEGINNING, Envelope, Purpose, canonical};

/// The only row of `log_head`.
pub(crate) const HEAD: i32 = 1;

/// Key of the PostgreSQL lock under which a log begins.
const FIRST_LOCK: i64 = 0x6b61_6973_6c6f;

/// Something to be written into the log.
pub struct Entry<'a> {
    /// The case and the place in it, from 1; none for an act that belongs to no case.
    pub case: Option<(i64, i32)>,
    /// The kind of the case, or `account`, `dataset`, … for what the act is about.
    pub kind: &'a str,
    /// What it is about: a code, a login.
    pub subject: &'a str,
    /// What happened.
    pub event: &'a Event,
    /// What makes a repeated request one.
    pub idempotency_key: Option<&'a str>,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Its place, from 1, without gaps.
    pub seq: i64,
    /// The case and the place in it.
    pub case: Option<(i64, i32)>,
    /// The kind of the case or of the subject.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// What happened.
    pub event: Event,
    /// Its hash, SM3 in hex.
    pub hash: String,
}

/// Adds an entry, and returns its place.
///
/// The row of the head is held until the end of the transaction, so that entries come one after the
/// other; whoever writes the catalogue in the same transaction begins it with
/// [`Store::begin_catalogue`].
///
/// # Errors
///
/// `Conflict` where the place in the case is taken or the request was made before.
pub async fn append(transaction: &Transaction, key: &SealKey, entry: &Entry<'_>) -> Result<i64> {
    let Entry { case, kind, subject, event, idempotency_key } = entry;
    check_text(kind, "the kind of an event")?;
    check_text(subject, "the subject of an event")?;
    check_optional(*idempotency_key, "the key of a request")?;
    if to_stored(event.at) != event.at {
        return Err(StoreError::invalid("the time of an event is finer than microseconds"));
    }
    let connection = &transaction.inner;
    let head = held_head(connection).await?;
    let (last, previous, last_at) = match head {
        Some(head) if key.seal(&Purpose::Head, head.seq, &head.hash)? == head.mac => {
            (head.seq, head.hash, Some(head.at))
        }
        Some(head) => {
            tracing::error!(seq = head.seq, "the end of the log is not sealed by this portal");
            let what = "the log was changed behind the portal; `kaishu audit verify` says where";
            return Err(StoreError::corrupt(what));
        }
        None => (0, BEGINNING.to_owned(), None),
    };
    let seq = last + 1;
    let body = write(event)?;
    let envelope = Envelope {
        seq,
        case: *case,
        kind,
        key: *idempotency_key,
        subject,
        body: &body,
        previous: &previous,
    };
    let hash = envelope.hash();
    let row = case_event::ActiveModel {
        seq: Set(seq),
        case_id: Set(case.map(|(id, _)| id)),
        n: Set(case.map(|(_, n)| n)),
        kind: Set((*kind).to_owned()),
        subject: Set((*subject).to_owned()),
        event: Set(event.name.clone()),
        account_id: Set(event.by.account),
        at: Set(event.at),
        body: Set(body),
        idempotency_key: Set(idempotency_key.map(str::to_owned)),
        previous: Set(previous.clone()),
        hash: Set(hash.clone()),
    };
    // Whichever of its names is taken: the place in the case, or the key of the request.
    let is_taken = OnConflict::new().do_nothing().to_owned();
    let n_inserted = case_event::Entity::insert_many([row])
        .on_conflict(is_taken)
        .exec_without_returning(connection)
        .await?;
    if n_inserted == 0 {
        return Err(StoreError::Conflict {
            what: "somebody else was faster, or this was sent before".to_owned(),
        });
    }
    if let Some(last_at) = last_at {
        let (day, today) = (day_in_china(last_at), day_in_china(event.at));
        if day < today {
            keep_checkpoint(transaction, key, day, last, &previous).await?;
        }
    }
    move_head(transaction, key, seq, hash, event.at).await?;
    Ok(seq)
}

/// Reads the head and holds it until the end of the transaction.
async fn held_head(connection: &DatabaseTransaction) -> Result<Option<log_head::Model>> {
    let read = || log_head::Entity::find_by_id(HEAD).lock_exclusive().one(connection);
    let head = read().await?;
    if head.is_some() || connection.get_database_backend() != DbBackend::Postgres {
        return Ok(head);
    }
    // Before the first entry there is no row to hold, and two writers could both begin.
    connection.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({FIRST_LOCK})")).await?;
    Ok(read().await?)
}

fn write(event: &Event) -> Result<String> {
    let value = serde_json::to_value(event);
    let value = value
        .map_err(|error| StoreError::invalid(format!("an event cannot be written: {error}")))?;
    let body = canonical(&value)?;
    check_text(&body, "an event")?;
    Ok(body)
}

async fn move_head(
    transaction: &Transaction,
    key: &SealKey,
    seq: i64,
    hash: String,
    at: DateTime<Utc>,
) -> Result<()> {
    if seq == 1 {
        let mac = key.seal(&Purpose::Head, seq, &hash)?;
        let row = log_head::ActiveModel {
            id: Set(HEAD),
            seq: Set(seq),
            hash: Set(hash),
            mac: Set(mac),
            at: Set(at),
        };
        log_head::Entity::insert(row).exec_without_returning(&transaction.inner).await?;
        return Ok(());
    }
    seal_head(transaction, key, seq, hash, at).await
}

/// Puts another entry in the place of the one that is sealed as the last.
async fn seal_head(
    transaction: &Transaction,
    key: &SealKey,
    seq: i64,
    hash: String,
    at: DateTime<Utc>,
) -> Result<()> {
    let mac = key.seal(&Purpose::Head, seq, &hash)?;
    log_head::Entity::update_many()
        .col_expr(log_head::Column::Seq, Expr::value(seq))
        .col_expr(log_head::Column::Hash, Expr::value(hash))
        .col_expr(log_head::Column::Mac, Expr::value(mac))
        .col_expr(log_head::Column::At, Expr::value(at))
        .filter(log_head::COLUMN.id.eq(HEAD))
        .exec(&transaction.inner)
        .await?;
    Ok(())
}

/// The first entry of a day seals the last one of the day before.
async fn keep_checkpoint(
    transaction: &Transaction,
    key: &SealKey,
    day: NaiveDate,
    seq: i64,
    hash: &str,
) -> Result<()> {
    let row = log_checkpoint::ActiveModel {
        day: Set(day),
        seq: Set(seq),
        hash: Set(hash.to_owned()),
        mac: Set(key.seal(&Purpose::Day(day), seq, hash)?),
    };
    log_checkpoint::Entity::insert(row)
        .on_conflict_do_nothing()
        .exec_without_returning(&transaction.inner)
        .await?;
    Ok(())
}

/// What the log is searched by; all that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// The kind of the case or of the subject.
    pub kind: Option<String>,
    /// One of these events; any where there is none.
    pub events: Vec<String>,
    /// It is about one of these; about anything where there is none.
    pub subjects: Vec<String>,
    /// Who did it.
    pub account: Option<i64>,
    /// From when.
    pub from: Option<DateTime<Utc>>,
    /// Until before when.
    pub until: Option<DateTime<Utc>>,
    /// Only what is older than this entry.
    pub before: Option<i64>,
    /// Only what belongs to one of these regions, by its case, its dataset or its organization; what
    /// belongs nowhere is left out then.
    pub regions: Option<Vec<String>>,
    /// With [`regions`](Self::regions), also what belongs to one of these organizations, by its case or its
    /// dataset.
    pub organizations: Vec<String>,
}

/// Lists entries, the newest first.
pub async fn search(store: &Store, search: &Search, limit: u64) -> Result<Vec<Logged>> {
    let mut query = case_event::Entity::find();
    if !search.subjects.is_empty() {
        let subjects = search.subjects.iter().map(String::as_str);
        query = query.filter(case_event::COLUMN.subject.is_in(subjects));
    }
    if let Some(kind) = &search.kind {
        query = query.filter(case_event::COLUMN.kind.eq(kind));
    }
    if !search.events.is_empty() {
        let events = search.events.iter().map(String::as_str);
        query = query.filter(case_event::COLUMN.event.is_in(events));
    }
    if let Some(account) = search.account {
        query = query.filter(case_event::COLUMN.account_id.eq(account));
    }
    if let Some(from) = search.from {
        query = query.filter(case_event::COLUMN.at.gte(from));
    }
    if let Some(until) = search.until {
        query = query.filter(case_event::COLUMN.at.lt(until));
    }
    if let Some(before) = search.before {
        query = query.filter(case_event::COLUMN.seq.lt(before));
    }
    if let Some(regions) = &search.regions {
        let of = of_organizations(&search.organizations);
        query = query.filter(Condition::any().add(within(regions)).add_option(of));
    }
    let rows =
        query.order_by_desc(case_event::COLUMN.seq).limit(limit).all(&store.connection).await?;
    rows.into_iter().map(logged).collect()
}

/// Reads the entries at some places.
pub async fn at(store: &Store, places: &[i64]) -> Result<Vec<Logged>> {
    let rows = case_event::Entity::find()
        .filter(case_event::COLUMN.seq.is_in(places.iter().copied()))
        .all(&store.connection)
        .await?;
    rows.into_iter().map(logged).collect()
}

/// What belongs to one of some regions: decided by the database, so that no page comes out half empty.
fn within(regions: &[String]) -> Condition {
    let codes = || regions.iter().map(String::as_str);
    let places = region::Entity::find()
        .select_only()
        .column(region::Column::Id)
        .filter(region::COLUMN.code.is_in(codes()))
        .into_query();
    let cases = case_file::Entity::find()
        .select_only()
        .column(case_file::Column::Id)
        .filter(case_file::COLUMN.region.is_in(codes()))
        .into_query();
    let datasets = dataset::Entity::find()
        .select_only()
        .column(dataset::Column::Code)
        .filter(dataset::COLUMN.region_id.in_subquery(places.clone()))
        .into_query();
    let organizations = organization::Entity::find()
        .select_only()
        .column(organization::Column::Code)
        .filter(organization::COLUMN.region_id.in_subquery(places))
        .into_query();
    // What a draft becomes is no dataset yet.
    let drafts = case_file::Entity::find()
        .select_only()
        .column(case_file::Column::Subject)
        .filter(case_file::COLUMN.kind.eq("opening"))
        .filter(case_file::COLUMN.region.is_in(codes()))
        .into_query();
    let of_case = case_event::COLUMN.case_id.in_subquery(cases);
    let of_none = || Condition::all().add(case_event::COLUMN.case_id.is_null());
    let of_dataset = of_none().add(case_event::COLUMN.kind.eq("dataset")).add(
        Condition::any()
            .add(case_event::COLUMN.subject.in_subquery(datasets))
            .add(case_event::COLUMN.subject.in_subquery(drafts)),
    );
    let of_organization = of_none()
        .add(case_event::COLUMN.kind.is_in([
            "organization",
            "delegation",
            "system",
            "exchange",
            "order",
            "source",
        ]))
        .add(case_event::COLUMN.subject.in_subquery(organizations));
    let of_region = of_none()
        .add(case_event::COLUMN.kind.eq("region"))
        .add(case_event::COLUMN.subject.is_in(codes()));
    Condition::any().add(of_case).add(of_dataset).add(of_organization).add(of_region)
}

/// What belongs to one of some organizations, by its case, its dataset, or the draft that becomes one; none where
/// there is no organization.
fn of_organizations(organizations: &[String]) -> Option<Condition> {
    if organizations.is_empty() {
        return None;
    }
    let codes = || organizations.iter().map(String::as_str);
    let places = organization::Entity::find()
        .select_only()
        .column(organization::Column::Id)
        .filter(organization::COLUMN.code.is_in(codes()))
        .into_query();
    let datasets = dataset::Entity::find()
        .select_only()
        .column(dataset::Column::Code)
        .filter(dataset::COLUMN.organization_id.in_subquery(places))
        .into_query();
    let of = |column: case_file::Column| {
        case_file::Entity::find()
            .select_only()
            .column(column)
            .filter(case_file::COLUMN.organization.is_in(codes()))
    };
    let drafts = of(case_file::Column::Subject).filter(case_file::COLUMN.kind.eq("opening"));
    let of_dataset = Condition::all()
        .add(case_event::COLUMN.case_id.is_null())
        .add(case_event::COLUMN.kind.eq("dataset"))
        .add(
            Condition::any()
                .add(case_event::COLUMN.subject.in_subquery(datasets))
                .add(case_event::COLUMN.subject.in_subquery(drafts.into_query())),
        );
    let of_case = case_event::COLUMN.case_id.in_subquery(of(case_file::Column::Id).into_query());
    Some(Condition::any().add(of_case).add(of_dataset))
}

/// Lists the events of a case, the oldest first.
pub async fn of_case(store: &Store, case: i64) -> Result<Vec<Logged>> {
    let rows = case_event::Entity::find()
        .filter(case_event::COLUMN.case_id.eq(case))
        .filter(case_event::COLUMN.n.is_not_null())
        .order_by_asc(case_event::COLUMN.n)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(logged).collect()
}

/// Finds the entry that a request with this key made.
pub async fn find_by_key(store: &Store, key: &str) -> Result<Option<Logged>> {
    let row = case_event::Entity::find()
        .filter(case_event::COLUMN.idempotency_key.eq(key))
        .one(&store.connection)
        .await?;
    row.map(logged).transpose()
}

/// Lists the days whose last entry is sealed: day, place and hash.
pub async fn checkpoints(store: &Store) -> Result<Vec<(NaiveDate, i64, String)>> {
    let rows = log_checkpoint::Entity::find()
        .order_by_asc(log_checkpoint::COLUMN.day)
        .all(&store.connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.day, row.seq, row.hash)).collect())
}

pub(crate) fn logged(row: case_event::Model) -> Result<Logged> {
    let event = serde_json::from_str(&row.body)
        .map_err(|error| StoreError::corrupt(format!("entry {} of the log: {error}", row.seq)))?;
    Ok(Logged {
        seq: row.seq,
        case: row.case_id.zip(row.n),
        kind: row.kind,
        subject: row.subject,
        event,
        hash: row.hash,
    })
}
