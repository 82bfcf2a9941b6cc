//! Bytes that nothing refers to go: with a pause, and a second look before they do (SEC-13).
//!
//! What nothing refers to is moved to where no door reads it. After a pause somebody looks again: what is
//! referred to by now comes back, everything else is deleted. Whoever needs bytes that lie there brings them
//! back by reading them, and whoever writes them writes them anew, so that the sweep never takes away what is
//! kept, however it meets with others.
//!
//! One sweep is under way at a time. Bytes that are condemned are claimed before anybody touches them: a claim
//! lasts as long as the pause, so that nobody ends what another one is moving. Whether something refers to
//! them is asked again after the claim.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::TryStreamExt;
use kaishu_store::condemned::{self, Condemned};
use kaishu_store::jobs::{self, Job, JobState};
use kaishu_store::{StoreError, uploads};
use kaishu_types::ErrorCode;
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
/// The job that whoever sweeps holds, by the clock or by hand.
const TURN: &str = "sweep";
/// How often whoever sweeps says that it is still there.
const REPORT: Duration = Duration::from_secs(20);
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

    /// Does what is due of this hour and day, unless another node has. Where another sweep is under way, it is
    /// done later.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn sweep_when_due(&self, owner: &str) -> Result<()> {
        self.sweep_copies().await?;
        self.sweep_in_place().await?;
        self.forget_requests().await?;
        self.erase_verified().await?;
        let store = &self.inner.store;
        let hour = self.now().timestamp() / 3600;
        for (kind, subject) in [(HOURLY, hour), (DAILY, hour / 24)] {
            jobs::enqueue(store, kind, &[subject]).await?;
        }
        let Some(turn) = self.take_turn(owner).await? else { return Ok(()) };
        let done = self.sweep_due(turn.id, owner, hour).await;
        jobs::finish(store, turn.id, owner, JobState::Done, None).await?;
        done
    }

    async fn sweep_due(&self, turn: i64, owner: &str, hour: i64) -> Result<()> {
        let store = &self.inner.store;
        for (kind, subject) in [(HOURLY, hour), (DAILY, hour / 24)] {
            while let Some(job) = jobs::take(store, kind, owner).await? {
                self.sweep_by_clock(turn, &job, owner, kind == DAILY).await?;
            }
            jobs::forget(store, kind, subject - KEPT_JOBS).await?;
        }
        Ok(())
    }

    /// Takes the turn to sweep; `None` where another sweep is under way.
    async fn take_turn(&self, owner: &str) -> Result<Option<Job>> {
        let store = &self.inner.store;
        jobs::enqueue(store, TURN, &[0]).await?;
        jobs::repeat(store, TURN, 0).await?;
        Ok(jobs::take(store, TURN, owner).await?)
    }

    async fn sweep_by_clock(
        &self,
        turn: i64,
        job: &Job,
        owner: &str,
        is_whole: bool,
    ) -> Result<()> {
        let store = &self.inner.store;
        let how = Sweep { is_whole, ..Sweep::default() };
        match self.sweep_watched(&[turn, job.id], owner, how).await {
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
    /// `Conflict` where another sweep is under way, unless this one only looks. Fails where the store does:
    /// what was done until then stays done; the next sweep goes on.
    pub async fn sweep(&self, how: Sweep) -> Result<Swept> {
        if how.is_dry {
            return self.sweep_once(how).await;
        }
        let owner = crate::tables::node();
        let turn = self.take_turn(&owner).await?.ok_or_else(under_way)?;
        let swept = self.sweep_watched(&[turn.id], &owner, how).await;
        jobs::finish(&self.inner.store, turn.id, &owner, JobState::Done, None).await?;
        swept
    }

    /// Sweeps while it says that it is still there, and stops where another one has its jobs.
    async fn sweep_watched(&self, jobs: &[i64], owner: &str, how: Sweep) -> Result<Swept> {
        tokio::select! {
            swept = self.sweep_once(how) => swept,
            lost = self.report_until_lost(jobs, owner) => Err(lost),
        }
    }

    async fn report_until_lost(&self, jobs: &[i64], owner: &str) -> Error {
        loop {
            tokio::time::sleep(REPORT).await;
            for job in jobs {
                match jobs::report(&self.inner.store, *job, owner, 0, 0).await {
                    Ok(true) => {}
                    Ok(false) => return under_way(),
                    Err(error) => return error.into(),
                }
            }
        }
    }

    async fn sweep_once(&self, how: Sweep) -> Result<Swept> {
        let mut swept = Swept::default();
        self.sweep_uploads(how, &mut swept).await?;
        // This spares most of the questions about single keys; the last word have those after a claim.
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
            if how.is_dry {
                swept.uploads.extend(expired);
                break;
            }
            if expired.is_empty() {
                break;
            }
            for id in expired {
                if self.forget_expired_upload(&id).await? {
                    swept.uploads.push(id);
                }
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
            for Condemned { key, at } in batch {
                let mut is_used = used.contains(key) || drafted.contains(key);
                if !how.is_dry {
                    // Somebody else has it.
                    if !condemned::claim(store, key, *at, self.instant()).await? {
                        continue;
                    }
                    is_used = is_used || condemned::is_used(store, key).await?;
                }
                match is_used {
                    true => swept.kept.push(key.clone()),
                    false => swept.gone.push(key.clone()),
                }
                if how.is_dry {
                    continue;
                }
                if is_used {
                    match blobs.ensure(key).await {
                        // Where it was written anew, what lies there is of no use.
                        Ok(()) => {
                            blobs.end(key).await?;
                        }
                        Err(StoreError::NotFound { .. }) => {
                            tracing::error!(key, "bytes that something refers to are not there");
                        }
                        Err(error) => return Err(error.into()),
                    }
                    condemned::remove(store, key).await?;
                    continue;
                }
                blobs.end(key).await?;
                // Written anew or brought back since, and needed by nobody: it waits once more.
                match blobs.condemn(key).await? {
                    true => condemned::postpone(store, key, self.instant()).await?,
                    false => condemned::remove(store, key).await?,
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
            let at = self.instant();
            let new = condemned::add(&transaction, &unused, at).await?;
            transaction.commit().await?;
            self.condemn(unused, &new, at).await;
        }
        Ok(())
    }

    /// Moves bytes to where no door reads them, after it was noted at a time that nothing refers to them. Of
    /// those that were condemned before, a second look may be ending the copy that lies there: it moves them.
    pub(crate) async fn condemn(
        &self,
        keys: BTreeSet<String>,
        new: &BTreeSet<String>,
        at: DateTime<Utc>,
    ) {
        for key in new {
            // The second look takes up what could not be moved now.
            if let Err(error) = self.condemn_claimed(key, at).await {
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

    async fn condemn_claimed(&self, key: &str, at: DateTime<Utc>) -> Result<()> {
        if condemned::claim(&self.inner.store, key, at, self.instant()).await? {
            self.inner.blobs.condemn(key).await?;
        }
        Ok(())
    }

    /// Takes away this node's copies of what was condemned, and those that nobody asked for in a day.
    async fn sweep_copies(&self) -> Result<()> {
        let condemned = condemned::list(&self.inner.store).await?;
        let keys = condemned.into_iter().map(|it| it.key);
        Ok(self.inner.blobs.sweep_copies(&self.inner.table_cache, keys).await?)
    }
}

fn under_way() -> Error {
    Error::Refused {
        code: ErrorCode::Conflict,
        message: "another sweep is under way; begin again when it is done".to_owned(),
        rule: None,
        remedy: None,
    }
}
