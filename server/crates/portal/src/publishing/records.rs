//! Data that changes record by record, as that of base registers: a batch of changes makes one new version
//! (PUB-12).
//!
//! A version stays what it was (PUB-14): the new one is the file before with the changes in it, and passes
//! the same checks as a file that somebody uploads. Each batch writes the whole table anew; so one is under
//! way at a time for a dataset, and the next one waits until the table of the last one is taken in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use kaishu_store::batches::{self, RecordBatch};
use kaishu_store::jobs::{self, JobState};
use kaishu_store::tables::INGEST;
use kaishu_tables::{RecordChange, TableError, UpsertError, Upserted, inspect, is_of_type, upsert};
use kaishu_types::dataset::{DataItemView, DatasetView, ResourceView};
use kaishu_types::draft::DraftResource;
use kaishu_types::vocabulary::{Format, ResourceKind};
use kaishu_types::{DatasetCode, ErrorCode, FieldError, Lang, Remedy};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::versions::Checked;
use crate::accounts::Caller;
use crate::tables::unbounded;
use crate::{Error, Portal, Result};

/// Most records of a batch.
pub const MAX_RECORDS: usize = 1_000;
/// Longest key of a batch, in bytes.
const MAX_KEY_BYTES: usize = 100;
/// So many faults of a batch are told.
const MAX_FAULTS: usize = 20;
/// After so many seconds a batch is sent again that came too early: a table of a usual size is taken in by then.
const WAIT_SECONDS: u64 = 5;
/// Numbers above this are not read exactly from JSON.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// Changes of records, as they are sent.
#[derive(Debug, Clone, Copy)]
pub struct NewRecords<'a> {
    /// What the sender calls the batch; sent again with the same name, it is the same one.
    pub key: &'a str,
    /// Lines of JSON: `{"op": "upsert" | "delete", "record": {…}}`.
    pub lines: &'a [u8],
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

/// One line of a batch.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    op: Op,
    record: BTreeMap<String, Value>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Op {
    Upsert,
    Delete,
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
    /// not edit it, where it is not published, and where another batch was sent by this name; `InvalidInput`
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
        self.check_structure(&dataset, place, &file, lang).await?;
        let entry = self.next_entry(&dataset, place, &file, "").await?;
        let checked = Checked {
            dataset: &dataset,
            file: &file,
            entry: &entry,
            processing: &BTreeSet::new(),
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

/// Reads a batch, and checks each record against the data items; all that is wrong is named at once.
fn read(lines: &[u8], dataset: &DatasetView, lang: Lang) -> Result<Vec<RecordChange>> {
    let lines: Vec<&[u8]> =
        lines.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).collect();
    if lines.is_empty() || lines.len() > MAX_RECORDS {
        let message = lang.pick(
            format!("一批有 1 至 {MAX_RECORDS} 条记录，这一批有 {} 条", lines.len()),
            format!("a batch has 1 to {MAX_RECORDS} records, this one {}", lines.len()),
        );
        return Err(Error::field("records", message));
    }
    let key = &dataset.fields.record_key;
    let mut checking = Checking { items: &dataset.items, key, lang, faults: Vec::new() };
    let mut changes = Vec::with_capacity(lines.len());
    let mut seen: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for (place, line) in lines.into_iter().enumerate() {
        let change = checking.record(place, line);
        let key_of = |change: &RecordChange| -> Vec<String> {
            let value = |name| change.values().get(name).map_or("", |it: &String| it.trim());
            key.iter().map(|name| value(name).to_owned()).collect()
        };
        if let Some(before) = change.as_ref().and_then(|it| seen.insert(key_of(it), place)) {
            checking.fault(
                place,
                None,
                lang.pick(
                    format!("与第 {} 条记录的主键相同", before + 1),
                    format!("has the same key as record {}", before + 1),
                ),
            );
        }
        changes.extend(change);
    }
    match checking.faults.is_empty() {
        true => Ok(changes),
        false => {
            checking.faults.truncate(MAX_FAULTS);
            Err(Error::InvalidInput(checking.faults))
        }
    }
}

/// Checks records against the data items of an entry.
struct Checking<'a> {
    items: &'a [DataItemView],
    key: &'a [String],
    lang: Lang,
    faults: Vec<FieldError>,
}

impl Checking<'_> {
    /// Adds a fault of a record, by its place from 0, and of one of its data items.
    fn fault(&mut self, place: usize, item: Option<&str>, message: String) {
        let item = item.map(|item| format!(".{item}")).unwrap_or_default();
        self.faults.push(FieldError { field: format!("records[{}]{item}", place + 1), message });
    }

    fn record(&mut self, place: usize, line: &[u8]) -> Option<RecordChange> {
        let lang = self.lang;
        let Line { op, record } = match serde_json::from_slice(line) {
            Ok(line) => line,
            Err(error) => {
                let wanted = "{\"op\": \"upsert\" | \"delete\", \"record\": {…}}";
                self.fault(
                    place,
                    None,
                    lang.pick(
                        format!("不是 {wanted}：{error}"),
                        format!("is not {wanted}: {error}"),
                    ),
                );
                return None;
            }
        };
        let n_faults = self.faults.len();
        let (items, key) = (self.items, self.key);
        for name in record.keys().filter(|name| items.iter().all(|item| item.name != **name)) {
            let message = lang.pick("不是数据项的名称", "is no name of a data item");
            self.fault(place, Some(name), message.to_owned());
        }
        let mut values = BTreeMap::new();
        for item in items {
            let is_key = key.contains(&item.name);
            let Some(value) = record.get(&item.name) else {
                if is_key || op == Op::Upsert {
                    let message = lang.pick(
                        "缺少这个数据项；没有值的写 null",
                        "is missing; where there is no value, write null",
                    );
                    self.fault(place, Some(&item.name), message.to_owned());
                }
                continue;
            };
            match self.text(value, item, is_key) {
                Ok(text) => {
                    values.insert(item.name.clone(), text);
                }
                Err(message) => self.fault(place, Some(&item.name), message),
            }
        }
        (self.faults.len() == n_faults).then_some(match op {
            Op::Upsert => RecordChange::Upsert(values),
            Op::Delete => RecordChange::Delete(values),
        })
    }

    /// The text of a value as it stands in the table; says what is wrong with it.
    fn text(&self, value: &Value, item: &DataItemView, is_key: bool) -> Result<String, String> {
        let lang = self.lang;
        let text = match value {
            Value::Null => String::new(),
            Value::Bool(value) => value.to_string(),
            Value::String(text) => text.clone(),
            Value::Number(number)
                if number.is_f64() && number.as_f64().is_none_or(|it| it.abs() > MAX_EXACT) =>
            {
                let message = lang.pick(
                    "数字太长，会丢失精度；请写成文本",
                    "has more digits than a JSON number keeps; write it as text",
                );
                return Err(message.to_owned());
            }
            Value::Number(number) => number.to_string(),
            Value::Array(_) | Value::Object(_) => {
                let message = lang.pick(
                    "请写文本、数字、true、false 或者 null",
                    "is a text, a number, true, false or null",
                );
                return Err(message.to_owned());
            }
        };
        if is_key && text.trim().is_empty() {
            return Err(lang.pick("主键不能为空", "is of the key and has no value").to_owned());
        }
        if !is_of_type(&text, item.item_type) {
            let wanted = item.item_type.label(lang);
            return Err(lang.pick(
                format!("不是“{wanted}”类型的值"),
                format!("is no value of the type {wanted}"),
            ));
        }
        let longest = item.length.and_then(|n| usize::try_from(n).ok());
        match longest.filter(|longest| text.chars().count() > *longest) {
            Some(longest) => Err(lang.pick(
                format!("超过 {longest} 个字"),
                format!("has more than {longest} characters"),
            )),
            None => Ok(text),
        }
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
