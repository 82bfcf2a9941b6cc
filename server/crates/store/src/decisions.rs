//! The record of what persons decided about personal data and secret marks in files (SEC-21, PUB-02).

use chrono::{DateTime, Utc};
use kaishu_domain::personal::Sensitive;
use kaishu_domain::release::Decision;
use kaishu_types::DatasetCode;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{check_text, now, word};
use crate::entity::{dataset, release_decision};
use crate::{Result, Store, StoreError, Transaction, feed};

/// What a decision is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A column, in whatever file of the dataset it is.
    Column(String),
    /// A whole file that cannot be looked into.
    File(i64),
}

/// A decision as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// What it is about.
    pub subject: Subject,
    /// What is to be done.
    pub decision: Decision,
    /// Why.
    pub reason: String,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Adds a decision to the record, and says that the dataset changed, in a transaction of
/// [`Store::begin_catalogue`]. Returns it with its time.
///
/// # Errors
///
/// `NotFound` where there is no such dataset; `Invalid` for text that cannot be stored.
pub async fn add(
    transaction: &Transaction,
    code: &DatasetCode,
    subject: Subject,
    decision: Decision,
    reason: &str,
    by: &str,
) -> Result<Decided> {
    check_text(reason, "the reason of a decision")?;
    check_text(by, "who decided")?;
    if let Subject::Column(name) = &subject {
        check_text(name, "the name of a column")?;
    }
    let connection = &transaction.inner;
    let dataset_id: Option<i64> = dataset::Entity::find()
        .select_only()
        .column(dataset::Column::Id)
        .filter(dataset::COLUMN.code.eq(code.to_string()))
        .into_tuple()
        .one(connection)
        .await?;
    let dataset_id = dataset_id.ok_or_else(|| StoreError::not_found(format!("dataset {code}")))?;
    let at = now();
    let (word, kinds) = written(&decision);
    let (resource_id, column_name) = match &subject {
        Subject::Column(name) => (None, Some(name.clone())),
        Subject::File(id) => (Some(*id), None),
    };
    let row = release_decision::ActiveModel {
        id: NotSet,
        dataset_id: Set(dataset_id),
        resource_id: Set(resource_id),
        column_name: Set(column_name),
        decision: Set(word),
        kinds: Set(kinds),
        reason: Set(reason.to_owned()),
        decided_by: Set(by.to_owned()),
        decided_at: Set(at),
    };
    release_decision::Entity::insert(row).exec_without_returning(connection).await?;
    feed::append(connection, &[code.to_string()]).await?;
    Ok(Decided { subject, decision, reason: reason.to_owned(), by: by.to_owned(), at })
}

/// Lists the decisions about a dataset, the oldest first.
pub async fn of_dataset(store: &Store, code: &DatasetCode) -> Result<Vec<Decided>> {
    let rows = release_decision::Entity::find()
        .inner_join(dataset::Entity)
        .filter(dataset::COLUMN.code.eq(code.to_string()))
        .order_by_asc(release_decision::COLUMN.id)
        .all(&store.connection)
        .await?;
    rows.into_iter().map(view).collect()
}

fn view(row: release_decision::Model) -> Result<Decided> {
    let what = format!("decision {}", row.id);
    let subject = match (row.column_name, row.resource_id) {
        (Some(name), _) => Subject::Column(name),
        (None, Some(id)) => Subject::File(id),
        (None, None) => return Err(StoreError::corrupt(format!("{what} is about nothing"))),
    };
    let decision = match row.decision.split_once(':') {
        Some(("mask", mask)) => Decision::Mask(word(mask, &what, "decision")?),
        None if row.decision == "restrict" => Decision::Restrict,
        None if row.decision == "justify" => {
            let kinds = row.kinds.split_whitespace().map(|kind| word(kind, &what, "kinds"));
            Decision::Justify(kinds.collect::<Result<_>>()?)
        }
        _ => {
            return Err(StoreError::corrupt(format!(
                "{what} is `{}`, which is no decision",
                row.decision
            )));
        }
    };
    Ok(Decided { subject, decision, reason: row.reason, by: row.decided_by, at: row.decided_at })
}

/// Writes a decision as a word and the kinds of data that it is about.
fn written(decision: &Decision) -> (String, String) {
    match decision {
        Decision::Mask(mask) => (format!("mask:{mask}"), String::new()),
        Decision::Restrict => ("restrict".to_owned(), String::new()),
        Decision::Justify(kinds) => {
            let kinds: Vec<&str> = kinds.iter().copied().map(Sensitive::as_str).collect();
            ("justify".to_owned(), kinds.join(" "))
        }
    }
}
