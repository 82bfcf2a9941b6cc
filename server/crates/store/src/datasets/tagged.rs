//! How many entries carry which priority tag, and how they are open (CLS-11).

use std::collections::BTreeMap;

use kaishu_types::vocabulary::{DatasetState, OpenClass};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use serde::Deserialize;

use crate::convert::word;
use crate::entity::{dataset, organization, region};
use crate::{Result, Store, StoreError};

/// Entries that are read at once.
const CHUNK: u64 = 1_000;
/// What the text of every entry with a tag has in it.
const HAS_TAGS: &str = "\"priority\":[\"";

/// The entries with a tag, by what the public may have of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TagTally {
    /// Published and open without conditions.
    pub n_unconditional: u64,
    /// Published and open on conditions.
    pub n_conditional: u64,
    /// Not open by their class.
    pub n_none: u64,
    /// Suspended or withdrawn: open by their class, and not now.
    pub n_stopped: u64,
}

#[derive(Deserialize)]
struct Tagged {
    #[serde(default)]
    priority: Vec<String>,
}

/// Counts the entries of organizations and regions by their tags; an entry with two tags counts for each. What was
/// retired or destroyed is no entry any more.
pub async fn tagged(
    store: &Store,
    (organizations, regions): (&[String], &[String]),
) -> Result<BTreeMap<String, TagTally>> {
    let within = within(organizations, regions);
    let states = [DatasetState::Published, DatasetState::Suspended, DatasetState::Withdrawn];
    let mut tallies: BTreeMap<String, TagTally> = BTreeMap::new();
    let mut after = 0;
    loop {
        let rows: Vec<(i64, String, String, String)> = dataset::Entity::find()
            .select_only()
            .columns([dataset::Column::Id, dataset::Column::State])
            .columns([dataset::Column::OpenClass, dataset::Column::Fields])
            .filter(within.clone())
            .filter(dataset::COLUMN.state.is_in(states.map(DatasetState::as_str)))
            .filter(dataset::Column::Fields.contains(HAS_TAGS))
            .filter(dataset::COLUMN.id.gt(after))
            .order_by_asc(dataset::COLUMN.id)
            .limit(CHUNK)
            .into_tuple()
            .all(&store.connection)
            .await?;
        let Some((last, ..)) = rows.last() else { return Ok(tallies) };
        after = *last;
        for (id, state, class, fields) in &rows {
            let what = format!("dataset {id}");
            let state: DatasetState = word(state, &what, "state")?;
            let class: OpenClass = word(class, &what, "open_class")?;
            let entry: Tagged = serde_json::from_str(fields).map_err(|error| {
                StoreError::corrupt(format!("{what}, column `fields`: {error}"))
            })?;
            for tag in entry.priority {
                let tally = tallies.entry(tag).or_default();
                match (class, state) {
                    (OpenClass::None, _) => tally.n_none += 1,
                    (OpenClass::Unconditional, DatasetState::Published) => {
                        tally.n_unconditional += 1;
                    }
                    (OpenClass::Conditional, DatasetState::Published) => tally.n_conditional += 1,
                    _ => tally.n_stopped += 1,
                }
            }
        }
    }
}

/// What belongs to one of some organizations or regions; nothing where there is none of either.
fn within(organizations: &[String], regions: &[String]) -> Condition {
    let of_organizations = organization::Entity::find()
        .select_only()
        .column(organization::Column::Id)
        .filter(organization::Column::Code.is_in(organizations.iter().map(String::as_str)))
        .into_query();
    let of_regions = region::Entity::find()
        .select_only()
        .column(region::Column::Id)
        .filter(region::Column::Code.is_in(regions.iter().map(String::as_str)))
        .into_query();
    Condition::any()
        .add(dataset::Column::OrganizationId.in_subquery(of_organizations))
        .add(dataset::Column::RegionId.in_subquery(of_regions))
}
