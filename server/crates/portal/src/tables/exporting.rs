//! Answers as files, stopped as soon as the asker may no longer have them (DL-08).

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::Stream;
use futures::stream;
use kaishu_tables::{Chunks, ExportFormat, TableError};
use kaishu_types::table::TableQuery;
use kaishu_types::{DatasetCode, Lang};

use super::asking::fingerprint;
use super::{OpenTable, TableState};
use crate::{Error, Portal, Result};

/// How long after a suspension or a change of class an export may still run.
const LOOKED_AT: Duration = Duration::from_secs(1);

/// An export under way.
struct Running {
    portal: Portal,
    chunks: Chunks,
    dataset: DatasetCode,
    resource: i64,
    number: usize,
    /// What the asker could have when it began.
    rights: String,
    looked_at: Instant,
    is_ended: bool,
}

impl Portal {
    /// Writes the whole answer of a question as a file, in chunks.
    ///
    /// # Errors
    ///
    /// As [`Self::ask`], and where the format cannot hold the answer. A fault on the way, and the end of
    /// the right to have it, end the chunks with an error, so that no part is taken for the whole.
    pub async fn export(
        &self,
        table: &OpenTable,
        query: &TableQuery,
        format: ExportFormat,
    ) -> Result<impl Stream<Item = Result<Bytes>> + Send + 'static> {
        let chunks = self.inner.engine.export(&table.governed, query, format).await?;
        let running = Running {
            portal: self.clone(),
            chunks,
            dataset: table.dataset.clone(),
            resource: table.resource.id,
            number: table.number,
            rights: table.governed.rights(),
            looked_at: Instant::now(),
            is_ended: false,
        };
        Ok(stream::unfold(running, Running::next))
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
        Ok(format!("{}-{format:?}", fingerprint(table, query)?))
    }
}

impl Running {
    async fn next(mut self) -> Option<(Result<Bytes>, Self)> {
        if self.is_ended {
            return None;
        }
        let chunk = self.chunks.recv().await?;
        let result = match chunk {
            Ok(_) if !self.may_go_on().await => {
                Err(Error::Table(TableError::Unreadable("the data is no longer open".to_owned())))
            }
            Ok(chunk) => Ok(chunk),
            Err(error) => Err(Error::Table(error)),
        };
        self.is_ended = result.is_err();
        Some((result, self))
    }

    /// Whether the asker may still have the same; asked again once a second.
    async fn may_go_on(&mut self) -> bool {
        if self.looked_at.elapsed() < LOOKED_AT {
            return true;
        }
        self.looked_at = Instant::now();
        let state = self
            .portal
            .table_state(&self.dataset, self.resource, self.number, None, Lang::Zh)
            .await;
        match state {
            Ok(TableState::Open(table)) => table.governed.rights() == self.rights,
            _ => false,
        }
    }
}
