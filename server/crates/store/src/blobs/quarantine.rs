//! Blobs that are about to go: they lie where no door reads them, and come back where somebody needs them.

use std::time::{Duration, SystemTime};

use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path as ObjectPath;
use object_store::{Error as ObjectError, ObjectStoreExt};

use super::{Blobs, blob_error, checked};
use crate::Result;

/// Where they lie.
const CONDEMNED: &str = "condemned";
/// Where those lie that can be read.
const LIVE: &str = "sha256";

impl Blobs {
    /// Moves a blob to where it cannot be read. Returns whether it was there.
    pub async fn condemn(&self, key: &str) -> Result<bool> {
        match self.storage.rename(&checked(key)?, &condemned(key)).await {
            Ok(()) => Ok(true),
            Err(ObjectError::NotFound { .. }) => Ok(false),
            Err(error) => Err(blob_error(key, error)),
        }
    }

    /// Takes a condemned blob away for good. Returns whether it was there; one that was written anew
    /// meanwhile stays.
    pub async fn end(&self, key: &str) -> Result<bool> {
        checked(key)?;
        let path = condemned(key);
        // Deleting what is not there is no error in S3, so that it says nothing.
        let was_there = self.exists(&path).await?;
        match self.storage.delete(&path).await {
            Ok(()) | Err(ObjectError::NotFound { .. }) => Ok(was_there),
            Err(error) => Err(blob_error(key, error)),
        }
    }

    /// Makes sure that a blob can be read: a condemned one comes back. It takes nothing away that is the
    /// only copy, whatever others do at the same time.
    ///
    /// # Errors
    ///
    /// `NotFound` where it is neither here nor there.
    pub async fn ensure(&self, key: &str) -> Result<()> {
        let path = checked(key)?;
        if self.exists(&path).await? {
            return Ok(());
        }
        let hidden = condemned(key);
        // On the disk this is one step. Elsewhere it would be a copy and a deletion, and whoever ends or
        // condemns the bytes in between could leave none: there the second look takes away what it hid.
        let came = match self.folder {
            Some(_) => self.storage.rename(&hidden, &path).await,
            None => self.storage.copy(&hidden, &path).await,
        };
        match came {
            Ok(()) => {
                tracing::info!(key, "condemned bytes are needed and came back");
                Ok(())
            }
            // Somebody else may have been faster.
            Err(ObjectError::NotFound { .. }) if self.exists(&path).await? => Ok(()),
            Err(error) => Err(blob_error(key, error)),
        }
    }

    /// Lists the blobs that were written so long ago.
    pub fn older_than(&self, age: Duration) -> BoxStream<'static, Result<String>> {
        let oldest_kept = SystemTime::now().checked_sub(age);
        let listed = self.storage.list(Some(&ObjectPath::from(LIVE)));
        listed
            .map_err(|error| blob_error(LIVE, error))
            .try_filter_map(move |blob| async move {
                let written = SystemTime::from(blob.last_modified);
                let is_old = oldest_kept.is_some_and(|oldest| written < oldest);
                let key = blob.location.to_string();
                Ok(Some(key).filter(|key| is_old && checked(key).is_ok()))
            })
            .boxed()
    }

    async fn exists(&self, path: &ObjectPath) -> Result<bool> {
        match self.storage.head(path).await {
            Ok(_) => Ok(true),
            Err(ObjectError::NotFound { .. }) => Ok(false),
            Err(error) => Err(blob_error(path.as_ref(), error)),
        }
    }
}

/// Where a blob lies that is about to go.
fn condemned(key: &str) -> ObjectPath {
    let hash = key.rsplit('/').next().unwrap_or_default();
    ObjectPath::from(format!("{CONDEMNED}/{hash}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a step that fails must fail the test")]

    use std::sync::Arc;

    use bytes::Bytes;

    use super::*;

    /// In an object store what comes back is copied: the second look may end the other at any time.
    #[tokio::test]
    async fn what_comes_back_leaves_the_condemned_where_it_is() {
        let storage = Arc::new(object_store::memory::InMemory::new());
        let blobs = Blobs { storage, folder: None };
        let key = blobs.put_bytes(Bytes::from_static(b"stops")).await.unwrap().key;
        assert!(blobs.condemn(&key).await.unwrap());
        blobs.ensure(&key).await.unwrap();
        let (live, hidden) = (checked(&key).unwrap(), condemned(&key));
        assert!(blobs.exists(&live).await.unwrap() && blobs.exists(&hidden).await.unwrap());
        assert!(blobs.end(&key).await.unwrap());
        blobs.ensure(&key).await.unwrap();
        assert!(blobs.exists(&live).await.unwrap() && !blobs.exists(&hidden).await.unwrap());
    }
}
