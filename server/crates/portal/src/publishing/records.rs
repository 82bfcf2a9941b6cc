//! Data that changes record by record, as that of base registers: a batch of changes makes one new version
//! (PUB-12).
//!
//! A version stays what it was (PUB-14): the new one is the file before with the changes in it, and passes
//! the same checks as a file that somebody uploads. Each batch writes the whole table anew; so one is under
//! way at a time for a dataset, and the next one waits until the table of the last one is taken in.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use kaishu_domain::processing::Said;
use kaishu_store::batches::{self, RecordBatch};
use kaishu_store::jobs::{self, JobState};
use kaishu_store::tables::INGEST;
use kaishu_tables::{RecordChange, TableError, UpsertError, Upserted, inspect, upsert};
use kaishu_types::dataset::{DatasetView, ResourceView};
use kaishu_types::draft::{DraftResource, Processing};
use kaishu_types::vocabulary::{Format, ResourceKind};
use kaishu_types::{DatasetCode, ErrorCode, Lang, Remedy};
use sha2::{Digest, Sha256};

use super::record_lines::read;
use super::versions::Checked;
use crate::accounts::Caller;
use crate::tables::unbounded;
use crate::{Error, Portal, Result};

/// Most records of a batch.
pub const MAX_RECORDS: usize = 1_000;
/// Longest key of a batch, in bytes.
const MAX_KEY_BYTES: usize = 100;
/// After so many seconds a batch is sent again that came too early: a table of a usual size is taken in by then.
const WAIT_SECONDS: u64 = 5;

/// Changes of records, as they are sent.
#[derive(Debug, Clone, Copy)]
pub struct NewRecords<'a> {
    /// What the sender calls the batch; sent again with the same name, it is the same one.
    pub key: &'a str,
    /// Lines of JSON: `{"op": "upsert" | "delete", "record": {…}}`.
    pub lines: &'a [u8],
    /// What was done to the records before; who did nothing says so (PUB-02).
    pub processing: &'a BTreeSet<Processing>,
    /// The record of desensitising them, or the consent that covers them, where the entry is sensitive (CLS-10).
    pub record: &'a str,
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenRecords {
    /// The batch.
    pub batch: RecordBatch,
    /// Whether it had been taken in before.
    pub is_repeated: bool,
}

/// The datasets whose batches are being taken in on this node.
#[derive(Default)]
pub(crate) struct Batches(Mutex<BTreeSet<DatasetCode>>);

/// The turn of a batch; it ends with it.
struct Turn<'a>(&'a Batches, DatasetCode);

impl Batches {
    fn turn(&self, code: &DatasetCode) -> Option<Turn<'_>> {
        let mut busy = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        busy.insert(code.clone()).then(|| Turn(self, code.clone()))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

impl Portal {
    /// Takes in changes of the records of a table: all of them as one new version, or none. Nothing is
    /// published where every record is already as it is to be.
    ///
    /// `id` is the number of the file, or the one that it had in an earlier version.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not know of the dataset, or it has no such file; refused for who may
    /// not edit it, where it is not published, where another batch was sent by this name, where nobody says what was
    /// done to the records or sensitive ones are not covered (PUB-02); `InvalidInput`
    /// naming record and data item, where the entry declares no key, and for a file that takes none;
    /// `TooManyRequests` while a batch before is being taken in. The version before serves on.
    pub async fn publish_records(
        &self,
        caller: &Caller,
        (code, id): (&DatasetCode, i64),
        new: NewRecords<'_>,
        lang: Lang,
    ) -> Result<TakenRecords> {
        let store = &self.inner.store;
        let hidden = || Error::not_found("dataset", code.to_string());
        let dataset = kaishu_store::datasets::find(store, code).await?.ok_or_else(hidden)?;
        self.takes_versions(caller, &dataset, lang).await?;
        check_batch_key(new.key, lang)?;
        let sha256 = kaishu_store::blobs::hex(&Sha256::digest(new.lines));
        if let Some(known) = batches::find(store, code, new.key).await? {
            return repeated(known, &sha256, lang);
        }
        let (place, resource) = file_of(&dataset, id)?;
        check_takes_records(&dataset, resource, lang)?;
        let said = Said { done: new.processing, record: new.record };
        Box::pin(self.check_processing(&dataset, said, lang)).await?;
        let changes = read(new.lines, &dataset, lang)?;
        let _turn = self.inner.batches.turn(code).ok_or_else(|| too_early(lang))?;
        self.check_taken_in(resource.id, lang).await?;
        let (file, done) = self.with_changes(&dataset, resource, changes, lang).await?;
        let mut batch = RecordBatch {
            key: new.key.to_owned(),
            sha256,
            version: dataset.version,
            n_inserted: done.n_inserted,
            n_updated: done.n_updated,
            n_same: done.n_same,
            n_deleted: done.n_deleted,
            n_rows: done.n_rows,
            taken_at: self.instant(),
        };
        if !done.has_changed() {
            let transaction = store.begin().await?;
            batches::add(&transaction, code, &batch).await?;
            transaction.commit().await?;
            return Ok(TakenRecords { batch, is_repeated: false });
        }
        self.check_data(&dataset, place, &file, lang).await?;
        let entry = self.next_entry(&dataset, place, &file, "").await?;
        let checked = Checked {
            dataset: &dataset,
            file: &file,
            entry: &entry,
            processing: new.processing,
            record: new.record,
            upload: None,
            batch: Some(&batch),
        };
        batch.version = Box::pin(self.release_version(caller, checked, lang)).await?;
        Ok(TakenRecords { batch, is_repeated: false })
    }

    /// Each version is taken in before the next one comes: so a sender that is too fast costs one table at
    /// a time, and readers find a table that is whole.
    async fn check_taken_in(&self, id: i64, lang: Lang) -> Result<()> {
        let store = &self.inner.store;
        if !kaishu_store::tables::of_resources(store, &[id]).await?.is_empty() {
            return Ok(());
        }
        match jobs::find(store, INGEST, id).await?.map(|job| job.state) {
            Some(JobState::Done | JobState::Failed | JobState::Cancelled) => Ok(()),
            Some(JobState::Waiting | JobState::Running) | None => Err(too_early(lang)),
        }
    }

    /// Writes the file of a version with changes in it.
    async fn with_changes(
        &self,
        dataset: &DatasetView,
        resource: &ResourceView,
        changes: Vec<RecordChange>,
        lang: Lang,
    ) -> Result<(DraftResource, Upserted)> {
        let blobs = &self.inner.blobs;
        let key =
            kaishu_store::datasets::blob_key(&self.inner.store, &dataset.code, resource.id).await?;
        let key = key.ok_or_else(|| no_records(resource, lang))?;
        let path = blobs.local_copy(&key, &self.inner.table_cache).await?;
        let folder =
            tempfile::Builder::new().prefix("records-").tempdir_in(&self.inner.work_dir).map_err(
                |source| Error::Io { path: self.inner.work_dir.display().to_string(), source },
            )?;
        let target = folder.path().join("records.csv");
        let name = resource.file_name.clone().unwrap_or_default();
        let (within, written) = (folder.path().to_owned(), target.clone());
        let (format, record_key) = (resource.format, dataset.fields.record_key.clone());
        let done = unbounded(move || {
            let source = inspect(&path, format, &name, &within)?.into_iter().next();
            let source = source.ok_or(TableError::Empty { file: name })?;
            Ok(upsert(&source, &record_key, &changes, &written))
        });
        let done = done.await?.map_err(|error| refused(error, resource, lang))?;
        let blob = blobs.put_file(&target).await?;
        let file = DraftResource {
            title: resource.title.clone(),
            description: resource.description.clone(),
            kind: ResourceKind::File,
            format,
            media_type: resource.media_type.clone(),
            url: None,
            in_place: None,
            file_name: resource.file_name.clone(),
            size_bytes: Some(blob.size_bytes),
            sha256: Some(blob.sha256),
            sm3: Some(blob.sm3),
            blob_key: Some(blob.key),
        };
        Ok((file, done))
    }
}

/// What the log keeps of a batch: how much changed, and no value.
pub(super) fn facts(batch: &RecordBatch) -> impl Iterator<Item = (String, String)> {
    let counts = [
        ("inserted", batch.n_inserted),
        ("updated", batch.n_updated),
        ("deleted", batch.n_deleted),
    ];
    let counts = counts.map(|(name, n)| (name.to_owned(), n.to_string()));
    counts.into_iter().chain([("batch".to_owned(), batch.key.clone())])
}

fn check_batch_key(key: &str, lang: Lang) -> Result<()> {
    let is_right =
        (1..=MAX_KEY_BYTES).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if is_right {
        return Ok(());
    }
    let message = lang.pick(
        "请用请求头 Idempotency-Key 给这一批起一个名称：1 至 100 个可见的 ASCII 字符",
        "name the batch by the header Idempotency-Key: 1 to 100 visible ASCII characters",
    );
    Err(Error::field("Idempotency-Key", message))
}

fn repeated(known: RecordBatch, sha256: &str, lang: Lang) -> Result<TakenRecords> {
    if known.sha256 == sha256 {
        return Ok(TakenRecords { batch: known, is_repeated: true });
    }
    Err(Error::refused(
        ErrorCode::Conflict,
        lang.pick(
            "已经用这个 Idempotency-Key 收到过内容不同的一批记录，这一批没有写入。请换一个名称",
            "another batch came by this `Idempotency-Key`; nothing of this one was taken in, give it its own",
        ),
    ))
}

/// The file of a dataset by its number now or in an earlier version, with its place.
fn file_of(dataset: &DatasetView, id: i64) -> Result<(usize, &ResourceView)> {
    let hidden = || Error::not_found("resource", format!("{id} of {}", dataset.code));
    let of_versions = dataset.versions.iter().flat_map(|version| &version.resources);
    let named = dataset.resources.iter().chain(of_versions).find(|it| it.id == id);
    let named = named.ok_or_else(hidden)?;
    let files = || dataset.resources.iter().enumerate();
    let is_called =
        |it: &ResourceView| it.file_name == named.file_name && it.format == named.format;
    let same = files().find(|(_, it)| it.id == id);
    same.or_else(|| files().find(|(_, it)| is_called(it))).ok_or_else(hidden)
}

fn check_takes_records(dataset: &DatasetView, resource: &ResourceView, lang: Lang) -> Result<()> {
    if dataset.fields.record_key.is_empty() {
        return Err(Error::Refused {
            code: ErrorCode::InvalidInput,
            message: lang
                .pick(
                    "目录没有写明记录主键，不能按记录更新。请先修订目录，填写记录主键",
                    "the entry declares no record key, so records cannot be told apart; revise it and declare one",
                )
                .to_owned(),
            rule: None,
            remedy: Some(Remedy {
                text: lang.pick("打开工作台", "Open the workbench").to_owned(),
                link: "/workbench".to_owned(),
            }),
        });
    }
    let is_text =
        resource.kind == ResourceKind::File && matches!(resource.format, Format::Csv | Format::Tsv);
    if is_text { Ok(()) } else { Err(no_records(resource, lang)) }
}

fn no_records(resource: &ResourceView, lang: Lang) -> Error {
    Error::refused(
        ErrorCode::InvalidInput,
        lang.pick(
            format!("“{}”不是只有一行表头的 CSV 表，不能按记录更新", resource.title),
            format!(
                "`{}` is no CSV table with one header row, so its records cannot be changed",
                resource.title
            ),
        ),
    )
}

fn too_early(lang: Lang) -> Error {
    Error::TryLater {
        message: lang
            .pick(
                "上一批还在处理。同一数据集一次只处理一批（最多 1000 条记录），请稍后再发",
                "The batch before is being taken in. A dataset takes one batch of up to 1,000 records at a time; send this one again later.",
            )
            .to_owned(),
        seconds: WAIT_SECONDS,
    }
}

/// What stands against changing a table.
fn refused(error: UpsertError, resource: &ResourceView, lang: Lang) -> Error {
    let of_record =
        |place: usize, message: &str| Error::field(&format!("records[{}]", place + 1), message);
    match error {
        UpsertError::Table(error) => Error::Table(error),
        UpsertError::Shape => no_records(resource, lang),
        UpsertError::NoColumn(name) => Error::field(
            "record_key",
            lang.pick(format!("表里没有主键列 {name}"), format!("the table has no column `{name}`")),
        ),
        UpsertError::Ragged(line) => Error::refused(
            ErrorCode::InvalidInput,
            lang.pick(
                format!("现有文件第 {line} 行的值数与表头不同，请先上传改正后的文件"),
                format!("line {line} of the file has another number of values than its header; upload it corrected first"),
            ),
        ),
        UpsertError::KeyRepeats(place) => of_record(
            place,
            lang.pick("现有表中有几行的主键与它相同", "several rows of the table have its key"),
        ),
        UpsertError::NoSuchRecord(place) => of_record(
            place,
            lang.pick("现有表中没有这个主键的记录", "the table has no record with its key"),
        ),
    }
}
