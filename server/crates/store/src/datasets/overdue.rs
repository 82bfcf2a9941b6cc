//! Datasets whose data was not renewed in time (PUB-04).

use chrono::NaiveDate;
use kaishu_types::DatasetCode;
use kaishu_types::vocabulary::DatasetState;
use sea_orm::sea_query::{Expr, JoinType};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, RelationDef,
};

use crate::convert::word;
use crate::entity::{dataset, organization, region};
use crate::{Result, Store, Transaction};

/// A dataset whose day has passed, and nobody was told of it.
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
    /// The day by which it had to change.
    pub due: NaiveDate,
}

/// Lists published datasets that were due before a day and of which nobody was told. What was taken over
/// from another catalogue is that catalogue's to renew.
pub async fn overdue_untold(store: &Store, before: NaiveDate, limit: u64) -> Result<Vec<Overdue>> {
    let to_organization: RelationDef = dataset::Entity::belongs_to(organization::Entity)
        .from(dataset::Column::OrganizationId)
        .to(organization::Column::Id)
        .into();
    let to_region: RelationDef = dataset::Entity::belongs_to(region::Entity)
        .from(dataset::Column::RegionId)
        .to(region::Column::Id)
        .into();
    let rows: Vec<(String, String, Option<NaiveDate>, String, String)> = dataset::Entity::find()
        .select_only()
        .columns([dataset::Column::Code, dataset::Column::Title, dataset::Column::NextDue])
        .column_as(organization::Column::Code, "organization")
        .column_as(region::Column::Code, "region")
        .join(JoinType::InnerJoin, to_organization)
        .join(JoinType::InnerJoin, to_region)
        .filter(dataset::Column::NextDue.lt(before))
        .filter(dataset::Column::State.eq(DatasetState::Published.as_str()))
        .filter(dataset::Column::SourceName.is_null())
        .filter(untold())
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
pub async fn mark_overdue(transaction: &Transaction, overdue: &Overdue) -> Result<bool> {
    let updated = dataset::Entity::update_many()
        .col_expr(dataset::Column::OverdueTold, Expr::value(overdue.due))
        .filter(dataset::COLUMN.code.eq(overdue.code.as_str()))
        .filter(dataset::COLUMN.next_due.eq(overdue.due))
        .filter(untold())
        .exec(&transaction.inner)
        .await?;
    Ok(updated.rows_affected > 0)
}

fn untold() -> Condition {
    let told = Expr::col((dataset::Entity, dataset::Column::OverdueTold));
    let due = Expr::col((dataset::Entity, dataset::Column::NextDue));
    Condition::any()
        .add(dataset::Column::OverdueTold.is_null())
        .add(sea_orm::ExprTrait::lt(told, due))
}
