//! What was taken away stands in the log, too: receipts are sealed into it, some at a time (SEC-01).
//!
//! A download waits for no lock of the log. Once a minute a node writes one entry over all receipts that came since;
//! of two nodes one does.

use std::time::Duration;

use kaishu_domain::cases::{Actor, Body, Event};
use kaishu_store::StoreError;
use kaishu_store::log::{self, Entry, RECEIPT, SEALED};

use crate::{Portal, Result};

/// How often receipts are sealed.
const PAUSE: Duration = Duration::from_secs(60);

impl Portal {
    /// Seals receipts for as long as the process lives.
    pub async fn follow_receipts(self) {
        loop {
            if let Err(error) = self.seal_receipts().await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "receipts could not be sealed yet"
                );
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Seals the receipts that came since the last time, and returns how many entries it wrote.
    ///
    /// # Errors
    ///
    /// Fails where the store does, or where nothing can be added to the log; what is not sealed is sealed later.
    pub async fn seal_receipts(&self) -> Result<usize> {
        let store = &self.inner.store;
        let mut n_entries = 0;
        while let Some(batch) = log::unsealed_receipts(store).await? {
            let body = Body { facts: batch.facts(), ..Body::default() };
            let (by, at) = (Actor::system(), self.instant());
            let event = Event { name: SEALED.to_owned(), by, at, body };
            let key = batch.key();
            let entry = Entry {
                case: None,
                kind: RECEIPT,
                subject: RECEIPT,
                event: &event,
                idempotency_key: Some(&key),
            };
            let transaction = store.begin().await?;
            match log::append(&transaction, &self.inner.log_key, &entry).await {
                Ok(_) => transaction.commit().await?,
                // Another node was faster.
                Err(StoreError::Conflict { .. }) => break,
                Err(error) => return Err(error.into()),
            }
            n_entries += 1;
        }
        Ok(n_entries)
    }
}
