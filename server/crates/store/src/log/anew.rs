//! A log that cannot be continued, since its key is lost, is begun anew: what is there stays as it is, and the
//! first new entry is bound to its end.

use kaishu_domain::cases::Event;
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, QueryOrder};

use super::chain::{BEGINNING, Envelope, Purpose, SealKey};
use super::{HEAD, held_head, seal_head, write};
use crate::entity::{case_event, log_checkpoint, log_head};
use crate::{Result, StoreError, Transaction};

/// The kind of acts on the log itself.
pub const LOG: &str = "log";

/// The event by which a log is begun anew.
pub const BEGUN_ANEW: &str = "begun_anew";

/// Begins the log anew under another key, and returns the place of the entry that says so. `event` makes it
/// of the place and the hash of the last entry that there is.
///
/// # Errors
///
/// `Conflict` where the log is sealed by this key: it can be continued; and where only a day of it is: the key is
/// not lost then, and the log was changed.
pub async fn begin_anew(
    transaction: &Transaction,
    key: &SealKey,
    event: impl FnOnce(i64, &str) -> Event,
) -> Result<i64> {
    let connection = &transaction.inner;
    let head = held_head(connection).await?;
    let last =
        case_event::Entity::find().order_by_desc(case_event::COLUMN.seq).one(connection).await?;
    let is_ours = match &head {
        Some(head) => key.seal(&Purpose::Head, head.seq, &head.hash)? == head.mac,
        None => last.is_none(),
    };
    if is_ours {
        let what = "the log is sealed by the key of this portal and goes on by itself".to_owned();
        return Err(StoreError::Conflict { what });
    }
    for day in log_checkpoint::Entity::find().all(connection).await? {
        if key.seal(&Purpose::Day(day.day), day.seq, &day.hash)? == day.mac {
            let what = format!(
                "the end of {} is sealed by the key of this portal, so that the key is not lost and the log was changed; `kaishu audit verify` says where",
                day.day
            );
            return Err(StoreError::Conflict { what });
        }
    }
    let (seq, previous) = last.map_or((0, BEGINNING.to_owned()), |last| (last.seq, last.hash));
    let event = event(seq, &previous);
    let (seq, body) = (seq + 1, write(&event)?);
    let (case, key_of_request) = (None, None);
    let envelope = Envelope {
        seq,
        case,
        kind: LOG,
        key: key_of_request,
        subject: LOG,
        body: &body,
        previous: &previous,
    };
    let hash = envelope.hash();
    let row = case_event::ActiveModel {
        seq: Set(seq),
        case_id: Set(None),
        n: Set(None),
        kind: Set(LOG.to_owned()),
        subject: Set(LOG.to_owned()),
        event: Set(event.name.clone()),
        account_id: Set(event.by.account),
        at: Set(event.at),
        body: Set(body),
        idempotency_key: Set(None),
        previous: Set(previous),
        hash: Set(hash.clone()),
    };
    case_event::Entity::insert(row).exec_without_returning(connection).await?;
    if head.is_none() {
        let row = log_head::ActiveModel {
            id: Set(HEAD),
            seq: Set(0),
            hash: Set(BEGINNING.to_owned()),
            mac: Set(String::new()),
            at: Set(event.at),
        };
        log_head::Entity::insert(row).exec_without_returning(connection).await?;
    }
    seal_head(transaction, key, seq, hash, event.at).await?;
    Ok(seq)
}
