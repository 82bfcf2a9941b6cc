//! Bytes that nothing refers to go: with a pause, and a second look before they do (SEC-13).
//!
//! What nothing refers to is moved to where no door reads it. After a pause somebody looks again: what is
//! referred to by now comes back, everything else is deleted. Whoever needs bytes that lie there brings them
//! back by reading them, and whoever writes them writes them anew, so that the sweep never takes away what is
//! kept, however it meets with others.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use futures::TryStreamExt;
use kaishu_store::condemned::{self, Condemned};
use kaishu_store::jobs::{self, Job, JobState};
use kaishu_store::{StoreError, uploads};
use serde::Serialize;

use crate::{Error, Portal, Result};

/// How often a node looks whether there is something to sweep.
const PAUSE: Duration = Duration::from_secs(10 * 60);
/// Bytes that were written within this time are looked at later: what becomes of them is not decided yet.
const MIN_AGE: Duration = Duration::from_secs(24 * 3600);
/// How long condemned bytes wait for the second look.
pub const CONDEMNED_FOR: TimeDelta = TimeDelta::hours(1);
/// Keys that are looked at together.
const BATCH: usize = 500;
/// Uploads that are given up together.
const UPLOADS: u64 = 100;

/// The kinds of the jobs: the second look, every hour, and the look for what nothing refers to, every day.
const HOURLY: &str = "sweep_condemned";
const DAILY: &str = "sweep_blobs";
/// Jobs that are kept for those who want to know when it was swept, in hours and days.
const KEPT_JOBS: i64 = 200;

/// How a sweep is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sweep {
    /// Whether it only says what it would do.
    pub is_dry: bool,
    /// Whether it looks at all bytes, or only at those that were condemned before.
    pub is_whole: bool,
    /// Bytes that were written within this time are left alone.
    pub min_age: Duration,
    /// How long condemned bytes wait for the second look.
    pub pause: TimeDelta,
}

impl Default for Sweep {
    fn default() -> Self {
        Self { is_dry: false, is_whole: true, min_age: MIN_AGE, pause: CONDEMNED_FOR }
    }
}

/// What a sweep did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// Uploads that ran out.
    pub uploads: Vec<String>,
    /// Keys of bytes that nothing refers to, which wait for the second look now.
    pub condemned: Vec<String>,
    /// Keys of bytes that something refers to by now: they came back.
    pub kept: Vec<String>,
    /// Keys of bytes that are gone.
    pub gone: Vec<String>,
    /// Parts of uploads that are gone.
    pub n_parts: usize,
}

impl Portal {
    /// Sweeps for as long as the process lives, on one of several nodes each hour and day.
    pub async fn follow_sweeps(self) {
        let owner = crate::tables::node();
        loop {
            if let Err(error) = self.sweep_when_due(&owner).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "bytes that nothing refers to could not be swept"
                );
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Does what is due of this hour and day, unless another node has.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn sweep_when_due(&self, owner: &str) -> Result<()> {
        self.sweep_copies().await?;
        let store = &self.inner.store;
        let hour = self.now().timestamp() / 3600;
        for (kind, subject) in [(HOURLY, hour), (DAILY, hour / 24)] {
            jobs::enqueue(store, kind, &[subject]).await?;
            while let Some(job) = jobs::take(store, kind, owner).await? {
                self.sweep_watched(&job, owner, kind == DAILY).await?;
            }
            jobs::forget(store, kind, subject - KEPT_JOBS).await?;
        }
        Ok(())
    }

    /// Sweeps while it says that it is still there.
    async fn sweep_watched(&self, job: &Job, owner: &str, is_whole: bool) -> Result<()> {
        let store = &self.inner.store;
        let mut sweeping = std::pin::pin!(self.sweep(Sweep { is_whole, ..Sweep::default() }));
        let swept = loop {
            tokio::select! {
                swept = &mut sweeping => break swept,
                () = tokio::time::sleep(Duration::from_secs(20)) => {
                    jobs::report(store, job.id, owner, 0, 0).await?;
                }
            }
        };
        match swept {
            Ok(swept) => {
                if swept != Swept::default() {
                    let Swept { uploads, condemned, kept, gone, n_parts } = &swept;
                    tracing::info!(
                        uploads = uploads.len(),
                        condemned = condemned.len(),
                        kept = kept.len(),
                        gone = gone.len(),
                        n_parts,
                        "bytes that nothing refers to were swept"
                    );
                }
                jobs::finish(store, job.id, owner, JobState::Done, None).await?;
                Ok(())
            }
            Err(error) => {
                let note = error.to_string();
                jobs::finish(store, job.id, owner, JobState::Failed, Some(&note)).await?;
                Err(error)
            }
        }
    }

    /// Sweeps once: gives up uploads that ran out, looks again at what was condemned, and condemns what
    /// nothing refers to.
    ///
    /// # Errors
    ///
    /// Fails where the store does. What was done until then stays done; the next sweep goes on.
    pub async fn sweep(&self, how: Sweep) -> Result<Swept> {
        let mut swept = Swept::default();
        self.sweep_uploads(how, &mut swept).await?;
        // Which drafts need what is known once for all: what they come to need meanwhile comes back.
        let drafted = condemned::drafted(&self.inner.store).await?;
        self.look_again(how, &drafted, &mut swept).await?;
        if how.is_whole {
            self.look_at_all(how, &drafted, &mut swept).await?;
        }
        Ok(swept)
    }

    async fn sweep_uploads(&self, how: Sweep, swept: &mut Swept) -> Result<()> {
        let store = &self.inner.store;
        loop {
            let expired = uploads::expired(store, self.now(), UPLOADS).await?;
            swept.uploads.extend(expired.iter().cloned());
            if expired.is_empty() || how.is_dry {
                break;
            }
            for id in &expired {
                self.forget_upload(id).await?;
            }
        }
        if !how.is_whole {
            return Ok(());
        }
        for (key, upload) in self.inner.blobs.parts_older_than(how.min_age).await? {
            if uploads::find(store, &upload).await?.is_some() {
                continue;
            }
            swept.n_parts += 1;
            if !how.is_dry {
                self.inner.blobs.delete_part(&key).await?;
            }
        }
        Ok(())
    }

    /// The second look.
    async fn look_again(
        &self,
        how: Sweep,
        drafted: &BTreeSet<String>,
        swept: &mut Swept,
    ) -> Result<()> {
        let (store, blobs) = (&self.inner.store, &self.inner.blobs);
        let due = self.now() - how.pause;
        let waiting = condemned::list(store).await?;
        let waiting: Vec<Condemned> = waiting.into_iter().filter(|it| it.at <= due).collect();
        for batch in waiting.chunks(BATCH) {
            let keys: Vec<String> = batch.iter().map(|it| it.key.clone()).collect();
            let used = condemned::used(store, &keys).await?;
            for key in keys {
                let is_used = used.contains(&key) || drafted.contains(&key);
                match is_used {
                    true => swept.kept.push(key.clone()),
                    false => swept.gone.push(key.clone()),
                }
                if how.is_dry {
                    continue;
                }
                if is_used {
                    match blobs.ensure(&key).await {
                        // Where it was written anew, what lies there is of no use.
                        Ok(()) => {
                            blobs.end(&key).await?;
                        }
                        Err(StoreError::NotFound { .. }) => {
                            tracing::error!(key, "bytes that something refers to are not there");
                        }
                        Err(error) => return Err(error.into()),
                    }
                    condemned::remove(store, &key).await?;
                    continue;
                }
                blobs.end(&key).await?;
                // Written anew or brought back since, and needed by nobody: it waits once more.
                match blobs.condemn(&key).await? {
                    true => condemned::postpone(store, &key, self.instant()).await?,
                    false => condemned::remove(store, &key).await?,
                }
            }
        }
        Ok(())
    }

    /// The first look, at everything that was written long enough ago.
    async fn look_at_all(
        &self,
        how: Sweep,
        drafted: &BTreeSet<String>,
        swept: &mut Swept,
    ) -> Result<()> {
        let store = &self.inner.store;
        let known = condemned::list(store).await?;
        let known: BTreeSet<String> = known.into_iter().map(|it| it.key).collect();
        let mut batches = self.inner.blobs.older_than(how.min_age).try_chunks(BATCH);
        while let Some(batch) =
            batches.try_next().await.map_err(|stopped| Error::Store(stopped.1))?
        {
            let used = condemned::used(store, &batch).await?;
            let is_unused = |key: &String| {
                !used.contains(key) && !drafted.contains(key) && !known.contains(key)
            };
            let unused: BTreeSet<String> = batch.into_iter().filter(is_unused).collect();
            swept.condemned.extend(unused.iter().cloned());
            if how.is_dry || unused.is_empty() {
                continue;
            }
            let transaction = store.begin().await?;
            condemned::add(&transaction, &unused, self.instant()).await?;
            transaction.commit().await?;
            self.condemn(unused).await;
        }
        Ok(())
    }

    /// Moves bytes to where no door reads them, after it was noted that nothing refers to them.
    pub(crate) async fn condemn(&self, keys: BTreeSet<String>) {
        for key in &keys {
            // The second look takes up what could not be moved now.
            if let Err(error) = self.inner.blobs.condemn(key).await {
                let error = &error as &dyn std::error::Error;
                tracing::error!(key, error, "bytes that nothing refers to were not moved");
            }
        }
        let swept = self.inner.blobs.sweep_copies(&self.inner.table_cache, keys).await;
        if let Err(error) = swept {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "copies of condemned bytes are left over");
        }
    }

    /// Takes away this node's copies of what was condemned, and those that nobody asked for in a day.
    async fn sweep_copies(&self) -> Result<()> {
        let condemned = condemned::list(&self.inner.store).await?;
        let keys = condemned.into_iter().map(|it| it.key);
        Ok(self.inner.blobs.sweep_copies(&self.inner.table_cache, keys).await?)
    }
}
