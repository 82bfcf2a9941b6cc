//! By when data is renewed, counted anew under another calendar (SUP-01).

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_domain::updating;
use kaishu_types::china::day_in_china;
use kaishu_types::vocabulary::{DatasetState, Frequency};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::word;
use crate::entity::dataset;
use crate::{Result, Store, feed};

/// States in which a cycle runs.
const RUNNING: [DatasetState; 2] = [DatasetState::Published, DatasetState::Suspended];

type Row = (i64, String, String, DateTime<Utc>, Option<NaiveDate>, Option<NaiveDate>);

/// Counts anew by when datasets after a number are due, by the calendar of the store. A missed cycle that was told
/// stays as it was. Returns the last number that was looked at and how many have another day now; none where there are
/// no more.
pub async fn recount_due(store: &Store, after: i64, limit: u64) -> Result<Option<(i64, usize)>> {
    let rows: Vec<Row> = dataset::Entity::find()
        .select_only()
        .columns([
            dataset::Column::Id,
            dataset::Column::Code,
            dataset::Column::Frequency,
            dataset::Column::UpdatedAt,
            dataset::Column::NextDue,
            dataset::Column::OverdueTold,
        ])
        .filter(dataset::Column::State.is_in(RUNNING.map(|state| state.as_str())))
        .filter(dataset::Column::NextDue.is_not_null())
        .filter(dataset::Column::Id.gt(after))
        .order_by_asc(dataset::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(&store.connection)
        .await?;
    let Some(last) = rows.last().map(|row| row.0) else { return Ok(None) };
    let mut moved = Vec::new();
    for (id, code, frequency, updated_at, known, told) in rows {
        let frequency: Frequency = word(&frequency, &format!("dataset `{code}`"), "frequency")?;
        let due = updating::next_due(&store.calendar, frequency, day_in_china(updated_at));
        if due != known && told != known {
            moved.push((id, code, known, due));
        }
    }
    if moved.is_empty() {
        return Ok(Some((last, 0)));
    }
    let transaction = store.begin_write().await?;
    let mut codes = Vec::new();
    for (id, code, known, due) in moved {
        let updated = dataset::Entity::update_many()
            .col_expr(dataset::Column::NextDue, Expr::value(due))
            .filter(dataset::COLUMN.id.eq(id))
            // Whoever renewed it meanwhile counted by the same calendar.
            .filter(dataset::Column::NextDue.eq(known))
            .exec(&transaction)
            .await?;
        if updated.rows_affected > 0 {
            codes.push(code);
        }
    }
    feed::append(&transaction, &codes).await?;
    transaction.commit().await?;
    Ok(Some((last, codes.len())))
}
