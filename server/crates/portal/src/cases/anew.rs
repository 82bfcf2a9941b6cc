//! Beginning the log anew, after the secret of the portal is lost for good (SEC-01).

use kaishu_domain::cases::{Body, Event};
use kaishu_store::log::{BEGUN_ANEW, Fault, said};

use super::command;
use crate::{Error, Portal, Result};

impl Portal {
    /// Begins the log anew whose key is lost with the secret of the portal: what is there stays, and the first
    /// new entry says where it ended, in which state, and why. Without the word nothing happens; the refusal
    /// names it, with all that is wrong with the log. For the command line alone.
    ///
    /// # Errors
    ///
    /// `Conflict` where the log goes on by itself, and where a day of it is sealed by this key, which is not lost
    /// then; `InvalidInput` for another word, or without a reason.
    pub async fn begin_log_anew(&self, word: &str, (reason, by): (&str, &str)) -> Result<i64> {
        let found = self.verify_log().await?;
        let expected = format!("begin-anew-{}", found.n_entries);
        if word != expected {
            let last = &found.last_hash;
            let faults = match found.faults.as_slice() {
                [] => "nothing is wrong with them".to_owned(),
                faults => format!("wrong is: {}", said(faults)),
            };
            return Err(Error::field(
                "confirm",
                format!(
                    "{} entries can be read, up to {last}; {faults}; to leave them behind and begin anew, give the word `{expected}`",
                    found.n_entries
                ),
            ));
        }
        if reason.trim().is_empty() || by.trim().is_empty() {
            return Err(Error::field(
                "reason",
                "say why, and who decided it: both stay in the log",
            ));
        }
        // The end of the log is known to be of another key; that is no fault of the part before.
        let is_of_part = |fault: &Fault| {
            !matches!(fault, Fault::Seal { .. } | Fault::Unsealed { .. } | Fault::Case { .. })
                && !found.ended.iter().any(|part| part.faults.contains(fault))
        };
        let faults: Vec<Fault> = found.faults.iter().filter(|it| is_of_part(it)).cloned().collect();
        // Of a key that is lost no seal holds: how many are broken tells a later reader whether that is so.
        let is_seal = |fault: &&Fault| matches!(fault, Fault::Seal { .. });
        let n_broken = found.faults.iter().filter(is_seal).count();
        let transaction = self.inner.store.begin().await?;
        let event = |last: i64, hash: &str| {
            let facts = [
                ("last", last.to_string()),
                ("last_hash", hash.to_owned()),
                ("faults", said(&faults)),
                ("broken_seals", n_broken.to_string()),
            ];
            let facts = facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            let body = Body { reason: reason.trim().to_owned(), facts, ..Body::default() };
            let (name, by) = (BEGUN_ANEW.to_owned(), command(Some(by.trim())));
            Event { name, by, at: self.instant(), body }
        };
        let key = &self.inner.log_key;
        let seq = kaishu_store::log::begin_anew(&transaction, key, event).await?;
        transaction.commit().await?;
        Ok(seq)
    }
}
