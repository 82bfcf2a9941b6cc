//! Work that outlives a request: it is in the database before it begins, goes on after a crash, and is
//! done by one node at a time.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    Condition, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, UpdateMany,
};

use crate::convert::{check_optional, check_text, now, number, stored_number};
use crate::entity::{job, resource};
use crate::{Result, Store, StoreError};

/// A node that says nothing for so long is taken to be gone, and another one takes its job.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// A job that crashes its node is not tried for ever.
const MOST_ATTEMPTS: i32 = 5;

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// Nobody works on it yet.
    Waiting,
    /// A node works on it.
    Running,
    /// It came to its end.
    Done,
    /// It cannot be done; the note says why.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

impl JobState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    fn read(text: &str, id: i64) -> Result<Self> {
        [Self::Waiting, Self::Running, Self::Done, Self::Failed, Self::Cancelled]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| StoreError::invalid(format!("job {id} has the state `{text}`")))
    }
}

/// A piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: i64,
    /// What is done, as in `ingest`.
    pub kind: String,
    /// What it is done to.
    pub subject: i64,
    /// Where it is.
    pub state: JobState,
    /// How often it was begun.
    pub n_attempts: u32,
    /// How far it is, of [`Self::total`].
    pub done: u64,
    /// How far there is to go; 0 where that is not known.
    pub total: u64,
    /// Why it failed.
    pub note: Option<String>,
    /// When something was last heard of it.
    pub updated_at: DateTime<Utc>,
}

/// Puts a job for each subject into the queue; where there is one already, it stays as it is. Returns
/// how many are new.
pub async fn enqueue(store: &Store, kind: &str, subjects: &[i64]) -> Result<u64> {
    check_text(kind, "the kind of a job")?;
    let now = now();
    let mut n_new = 0;
    for chunk in subjects.chunks(crate::convert::CHUNK_ROWS) {
        let rows = chunk.iter().map(|subject| job::ActiveModel {
            id: NotSet,
            kind: Set(kind.to_owned()),
            subject: Set(*subject),
            state: Set(JobState::Waiting.as_str().to_owned()),
            n_attempts: Set(0),
            done: Set(0),
            total: Set(0),
            note: Set(None),
            is_cancel_requested: Set(false),
            run_after: Set(now),
            lease_owner: Set(None),
            lease_until: Set(None),
            created_at: Set(now),
            updated_at: Set(now),
        });
        let there_already =
            OnConflict::columns([job::Column::Kind, job::Column::Subject]).do_nothing().to_owned();
        n_new += job::Entity::insert_many(rows)
            .on_conflict(there_already)
            .exec_without_returning(&store.connection)
            .await?;
    }
    Ok(n_new)
}

/// Puts a job that came to its end, well or badly, back into the queue. Returns whether there is one.
pub async fn repeat(store: &Store, kind: &str, subject: i64) -> Result<bool> {
    let updated = renewed()
        .filter(job::COLUMN.kind.eq(kind))
        .filter(job::COLUMN.subject.eq(subject))
        .filter(job::COLUMN.state.ne(JobState::Running.as_str()))
        .exec(&store.connection)
        .await?;
    Ok(updated.rows_affected > 0)
}

/// Puts the jobs of a kind for all files that a dataset has now, and that came to their end, back into the
/// queue.
pub(crate) async fn repeat_for_dataset(
    transaction: &DatabaseTransaction,
    kind: &str,
    dataset_id: i64,
) -> Result<()> {
    let files = resource::Entity::find()
        .select_only()
        .column(resource::Column::Id)
        .filter(resource::COLUMN.dataset_id.eq(dataset_id))
        .filter(resource::COLUMN.last_version.is_null())
        .into_query();
    let ended = [JobState::Done, JobState::Failed].map(JobState::as_str);
    renewed()
        .filter(job::COLUMN.kind.eq(kind))
        .filter(job::COLUMN.subject.in_subquery(files))
        .filter(job::COLUMN.state.is_in(ended))
        .exec(transaction)
        .await?;
    Ok(())
}

/// Jobs that begin anew.
fn renewed() -> UpdateMany<job::Entity> {
    let now = now();
    job::Entity::update_many()
        .col_expr(job::Column::State, Expr::value(JobState::Waiting.as_str()))
        .col_expr(job::Column::NAttempts, Expr::value(0))
        .col_expr(job::Column::IsCancelRequested, Expr::value(false))
        .col_expr(job::Column::Note, Expr::value(Option::<String>::None))
        .col_expr(job::Column::RunAfter, Expr::value(now))
        .col_expr(job::Column::UpdatedAt, Expr::value(now))
}

/// Takes the next job of a kind: one that waits, or one whose node is gone. It belongs to `owner` for
/// as long as that one reports.
pub async fn take(store: &Store, kind: &str, owner: &str) -> Result<Option<Job>> {
    check_text(owner, "the owner of a job")?;
    loop {
        let now = now();
        let found = job::Entity::find()
            .filter(job::COLUMN.kind.eq(kind))
            .filter(ready(now))
            .order_by_asc(job::COLUMN.run_after)
            .order_by_asc(job::COLUMN.id)
            .limit(1)
            .one(&store.connection)
            .await?;
        let Some(found) = found else { return Ok(None) };
        // Nodes that found the same one: the first to write has it.
        let taken = job::Entity::update_many()
            .col_expr(job::Column::State, Expr::value(JobState::Running.as_str()))
            .col_expr(job::Column::NAttempts, Expr::col(job::Column::NAttempts).add(1))
            .col_expr(job::Column::LeaseOwner, Expr::value(owner))
            .col_expr(job::Column::LeaseUntil, Expr::value(now + LEASE))
            .col_expr(job::Column::UpdatedAt, Expr::value(now))
            .filter(job::COLUMN.id.eq(found.id))
            .filter(job::COLUMN.n_attempts.eq(found.n_attempts))
            .filter(ready(now))
            .exec(&store.connection)
            .await?;
        if taken.rows_affected == 0 {
            continue;
        }
        if found.n_attempts >= MOST_ATTEMPTS {
            let note = "it stopped its node again and again";
            finish(store, found.id, owner, JobState::Failed, Some(note)).await?;
            continue;
        }
        let job = job::Model {
            n_attempts: found.n_attempts + 1,
            state: JobState::Running.as_str().to_owned(),
            ..found
        };
        return view(job).map(Some);
    }
}

fn ready(now: DateTime<Utc>) -> Condition {
    let waits =
        job::COLUMN.state.eq(JobState::Waiting.as_str()).and(job::COLUMN.run_after.lte(now));
    let is_left =
        job::COLUMN.state.eq(JobState::Running.as_str()).and(job::COLUMN.lease_until.lt(now));
    Condition::any().add(waits).add(is_left)
}

/// Says how far a job is, and keeps it. `false` where it is to stop: somebody cancelled it, or another
/// node has it.
pub async fn report(store: &Store, id: i64, owner: &str, done: u64, total: u64) -> Result<bool> {
    let now = now();
    let what = format!("the progress of job {id}");
    let (done, total): (i64, i64) = (stored_number(done, &what)?, stored_number(total, &what)?);
    let updated = job::Entity::update_many()
        .col_expr(job::Column::Done, Expr::value(done))
        .col_expr(job::Column::Total, Expr::value(total))
        .col_expr(job::Column::LeaseUntil, Expr::value(now + LEASE))
        .col_expr(job::Column::UpdatedAt, Expr::value(now))
        .filter(job::COLUMN.id.eq(id))
        .filter(job::COLUMN.lease_owner.eq(owner))
        .filter(job::COLUMN.state.eq(JobState::Running.as_str()))
        .filter(job::COLUMN.is_cancel_requested.eq(false))
        .exec(&store.connection)
        .await?;
    Ok(updated.rows_affected > 0)
}

/// Ends a job. Returns whether it was still the owner's.
pub async fn finish(
    store: &Store,
    id: i64,
    owner: &str,
    state: JobState,
    note: Option<&str>,
) -> Result<bool> {
    check_optional(note, "the note of a job")?;
    let updated = job::Entity::update_many()
        .col_expr(job::Column::State, Expr::value(state.as_str()))
        .col_expr(job::Column::Note, Expr::value(note.map(str::to_owned)))
        .col_expr(job::Column::LeaseOwner, Expr::value(Option::<String>::None))
        .col_expr(job::Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None))
        .col_expr(job::Column::UpdatedAt, Expr::value(now()))
        .filter(job::COLUMN.id.eq(id))
        .filter(job::COLUMN.lease_owner.eq(owner))
        .exec(&store.connection)
        .await?;
    Ok(updated.rows_affected > 0)
}

/// Stops a job: at once while it waits, else as soon as its node reports. Returns whether there was
/// one to stop.
pub async fn cancel(store: &Store, kind: &str, subject: i64) -> Result<bool> {
    let of_subject = || {
        job::Entity::update_many()
            .col_expr(job::Column::IsCancelRequested, Expr::value(true))
            .filter(job::COLUMN.kind.eq(kind))
            .filter(job::COLUMN.subject.eq(subject))
    };
    let waiting = of_subject()
        .col_expr(job::Column::State, Expr::value(JobState::Cancelled.as_str()))
        .filter(job::COLUMN.state.eq(JobState::Waiting.as_str()))
        .exec(&store.connection)
        .await?;
    let running = of_subject()
        .filter(job::COLUMN.state.eq(JobState::Running.as_str()))
        .exec(&store.connection)
        .await?;
    Ok(waiting.rows_affected + running.rows_affected > 0)
}

/// Forgets the jobs of a kind that came to their end, for subjects before one.
pub async fn forget(store: &Store, kind: &str, before: i64) -> Result<()> {
    let ended = [JobState::Done, JobState::Failed, JobState::Cancelled].map(JobState::as_str);
    job::Entity::delete_many()
        .filter(job::COLUMN.kind.eq(kind))
        .filter(job::COLUMN.subject.lt(before))
        .filter(job::COLUMN.state.is_in(ended))
        .exec(&store.connection)
        .await?;
    Ok(())
}

/// Finds the job of a kind for a subject.
pub async fn find(store: &Store, kind: &str, subject: i64) -> Result<Option<Job>> {
    let row = job::Entity::find()
        .filter(job::COLUMN.kind.eq(kind))
        .filter(job::COLUMN.subject.eq(subject))
        .one(&store.connection)
        .await?;
    row.map(view).transpose()
}

/// Lists the jobs of a kind, last heard of first.
pub async fn list(store: &Store, kind: &str, limit: u64) -> Result<Vec<Job>> {
    let rows = job::Entity::find()
        .filter(job::COLUMN.kind.eq(kind))
        .order_by_desc(job::COLUMN.updated_at)
        .order_by_desc(job::COLUMN.id)
        .limit(limit)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(view).collect()
}

fn view(row: job::Model) -> Result<Job> {
    let what = format!("job {}", row.id);
    Ok(Job {
        id: row.id,
        state: JobState::read(&row.state, row.id)?,
        kind: row.kind,
        subject: row.subject,
        n_attempts: number(row.n_attempts, &what, "n_attempts")?,
        done: number(row.done, &what, "done")?,
        total: number(row.total, &what, "total")?,
        note: row.note,
        updated_at: row.updated_at,
    })
}
