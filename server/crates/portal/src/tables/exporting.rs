//! Answers as files, stopped as soon as the asker may no longer have them (DL-08), each with a receipt
//! (DL-04).

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::Stream;
use futures::stream;
use kaishu_tables::{Chunks, ExportFormat, TableError};
use kaishu_types::receipt::{ReceiptView, Retrieved};
use kaishu_types::table::TableQuery;
use kaishu_types::{DatasetCode, Lang, ReceiptCode};
use sha2::{Digest, Sha256};

use super::admission::Admitted;
use super::{OpenTable, TableState};
use crate::accounts::Caller;
use crate::downloads::Facts;
use crate::retrieval::Client;
use crate::{Error, Portal, Result};
use kaishu_store::blobs::hex;

/// How long after a suspension or a change of class a file may still be on its way.
pub(crate) const LOOKED_AT: Duration = Duration::from_secs(1);

/// What an export takes, to look again whether the asker may still have it.
pub(super) enum Watched {
    /// A table, and what could be had of it when the export began.
    Table { caller: Caller, dataset: DatasetCode, resource: i64, number: usize, rights: String },
    /// All of a dataset, likewise.
    Bundle { caller: Caller, dataset: DatasetCode, rights: Vec<String> },
}

/// A file on its way out.
struct Running {
    _admitted: Admitted,
    portal: Portal,
    chunks: Chunks,
    watched: Watched,
    looked_at: Instant,
    /// The receipt that size and checksum are added to at the end.
    receipt: ReceiptCode,
    sha256: Sha256,
    size_bytes: u64,
    is_ended: bool,
}

impl Portal {
    /// Writes the receipt of an answer of a table: of a file, or of the rows that a client asks for in
    /// one session (DL-04).
    pub async fn issue_answer_receipt(
        &self,
        table: &OpenTable,
        file_name: Option<String>,
        question: &str,
        client: Option<Client>,
    ) -> Result<ReceiptView> {
        let is_file = file_name.is_some();
        let facts = Facts {
            kind: if is_file { Retrieved::Export } else { Retrieved::Rows },
            // A session has many questions.
            question: Some(question.to_owned()).filter(|it| is_file && !it.is_empty()),
            resource: Some(&table.resource),
            version: table.resource.version,
            file_name: file_name.unwrap_or_default(),
            size_bytes: None,
            sha256: None,
            sm3: None,
            under: table.under.clone(),
        };
        self.receipt_of(&table.entry, facts, client).await
    }

    /// Writes the whole answer of a question as a file, in chunks, with its receipt. At its end size and
    /// checksum are added to the receipt. `question` is what the receipt says was asked. What is taken under a grant
    /// bears the number of its receipt, so that a copy leads back to the grant (SEC-02).
    ///
    /// # Errors
    ///
    /// As [`Self::ask`], and where the format cannot hold the answer; `TooManyRequests` and
    /// `Unavailable` where too many files are on their way. Then there is no receipt. A fault on the way,
    /// and the end of the right to have it, end the chunks with an error, so that no part is taken for
    /// the whole.
    pub async fn export(
        &self,
        table: &OpenTable,
        query: &TableQuery,
        format: ExportFormat,
        question: &str,
        client: Option<Client>,
        lang: Lang,
    ) -> Result<(ReceiptView, impl Stream<Item = Result<Bytes>> + Send + 'static)> {
        let admitted = self.inner.admission.admit(client, lang)?;
        let export = match self.inner.engine.begin_export(&table.governed, query, format).await {
            Ok(export) => export,
            Err(error) => return Err(self.refused_column(table, error).await),
        };
        let name = Some(table.file_name(query, format));
        let receipt = Box::pin(self.issue_answer_receipt(table, name, question, client)).await?;
        let chunks = export.write(table.is_marked().then(|| receipt.code.clone()));
        let watched = Watched::Table {
            caller: table.caller.clone(),
            dataset: table.entry.code.clone(),
            resource: table.resource.id,
            number: table.number,
            rights: table.governed.rights(),
        };
        let chunks = self.watch(chunks, watched, receipt.code.clone(), admitted);
        Ok((receipt, chunks))
    }

    /// Passes chunks on for as long as the asker may have them.
    pub(super) fn watch(
        &self,
        chunks: Chunks,
        watched: Watched,
        receipt: ReceiptCode,
        admitted: Admitted,
    ) -> impl Stream<Item = Result<Bytes>> + Send + 'static {
        let running = Running {
            _admitted: admitted,
            portal: self.clone(),
            chunks,
            watched,
            looked_at: Instant::now(),
            receipt,
            sha256: Sha256::new(),
            size_bytes: 0,
            is_ended: false,
        };
        stream::unfold(running, Running::next)
    }

    /// Tells an export apart from every other one.
    ///
    /// # Errors
    ///
    /// Fails where the question cannot be written down.
    pub fn export_fingerprint(
        &self,
        table: &OpenTable,
        query: &TableQuery,
        format: ExportFormat,
    ) -> Result<String> {
        Ok(format!("{}-{format:?}", self.fingerprint(table, query)?))
    }
}

impl Running {
    async fn next(mut self) -> Option<(Result<Bytes>, Self)> {
        if self.is_ended {
            return None;
        }
        let result = match self.chunks.recv().await {
            None => {
                self.complete().await;
                return None;
            }
            Some(Ok(_)) if !self.may_go_on().await => {
                Err(Error::Table(TableError::Unreadable("the data is no longer open".to_owned())))
            }
            Some(Ok(chunk)) => {
                self.sha256.update(&chunk);
                self.size_bytes += chunk.len() as u64;
                Ok(chunk)
            }
            Some(Err(error)) => Err(Error::Table(error)),
        };
        self.is_ended = result.is_err();
        Some((result, self))
    }

    /// Whoever has the whole file has it, even where its receipt stays without a checksum.
    async fn complete(self) {
        let sha256 = hex(&self.sha256.finalize());
        let store = &self.portal.inner.store;
        let completed =
            kaishu_store::receipts::complete(store, &self.receipt, self.size_bytes, &sha256).await;
        if let Err(error) = completed {
            tracing::error!(receipt = %self.receipt, %error, "a receipt stays without a checksum");
        }
    }

    /// Whether the asker may still have the same; asked again once a second.
    async fn may_go_on(&mut self) -> bool {
        if self.looked_at.elapsed() < LOOKED_AT {
            return true;
        }
        self.looked_at = Instant::now();
        match &self.watched {
            Watched::Table { caller, dataset, resource, number, rights } => {
                let Ok(caller) = self.portal.still_taking(caller).await else { return false };
                let of = (*resource, *number);
                let state = self.portal.look_at_table(&caller, dataset, of, Lang::Zh).await;
                matches!(state, Ok(TableState::Open(table)) if table.governed.rights() == *rights)
            }
            Watched::Bundle { caller, dataset, rights } => {
                let Ok(caller) = self.portal.still_taking(caller).await else { return false };
                let bundle = self.portal.open_bundle(&caller, dataset, Lang::Zh).await;
                bundle.is_ok_and(|bundle| bundle.rights() == *rights)
            }
        }
    }
}
