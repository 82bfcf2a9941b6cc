//! Standing approvals: what the cyberspace office approved once for a whole category (REV-04).

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_types::RegionCode;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::convert::{check_text, to_stored, word};
use crate::entity::standing_approval;
use crate::{Result, Store, Transaction};

/// A standing approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// The region for which, with those below it.
    pub region: RegionCode,
    /// The category: a code of the vocabulary `theme`.
    pub theme: String,
    /// Who approved: office and person.
    pub approved_by: String,
    /// The document it rests on.
    pub evidence: String,
    /// From when.
    pub first_day: NaiveDate,
    /// Until when.
    pub last_day: NaiveDate,
    /// When it was ended before its last day.
    pub ended_at: Option<DateTime<Utc>>,
}

impl Approval {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.ended_at.is_none() && self.first_day <= day && day <= self.last_day
    }
}

/// Keeps an approval and returns its number.
pub async fn add(transaction: &Transaction, new: &Approval, now: DateTime<Utc>) -> Result<i64> {
    for text in [&new.theme, &new.approved_by, &new.evidence] {
        check_text(text, "a standing approval")?;
    }
    let row = standing_approval::ActiveModel {
        id: NotSet,
        region: Set(new.region.to_string()),
        theme: Set(new.theme.clone()),
        approved_by: Set(new.approved_by.clone()),
        evidence: Set(new.evidence.clone()),
        first_day: Set(new.first_day),
        last_day: Set(new.last_day),
        recorded_at: Set(to_stored(now)),
        ended_at: Set(None),
    };
    Ok(standing_approval::Entity::insert(row).exec_with_returning(&transaction.inner).await?.id)
}

/// Ends an approval. `false` where there is none that goes on.
pub async fn end(transaction: &Transaction, id: i64, now: DateTime<Utc>) -> Result<bool> {
    let ended = standing_approval::Entity::update_many()
        .col_expr(standing_approval::Column::EndedAt, Expr::value(Some(to_stored(now))))
        .filter(standing_approval::COLUMN.id.eq(id))
        .filter(standing_approval::COLUMN.ended_at.is_null())
        .exec(&transaction.inner)
        .await?;
    Ok(ended.rows_affected > 0)
}

/// Lists all approvals, the newest first.
pub async fn list(store: &Store) -> Result<Vec<Approval>> {
    let query = standing_approval::Entity::find().order_by_desc(standing_approval::Column::Id);
    query.all(&store.connection).await?.into_iter().map(read).collect()
}

/// Finds an approval.
pub async fn find(store: &Store, id: i64) -> Result<Option<Approval>> {
    let row = standing_approval::Entity::find_by_id(id).one(&store.connection).await?;
    row.map(read).transpose()
}

/// Finds what covers a category in one of some regions on a day; of several, the newest.
pub async fn covering(
    store: &Store,
    (theme, regions): (&str, &[String]),
    day: NaiveDate,
) -> Result<Option<Approval>> {
    let row = standing_approval::Entity::find()
        .filter(standing_approval::COLUMN.theme.eq(theme))
        .filter(standing_approval::Column::Region.is_in(regions.iter().map(String::as_str)))
        .filter(standing_approval::COLUMN.ended_at.is_null())
        .filter(standing_approval::Column::FirstDay.lte(day))
        .filter(standing_approval::Column::LastDay.gte(day))
        .order_by_desc(standing_approval::Column::Id)
        .one(&store.connection)
        .await?;
    row.map(read).transpose()
}

fn read(row: standing_approval::Model) -> Result<Approval> {
    let what = format!("standing approval {}", row.id);
    Ok(Approval {
        id: row.id,
        region: word(&row.region, &what, "region")?,
        theme: row.theme,
        approved_by: row.approved_by,
        evidence: row.evidence,
        first_day: row.first_day,
        last_day: row.last_day,
        ended_at: row.ended_at,
    })
}
