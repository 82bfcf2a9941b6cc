//! What inspections found wrong with the data of a dataset: who mends it until when, and which version did (PUB-06).

use chrono::NaiveDate;
use kaishu_types::{DatasetCode, OrganizationCode};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{check_text, number, stored_number, word};
use crate::entity::inspection;
use crate::{Result, Store, StoreError, Transaction};

/// Something that an inspection found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// The dataset.
    pub dataset: DatasetCode,
    /// What is wrong.
    pub finding: String,
    /// The version that was inspected.
    pub found_in: u32,
    /// When.
    pub found_on: NaiveDate,
    /// The last day to mend it.
    pub due: NaiveDate,
    /// The organization that has to mend it.
    pub owner: OrganizationCode,
    /// The name of whoever inspected.
    pub inspected_by: String,
    /// The version that mended it; none while it is open.
    pub fixed_in: Option<u32>,
    /// When that was found.
    pub closed_on: Option<NaiveDate>,
}

/// Keeps what an inspection found. Returns its number.
pub async fn add(transaction: &Transaction, new: &Inspection) -> Result<i64> {
    check_text(&new.finding, "the finding of an inspection")?;
    check_text(&new.inspected_by, "an inspection")?;
    let row = inspection::ActiveModel {
        id: NotSet,
        dataset: Set(new.dataset.to_string()),
        finding: Set(new.finding.clone()),
        found_in: Set(stored_number(new.found_in, "an inspection")?),
        found_on: Set(new.found_on),
        due: Set(new.due),
        owner: Set(new.owner.to_string()),
        inspected_by: Set(new.inspected_by.clone()),
        fixed_in: Set(None),
        closed_on: Set(None),
        is_told: Set(false),
    };
    Ok(inspection::Entity::insert(row).exec_with_returning(&transaction.inner).await?.id)
}

/// Notes which version mended what was found.
///
/// # Errors
///
/// `Conflict` where that was noted before.
pub async fn close(
    transaction: &Transaction,
    id: i64,
    (fixed_in, on): (u32, NaiveDate),
) -> Result<()> {
    let fixed_in: i32 = stored_number(fixed_in, "an inspection")?;
    let updated = inspection::Entity::update_many()
        .col_expr(inspection::Column::FixedIn, Expr::value(Some(fixed_in)))
        .col_expr(inspection::Column::ClosedOn, Expr::value(Some(on)))
        .filter(inspection::COLUMN.id.eq(id))
        .filter(inspection::COLUMN.closed_on.is_null())
        .exec(&transaction.inner)
        .await?;
    match updated.rows_affected {
        0 => Err(StoreError::Conflict { what: "this finding is closed already".to_owned() }),
        _ => Ok(()),
    }
}

/// Lists what inspections found in a dataset, the newest first.
pub async fn of_dataset(store: &Store, code: &DatasetCode) -> Result<Vec<Inspection>> {
    let rows = inspection::Entity::find()
        .filter(inspection::COLUMN.dataset.eq(code.as_str()))
        .order_by_desc(inspection::COLUMN.id)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(view).collect()
}

/// Lists what was not mended before a day, and was not told of yet.
pub async fn over_untold(store: &Store, before: NaiveDate, limit: u64) -> Result<Vec<Inspection>> {
    let rows = inspection::Entity::find()
        .filter(inspection::COLUMN.due.lt(before))
        .filter(inspection::COLUMN.closed_on.is_null())
        .filter(inspection::COLUMN.is_told.eq(false))
        .order_by_asc(inspection::COLUMN.due)
        .limit(limit)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(view).collect()
}

/// Says that somebody was told of a last day that has passed. Returns whether nobody had said so before.
pub async fn mark_told(transaction: &Transaction, id: i64) -> Result<bool> {
    let updated = inspection::Entity::update_many()
        .col_expr(inspection::Column::IsTold, Expr::value(true))
        .filter(inspection::COLUMN.id.eq(id))
        .filter(inspection::COLUMN.closed_on.is_null())
        .filter(inspection::COLUMN.is_told.eq(false))
        .exec(&transaction.inner)
        .await?;
    Ok(updated.rows_affected > 0)
}

fn view(row: inspection::Model) -> Result<Inspection> {
    let what = format!("inspection {}", row.id);
    Ok(Inspection {
        id: row.id,
        dataset: word(&row.dataset, &what, "dataset")?,
        found_in: number(row.found_in, &what, "found_in")?,
        owner: word(&row.owner, &what, "owner")?,
        fixed_in: row.fixed_in.map(|it| number(it, &what, "fixed_in")).transpose()?,
        finding: row.finding,
        found_on: row.found_on,
        due: row.due,
        inspected_by: row.inspected_by,
        closed_on: row.closed_on,
    })
}
