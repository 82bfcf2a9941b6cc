//! Functions of an authority that another organization takes over (ORG-05).

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_types::account::DelegatedFunction;
use kaishu_types::{OrganizationCode, RegionCode};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use crate::cases::Delegates;
use crate::convert::{check_text, to_stored, word};
use crate::entity::delegation;
use crate::{Result, Store, Transaction};

/// A function that is taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// The function.
    pub function: DelegatedFunction,
    /// The authority.
    pub delegated_by: OrganizationCode,
    /// Where.
    pub region: RegionCode,
    /// Who takes it over.
    pub organization: OrganizationCode,
    /// From when.
    pub first_day: NaiveDate,
    /// Until when; for good where there is none.
    pub last_day: Option<NaiveDate>,
    /// The document it rests on.
    pub basis: String,
    /// When it was ended before its last day.
    pub ended_at: Option<DateTime<Utc>>,
}

impl Delegation {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.ended_at.is_none()
            && self.first_day <= day
            && self.last_day.is_none_or(|last| day <= last)
    }
}

/// Keeps a delegation and returns its number.
pub async fn add(transaction: &Transaction, new: &Delegation, now: DateTime<Utc>) -> Result<i64> {
    check_text(&new.basis, "the basis of a delegation")?;
    let row = delegation::ActiveModel {
        id: NotSet,
        function: Set(new.function.to_string()),
        delegated_by: Set(new.delegated_by.to_string()),
        region: Set(new.region.to_string()),
        organization: Set(new.organization.to_string()),
        first_day: Set(new.first_day),
        last_day: Set(new.last_day),
        basis: Set(new.basis.clone()),
        made_at: Set(to_stored(now)),
        ended_at: Set(None),
    };
    Ok(delegation::Entity::insert(row).exec_with_returning(&transaction.inner).await?.id)
}

/// Ends a delegation. `false` where there is none that goes on.
pub async fn end(transaction: &Transaction, id: i64, now: DateTime<Utc>) -> Result<bool> {
    let ended = delegation::Entity::update_many()
        .col_expr(delegation::Column::EndedAt, Expr::value(Some(to_stored(now))))
        .filter(delegation::COLUMN.id.eq(id))
        .filter(delegation::COLUMN.ended_at.is_null())
        .exec(&transaction.inner)
        .await?;
    Ok(ended.rows_affected > 0)
}

/// Lists all delegations, the newest first.
pub async fn list(store: &Store) -> Result<Vec<Delegation>> {
    let query = delegation::Entity::find().order_by_desc(delegation::COLUMN.id);
    query.all(&store.connection).await?.into_iter().map(read).collect()
}

/// Lists what some organizations take over on a day.
pub async fn to(
    store: &Store,
    organizations: &[&OrganizationCode],
    day: NaiveDate,
) -> Result<Vec<Delegation>> {
    let codes = organizations.iter().map(|code| code.as_str());
    let rows = delegation::Entity::find()
        .filter(delegation::COLUMN.organization.is_in(codes))
        .filter(delegation::COLUMN.ended_at.is_null())
        .order_by_asc(delegation::COLUMN.id)
        .all(&store.connection)
        .await?;
    let all: Vec<Delegation> = rows.into_iter().map(read).collect::<Result<_>>()?;
    Ok(all.into_iter().filter(|it| it.holds_on(day)).collect())
}

/// Lists the organizations that took over one of some functions, in one of some regions, on a day.
pub(crate) async fn holders(transaction: &Transaction, wanted: &Delegates) -> Result<Vec<String>> {
    let rows = delegation::Entity::find()
        .filter(delegation::COLUMN.function.is_in(wanted.functions.iter().map(|it| it.as_str())))
        .filter(delegation::COLUMN.region.is_in(wanted.regions.iter().map(String::as_str)))
        .filter(delegation::COLUMN.ended_at.is_null())
        .all(&transaction.inner)
        .await?;
    let all: Vec<Delegation> = rows.into_iter().map(read).collect::<Result<_>>()?;
    let held = all.into_iter().filter(|it| it.holds_on(wanted.day));
    Ok(held.map(|it| it.organization.to_string()).collect())
}

fn read(row: delegation::Model) -> Result<Delegation> {
    let what = format!("delegation {}", row.id);
    Ok(Delegation {
        id: row.id,
        function: word(&row.function, &what, "function")?,
        delegated_by: word(&row.delegated_by, &what, "delegated_by")?,
        region: word(&row.region, &what, "region")?,
        organization: word(&row.organization, &what, "organization")?,
        first_day: row.first_day,
        last_day: row.last_day,
        basis: row.basis,
        ended_at: row.ended_at,
    })
}
