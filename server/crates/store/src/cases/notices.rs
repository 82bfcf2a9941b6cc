//! Who is told of an event: the inbox, and the mails that are sent about it.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kaishu_domain::cases::Event;
use kaishu_types::account::{AccountState, DelegatedFunction, Role};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use crate::convert::{CHUNK_ROWS, now, number};
use crate::entity::{account, account_role, notification};
use crate::{Reads, Result, Store, Transaction, delegations};

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipients {
    /// This account.
    Account(i64),
    /// Whoever holds one of these roles for this organization.
    OfOrganization(Vec<Role>, String),
    /// Whoever holds one of these roles for one of these regions.
    OfRegions(Vec<Role>, Vec<String>),
    /// Whoever acts for an organization that took over a function there.
    Delegates(Delegates),
}

/// Those who act for organizations that took over functions of an authority (ORG-05).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegates {
    /// One of these functions.
    pub functions: Vec<DelegatedFunction>,
    /// For one of these regions.
    pub regions: Vec<String>,
    /// In one of these roles.
    pub roles: Vec<Role>,
    /// On this day.
    pub day: NaiveDate,
}

/// Tells accounts of an entry of the log, each once; not the one who did it.
pub async fn tell(
    transaction: &Transaction,
    seq: i64,
    case: Option<i64>,
    event: &Event,
    tells: &[Recipients],
) -> Result<()> {
    let mut accounts = Vec::new();
    for recipients in tells {
        accounts.extend(find_accounts(transaction, recipients).await?);
    }
    accounts.sort_unstable();
    accounts.dedup();
    accounts.retain(|account| Some(*account) != event.by.account);
    for chunk in accounts.chunks(CHUNK_ROWS) {
        let rows = chunk.iter().map(|account| notification::ActiveModel {
            id: NotSet,
            account_id: Set(*account),
            seq: Set(seq),
            case_id: Set(case),
            at: Set(event.at),
            read_at: Set(None),
            mail_state: Set("waiting".to_owned()),
            n_mail_attempts: Set(0),
            mail_after: Set(event.at),
        });
        notification::Entity::insert_many(rows).exec_without_returning(&transaction.inner).await?;
    }
    Ok(())
}

async fn find_accounts(transaction: &Transaction, recipients: &Recipients) -> Result<Vec<i64>> {
    let (roles, place) = match recipients {
        Recipients::Account(id) => return Ok(vec![*id]),
        Recipients::Delegates(delegates) => {
            let organizations = delegations::holders(transaction, delegates).await?;
            (&delegates.roles, account_role::COLUMN.organization_code.is_in(organizations))
        }
        Recipients::OfOrganization(roles, organization) => {
            (roles, account_role::COLUMN.organization_code.eq(organization.as_str()))
        }
        Recipients::OfRegions(roles, regions) => {
            (roles, account_role::COLUMN.region_code.is_in(regions.iter().map(String::as_str)))
        }
    };
    let active = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::COLUMN.state.eq(AccountState::Active.as_str()))
        .into_query();
    Ok(account_role::Entity::find()
        .select_only()
        .column(account_role::Column::AccountId)
        .filter(account_role::COLUMN.role.is_in(roles.iter().map(|role| role.as_str())))
        .filter(place)
        .filter(account_role::COLUMN.account_id.in_subquery(active))
        .into_tuple()
        .all(&transaction.inner)
        .await?)
}

/// Something an account was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its number.
    pub id: i64,
    /// The entry of the log.
    pub seq: i64,
    /// The case.
    pub case: Option<i64>,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it was read.
    pub is_read: bool,
}

/// Lists what an account was told, the newest first, before the one with a number.
pub async fn inbox(
    store: &Store,
    account: i64,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<Notice>> {
    let mut query =
        notification::Entity::find().filter(notification::COLUMN.account_id.eq(account));
    if let Some(before) = before {
        query = query.filter(notification::COLUMN.id.lt(before));
    }
    let rows =
        query.order_by_desc(notification::COLUMN.id).limit(limit).all(&store.connection).await?;
    let notice = |row: notification::Model| Notice {
        id: row.id,
        seq: row.seq,
        case: row.case_id,
        at: row.at,
        is_read: row.read_at.is_some(),
    };
    Ok(rows.into_iter().map(notice).collect())
}

/// Whom the portal told of an event of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The entry of the log.
    pub seq: i64,
    /// The account.
    pub account: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// When it was read; none before.
    pub read_at: Option<DateTime<Utc>>,
    /// What became of the mail: `waiting`, `sent`, `failed`, or `none` where there is no address.
    pub mail: String,
}

/// Lists whom the portal told of a case, in the order of the events (AGR-09).
pub async fn told_of(store: &impl Reads, case: i64) -> Result<Vec<Told>> {
    let rows = notification::Entity::find()
        .filter(notification::COLUMN.case_id.eq(case))
        .order_by_asc(notification::COLUMN.seq)
        .order_by_asc(notification::COLUMN.id)
        .all(store.connection())
        .await?;
    let told = |row: notification::Model| Told {
        seq: row.seq,
        account: row.account_id,
        at: row.at,
        read_at: row.read_at,
        mail: row.mail_state,
    };
    Ok(rows.into_iter().map(told).collect())
}

/// Counts what an account was told and has not read.
pub async fn n_unread(store: &Store, account: i64) -> Result<u64> {
    let unread = notification::Entity::find()
        .filter(notification::COLUMN.account_id.eq(account))
        .filter(notification::COLUMN.read_at.is_null());
    Ok(unread.count(&store.connection).await?)
}

/// Says that an account has read what it was told, up to a number.
pub async fn read_inbox(transaction: &Transaction, account: i64, up_to: i64) -> Result<()> {
    notification::Entity::update_many()
        .col_expr(notification::Column::ReadAt, Expr::value(now()))
        .filter(notification::COLUMN.account_id.eq(account))
        .filter(notification::COLUMN.id.lte(up_to))
        .filter(notification::COLUMN.read_at.is_null())
        .exec(&transaction.inner)
        .await?;
    Ok(())
}

/// A mail to be sent about something that an account was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The number of the notice.
    pub id: i64,
    /// To whom.
    pub account: i64,
    /// The entry of the log.
    pub seq: i64,
    /// How often it was tried.
    pub n_attempts: u32,
}

/// How long a node has for the mails that it took.
const MAIL_LEASE: TimeDelta = TimeDelta::seconds(120);

/// Takes a mail that is due by now; nobody else takes it for two minutes.
pub async fn take_mail(store: &Store, now: DateTime<Utc>) -> Result<Option<Mail>> {
    loop {
        let found = notification::Entity::find()
            .filter(notification::COLUMN.mail_state.eq("waiting"))
            .filter(notification::COLUMN.mail_after.lte(now))
            .order_by_asc(notification::COLUMN.id)
            .one(&store.connection)
            .await?;
        let Some(row) = found else { return Ok(None) };
        let taken = notification::Entity::update_many()
            .col_expr(notification::Column::MailAfter, Expr::value(now + MAIL_LEASE))
            .col_expr(notification::Column::NMailAttempts, Expr::value(row.n_mail_attempts + 1))
            .filter(notification::COLUMN.id.eq(row.id))
            .filter(notification::COLUMN.mail_state.eq("waiting"))
            .filter(notification::COLUMN.n_mail_attempts.eq(row.n_mail_attempts))
            .exec(&store.connection)
            .await?;
        if taken.rows_affected > 0 {
            let what = format!("notice {}", row.id);
            let n_attempts = number(row.n_mail_attempts + 1, &what, "n_mail_attempts")?;
            let (id, account, seq) = (row.id, row.account_id, row.seq);
            return Ok(Some(Mail { id, account, seq, n_attempts }));
        }
    }
}

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    /// The server took it.
    Sent,
    /// It is tried again from then on.
    Later(DateTime<Utc>),
    /// It is given up.
    Failed,
    /// The account has no address.
    NoAddress,
}

/// Keeps what became of a mail.
pub async fn post_mail(store: &Store, id: i64, posted: Posted) -> Result<()> {
    let (state, after) = match posted {
        Posted::Sent => ("sent", None),
        Posted::Later(after) => ("waiting", Some(after)),
        Posted::Failed => ("failed", None),
        Posted::NoAddress => ("none", None),
    };
    let mut update = notification::Entity::update_many()
        .col_expr(notification::Column::MailState, Expr::value(state));
    if let Some(after) = after {
        update = update.col_expr(notification::Column::MailAfter, Expr::value(after));
    }
    update.filter(notification::COLUMN.id.eq(id)).exec(&store.connection).await?;
    Ok(())
}
