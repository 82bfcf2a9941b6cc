//! Data of two providers that differs on the same item (SHR-12).

use chrono::{DateTime, Utc};
use kaishu_types::DatasetCode;
use kaishu_types::sources::{SourceFields, SourceStanding};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{check_text, to_stored, word};
use crate::entity::source_dispute;
use crate::{Result, Store, StoreError, Transaction};

/// A dispute between two sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceDispute {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// The two entries.
    pub entries: [DatasetCode; 2],
    /// Codes of their providers, in the same order.
    pub providers: [String; 2],
    /// Code of the agency that opened it; empty for the data authority.
    pub opener: String,
    /// Code of the region whose authority mediates.
    pub region: String,
    /// The item on which they differ.
    pub item: String,
    /// With whom it is.
    pub standing: SourceStanding,
    /// What is recorded of it.
    pub fields: SourceFields,
    /// How often it was saved; 0 before it is kept.
    pub revision: i32,
}

/// Adds a dispute and returns its number.
pub async fn add(
    transaction: &Transaction,
    new: &SourceDispute,
    now: DateTime<Utc>,
) -> Result<i64> {
    let fields = written(new)?;
    let [one, other] = &new.entries;
    let [one_organization, other_organization] = &new.providers;
    for text in [one_organization, other_organization, &new.opener, &new.region, &new.item] {
        check_text(text, "a dispute between sources")?;
    }
    let row = source_dispute::ActiveModel {
        id: NotSet,
        one: Set(one.to_string()),
        other: Set(other.to_string()),
        one_organization: Set(one_organization.clone()),
        other_organization: Set(other_organization.clone()),
        opener: Set(new.opener.clone()),
        region: Set(new.region.clone()),
        item: Set(new.item.clone()),
        standing: Set(new.standing.to_string()),
        fields: Set(fields),
        revision: Set(1),
        changed_at: Set(to_stored(now)),
    };
    Ok(source_dispute::Entity::insert(row).exec_with_returning(&transaction.inner).await?.id)
}

/// Saves what was done over the revision that was read; what it is about stays.
///
/// # Errors
///
/// `Conflict` where somebody did something since.
pub async fn save(
    transaction: &Transaction,
    kept: &SourceDispute,
    now: DateTime<Utc>,
) -> Result<()> {
    let updated = source_dispute::Entity::update_many()
        .col_expr(source_dispute::Column::Standing, Expr::value(kept.standing.as_str()))
        .col_expr(source_dispute::Column::Fields, Expr::value(written(kept)?))
        .col_expr(source_dispute::Column::Revision, Expr::value(kept.revision + 1))
        .col_expr(source_dispute::Column::ChangedAt, Expr::value(to_stored(now)))
        .filter(source_dispute::COLUMN.id.eq(kept.id))
        .filter(source_dispute::COLUMN.revision.eq(kept.revision))
        .exec(&transaction.inner)
        .await?;
    match updated.rows_affected {
        0 => Err(StoreError::Conflict {
            what: format!("dispute between sources {} has changed since it was read", kept.id),
        }),
        _ => Ok(()),
    }
}

fn written(kept: &SourceDispute) -> Result<String> {
    let fields = serde_json::to_string(&kept.fields).map_err(|error| {
        StoreError::invalid(format!("a dispute between sources cannot be written: {error}"))
    })?;
    check_text(&fields, "a dispute between sources")?;
    Ok(fields)
}

/// Finds a dispute.
pub async fn find(store: &Store, id: i64) -> Result<Option<SourceDispute>> {
    let found = source_dispute::Entity::find_by_id(id).one(&store.connection).await?;
    found.map(read).transpose()
}

/// Lists the disputes of some providers and openers, or of some regions, by number, from behind a place on.
pub async fn list(
    store: &Store,
    (organizations, regions): (&[String], &[String]),
    (after, limit): (i64, u64),
) -> Result<Vec<SourceDispute>> {
    let organizations = || organizations.iter().map(String::as_str);
    let place = Condition::any()
        .add(source_dispute::Column::OneOrganization.is_in(organizations()))
        .add(source_dispute::Column::OtherOrganization.is_in(organizations()))
        .add(source_dispute::Column::Opener.is_in(organizations()))
        .add(source_dispute::Column::Region.is_in(regions.iter().map(String::as_str)));
    let rows = source_dispute::Entity::find()
        .filter(place)
        .filter(source_dispute::Column::Id.gt(after))
        .order_by_asc(source_dispute::Column::Id)
        .limit(limit)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(read).collect()
}

/// Lists the disputes about an entry, the newest first.
pub async fn of_dataset(
    store: &Store,
    code: &DatasetCode,
    limit: u64,
) -> Result<Vec<SourceDispute>> {
    let about = Condition::any()
        .add(source_dispute::Column::One.eq(code.as_str()))
        .add(source_dispute::Column::Other.eq(code.as_str()));
    let rows = source_dispute::Entity::find()
        .filter(about)
        .order_by_desc(source_dispute::Column::Id)
        .limit(limit)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(read).collect()
}

fn read(row: source_dispute::Model) -> Result<SourceDispute> {
    let what = format!("dispute between sources {}", row.id);
    let fields = serde_json::from_str(&row.fields)
        .map_err(|error| StoreError::corrupt(format!("{what}, column `fields`: {error}")))?;
    Ok(SourceDispute {
        id: row.id,
        entries: [word(&row.one, &what, "one")?, word(&row.other, &what, "other")?],
        providers: [row.one_organization, row.other_organization],
        opener: row.opener,
        region: row.region,
        item: row.item,
        standing: word(&row.standing, &what, "standing")?,
        fields,
        revision: row.revision,
    })
}
