//! Grants: what the governed view asks with each request.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_types::DatasetCode;
use kaishu_types::access::DeliveryMode;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{check_text, to_stored, word};
use crate::entity::access_grant;
use crate::{Reads, Result, StoreError, Transaction};

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The case that it came from.
    pub case: i64,
    /// Who holds it.
    pub account: i64,
    /// The dataset.
    pub dataset: DatasetCode,
    /// Names of the data items.
    pub items: BTreeSet<String>,
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
    let row = access_grant::ActiveModel {
        case_id: Set(new.case),
        account_id: Set(new.account),
        dataset: Set(new.dataset.to_string()),
        items: Set(items),
        mode: Set(new.mode.to_string()),
        first_day: Set(new.first_day),
        last_day: Set(new.last_day),
        is_active: Set(new.is_active),
        is_over: Set(false),
        filing: Set(new.filing.clone()),
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
    let changed = access_grant::Entity::update_many()
        .col_expr(access_grant::Column::IsActive, Expr::value(becomes == Becomes::Active))
        .col_expr(access_grant::Column::IsOver, Expr::value(becomes == Becomes::Over))
        .filter(access_grant::COLUMN.is_over.eq(false))
        .col_expr(access_grant::Column::UpdatedAt, Expr::value(to_stored(now)))
        .filter(access_grant::COLUMN.case_id.eq(case))
        .exec(&transaction.inner)
        .await?;
    Ok(changed.rows_affected > 0)
}

/// Finds the grant of a case.
pub async fn find(store: &impl Reads, case: i64) -> Result<Option<Grant>> {
    let row = access_grant::Entity::find_by_id(case).one(store.connection()).await?;
    row.map(read).transpose()
}

/// Lists what an account may have of a dataset on a day.
pub async fn in_force(
    store: &impl Reads,
    account: i64,
    dataset: &DatasetCode,
    day: NaiveDate,
) -> Result<Vec<Grant>> {
    let rows = access_grant::Entity::find()
        .filter(access_grant::COLUMN.account_id.eq(account))
        .filter(access_grant::COLUMN.dataset.eq(dataset.as_str()))
        .filter(access_grant::COLUMN.is_active.eq(true))
        .filter(access_grant::COLUMN.first_day.lte(day))
        .filter(access_grant::COLUMN.last_day.gte(day))
        .order_by_asc(access_grant::Column::CaseId)
        .all(store.connection())
        .await?;
    rows.into_iter().map(read).collect()
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

fn read(row: access_grant::Model) -> Result<Grant> {
    let what = format!("grant {}", row.case_id);
    let items = serde_json::from_str(&row.items)
        .map_err(|error| StoreError::corrupt(format!("{what}, column `items`: {error}")))?;
    Ok(Grant {
        case: row.case_id,
        account: row.account_id,
        dataset: word(&row.dataset, &what, "dataset")?,
        items,
        mode: word(&row.mode, &what, "mode")?,
        first_day: row.first_day,
        last_day: row.last_day,
        is_active: row.is_active,
        filing: row.filing,
        updated_at: row.updated_at,
    })
}
