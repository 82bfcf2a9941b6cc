//! Webhooks: whose they are, what each was told and what is to be told next. Who may have one, what an event says and
//! how it is sent is decided by the caller.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use crate::convert::{check_optional, check_text, number, stored_number, to_stored};
use crate::entity::{case_event, webhook, webhook_delivery};
use crate::log::{Logged, logged};
use crate::{Reads, Result, Store, StoreError, Transaction};

/// A node that takes a webhook has it for so long; another one goes on when it is gone.
const LEASE: TimeDelta = TimeDelta::seconds(120);

/// Where a webhook is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookState {
    /// It is called.
    Active,
    /// It failed again and again, and is not called until somebody enables it.
    Disabled,
}

impl WebhookState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its number; what a new one has does not count.
    pub id: i64,
    /// Who registered it; whose it is, where it is of no organization.
    pub account: i64,
    /// Code of the organization whose it is.
    pub organization: Option<String>,
    /// Where it is called.
    pub url: String,
    /// The families of events that it is told.
    pub events: Vec<String>,
    /// What its calls are signed with, encrypted by the caller.
    pub secret: String,
    /// Whether it is called.
    pub state: WebhookState,
    /// The entry of the log up to which it was looked for events.
    pub after_seq: i64,
    /// Calls that failed since the last that did not.
    pub n_failures: u32,
    /// It is not called before.
    pub try_after: DateTime<Utc>,
    /// The name of who registered it.
    pub made_by: String,
    /// When.
    pub made_at: DateTime<Utc>,
}

/// Something that a webhook is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its number.
    pub id: i64,
    /// The webhook.
    pub webhook: i64,
    /// The entry of the log.
    pub seq: i64,
    /// The event, as in `grant.activated`.
    pub event: String,
    /// What is sent: the same bytes each time.
    pub body: String,
    /// How often it was tried.
    pub n_attempts: u32,
    /// The status of the last answer; none where none came.
    pub status: Option<u16>,
    /// What was wrong the last time.
    pub note: Option<String>,
    /// When it came about.
    pub created_at: DateTime<Utc>,
    /// When it was last tried.
    pub tried_at: Option<DateTime<Utc>>,
    /// When it was delivered.
    pub delivered_at: Option<DateTime<Utc>>,
}

/// Keeps a webhook, which is told of what comes after now, and returns its number.
pub async fn add(transaction: &Transaction, new: &Webhook) -> Result<i64> {
    check_text(&new.url, "a webhook")?;
    check_text(&new.made_by, "a webhook")?;
    check_optional(new.organization.as_deref(), "a webhook")?;
    let row = webhook::ActiveModel {
        id: NotSet,
        account_id: Set(new.account),
        organization: Set(new.organization.clone()),
        url: Set(new.url.clone()),
        events: Set(new.events.join(" ")),
        secret: Set(new.secret.clone()),
        state: Set(new.state.as_str().to_owned()),
        after_seq: Set(head(transaction).await?),
        n_failures: Set(0),
        try_after: Set(to_stored(new.try_after)),
        lease_until: Set(None),
        made_by: Set(new.made_by.clone()),
        made_at: Set(to_stored(new.made_at)),
    };
    Ok(webhook::Entity::insert(row).exec(&transaction.inner).await?.last_insert_id)
}

/// Takes a webhook away, with what it was told. `false` where there is none.
pub async fn end(transaction: &Transaction, id: i64) -> Result<bool> {
    webhook_delivery::Entity::delete_many()
        .filter(webhook_delivery::COLUMN.webhook_id.eq(id))
        .exec(&transaction.inner)
        .await?;
    let deleted = webhook::Entity::delete_by_id(id).exec(&transaction.inner).await?;
    Ok(deleted.rows_affected > 0)
}

/// Puts another secret in the place of one.
pub async fn rotate(transaction: &Transaction, id: i64, secret: &str) -> Result<()> {
    webhook::Entity::update_many()
        .col_expr(webhook::Column::Secret, Expr::value(secret))
        .filter(webhook::COLUMN.id.eq(id))
        .exec(&transaction.inner)
        .await?;
    Ok(())
}

/// Calls a webhook from now on, or no more, and forgets how often it failed.
pub async fn set(
    transaction: &Transaction,
    id: i64,
    state: WebhookState,
    now: DateTime<Utc>,
) -> Result<()> {
    webhook::Entity::update_many()
        .col_expr(webhook::Column::State, Expr::value(state.as_str()))
        .col_expr(webhook::Column::NFailures, Expr::value(0))
        .col_expr(webhook::Column::TryAfter, Expr::value(to_stored(now)))
        .col_expr(webhook::Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None))
        .filter(webhook::COLUMN.id.eq(id))
        .exec(&transaction.inner)
        .await?;
    Ok(())
}

/// Finds a webhook.
pub async fn find(store: &impl Reads, id: i64) -> Result<Option<Webhook>> {
    let row = webhook::Entity::find_by_id(id).one(store.connection()).await?;
    row.map(view).transpose()
}

/// Lists those of an account itself and of some organizations, the newest first.
pub async fn of(
    store: &impl Reads,
    account: i64,
    organizations: &[String],
) -> Result<Vec<Webhook>> {
    let own = Condition::all()
        .add(webhook::Column::AccountId.eq(account))
        .add(webhook::Column::Organization.is_null());
    let theirs = webhook::Column::Organization.is_in(organizations.iter().map(String::as_str));
    let rows = webhook::Entity::find()
        .filter(Condition::any().add(own).add(theirs))
        .order_by_desc(webhook::Column::Id)
        .all(store.connection())
        .await?;
    rows.into_iter().map(view).collect()
}

/// Takes a webhook for which something waits, or that was not looked at since the entry `head` of the log; no other
/// node does for two minutes. `seen` are those that were looked at in this round.
pub async fn take(
    store: &Store,
    (seen, head): (&[i64], i64),
    now: DateTime<Utc>,
) -> Result<Option<Webhook>> {
    let now = to_stored(now);
    let waiting = || {
        webhook_delivery::Entity::find()
            .select_only()
            .column(webhook_delivery::Column::WebhookId)
            .filter(webhook_delivery::COLUMN.delivered_at.is_null())
            .into_query()
    };
    let is_free = || {
        Condition::any()
            .add(webhook::Column::LeaseUntil.is_null())
            .add(webhook::Column::LeaseUntil.lt(now))
    };
    loop {
        let found = webhook::Entity::find()
            .filter(webhook::COLUMN.state.eq(WebhookState::Active.as_str()))
            .filter(webhook::COLUMN.try_after.lte(now))
            .filter(webhook::Column::Id.is_not_in(seen.iter().copied()))
            .filter(is_free())
            .filter(
                Condition::any()
                    .add(webhook::Column::AfterSeq.lt(head))
                    .add(webhook::Column::Id.in_subquery(waiting())),
            )
            .order_by_asc(webhook::Column::TryAfter)
            .order_by_asc(webhook::Column::Id)
            .one(&store.connection)
            .await?;
        let Some(found) = found else { return Ok(None) };
        let taken = webhook::Entity::update_many()
            .col_expr(webhook::Column::LeaseUntil, Expr::value(now + LEASE))
            .filter(webhook::COLUMN.id.eq(found.id))
            .filter(webhook::COLUMN.state.eq(WebhookState::Active.as_str()))
            .filter(is_free())
            .exec(&store.connection)
            .await?;
        if taken.rows_affected > 0 {
            return view(found).map(Some);
        }
    }
}

/// Gives a webhook back that was taken; it is not called again before a time.
pub async fn give_back(
    store: &Store,
    id: i64,
    n_failures: u32,
    after: DateTime<Utc>,
) -> Result<()> {
    let n_failures: i32 = stored_number(n_failures, "the failures of a webhook")?;
    webhook::Entity::update_many()
        .col_expr(webhook::Column::NFailures, Expr::value(n_failures))
        .col_expr(webhook::Column::TryAfter, Expr::value(to_stored(after)))
        .col_expr(webhook::Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None))
        .filter(webhook::COLUMN.id.eq(id))
        .filter(webhook::COLUMN.state.eq(WebhookState::Active.as_str()))
        .exec(&store.connection)
        .await?;
    Ok(())
}

/// The last entry of the log; 0 before the first.
pub async fn head(store: &impl Reads) -> Result<i64> {
    let last: Option<i64> = case_event::Entity::find()
        .select_only()
        .column(case_event::Column::Seq)
        .order_by_desc(case_event::Column::Seq)
        .limit(1)
        .into_tuple()
        .one(store.connection())
        .await?;
    Ok(last.unwrap_or(0))
}

/// Lists entries of the log of some kinds after a place, up to another one, the oldest first.
pub async fn entries(
    store: &impl Reads,
    kinds: &[&str],
    (after, up_to): (i64, i64),
    limit: u64,
) -> Result<Vec<Logged>> {
    let rows = case_event::Entity::find()
        .filter(case_event::COLUMN.seq.gt(after))
        .filter(case_event::COLUMN.seq.lte(up_to))
        .filter(case_event::COLUMN.kind.is_in(kinds.iter().copied()))
        .order_by_asc(case_event::Column::Seq)
        .limit(limit)
        .all(store.connection())
        .await?;
    rows.into_iter().map(logged).collect()
}

/// An event that a webhook is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTold {
    /// The entry of the log.
    pub seq: i64,
    /// The event, as in `grant.activated`.
    pub event: String,
    /// What is sent.
    pub body: String,
}

/// Keeps what a webhook is to be told, and up to which entry of the log it was looked for it: together, so that each
/// entry is told once.
pub async fn queue(
    transaction: &Transaction,
    id: i64,
    (after, up_to): (i64, i64),
    new: &[NewTold],
    now: DateTime<Utc>,
) -> Result<()> {
    let moved = webhook::Entity::update_many()
        .col_expr(webhook::Column::AfterSeq, Expr::value(up_to))
        .filter(webhook::COLUMN.id.eq(id))
        .filter(webhook::COLUMN.after_seq.eq(after))
        .exec(&transaction.inner)
        .await?;
    if moved.rows_affected == 0 {
        return Err(StoreError::Conflict { what: format!("webhook {id} was looked at meanwhile") });
    }
    if new.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::with_capacity(new.len());
    for told in new {
        check_text(&told.body, "what a webhook is told")?;
        rows.push(webhook_delivery::ActiveModel {
            id: NotSet,
            webhook_id: Set(id),
            seq: Set(told.seq),
            event: Set(told.event.clone()),
            body: Set(told.body.clone()),
            n_attempts: Set(0),
            status: Set(None),
            note: Set(None),
            created_at: Set(to_stored(now)),
            tried_at: Set(None),
            delivered_at: Set(None),
        });
    }
    let key = [webhook_delivery::Column::WebhookId, webhook_delivery::Column::Seq];
    webhook_delivery::Entity::insert_many(rows)
        .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
        .exec_without_returning(&transaction.inner)
        .await?;
    Ok(())
}

/// What a webhook is to be told next: the oldest that was not delivered.
pub async fn next(store: &impl Reads, id: i64) -> Result<Option<Told>> {
    let row = webhook_delivery::Entity::find()
        .filter(webhook_delivery::COLUMN.webhook_id.eq(id))
        .filter(webhook_delivery::COLUMN.delivered_at.is_null())
        .order_by_asc(webhook_delivery::Column::Seq)
        .one(store.connection())
        .await?;
    row.map(told).transpose()
}

/// Lists what a webhook was and is to be told, the newest first.
pub async fn told_of(store: &impl Reads, id: i64, limit: u64) -> Result<Vec<Told>> {
    let rows = webhook_delivery::Entity::find()
        .filter(webhook_delivery::COLUMN.webhook_id.eq(id))
        .order_by_desc(webhook_delivery::Column::Seq)
        .limit(limit)
        .all(store.connection())
        .await?;
    rows.into_iter().map(told).collect()
}

/// Keeps what came of a call, and holds the webhook on for the next one.
pub async fn tried(
    store: &Store,
    told: &Told,
    (status, note, is_delivered): (Option<u16>, Option<&str>, bool),
    now: DateTime<Utc>,
) -> Result<()> {
    check_optional(note, "what came of a webhook")?;
    let now = to_stored(now);
    let n_attempts: i32 = stored_number(told.n_attempts + 1, "the calls of a webhook")?;
    webhook_delivery::Entity::update_many()
        .col_expr(webhook_delivery::Column::NAttempts, Expr::value(n_attempts))
        .col_expr(webhook_delivery::Column::Status, Expr::value(status.map(i32::from)))
        .col_expr(webhook_delivery::Column::Note, Expr::value(note.map(str::to_owned)))
        .col_expr(webhook_delivery::Column::TriedAt, Expr::value(Some(now)))
        .col_expr(webhook_delivery::Column::DeliveredAt, Expr::value(is_delivered.then_some(now)))
        .filter(webhook_delivery::COLUMN.id.eq(told.id))
        .exec(&store.connection)
        .await?;
    webhook::Entity::update_many()
        .col_expr(webhook::Column::LeaseUntil, Expr::value(Some(now + LEASE)))
        .filter(webhook::COLUMN.id.eq(told.webhook))
        .exec(&store.connection)
        .await?;
    Ok(())
}

/// Forgets what was delivered to a webhook before a time.
pub async fn forget(store: &Store, id: i64, before: DateTime<Utc>) -> Result<()> {
    webhook_delivery::Entity::delete_many()
        .filter(webhook_delivery::COLUMN.webhook_id.eq(id))
        .filter(webhook_delivery::COLUMN.delivered_at.lt(to_stored(before)))
        .exec(&store.connection)
        .await?;
    Ok(())
}

fn view(row: webhook::Model) -> Result<Webhook> {
    let what = format!("webhook {}", row.id);
    let state = match row.state.as_str() {
        "active" => WebhookState::Active,
        "disabled" => WebhookState::Disabled,
        other => return Err(StoreError::corrupt(format!("{what} has the state `{other}`"))),
    };
    Ok(Webhook {
        id: row.id,
        account: row.account_id,
        organization: row.organization,
        url: row.url,
        events: row.events.split_whitespace().map(str::to_owned).collect(),
        secret: row.secret,
        state,
        after_seq: row.after_seq,
        n_failures: number(row.n_failures, &what, "n_failures")?,
        try_after: row.try_after,
        made_by: row.made_by,
        made_at: row.made_at,
    })
}

fn told(row: webhook_delivery::Model) -> Result<Told> {
    let what = format!("delivery {}", row.id);
    let status = row.status.map(|status| number(status, &what, "status")).transpose()?;
    Ok(Told {
        id: row.id,
        webhook: row.webhook_id,
        seq: row.seq,
        event: row.event,
        body: row.body,
        n_attempts: number(row.n_attempts, &what, "n_attempts")?,
        status,
        note: row.note,
        created_at: row.created_at,
        tried_at: row.tried_at,
        delivered_at: row.delivered_at,
    })
}
