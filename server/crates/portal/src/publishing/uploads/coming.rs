//! More of a file: read with flat memory, written part by part, counted where it goes on with what is there.

use std::io;
use std::pin::pin;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use chrono::{DateTime, TimeDelta, Utc};
use futures::{Stream, StreamExt};
use kaishu_store::StoreError;
use kaishu_store::uploads::{self, Upload, UploadPart, UploadTarget};
use kaishu_types::{ErrorCode, Lang};
use sha2::Sha256;
use sha2::digest::{Digest, DynDigest};

use crate::accounts::Caller;
use crate::{Error, Portal, Result};

/// How much of a file is in memory before it is written.
const PART_BYTES: usize = 8 << 20;
/// Most parts of a file: a sender of crumbs is told to send more at once.
const MAX_PARTS: usize = 10_000;
/// For how long nobody else may go on with a file after its sender was last heard of; a body that is silent
/// for half of it was broken off before.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// How often a sender that is heard of has the lease anew.
const RENEWED_AFTER: Duration = Duration::from_secs(15);

/// What a sender says of a part of a file.
pub struct Checksum {
    hash: Box<dyn DynDigest + Send>,
    expected: Vec<u8>,
}

impl Checksum {
    /// The hash of a part, by an algorithm of the protocol: `sha1` or `sha256`. `None` for others.
    pub fn new(algorithm: &str, expected: Vec<u8>) -> Option<Self> {
        let hash: Box<dyn DynDigest + Send> = match algorithm {
            "sha1" => Box::new(sha1::Sha1::new()),
            "sha256" => Box::new(Sha256::new()),
            _ => return None,
        };
        Some(Self { hash, expected })
    }
}

/// Where an upload is while more of it comes.
struct Coming {
    id: String,
    caller: Caller,
    target: UploadTarget,
    /// Until when nobody else may go on.
    lease: DateTime<Utc>,
    renewed: Instant,
    /// Where the next part begins.
    at: u64,
    size: u64,
    n_parts: usize,
    checksum: Option<Checksum>,
    /// Parts that are written and wait for their checksum.
    waiting: Vec<UploadPart>,
    lang: Lang,
}

impl Portal {
    /// Takes more of a file, from `offset` on, with flat memory. What came before a break is kept, unless
    /// the sender gave a checksum of the whole.
    ///
    /// # Errors
    ///
    /// As [`upload`](Self::upload); `Conflict` where the upload is elsewhere; `Locked` where somebody else sends
    /// more of it now; `TooLarge` where more comes than the file has; invalid `checksum` where the bytes are not those that were sent.
    pub async fn add_to_upload<S>(
        &self,
        caller: &Caller,
        (id, offset): (&str, u64),
        checksum: Option<Checksum>,
        bytes: S,
        lang: Lang,
    ) -> Result<Upload>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + 'static,
    {
        let upload = self.upload(caller, id, lang).await?;
        if upload.received != offset || upload.result.is_some() {
            return Err(elsewhere(&upload, lang));
        }
        let mut coming = Coming {
            id: upload.id,
            caller: caller.clone(),
            target: upload.target,
            lease: self.instant() + LEASE,
            renewed: Instant::now(),
            at: offset,
            size: upload.size_bytes,
            n_parts: 0,
            checksum,
            waiting: Vec::new(),
            lang,
        };
        let portal = self.clone();
        // A task of its own: where the sender is gone, what came of the file is still kept.
        let taking = tokio::spawn(async move {
            portal.lease(&mut coming).await?;
            let taken = portal.take_parts(&mut coming, bytes).await;
            portal.delete_parts(&coming.waiting).await;
            uploads::end_lease(&portal.inner.store, &coming.id, coming.lease).await?;
            taken
        });
        taking
            .await
            .map_err(|error| Error::Internal(format!("an upload broke off: {error}")))??;
        self.upload(caller, id, lang).await
    }

    /// Keeps others from going on with a file: what comes and is not counted yet is that of one sender.
    async fn lease(&self, coming: &mut Coming) -> Result<()> {
        let Coming { id, lease, lang, .. } = coming;
        match uploads::take_lease(&self.inner.store, id, self.instant(), *lease).await? {
            true => Ok(()),
            false => Err(locked(*lang)),
        }
    }

    /// Has the lease anew while bytes come.
    async fn renew_lease(&self, coming: &mut Coming) -> Result<()> {
        if coming.renewed.elapsed() < RENEWED_AFTER {
            return Ok(());
        }
        let until = self.instant() + LEASE;
        let store = &self.inner.store;
        if !uploads::renew_lease(store, &coming.id, coming.lease, until).await? {
            return Err(locked(coming.lang));
        }
        (coming.lease, coming.renewed) = (until, Instant::now());
        Ok(())
    }

    async fn take_parts<S>(&self, coming: &mut Coming, bytes: S) -> Result<()>
    where
        S: Stream<Item = io::Result<Bytes>> + Send,
    {
        // Somebody may have gone on until the lease was had.
        let found = uploads::find(&self.inner.store, &coming.id).await?;
        let upload = found.ok_or_else(|| Error::not_found("upload", coming.id.clone()))?;
        if upload.received != coming.at || upload.result.is_some() {
            return Err(elsewhere(&upload, coming.lang));
        }
        coming.n_parts = uploads::parts(&self.inner.store, &coming.id).await?.len();
        let mut bytes = pin!(bytes);
        let mut part = BytesMut::new();
        let broken = loop {
            match bytes.next().await {
                None => break None,
                Some(Err(error)) => break Some(error),
                Some(Ok(chunk)) => part.extend_from_slice(&chunk),
            }
            self.renew_lease(coming).await?;
            let end = coming.waiting_end().saturating_add(part.len() as u64);
            if end > coming.size {
                return Err(too_much(coming));
            }
            if part.len() >= PART_BYTES {
                self.keep_part(coming, part.split().freeze()).await?;
            }
        };
        match (broken, coming.checksum.is_some()) {
            // Nobody knows whether half of it is what it should be.
            (Some(error), true) => return Err(broke_off(&error, coming.lang)),
            (broken, false) => {
                self.keep_part(coming, part.freeze()).await?;
                return broken.map_or(Ok(()), |error| Err(broke_off(&error, coming.lang)));
            }
            (None, true) => self.keep_part(coming, part.freeze()).await?,
        }
        let checksum = coming.checksum.take();
        let is_right = checksum.is_none_or(|it| *it.hash.finalize() == *it.expected);
        if !is_right {
            let message = coming.lang.pick(
                "收到的内容与校验值不符，请重新发送这一段",
                "what came is not what the checksum says; send this part again",
            );
            return Err(Error::field("checksum", message));
        }
        let waiting = std::mem::take(&mut coming.waiting);
        self.add_parts(coming, waiting).await
    }

    /// Writes a part, and counts it where it waits for no checksum.
    async fn keep_part(&self, coming: &mut Coming, bytes: Bytes) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        coming.n_parts += 1;
        if coming.n_parts > MAX_PARTS {
            let message = coming.lang.pick(
                "分段太多，请重新上传，每次多发送一些",
                "there are too many parts; begin again and send more at once",
            );
            return Err(Error::refused(ErrorCode::TooLarge, message));
        }
        let start = coming.waiting_end();
        let key = self.inner.blobs.put_part(&coming.id, start, bytes.clone()).await?;
        let end = start.saturating_add(bytes.len() as u64);
        let part = UploadPart { start, end, key };
        let Some(mut checksum) = coming.checksum.take() else {
            return self.add_parts(coming, vec![part]).await;
        };
        coming.waiting.push(part);
        let hashed = crate::blocking(move || {
            checksum.hash.update(&bytes);
            Ok(checksum)
        });
        coming.checksum = Some(hashed.await?);
        Ok(())
    }

    async fn add_parts(&self, coming: &mut Coming, parts: Vec<UploadPart>) -> Result<()> {
        let Some(end) = parts.last().map(|part| part.end) else { return Ok(()) };
        // Whoever lost the role or the account meanwhile adds nothing (ORG-06).
        if let Err(error) = self.check_still_allowed(coming).await {
            coming.waiting.extend(parts);
            return Err(error);
        }
        let expires_at = self.instant() + self.inner.upload_time;
        let added = uploads::add_parts(&self.inner.store, &coming.id, &parts, expires_at).await;
        match added {
            Ok(()) => {
                coming.at = end;
                Ok(())
            }
            Err(error) => {
                // Where somebody else goes on with it at the same time, theirs count. After any other fault
                // nobody knows whether these do.
                if matches!(error, StoreError::Conflict { .. }) {
                    coming.waiting.extend(parts);
                } else {
                    coming.waiting.clear();
                }
                Err(error.into())
            }
        }
    }

    async fn check_still_allowed(&self, coming: &mut Coming) -> Result<()> {
        let caller = self.renewed(&coming.caller, coming.lang).await?;
        self.check_upload_target(&caller, &coming.target, coming.lang).await
    }
}

impl Coming {
    /// Where the next part begins, those included that wait for their checksum.
    fn waiting_end(&self) -> u64 {
        self.waiting.last().map_or(self.at, |part| part.end)
    }
}

fn elsewhere(upload: &Upload, lang: Lang) -> Error {
    let at = upload.received;
    Error::refused(
        ErrorCode::Conflict,
        lang.pick(
            format!("上传已经到第 {at} 字节，请从那里继续"),
            format!("the upload is at byte {at}; go on from there"),
        ),
    )
}

fn locked(lang: Lang) -> Error {
    let message = lang.pick(
        "这个文件正在从别处传送，请稍后再继续",
        "somebody sends more of this file now; go on a little later",
    );
    Error::refused(ErrorCode::Locked, message)
}

fn too_much(coming: &Coming) -> Error {
    let size = coming.size;
    Error::refused(
        ErrorCode::TooLarge,
        coming.lang.pick(
            format!("发来的内容超过文件的 {size} 字节，多出的没有保存"),
            format!("more comes than the {size} bytes of the file; the rest was not kept"),
        ),
    )
}

fn broke_off(error: &io::Error, lang: Lang) -> Error {
    let message = lang.pick(
        format!("传送中断：{error}。请从断开的地方继续"),
        format!("the transfer broke off: {error}; go on from where it is"),
    );
    Error::field("body", message)
}
