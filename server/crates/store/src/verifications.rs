//! What was verified under a grant, day by day (DL-07).

use chrono::NaiveDate;
use kaishu_domain::verification::Verified;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, QuerySelect};

use crate::convert::number;
use crate::entity::verification_day;
use crate::{Reads, Result, StoreError, Transaction};

/// Reads what was verified under the grant of a case on a day.
pub async fn find(store: &impl Reads, case: i64, day: NaiveDate) -> Result<Verified> {
    let row = verification_day::Entity::find_by_id((case, day)).one(store.connection()).await?;
    row.map_or(Ok(Verified::default()), read)
}

/// Reads the same, and holds it until the end of the transaction: calls at once count one after the other.
pub async fn hold(transaction: &Transaction, case: i64, day: NaiveDate) -> Result<Verified> {
    let none = row(case, day, &Verified::default());
    verification_day::Entity::insert_many([none])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&transaction.inner)
        .await?;
    let held = verification_day::Entity::find_by_id((case, day))
        .lock_exclusive()
        .one(&transaction.inner)
        .await?;
    held.ok_or_else(|| StoreError::corrupt(format!("nothing is counted under grant {case}")))
        .and_then(read)
}

/// Keeps what was verified under a grant that is held.
pub async fn keep(
    transaction: &Transaction,
    case: i64,
    day: NaiveDate,
    used: &Verified,
) -> Result<()> {
    verification_day::Entity::update(row(case, day, used)).exec(&transaction.inner).await?;
    Ok(())
}

fn row(case: i64, day: NaiveDate, used: &Verified) -> verification_day::ActiveModel {
    verification_day::ActiveModel {
        case_id: Set(case),
        day: Set(day),
        n_calls: Set(used.n_calls.into()),
        n_asked: Set(used.n_asked.into()),
        n_matched: Set(used.n_matched.into()),
        n_missed: Set(used.n_missed.into()),
        n_open: Set(used.n_open.into()),
        minute: Set(used.minute),
        n_in_minute: Set(used.n_in_minute.into()),
        is_stopped: Set(used.is_stopped),
    }
}

fn read(row: verification_day::Model) -> Result<Verified> {
    let what = format!("what was verified under grant {}", row.case_id);
    Ok(Verified {
        n_calls: number(row.n_calls, &what, "n_calls")?,
        n_asked: number(row.n_asked, &what, "n_asked")?,
        n_matched: number(row.n_matched, &what, "n_matched")?,
        n_missed: number(row.n_missed, &what, "n_missed")?,
        n_open: number(row.n_open, &what, "n_open")?,
        minute: row.minute,
        n_in_minute: number(row.n_in_minute, &what, "n_in_minute")?,
        is_stopped: row.is_stopped,
    })
}
