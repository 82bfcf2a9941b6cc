//! What inspections found wrong with the data of a dataset: who mends it until when, and which version did (PUB-06);
//! whoever mends it is told of the last day as of that of a case (SUP-02).

use chrono::NaiveDate;
use kaishu_types::{DatasetCode, OrganizationCode};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, JoinType};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    RelationDef,
};

use crate::cases::Telling;
use crate::convert::{check_text, number, stored_number, word};
use crate::entity::{dataset, inspection, organization, region};
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
        is_reminded: Set(false),
        is_due_told: Set(false),
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

/// Finds what an inspection found.
pub async fn find(store: &Store, id: i64) -> Result<Option<Inspection>> {
    let row = inspection::Entity::find()
        .filter(inspection::COLUMN.id.eq(id))
        .one(&store.connection)
        .await?;
    row.map(view).transpose()
}

/// Lists what is to be mended by a day or before, and was not told of yet: as due soon where its last day comes after
/// today, as due today, or, from any day on, as overdue.
pub async fn due_untold(
    store: &Store,
    (today, until): (NaiveDate, NaiveDate),
    telling: Telling,
    limit: u64,
) -> Result<Vec<Inspection>> {
    let untold = inspection::Entity::find()
        .filter(inspection::COLUMN.due.lte(until))
        .filter(inspection::COLUMN.closed_on.is_null())
        .filter(told(telling).eq(false));
    let untold = match telling {
        Telling::Soon => untold.filter(inspection::COLUMN.due.gt(today)),
        Telling::Today => untold.filter(inspection::COLUMN.due.eq(today)),
        Telling::Over => untold,
    };
    let rows =
        untold.order_by_asc(inspection::COLUMN.due).limit(limit).all(&store.connection).await?;
    rows.into_iter().map(view).collect()
}

/// Says that somebody was told of a last day. Returns whether nobody had said so before.
pub async fn mark_told(transaction: &Transaction, id: i64, telling: Telling) -> Result<bool> {
    let updated = inspection::Entity::update_many()
        .col_expr(told(telling), Expr::value(true))
        .filter(inspection::COLUMN.id.eq(id))
        .filter(inspection::COLUMN.closed_on.is_null())
        .filter(told(telling).eq(false))
        .exec(&transaction.inner)
        .await?;
    Ok(updated.rows_affected > 0)
}

fn told(telling: Telling) -> inspection::Column {
    match telling {
        Telling::Soon => inspection::Column::IsReminded,
        Telling::Today => inspection::Column::IsDueTold,
        Telling::Over => inspection::Column::IsTold,
    }
}

/// Something that was not mended in time, with its dataset as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdue {
    /// What was found.
    pub found: Inspection,
    /// The title of the dataset.
    pub title: String,
    /// Code of its provider.
    pub organization: String,
    /// Code of its region.
    pub region: String,
}

/// Lists what was not mended before a day in the datasets of organizations and regions, the oldest first; nothing
/// where both are empty.
pub async fn overdue(
    store: &Store,
    (organizations, regions): (&[String], &[String]),
    before: NaiveDate,
    limit: u64,
) -> Result<Vec<Overdue>> {
    let to_organization: RelationDef = dataset::Entity::belongs_to(organization::Entity)
        .from(dataset::Column::OrganizationId)
        .to(organization::Column::Id)
        .into();
    let to_region: RelationDef = dataset::Entity::belongs_to(region::Entity)
        .from(dataset::Column::RegionId)
        .to(region::Column::Id)
        .into();
    let place = Condition::any()
        .add(organization::Column::Code.is_in(organizations.iter().map(String::as_str)))
        .add(region::Column::Code.is_in(regions.iter().map(String::as_str)));
    let kept = dataset::Entity::find()
        .select_only()
        .join(JoinType::InnerJoin, to_organization)
        .join(JoinType::InnerJoin, to_region)
        .filter(place);
    let within = kept.clone().column(dataset::Column::Code).into_query();
    let rows = inspection::Entity::find()
        .filter(inspection::COLUMN.due.lt(before))
        .filter(inspection::COLUMN.closed_on.is_null())
        .filter(inspection::COLUMN.dataset.in_subquery(within))
        .order_by_asc(inspection::COLUMN.due)
        .order_by_asc(inspection::COLUMN.id)
        .limit(limit)
        .all(&store.connection)
        .await?;
    let codes: Vec<&str> = rows.iter().map(|row| row.dataset.as_str()).collect();
    let datasets: Vec<(String, String, String, String)> = kept
        .columns([dataset::Column::Code, dataset::Column::Title])
        .column_as(organization::Column::Code, "organization")
        .column_as(region::Column::Code, "region")
        .filter(dataset::Column::Code.is_in(codes))
        .into_tuple()
        .all(&store.connection)
        .await?;
    let with_dataset = |row: inspection::Model| {
        let (_, title, organization, region) =
            datasets.iter().find(|(code, ..)| *code == row.dataset)?.clone();
        let found = view(row);
        Some(found.map(|found| Overdue { found, title, organization, region }))
    };
    rows.into_iter().filter_map(with_dataset).collect()
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
