//! Views and downloads, counted in memory and written in batches.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use kaishu_store::usage::Used;
use kaishu_types::DatasetCode;

use crate::{Portal, Result};

/// How often the index learns of downloads: each time drops every kept page.
const INDEX_PAUSE: Duration = Duration::from_secs(3600);

/// What was counted since the last write: views and downloads by dataset and day.
type Counted = BTreeMap<(DatasetCode, NaiveDate), (u64, u64)>;

/// What still has to be written, or told to the index.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    counted: Mutex<Counted>,
    downloaded: Mutex<Downloaded>,
}

/// Datasets whose downloads the index does not know yet.
#[derive(Debug, Default)]
struct Downloaded {
    codes: BTreeSet<DatasetCode>,
    since: Option<Instant>,
}

impl Pending {
    fn add(&self, code: &DatasetCode, day: NaiveDate, views: u64, downloads: u64) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = counted.entry((code.clone(), day)).or_default();
        entry.0 += views;
        entry.1 += downloads;
    }

    fn take(&self) -> Counted {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *counted)
    }

    /// Adds datasets, and returns all that wait once they waited long enough.
    fn due_for_index(&self, codes: BTreeSet<DatasetCode>) -> Vec<DatasetCode> {
        let mut downloaded = self.downloaded.lock().unwrap_or_else(PoisonError::into_inner);
        downloaded.codes.extend(codes);
        let since = *downloaded.since.get_or_insert_with(Instant::now);
        if since.elapsed() < INDEX_PAUSE {
            return Vec::new();
        }
        downloaded.since = None;
        std::mem::take(&mut downloaded.codes).into_iter().collect()
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
        let downloaded = used.into_iter().filter(|it| it.downloads > 0).map(|it| it.dataset);
        let due = self.inner.usage.due_for_index(downloaded.collect());
        if !due.is_empty() {
            kaishu_store::feed::touch(&self.inner.store, &due).await?;
            self.wake_index();
        }
        Ok(())
    }
}
