//! Comparisons of what the portal holds with what the provider says that it holds (PUB-13).

use chrono::{DateTime, Utc};
use kaishu_types::DatasetCode;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use crate::convert::{check_text, number, stored_number, to_stored, word};
use crate::entity::reconciliation;
use crate::{Result, Store, StoreError, Transaction};

/// A comparison with what the provider stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// The dataset.
    pub dataset: DatasetCode,
    /// Its title.
    pub title: String,
    /// Code of the provider.
    pub organization: String,
    /// Code of the region.
    pub region: String,
    /// The version that was compared.
    pub version: u32,
    /// The file.
    pub resource: i64,
    /// Its title.
    pub resource_title: String,
    /// Which table of it, from 1.
    pub table: u32,
    /// The name of who stated it.
    pub stated_by: String,
    /// When.
    pub stated_at: DateTime<Utc>,
    /// Rows: stated, and found on the portal; none where nothing was stated.
    pub rows: Option<(u64, u64)>,
    /// SHA-256 of the file: stated, and found on the portal; none where nothing was stated.
    pub sha256: Option<(String, String)>,
    /// Rows of the sample.
    pub n_sample: u32,
    /// Which of them the portal does not hold: places in the sample, from 1.
    pub missing: Vec<u32>,
}

impl Reconciliation {
    /// Whether the portal holds what the provider says.
    pub fn is_consistent(&self) -> bool {
        let rows = self.rows.is_none_or(|(stated, found)| stated == found);
        let sha256 = self.sha256.as_ref().is_none_or(|(stated, found)| stated == found);
        rows && sha256 && self.missing.is_empty()
    }
}

/// Keeps a comparison and returns its number.
pub async fn add(transaction: &Transaction, new: &Reconciliation) -> Result<i64> {
    let what = "a comparison";
    for text in [&new.title, &new.resource_title, &new.stated_by] {
        check_text(text, what)?;
    }
    let missing = serde_json::to_string(&new.missing)
        .map_err(|error| StoreError::invalid(format!("{what}: {error}")))?;
    let rows = new.rows.map(|(stated, found)| -> Result<(i64, i64)> {
        Ok((stored_number(stated, what)?, stored_number(found, what)?))
    });
    let rows = rows.transpose()?;
    let row = reconciliation::ActiveModel {
        id: NotSet,
        dataset: Set(new.dataset.to_string()),
        title: Set(new.title.clone()),
        organization: Set(new.organization.clone()),
        region: Set(new.region.clone()),
        version: Set(stored_number(new.version, what)?),
        resource_id: Set(new.resource),
        resource_title: Set(new.resource_title.clone()),
        table_number: Set(stored_number(new.table, what)?),
        stated_by: Set(new.stated_by.clone()),
        stated_at: Set(to_stored(new.stated_at)),
        stated_rows: Set(rows.map(|it| it.0)),
        found_rows: Set(rows.map(|it| it.1)),
        stated_sha256: Set(new.sha256.as_ref().map(|it| it.0.clone())),
        found_sha256: Set(new.sha256.as_ref().map(|it| it.1.clone())),
        n_sample: Set(stored_number(new.n_sample, what)?),
        missing: Set(missing),
        is_consistent: Set(new.is_consistent()),
    };
    Ok(reconciliation::Entity::insert(row).exec_with_returning(&transaction.inner).await?.id)
}

/// Lists the comparisons of a dataset, the newest first.
pub async fn of_dataset(
    store: &Store,
    code: &DatasetCode,
    limit: u64,
) -> Result<Vec<Reconciliation>> {
    let rows = reconciliation::Entity::find()
        .filter(reconciliation::COLUMN.dataset.eq(code.as_str()))
        .order_by_desc(reconciliation::Column::Id)
        .limit(limit)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(read).collect()
}

/// Lists what stands inconsistent, the newest first: of each table the last comparison counts. It is of
/// one of some organizations, or of some regions.
pub async fn inconsistent(
    store: &Store,
    (organizations, regions): (&[String], &[String]),
    limit: u64,
) -> Result<Vec<Reconciliation>> {
    let last = reconciliation::Entity::find()
        .select_only()
        .column_as(reconciliation::Column::Id.max(), "id")
        .group_by(reconciliation::Column::Dataset)
        .group_by(reconciliation::Column::ResourceTitle)
        .group_by(reconciliation::Column::TableNumber)
        .into_query();
    let codes = |codes: &[String]| codes.to_vec();
    let within = Condition::any()
        .add(reconciliation::Column::Organization.is_in(codes(organizations)))
        .add(reconciliation::Column::Region.is_in(codes(regions)));
    let rows = reconciliation::Entity::find()
        .filter(reconciliation::Column::IsConsistent.eq(false))
        .filter(reconciliation::Column::Id.in_subquery(last))
        .filter(within)
        .order_by_desc(reconciliation::Column::Id)
        .limit(limit)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(read).collect()
}

fn read(row: reconciliation::Model) -> Result<Reconciliation> {
    let what = format!("comparison {}", row.id);
    let rows = row.stated_rows.zip(row.found_rows).map(|(stated, found)| -> Result<(u64, u64)> {
        Ok((number(stated, &what, "stated_rows")?, number(found, &what, "found_rows")?))
    });
    let missing = serde_json::from_str(&row.missing)
        .map_err(|error| StoreError::corrupt(format!("{what}, column `missing`: {error}")))?;
    Ok(Reconciliation {
        id: row.id,
        dataset: word(&row.dataset, &what, "dataset")?,
        title: row.title,
        organization: row.organization,
        region: row.region,
        version: number(row.version, &what, "version")?,
        resource: row.resource_id,
        resource_title: row.resource_title,
        table: number(row.table_number, &what, "table_number")?,
        stated_by: row.stated_by,
        stated_at: row.stated_at,
        rows: rows.transpose()?,
        sha256: row.stated_sha256.zip(row.found_sha256),
        n_sample: number(row.n_sample, &what, "n_sample")?,
        missing,
    })
}
