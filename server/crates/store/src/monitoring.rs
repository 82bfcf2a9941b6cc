//! What monitoring of quality found day by day, and the periodic assessments that were filed (PUB-07).

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_types::DatasetCode;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{JoinType, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, RelationDef,
};

use crate::convert::{check_text, number, stored_number, to_stored, word};
use crate::entity::{dataset, organization, quality_assessment, quality_score, region};
use crate::{Result, Store, StoreError, Transaction};

/// What was found when a dataset was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualityScore {
    /// The dataset.
    pub dataset: DatasetCode,
    /// The day.
    pub day: NaiveDate,
    /// The version that served then.
    pub version: u32,
    /// The mean of the dimensions, in tenths from 0 to 1000; none where no rule measures anything.
    pub score: Option<u32>,
    /// The dimensions by their codes, in tenths.
    pub dimensions: BTreeMap<String, u32>,
    /// Tables that were measured.
    pub n_tables: u32,
}

/// Keeps a score; a second look on the same day puts its own in the place of the first.
pub async fn add(store: &Store, new: &QualityScore) -> Result<()> {
    let what = "a score";
    let dimensions = serde_json::to_string(&new.dimensions)
        .map_err(|error| StoreError::invalid(format!("{what}: {error}")))?;
    let row = quality_score::ActiveModel {
        id: NotSet,
        dataset: Set(new.dataset.to_string()),
        day: Set(new.day),
        version: Set(stored_number(new.version, what)?),
        score: Set(new.score.map(|score| stored_number(score, what)).transpose()?),
        dimensions: Set(dimensions),
        n_tables: Set(stored_number(new.n_tables, what)?),
    };
    let same_day =
        OnConflict::columns([quality_score::Column::Dataset, quality_score::Column::Day])
            .update_columns([
                quality_score::Column::Version,
                quality_score::Column::Score,
                quality_score::Column::Dimensions,
                quality_score::Column::NTables,
            ])
            .to_owned();
    quality_score::Entity::insert(row)
        .on_conflict(same_day)
        .exec_without_returning(&store.connection)
        .await?;
    Ok(())
}

/// Lists the scores of a dataset, the newest first.
pub async fn of_dataset(
    store: &Store,
    code: &DatasetCode,
    limit: u64,
) -> Result<Vec<QualityScore>> {
    let rows = quality_score::Entity::find()
        .filter(quality_score::COLUMN.dataset.eq(code.as_str()))
        .order_by_desc(quality_score::Column::Day)
        .limit(limit)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(read).collect()
}

/// Reads the last score of each of some datasets, in tenths, by code; what was never measured is left out.
pub async fn last_scores(store: &Store, codes: &[String]) -> Result<BTreeMap<String, u32>> {
    let last = quality_score::Entity::find()
        .select_only()
        .column_as(quality_score::Column::Id.max(), "id")
        .filter(quality_score::Column::Dataset.is_in(codes.to_vec()))
        .group_by(quality_score::Column::Dataset)
        .into_query();
    let rows: Vec<(String, Option<i32>)> = quality_score::Entity::find()
        .select_only()
        .columns([quality_score::Column::Dataset, quality_score::Column::Score])
        .filter(quality_score::Column::Id.in_subquery(last))
        .into_tuple()
        .all(&store.connection)
        .await?;
    let scored = rows.into_iter().filter_map(|(code, score)| Some((code, score?)));
    scored.map(|(code, score)| Ok((code, number(score, "a score", "score")?))).collect()
}

/// Lists the last score of each dataset of some organizations or regions, the lowest first; what could not
/// be measured is left out.
pub async fn lowest(
    store: &Store,
    (organizations, regions): (&[String], &[String]),
    limit: u64,
) -> Result<Vec<QualityScore>> {
    let last = quality_score::Entity::find()
        .select_only()
        .column_as(quality_score::Column::Id.max(), "id")
        .group_by(quality_score::Column::Dataset)
        .into_query();
    let of_organizations = organization::Entity::find()
        .select_only()
        .column(organization::Column::Id)
        .filter(organization::Column::Code.is_in(organizations.to_vec()))
        .into_query();
    let of_regions = region::Entity::find()
        .select_only()
        .column(region::Column::Id)
        .filter(region::Column::Code.is_in(regions.to_vec()))
        .into_query();
    let within = Condition::any()
        .add(dataset::Column::OrganizationId.in_subquery(of_organizations))
        .add(dataset::Column::RegionId.in_subquery(of_regions));
    let datasets = dataset::Entity::find()
        .select_only()
        .column(dataset::Column::Code)
        .filter(within)
        .into_query();
    let rows = quality_score::Entity::find()
        .filter(quality_score::Column::Score.is_not_null())
        .filter(quality_score::Column::Id.in_subquery(last))
        .filter(quality_score::Column::Dataset.in_subquery(datasets))
        .order_by_asc(quality_score::Column::Score)
        .order_by_asc(quality_score::Column::Id)
        .limit(limit)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(read).collect()
}

/// The last scores of an organization's datasets together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scores {
    /// Datasets that could be measured.
    pub n: u64,
    /// Their scores together, in tenths.
    pub total: u64,
}

impl Scores {
    /// The mean of the scores, in tenths; none where nothing could be measured.
    pub fn mean(self) -> Option<u64> {
        self.total.checked_div(self.n)
    }
}

#[derive(FromQueryResult)]
struct ScoresRow {
    organization: String,
    n: i64,
    total: i64,
}

/// Adds up the last score of each dataset of some organizations, by code (ORG-07); what could not be measured is left
/// out.
pub async fn by_organization(
    store: &Store,
    organizations: &[String],
) -> Result<BTreeMap<String, Scores>> {
    let last = quality_score::Entity::find()
        .select_only()
        .column_as(quality_score::Column::Id.max(), "id")
        .group_by(quality_score::Column::Dataset)
        .into_query();
    let to_dataset: RelationDef = quality_score::Entity::belongs_to(dataset::Entity)
        .from(quality_score::Column::Dataset)
        .to(dataset::Column::Code)
        .into();
    let to_organization: RelationDef = dataset::Entity::belongs_to(organization::Entity)
        .from(dataset::Column::OrganizationId)
        .to(organization::Column::Id)
        .into();
    let rows = quality_score::Entity::find()
        .select_only()
        .column_as(organization::Column::Code, "organization")
        .column_as(quality_score::Column::Id.count(), "n")
        .column_as(quality_score::Column::Score.sum(), "total")
        .join(JoinType::InnerJoin, to_dataset)
        .join(JoinType::InnerJoin, to_organization)
        .filter(quality_score::Column::Score.is_not_null())
        .filter(quality_score::Column::Id.in_subquery(last))
        .filter(organization::Column::Code.is_in(organizations.iter().map(String::as_str)))
        .group_by(organization::Column::Code)
        .into_model::<ScoresRow>()
        .all(&store.connection)
        .await?;
    let scores = |row: ScoresRow| {
        let what = format!("the scores of `{}`", row.organization);
        let (n, total) = (number(row.n, &what, "n")?, number(row.total, &what, "total")?);
        Ok((row.organization, Scores { n, total }))
    };
    rows.into_iter().map(scores).collect()
}

fn read(row: quality_score::Model) -> Result<QualityScore> {
    let what = format!("score {}", row.id);
    let dimensions = serde_json::from_str(&row.dimensions)
        .map_err(|error| StoreError::corrupt(format!("{what}, column `dimensions`: {error}")))?;
    Ok(QualityScore {
        dataset: word(&row.dataset, &what, "dataset")?,
        day: row.day,
        version: number(row.version, &what, "version")?,
        score: row.score.map(|score| number(score, &what, "score")).transpose()?,
        dimensions,
        n_tables: number(row.n_tables, &what, "n_tables")?,
    })
}

/// A periodic assessment, as it was signed and filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualityAssessment {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// Code of the region that it is of.
    pub region: String,
    /// Who assessed and signed: the organization.
    pub assessor: String,
    /// Its unified social credit code; empty where it has none.
    pub credit_code: String,
    /// The person who signed.
    pub signed_by: String,
    /// When it was signed.
    pub signed_on: NaiveDate,
    /// The first day of the period.
    pub first_day: NaiveDate,
    /// The last day of the period.
    pub last_day: NaiveDate,
    /// What it comes to.
    pub conclusion: String,
    /// Name of the signed file.
    pub file_name: String,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// The key of its bytes.
    pub blob_key: String,
    /// The name of who filed it.
    pub filed_by: String,
    /// When.
    pub filed_at: DateTime<Utc>,
}

/// Keeps an assessment and returns its number.
pub async fn file(transaction: &Transaction, new: &QualityAssessment) -> Result<i64> {
    let what = "an assessment";
    for text in [&new.assessor, &new.signed_by, &new.conclusion, &new.file_name, &new.filed_by] {
        check_text(text, what)?;
    }
    let row = quality_assessment::ActiveModel {
        id: NotSet,
        region: Set(new.region.clone()),
        assessor: Set(new.assessor.clone()),
        credit_code: Set(new.credit_code.clone()),
        signed_by: Set(new.signed_by.clone()),
        signed_on: Set(new.signed_on),
        first_day: Set(new.first_day),
        last_day: Set(new.last_day),
        conclusion: Set(new.conclusion.clone()),
        file_name: Set(new.file_name.clone()),
        size_bytes: Set(stored_number(new.size_bytes, what)?),
        sha256: Set(new.sha256.clone()),
        blob_key: Set(new.blob_key.clone()),
        filed_by: Set(new.filed_by.clone()),
        filed_at: Set(to_stored(new.filed_at)),
    };
    Ok(quality_assessment::Entity::insert(row).exec_with_returning(&transaction.inner).await?.id)
}

/// Finds the newest assessment of a region that came with a file, by the hash of its bytes.
pub async fn filed_with(store: &Store, region: &str, sha256: &str) -> Result<Option<i64>> {
    let row = quality_assessment::Entity::find()
        .filter(quality_assessment::Column::Region.eq(region))
        .filter(quality_assessment::Column::Sha256.eq(sha256))
        .order_by_desc(quality_assessment::Column::Id)
        .one(&store.connection)
        .await?;
    Ok(row.map(|row| row.id))
}

/// Lists the assessments of some regions, the newest first.
pub async fn filed(
    store: &Store,
    regions: &[String],
    limit: u64,
) -> Result<Vec<QualityAssessment>> {
    let rows = quality_assessment::Entity::find()
        .filter(quality_assessment::Column::Region.is_in(regions.to_vec()))
        .order_by_desc(quality_assessment::Column::Id)
        .limit(limit)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(assessment).collect()
}

/// Finds an assessment.
pub async fn find_filed(store: &Store, id: i64) -> Result<Option<QualityAssessment>> {
    let row = quality_assessment::Entity::find_by_id(id).one(&store.connection).await?;
    row.map(assessment).transpose()
}

fn assessment(row: quality_assessment::Model) -> Result<QualityAssessment> {
    let what = format!("assessment {}", row.id);
    Ok(QualityAssessment {
        id: row.id,
        region: row.region,
        assessor: row.assessor,
        credit_code: row.credit_code,
        signed_by: row.signed_by,
        signed_on: row.signed_on,
        first_day: row.first_day,
        last_day: row.last_day,
        conclusion: row.conclusion,
        file_name: row.file_name,
        size_bytes: number(row.size_bytes, &what, "size_bytes")?,
        sha256: row.sha256,
        blob_key: row.blob_key,
        filed_by: row.filed_by,
        filed_at: row.filed_at,
    })
}
