//! The index follows the change feed. Each node has its own index and remembers in it how far it
//! got, so a crash between a commit and the index loses nothing.

use std::time::Duration;

use kaishu_search::{Change, Writer};
use kaishu_types::DatasetCode;
use tokio::sync::Notify;

use crate::{Error, Portal, Result, blocking};

/// Changes taken over at once.
const BATCH: u64 = 5_000;

/// Memory of the index writer.
const WRITER_BYTES: usize = 128 << 20;

/// How long a node waits before it looks at the feed again.
const PAUSE: Duration = Duration::from_secs(2);

/// Wakes the index when this process wrote something.
#[derive(Debug, Default)]
pub(crate) struct Signal(Notify);

/// How far the index got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Datasets that were put into the index or taken out of it.
    pub n_changes: u64,
    /// The position in the feed.
    pub position: u64,
}

impl Portal {
    /// Says that something was written, so that the index follows at once.
    pub fn wake_index(&self) {
        self.inner.indexing.0.notify_one();
    }

    /// Brings the index up to the feed once, telling `progress` after each batch.
    ///
    /// # Errors
    ///
    /// Says so when another process writes the index: that process follows the feed instead.
    pub async fn catch_up(&self, mut progress: impl FnMut(Progress)) -> Result<Progress> {
        let index = self.inner.index.clone();
        let mut writer = blocking(move || Ok(index.writer(WRITER_BYTES)?)).await?;
        let mut done = Progress { n_changes: 0, position: self.inner.index.position() };
        loop {
            let (returned, step) = self.step(writer).await?;
            writer = returned;
            let Some(step) = step else { break };
            done = Progress { n_changes: done.n_changes + step.n_changes, ..step };
            progress(done);
        }
        blocking(move || Ok(writer.close()?)).await?;
        if done.n_changes > 0 {
            self.reload_directory().await?;
        }
        Ok(done)
    }

    /// Follows the feed for as long as the process lives.
    pub async fn follow_feed(self) {
        let mut writer: Option<Writer> = None;
        loop {
            match self.follow_once(writer.take()).await {
                Ok(returned) => writer = returned,
                Err(Error::Search(kaishu_search::Error::Locked { .. })) => {
                    // Another process writes; take up what it does.
                    if let Err(error) = self.take_up().await {
                        tracing::error!(
                            error = &error as &dyn std::error::Error,
                            "the index could not be read again"
                        );
                    }
                }
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "the index could not follow the feed"
                    );
                }
            }
            tokio::select! {
                () = self.inner.indexing.0.notified() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    async fn take_up(&self) -> Result<()> {
        let index = self.inner.index.clone();
        if blocking(move || Ok(index.refresh()?)).await? {
            self.reload_directory().await?;
        }
        Ok(())
    }

    async fn follow_once(&self, writer: Option<Writer>) -> Result<Option<Writer>> {
        let head = kaishu_store::feed::head(&self.inner.store).await?;
        if u64::try_from(head).unwrap_or_default() <= self.inner.index.position() {
            return Ok(writer);
        }
        let index = self.inner.index.clone();
        let mut writer = match writer {
            Some(writer) => writer,
            None => blocking(move || Ok(index.writer(WRITER_BYTES)?)).await?,
        };
        loop {
            let (returned, step) = self.step(writer).await?;
            writer = returned;
            if step.is_none() {
                break;
            }
        }
        self.reload_directory().await?;
        Ok(Some(writer))
    }

    /// Takes over one batch of the feed; `None` where there is nothing left.
    async fn step(&self, mut writer: Writer) -> Result<(Writer, Option<Progress>)> {
        let position = i64::try_from(self.inner.index.position()).unwrap_or(i64::MAX);
        let changes = kaishu_store::feed::since(&self.inner.store, position, BATCH).await?;
        let Some(last) = changes.last() else { return Ok((writer, None)) };
        let reached = u64::try_from(last.seq).unwrap_or_default();
        let mut codes: Vec<DatasetCode> =
            changes.into_iter().map(|change| change.dataset_code).collect();
        codes.sort();
        codes.dedup();
        let batch = match self.documents(codes.clone()).await {
            Ok(batch) => batch,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a batch cannot be indexed; its entries are tried one by one"
                );
                self.one_by_one(codes).await
            }
        };
        let n_changes = batch.len() as u64;
        let writer = blocking(move || {
            writer.apply(&batch, reached)?;
            Ok(writer)
        })
        .await?;
        Ok((writer, Some(Progress { n_changes, position: reached })))
    }

    /// An entry that cannot be read leaves the index, so that it cannot hold up the others.
    async fn one_by_one(&self, codes: Vec<DatasetCode>) -> Vec<Change> {
        let mut batch = Vec::with_capacity(codes.len());
        for code in codes {
            match self.documents(vec![code.clone()]).await {
                Ok(changes) => batch.extend(changes),
                Err(error) => {
                    tracing::error!(dataset.code = %code, error = &error as &dyn std::error::Error, "an entry cannot be read and is taken out of the index");
                    batch.push(Change::Delete(code));
                }
            }
        }
        batch
    }

    async fn documents(&self, codes: Vec<DatasetCode>) -> Result<Vec<Change>> {
        let names: Vec<String> = codes.iter().map(ToString::to_string).collect();
        let documents =
            kaishu_store::datasets::search_documents(&self.inner.store, &names, self.listed())
                .await?;
        let found: std::collections::HashSet<DatasetCode> =
            documents.iter().map(|document| document.card.code.clone()).collect();
        let mut batch: Vec<Change> =
            documents.into_iter().map(|document| Change::Put(Box::new(document))).collect();
        batch.extend(codes.into_iter().filter(|code| !found.contains(code)).map(Change::Delete));
        Ok(batch)
    }

    /// Writes a new index beside the old one and swaps it in; reading goes on meanwhile.
    pub async fn rebuild_index(&self, mut progress: impl FnMut(u64)) -> Result<u64> {
        // What changes while we walk is seen again by following the feed from here.
        let head = kaishu_store::feed::head(&self.inner.store).await?;
        let position = u64::try_from(head).unwrap_or_default();
        let index = self.inner.index.clone();
        let mut rebuild = blocking(move || Ok(index.rebuild(WRITER_BYTES)?)).await?;
        let mut after_id = Some(0);
        let mut n_documents = 0;
        while let Some(from) = after_id {
            let page =
                kaishu_store::datasets::page_of_codes(&self.inner.store, from, BATCH).await?;
            let documents = kaishu_store::datasets::search_documents(
                &self.inner.store,
                &page.codes,
                self.listed(),
            )
            .await?;
            n_documents += documents.len() as u64;
            rebuild = blocking(move || {
                rebuild.add(&documents)?;
                Ok(rebuild)
            })
            .await?;
            progress(n_documents);
            after_id = page.next_after_id;
        }
        blocking(move || Ok(rebuild.finish(position)?)).await?;
        self.reload_directory().await?;
        Ok(n_documents)
    }
}
