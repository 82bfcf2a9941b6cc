//! Datasets whose data is to be renewed, and whose provider is told before, on the day and after it (PUB-04, SUP-02).

use chrono::NaiveDate;
use kaishu_types::DatasetCode;
use kaishu_types::vocabulary::{DatasetState, Frequency};
use sea_orm::sea_query::{Expr, JoinType};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, RelationDef,
};

use crate::cases::Telling;
use crate::convert::word;
use crate::entity::{dataset, organization, region};
use crate::{Result, Store, Transaction};

/// The shortest cycle that is reminded of, in days: whoever renews data each week knows.
const REMINDED_DAYS: u32 = 31;

/// A dataset whose data is to be renewed by a day, and nobody was told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdue {
    /// Its code.
    pub code: DatasetCode,
    /// Its title.
    pub title: String,
    /// Code of the provider.
    pub organization: String,
    /// Code of the region.
    pub region: String,
    /// The day by which it has to change.
    pub due: NaiveDate,
}

fn column(telling: Telling) -> dataset::Column {
    match telling {
        Telling::Soon => dataset::Column::SoonTold,
        Telling::Today => dataset::Column::DueTold,
        Telling::Over => dataset::Column::OverdueTold,
    }
}

/// Lists published datasets that are due from a day to another and of which nobody was told: as due soon, as due
/// today, or, from any day on, as overdue. What was taken over from another catalogue is that catalogue's to renew, and
/// of short cycles nobody is reminded.
pub async fn due_untold(
    store: &Store,
    (from, until): (NaiveDate, NaiveDate),
    telling: Telling,
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
    let mut query = dataset::Entity::find()
        .select_only()
        .columns([dataset::Column::Code, dataset::Column::Title, dataset::Column::NextDue])
        .column_as(organization::Column::Code, "organization")
        .column_as(region::Column::Code, "region")
        .join(JoinType::InnerJoin, to_organization)
        .join(JoinType::InnerJoin, to_region)
        .filter(dataset::Column::NextDue.lte(until))
        .filter(dataset::Column::State.eq(DatasetState::Published.as_str()))
        .filter(dataset::Column::SourceName.is_null())
        .filter(untold(telling));
    if telling != Telling::Over {
        let is_long = |it: &&Frequency| it.period_days().is_some_and(|it| it >= REMINDED_DAYS);
        let long = Frequency::ALL.iter().filter(is_long).map(|it| it.as_str());
        query = query
            .filter(dataset::Column::NextDue.gte(from))
            .filter(dataset::Column::Frequency.is_in(long));
    }
    let rows: Vec<(String, String, Option<NaiveDate>, String, String)> = query
        .order_by_asc(dataset::Column::NextDue)
        .limit(limit)
        .into_tuple()
        .all(&store.connection)
        .await?;
    rows.into_iter()
        .filter_map(|(code, title, due, organization, region)| {
            let due = due?;
            let code = word(&code, "a dataset", "code");
            Some(code.map(|code| Overdue { code, title, organization, region, due }))
        })
        .collect()
}

/// Says that the provider was told. Returns whether nobody had said so before.
pub async fn mark_told(
    transaction: &Transaction,
    overdue: &Overdue,
    telling: Telling,
) -> Result<bool> {
    let updated = dataset::Entity::update_many()
        .col_expr(column(telling), Expr::value(overdue.due))
        .filter(dataset::COLUMN.code.eq(overdue.code.as_str()))
        .filter(dataset::COLUMN.next_due.eq(overdue.due))
        .filter(untold(telling))
        .exec(&transaction.inner)
        .await?;
    Ok(updated.rows_affected > 0)
}

fn untold(telling: Telling) -> Condition {
    let told = Expr::col((dataset::Entity, column(telling)));
    let due = Expr::col((dataset::Entity, dataset::Column::NextDue));
    Condition::any().add(column(telling).is_null()).add(sea_orm::ExprTrait::lt(told, due))
}
