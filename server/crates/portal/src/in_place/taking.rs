//! Taking a file that stands at its provider (PUB-11, DL-01).

use kaishu_store::in_place;
use kaishu_types::dataset::DatasetView;
use kaishu_types::{ErrorCode, Lang};

use crate::accounts::Caller;
use crate::downloads::{Download, check_released};
use crate::{Error, Portal, Result};

/// How often a file that stands at its provider is looked at, where it changes meanwhile.
const LOOKS: usize = 3;

impl Portal {
    /// Decides whether a file may be taken that stands at its provider, and finds it. What was looked through
    /// is what leaves: where another copy came between, it is looked at once more.
    ///
    /// # Errors
    ///
    /// As [`open_download`](Self::open_download).
    pub(crate) async fn open_in_place(
        &self,
        caller: &Caller,
        dataset: &DatasetView,
        id: i64,
        lang: Lang,
    ) -> Result<Download> {
        let (store, code) = (&self.inner.store, &dataset.code);
        for _ in 0..LOOKS {
            self.freshen(dataset, id, lang).await?;
            let Some(copy) = in_place::copy(store, id).await? else { continue };
            let (view, number, mut resource) = self.takeable(caller, code, id, lang).await?;
            check_released(&view, id, lang)?;
            if in_place::copy(store, id).await?.is_none_or(|it| it.blob_key != copy.blob_key) {
                continue;
            }
            resource.size_bytes = Some(copy.size_bytes);
            resource.sha256 = Some(copy.sha256);
            resource.sm3 = Some(copy.sm3);
            return Ok(Download {
                local_path: self.inner.blobs.local_file(&copy.blob_key).await?,
                blob_key: copy.blob_key,
                size_bytes: copy.size_bytes,
                dataset: self.as_of(&view, number).await?,
                caller: caller.clone(),
                resource,
            });
        }
        Err(Error::refused(
            ErrorCode::Unavailable,
            lang.pick("数据正在更新，请稍后再试", "the data is being fetched anew; try again"),
        ))
    }
}
