//! The datasets of organizations as those see them who look after them, public or not.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_types::DatasetCode;
use kaishu_types::vocabulary::{DatasetState, Frequency, OpenClass};
use sea_orm::sea_query::{Expr, JoinType};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, RelationDef,
};

use crate::convert::{number, word};
use crate::entity::{dataset, organization, region, resource};
use crate::{Result, Store};

/// Which datasets are listed; all that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keeping {
    /// Only those of one of these organizations or regions; nothing where both are empty.
    pub organizations: Vec<String>,
    /// See above.
    pub regions: Vec<String>,
    /// Only those in one of these states; all where there is none.
    pub states: Vec<DatasetState>,
    /// Only published ones whose data was due before this day.
    pub due_before: Option<NaiveDate>,
    /// Only those with this text in their title or code.
    pub text: Option<String>,
    /// Only those that come after this one.
    pub after: Option<(Option<NaiveDate>, i64)>,
}

/// A dataset in a list of those who look after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its number; with [`next_due`](Self::next_due) its place in the list.
    pub id: i64,
    /// Its code.
    pub code: DatasetCode,
    /// Its title.
    pub title: String,
    /// Code of the provider.
    pub organization: String,
    /// Its state.
    pub state: DatasetState,
    /// Its class.
    pub open_class: OpenClass,
    /// How often its data changes.
    pub frequency: Frequency,
    /// When its data last changed.
    pub updated_at: DateTime<Utc>,
    /// The day by which it must change again.
    pub next_due: Option<NaiveDate>,
    /// Its version.
    pub version: u32,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    code: String,
    title: String,
    organization: String,
    state: String,
    open_class: String,
    frequency: String,
    updated_at: DateTime<Utc>,
    next_due: Option<NaiveDate>,
    version: i32,
}

/// Lists the datasets of organizations and regions: what is due first comes first, what has no day last.
pub async fn kept(store: &Store, keeping: &Keeping, limit: u64) -> Result<Vec<Kept>> {
    let place = Condition::any()
        .add(organization::Column::Code.is_in(keeping.organizations.iter().map(String::as_str)))
        .add(region::Column::Code.is_in(keeping.regions.iter().map(String::as_str)));
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
        .columns([
            dataset::Column::Id,
            dataset::Column::Code,
            dataset::Column::Title,
            dataset::Column::State,
            dataset::Column::OpenClass,
            dataset::Column::Frequency,
            dataset::Column::UpdatedAt,
            dataset::Column::NextDue,
            dataset::Column::Version,
        ])
        .column_as(organization::Column::Code, "organization")
        .join(JoinType::InnerJoin, to_organization)
        .join(JoinType::InnerJoin, to_region)
        .filter(place);
    if !keeping.states.is_empty() {
        let states = keeping.states.iter().map(|state| state.as_str());
        query = query.filter(dataset::Column::State.is_in(states));
    }
    if let Some(day) = keeping.due_before {
        query = query
            .filter(dataset::Column::State.eq(DatasetState::Published.as_str()))
            .filter(dataset::Column::NextDue.lt(day));
    }
    if let Some(text) = &keeping.text {
        let has_text = Condition::any()
            .add(dataset::Column::Title.contains(text))
            .add(dataset::Column::Code.contains(text));
        query = query.filter(has_text);
    }
    if let Some((due, id)) = keeping.after {
        query = query.filter(after(due, id));
    }
    let rows = query
        .order_by_asc(Expr::col((dataset::Entity, dataset::Column::NextDue)).is_null())
        .order_by_asc(dataset::Column::NextDue)
        .order_by_asc(dataset::Column::Id)
        .limit(limit)
        .into_model::<Row>()
        .all(&store.connection)
        .await?;
    rows.into_iter().map(view).collect()
}

/// Finds which of some datasets have a file or an interface now, by code (PUB-01).
pub async fn mounted(store: &Store, codes: &[String]) -> Result<BTreeSet<String>> {
    let to_dataset: RelationDef = resource::Entity::belongs_to(dataset::Entity)
        .from(resource::Column::DatasetId)
        .to(dataset::Column::Id)
        .into();
    let found: Vec<String> = resource::Entity::find()
        .select_only()
        .column(dataset::Column::Code)
        .join(JoinType::InnerJoin, to_dataset)
        .filter(dataset::Column::Code.is_in(codes.iter().map(String::as_str)))
        .filter(resource::Column::LastVersion.is_null())
        .distinct()
        .into_tuple()
        .all(&store.connection)
        .await?;
    Ok(found.into_iter().collect())
}

fn after(due: Option<NaiveDate>, id: i64) -> Condition {
    let undated = Condition::all().add(dataset::Column::NextDue.is_null());
    let Some(due) = due else { return undated.add(dataset::Column::Id.gt(id)) };
    let same_day =
        Condition::all().add(dataset::Column::NextDue.eq(due)).add(dataset::Column::Id.gt(id));
    Condition::any().add(dataset::Column::NextDue.gt(due)).add(undated).add(same_day)
}

fn view(row: Row) -> Result<Kept> {
    let what = format!("dataset `{}`", row.code);
    Ok(Kept {
        id: row.id,
        code: word(&row.code, &what, "code")?,
        title: row.title,
        organization: row.organization,
        state: word(&row.state, &what, "state")?,
        open_class: word(&row.open_class, &what, "open_class")?,
        frequency: word(&row.frequency, &what, "frequency")?,
        updated_at: row.updated_at,
        next_due: row.next_due,
        version: number(row.version, &what, "version")?,
    })
}
