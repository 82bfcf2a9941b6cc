//! Files that come part by part and go on after a break, until they are a file of a draft or a new version
//! of a dataset.

mod coming;

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures::{Stream, stream};
use kaishu_store::uploads::{self, UploadPart};
use kaishu_types::draft::Processing;
use kaishu_types::{ErrorCode, Lang};
use sha2::{Digest, Sha256};

use super::NewVersion;
use super::files::{NewFile, name_of};
use crate::accounts::{Caller, log_in_first};
use crate::{Error, Portal, Result};

pub use coming::Checksum;
pub use kaishu_store::uploads::{Upload, UploadTarget};

/// Most files that an account sends at the same time.
const MAX_OPEN: u64 = 20;

/// A file that somebody is about to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpload {
    /// What it is for.
    pub target: UploadTarget,
    /// Its name.
    pub file_name: String,
    /// How many bytes it has.
    pub size_bytes: u64,
    /// Its SHA-256 in hex, where the sender knows it.
    pub sha256: Option<String>,
}

/// What becomes of a file that is here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FinishedUpload {
    /// The revision of the draft that was read.
    pub revision: u32,
    /// Whether the columns of the files of the draft become data items.
    pub takes_items: bool,
    /// What is new in a version; public.
    pub note: String,
    /// What was done to the data before (PUB-02).
    pub processing: BTreeSet<Processing>,
    /// The record by which sensitive data leaves (CLS-10).
    pub record: String,
}

impl Portal {
    /// Begins an upload; `max_bytes` is the most that a file may have.
    ///
    /// # Errors
    ///
    /// As the form for files: who may not add the file may not begin to send it. `TooLarge` with the limit;
    /// `Conflict` where the account has too many under way.
    pub async fn begin_upload(
        &self,
        caller: &Caller,
        new: NewUpload,
        max_bytes: u64,
        lang: Lang,
    ) -> Result<Upload> {
        let account = caller.account().ok_or_else(|| log_in_first(lang))?;
        let file_name = name_of(&new.file_name, lang)?;
        let sha256 = new.sha256.map(|text| read_sha256(&text, lang)).transpose()?;
        if new.size_bytes > max_bytes {
            return Err(Error::refused(
                ErrorCode::TooLarge,
                lang.pick(
                    format!("文件有 {} 字节，最多 {max_bytes} 字节", new.size_bytes),
                    format!("the file has {} bytes, the limit is {max_bytes}", new.size_bytes),
                ),
            ));
        }
        self.check_upload_target(caller, &new.target, lang).await?;
        let now = self.instant();
        let upload = Upload {
            id: format!("{:032x}", rand::random::<u128>()),
            account,
            target: new.target,
            file_name,
            size_bytes: new.size_bytes,
            sha256,
            received: 0,
            result: None,
            expires_at: now + self.inner.upload_time,
        };
        if !uploads::begin(&self.inner.store, &upload, now, MAX_OPEN).await? {
            return Err(Error::refused(
                ErrorCode::Conflict,
                lang.pick(
                    format!("您同时有 {MAX_OPEN} 个文件没有传完，请先传完或者放弃一些"),
                    format!("{MAX_OPEN} files of yours are under way; finish or give up some"),
                ),
            ));
        }
        Ok(upload)
    }

    /// Says how far an upload of the caller is.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none of theirs; `Gone` where it ran out; refused where they may no longer
    /// add the file.
    pub async fn upload(&self, caller: &Caller, id: &str, lang: Lang) -> Result<Upload> {
        let account = caller.account().ok_or_else(|| log_in_first(lang))?;
        let found = uploads::find(&self.inner.store, id).await?;
        let upload = found
            .filter(|it| it.account == account)
            .ok_or_else(|| Error::not_found("upload", id.chars().take(80).collect::<String>()))?;
        if upload.expires_at <= self.now() {
            return Err(Error::refused(
                ErrorCode::Gone,
                lang.pick("这次上传已经过期，请重新上传", "the upload has run out; begin it again"),
            ));
        }
        if upload.result.is_none() {
            self.check_upload_target(caller, &upload.target, lang).await?;
        }
        Ok(upload)
    }

    /// Makes a file that is here what it is for. A second time it only says what it became, and does what was
    /// left to do.
    ///
    /// # Errors
    ///
    /// As [`add_draft_file`](Self::add_draft_file) and [`publish_version`](Self::publish_version): then
    /// everything that came is still here. Invalid `sha256` where the file is another one than was said: then
    /// it goes.
    pub async fn finish_upload(
        &self,
        caller: &Caller,
        id: &str,
        wanted: FinishedUpload,
        lang: Lang,
    ) -> Result<Upload> {
        let mut upload = self.upload(caller, id, lang).await?;
        let is_first = upload.result.is_none();
        if is_first {
            let became = Box::pin(self.become_file(caller, &mut upload, &wanted, lang)).await?;
            upload.result = Some(became);
        }
        // They are forgotten last: where they are known, the data items were not taken.
        let parts = uploads::parts(&self.inner.store, id).await?;
        if !is_first && parts.is_empty() {
            return Ok(upload);
        }
        self.delete_parts(&parts).await;
        if let (UploadTarget::Draft(case), true) = (&upload.target, wanted.takes_items) {
            let revision = self.draft(caller, *case, lang).await?.revision;
            self.take_items_from_files(caller, *case, revision, lang).await?;
        }
        uploads::remove_parts(&self.inner.store, id).await?;
        Ok(upload)
    }

    /// Reads a whole upload into what it is for, and notes that. Returns what it became.
    async fn become_file(
        &self,
        caller: &Caller,
        upload: &mut Upload,
        wanted: &FinishedUpload,
        lang: Lang,
    ) -> Result<u32> {
        if upload.received < upload.size_bytes {
            let left = upload.size_bytes - upload.received;
            return Err(Error::refused(
                ErrorCode::Conflict,
                lang.pick(
                    format!("文件还没有传完，还差 {left} 字节"),
                    format!("{left} bytes of the file are not here yet"),
                ),
            ));
        }
        let (store, id, now) = (&self.inner.store, &upload.id, self.instant());
        // The sweep leaves it alone while it is read.
        let expires_at = now + self.inner.upload_time;
        uploads::keep(store, id, now, expires_at).await?;
        let parts = uploads::parts(store, id).await?;
        let is_other = Arc::new(AtomicBool::new(false));
        let bytes = self.bytes_of(parts.clone(), upload.sha256.clone(), Arc::clone(&is_other));
        let became = Box::pin(self.read_file(caller, upload, wanted, bytes, lang)).await;
        if is_other.load(Ordering::Acquire) {
            uploads::remove(store, id).await?;
            self.delete_parts(&parts).await;
            let message = lang.pick(
                "传来的文件与事先说明的 SHA-256 不符，没有保存，请重新上传",
                "the file does not have the SHA-256 that was announced; nothing was kept, send it again",
            );
            return Err(Error::field("sha256", message));
        }
        upload.expires_at = expires_at;
        became
    }

    async fn read_file<S>(
        &self,
        caller: &Caller,
        upload: &Upload,
        wanted: &FinishedUpload,
        bytes: S,
        lang: Lang,
    ) -> Result<u32>
    where
        S: Stream<Item = io::Result<Bytes>> + Send,
    {
        let name = &upload.file_name;
        match &upload.target {
            UploadTarget::Draft(case) => {
                let (case, revision, upload) = (*case, wanted.revision, Some(upload.id.as_str()));
                self.add_file(caller, NewFile { case, revision, name, upload }, bytes, lang).await
            }
            UploadTarget::Dataset(code) => {
                let new = NewVersion {
                    file_name: name,
                    note: &wanted.note,
                    processing: wanted.processing.clone(),
                    record: &wanted.record,
                    upload: Some(&upload.id),
                };
                self.publish_version(caller, code, new, bytes, lang).await
            }
        }
    }

    /// The bytes of all parts. They end in an error where their hash is another than was said, so that
    /// nothing is kept; `is_other` says that it was that.
    fn bytes_of(
        &self,
        parts: Vec<UploadPart>,
        sha256: Option<String>,
        is_other: Arc<AtomicBool>,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        let blobs = self.inner.blobs.clone();
        let begun = (parts.into_iter(), sha256.map(|expected| (Sha256::new(), expected)));
        stream::try_unfold(begun, move |(mut parts, mut check)| {
            let (blobs, is_other) = (blobs.clone(), Arc::clone(&is_other));
            async move {
                let Some(part) = parts.next() else {
                    let is_right = check.is_none_or(|(hash, expected)| {
                        kaishu_store::blobs::hex(&hash.finalize()) == expected
                    });
                    is_other.store(!is_right, Ordering::Release);
                    return match is_right {
                        true => Ok(None),
                        false => Err(io::Error::new(io::ErrorKind::InvalidData, "another hash")),
                    };
                };
                let bytes = blobs.get_part(&part.key).await.map_err(io::Error::other)?;
                if let Some((mut hash, expected)) = check.take() {
                    let shared = bytes.clone();
                    let hashed = tokio::task::spawn_blocking(move || {
                        Digest::update(&mut hash, &shared);
                        hash
                    });
                    check = Some((hashed.await.map_err(io::Error::other)?, expected));
                }
                Ok(Some((bytes, (parts, check))))
            }
        })
    }

    /// Gives an upload of the caller up; what came of it goes.
    ///
    /// # Errors
    ///
    /// As [`upload`](Self::upload).
    pub async fn give_up_upload(&self, caller: &Caller, id: &str, lang: Lang) -> Result<()> {
        self.upload(caller, id, lang).await?;
        let parts = uploads::parts(&self.inner.store, id).await?;
        uploads::remove(&self.inner.store, id).await?;
        self.delete_parts(&parts).await;
        Ok(())
    }

    /// Gives an upload up that ran out. Returns whether it did: somebody may have gone on with it.
    pub(crate) async fn forget_expired_upload(&self, id: &str) -> Result<bool> {
        let removed = uploads::remove_expired(&self.inner.store, id, self.now()).await?;
        let Some(parts) = removed else { return Ok(false) };
        self.delete_parts(&parts).await;
        Ok(true)
    }

    /// Takes parts away that nothing refers to. What cannot be taken away now, the sweep finds.
    async fn delete_parts(&self, parts: &[UploadPart]) {
        for part in parts {
            if let Err(error) = self.inner.blobs.delete_part(&part.key).await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(key = part.key, error, "a part of an upload is left over");
            }
        }
    }

    async fn check_upload_target(
        &self,
        caller: &Caller,
        target: &UploadTarget,
        lang: Lang,
    ) -> Result<()> {
        match target {
            UploadTarget::Draft(case) => self.check_takes_files(caller, *case, lang).await,
            UploadTarget::Dataset(code) => {
                let found = kaishu_store::datasets::find(&self.inner.store, code).await?;
                let hidden = || Error::not_found("dataset", code.to_string());
                let dataset = found.ok_or_else(hidden)?;
                self.takes_versions(caller, &dataset, lang).await.map(|_| ())
            }
        }
    }
}

fn read_sha256(text: &str, lang: Lang) -> Result<String> {
    let hash = text.trim().to_ascii_lowercase();
    if hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(hash);
    }
    let message = lang.pick("SHA-256 为 64 个十六进制数字", "a SHA-256 has 64 hex digits");
    Err(Error::field("sha256", message))
}
