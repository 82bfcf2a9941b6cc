//! The clocks of cases as rows, so that what is due is found without reading cases.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kaishu_domain::cases::Clock;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::case_clock;
use crate::{Result, Store, Transaction};

pub(super) async fn keep_clocks(
    transaction: &Transaction,
    id: i64,
    clocks: &[Clock],
) -> Result<()> {
    if clocks.is_empty() {
        return Ok(());
    }
    // Of one that ended and one that began on the same day, the second is what counts: no statement writes a row
    // twice.
    let distinct: BTreeMap<_, _> =
        clocks.iter().map(|clock| ((&clock.rule, clock.day_zero), clock)).collect();
    let rows = distinct.into_values().map(|clock| case_clock::ActiveModel {
        case_id: Set(id),
        rule: Set(clock.rule.clone()),
        day_zero: Set(clock.day_zero),
        last_day: Set(clock.last_day),
        is_paused: Set(clock.paused_on.is_some()),
        ended_on: Set(clock.ended_on),
        is_reminded: Set(false),
        is_due_told: Set(false),
        is_overdue: Set(false),
    });
    // One that begins on the day another of its rule ended takes its place.
    let mut same = OnConflict::columns([
        case_clock::Column::CaseId,
        case_clock::Column::Rule,
        case_clock::Column::DayZero,
    ]);
    same.update_columns([
        case_clock::Column::LastDay,
        case_clock::Column::IsPaused,
        case_clock::Column::EndedOn,
    ]);
    // With more time than before, it reminds once more.
    for told in ["is_reminded", "is_due_told", "is_overdue"] {
        let anew = format!(
            "CASE WHEN excluded.last_day > case_clock.last_day THEN FALSE ELSE case_clock.{told} END"
        );
        same.value(told, Expr::cust(anew));
    }
    case_clock::Entity::insert_many(rows)
        .on_conflict(same.to_owned())
        .exec_without_returning(&transaction.inner)
        .await?;
    Ok(())
}

/// What there is to be told of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// That it ends soon.
    Soon,
    /// That it ends today.
    Today,
    /// That it has run out.
    Over,
}

impl Telling {
    fn column(self) -> case_clock::Column {
        match self {
            Self::Soon => case_clock::Column::IsReminded,
            Self::Today => case_clock::Column::IsDueTold,
            Self::Over => case_clock::Column::IsOverdue,
        }
    }
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

/// Lists clocks that run, end on a day or before, and were not told of yet. That one ends today is told on that day
/// only: later, that it has run out says more.
pub async fn due_clocks(
    store: &Store,
    until: NaiveDate,
    telling: Telling,
    limit: u64,
) -> Result<Vec<DueClock>> {
    let mut query = case_clock::Entity::find()
        .filter(case_clock::COLUMN.ended_on.is_null())
        .filter(case_clock::COLUMN.is_paused.eq(false))
        .filter(case_clock::COLUMN.last_day.lte(until))
        .filter(telling.column().eq(false));
    if telling == Telling::Today {
        query = query.filter(case_clock::COLUMN.last_day.eq(until));
    }
    let rows =
        query.order_by_asc(case_clock::COLUMN.last_day).limit(limit).all(&store.connection).await?;
    let clock = |row: case_clock::Model| DueClock {
        case: row.case_id,
        rule: row.rule,
        day_zero: row.day_zero,
        last_day: row.last_day,
    };
    Ok(rows.into_iter().map(clock).collect())
}

/// Lists cases with a clock of a rule that runs, and whose last day is over.
pub async fn overdue_by(
    store: &Store,
    rule: &str,
    today: NaiveDate,
    limit: u64,
) -> Result<Vec<i64>> {
    Ok(case_clock::Entity::find()
        .select_only()
        .column(case_clock::Column::CaseId)
        .filter(case_clock::COLUMN.rule.eq(rule))
        .filter(case_clock::COLUMN.ended_on.is_null())
        .filter(case_clock::COLUMN.is_paused.eq(false))
        .filter(case_clock::COLUMN.last_day.lt(today))
        .order_by_asc(case_clock::COLUMN.last_day)
        .limit(limit)
        .into_tuple()
        .all(&store.connection)
        .await?)
}

/// Says that somebody was told of a clock. Returns whether nobody had said so before.
pub async fn mark_clock(
    transaction: &Transaction,
    clock: &DueClock,
    telling: Telling,
) -> Result<bool> {
    let told = telling.column();
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
