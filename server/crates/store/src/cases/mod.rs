//! Cases: their files, clocks and who is told. What may happen is decided elsewhere; here it is kept,
//! together with its entry in the log or not at all.

mod clocks;
mod counts;
mod notices;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_domain::cases::{CaseFile, Event};
use kaishu_types::case::CaseKind;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, Func, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};

use crate::convert::{check_optional, check_text, number, stored_number, word};
use crate::entity::{case_file, expert_assignment};
use crate::log::{self, Entry, SealKey};
use crate::{Reads, Result, Store, StoreError, Transaction};

pub use clocks::{DueClock, Telling, due_clocks, mark_clock, overdue_by};
pub use counts::{Waiting, waiting};
pub use notices::{
    Delegates, Mail, Notice, Posted, Recipients, Told, inbox, n_unread, post_mail, read_inbox,
    take_mail, tell, told_of,
};

use clocks::keep_clocks;

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
        party: Set(file.facts.get("party").cloned()),
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
    // A case moves to another organization with its dataset.
    let place = |name: &str, was: &Option<String>| file.facts.get(name).or(was.as_ref()).cloned();
    let (organization, region) =
        (place("organization", &case.about.organization), place("region", &case.about.region));
    check_optional(organization.as_deref(), "a case")?;
    check_optional(region.as_deref(), "a case")?;
    let updated = case_file::Entity::update_many()
        .col_expr(case_file::Column::Organization, Expr::value(organization))
        .col_expr(case_file::Column::Region, Expr::value(region))
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

/// Finds a case.
pub async fn find(store: &impl Reads, id: i64) -> Result<Option<Case>> {
    let row = case_file::Entity::find_by_id(id).one(store.connection()).await?;
    row.map(view).transpose()
}

/// Lists open cases with a clock that nobody has ended, by their numbers, after one.
pub async fn with_clocks(store: &Store, after: i64, limit: u64) -> Result<Vec<Case>> {
    let rows = case_file::Entity::find()
        .filter(case_file::COLUMN.is_open.eq(true))
        .filter(case_file::COLUMN.due.is_not_null())
        .filter(case_file::COLUMN.id.gt(after))
        .order_by_asc(case_file::COLUMN.id)
        .limit(limit)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(view).collect()
}

/// Reads what some cases are called, by their numbers.
pub async fn titles(store: &Store, ids: &[i64]) -> Result<BTreeMap<i64, String>> {
    let rows: Vec<(i64, String)> = case_file::Entity::find()
        .select_only()
        .columns([case_file::Column::Id, case_file::Column::Title])
        .filter(case_file::COLUMN.id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(&store.connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Lists the cases about something, the newest first.
pub async fn of_subject(store: &impl Reads, subject: &str, kind: CaseKind) -> Result<Vec<Case>> {
    let rows = case_file::Entity::find()
        .filter(case_file::COLUMN.subject.eq(subject))
        .filter(case_file::COLUMN.kind.eq(kind.as_str()))
        .order_by_desc(case_file::COLUMN.id)
        .all(store.connection())
        .await?;
    rows.into_iter().map(view).collect()
}

/// Lists the cases of a kind of an organization that are in one of these states, the newest first.
pub async fn of_organization(
    store: &impl Reads,
    (kind, organization): (CaseKind, &str),
    states: &[&str],
    limit: u64,
) -> Result<Vec<Case>> {
    let rows = case_file::Entity::find()
        .filter(case_file::COLUMN.kind.eq(kind.as_str()))
        .filter(case_file::COLUMN.organization.eq(organization))
        .filter(case_file::COLUMN.state.is_in(states.iter().copied()))
        .order_by_desc(case_file::COLUMN.id)
        .limit(limit)
        .all(store.connection())
        .await?;
    rows.into_iter().map(view).collect()
}

/// A part of a desk; all that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drawer {
    /// Only these kinds; all where there is none.
    pub kinds: Vec<CaseKind>,
    /// Only what waits for one of these actions.
    pub waits_for: Vec<String>,
    /// Only what belongs to one of these organizations or regions, or is between one of those below and another;
    /// nothing where all are empty.
    pub organizations: Vec<String>,
    /// See above.
    pub regions: Vec<String>,
    /// And what these organizations are the other side of.
    pub parties: Vec<String>,
    /// And only what was assigned to this account.
    pub assigned_to: Option<i64>,
}

impl Drawer {
    /// Whether nothing can lie in it.
    pub fn is_empty(&self) -> bool {
        let is_nowhere = self.organizations.is_empty() && self.regions.is_empty();
        is_nowhere && self.parties.is_empty()
    }

    fn condition(&self) -> Condition {
        // Only the index of the order is of use: one that finds a place would leave everything to be sorted.
        let column = |it: case_file::Column| Func::coalesce([Expr::col(it), Expr::value("")]);
        let among = |it: case_file::Column, known: &[String]| {
            column(it).is_in(known.iter().map(String::as_str))
        };
        let mut place = Condition::any()
            .add(among(case_file::Column::Organization, &self.organizations))
            .add(among(case_file::Column::Region, &self.regions));
        if !self.parties.is_empty() {
            place = place.add(among(case_file::Column::Party, &self.parties));
        }
        let mut condition = Condition::all().add(place);
        if let Some(account) = self.assigned_to {
            condition = condition.add(assigned_to(account));
        }
        if !self.kinds.is_empty() {
            let kinds = self.kinds.iter().map(|kind| kind.as_str());
            condition = condition.add(case_file::COLUMN.kind.is_in(kinds));
        }
        if !self.waits_for.is_empty() {
            condition = condition.add(among(case_file::Column::WaitsFor, &self.waits_for));
        }
        condition
    }
}

fn assigned_to(account: i64) -> Condition {
    let cases = expert_assignment::Entity::find()
        .select_only()
        .column(expert_assignment::Column::CaseId)
        .filter(expert_assignment::COLUMN.account_id.eq(account))
        .into_query();
    Condition::all().add(case_file::Column::Id.in_subquery(cases))
}

/// Keeps which experts are assigned to a case, in place of those before.
pub async fn assign(transaction: &Transaction, case: i64, accounts: &[i64]) -> Result<()> {
    expert_assignment::Entity::delete_many()
        .filter(expert_assignment::COLUMN.case_id.eq(case))
        .exec(&transaction.inner)
        .await?;
    let rows = accounts.iter().map(|account| expert_assignment::ActiveModel {
        case_id: Set(case),
        account_id: Set(*account),
    });
    // Whoever assigns at the same time hears of it from the case.
    let key = [expert_assignment::Column::CaseId, expert_assignment::Column::AccountId];
    let known =
        OnConflict::columns(key).update_column(expert_assignment::Column::AccountId).to_owned();
    expert_assignment::Entity::insert_many(rows)
        .on_conflict(known)
        .exec_without_returning(&transaction.inner)
        .await?;
    Ok(())
}

/// Whether a case of a kind is open about something, at the moment of a transaction.
pub async fn has_open(transaction: &Transaction, subject: &str, kind: CaseKind) -> Result<bool> {
    let found: Option<i64> = case_file::Entity::find()
        .select_only()
        .column(case_file::Column::Id)
        .filter(case_file::COLUMN.subject.eq(subject))
        .filter(case_file::COLUMN.kind.eq(kind.as_str()))
        .filter(case_file::COLUMN.is_open.eq(true))
        .into_tuple()
        .one(&transaction.inner)
        .await?;
    Ok(found.is_some())
}

/// Which cases a desk shows; all that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Desk {
    /// What lies on it: a case that belongs into one of these; nothing where there is none.
    pub drawers: Vec<Drawer>,
    /// Whether ended cases are listed in place of open ones.
    pub is_closed: bool,
    /// Only what comes after this case.
    pub after: Option<(Option<NaiveDate>, i64)>,
}

/// Lists the cases of a desk: what is due first comes first, what has no clock last; of ended ones the
/// newest first.
pub async fn desk(store: &Store, desk: &Desk, limit: u64) -> Result<Vec<Case>> {
    if desk.drawers.iter().all(Drawer::is_empty) {
        return Ok(Vec::new());
    }
    let drawers = desk.drawers.iter().filter(|it| !it.is_empty());
    let lies = drawers.fold(Condition::any(), |any, drawer| any.add(drawer.condition()));
    let mut query = case_file::Entity::find()
        .select_only()
        .column(case_file::Column::Id)
        .filter(case_file::COLUMN.is_open.eq(!desk.is_closed))
        .filter(lies);
    query = match (desk.is_closed, desk.after) {
        (true, Some((_, id))) => query.filter(case_file::COLUMN.id.lt(id)),
        (false, Some((due, id))) => query.filter(after(due, id)),
        (_, None) => query,
    };
    query = match desk.is_closed {
        true => query.order_by_desc(case_file::COLUMN.id),
        false => query
            .order_by_asc(Expr::col(case_file::Column::Due).is_null())
            .order_by_asc(case_file::Column::Due)
            .order_by_asc(case_file::Column::Id),
    };
    let ids: Vec<i64> = query.limit(limit).into_tuple().all(&store.connection).await?;
    let rows = case_file::Entity::find()
        .filter(case_file::COLUMN.id.is_in(ids.iter().copied()))
        .all(&store.connection)
        .await?;
    let mut rows: BTreeMap<i64, case_file::Model> =
        rows.into_iter().map(|row| (row.id, row)).collect();
    ids.iter().filter_map(|id| rows.remove(id)).map(view).collect()
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
