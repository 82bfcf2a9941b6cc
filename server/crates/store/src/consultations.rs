//! Consultations of the public before something is opened, and what people wrote (REV-06).

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_types::DatasetCode;
use kaishu_types::consultation::{ConsultationMode, PlannedOpening};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};

use crate::convert::{check_optional, check_text, to_stored, word};
use crate::entity::{case_file, consultation, consultation_comment};
use crate::{Result, Store, StoreError, Transaction};

/// A consultation.
#[derive(Debug, Clone, PartialEq)]
pub struct Consultation {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// The case of the review that asks.
    pub case: i64,
    /// Whether what was asked is what is under review.
    pub is_live: bool,
    /// The dataset that is planned.
    pub dataset: DatasetCode,
    /// Its title.
    pub title: String,
    /// Code of its provider.
    pub organization: String,
    /// Code of its region.
    pub region: String,
    /// What the notice tells of it.
    pub planned: PlannedOpening,
    /// How the public is heard.
    pub mode: ConsultationMode,
    /// What else the notice says: what is asked, where, when.
    pub notice: String,
    /// The day of the notice.
    pub first_day: NaiveDate,
    /// The last day to answer.
    pub last_day: NaiveDate,
    /// When the reviewers were told that the time is over.
    pub ended_on: Option<NaiveDate>,
    /// What came of it.
    pub summary: Option<String>,
    /// When that was published.
    pub summarised_on: Option<NaiveDate>,
    /// When the entry left its review before there was a summary.
    pub stopped_on: Option<NaiveDate>,
}

impl Consultation {
    /// Whether it can be answered on a day.
    pub fn is_open_on(&self, day: NaiveDate) -> bool {
        self.stopped_on.is_none()
            && self.summary.is_none()
            && self.first_day <= day
            && day <= self.last_day
    }
}

/// What somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// The account it was written with.
    pub account: Option<i64>,
    /// The name somebody gave.
    pub name: Option<String>,
    /// How they can be reached, sealed.
    pub contact: Option<String>,
    /// The comment; empty where it was erased.
    pub body: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Keeps a consultation that goes on and returns its number.
///
/// # Errors
///
/// `Conflict` where one goes on in the case.
pub async fn open(transaction: &Transaction, new: &Consultation) -> Result<i64> {
    for text in [&new.title, &new.notice] {
        check_text(text, "the notice of a consultation")?;
    }
    let planned = serde_json::to_string(&new.planned)
        .map_err(|error| StoreError::invalid(format!("a notice cannot be written: {error}")))?;
    check_text(&planned, "the notice of a consultation")?;
    if live(new.case).one(&transaction.inner).await?.is_some() {
        let what = format!("case {} has a consultation already", new.case);
        return Err(StoreError::Conflict { what });
    }
    let row = consultation::ActiveModel {
        id: NotSet,
        case_id: Set(new.case),
        live_case: Set(Some(new.case)),
        dataset: Set(new.dataset.to_string()),
        title: Set(new.title.clone()),
        organization: Set(new.organization.clone()),
        region: Set(new.region.clone()),
        planned: Set(planned),
        mode: Set(new.mode.to_string()),
        notice: Set(new.notice.clone()),
        first_day: Set(new.first_day),
        last_day: Set(new.last_day),
        ended_on: Set(None),
        summary: Set(None),
        summarised_on: Set(None),
        stopped_on: Set(None),
    };
    Ok(consultation::Entity::insert(row).exec_with_returning(&transaction.inner).await?.id)
}

/// Finds a consultation.
pub async fn find(store: &Store, id: i64) -> Result<Option<Consultation>> {
    let row = consultation::Entity::find_by_id(id).one(&store.connection).await?;
    row.map(read).transpose()
}

/// Lists the consultations of a case, the newest first; of what is under review there is one at most.
pub async fn of_case(store: &Store, case: i64) -> Result<Vec<Consultation>> {
    let rows = consultation::Entity::find()
        .filter(consultation::COLUMN.case_id.eq(case))
        .order_by_desc(consultation::Column::Id)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(read).collect()
}

fn live(case: i64) -> Select<consultation::Entity> {
    consultation::Entity::find().filter(consultation::COLUMN.live_case.eq(case))
}

/// Lists consultations that can be answered on a day, what ends first before the others.
pub async fn answerable(store: &Store, day: NaiveDate, limit: u64) -> Result<Vec<Consultation>> {
    let rows = consultation::Entity::find()
        .filter(consultation::Column::LastDay.gte(day))
        .filter(consultation::COLUMN.summary.is_null())
        .filter(consultation::COLUMN.stopped_on.is_null())
        .order_by_asc(consultation::Column::LastDay)
        .order_by_asc(consultation::Column::Id)
        .limit(limit)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(read).collect()
}

/// Lists consultations that could be answered before a day, the newest first.
pub async fn past(store: &Store, day: NaiveDate, limit: u64) -> Result<Vec<Consultation>> {
    let is_over = Condition::any()
        .add(consultation::Column::LastDay.lt(day))
        .add(consultation::Column::Summary.is_not_null())
        .add(consultation::Column::StoppedOn.is_not_null());
    let rows = consultation::Entity::find()
        .filter(is_over)
        .order_by_desc(consultation::Column::LastDay)
        .order_by_desc(consultation::Column::Id)
        .limit(limit)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(read).collect()
}

/// Lists consultations whose time is over and of which the reviewers were not told.
pub async fn over_untold(store: &Store, day: NaiveDate, limit: u64) -> Result<Vec<Consultation>> {
    let rows = consultation::Entity::find()
        .filter(consultation::Column::LiveCase.is_not_null())
        .filter(consultation::Column::LastDay.lt(day))
        .filter(consultation::COLUMN.ended_on.is_null())
        .filter(consultation::COLUMN.summary.is_null())
        .order_by_asc(consultation::Column::Id)
        .limit(limit)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(read).collect()
}

/// Says that the reviewers were told. Returns whether nobody had said so before.
pub async fn mark_over(transaction: &Transaction, id: i64, day: NaiveDate) -> Result<bool> {
    let updated = consultation::Entity::update_many()
        .col_expr(consultation::Column::EndedOn, Expr::value(Some(day)))
        .filter(consultation::COLUMN.id.eq(id))
        .filter(consultation::COLUMN.ended_on.is_null())
        .exec(&transaction.inner)
        .await?;
    Ok(updated.rows_affected > 0)
}

/// Publishes what came of a consultation. `false` where that was done, or it does not go on.
pub async fn summarise(
    transaction: &Transaction,
    id: i64,
    (summary, day): (&str, NaiveDate),
) -> Result<bool> {
    check_text(summary, "the summary of a consultation")?;
    // The case first, as every decision does: whoever is told of this stands in the log before the case moves
    // on, and in another order two of them would wait for each other.
    if let Some(row) = consultation::Entity::find_by_id(id).one(&transaction.inner).await? {
        case_file::Entity::find_by_id(row.case_id).lock_exclusive().one(&transaction.inner).await?;
    }
    let updated = consultation::Entity::update_many()
        .col_expr(consultation::Column::Summary, Expr::value(Some(summary)))
        .col_expr(consultation::Column::SummarisedOn, Expr::value(Some(day)))
        .filter(consultation::COLUMN.id.eq(id))
        .filter(consultation::Column::LiveCase.is_not_null())
        .filter(consultation::COLUMN.summary.is_null())
        .exec(&transaction.inner)
        .await?;
    Ok(updated.rows_affected > 0)
}

/// Stops what goes on in a case: the entry left its review, and another content is asked about anew. What
/// has its summary keeps it.
pub async fn stop(transaction: &Transaction, case: i64, day: NaiveDate) -> Result<()> {
    consultation::Entity::update_many()
        .col_expr(consultation::Column::StoppedOn, Expr::value(Some(day)))
        .filter(consultation::COLUMN.live_case.eq(case))
        .filter(consultation::COLUMN.summary.is_null())
        .exec(&transaction.inner)
        .await?;
    consultation::Entity::update_many()
        .col_expr(consultation::Column::LiveCase, Expr::value(None::<i64>))
        .filter(consultation::COLUMN.live_case.eq(case))
        .exec(&transaction.inner)
        .await?;
    Ok(())
}

/// Keeps a comment and returns its number.
pub async fn add_comment(
    transaction: &Transaction,
    consultation: i64,
    new: &Comment,
) -> Result<i64> {
    check_text(&new.body, "a comment")?;
    check_optional(new.name.as_deref(), "a comment")?;
    let row = consultation_comment::ActiveModel {
        id: NotSet,
        consultation_id: Set(consultation),
        account_id: Set(new.account),
        name: Set(new.name.clone()),
        contact: Set(new.contact.clone()),
        body: Set(new.body.clone()),
        at: Set(to_stored(new.at)),
    };
    Ok(consultation_comment::Entity::insert(row).exec_with_returning(&transaction.inner).await?.id)
}

/// Lists the comments on a consultation from a place on, the oldest first.
pub async fn comments(
    store: &Store,
    consultation: i64,
    (after, limit): (i64, u64),
) -> Result<Vec<Comment>> {
    let rows = consultation_comment::Entity::find()
        .filter(consultation_comment::COLUMN.consultation_id.eq(consultation))
        .filter(consultation_comment::Column::Id.gt(after))
        .order_by_asc(consultation_comment::Column::Id)
        .limit(limit)
        .all(&store.connection)
        .await?;
    let view = |row: consultation_comment::Model| Comment {
        id: row.id,
        account: row.account_id,
        name: row.name,
        contact: row.contact,
        body: row.body,
        at: row.at,
    };
    Ok(rows.into_iter().map(view).collect())
}

/// Lists the accounts with which somebody commented on a consultation.
pub async fn commenters(transaction: &Transaction, consultation: i64) -> Result<Vec<i64>> {
    Ok(consultation_comment::Entity::find()
        .select_only()
        .column(consultation_comment::Column::AccountId)
        .filter(consultation_comment::COLUMN.consultation_id.eq(consultation))
        .filter(consultation_comment::Column::AccountId.is_not_null())
        .distinct()
        .into_tuple()
        .all(&transaction.inner)
        .await?)
}

/// Lists the consultations that ended by a day, by their summary or without one, and whose comments are there
/// still.
pub async fn ended_with_comments(store: &Store, day: NaiveDate, limit: u64) -> Result<Vec<i64>> {
    let with_comments = consultation_comment::Entity::find()
        .select_only()
        .column(consultation_comment::Column::ConsultationId)
        .filter(consultation_comment::Column::Body.ne(""))
        .into_query();
    let has_ended = Condition::any()
        .add(consultation::Column::SummarisedOn.lte(day))
        .add(consultation::Column::StoppedOn.lte(day));
    Ok(consultation::Entity::find()
        .select_only()
        .column(consultation::Column::Id)
        .filter(has_ended)
        .filter(consultation::Column::Id.in_subquery(with_comments))
        .order_by_asc(consultation::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(&store.connection)
        .await?)
}

/// Erases what was written on a consultation, and by whom; that somebody wrote, and when, stays. Returns how many
/// comments it were.
pub async fn erase_comments(transaction: &Transaction, consultation: i64) -> Result<u64> {
    let updated = consultation_comment::Entity::update_many()
        .col_expr(consultation_comment::Column::AccountId, Expr::value(None::<i64>))
        .col_expr(consultation_comment::Column::Name, Expr::value(None::<String>))
        .col_expr(consultation_comment::Column::Contact, Expr::value(None::<String>))
        .col_expr(consultation_comment::Column::Body, Expr::value(""))
        .filter(consultation_comment::COLUMN.consultation_id.eq(consultation))
        .filter(consultation_comment::Column::Body.ne(""))
        .exec(&transaction.inner)
        .await?;
    Ok(updated.rows_affected)
}

/// Counts the comments on a consultation.
pub async fn n_comments(store: &Store, consultation: i64) -> Result<u64> {
    let own = consultation_comment::COLUMN.consultation_id.eq(consultation);
    Ok(consultation_comment::Entity::find().filter(own).count(&store.connection).await?)
}

fn read(row: consultation::Model) -> Result<Consultation> {
    let what = format!("consultation {}", row.id);
    let planned = serde_json::from_str(&row.planned)
        .map_err(|error| StoreError::corrupt(format!("{what}: {error}")))?;
    Ok(Consultation {
        id: row.id,
        case: row.case_id,
        is_live: row.live_case.is_some(),
        dataset: word(&row.dataset, &what, "dataset")?,
        title: row.title,
        organization: row.organization,
        region: row.region,
        planned,
        mode: word(&row.mode, &what, "mode")?,
        notice: row.notice,
        first_day: row.first_day,
        last_day: row.last_day,
        ended_on: row.ended_on,
        summary: row.summary,
        summarised_on: row.summarised_on,
        stopped_on: row.stopped_on,
    })
}
