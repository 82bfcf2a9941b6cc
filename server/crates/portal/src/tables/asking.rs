//! Questions to open tables.

use kaishu_tables::{MAX_PAGE, Part, TableError};
use kaishu_types::table::{TableQuery, TableSlice};
use sha2::{Digest, Sha256};

use super::{OpenTable, derived};
use crate::{Error, Portal, Result};
use kaishu_store::blobs::hex;

/// Which part of an answer is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// Most rows.
    pub limit: usize,
    /// Where the part before ended.
    pub cursor: Option<String>,
}

/// A part of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The rows.
    pub slice: TableSlice,
    /// How many rows or groups the whole answer has.
    pub total: u64,
    /// Where the next part begins; `None` after the last.
    pub next: Option<String>,
    /// Tells the question and the bytes that answer it: the same fingerprint, the same answer.
    pub fingerprint: String,
}

impl Portal {
    /// The bounds of an answer.
    pub fn table_bounds(&self) -> kaishu_tables::Bounds {
        self.inner.engine.bounds()
    }

    /// Answers a question to a table.
    ///
    /// # Errors
    ///
    /// `InvalidInput` naming the part of the question that is wrong; `Unavailable` where the answer
    /// takes more time or memory than one may have.
    pub async fn ask(&self, table: &OpenTable, query: &TableQuery, page: &Page) -> Result<Answer> {
        // Whichever way granted rows are read, it is a retrieval (SEC-02, DL-04).
        if table.under.grant.is_some() {
            self.issue_answer_receipt(table, None, "", None).await?;
        }
        let limit = page.limit.clamp(1, MAX_PAGE);
        let question = self.fingerprint(table, query)?;
        let after = match &page.cursor {
            None => None,
            Some(cursor) => {
                Some(self.inner.seal.open(cursor, question.as_bytes()).ok_or_else(|| {
                    Error::field("cursor", "belongs to another question or table; leave it out")
                })?)
            }
        };
        let engine = &self.inner.engine;
        let known = self.inner.counts.get(&question);
        let found = engine.page(&table.governed, query, after.as_ref(), limit, known).await;
        let Part { slice, total } = match found {
            Ok(part) => part,
            Err(error) => return Err(self.refused_column(table, error).await),
        };
        let is_all = after.is_none() && slice.next.is_none();
        let total = match total {
            Some(total) => {
                self.inner.counts.insert(question.clone(), total);
                total
            }
            None if is_all => slice.rows.len() as u64,
            None => self.count_rows(table, query, &question).await?,
        };
        let seal = |position| self.inner.seal.seal(position, question.as_bytes());
        let next = slice.next.as_ref().map(seal).transpose()?;
        let place = page.cursor.as_deref().unwrap_or_default();
        let fingerprint = hex(&Sha256::digest(format!("{question} {limit} {place}")));
        Ok(Answer { slice, total, next, fingerprint })
    }

    /// What stands against an answer; a column that the asker may not have is counted (USE-07).
    pub(super) async fn refused_column(&self, table: &OpenTable, error: TableError) -> Error {
        if let TableError::NoColumn(column) = &error {
            if let Some(refusal) = Box::pin(self.column_behind_terms(table, column)).await {
                return refusal;
            }
            Box::pin(self.note_refusal(&table.caller, &table.entry.code, Some(column))).await;
        }
        Error::from(error)
    }

    /// The refusal of a column that only waits for the terms of the platform; none of any other.
    async fn column_behind_terms(&self, table: &OpenTable, column: &str) -> Option<Error> {
        let (caller, code) = (&table.caller, &table.entry.code);
        let is_granted = match self.grants_in_force(caller, code).await {
            Ok(grants) => grants.iter().any(|grant| grant.items.contains(column)),
            Err(error) => return Some(error),
        };
        if !is_granted {
            return None;
        }
        let refused = self.refused_for_terms(caller, code, table.lang).await;
        refused.unwrap_or_else(Some)
    }

    /// Tells the bytes of a table, what the asker may have of them, and the question apart from all
    /// others. It is made with a secret: the bytes hold hidden values, and nobody may prove a guess.
    pub(super) fn fingerprint(&self, table: &OpenTable, query: &TableQuery) -> Result<String> {
        let query = serde_json::to_string(query)
            .map_err(|error| Error::Internal(format!("a question cannot be written: {error}")))?;
        let text = format!("{} {} {query}", table.blob_key, table.governed.fingerprint());
        Ok(hex(&derived(&self.inner.fingerprint_key, text.as_bytes())))
    }

    /// Counts an answer once: the stored bytes never change.
    async fn count_rows(
        &self,
        table: &OpenTable,
        query: &TableQuery,
        question: &str,
    ) -> Result<u64> {
        if let Some(known) = self.inner.counts.get(question) {
            return Ok(known);
        }
        let n = self.inner.engine.count(&table.governed, query).await?;
        self.inner.counts.insert(question.to_owned(), n);
        Ok(n)
    }
}

impl From<TableError> for Error {
    fn from(error: TableError) -> Self {
        Self::Table(error)
    }
}
