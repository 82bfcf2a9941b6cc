//! Orders to put something right: which agency, in whose name, by which article, until when; its answer, whether that
//! was accepted, and to whom it was escalated (SUP-05).

use chrono::NaiveDate;
use kaishu_domain::policy::Party;
use kaishu_types::OrganizationCode;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::cases::Telling;
use crate::convert::{check_text, number, word};
use crate::entity::rectification_order;
use crate::{Result, Store, StoreError, Transaction};

/// An order to put something right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// The agency that has to answer.
    pub organization: OrganizationCode,
    /// Code of its region.
    pub region: String,
    /// In whose name it is.
    pub issuer: Party,
    /// The article that names the issuer, or why it was proposed.
    pub article: String,
    /// What was urged before, as in `case:12`; empty where it was issued by itself.
    pub about: String,
    /// What is wrong.
    pub facts: String,
    /// When it was issued.
    pub issued_on: NaiveDate,
    /// The name of who issued it.
    pub issued_by: String,
    /// The last day to answer.
    pub due: NaiveDate,
    /// What was answered, and when; none while nothing was.
    pub answer: Option<(String, NaiveDate)>,
    /// How often an answer was sent back.
    pub n_returned: u32,
    /// Why it was the last time; empty where it never was.
    pub returned: String,
    /// Who accepted the answer, and when; none while nobody did.
    pub verified: Option<(String, NaiveDate)>,
    /// To whom it was escalated last, and when.
    pub escalated: Option<(Party, NaiveDate)>,
}

/// Keeps an order. Returns its number.
pub async fn add(transaction: &Transaction, new: &Order) -> Result<i64> {
    for text in [&new.region, &new.article, &new.about, &new.facts, &new.issued_by] {
        check_text(text, "a rectification order")?;
    }
    let row = rectification_order::ActiveModel {
        id: NotSet,
        organization: Set(new.organization.to_string()),
        region: Set(new.region.clone()),
        issuer: Set(new.issuer.as_str().to_owned()),
        article: Set(new.article.clone()),
        about: Set(new.about.clone()),
        facts: Set(new.facts.clone()),
        issued_on: Set(new.issued_on),
        issued_by: Set(new.issued_by.clone()),
        due: Set(new.due),
        answer: Set(String::new()),
        answered_on: Set(None),
        n_returned: Set(0),
        returned: Set(String::new()),
        verified_by: Set(String::new()),
        closed_on: Set(None),
        escalated_to: Set(String::new()),
        escalated_on: Set(None),
        is_told: Set(false),
        is_reminded: Set(false),
        is_due_told: Set(false),
    };
    Ok(rectification_order::Entity::insert(row).exec_with_returning(&transaction.inner).await?.id)
}

/// Finds an order.
pub async fn find(store: &Store, id: i64) -> Result<Option<Order>> {
    let row = rectification_order::Entity::find_by_id(id).one(&store.connection).await?;
    row.map(view).transpose()
}

/// Lists the orders to organizations and in regions that are open, or those that are not, the newest first; nothing
/// where both are empty.
pub async fn list(
    store: &Store,
    (organizations, regions): (&[String], &[String]),
    is_closed: bool,
    limit: u64,
) -> Result<Vec<Order>> {
    let place = Condition::any()
        .add(
            rectification_order::Column::Organization
                .is_in(organizations.iter().map(String::as_str)),
        )
        .add(rectification_order::Column::Region.is_in(regions.iter().map(String::as_str)));
    let closed = match is_closed {
        true => rectification_order::Column::ClosedOn.is_not_null(),
        false => rectification_order::Column::ClosedOn.is_null(),
    };
    let rows = rectification_order::Entity::find()
        .filter(place)
        .filter(closed)
        .order_by_desc(rectification_order::Column::Id)
        .limit(limit)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(view).collect()
}

/// Keeps what the agency answers to an order that was sent back so often.
///
/// # Errors
///
/// `Conflict` where it is answered, or was sent back since.
pub async fn answer(
    transaction: &Transaction,
    order: &Order,
    (answer, on): (&str, NaiveDate),
) -> Result<()> {
    check_text(answer, "the answer to a rectification order")?;
    let updated = rectification_order::Entity::update_many()
        .col_expr(rectification_order::Column::Answer, Expr::value(answer))
        .col_expr(rectification_order::Column::AnsweredOn, Expr::value(Some(on)))
        .filter(as_read(order))
        .filter(rectification_order::Column::AnsweredOn.is_null())
        .exec(&transaction.inner)
        .await?;
    changed(updated.rows_affected)
}

/// Accepts the answer to an order, which ends it.
///
/// # Errors
///
/// `Conflict` where there is no answer to the order as it was read.
pub async fn close(
    transaction: &Transaction,
    order: &Order,
    (by, on): (&str, NaiveDate),
) -> Result<()> {
    check_text(by, "who accepts an answer")?;
    let updated = rectification_order::Entity::update_many()
        .col_expr(rectification_order::Column::VerifiedBy, Expr::value(by))
        .col_expr(rectification_order::Column::ClosedOn, Expr::value(Some(on)))
        .filter(as_read(order))
        .filter(rectification_order::Column::AnsweredOn.is_not_null())
        .exec(&transaction.inner)
        .await?;
    changed(updated.rows_affected)
}

/// Sends the answer to an order back, with a new last day, of which is told anew.
///
/// # Errors
///
/// `Conflict` where there is no answer to the order as it was read.
pub async fn send_back(
    transaction: &Transaction,
    order: &Order,
    (why, due): (&str, NaiveDate),
) -> Result<()> {
    use rectification_order::Column;

    check_text(why, "why an answer is sent back")?;
    let updated = rectification_order::Entity::update_many()
        .col_expr(Column::Answer, Expr::value(""))
        .col_expr(Column::AnsweredOn, Expr::value(None::<NaiveDate>))
        .col_expr(Column::NReturned, Expr::value(stored(order) + 1))
        .col_expr(Column::Returned, Expr::value(why))
        .col_expr(Column::Due, Expr::value(due))
        .col_expr(Column::IsTold, Expr::value(false))
        .col_expr(Column::IsReminded, Expr::value(false))
        .col_expr(Column::IsDueTold, Expr::value(false))
        .filter(as_read(order))
        .filter(Column::AnsweredOn.is_not_null())
        .exec(&transaction.inner)
        .await?;
    changed(updated.rows_affected)
}

/// The order, open and sent back as often as when it was read.
fn as_read(order: &Order) -> Condition {
    Condition::all()
        .add(rectification_order::Column::Id.eq(order.id))
        .add(rectification_order::Column::NReturned.eq(stored(order)))
        .add(rectification_order::Column::ClosedOn.is_null())
}

/// How often an answer was sent back, as the row has it.
fn stored(order: &Order) -> i32 {
    i32::try_from(order.n_returned).unwrap_or(i32::MAX - 1)
}

fn changed(n_rows: u64) -> Result<()> {
    match n_rows {
        0 => Err(StoreError::Conflict {
            what: "the rectification order has changed since it was read".to_owned(),
        }),
        _ => Ok(()),
    }
}

/// Lists what is to be answered by a day or before, and was not told of yet: as due soon where its last day comes after
/// today, as due today, or, from any day on, as overdue.
pub async fn due_untold(
    store: &Store,
    (today, until): (NaiveDate, NaiveDate),
    telling: Telling,
    limit: u64,
) -> Result<Vec<Order>> {
    let due = rectification_order::Column::Due;
    let untold = rectification_order::Entity::find()
        .filter(due.lte(until))
        .filter(rectification_order::Column::ClosedOn.is_null())
        .filter(rectification_order::Column::AnsweredOn.is_null())
        .filter(told(telling).eq(false));
    let untold = match telling {
        Telling::Soon => untold.filter(due.gt(today)),
        Telling::Today => untold.filter(due.eq(today)),
        Telling::Over => untold,
    };
    let rows = untold.order_by_asc(due).limit(limit).all(&store.connection).await?;
    rows.into_iter().map(view).collect()
}

/// Says that somebody was told of a last day. Returns whether nobody had said so before.
pub async fn mark_told(transaction: &Transaction, order: &Order, telling: Telling) -> Result<bool> {
    let updated = rectification_order::Entity::update_many()
        .col_expr(told(telling), Expr::value(true))
        .filter(as_read(order))
        .filter(rectification_order::Column::AnsweredOn.is_null())
        .filter(told(telling).eq(false))
        .exec(&transaction.inner)
        .await?;
    Ok(updated.rows_affected > 0)
}

/// Notes to whom an order was escalated that was not answered in time.
pub async fn escalate(
    transaction: &Transaction,
    order: &Order,
    (to, on): (Party, NaiveDate),
) -> Result<()> {
    let updated = rectification_order::Entity::update_many()
        .col_expr(rectification_order::Column::EscalatedTo, Expr::value(to.as_str()))
        .col_expr(rectification_order::Column::EscalatedOn, Expr::value(Some(on)))
        .filter(as_read(order))
        .exec(&transaction.inner)
        .await?;
    changed(updated.rows_affected)
}

fn told(telling: Telling) -> rectification_order::Column {
    match telling {
        Telling::Soon => rectification_order::Column::IsReminded,
        Telling::Today => rectification_order::Column::IsDueTold,
        Telling::Over => rectification_order::Column::IsTold,
    }
}

fn view(row: rectification_order::Model) -> Result<Order> {
    let what = format!("rectification order {}", row.id);
    let escalated = match row.escalated_on {
        Some(on) => Some((party(&row.escalated_to, &what, "escalated_to")?, on)),
        None => None,
    };
    Ok(Order {
        id: row.id,
        organization: word(&row.organization, &what, "organization")?,
        region: row.region,
        issuer: party(&row.issuer, &what, "issuer")?,
        article: row.article,
        about: row.about,
        facts: row.facts,
        issued_on: row.issued_on,
        issued_by: row.issued_by,
        due: row.due,
        answer: row.answered_on.map(|on| (row.answer, on)),
        n_returned: number(row.n_returned, &what, "n_returned")?,
        returned: row.returned,
        verified: row.closed_on.map(|on| (row.verified_by, on)),
        escalated,
    })
}

fn party(text: &str, row: &str, column: &str) -> Result<Party> {
    let named = Party::ALL.iter().copied().find(|it| it.as_str() == text);
    named.ok_or_else(|| {
        StoreError::corrupt(format!("{row}, column `{column}`: `{text}` is no party"))
    })
}
