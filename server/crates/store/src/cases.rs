//! Cases: their files, clocks and who is told. What may happen is decided elsewhere; here it is kept,
//! together with its entry in the log or not at all.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kaishu_domain::cases::{CaseFile, Clock, Event};
use kaishu_types::account::{AccountState, Role};
use kaishu_types::case::CaseKind;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, Order, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};

use crate::convert::{CHUNK_ROWS, check_optional, check_text, now, number, stored_number, word};
use crate::entity::{account, account_role, case_clock, case_file, notification};
use crate::log::{self, Entry, SealKey};
use crate::{Result, Store, StoreError, Transaction};

/// What a case is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseSubject {
    /// The code of a dataset, a login.
    pub subject: String,
    /// What people call it.
    pub title: String,
    /// Code of the organization it belongs to.
    pub organization: Option<String>,
    /// Code of the region it belongs to.
    pub region: Option<String>,
    /// Code of the profile in force when it was opened (ORG-12).
    pub policy: String,
    /// Its revision.
    pub policy_revision: u32,
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its number.
    pub id: i64,
    /// What it is about.
    pub about: CaseSubject,
    /// What its events come to.
    pub file: CaseFile,
    /// The last day of the clock that ends first.
    pub due: Option<NaiveDate>,
    /// What somebody must be allowed to do to take the step that is on.
    pub waits_for: Option<String>,
    /// When something last happened.
    pub updated_at: DateTime<Utc>,
}

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipients {
    /// This account.
    Account(i64),
    /// Whoever holds one of these roles for this organization.
    OfOrganization(Vec<Role>, String),
    /// Whoever holds one of these roles for one of these regions.
    OfRegions(Vec<Role>, Vec<String>),
}

/// What happens to a case: its event, what it comes to, and who is told.
pub struct Happening<'a> {
    /// The event.
    pub event: &'a Event,
    /// The file with the event in it.
    pub file: &'a CaseFile,
    /// What makes a repeated request one.
    pub idempotency_key: Option<&'a str>,
    /// Who is told.
    pub tells: &'a [Recipients],
}

/// Opens a case with its first event. Returns its number and the place of the event in the log.
///
/// # Errors
///
/// `Conflict` where the request was made before.
pub async fn open(
    transaction: &Transaction,
    key: &SealKey,
    about: &CaseSubject,
    happening: &Happening<'_>,
) -> Result<(i64, i64)> {
    let CaseSubject { subject, title, organization, region, policy, policy_revision } = about;
    for text in [subject, title, policy] {
        check_text(text, "a case")?;
    }
    check_optional(organization.as_deref(), "a case")?;
    check_optional(region.as_deref(), "a case")?;
    let file = happening.file;
    let row = case_file::ActiveModel {
        id: NotSet,
        kind: Set(file.kind.to_string()),
        subject: Set(subject.clone()),
        title: Set(title.clone()),
        organization: Set(organization.clone()),
        region: Set(region.clone()),
        policy: Set(policy.clone()),
        policy_revision: Set(stored_number(*policy_revision, "a case")?),
        state: Set(file.state.clone()),
        is_open: Set(file.closed_at.is_none()),
        version: Set(stored_number(file.n_events, "a case")?),
        waits_for: Set(waits_for(file)),
        due: Set(due(file)),
        file: Set(write(file)?),
        opened_at: Set(file.opened_at),
        updated_at: Set(happening.event.at),
    };
    let id = case_file::Entity::insert(row).exec(&transaction.inner).await?.last_insert_id;
    let seq = keep(transaction, key, id, subject, happening).await?;
    Ok((id, seq))
}

/// Adds an event to a case. Returns its place in the log.
///
/// # Errors
///
/// `Conflict` where something else happened to the case since it was read, or the request was made
/// before; `NotFound` where there is no such case.
pub async fn add(
    transaction: &Transaction,
    key: &SealKey,
    case: &Case,
    happening: &Happening<'_>,
) -> Result<i64> {
    let file = happening.file;
    let known: i32 = stored_number(case.file.n_events, "a case")?;
    let version: i32 = stored_number(file.n_events, "a case")?;
    if version != known + 1 {
        return Err(StoreError::invalid("an event is one more than there were"));
    }
    let updated = case_file::Entity::update_many()
        .col_expr(case_file::Column::State, Expr::value(file.state.as_str()))
        .col_expr(case_file::Column::IsOpen, Expr::value(file.closed_at.is_none()))
        .col_expr(case_file::Column::Version, Expr::value(version))
        .col_expr(case_file::Column::WaitsFor, Expr::value(waits_for(file)))
        .col_expr(case_file::Column::Due, Expr::value(due(file)))
        .col_expr(case_file::Column::File, Expr::value(write(file)?))
        .col_expr(case_file::Column::UpdatedAt, Expr::value(happening.event.at))
        .filter(case_file::COLUMN.id.eq(case.id))
        .filter(case_file::COLUMN.version.eq(known))
        .exec(&transaction.inner)
        .await?;
    if updated.rows_affected == 0 {
        return Err(StoreError::Conflict {
            what: format!("case {} has changed since it was read", case.id),
        });
    }
    keep(transaction, key, case.id, &case.about.subject, happening).await
}

async fn keep(
    transaction: &Transaction,
    key: &SealKey,
    id: i64,
    subject: &str,
    happening: &Happening<'_>,
) -> Result<i64> {
    let Happening { event, file, idempotency_key, tells } = happening;
    let n = stored_number(file.n_events, "a case")?;
    let entry = Entry {
        case: Some((id, n)),
        kind: file.kind.as_str(),
        subject,
        event,
        idempotency_key: *idempotency_key,
    };
    let seq = log::append(transaction, key, &entry).await?;
    keep_clocks(transaction, id, &event.body.clocks).await?;
    tell(transaction, seq, Some(id), event, tells).await?;
    Ok(seq)
}

async fn keep_clocks(transaction: &Transaction, id: i64, clocks: &[Clock]) -> Result<()> {
    if clocks.is_empty() {
        return Ok(());
    }
    let rows = clocks.iter().map(|clock| case_clock::ActiveModel {
        case_id: Set(id),
        rule: Set(clock.rule.clone()),
        day_zero: Set(clock.day_zero),
        last_day: Set(clock.last_day),
        is_paused: Set(clock.paused_on.is_some()),
        ended_on: Set(clock.ended_on),
        is_reminded: Set(false),
        is_overdue: Set(false),
    });
    // One that begins on the day another of its rule ended takes its place.
    let mut same = OnConflict::columns([
        case_clock::Column::CaseId,
        case_clock::Column::Rule,
        case_clock::Column::DayZero,
    ]);
    let same = same.update_columns([
        case_clock::Column::LastDay,
        case_clock::Column::IsPaused,
        case_clock::Column::EndedOn,
    ]);
    case_clock::Entity::insert_many(rows)
        .on_conflict(same.to_owned())
        .exec_without_returning(&transaction.inner)
        .await?;
    Ok(())
}

/// Tells accounts of an event, each once; not the one who did it.
async fn tell(
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

/// Finds a case.
pub async fn find(store: &Store, id: i64) -> Result<Option<Case>> {
    let row = case_file::Entity::find_by_id(id).one(&store.connection).await?;
    row.map(view).transpose()
}

/// Lists the cases about something, the newest first.
pub async fn of_subject(store: &Store, subject: &str, kind: CaseKind) -> Result<Vec<Case>> {
    let rows = case_file::Entity::find()
        .filter(case_file::COLUMN.subject.eq(subject))
        .filter(case_file::COLUMN.kind.eq(kind.as_str()))
        .order_by_desc(case_file::COLUMN.id)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(view).collect()
}

/// Which cases a desk shows; all that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Desk {
    /// Only these kinds; all where there is none.
    pub kinds: Vec<CaseKind>,
    /// Only what waits for one of these actions.
    pub waits_for: Vec<String>,
    /// Only what belongs to one of these organizations or regions; nothing where both are empty.
    pub organizations: Vec<String>,
    /// See above.
    pub regions: Vec<String>,
    /// Whether ended cases are listed in place of open ones.
    pub is_closed: bool,
    /// Only what comes after this case.
    pub after: Option<(Option<NaiveDate>, i64)>,
}

/// Lists the cases of a desk: what is due first comes first, what has no clock last; of ended ones the
/// newest first.
pub async fn desk(store: &Store, desk: &Desk, limit: u64) -> Result<Vec<Case>> {
    let place = Condition::any()
        .add(case_file::Column::Organization.is_in(desk.organizations.iter().map(String::as_str)))
        .add(case_file::Column::Region.is_in(desk.regions.iter().map(String::as_str)));
    let mut query = case_file::Entity::find()
        .filter(place)
        .filter(case_file::COLUMN.is_open.eq(!desk.is_closed));
    if !desk.kinds.is_empty() {
        let kinds = desk.kinds.iter().map(|kind| kind.as_str());
        query = query.filter(case_file::COLUMN.kind.is_in(kinds));
    }
    if !desk.waits_for.is_empty() {
        let waits = desk.waits_for.iter().map(String::as_str);
        query = query.filter(case_file::Column::WaitsFor.is_in(waits));
    }
    if let Some((due, id)) = desk.after {
        query = query.filter(after(due, id));
    }
    let rows = query
        .order_by_asc(Expr::col(case_file::Column::Due).is_null())
        .order_by_asc(case_file::Column::Due)
        .order_by(case_file::Column::Id, if desk.is_closed { Order::Desc } else { Order::Asc })
        .limit(limit)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(view).collect()
}

fn after(due: Option<NaiveDate>, id: i64) -> Condition {
    let Some(due) = due else {
        return Condition::all()
            .add(case_file::Column::Due.is_null())
            .add(case_file::Column::Id.gt(id));
    };
    let same_day =
        Condition::all().add(case_file::Column::Due.eq(due)).add(case_file::Column::Id.gt(id));
    Condition::any()
        .add(case_file::Column::Due.gt(due))
        .add(case_file::Column::Due.is_null())
        .add(same_day)
}

/// A clock that calls for a reminder, or has run out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueClock {
    /// Its case.
    pub case: i64,
    /// The key of its rule.
    pub rule: String,
    /// The day it began.
    pub day_zero: NaiveDate,
    /// The last day.
    pub last_day: NaiveDate,
}

/// Lists clocks that run, end on a day or before, and were not told of yet: as a reminder, or as overdue.
pub async fn due_clocks(
    store: &Store,
    until: NaiveDate,
    as_overdue: bool,
    limit: u64,
) -> Result<Vec<DueClock>> {
    let told = match as_overdue {
        true => case_clock::Column::IsOverdue,
        false => case_clock::Column::IsReminded,
    };
    let rows = case_clock::Entity::find()
        .filter(case_clock::COLUMN.ended_on.is_null())
        .filter(case_clock::COLUMN.is_paused.eq(false))
        .filter(case_clock::COLUMN.last_day.lte(until))
        .filter(told.eq(false))
        .order_by_asc(case_clock::COLUMN.last_day)
        .limit(limit)
        .all(&store.connection)
        .await?;
    let clock = |row: case_clock::Model| DueClock {
        case: row.case_id,
        rule: row.rule,
        day_zero: row.day_zero,
        last_day: row.last_day,
    };
    Ok(rows.into_iter().map(clock).collect())
}

/// Says that somebody was told of a clock. Returns whether nobody had said so before.
pub async fn mark_clock(
    transaction: &Transaction,
    clock: &DueClock,
    as_overdue: bool,
) -> Result<bool> {
    let told = match as_overdue {
        true => case_clock::Column::IsOverdue,
        false => case_clock::Column::IsReminded,
    };
    let updated = case_clock::Entity::update_many()
        .col_expr(told, Expr::value(true))
        .filter(case_clock::COLUMN.case_id.eq(clock.case))
        .filter(case_clock::COLUMN.rule.eq(clock.rule.as_str()))
        .filter(case_clock::COLUMN.day_zero.eq(clock.day_zero))
        .filter(told.eq(false))
        .exec(&transaction.inner)
        .await?;
    Ok(updated.rows_affected > 0)
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

/// Takes a mail that waits; nobody else takes it for two minutes.
pub async fn take_mail(store: &Store) -> Result<Option<Mail>> {
    loop {
        let now = now();
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

pub(crate) fn waits_for(file: &CaseFile) -> Option<String> {
    file.waits_for().map(|action| action.as_str().to_owned())
}

pub(crate) fn due(file: &CaseFile) -> Option<NaiveDate> {
    file.open_clocks().filter(|clock| clock.paused_on.is_none()).map(|clock| clock.last_day).min()
}

fn write(file: &CaseFile) -> Result<String> {
    let text = serde_json::to_string(file)
        .map_err(|error| StoreError::invalid(format!("a case cannot be written: {error}")))?;
    check_text(&text, "a case")?;
    Ok(text)
}

fn view(row: case_file::Model) -> Result<Case> {
    let what = format!("case {}", row.id);
    let kind: CaseKind = word(&row.kind, &what, "kind")?;
    let file: CaseFile = serde_json::from_str(&row.file)
        .map_err(|error| StoreError::corrupt(format!("{what}: {error}")))?;
    if file.kind != kind || file.state != row.state {
        return Err(StoreError::corrupt(format!("{what} is not what its file says")));
    }
    Ok(Case {
        id: row.id,
        about: CaseSubject {
            subject: row.subject,
            title: row.title,
            organization: row.organization,
            region: row.region,
            policy: row.policy,
            policy_revision: number(row.policy_revision, &what, "policy_revision")?,
        },
        file,
        due: row.due,
        waits_for: row.waits_for,
        updated_at: row.updated_at,
    })
}
