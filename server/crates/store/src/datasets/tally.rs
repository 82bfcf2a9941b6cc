//! How many datasets organizations have, and how many of them are late (ORG-07, SUP-02).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kaishu_types::vocabulary::DatasetState;
use sea_orm::sea_query::JoinType;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, RelationDef};

use crate::convert::number;
use crate::entity::{dataset, organization};
use crate::{Result, Store};

/// The datasets of an organization in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tallied {
    /// All of them, public or not.
    pub n_all: u64,
    /// Those that are published.
    pub n_published: u64,
    /// Those of the published whose data was due before a day.
    pub n_overdue: u64,
    /// Those that are suspended.
    pub n_suspended: u64,
}

#[derive(FromQueryResult)]
struct Row {
    organization: String,
    n: i64,
}

/// Counts the datasets of some organizations, by code; those without any are left out.
pub async fn tally(
    store: &Store,
    organizations: &[String],
    today: NaiveDate,
) -> Result<BTreeMap<String, Tallied>> {
    let to_organization: RelationDef = dataset::Entity::belongs_to(organization::Entity)
        .from(dataset::Column::OrganizationId)
        .to(organization::Column::Id)
        .into();
    let all = dataset::Entity::find()
        .select_only()
        .column_as(organization::Column::Code, "organization")
        .column_as(dataset::COLUMN.id.count(), "n")
        .join(JoinType::InnerJoin, to_organization)
        .filter(organization::Column::Code.is_in(organizations.iter().map(String::as_str)))
        .group_by(organization::Column::Code);
    let published = all.clone().filter(dataset::Column::State.eq(DatasetState::Published.as_str()));
    let is_suspended = dataset::Column::State.eq(DatasetState::Suspended.as_str());
    let suspended = all.clone().filter(is_suspended);
    let overdue = published.clone().filter(dataset::Column::NextDue.lt(today));
    let mut tallied: BTreeMap<String, Tallied> = BTreeMap::new();
    for (query, place) in [(all, 0), (published, 1), (overdue, 2), (suspended, 3)] {
        for row in query.into_model::<Row>().all(&store.connection).await? {
            let n = number(row.n, "an organization", "count")?;
            let counts = tallied.entry(row.organization).or_default();
            match place {
                0 => counts.n_all = n,
                1 => counts.n_published = n,
                2 => counts.n_overdue = n,
                _ => counts.n_suspended = n,
            }
        }
    }
    Ok(tallied)
}
