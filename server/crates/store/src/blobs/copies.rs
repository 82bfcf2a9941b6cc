//! Blobs as files of this machine: what questions to tables read.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use futures::TryStreamExt;

use super::{Blobs, checked};
use crate::{Result, StoreError};

/// For how long a copy on the local disk is kept after somebody last asked for it.
const COPY_KEPT: Duration = Duration::from_secs(24 * 60 * 60);

impl Blobs {
    /// Returns a file of the local disk with a blob: the blob itself where the storage is the local
    /// disk, else a copy in `cache`. Whenever a copy is made, those that nobody asked for in a day
    /// are removed, so that the folder does not become a second storage.
    pub async fn local_copy(&self, key: &str, cache: &Path) -> Result<PathBuf> {
        if let Some(path) = self.local_file(key).await? {
            return Ok(path);
        }
        let name = checked(key)?.filename().unwrap_or_default().to_owned();
        let copy = cache.join(name);
        if is_copied(&copy).await? {
            return Ok(copy);
        }
        tokio::fs::create_dir_all(cache).await.map_err(StoreError::Read)?;
        let staged = cache.join(format!("{:032x}.part", rand::random::<u128>()));
        let mut bytes = self.get(key, None).await?.bytes;
        let mut file = tokio::fs::File::create(&staged).await.map_err(StoreError::Read)?;
        while let Some(chunk) = bytes.try_next().await.map_err(StoreError::Read)? {
            tokio::io::AsyncWriteExt::write_all(&mut file, &chunk)
                .await
                .map_err(StoreError::Read)?;
        }
        tokio::io::AsyncWriteExt::flush(&mut file).await.map_err(StoreError::Read)?;
        tokio::fs::rename(&staged, &copy).await.map_err(StoreError::Read)?;
        sweep_folder(cache, SystemTime::now() - COPY_KEPT).await?;
        Ok(copy)
    }

    /// Returns the file of a blob, where the storage is the local disk. One that was condemned comes back.
    ///
    /// # Errors
    ///
    /// `NotFound` where it is not there.
    pub async fn local_file(&self, key: &str) -> Result<Option<PathBuf>> {
        let Some(path) = self.local_path(key) else { return Ok(None) };
        if !tokio::fs::try_exists(&path).await.map_err(StoreError::Read)? {
            self.ensure(key).await?;
        }
        Ok(Some(path))
    }

    /// Takes away the copies of blobs that [`local_copy`](Self::local_copy) made in `cache`, and those that
    /// nobody asked for in a day.
    pub async fn sweep_copies(
        &self,
        cache: &Path,
        keys: impl IntoIterator<Item = String>,
    ) -> Result<()> {
        if self.folder.is_some() || !tokio::fs::try_exists(cache).await.map_err(StoreError::Read)? {
            return Ok(());
        }
        for key in keys {
            let path = checked(&key)?;
            match tokio::fs::remove_file(cache.join(path.filename().unwrap_or_default())).await {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(StoreError::Read(error)),
            }
        }
        sweep_folder(cache, SystemTime::now() - COPY_KEPT).await?;
        Ok(())
    }

    /// Returns the file of a blob, where the storage is the local disk.
    pub fn local_path(&self, key: &str) -> Option<PathBuf> {
        let folder = self.folder.as_ref()?;
        checked(key).ok()?;
        Some(folder.join(key))
    }
}

/// Whether there is a copy; it is marked as asked for now.
async fn is_copied(copy: &Path) -> Result<bool> {
    match tokio::fs::OpenOptions::new().append(true).open(copy).await {
        Ok(file) => {
            file.into_std().await.set_modified(SystemTime::now()).map_err(StoreError::Read)?;
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StoreError::Read(error)),
    }
}

/// Sweeps on the disk itself: the storage does not list a file whose upload was cut off.
pub(super) async fn sweep_folder(folder: &Path, oldest_kept: SystemTime) -> Result<u64> {
    let mut entries = tokio::fs::read_dir(folder).await.map_err(StoreError::Read)?;
    let mut n_swept = 0;
    while let Some(entry) = entries.next_entry().await.map_err(StoreError::Read)? {
        // Another process may have published or swept the file in the meantime.
        let Ok(facts) = entry.metadata().await else { continue };
        let is_old = facts.modified().is_ok_and(|written| written < oldest_kept);
        if facts.is_file() && is_old {
            match tokio::fs::remove_file(entry.path()).await {
                Ok(()) => n_swept += 1,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(StoreError::Read(error)),
            }
        }
    }
    Ok(n_swept)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a step that fails must fail the test")]

    use std::sync::Arc;

    use bytes::Bytes;

    use super::*;

    #[tokio::test]
    async fn copies_that_nobody_asked_for_go_when_another_is_made() {
        let cache = tempfile::tempdir().unwrap();
        let storage = Arc::new(object_store::memory::InMemory::new());
        let blobs = Blobs { storage, folder: None };
        let mut keys = Vec::new();
        for bytes in ["old", "used", "new"] {
            keys.push(blobs.put_bytes(Bytes::from_static(bytes.as_bytes())).await.unwrap().key);
        }
        for key in &keys[..2] {
            let copy = blobs.local_copy(key, cache.path()).await.unwrap();
            let file = std::fs::OpenOptions::new().append(true).open(copy).unwrap();
            file.set_modified(SystemTime::now() - 2 * COPY_KEPT).unwrap();
        }
        blobs.local_copy(&keys[1], cache.path()).await.unwrap();
        blobs.local_copy(&keys[2], cache.path()).await.unwrap();

        let copies = std::fs::read_dir(cache.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut left: Vec<_> = copies.map(|copy| std::fs::read_to_string(copy).unwrap()).collect();
        left.sort();
        assert_eq!(left, ["new", "used"]);
        let again = blobs.local_copy(&keys[0], cache.path()).await.unwrap();
        assert_eq!(std::fs::read_to_string(again).unwrap(), "old");
    }

    #[tokio::test]
    async fn copies_of_what_is_condemned_go() {
        let cache = tempfile::tempdir().unwrap();
        let storage = Arc::new(object_store::memory::InMemory::new());
        let blobs = Blobs { storage, folder: None };
        let mut keys = Vec::new();
        for bytes in ["kept", "condemned"] {
            let key = blobs.put_bytes(Bytes::from_static(bytes.as_bytes())).await.unwrap().key;
            blobs.local_copy(&key, cache.path()).await.unwrap();
            keys.push(key);
        }
        let unknown = format!("sha256/00/{}", "00".repeat(32));
        blobs.sweep_copies(cache.path(), [keys[1].clone(), unknown]).await.unwrap();

        let copies = std::fs::read_dir(cache.path()).unwrap().map(|entry| entry.unwrap().path());
        let left: Vec<_> = copies.map(|copy| std::fs::read_to_string(copy).unwrap()).collect();
        assert_eq!(left, ["kept"]);
        blobs.sweep_copies(&cache.path().join("missing"), []).await.unwrap();
    }
}
