//! Parts of files that are still on their way. They lie beside the blobs, so that every node that has
//! those has these, too.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStoreExt, PutPayload};

use super::{Blobs, blob_error};
use crate::{Result, StoreError};

/// Where parts lie.
const PARTS: &str = "uploads";

impl Blobs {
    /// Stores a part of an upload: whole or not at all. Returns the key to get it by, which no other part
    /// has, even if it is of the same place.
    pub async fn put_part(&self, upload: &str, start: u64, bytes: Bytes) -> Result<String> {
        let key = format!("{PARTS}/{upload}-{start}-{:08x}", rand::random::<u32>());
        let path = checked_part(&key)?;
        let put = self.storage.put(&path, PutPayload::from_bytes(bytes)).await;
        put.map_err(|error| blob_error(&key, error))?;
        Ok(key)
    }

    /// Reads a part.
    pub async fn get_part(&self, key: &str) -> Result<Bytes> {
        let path = checked_part(key)?;
        let failed = |error| blob_error(key, error);
        self.storage.get(&path).await.map_err(failed)?.bytes().await.map_err(failed)
    }

    /// Takes a part away. One that is not there is no error: it is gone.
    pub async fn delete_part(&self, key: &str) -> Result<()> {
        match self.storage.delete(&checked_part(key)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(blob_error(key, error)),
        }
    }

    /// Lists parts that were written so long ago, each with its upload.
    pub async fn parts_older_than(&self, age: Duration) -> Result<Vec<(String, String)>> {
        let Some(oldest_kept) = SystemTime::now().checked_sub(age) else { return Ok(Vec::new()) };
        let failed = |error| blob_error(PARTS, error);
        let mut listed = self.storage.list(Some(&ObjectPath::from(PARTS)));
        let mut parts = Vec::new();
        while let Some(part) = listed.try_next().await.map_err(failed)? {
            let name = part.location.filename().unwrap_or_default();
            let is_old = SystemTime::from(part.last_modified) < oldest_kept;
            if let Some((upload, _)) = name.split_once('-').filter(|_| is_old) {
                parts.push((part.location.to_string(), upload.to_owned()));
            }
        }
        Ok(parts)
    }
}

/// Reads the key of a part; only what [`Blobs::put_part`] has made is one.
fn checked_part(key: &str) -> Result<ObjectPath> {
    let name = key.strip_prefix(PARTS).and_then(|rest| rest.strip_prefix('/'));
    let well_formed = name.is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|byte| byte == b'-' || byte.is_ascii_alphanumeric())
    });
    match well_formed {
        true => Ok(ObjectPath::from(key)),
        false => Err(StoreError::invalid(format!("`{}` is no key of a part", key.escape_debug()))),
    }
}
