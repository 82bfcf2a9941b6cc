//! Shared data that is sent on a schedule: what is due, and what came of each delivery (SHR-23). What is sent and how
//! is decided by the caller.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kaishu_types::sharing::PushCycle;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use crate::convert::{check_optional, check_text, number, stored_number, to_stored, word};
use crate::entity::{access_grant, share_push, share_push_sent};
use crate::{Reads, Result, Store, Transaction};

/// A node that takes what is due has it for so long; another one goes on when it is gone.
const LEASE: TimeDelta = TimeDelta::minutes(10);

/// How the data of a grant is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharePush {
    /// The case of the grant.
    pub case: i64,
    /// Where to.
    pub url: String,
    /// How often.
    pub cycle: PushCycle,
    /// What calls are signed with, encrypted by the caller.
    pub secret: String,
    /// Where it is.
    pub plan: PushPlan,
}

/// Where a push is in its schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushPlan {
    /// The turn that is sent, or the next one.
    pub slot_at: DateTime<Utc>,
    /// It is not looked at before.
    pub due_at: DateTime<Utc>,
    /// Calls of this turn that failed.
    pub n_failures: u32,
    /// The version that was sent last; none before the first.
    pub version: Option<u32>,
}

/// A table that was sent, or was to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushSent {
    /// Its number; what a new one has does not count.
    pub id: i64,
    /// The case of the grant.
    pub case: i64,
    /// The turn that it belongs to.
    pub slot_at: DateTime<Utc>,
    /// The file.
    pub resource: i64,
    /// Which table of the file.
    pub table: u32,
    /// Title of the file.
    pub title: String,
    /// The version of the dataset.
    pub version: u32,
    /// The hash of what was sent; empty where nothing left.
    pub sha256: String,
    /// The receipt; empty where nothing left.
    pub receipt: String,
    /// How often it was tried.
    pub n_attempts: u32,
    /// The status of the last answer; none where none came.
    pub status: Option<u16>,
    /// What was wrong the last time.
    pub note: Option<String>,
    /// When it was last tried.
    pub tried_at: DateTime<Utc>,
    /// When the receiver took it.
    pub delivered_at: Option<DateTime<Utc>>,
}

/// Keeps how the data of a new grant is sent.
pub async fn begin(transaction: &Transaction, new: &SharePush) -> Result<()> {
    check_text(&new.url, "a push")?;
    let row = share_push::ActiveModel {
        case_id: Set(new.case),
        url: Set(new.url.clone()),
        cycle: Set(new.cycle.to_string()),
        secret: Set(new.secret.clone()),
        slot_at: Set(to_stored(new.plan.slot_at)),
        due_at: Set(to_stored(new.plan.due_at)),
        n_failures: Set(0),
        version: Set(None),
    };
    share_push::Entity::insert(row).exec_without_returning(&transaction.inner).await?;
    Ok(())
}

/// Finds how the data of a grant is sent.
pub async fn find(store: &impl Reads, case: i64) -> Result<Option<SharePush>> {
    let row = share_push::Entity::find_by_id(case).one(store.connection()).await?;
    row.map(view).transpose()
}

/// Takes a push that is due and whose grant is in force today; no other node does for ten minutes. `seen` are those
/// that were looked at in this round.
pub async fn take(
    store: &Store,
    seen: &[i64],
    (now, today): (DateTime<Utc>, NaiveDate),
) -> Result<Option<SharePush>> {
    let now = to_stored(now);
    let in_force = || {
        access_grant::Entity::find()
            .select_only()
            .column(access_grant::Column::CaseId)
            .filter(access_grant::COLUMN.is_active.eq(true))
            .filter(access_grant::COLUMN.first_day.lte(today))
            .filter(access_grant::COLUMN.last_day.gte(today))
            .into_query()
    };
    loop {
        let found = share_push::Entity::find()
            .filter(share_push::COLUMN.due_at.lte(now))
            .filter(share_push::Column::CaseId.is_not_in(seen.iter().copied()))
            .filter(share_push::Column::CaseId.in_subquery(in_force()))
            .order_by_asc(share_push::Column::DueAt)
            .order_by_asc(share_push::Column::CaseId)
            .one(&store.connection)
            .await?;
        let Some(found) = found else { return Ok(None) };
        let taken = share_push::Entity::update_many()
            .col_expr(share_push::Column::DueAt, Expr::value(now + LEASE))
            .filter(share_push::COLUMN.case_id.eq(found.case_id))
            .filter(share_push::COLUMN.due_at.lte(now))
            .exec(&store.connection)
            .await?;
        if taken.rows_affected > 0 {
            return view(found).map(Some);
        }
    }
}

/// Gives a push back that was taken, with where it is now.
pub async fn plan(store: &Store, case: i64, plan: &PushPlan) -> Result<()> {
    let n_failures: i32 = stored_number(plan.n_failures, "the failures of a push")?;
    let version: Option<i32> = plan.version.map(|it| stored_number(it, "a version")).transpose()?;
    share_push::Entity::update_many()
        .col_expr(share_push::Column::SlotAt, Expr::value(to_stored(plan.slot_at)))
        .col_expr(share_push::Column::DueAt, Expr::value(to_stored(plan.due_at)))
        .col_expr(share_push::Column::NFailures, Expr::value(n_failures))
        .col_expr(share_push::Column::Version, Expr::value(version))
        .filter(share_push::COLUMN.case_id.eq(case))
        .exec(&store.connection)
        .await?;
    Ok(())
}

/// Keeps a table that is about to be sent, and returns its number.
pub async fn keep(store: &Store, new: &PushSent) -> Result<i64> {
    check_text(&new.title, "what is sent")?;
    let row = share_push_sent::ActiveModel {
        id: NotSet,
        case_id: Set(new.case),
        slot_at: Set(to_stored(new.slot_at)),
        resource_id: Set(new.resource),
        table_number: Set(stored_number(new.table, "the number of a table")?),
        title: Set(new.title.clone()),
        version: Set(stored_number(new.version, "a version")?),
        sha256: Set(new.sha256.clone()),
        receipt: Set(new.receipt.clone()),
        n_attempts: Set(0),
        status: Set(None),
        note: Set(None),
        tried_at: Set(to_stored(new.tried_at)),
        delivered_at: Set(None),
    };
    Ok(share_push_sent::Entity::insert(row).exec(&store.connection).await?.last_insert_id)
}

/// Keeps what came of sending a table.
pub async fn tried(
    store: &Store,
    sent: &PushSent,
    (status, note, is_delivered): (Option<u16>, Option<&str>, bool),
    now: DateTime<Utc>,
) -> Result<()> {
    check_optional(note, "what came of a push")?;
    let now = to_stored(now);
    let n_attempts: i32 = stored_number(sent.n_attempts + 1, "the calls of a push")?;
    share_push_sent::Entity::update_many()
        .col_expr(share_push_sent::Column::NAttempts, Expr::value(n_attempts))
        .col_expr(share_push_sent::Column::Status, Expr::value(status.map(i32::from)))
        .col_expr(share_push_sent::Column::Note, Expr::value(note.map(str::to_owned)))
        .col_expr(share_push_sent::Column::TriedAt, Expr::value(now))
        .col_expr(share_push_sent::Column::DeliveredAt, Expr::value(is_delivered.then_some(now)))
        .filter(share_push_sent::COLUMN.id.eq(sent.id))
        .exec(&store.connection)
        .await?;
    Ok(())
}

/// Lists what was sent under a grant, the newest first.
pub async fn sent_of(store: &impl Reads, case: i64, limit: u64) -> Result<Vec<PushSent>> {
    let rows = share_push_sent::Entity::find()
        .filter(share_push_sent::COLUMN.case_id.eq(case))
        .order_by_desc(share_push_sent::Column::Id)
        .limit(limit)
        .all(store.connection())
        .await?;
    rows.into_iter().map(sent).collect()
}

fn view(row: share_push::Model) -> Result<SharePush> {
    let what = format!("push {}", row.case_id);
    Ok(SharePush {
        case: row.case_id,
        url: row.url,
        cycle: word(&row.cycle, &what, "cycle")?,
        secret: row.secret,
        plan: PushPlan {
            slot_at: row.slot_at,
            due_at: row.due_at,
            n_failures: number(row.n_failures, &what, "n_failures")?,
            version: row.version.map(|it| number(it, &what, "version")).transpose()?,
        },
    })
}

fn sent(row: share_push_sent::Model) -> Result<PushSent> {
    let what = format!("delivery {}", row.id);
    Ok(PushSent {
        id: row.id,
        case: row.case_id,
        slot_at: row.slot_at,
        resource: row.resource_id,
        table: number(row.table_number, &what, "table_number")?,
        title: row.title,
        version: number(row.version, &what, "version")?,
        sha256: row.sha256,
        receipt: row.receipt,
        n_attempts: number(row.n_attempts, &what, "n_attempts")?,
        status: row.status.map(|it| number(it, &what, "status")).transpose()?,
        note: row.note,
        tried_at: row.tried_at,
        delivered_at: row.delivered_at,
    })
}
