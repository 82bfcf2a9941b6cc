//! New data of what is published: a refresh of the same structure needs no review (REV-11, PUB-14).

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use futures::Stream;
use kaishu_domain::cases::Actor;
use kaishu_domain::permission::Action;
use kaishu_domain::processing::Said;
use kaishu_store::batches::RecordBatch;
use kaishu_store::datasets::{EntryWrite, Origin, ResourceWrite};
use kaishu_tables::Ingested;
use kaishu_types::dataset::{DatasetView, ResourceView};
use kaishu_types::draft::{DraftResource, Processing};
use kaishu_types::vocabulary::{DatasetState, Format, ResourceKind};
use kaishu_types::{DatasetCode, ErrorCode, Lang, Remedy, RuleRef};

use super::blocking::{expected_of_next, refuse_new};
use super::files::{format_of, name_of, title_of};
use crate::accounts::Caller;
use crate::cases::LogAct;
use crate::{Error, Portal, Result};

/// Longest note of a version, in characters.
const MAX_NOTE_CHARS: usize = 2_000;

/// A new file of a published dataset.
pub struct NewVersion<'a> {
    /// The name of the file; it takes the place of the one with this name, or of the only one.
    pub file_name: &'a str,
    /// What is new, in the publisher's words; it is public.
    pub note: &'a str,
    /// What was done to the data before; who did nothing says so (PUB-02).
    pub processing: BTreeSet<Processing>,
    /// The record of desensitising it, or the consent that covers it, where the entry is sensitive (CLS-10).
    pub record: &'a str,
    /// The upload that brought the file, which becomes this version and no other.
    pub upload: Option<&'a str>,
}

/// New data of a dataset that was checked.
pub(super) struct Checked<'a> {
    /// The dataset as it was read.
    pub dataset: &'a DatasetView,
    /// The new file.
    pub file: &'a DraftResource,
    /// The entry with the file in its place.
    pub entry: &'a EntryWrite,
    /// What was done to the data before (PUB-02).
    pub processing: &'a BTreeSet<Processing>,
    /// The record by which sensitive data leaves; empty where there is none.
    pub record: &'a str,
    /// The upload that brought the file.
    pub upload: Option<&'a str>,
    /// The batch of records that made it; its version is the one that is written now.
    pub batch: Option<&'a RecordBatch>,
}

impl Portal {
    /// Publishes new data of a dataset. Returns the number of the version; of data that is served already, that of the
    /// version that serves it.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not know of the dataset; refused where it is not published, where nobody says
    /// what was done to the data or sensitive data is not covered (PUB-02), where the columns are not those of the
    /// file before: then the entry goes through its review again (REV-11), and where a blocking rule of quality does not hold, with its columns and rows (PUB-05).
    pub async fn publish_version<S>(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        new: NewVersion<'_>,
        bytes: S,
        lang: Lang,
    ) -> Result<u32>
    where
        S: Stream<Item = std::io::Result<Bytes>> + Send,
    {
        let store = &self.inner.store;
        let hidden = || Error::not_found("dataset", code.to_string());
        let dataset = kaishu_store::datasets::find(store, code).await?.ok_or_else(hidden)?;
        self.takes_versions(caller, &dataset, lang).await?;
        let file_name = name_of(new.file_name, lang)?;
        if new.note.chars().count() > MAX_NOTE_CHARS {
            let message =
                lang.pick("版本说明不能超过 2000 字", "the note has 2,000 characters at most");
            return Err(Error::field("note", message));
        }
        let said = Said { done: &new.processing, record: new.record };
        Box::pin(self.check_processing(&dataset, said, lang)).await?;
        let place = place_of(&dataset, &file_name, lang)?;
        let blob = self.inner.blobs.put_stream(bytes).await?;
        if self.has_it(&dataset, place, &blob.sha256) {
            return self.same_version(&dataset, new.upload).await;
        }
        let path = self.inner.blobs.local_copy(&blob.key, &self.inner.table_cache).await?;
        let before = dataset.resources.get(place);
        let file = DraftResource {
            title: before.map_or_else(|| title_of(&file_name), |it| it.title.clone()),
            description: before.and_then(|it| it.description.clone()),
            kind: ResourceKind::File,
            format: format_of(path, file_name.clone()).await?,
            media_type: None,
            url: None,
            in_place: None,
            file_name: Some(file_name),
            size_bytes: Some(blob.size_bytes),
            sha256: Some(blob.sha256),
            sm3: Some(blob.sm3),
            blob_key: Some(blob.key),
        };
        self.check_data(&dataset, place, &file, lang).await?;
        let entry = self.next_entry(&dataset, place, &file, new.note).await?;
        let checked = Checked {
            dataset: &dataset,
            file: &file,
            entry: &entry,
            processing: &new.processing,
            record: new.record,
            upload: new.upload,
            batch: None,
        };
        self.release_version(caller, checked, lang).await
    }

    /// Whether the bytes are those that are served. What is due is renewed by the same data, too.
    fn has_it(&self, dataset: &DatasetView, place: usize, sha256: &str) -> bool {
        let served = dataset.resources.get(place).and_then(|it| it.sha256.as_deref());
        let is_due = dataset.next_due.is_some_and(|due| due <= self.today());
        served == Some(sha256) && !is_due
    }

    /// The version that is there already: what is sent twice is published once.
    async fn same_version(&self, dataset: &DatasetView, upload: Option<&str>) -> Result<u32> {
        if let Some(upload) = upload {
            let transaction = self.inner.store.begin().await?;
            kaishu_store::uploads::finish(&transaction, upload, dataset.version).await?;
            transaction.commit().await?;
        }
        Ok(dataset.version)
    }

    /// Makes new data public that was checked. Returns the number of the version.
    ///
    /// # Errors
    ///
    /// Refused where the caller lost the right meanwhile, or the dataset changed.
    pub(super) async fn release_version(
        &self,
        caller: &Caller,
        new: Checked<'_>,
        lang: Lang,
    ) -> Result<u32> {
        let Checked { dataset, file, entry, .. } = new;
        let (store, code) = (&self.inner.store, &dataset.code);
        // Whoever lost the role or the account meanwhile publishes nothing (ORG-06).
        let caller = self.renewed(caller, lang).await?;
        let by = self.actor_on(&caller, Action::EditDatasets, dataset, lang).await?;
        let transaction = store.begin_catalogue().await?;
        // The upload took its time: what was read before it must still hold.
        let now = kaishu_store::datasets::standing(&transaction, code).await?;
        let is_same = now.is_some_and(|now| {
            now.version == dataset.version && now.state == DatasetState::Published
        });
        if !is_same {
            return Err(Error::refused(
                ErrorCode::Conflict,
                lang.pick(
                    "上传期间数据集有了变化，没有发布。请重新提交",
                    "the dataset changed during the upload; nothing was published, send it again",
                ),
            ));
        }
        if let Some(key) = &file.blob_key {
            self.inner.blobs.ensure(key).await?;
        }
        let entry = EntryWrite { author: Some(by.name.clone()), ..entry.clone() };
        kaishu_store::datasets::publish(&transaction, &entry).await?;
        let after = kaishu_store::datasets::standing(&transaction, code).await?;
        let version = after.map_or(dataset.version, |it| it.version);
        if let Some(upload) = new.upload {
            kaishu_store::uploads::finish(&transaction, upload, version).await?;
        }
        let mut facts = BTreeMap::from([
            ("sha256".to_owned(), file.sha256.clone().unwrap_or_default()),
            ("file".to_owned(), file.file_name.clone().unwrap_or_default()),
            ("note".to_owned(), entry.version_note.clone()),
            ("version".to_owned(), version.to_string()),
        ]);
        if let Some(batch) = new.batch {
            let batch = RecordBatch { version, ..batch.clone() };
            kaishu_store::batches::add(&transaction, code, &batch).await?;
            facts.extend(super::records::facts(&batch));
        }
        let said = Said { done: new.processing, record: new.record };
        self.log_processing(&transaction, code, by.clone(), said, &dataset.items).await?;
        let (kind, subject) = ("dataset", code.as_str());
        let act = LogAct { kind, subject, event: "version", by, facts, ..LogAct::default() };
        self.log(&transaction, act).await?;
        transaction.commit().await?;
        self.wake_index();
        Ok(version)
    }

    /// Who acts, where somebody may publish new data of a dataset now.
    pub(super) async fn takes_versions(
        &self,
        caller: &Caller,
        dataset: &DatasetView,
        lang: Lang,
    ) -> Result<Actor> {
        let by = self.actor_on(caller, Action::EditDatasets, dataset, lang).await?;
        if dataset.state == DatasetState::Published {
            return Ok(by);
        }
        Err(Error::refused(
            ErrorCode::Conflict,
            lang.pick(
                "数据集现在不是已发布状态，不能发布新版本",
                "the dataset is not published now, so there is no new version of it",
            ),
        ))
    }

    /// The columns must be those of the file whose place it takes: anything else is another dataset, and is reviewed.
    /// The blocking rules of quality must hold for the values (PUB-05).
    pub(super) async fn check_data(
        &self,
        dataset: &DatasetView,
        place: usize,
        file: &DraftResource,
        lang: Lang,
    ) -> Result<()> {
        let before = dataset.resources.get(place);
        if let Some(before) = before.filter(|before| before.format != file.format) {
            let (was, is) = (before.format.label(lang), file.format.label(lang));
            return Err(self.reviewed_first(lang, lang.pick(
                format!("原来的文件是 {was}，这个文件是 {is}。格式变化要重新审查后才能发布"),
                format!("the file before is {was} and this one is {is}; another format is reviewed first"),
            )));
        }
        let Some(before) = before else {
            return Err(self.reviewed_first(
                lang,
                lang.pick(
                    "目录里还没有文件，第一个文件要经过审查才能发布",
                    "the entry has no file yet; its first one is reviewed before it is published",
                )
                .to_owned(),
            ));
        };
        let beside = self.beside_tables(file).await?;
        if !beside.is_empty() {
            let names = beside.join(lang.pick("、", ", "));
            return Err(self.reviewed_first(lang, lang.pick(
                format!("压缩包里除了表格还有：{names}。这些文件没有人看过，要经过审查才能发布；只更新数据的，请只打包表格"),
                format!("the archive has more than tables: {names}; what nobody looked into is reviewed first - pack the tables alone to renew the data"),
            )));
        }
        let (_folder, tables) = self.assessed(file, expected_of_next(dataset), lang).await?;
        let tables: Vec<Ingested> = tables.into_iter().map(|(table, _)| table).collect();
        let columns = tables.iter().flat_map(|table| &table.columns);
        // A row with a value too many makes a column too many: the row is what is wrong.
        refuse_new(file, &tables, lang)?;
        let columns: BTreeSet<String> = columns.map(|column| column.stored.name.clone()).collect();
        let new = Box::pin(self.changed_columns(dataset, before, &columns, lang)).await?;
        if new.is_empty() {
            return Ok(());
        }
        let new: Vec<&str> = new.iter().map(String::as_str).collect();
        let names = new.join(lang.pick("、", ", "));
        Err(self.reviewed_first(lang, lang.pick(
            format!("文件的列与原来的文件、目录的数据项不一致：{names}。数据项变化要重新审查后才能发布"),
            format!("the columns are not those of the file before and of the data items: {names}; changed data items are reviewed first"),
        )))
    }

    /// Names what is packed beside the tables of an archive: three of it at most.
    async fn beside_tables(&self, file: &DraftResource) -> Result<Vec<String>> {
        let key = file.blob_key.as_ref().filter(|_| file.format == Format::Zip);
        let Some(key) = key else { return Ok(Vec::new()) };
        let path = self.inner.blobs.local_copy(key, &self.inner.table_cache).await?;
        let mut beside = crate::blocking(move || Ok(kaishu_tables::passed_over(&path)?)).await?;
        beside.truncate(3);
        Ok(beside)
    }

    /// The refusal of what is no refresh of the same structure (REV-11).
    fn reviewed_first(&self, lang: Lang, message: String) -> Error {
        let steps = &self.policy().rules.review.steps;
        Error::Refused {
            code: ErrorCode::InvalidInput,
            message,
            rule: Some(RuleRef { id: "REV-11".to_owned(), article: steps.ground.words(lang) }),
            remedy: Some(Remedy {
                text: lang.pick("打开工作台", "Open the workbench").to_owned(),
                link: "/workbench".to_owned(),
            }),
        }
    }

    /// The entry as it is, with the new file in its place.
    pub(super) async fn next_entry(
        &self,
        dataset: &DatasetView,
        place: usize,
        file: &DraftResource,
        note: &str,
    ) -> Result<EntryWrite> {
        let now = self.instant();
        let mut resources = Vec::with_capacity(dataset.resources.len().max(1));
        for resource in &dataset.resources {
            resources.push(self.kept(&dataset.code, resource).await?);
        }
        let new = super::opening::resource_write(file, now);
        match resources.get_mut(place) {
            Some(old) => *old = new,
            None => resources.push(new),
        }
        Ok(EntryWrite {
            code: Some(dataset.code.clone()),
            organization: dataset.organization.code.clone(),
            region: dataset.region.code.clone(),
            state: dataset.state,
            state_reason: None,
            fields: dataset.fields.clone(),
            items: dataset.items.clone(),
            resources,
            published_at: dataset.published_at,
            updated_at: now,
            is_dated: true,
            origin: dataset.origin.as_ref().map(|origin| Origin {
                source: origin.name.clone(),
                source_id: origin.id.clone(),
                url: origin.url.clone(),
            }),
            version_note: note.trim().to_owned(),
            author: None,
        })
    }

    pub(super) async fn kept(
        &self,
        code: &DatasetCode,
        resource: &ResourceView,
    ) -> Result<ResourceWrite> {
        let store = &self.inner.store;
        Ok(ResourceWrite {
            title: resource.title.clone(),
            description: resource.description.clone(),
            kind: resource.kind,
            format: resource.format,
            media_type: resource.media_type.clone(),
            url: resource.url.clone(),
            in_place: resource.in_place.clone(),
            file_name: resource.file_name.clone(),
            size_bytes: resource.size_bytes,
            sha256: resource.sha256.clone(),
            sm3: resource.sm3.clone(),
            encoding: resource.encoding.clone(),
            n_rows: resource.n_rows,
            n_columns: resource.n_columns,
            updated_at: resource.updated_at,
            source_id: resource.source_id.clone(),
            blob_key: kaishu_store::datasets::blob_key(store, code, resource.id).await?,
        })
    }
}

/// The file whose place a new one takes: the one of its name, or the only one.
fn place_of(dataset: &DatasetView, file_name: &str, lang: Lang) -> Result<usize> {
    let files: Vec<usize> = dataset
        .resources
        .iter()
        .enumerate()
        .filter(|(_, it)| it.kind == ResourceKind::File)
        .map(|(place, _)| place)
        .collect();
    let named = files.iter().find(|place| {
        dataset.resources.get(**place).is_some_and(|it| it.file_name.as_deref() == Some(file_name))
    });
    match (named, files.as_slice()) {
        (Some(place), _) => Ok(*place),
        (None, []) => Ok(dataset.resources.len()),
        (None, [only]) => Ok(*only),
        (None, _) => Err(Error::field(
            "file",
            lang.pick(
                "数据集有多个文件，请用要替换的文件的名称上传",
                "the dataset has several files; give the new one the name of the one it replaces",
            ),
        )),
    }
}
