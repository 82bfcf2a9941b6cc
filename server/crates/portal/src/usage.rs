//! Views and downloads, counted in memory and written in batches.

use std::collections::BTreeMap;
use std::sync::Mutex;

use chrono::NaiveDate;
use kaishu_store::usage::Used;
use kaishu_types::DatasetCode;

use crate::{Portal, Result};

/// What was counted since the last write: views and downloads by dataset and day.
#[derive(Debug, Default)]
pub(crate) struct Pending(Mutex<BTreeMap<(DatasetCode, NaiveDate), (u64, u64)>>);

impl Pending {
    fn add(&self, code: &DatasetCode, day: NaiveDate, views: u64, downloads: u64) {
        let mut counted = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let entry = counted.entry((code.clone(), day)).or_default();
        entry.0 += views;
        entry.1 += downloads;
    }

    fn take(&self) -> BTreeMap<(DatasetCode, NaiveDate), (u64, u64)> {
        let mut counted = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        std::mem::take(&mut *counted)
    }
}

impl Portal {
    /// Counts that the page of a dataset was shown.
    pub fn count_view(&self, code: &DatasetCode) {
        self.inner.usage.add(code, self.today(), 1, 0);
    }

    /// Counts that a file was taken.
    pub(crate) fn count_download(&self, code: &DatasetCode) {
        self.inner.usage.add(code, self.today(), 0, 1);
    }

    /// Writes what was counted. After a failure it is counted again the next time.
    pub async fn flush_usage(&self) -> Result<()> {
        let counted = self.inner.usage.take();
        if counted.is_empty() {
            return Ok(());
        }
        let used: Vec<Used> = counted
            .iter()
            .map(|((dataset, day), (views, downloads))| Used {
                dataset: dataset.clone(),
                day: *day,
                views: *views,
                downloads: *downloads,
            })
            .collect();
        if let Err(error) = kaishu_store::usage::add(&self.inner.store, &used).await {
            for ((dataset, day), (views, downloads)) in counted {
                self.inner.usage.add(&dataset, day, views, downloads);
            }
            return Err(error.into());
        }
        let downloaded: Vec<DatasetCode> =
            used.into_iter().filter(|it| it.downloads > 0).map(|it| it.dataset).collect();
        if !downloaded.is_empty() {
            kaishu_store::feed::touch(&self.inner.store, &downloaded).await?;
            self.wake_index();
        }
        Ok(())
    }
}
