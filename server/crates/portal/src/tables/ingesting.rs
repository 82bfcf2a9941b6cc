//! Taking files in: durable jobs, one file at a time on each node (PUB-05, PUB-14).

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use chrono::{Datelike, NaiveDate};
use kaishu_domain::quality::{Measure, Severity};
use kaishu_domain::validate::{check_division_code, is_province};
use kaishu_store::jobs::{self, Job, JobState};
use kaishu_store::tables::{self, INGEST, TableRow, TabularFile, is_tabular};
use kaishu_tables::{Expected, Ingested, Progress, TableError, ingest_expected};
use kaishu_types::Lang;
use kaishu_types::dataset::{DataItemView, EntryFields, ResourceView};

use crate::{Error, Portal, Result};

/// How often a node looks for files, and says how far it is.
const PAUSE: Duration = Duration::from_secs(2);
const REPORT: Duration = Duration::from_millis(500);
/// Files that are put into the queue at once.
const BATCH: u64 = 500;

/// How far the queue of files is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IngestProgress {
    /// Files taken in.
    pub done: u64,
    /// Files that could not be.
    pub failed: u64,
    /// Files taken in with a table for which a blocking rule of quality does not hold.
    pub blocked: u64,
}

/// What became of one file.
enum Outcome {
    Done { is_blocked: bool },
    Failed,
    Stopped,
}

impl Portal {
    /// Takes files in for as long as the process lives.
    pub async fn follow_files(self) {
        let owner = node();
        loop {
            if let Err(error) = self.take_in_all(&owner, |_| {}).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "files could not be taken in"
                );
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Takes in every file that waits, telling `progress` after each.
    ///
    /// # Errors
    ///
    /// Fails where the store does; a file that cannot be read is a failed job, not an error.
    pub async fn take_in_files(
        &self,
        progress: impl FnMut(IngestProgress),
    ) -> Result<IngestProgress> {
        self.take_in_all(&node(), progress).await
    }

    async fn take_in_all(
        &self,
        owner: &str,
        mut progress: impl FnMut(IngestProgress),
    ) -> Result<IngestProgress> {
        let store = &self.inner.store;
        let mut so_far = IngestProgress::default();
        loop {
            let new = tables::without_job(store, INGEST, BATCH).await?;
            jobs::enqueue(store, INGEST, &new).await?;
            while let Some(job) = jobs::take(store, INGEST, owner).await? {
                match self.take_in(&job, owner).await? {
                    Outcome::Done { is_blocked } => {
                        so_far.done += 1;
                        so_far.blocked += u64::from(is_blocked);
                    }
                    Outcome::Failed => so_far.failed += 1,
                    Outcome::Stopped => {}
                }
                progress(so_far);
            }
            if new.is_empty() {
                return Ok(so_far);
            }
        }
    }

    /// Does one job. Whatever is wrong with the file ends up in its note; what it had before serves on.
    async fn take_in(&self, job: &Job, owner: &str) -> Result<Outcome> {
        let store = &self.inner.store;
        let end =
            async |state, note: Option<&str>| jobs::finish(store, job.id, owner, state, note).await;
        let Some(file) = tables::file(store, job.subject).await? else {
            end(JobState::Failed, Some("the file is no longer here")).await?;
            return Ok(Outcome::Failed);
        };
        let made = self.watched(job, owner, &file).await;
        let (rows, is_blocked) = match made {
            Ok(made) => made,
            Err(Error::Table(TableError::Cancelled)) => {
                end(JobState::Cancelled, None).await?;
                return Ok(Outcome::Stopped);
            }
            Err(Error::Table(error)) => {
                tracing::info!(resource = job.subject, %error, "a file cannot be taken in");
                end(JobState::Failed, Some(&error.to_string())).await?;
                return Ok(Outcome::Failed);
            }
            Err(error) => return Err(error),
        };
        tables::put(store, job.subject, &file.dataset, rows).await?;
        end(JobState::Done, None).await?;
        self.wake_index();
        Ok(Outcome::Done { is_blocked })
    }

    /// Makes the tables of a file, while it says how far it is and listens whether it is to stop.
    async fn watched(
        &self,
        job: &Job,
        owner: &str,
        file: &TabularFile,
    ) -> Result<(Vec<TableRow>, bool)> {
        let progress = Arc::new(Progress::default());
        let total = file.size_bytes.saturating_mul(2);
        let mut made = std::pin::pin!(self.make_tables(job.subject, file, &progress));
        loop {
            tokio::select! {
                made = &mut made => return made,
                () = tokio::time::sleep(REPORT) => {
                    let done = progress.done();
                    match jobs::report(&self.inner.store, job.id, owner, done, total).await {
                        Ok(true) => {}
                        Ok(false) => progress.cancel(),
                        // The work goes on; another node takes it only where this one stays silent.
                        Err(error) => tracing::warn!(job = job.id, %error, "progress is not told"),
                    }
                }
            }
        }
    }

    pub(crate) async fn make_tables(
        &self,
        resource: i64,
        file: &TabularFile,
        progress: &Arc<Progress>,
    ) -> Result<(Vec<TableRow>, bool)> {
        let path = self.inner.blobs.local_copy(&file.blob_key, &self.inner.table_cache).await?;
        let mut expected = self.expected(file).await?;
        let folder =
            tempfile::Builder::new().prefix("ingest-").tempdir_in(&self.inner.work_dir).map_err(
                |source| Error::Io { path: self.inner.work_dir.display().to_string(), source },
            )?;
        let name = file.file_name.clone().unwrap_or_default();
        let format = file.format;
        let work = folder.path().to_owned();
        let inspect = move || Ok(kaishu_tables::inspect(&path, format, &name, &work)?);
        let sources = unbounded(inspect).await?;
        expected.is_only_table &= sources.len() == 1;
        let expected = Arc::new(expected);
        let mut rows = Vec::with_capacity(sources.len());
        let mut is_blocked = false;
        for (n, source) in sources.into_iter().enumerate() {
            let target = folder.path().join(format!("{n}.parquet"));
            let name = source.name.clone();
            let (expected, written) = (Arc::clone(&expected), target.clone());
            let progress = Arc::clone(progress);
            let work = move || Ok(ingest_expected(&source, &expected, &written, &progress)?);
            let ingested = unbounded(work).await?;
            is_blocked |= tell_blocks(file, resource, &name, &ingested);
            let blob = self.inner.blobs.put_file(&target).await?;
            rows.push(TableRow {
                name,
                blob_key: blob.key,
                size_bytes: blob.size_bytes,
                n_rows: ingested.n_rows,
                facts: serde_json::to_string(&ingested).map_err(|error| {
                    Error::Internal(format!("facts cannot be written: {error}"))
                })?,
            });
        }
        Ok((rows, is_blocked))
    }

    /// What the entry of a dataset says of its tables.
    async fn expected(&self, file: &TabularFile) -> Result<Expected> {
        let dataset = kaishu_store::datasets::find(&self.inner.store, &file.dataset).await?;
        let Some(dataset) = dataset else { return Ok(Expected::default()) };
        let is_table = |it: &&ResourceView| is_tabular(it);
        let n_tables = dataset.resources.iter().filter(is_table).count();
        Ok(expected_of(&dataset.fields, &dataset.items, (&dataset.region.code, n_tables)))
    }
}

/// What an entry of a region says of its tables; how many files with tables it has is given with the region.
pub(crate) fn expected_of(
    fields: &EntryFields,
    items: &[DataItemView],
    (region, n_tables): (&str, usize),
) -> Expected {
    Expected {
        items: items.to_vec(),
        is_only_table: n_tables == 1,
        is_in_china: check_division_code(region).is_ok() && is_province(region),
        years: years(fields),
    }
}

/// The years that a dataset covers, where its entry says any.
fn years(fields: &EntryFields) -> Option<RangeInclusive<u16>> {
    let year = |day: NaiveDate| u16::try_from(day.year()).ok();
    let start = fields.temporal_start.and_then(year);
    let end = fields.temporal_end.and_then(year);
    (start.is_some() || end.is_some()).then(|| start.unwrap_or(0)..=end.unwrap_or(u16::MAX))
}

/// Says which blocking rules do not hold for a table, and whether there is any. A table that is
/// published already stays, as one that was imported: what blocks is the publishing of a new version, which is
/// refused before it.
fn tell_blocks(file: &TabularFile, resource: i64, table: &str, ingested: &Ingested) -> bool {
    let blocks =
        |measure: &&Measure| measure.n_failed > 0 && measure.rule.severity() == Severity::Blocking;
    let mut is_blocked = false;
    for measure in ingested.quality.iter().filter(blocks) {
        is_blocked = true;
        let Measure { rule, columns, n_checked, n_failed, .. } = measure;
        tracing::debug!(
            dataset = %file.dataset, resource, table, rule = rule.as_str(),
            columns = columns.join(", "), n_failed, n_checked,
            "a blocking rule of quality does not hold: {}", rule.checks(Lang::En)
        );
    }
    is_blocked
}

/// Runs long work beside what answers requests.
pub(crate) async fn unbounded<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|failed| {
        Err(Error::Table(TableError::Unreadable(format!("the file could not be read: {failed}"))))
    })
}

/// Names this process among all nodes.
pub(crate) fn node() -> String {
    use std::hash::{BuildHasher, RandomState};

    format!("{}-{:016x}", std::process::id(), RandomState::new().hash_one(()))
}
