//! What the database knows of a batch of entries before it is written.

use std::collections::{BTreeSet, HashMap};

use kaishu_types::DatasetCode;
use kaishu_types::vocabulary::DatasetState;
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{
    DatabaseTransaction, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QuerySelect,
};

use super::assign::{self, Serials};
use super::write::{EntryWrite, Refusal};
use crate::entity::{dataset, region};
use crate::{Result, StoreError};

/// What the store knows of a dataset before it is written.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Known {
    pub(super) id: i64,
    pub(super) code: String,
    pub(super) state: String,
    pub(super) version: i32,
    pub(super) source_name: Option<String>,
    pub(super) source_id: Option<String>,
    pub(super) content_hash: String,
}

impl Known {
    /// Whether its state is a decision that an upsert must not undo.
    pub(super) fn is_decided(&self) -> bool {
        let decided = [
            DatasetState::Suspended,
            DatasetState::Withdrawn,
            DatasetState::Retired,
            DatasetState::Destroyed,
        ];
        decided.iter().any(|decision| decision.as_str() == self.state)
    }
}

/// What a round has looked up.
pub(super) struct Context {
    regions: HashMap<String, i64>,
    pub(super) serials: Serials,
    by_origin: HashMap<(String, String), Known>,
    by_code: HashMap<String, Known>,
}

impl Context {
    /// Looks up what the entries name.
    pub(super) async fn load(
        transaction: &DatabaseTransaction,
        entries: &[EntryWrite],
    ) -> Result<Self> {
        let region_codes: BTreeSet<&str> =
            entries.iter().map(|entry| entry.region.as_str()).collect();
        let regions: Vec<(String, i64)> = region::Entity::find()
            .select_only()
            .columns([region::Column::Code, region::Column::Id])
            .filter(region::COLUMN.code.is_in(storable(region_codes)))
            .into_tuple()
            .all(transaction)
            .await?;
        let providers = entries.iter().map(|entry| entry.organization.as_str());
        let prefixes =
            entries.iter().filter_map(|entry| entry.code.as_ref().and_then(assign::split));
        let organizations: BTreeSet<&str> =
            providers.chain(prefixes.map(|(organization, _)| organization)).collect();
        let serials = Serials::load(transaction, storable(organizations)).await?;

        let codes: Vec<&str> = entries
            .iter()
            .filter_map(|entry| entry.code.as_ref())
            .map(DatasetCode::as_str)
            .collect();
        let mut by_code = HashMap::new();
        if !codes.is_empty() {
            for known in known_where(transaction, dataset::COLUMN.code.is_in(codes)).await? {
                by_code.insert(known.code.clone(), known);
            }
        }
        let mut ids_by_source: HashMap<&str, Vec<&str>> = HashMap::new();
        for origin in entries.iter().filter_map(|entry| entry.origin.as_ref()) {
            if !origin.source.contains('\0') && !origin.source_id.contains('\0') {
                ids_by_source.entry(&origin.source).or_default().push(&origin.source_id);
            }
        }
        let mut by_origin = HashMap::new();
        for (source, ids) in ids_by_source {
            let condition =
                dataset::COLUMN.source_name.eq(source).and(dataset::COLUMN.source_id.is_in(ids));
            for known in known_where(transaction, condition).await? {
                if let Some(id) = known.source_id.clone() {
                    by_origin.insert((source.to_owned(), id), known);
                }
            }
        }
        Ok(Self { regions: regions.into_iter().collect(), serials, by_origin, by_code })
    }

    /// Finds provider and region of an entry.
    pub(super) fn find_place(&self, entry: &EntryWrite) -> std::result::Result<Place, Refusal> {
        let organization_id = self.serials.id(&entry.organization).ok_or_else(|| {
            Refusal::new(format!(
                "organization `{}` does not exist; write it first",
                entry.organization.escape_debug()
            ))
        })?;
        let region_id = self.regions.get(&entry.region).copied().ok_or_else(|| {
            Refusal::new(format!(
                "region `{}` does not exist; write it first",
                entry.region.escape_debug()
            ))
        })?;
        Ok(Place { organization_id, region_id })
    }

    /// Like [`find_place`](Self::find_place), for an entry whose plan proves that there is one.
    pub(super) fn place_of(&self, entry: &EntryWrite) -> Result<Place> {
        self.find_place(entry).map_err(|refusal| StoreError::corrupt(refusal.reason))
    }

    /// Finds the dataset that an entry speaks of: by its origin, then by its code.
    pub(super) fn recognise(
        &self,
        entry: &EntryWrite,
    ) -> std::result::Result<Option<&Known>, Refusal> {
        let by_origin = entry.origin.as_ref().and_then(|origin| {
            self.by_origin.get(&(origin.source.clone(), origin.source_id.clone()))
        });
        let by_code = entry.code.as_ref().and_then(|code| self.by_code.get(code.as_str()));
        match (by_origin, by_code, &entry.code) {
            (Some(known), _, Some(code)) if known.code != code.as_str() => {
                Err(Refusal::new(format!(
                    "the origin is already dataset `{}`, not `{code}`; leave the code out to change that",
                    known.code
                )))
            }
            (Some(known), _, _) => Ok(Some(known)),
            (None, Some(known), _) => match (&entry.origin, &known.source_name, &known.source_id) {
                (Some(_), Some(source), Some(id)) => Err(Refusal::new(format!(
                    "code `{}` belongs to entry `{id}` of `{source}`; leave the code out to get one",
                    known.code
                ))),
                _ => Ok(Some(known)),
            },
            (None, None, _) => Ok(None),
        }
    }
}

/// Where a dataset belongs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) organization_id: i64,
    pub(super) region_id: i64,
}

/// Leaves out what no row can hold, and what PostgreSQL would not even let us ask for.
fn storable(texts: BTreeSet<&str>) -> BTreeSet<&str> {
    texts.into_iter().filter(|text| !text.contains('\0')).collect()
}

async fn known_where(
    transaction: &DatabaseTransaction,
    condition: SimpleExpr,
) -> Result<Vec<Known>> {
    Ok(dataset::Entity::find()
        .select_only()
        .columns([
            dataset::Column::Id,
            dataset::Column::Code,
            dataset::Column::State,
            dataset::Column::Version,
            dataset::Column::SourceName,
            dataset::Column::SourceId,
            dataset::Column::ContentHash,
        ])
        .filter(condition)
        .into_model::<Known>()
        .all(transaction)
        .await?)
}
