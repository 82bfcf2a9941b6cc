//! Messages within cases: what the applicant and those who decide write to each other. The log knows that there was one,
//! and its keyed hash; the text is here only.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use crate::convert::{check_text, number, stored_number, to_stored};
use crate::entity::case_message;
use crate::{Reads, Result, Transaction};

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The case.
    pub case: i64,
    /// Which event of the case it came with, from 1.
    pub event_no: u32,
    /// Who wrote it.
    pub account: i64,
    /// What.
    pub body: String,
    /// When.
    pub written_at: DateTime<Utc>,
}

/// Keeps a message.
pub async fn add(transaction: &Transaction, new: &Message) -> Result<()> {
    check_text(&new.body, "a message")?;
    let row = case_message::ActiveModel {
        case_id: Set(new.case),
        event_no: Set(stored_number(new.event_no, "a message")?),
        account_id: Set(new.account),
        body: Set(new.body.clone()),
        written_at: Set(to_stored(new.written_at)),
    };
    case_message::Entity::insert(row).exec_without_returning(&transaction.inner).await?;
    Ok(())
}

/// Lists the messages of a case, the oldest first.
pub async fn of_case(store: &impl Reads, case: i64) -> Result<Vec<Message>> {
    let rows = case_message::Entity::find()
        .filter(case_message::COLUMN.case_id.eq(case))
        .order_by_asc(case_message::Column::EventNo)
        .all(store.connection())
        .await?;
    let read = |row: case_message::Model| {
        let what = format!("message {} of case {}", row.event_no, row.case_id);
        Ok(Message {
            case: row.case_id,
            event_no: number(row.event_no, &what, "event_no")?,
            account: row.account_id,
            body: row.body,
            written_at: row.written_at,
        })
    };
    rows.into_iter().map(read).collect()
}
