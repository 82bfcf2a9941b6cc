//! Taking over catalogues of other portals (ZON-05): idempotent, resumable, one bad record never
//! stops the others.
//!
//! A reader thread turns the file into records and sends them in batches; each batch is written in
//! one transaction together with how far the import got, so after a kill it goes on from there.

mod classes;
mod columns;
mod contents;
mod folder;
mod geojson;
mod json;
mod merge;
mod organizations;
mod reading;
mod report;

use std::collections::BTreeSet;
use std::path::PathBuf;

use kaishu_domain::processing::Said;
use kaishu_interop::Outcome as Read;
use kaishu_interop::jsonl::Mapping;
use kaishu_store::Transaction;
use kaishu_store::datasets::Outcome;
use kaishu_store::imports::{self, ImportRun};
use kaishu_types::import::{MergeReport, Note, Rejection};

pub use folder::Folder;

use crate::cases::{LogAct, command};
use crate::{Error, Portal, Result};
use merge::Merger;

/// Records written in one transaction.
const BATCH: usize = 1_000;

/// What is imported.
#[derive(Debug, Clone)]
pub enum Input {
    /// Replies of CKAN, or JSON lines of packages: a file or a folder of files.
    Ckan(PathBuf),
    /// DCAT in any syntax, or DCAT-US `data.json`.
    Dcat(PathBuf),
    /// JSON lines or YAML files, read by a mapping.
    Jsonl(PathBuf, Box<Mapping>),
    /// A folder of CSV tables.
    CsvDir(Folder),
}

/// How records are taken over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// Name of the catalogue they come from; part of their identity. `None` for records that are
    /// this portal's own (the demonstration).
    pub source: Option<String>,
    /// Code of the region they belong to where they do not say.
    pub region: Option<String>,
    /// Days by which the dates of entries are moved, so that a demonstration does not grow old.
    pub days_moved: i64,
}

/// How far an import got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Records read, bad ones included.
    pub n_records: u64,
    /// Whether these were taken over before a kill and are only passed over now.
    pub resumed: bool,
}

impl Portal {
    /// Imports a catalogue, telling `progress` after each batch.
    ///
    /// # Errors
    ///
    /// A file that cannot be read at all; single bad records are in the report.
    pub async fn import(
        &self,
        input: Input,
        options: Options,
        mut progress: impl FnMut(Progress),
    ) -> Result<MergeReport> {
        let mut prepared = reading::prepare(input).await?;
        let mut uncovered = Vec::new();
        if let Some(related) = &mut prepared.related {
            uncovered = folder::take_uncovered(self, related);
            folder::write_related(self, related).await?;
        }
        let mut merger = Merger::new(self, &options).await?;
        merger.uncovered = uncovered.iter().map(|(code, _)| code.clone()).collect();
        merger.folder = prepared.folder.clone();
        let name = options.source.clone().unwrap_or_else(|| "local".to_owned());
        let store = &self.inner.store;
        let fingerprint = prepared.fingerprint(&options);
        let resumable = imports::find_resumable(store, &name, &fingerprint).await?;
        let mut run = match resumable {
            Some(run) => run,
            None => imports::start(store, &name, &fingerprint).await?,
        };
        if run.position > 0 {
            progress(Progress { n_records: run.position, resumed: true });
        } else {
            let rejected = uncovered.into_iter().map(|(_, rejection)| rejection).collect();
            report::add_rejections(&mut run.report, rejected);
            report::add_notes(&mut run.report, prepared.notes());
        }
        let mut source = prepared.start();
        let mut n_records: u64 = 0;
        while let Some(batch) = source.next(BATCH).await? {
            let n_read = batch.len() as u64;
            // The part of this batch that an earlier run took over.
            let done = run.position.saturating_sub(n_records).min(n_read);
            n_records += n_read;
            let fresh: Vec<Read> =
                batch.into_iter().skip(usize::try_from(done).unwrap_or(0)).collect();
            if fresh.is_empty() {
                continue;
            }
            self.take_over(&mut run, &mut merger, fresh, n_records).await?;
            self.wake_index();
            progress(Progress { n_records, resumed: false });
        }
        let mut report = run.report.clone();
        report::note_unlisted(&mut report, n_records);
        report.unmapped.sort_by(|one, other| {
            other.count.cmp(&one.count).then_with(|| one.value.cmp(&other.value))
        });
        let transaction = store.begin().await?;
        imports::finish(&transaction, &run, &report).await?;
        self.log_import(&transaction, &name, &fingerprint, &report).await?;
        transaction.commit().await?;
        self.reload_directory().await?;
        Ok(report)
    }

    async fn take_over(
        &self,
        run: &mut ImportRun,
        merger: &mut Merger,
        batch: Vec<Read>,
        position: u64,
    ) -> Result<()> {
        let mut entries = Vec::with_capacity(batch.len());
        let mut names = Vec::with_capacity(batch.len());
        let (mut rejected, mut notes) = (Vec::new(), Vec::new());
        merger.write_organizations(self, &batch).await?;
        for outcome in batch {
            let record = match outcome {
                Ok(record) => record,
                Err(rejection) => {
                    rejected.push(rejection);
                    continue;
                }
            };
            let name = record.source_id.clone();
            let merged = merger.entry(self, record).await?;
            let remarks = merger.take_notes().into_iter();
            match merged {
                Ok(entry) => {
                    entries.push(entry);
                    notes.extend(remarks.map(|text| Note { record: name.clone(), text }));
                    names.push(name);
                }
                Err(reason) => rejected.push(Rejection { record: name, reason }),
            }
        }
        let unmapped = merger.take_unmapped();
        let transaction = self.inner.store.begin_catalogue().await?;
        let written =
            imports::apply_batch(&transaction, run, &entries, position, |verdicts, mut report| {
                for (verdict, name) in verdicts.iter().zip(names) {
                    match verdict {
                        Ok(upserted) => match upserted.outcome {
                            Outcome::Created => report.created += 1,
                            Outcome::Updated => report.updated += 1,
                            Outcome::Unchanged => report.unchanged += 1,
                        },
                        Err(refusal) => {
                            let reason = refusal.reason.clone();
                            rejected.push(Rejection { record: name, reason });
                        }
                    }
                }
                report::add_rejections(&mut report, rejected);
                report::add_notes(&mut report, notes);
                report::add_unmapped(&mut report, unmapped);
                report
            });
        let (verdicts, after) = written.await?;
        for (verdict, entry) in verdicts.iter().zip(&entries) {
            let changed = verdict.as_ref().ok().filter(|it| it.outcome != Outcome::Unchanged);
            let Some(changed) = changed else { continue };
            let (by, items) = (command(None), &entry.items);
            let said = Said { done: &BTreeSet::new(), record: "" };
            self.log_processing(&transaction, &changed.code, by, said, items).await?;
        }
        transaction.commit().await?;
        *run = after;
        Ok(())
    }

    /// Writes down that a catalogue was taken over, from where and with what result (SEC-01).
    async fn log_import(
        &self,
        transaction: &Transaction,
        source: &str,
        fingerprint: &str,
        report: &MergeReport,
    ) -> Result<()> {
        let facts = [
            ("fingerprint", fingerprint.to_owned()),
            ("created", report.created.to_string()),
            ("updated", report.updated.to_string()),
            ("unchanged", report.unchanged.to_string()),
            ("rejected", report.rejected.len().to_string()),
        ];
        let facts = facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let (kind, subject, by) = ("import", source, command(None));
        let act = LogAct { kind, subject, event: "imported", by, facts, ..LogAct::default() };
        self.log(transaction, act).await?;
        Ok(())
    }
}

/// Names a file in an error.
fn io_error(path: &std::path::Path, source: std::io::Error) -> Error {
    Error::Io { path: path.display().to_string(), source }
}
