//! Grants: what the governed view asks with each request.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_types::DatasetCode;
use kaishu_types::access::DeliveryMode;
use kaishu_types::row_scope::RowCondition;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use crate::convert::{check_text, to_stored, word};
use crate::entity::{access_grant, application, case_file, grant_end_notice};
use crate::{Reads, Result, StoreError, Transaction};

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The case that it came from.
    pub case: i64,
    /// Who holds it; of a shared one, who asked for it.
    pub account: i64,
    /// The agency that holds it, where data is shared with one: then the accounts that are declared for its matter
    /// use it, and nobody else (SHR-07).
    pub holder: Option<String>,
    /// The dataset.
    pub dataset: DatasetCode,
    /// Names of the data items; of a shared one without any, whatever is shared without conditions.
    pub items: BTreeSet<String>,
    /// Conditions that all rows meet; none for all rows (APP-09).
    pub rows: Vec<RowCondition>,
    /// How they are delivered.
    pub mode: DeliveryMode,
    /// The first day.
    pub first_day: NaiveDate,
    /// The last day.
    pub last_day: NaiveDate,
    /// Whether it is in force, days aside.
    pub is_active: bool,
    /// The number under which it was filed.
    pub filing: String,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Grant {
    /// Whether it is in force on a day.
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        self.is_active && (self.first_day..=self.last_day).contains(&day)
    }
}

/// Keeps a grant that begins.
pub async fn begin(transaction: &Transaction, new: &Grant) -> Result<()> {
    check_text(&new.filing, "a grant")?;
    for item in &new.items {
        check_text(item, "a grant")?;
    }
    let items = serde_json::to_string(&new.items)
        .map_err(|error| StoreError::invalid(format!("a grant: {error}")))?;
    let rows = match new.rows.as_slice() {
        [] => None,
        rows => Some(
            serde_json::to_string(rows)
                .map_err(|error| StoreError::invalid(format!("a grant: {error}")))?,
        ),
    };
    let row = access_grant::ActiveModel {
        case_id: Set(new.case),
        account_id: Set(new.account),
        dataset: Set(new.dataset.to_string()),
        items: Set(items),
        rows: Set(rows),
        mode: Set(new.mode.to_string()),
        first_day: Set(new.first_day),
        last_day: Set(new.last_day),
        is_active: Set(new.is_active),
        is_over: Set(false),
        filing: Set(new.filing.clone()),
        reported_until: Set(None),
        // It is looked at as soon as it begins; then it is known when its first report is due. An agency that data is
        // shared with reports nothing: each of its retrievals is told to the provider anyway (SHR-08).
        next_report: Set(new.holder.is_none().then_some(new.first_day)),
        holder: Set(new.holder.clone()),
        updated_at: Set(to_stored(new.updated_at)),
    };
    access_grant::Entity::insert(row).exec_without_returning(&transaction.inner).await?;
    Ok(())
}

/// What becomes of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Becomes {
    /// In force, again.
    Active,
    /// Out of force for a while.
    Suspended,
    /// Out of force for good.
    Over,
}

/// Puts a grant in or out of force. `false` where there is none that goes on.
pub async fn set(
    transaction: &Transaction,
    case: i64,
    becomes: Becomes,
    now: DateTime<Utc>,
) -> Result<bool> {
    let ends_now = Expr::cust("CASE WHEN next_report IS NULL THEN NULL ELSE first_day END");
    let mut query = access_grant::Entity::update_many();
    if becomes == Becomes::Over {
        // What ends is looked at for its last report.
        query = query.col_expr(access_grant::Column::NextReport, ends_now);
    }
    let changed = query
        .col_expr(access_grant::Column::IsActive, Expr::value(becomes == Becomes::Active))
        .col_expr(access_grant::Column::IsOver, Expr::value(becomes == Becomes::Over))
        .filter(access_grant::COLUMN.is_over.eq(false))
        .col_expr(access_grant::Column::UpdatedAt, Expr::value(to_stored(now)))
        .filter(access_grant::COLUMN.case_id.eq(case))
        .exec(&transaction.inner)
        .await?;
    Ok(changed.rows_affected > 0)
}

/// Leaves of a grant these data items.
pub async fn narrow(
    transaction: &Transaction,
    case: i64,
    items: &BTreeSet<String>,
    now: DateTime<Utc>,
) -> Result<()> {
    let items = serde_json::to_string(items)
        .map_err(|error| StoreError::invalid(format!("a grant: {error}")))?;
    access_grant::Entity::update_many()
        .col_expr(access_grant::Column::Items, Expr::value(items))
        .col_expr(access_grant::Column::UpdatedAt, Expr::value(to_stored(now)))
        .filter(access_grant::COLUMN.case_id.eq(case))
        .exec(&transaction.inner)
        .await?;
    Ok(())
}

/// Lists the grants of a dataset that have not ended for good, suspended ones and those of agencies too.
pub async fn going_on(store: &impl Reads, dataset: &DatasetCode) -> Result<Vec<Grant>> {
    let rows = access_grant::Entity::find()
        .filter(access_grant::COLUMN.dataset.eq(dataset.as_str()))
        .filter(access_grant::COLUMN.is_over.eq(false))
        .order_by_asc(access_grant::Column::CaseId)
        .all(store.connection())
        .await?;
    rows.into_iter().map(read).collect()
}

/// Finds the grant of a case.
pub async fn find(store: &impl Reads, case: i64) -> Result<Option<Grant>> {
    let row = access_grant::Entity::find_by_id(case).one(store.connection()).await?;
    row.map(read).transpose()
}

/// Lists what an account may have of a dataset on a day by itself, not for an agency.
pub async fn in_force(
    store: &impl Reads,
    account: i64,
    dataset: &DatasetCode,
    day: NaiveDate,
) -> Result<Vec<Grant>> {
    let rows = access_grant::Entity::find()
        .filter(access_grant::COLUMN.account_id.eq(account))
        .filter(access_grant::COLUMN.holder.is_null())
        .filter(access_grant::COLUMN.dataset.eq(dataset.as_str()))
        .filter(access_grant::COLUMN.is_active.eq(true))
        .filter(access_grant::COLUMN.first_day.lte(day))
        .filter(access_grant::COLUMN.last_day.gte(day))
        .order_by_asc(access_grant::Column::CaseId)
        .all(store.connection())
        .await?;
    rows.into_iter().map(read).collect()
}

/// Lists what an account holds or held of a dataset by itself, not for an agency, the newest first.
pub async fn held(store: &impl Reads, account: i64, dataset: &DatasetCode) -> Result<Vec<Grant>> {
    let rows = access_grant::Entity::find()
        .filter(access_grant::COLUMN.account_id.eq(account))
        .filter(access_grant::COLUMN.holder.is_null())
        .filter(access_grant::COLUMN.dataset.eq(dataset.as_str()))
        .order_by_desc(access_grant::Column::CaseId)
        .all(store.connection())
        .await?;
    rows.into_iter().map(read).collect()
}

/// Lists what an account was granted, the newest first, whatever became of it; not what is shared with
/// its agency.
pub async fn of_account(store: &impl Reads, account: i64, limit: u64) -> Result<Vec<Grant>> {
    let rows = access_grant::Entity::find()
        .filter(access_grant::COLUMN.account_id.eq(account))
        .filter(access_grant::COLUMN.holder.is_null())
        .order_by_desc(access_grant::Column::CaseId)
        .limit(limit)
        .all(store.connection())
        .await?;
    rows.into_iter().map(read).collect()
}

/// Lists the shared grants of a dataset on a day that an account is declared for, the one first whose matter it
/// chose last.
pub async fn shared(
    store: &impl Reads,
    account: i64,
    dataset: &DatasetCode,
    day: NaiveDate,
) -> Result<Vec<Grant>> {
    let chosen = crate::shares::cases_of(store, account).await?;
    if chosen.is_empty() {
        return Ok(Vec::new());
    }
    let rows = access_grant::Entity::find()
        .filter(access_grant::COLUMN.holder.is_not_null())
        .filter(access_grant::COLUMN.dataset.eq(dataset.as_str()))
        .filter(access_grant::COLUMN.is_active.eq(true))
        .filter(access_grant::COLUMN.first_day.lte(day))
        .filter(access_grant::COLUMN.last_day.gte(day))
        .all(store.connection())
        .await?;
    let place = |case: i64| chosen.iter().position(|it| *it == case);
    let declared = rows.into_iter().filter(|row| place(row.case_id).is_some());
    let mut grants: Vec<Grant> = declared.map(read).collect::<Result<_>>()?;
    grants.sort_by_key(|grant| place(grant.case));
    Ok(grants)
}

/// Lists cases of grants that go on, suspended ones too, though their last day is over.
pub async fn over(store: &impl Reads, today: NaiveDate, limit: u64) -> Result<Vec<i64>> {
    Ok(access_grant::Entity::find()
        .select_only()
        .column(access_grant::Column::CaseId)
        .filter(access_grant::COLUMN.is_over.eq(false))
        .filter(access_grant::COLUMN.last_day.lt(today))
        .order_by_asc(access_grant::Column::CaseId)
        .limit(limit)
        .into_tuple()
        .all(store.connection())
        .await?)
}

/// Lists grants of applicants that go on and end within some days, of which nobody was told yet (APP-12); not what is
/// shared with agencies.
pub async fn ending_untold(
    store: &impl Reads,
    (first, last): (NaiveDate, NaiveDate),
    limit: u64,
) -> Result<Vec<Grant>> {
    let told = grant_end_notice::Entity::find()
        .select_only()
        .column(grant_end_notice::Column::CaseId)
        .into_query();
    let rows = access_grant::Entity::find()
        .filter(access_grant::COLUMN.holder.is_null())
        .filter(access_grant::COLUMN.is_over.eq(false))
        .filter(access_grant::COLUMN.last_day.gte(first))
        .filter(access_grant::COLUMN.last_day.lte(last))
        .filter(access_grant::Column::CaseId.not_in_subquery(told))
        .order_by_asc(access_grant::Column::CaseId)
        .limit(limit)
        .all(store.connection())
        .await?;
    rows.into_iter().map(read).collect()
}

/// Notes that somebody was told of the end of a grant. `false` where another node has told it.
pub async fn end_told(transaction: &Transaction, case: i64) -> Result<bool> {
    let row = grant_end_notice::ActiveModel { case_id: Set(case) };
    let n_rows = grant_end_notice::Entity::insert_many([row])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&transaction.inner)
        .await?;
    Ok(n_rows > 0)
}

/// A grant that is looked at for a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToReport {
    /// The grant.
    pub grant: Grant,
    /// The day up to which its use was to be reported; none before the first report.
    pub reported_until: Option<NaiveDate>,
    /// Whether it ended for good.
    pub is_over: bool,
    /// The day on which it was to be looked at.
    pub looked_at: NaiveDate,
}

/// Lists grants that are to be looked at for a report by a day (USE-01).
pub async fn to_report(store: &impl Reads, today: NaiveDate, limit: u64) -> Result<Vec<ToReport>> {
    let rows = access_grant::Entity::find()
        .filter(access_grant::COLUMN.next_report.lte(today))
        .order_by_asc(access_grant::Column::NextReport)
        .order_by_asc(access_grant::Column::CaseId)
        .limit(limit)
        .all(store.connection())
        .await?;
    let seen = |row: access_grant::Model| {
        let (reported_until, is_over) = (row.reported_until, row.is_over);
        let looked_at = row.next_report.unwrap_or(row.first_day);
        Ok(ToReport { grant: read(row)?, reported_until, is_over, looked_at })
    };
    rows.into_iter().map(seen).collect()
}

/// Keeps up to which day a report was asked for, and when the grant is looked at next. `false` where another node
/// looked at it since, or it ended meanwhile.
pub async fn keep_reporting(
    transaction: &Transaction,
    seen: &ToReport,
    (reported_until, next): (Option<NaiveDate>, Option<NaiveDate>),
) -> Result<bool> {
    let changed = access_grant::Entity::update_many()
        .col_expr(access_grant::Column::ReportedUntil, Expr::value(reported_until))
        .col_expr(access_grant::Column::NextReport, Expr::value(next))
        .filter(access_grant::COLUMN.case_id.eq(seen.grant.case))
        .filter(access_grant::COLUMN.next_report.eq(seen.looked_at))
        .filter(access_grant::COLUMN.is_over.eq(seen.is_over))
        .exec(&transaction.inner)
        .await?;
    Ok(changed.rows_affected > 0)
}

/// A grant as it is counted: whose it is does not come with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToCount {
    /// The case that it came from.
    pub case: i64,
    /// Code of the dataset.
    pub dataset: String,
    /// Code of the provider.
    pub organization: String,
    /// Where its case is.
    pub state: String,
    /// The first day.
    pub first_day: NaiveDate,
    /// The last day.
    pub last_day: NaiveDate,
    /// Whether it ended for good.
    pub is_over: bool,
    /// What was applied for: JSON in the words of the caller.
    pub submitted: String,
}

/// Lists grants of applicants behind a case, to be counted, and says which case the next ones stand behind, where there
/// may be more. What is shared with agencies, and what nobody submitted an application for, does not count.
pub async fn to_count(
    store: &impl Reads,
    after: i64,
    limit: u64,
) -> Result<(Vec<ToCount>, Option<i64>)> {
    let rows = access_grant::Entity::find()
        .filter(access_grant::COLUMN.holder.is_null())
        .filter(access_grant::COLUMN.case_id.gt(after))
        .order_by_asc(access_grant::Column::CaseId)
        .limit(limit)
        .all(store.connection())
        .await?;
    let ids: Vec<i64> = rows.iter().map(|row| row.case_id).collect();
    let cases: Vec<(i64, String, Option<String>)> = case_file::Entity::find()
        .select_only()
        .columns([case_file::Column::Id, case_file::Column::State, case_file::Column::Organization])
        .filter(case_file::COLUMN.id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(store.connection())
        .await?;
    let asked: Vec<(i64, Option<String>)> = application::Entity::find()
        .select_only()
        .columns([application::Column::CaseId, application::Column::Submitted])
        .filter(application::COLUMN.case_id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(store.connection())
        .await?;
    let mut cases: BTreeMap<i64, (String, Option<String>)> =
        cases.into_iter().map(|(id, state, organization)| (id, (state, organization))).collect();
    let mut asked: BTreeMap<i64, Option<String>> = asked.into_iter().collect();
    let counted = |row: access_grant::Model| {
        let (state, organization) = cases.remove(&row.case_id)?;
        Some(ToCount {
            case: row.case_id,
            organization: organization?,
            submitted: asked.remove(&row.case_id).flatten()?,
            dataset: row.dataset,
            state,
            first_day: row.first_day,
            last_day: row.last_day,
            is_over: row.is_over,
        })
    };
    let last = ids.last().copied().filter(|_| ids.len() as u64 == limit);
    Ok((rows.into_iter().filter_map(counted).collect(), last))
}

fn read(row: access_grant::Model) -> Result<Grant> {
    let what = format!("grant {}", row.case_id);
    let items = serde_json::from_str(&row.items)
        .map_err(|error| StoreError::corrupt(format!("{what}, column `items`: {error}")))?;
    // What cannot be read must not open all rows.
    let rows = match &row.rows {
        None => Vec::new(),
        Some(rows) => serde_json::from_str(rows)
            .map_err(|error| StoreError::corrupt(format!("{what}, column `rows`: {error}")))?,
    };
    Ok(Grant {
        case: row.case_id,
        account: row.account_id,
        holder: row.holder,
        dataset: word(&row.dataset, &what, "dataset")?,
        items,
        rows,
        mode: word(&row.mode, &what, "mode")?,
        first_day: row.first_day,
        last_day: row.last_day,
        is_active: row.is_active,
        filing: row.filing,
        updated_at: row.updated_at,
    })
}
