//! Files of drafts: uploaded, looked into, taken away.

use std::collections::BTreeSet;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures::Stream;
use kaishu_interop::vocabulary::format_of_word;
use kaishu_store::StoreError;
use kaishu_store::tables::TABULAR;
use kaishu_tables::{Expected, Ingested, Progress, ingest_expected, inspect, table_format};
use kaishu_types::Lang;
use kaishu_types::dataset::DataItemView;
use kaishu_types::draft::{DraftDocument, DraftResource};
use kaishu_types::text;
use kaishu_types::vocabulary::{Format, OpenClass, ResourceKind, ShareClass};
use tempfile::TempDir;
use tokio::sync::Semaphore;

use super::drafts::Saving;
use crate::accounts::Caller;
use crate::tables::unbounded;
use crate::{Error, Portal, Result};

/// How many files are looked into at once for what is being written.
static LOOKING: Semaphore = Semaphore::const_new(1);

/// Most files of an entry.
pub(super) const MAX_FILES: usize = 200;
/// Longest name of a file, in characters.
const MAX_NAME_CHARS: usize = 200;

/// A file that a draft is to have.
pub(super) struct NewFile<'a> {
    /// The case of the draft.
    pub case: i64,
    /// The revision that was read.
    pub revision: u32,
    pub name: &'a str,
    /// The upload that brought the file, which becomes this one and no other.
    pub upload: Option<&'a str>,
}

impl Portal {
    /// Adds a file to a draft; its bytes are kept as they come. Returns the new revision.
    ///
    /// # Errors
    ///
    /// As [`save_draft`](Self::save_draft); invalid without a name, or where the bytes break off.
    pub async fn add_draft_file<S>(
        &self,
        caller: &Caller,
        case: i64,
        revision: u32,
        file_name: &str,
        bytes: S,
        lang: Lang,
    ) -> Result<u32>
    where
        S: Stream<Item = std::io::Result<Bytes>> + Send,
    {
        let new = NewFile { case, revision, name: file_name, upload: None };
        self.add_file(caller, new, bytes, lang).await
    }

    /// As [`add_draft_file`](Self::add_draft_file).
    pub(super) async fn add_file<S>(
        &self,
        caller: &Caller,
        new: NewFile<'_>,
        bytes: S,
        lang: Lang,
    ) -> Result<u32>
    where
        S: Stream<Item = std::io::Result<Bytes>> + Send,
    {
        let name = name_of(new.name, lang)?;
        // Whoever may not save reads no bytes into the storage.
        self.check_takes_files(caller, new.case, lang).await?;
        let draft = self.draft(caller, new.case, lang).await?;
        if draft.revision != new.revision {
            let what = "somebody else saved this entry since".to_owned();
            return Err(StoreError::Conflict { what }.into());
        }
        if draft.document.resources.len() >= MAX_FILES {
            let message = lang.pick("一个数据集最多 200 个文件", "an entry has 200 files at most");
            return Err(Error::field("file", message));
        }
        let blob = self.inner.blobs.put_stream(bytes).await?;
        let path = self.inner.blobs.local_copy(&blob.key, &self.inner.table_cache).await?;
        let format = format_of(path, name.clone()).await?;
        let mut document = draft.document;
        document.resources.push(DraftResource {
            title: title_of(&name),
            description: None,
            kind: ResourceKind::File,
            format,
            media_type: None,
            url: None,
            in_place: None,
            file_name: Some(name),
            size_bytes: Some(blob.size_bytes),
            sha256: Some(blob.sha256),
            sm3: Some(blob.sm3),
            blob_key: Some(blob.key),
        });
        // Whoever lost the role or the account meanwhile adds nothing (ORG-06).
        let caller = self.renewed(caller, lang).await?;
        let place = (new.case, new.revision);
        let saving = Saving { upload: new.upload, ..Saving::default() };
        self.save_draft_with(&caller, place, document, saving, lang).await
    }

    /// Adds the columns of the files of a draft to its data items, with the types that their values
    /// have. Returns the new revision and how many items are new.
    ///
    /// # Errors
    ///
    /// As [`save_draft`](Self::save_draft); a file that cannot be read is named with the reason.
    pub async fn take_items_from_files(
        &self,
        caller: &Caller,
        case: i64,
        revision: u32,
        lang: Lang,
    ) -> Result<(u32, usize)> {
        let mut draft = self.draft(caller, case, lang).await?;
        let mut proposed = Vec::new();
        for file in &draft.document.resources {
            proposed.extend(self.columns_of(file, lang).await?);
        }
        let n_new = add_items(&mut draft.document, proposed);
        let revision = self.save_draft(caller, case, revision, draft.document, lang).await?;
        Ok((revision, n_new))
    }

    /// Takes a file out of a draft, by its place from 0. Returns the new revision.
    ///
    /// # Errors
    ///
    /// As [`save_draft`](Self::save_draft); `NotFound` where there is no such file.
    pub async fn remove_draft_file(
        &self,
        caller: &Caller,
        case: i64,
        revision: u32,
        place: usize,
        lang: Lang,
    ) -> Result<u32> {
        let mut draft = self.draft(caller, case, lang).await?;
        if place >= draft.document.resources.len() {
            return Err(Error::not_found("resource", place.to_string()));
        }
        draft.document.resources.remove(place);
        self.save_draft(caller, case, revision, draft.document, lang).await
    }

    /// The columns of a file; none where no table is made of its format.
    async fn columns_of(&self, file: &DraftResource, lang: Lang) -> Result<Vec<DataItemView>> {
        let (_folder, tables) = self.tables_of(file, lang).await?;
        Ok(tables.iter().flat_map(|(table, _)| items_of(table)).collect())
    }

    /// The tables of a file, each with where it is for as long as the folder is kept; none where no table
    /// is made of its format.
    pub(super) async fn tables_of(
        &self,
        file: &DraftResource,
        lang: Lang,
    ) -> Result<(TempDir, Vec<(Ingested, PathBuf)>)> {
        self.assessed(file, Expected::default(), lang).await
    }

    /// The same, with the types that the entry declares and the quality that its rules find (PUB-05).
    pub(super) async fn assessed(
        &self,
        file: &DraftResource,
        mut expected: Expected,
        lang: Lang,
    ) -> Result<(TempDir, Vec<(Ingested, PathBuf)>)> {
        let folder =
            tempfile::Builder::new().prefix("draft-").tempdir_in(&self.inner.work_dir).map_err(
                |source| Error::Io { path: self.inner.work_dir.display().to_string(), source },
            )?;
        let key = file.blob_key.as_ref().filter(|_| is_table(file));
        let Some(key) = key else { return Ok((folder, Vec::new())) };
        // Each takes a processor and memory; the others wait their turn.
        let turn = LOOKING.acquire().await;
        let path = self.inner.blobs.local_copy(key, &self.inner.table_cache).await?;
        let within = folder.path().to_owned();
        let (format, name) = (file.format, file.file_name.clone().unwrap_or_default());
        let tables = unbounded(move || {
            let mut tables = Vec::new();
            let progress = Arc::new(Progress::default());
            let sources = inspect(&path, format, &name, &within)?;
            expected.is_only_table &= sources.len() == 1;
            for (place, source) in sources.iter().enumerate() {
                let target = within.join(format!("table-{place}.parquet"));
                tables.push((ingest_expected(source, &expected, &target, &progress)?, target));
            }
            Ok(tables)
        });
        let tables = tables.await.map_err(|error| match error {
            Error::Table(error) => {
                Error::field("file", format!("{}: {}", file.title, error.message(lang)))
            }
            other => other,
        })?;
        drop(turn);
        Ok((folder, tables))
    }
}

/// Whether tables are made of a file that is here.
pub(super) fn is_table(file: &DraftResource) -> bool {
    file.blob_key.is_some() && TABULAR.contains(&file.format)
}

pub(super) fn items_of(table: &Ingested) -> impl Iterator<Item = DataItemView> {
    table.columns.iter().map(|column| DataItemView {
        name: column.stored.name.clone(),
        label: column.stored.name.clone(),
        item_type: column.proposal.item_type,
        unit: None,
        length: None,
        description: None,
        // What looks personal is not proposed as open (SEC-21).
        open_class: match column.findings.is_empty() {
            true => OpenClass::Unconditional,
            false => OpenClass::None,
        },
        share_class: ShareClass::Unconditional,
        sensitive: !column.findings.is_empty(),
        mask: None,
        release_reason: None,
    })
}

/// The name of a file without folders and without what nobody sees, as it may be kept.
pub(super) fn name_of(file_name: &str, lang: Lang) -> Result<String> {
    let name = text::file_name(file_name);
    let name = name.trim();
    match name.chars().count() {
        0 => Err(Error::field("file", lang.pick("请选择一个文件", "choose a file"))),
        n if n > MAX_NAME_CHARS => Err(Error::field(
            "file",
            lang.pick("文件名不能超过 200 个字", "the name has 200 characters at most"),
        )),
        _ => Ok(name.to_owned()),
    }
}

/// Adds the items whose names are new, and returns how many.
pub(super) fn add_items(document: &mut DraftDocument, proposed: Vec<DataItemView>) -> usize {
    let mut names: BTreeSet<String> = document.items.iter().map(|item| item.name.clone()).collect();
    let before = document.items.len();
    document.items.extend(proposed.into_iter().filter(|item| names.insert(item.name.clone())));
    document.items.len() - before
}

pub(super) async fn format_of(path: PathBuf, name: String) -> Result<Format> {
    let ending = Path::new(&name).extension().and_then(|it| it.to_str()).unwrap_or_default();
    let by_name = format_of_word(ending).unwrap_or(Format::Other);
    let found = crate::blocking(move || {
        let failed = |source| Error::Io { path: name.clone(), source };
        let file = std::fs::File::open(&path).map_err(failed)?;
        table_format(BufReader::new(file), &name).map_err(failed)
    });
    Ok(found.await?.unwrap_or(by_name))
}

pub(super) fn title_of(file_name: &str) -> String {
    Path::new(file_name).file_stem().and_then(|it| it.to_str()).unwrap_or(file_name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_without_what_nobody_sees() {
        let check = |name: &str, kept: Option<&str>| {
            assert_eq!(name_of(name, Lang::Zh).ok().as_deref(), kept, "{name:?}");
        };
        check("../a/空气质量.csv", Some("空气质量.csv"));
        check("C:\\data\\a.csv ", Some("a.csv"));
        check("report\u{202E}fdp.exe", Some("reportfdp.exe"));
        check("a\r\nset-cookie: x\u{0}.csv", Some("aset-cookie: x.csv"));
        check("\u{2066} \u{202E}", None);
        check(&"长".repeat(MAX_NAME_CHARS), Some(&"长".repeat(MAX_NAME_CHARS)));
        check(&"长".repeat(MAX_NAME_CHARS + 1), None);
    }
}
