//! Filings: what was consented to by both sides gets a number before it leaves (REV-08).

use chrono::{Datelike, NaiveDate};
use kaishu_types::DatasetCode;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{check_text, number, stored_number, word};
use crate::entity::filing;
use crate::{Result, Store, Transaction};

/// A filing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filing {
    /// Its place in the register.
    pub id: i64,
    /// The year.
    pub year: i32,
    /// The number in that year, from 1.
    pub number: u32,
    /// The case of the review.
    pub case: i64,
    /// The dataset.
    pub dataset: DatasetCode,
    /// Its title, as it was filed.
    pub title: String,
    /// Code of the provider.
    pub organization: String,
    /// Code of the region.
    pub region: String,
    /// When it was filed.
    pub filed_on: NaiveDate,
}

impl Filing {
    /// Writes the number as people quote it, as in `2026-0017`.
    pub fn shown(&self) -> String {
        format!("{}-{:04}", self.year, self.number)
    }
}

/// What is filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewFiling<'a> {
    /// The case of the review.
    pub case: i64,
    /// The dataset.
    pub dataset: &'a DatasetCode,
    /// Its title.
    pub title: &'a str,
    /// Code of the provider.
    pub organization: &'a str,
    /// Code of the region.
    pub region: &'a str,
    /// The day.
    pub day: NaiveDate,
}

/// Files something under the next number of the year. The transaction has to be one of the catalogue, which
/// run one after the other: a number is given once, and none is left out.
pub async fn add(transaction: &Transaction, new: NewFiling<'_>) -> Result<Filing> {
    check_text(new.title, "a filing")?;
    let year = new.day.year();
    let last: Option<i32> = filing::Entity::find()
        .select_only()
        .column(filing::Column::Number)
        .filter(filing::COLUMN.year.eq(year))
        .order_by_desc(filing::Column::Number)
        .limit(1)
        .into_tuple()
        .one(&transaction.inner)
        .await?;
    let next: u32 = number(last.unwrap_or(0), "a filing", "number")?;
    let row = filing::ActiveModel {
        id: NotSet,
        year: Set(year),
        number: Set(stored_number(next + 1, "the number of a filing")?),
        case_id: Set(new.case),
        dataset: Set(new.dataset.to_string()),
        title: Set(new.title.to_owned()),
        organization: Set(new.organization.to_owned()),
        region: Set(new.region.to_owned()),
        filed_on: Set(new.day),
    };
    read(filing::Entity::insert(row).exec_with_returning(&transaction.inner).await?)
}

/// Lists the filings of a dataset, the newest first.
pub async fn of_dataset(store: &Store, code: &DatasetCode) -> Result<Vec<Filing>> {
    let rows = filing::Entity::find()
        .filter(filing::COLUMN.dataset.eq(code.as_str()))
        .order_by_desc(filing::Column::Id)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(read).collect()
}

/// Lists the filings within some regions, the newest first, from a place on.
pub async fn list(
    store: &Store,
    regions: &[String],
    (before, limit): (Option<i64>, u64),
) -> Result<Vec<Filing>> {
    let mut query = filing::Entity::find()
        .filter(filing::Column::Region.is_in(regions.iter().map(String::as_str)));
    if let Some(before) = before {
        query = query.filter(filing::Column::Id.lt(before));
    }
    let rows = query.order_by_desc(filing::Column::Id).limit(limit).all(&store.connection).await?;
    rows.into_iter().map(read).collect()
}

fn read(row: filing::Model) -> Result<Filing> {
    let what = format!("filing {}", row.id);
    Ok(Filing {
        id: row.id,
        year: row.year,
        number: number(row.number, &what, "number")?,
        case: row.case_id,
        dataset: word(&row.dataset, &what, "dataset")?,
        title: row.title,
        organization: row.organization,
        region: row.region,
        filed_on: row.filed_on,
    })
}
