//! The bytes of files, named by their SHA-256, on the local disk or in S3-compatible storage.

mod copies;
mod parts;
mod quarantine;

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::prefix::PrefixStore;
use object_store::{
    GetOptions, GetRange, MultipartUpload, ObjectStore, ObjectStoreExt, WriteMultipart,
};
use sha2::{Digest, Sha256};
use sm3::Sm3;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::{Result, StoreError};

/// Where blobs are written before their names are known.
const STAGING: &str = "staging";

/// Parts under way at the same time; each has up to 5 MiB.
const MAX_PARTS_IN_FLIGHT: usize = 2;

/// How much is read at once.
const READ_BYTES: usize = 1 << 20;

/// The storage of bytes: cheap to clone, shared by everyone.
#[derive(Debug, Clone)]
pub struct Blobs {
    storage: Arc<dyn ObjectStore>,
    /// The folder, where the storage is the local disk.
    folder: Option<PathBuf>,
}

/// What is known of bytes after they were stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobInfo {
    /// The name to get them by.
    pub key: String,
    /// How many there are.
    pub size_bytes: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
    /// SM3, lower-case hex.
    pub sm3: String,
}

/// Bytes on their way out.
pub struct BlobRead {
    /// The size of the whole blob.
    pub size_bytes: u64,
    /// The part that the stream holds.
    pub range: Range<u64>,
    /// The bytes.
    pub bytes: BoxStream<'static, io::Result<Bytes>>,
}

impl Blobs {
    /// Uses a folder of the local disk; it is made if missing.
    pub fn local(folder: &Path) -> Result<Self> {
        let failed = |source: io::Error| StoreError::Unavailable {
            what: format!("the blob folder `{}`", folder.display()),
            source: Box::new(source),
        };
        std::fs::create_dir_all(folder.join(STAGING)).map_err(failed)?;
        let folder = folder.canonicalize().map_err(failed)?;
        let storage = LocalFileSystem::new_with_prefix(&folder)
            .map_err(|error| blob_error(STAGING, error))?
            .with_fsync(true);
        Ok(Self { storage: Arc::new(storage), folder: Some(folder) })
    }

    /// Uses S3-compatible storage, `s3://bucket/prefix`, with options as they are named by the AWS
    /// clients: `endpoint`, `region`, `access_key_id`, `secret_access_key`, `allow_http`. A
    /// `file:///folder` is the local disk.
    pub fn from_url(url: &str, options: &[(String, String)]) -> Result<Self> {
        if let Some(folder) = url.strip_prefix("file://") {
            return Self::local(Path::new(folder));
        }
        let Some(place) = url.strip_prefix("s3://") else {
            return Err(StoreError::invalid(format!(
                "`{url}` is no blob storage; write `s3://bucket/prefix` or `file:///folder`"
            )));
        };
        let prefix = place.split_once('/').map_or("", |(_, prefix)| prefix);
        let mut builder = AmazonS3Builder::new().with_url(url);
        for (name, value) in options {
            let key = name
                .to_ascii_lowercase()
                .parse()
                .map_err(|_| StoreError::invalid(format!("`{name}` is no option of S3 storage")))?;
            builder = builder.with_config(key, value);
        }
        let storage = builder
            .build()
            .map_err(|error| StoreError::invalid(format!("`{url}` cannot be used: {error}")))?;
        let prefix = ObjectPath::parse(prefix)
            .map_err(|error| StoreError::invalid(format!("`{url}` cannot be used: {error}")))?;
        Ok(Self { storage: Arc::new(PrefixStore::new(storage, prefix)), folder: None })
    }

    /// Stores a stream of bytes with flat memory. A kill leaves a staged file, never half a blob.
    pub async fn put_stream<S>(&self, bytes: S) -> Result<BlobInfo>
    where
        S: Stream<Item = io::Result<Bytes>> + Send,
    {
        let staged = ObjectPath::from(format!("{STAGING}/{:032x}", rand::random::<u128>()));
        let upload = self
            .storage
            .put_multipart(&staged)
            .await
            .map_err(|error| blob_error(staged.as_ref(), error))?;
        let (key, info) = self.stage(&staged, upload, bytes).await?;
        self.publish(&staged, &key).await?;
        Ok(info)
    }

    /// Stores what a reader gives.
    pub async fn put_reader<R>(&self, reader: R) -> Result<BlobInfo>
    where
        R: AsyncRead + Send + Unpin,
    {
        let chunks = stream::try_unfold(reader, |mut reader| async move {
            let mut buffer = BytesMut::with_capacity(READ_BYTES);
            while buffer.len() < READ_BYTES {
                if reader.read_buf(&mut buffer).await? == 0 {
                    break;
                }
            }
            let more = (!buffer.is_empty()).then(|| (buffer.freeze(), reader));
            Ok::<_, io::Error>(more)
        });
        self.put_stream(chunks).await
    }

    /// Stores a file of the local disk.
    pub async fn put_file(&self, path: &Path) -> Result<BlobInfo> {
        let file = tokio::fs::File::open(path).await.map_err(StoreError::Read)?;
        self.put_reader(file).await
    }

    /// Stores bytes that are in memory anyway.
    pub async fn put_bytes(&self, bytes: Bytes) -> Result<BlobInfo> {
        self.put_stream(stream::iter([Ok(bytes)])).await
    }

    async fn stage<S>(
        &self,
        staged: &ObjectPath,
        upload: Box<dyn MultipartUpload>,
        bytes: S,
    ) -> Result<(ObjectPath, BlobInfo)>
    where
        S: Stream<Item = io::Result<Bytes>> + Send,
    {
        let mut writer = WriteMultipart::new(upload);
        let hashed = write_hashed(&mut writer, bytes, staged).await;
        let hashes = match hashed {
            Ok(hashes) => hashes,
            Err(error) => {
                if let Err(abort) = writer.abort().await {
                    tracing::warn!(key = %staged, error = %abort, "a staged upload is left over");
                }
                return Err(error);
            }
        };
        writer.finish().await.map_err(|error| blob_error(staged.as_ref(), error))?;
        let info = hashes.into_info();
        Ok((ObjectPath::from(info.key.as_str()), info))
    }

    /// Gives a staged blob its name. Where it is there already, the fresh one takes its place: the sweep
    /// looks at those only that were written long ago.
    async fn publish(&self, staged: &ObjectPath, key: &ObjectPath) -> Result<()> {
        let renamed = self.storage.rename(staged, key).await;
        renamed.map_err(|error| blob_error(key.as_ref(), error))
    }

    /// Takes away what killed uploads left: staged files that nobody has written to for so long.
    /// Returns how many there were. In S3, parts of uploads that were never finished are no files
    /// yet; a rule of the bucket ends those.
    pub async fn sweep_staged(&self, untouched_for: Duration) -> Result<u64> {
        let Some(oldest_kept) = SystemTime::now().checked_sub(untouched_for) else { return Ok(0) };
        if let Some(folder) = &self.folder {
            return copies::sweep_folder(&folder.join(STAGING), oldest_kept).await;
        }
        let failed = |error| blob_error(STAGING, error);
        let mut staged = self.storage.list(Some(&ObjectPath::from(STAGING)));
        let mut n_swept = 0;
        while let Some(file) = staged.try_next().await.map_err(failed)? {
            if SystemTime::from(file.last_modified) < oldest_kept {
                self.storage.delete(&file.location).await.map_err(failed)?;
                n_swept += 1;
            }
        }
        Ok(n_swept)
    }

    /// Reads a blob, or a part of it; the end of the part may lie beyond the end of the blob. One that was
    /// condemned comes back.
    pub async fn get(&self, key: &str, range: Option<Range<u64>>) -> Result<BlobRead> {
        let path = checked(key)?;
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let found = match self.storage.get_opts(&path, options.clone()).await {
            Err(object_store::Error::NotFound { .. }) => {
                self.ensure(key).await?;
                self.storage.get_opts(&path, options).await
            }
            found => found,
        };
        let found = found.map_err(|error| blob_error(key, error))?;
        let (size_bytes, range) = (found.meta.size, found.range.clone());
        Ok(BlobRead {
            size_bytes,
            range,
            bytes: found.into_stream().map_err(io::Error::other).boxed(),
        })
    }
}

/// Both hashes of what went by.
#[derive(Default)]
struct Hashes {
    sha256: Sha256,
    sm3: Sm3,
    size_bytes: u64,
}

impl Hashes {
    fn update(mut self, bytes: &[u8]) -> Self {
        self.sha256.update(bytes);
        self.sm3.update(bytes);
        self.size_bytes += bytes.len() as u64;
        self
    }

    fn into_info(self) -> BlobInfo {
        let sha256 = hex(&self.sha256.finalize());
        let sm3 = hex(&self.sm3.finalize());
        let key = format!("sha256/{}/{sha256}", &sha256[..2]);
        BlobInfo { key, size_bytes: self.size_bytes, sha256, sm3 }
    }
}

async fn write_hashed<S>(
    writer: &mut WriteMultipart,
    bytes: S,
    staged: &ObjectPath,
) -> Result<Hashes>
where
    S: Stream<Item = io::Result<Bytes>> + Send,
{
    let mut bytes = std::pin::pin!(bytes);
    let mut hashes = Hashes::default();
    while let Some(chunk) = bytes.next().await {
        let chunk = chunk.map_err(StoreError::Read)?;
        hashes = if chunk.len() > 64 * 1024 {
            let shared = chunk.clone();
            tokio::task::spawn_blocking(move || hashes.update(&shared))
                .await
                .map_err(|error| StoreError::Read(io::Error::other(error)))?
        } else {
            hashes.update(&chunk)
        };
        writer
            .wait_for_capacity(MAX_PARTS_IN_FLIGHT)
            .await
            .map_err(|error| blob_error(staged.as_ref(), error))?;
        writer.put(chunk);
    }
    Ok(hashes)
}

/// Reads a key; only what [`Blobs`] itself has made is one.
fn checked(key: &str) -> Result<ObjectPath> {
    let well_formed = key
        .strip_prefix("sha256/")
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(shard, hash)| {
            hash.len() == 64
                && hash.starts_with(shard)
                && shard.len() == 2
                && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        });
    if !well_formed {
        return Err(StoreError::invalid(format!("`{}` is no key of a blob", key.escape_debug())));
    }
    Ok(ObjectPath::from(key))
}

fn blob_error(key: &str, error: object_store::Error) -> StoreError {
    match error {
        object_store::Error::NotFound { .. } => StoreError::not_found(format!("blob `{key}`")),
        error if is_full(&error) => StoreError::Full(Box::new(error)),
        error => StoreError::Blob { key: key.to_owned(), source: Box::new(error) },
    }
}

/// Whether a disk had no room, or an account may keep no more.
fn is_full(error: &object_store::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        if matches!(kind, Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Writes bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;

    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        write!(text, "{byte:02x}").unwrap_or_default();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_other_faults() {
        let failed = |kind: io::ErrorKind| {
            let source = Box::new(io::Error::from(kind));
            blob_error("x", object_store::Error::Generic { store: "LocalFileSystem", source })
        };
        assert!(matches!(failed(io::ErrorKind::StorageFull), StoreError::Full(_)));
        assert!(matches!(failed(io::ErrorKind::QuotaExceeded), StoreError::Full(_)));
        assert!(matches!(failed(io::ErrorKind::PermissionDenied), StoreError::Blob { .. }));
    }
}
