//! Looking at what was found in files, and deciding about it (SEC-21, PUB-02).

use kaishu_domain::cases::Actor;
use kaishu_domain::permission::Action;
use kaishu_domain::personal::Sensitive;
use kaishu_domain::quality::Measure;
use kaishu_domain::release::{Decision, Release};
use kaishu_store::decisions::{self, Decided, Subject};
use kaishu_store::jobs::{self, JobState};
use kaishu_store::tables::is_tabular;
use kaishu_tables::{Anonymity, Governed, IngestedColumn, View, VisibleColumn};
use kaishu_types::dataset::{DatasetView, ResourceView};
use kaishu_types::table::Mask;
use kaishu_types::vocabulary::ResourceKind;
use kaishu_types::{DatasetCode, Lang};

use super::gate::stopped_column;
use super::{Described, FileRelease, INGEST, StoppedColumn};
use crate::accounts::Caller;
use crate::cases::command;
use crate::processing::Measured;
use crate::{Error, Portal, Result};

/// A file as its publisher sees it: nothing is left out.
#[derive(Debug, Clone)]
pub struct FileReport {
    /// The file.
    pub resource: ResourceView,
    /// Where its job is; `None` where there is none.
    pub state: Option<JobState>,
    /// Why the job failed.
    pub note: Option<String>,
    /// Its tables.
    pub tables: Vec<TableReport>,
}

/// A table as its publisher sees it.
#[derive(Debug, Clone)]
pub struct TableReport {
    /// The sheet, the file in the archive; empty where the file is one table.
    pub name: String,
    /// Its rows.
    pub n_rows: u64,
    /// Rules of quality that do not hold.
    pub faults: Vec<Measure>,
    /// Its columns, each with what becomes of it.
    pub columns: Vec<(IngestedColumn, Release)>,
}

impl Portal {
    /// Reports on the files of a dataset that tables are made of, of older versions too.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such dataset.
    pub async fn file_reports(&self, code: &DatasetCode) -> Result<Vec<FileReport>> {
        let dataset = self.whole_dataset(code).await?;
        let gate = self.gate(code, &Described::of(&dataset)).await?;
        let mut reports = Vec::new();
        for resource in files(&dataset).into_iter().filter(is_tabular) {
            let job = jobs::find(&self.inner.store, INGEST, resource.id).await?;
            let mut tables = Vec::new();
            let stored =
                kaishu_store::tables::of_resources(&self.inner.store, &[resource.id]).await?;
            for table in &stored {
                let ingested = self.load_table(table).await?.ingested.clone();
                let columns = ingested.columns.into_iter().map(|column| {
                    let release = gate.of(resource.id, &column);
                    (column, release)
                });
                let columns = columns.collect();
                let mut faults = ingested.quality;
                faults.retain(|measure| measure.n_failed > 0);
                tables.push(TableReport {
                    faults,
                    name: table.name.clone(),
                    n_rows: ingested.n_rows,
                    columns,
                });
            }
            let state = job.as_ref().map(|job| job.state);
            let note = job.and_then(|job| job.note);
            reports.push(FileReport { resource, state, note, tables });
        }
        Ok(reports)
    }

    /// Lists what waits for a person: open columns in which something was found, and files that cannot
    /// be looked into, of published datasets.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn waiting(&self) -> Result<Vec<Waiting>> {
        let mut waiting = Vec::new();
        for code in kaishu_store::tables::datasets(&self.inner.store).await? {
            let Some(view) = self.find_public(&code).await? else { continue };
            let unknown = view.kept_back.iter().filter(|(_, it)| **it == FileRelease::Unknown);
            let mut unknown: Vec<i64> = unknown.map(|(id, _)| *id).collect();
            unknown.sort_unstable();
            let file = |file, subject| Waiting { dataset: code.clone(), file, subject };
            waiting.extend(unknown.into_iter().map(|id| file(id, None)));
            for report in self.file_reports(&code).await? {
                let id = report.resource.id;
                let is_listed = view.dataset.resources.iter().any(|resource| resource.id == id);
                for (column, release) in report.tables.into_iter().flat_map(|table| table.columns) {
                    let is_open = view.open_columns.has(&column.stored.name)
                        || view.kept_back.contains_key(&id);
                    if is_listed && is_open && release == Release::Held {
                        waiting.push(file(id, Some(stopped_column(&column, release))));
                    }
                }
            }
        }
        Ok(waiting)
    }

    /// Lists the decisions about a dataset, the oldest first.
    pub async fn decisions(&self, code: &DatasetCode) -> Result<Vec<Decided>> {
        Ok(decisions::of_dataset(&self.inner.store, code).await?)
    }

    /// Decides what becomes of a column. A release is of what is found in it now, in all its files; what
    /// a later file brings stops it again.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such dataset or column; `InvalidInput` where nobody decides, or a
    /// release has no reason.
    pub async fn decide_column(
        &self,
        code: &DatasetCode,
        column: &str,
        verdict: Verdict,
        reason: &str,
        by: By<'_>,
    ) -> Result<Decided> {
        let (_, by) = self.decider(code, by).await?;
        check_reason(reason)?;
        let reports = self.file_reports(code).await?;
        let mut kinds: Vec<Sensitive> = Vec::new();
        let mut is_there = false;
        let tables = reports.iter().flat_map(|report| &report.tables);
        for (found, _) in tables.flat_map(|table| &table.columns) {
            if found.stored.name == column {
                is_there = true;
                kinds.extend(found.findings.iter().map(|finding| finding.kind));
            }
        }
        if !is_there {
            return Err(Error::not_found("column", format!("{column} of {code}")));
        }
        kinds.sort_unstable();
        kinds.dedup();
        let decision = match verdict {
            Verdict::Mask(mask) => Decision::Mask(mask),
            Verdict::Restrict => Decision::Restrict,
            Verdict::Release => Decision::Justify(kinds),
        };
        let subject = Subject::Column(column.to_owned());
        self.keep_decision(code, subject, decision, reason, by).await
    }

    /// Lets a file pass that nobody could look into, or stops it again.
    ///
    /// # Errors
    ///
    /// `NotFound` where the dataset has no such file; `InvalidInput` as for a column.
    pub async fn decide_file(
        &self,
        code: &DatasetCode,
        id: i64,
        is_released: bool,
        reason: &str,
        by: By<'_>,
    ) -> Result<Decided> {
        let (dataset, by) = self.decider(code, by).await?;
        check_reason(reason)?;
        if !files(&dataset).iter().any(|resource| resource.id == id) {
            return Err(Error::not_found("resource", format!("{id} of {code}")));
        }
        let decision = match is_released {
            true => Decision::Justify(Vec::new()),
            false => Decision::Restrict,
        };
        let subject = Subject::File(id);
        self.keep_decision(code, subject, decision, reason, by).await
    }

    /// Keeps a decision and its entry in the log (PUB-02).
    async fn keep_decision(
        &self,
        code: &DatasetCode,
        subject: Subject,
        decision: Decision,
        reason: &str,
        by: Actor,
    ) -> Result<Decided> {
        let transaction = self.inner.store.begin_catalogue().await?;
        let decided =
            decisions::add(&transaction, code, subject, decision, reason, &by.name).await?;
        self.log_decision(&transaction, code, by, &decided).await?;
        transaction.commit().await?;
        self.wake_index();
        Ok(decided)
    }

    /// Takes a file in again, well or badly done before. Returns whether it could be queued: not while
    /// it is being taken in.
    pub async fn take_in_again(&self, code: &DatasetCode, id: i64) -> Result<bool> {
        check_file(&self.whole_dataset(code).await?, id)?;
        Ok(jobs::repeat(&self.inner.store, INGEST, id).await?)
    }

    /// Stops taking a file in; what it had before serves on. Returns whether there was something to stop.
    pub async fn stop_taking_in(&self, code: &DatasetCode, id: i64) -> Result<bool> {
        check_file(&self.whole_dataset(code).await?, id)?;
        Ok(jobs::cancel(&self.inner.store, INGEST, id).await?)
    }

    /// Measures how far a group of columns, as they are released, tells persons apart: the rows that
    /// fewer than `k` have in common (k-anonymity of the quasi-identifiers). What it came to is written
    /// down as processing done (PUB-02).
    ///
    /// # Errors
    ///
    /// `NotFound` for what is not there; `InvalidInput` where a column is not released.
    pub async fn anonymity(
        &self,
        code: &DatasetCode,
        (id, number): (i64, usize),
        columns: &[String],
        k: u64,
        by: By<'_>,
    ) -> Result<Anonymity> {
        let (dataset, by) = self.decider(code, by).await?;
        check_file(&dataset, id)?;
        let gate = self.gate(code, &Described::of(&dataset)).await?;
        let stored = kaishu_store::tables::of_resources(&self.inner.store, &[id]).await?;
        let missing = || Error::not_found("table", format!("{number} of {id}"));
        let table =
            number.checked_sub(1).and_then(|place| stored.get(place)).ok_or_else(missing)?;
        let loaded = self.load_table(table).await?;
        let path = self.inner.blobs.local_copy(&table.blob_key, &self.inner.table_cache).await?;
        let releases = loaded.ingested.columns.iter().map(|column| gate.of(id, column));
        let visible = releases.enumerate().filter_map(|(index, release)| {
            let mask = match release {
                Release::Open => None,
                Release::Masked(mask) => Some(mask),
                Release::Held | Release::Restricted => return None,
            };
            Some(VisibleColumn { index, label: String::new(), unit: None, mask })
        });
        let view = View { columns: visible.collect(), rows: None };
        let n_rows = loaded.ingested.n_rows;
        let governed = Governed::new(loaded.ingested.stored(path), view);
        let found = self.inner.engine.anonymity(&governed, columns, k).await?;
        let asked = Measured { file: id, table: number, columns, k, n_rows };
        self.log_measure(code, by, asked, &found).await?;
        Ok(found)
    }

    /// Finds a dataset and who acts on what was found in it, with the role it is done in.
    async fn decider(&self, code: &DatasetCode, by: By<'_>) -> Result<(DatasetView, Actor)> {
        let dataset = self.whole_dataset(code).await?;
        let actor = match by {
            By::Command(name) if name.trim().is_empty() => {
                let what = "name who decided, as the record must show it";
                return Err(Error::field("by", what));
            }
            By::Command(name) => command(Some(name)),
            By::Caller(caller, lang) => {
                self.actor_on(caller, Action::DecideFindings, &dataset, lang).await?
            }
        };
        Ok((dataset, actor))
    }

    async fn whole_dataset(&self, code: &DatasetCode) -> Result<DatasetView> {
        let found = kaishu_store::datasets::find(&self.inner.store, code).await?;
        found.ok_or_else(|| Error::not_found("dataset", code.as_str()))
    }
}

/// Something that waits for a person to decide.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The dataset.
    pub dataset: DatasetCode,
    /// The file.
    pub file: i64,
    /// The column; `None` where the file cannot be looked into.
    pub subject: Option<StoppedColumn>,
}

/// Who answers for a decision.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    /// Whoever runs a command of the server, by the name they give.
    Command(&'a str),
    /// Somebody who is logged in and may, with the language of refusals.
    Caller(&'a Caller, Lang),
}

/// What a person says about a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It leaves through a mask only.
    Mask(Mask),
    /// It does not leave.
    Restrict,
    /// It leaves as it is.
    Release,
}

fn check_reason(reason: &str) -> Result<()> {
    match reason.trim().is_empty() {
        true => Err(Error::field("reason", "say why, as the record must show it")),
        false => Ok(()),
    }
}

fn check_file(dataset: &DatasetView, id: i64) -> Result<()> {
    match files(dataset).iter().any(|resource| resource.id == id && is_tabular(resource)) {
        true => Ok(()),
        false => Err(Error::not_found("resource", format!("{id} of {}", dataset.code))),
    }
}

/// The files of a dataset, of all its versions, each once.
fn files(dataset: &DatasetView) -> Vec<ResourceView> {
    let of_versions = dataset.versions.iter().flat_map(|version| &version.resources);
    let mut found: Vec<ResourceView> = dataset
        .resources
        .iter()
        .chain(of_versions)
        .filter(|it| it.kind == ResourceKind::File)
        .cloned()
        .collect();
    found.sort_unstable_by_key(|resource| resource.id);
    found.dedup_by_key(|resource| resource.id);
    found
}
