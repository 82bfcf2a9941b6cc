//! What an operator asks: whether everything is warm, in place and up to date.

use std::time::Duration;

use kaishu_domain::entry::is_bare;
use kaishu_domain::visibility;
use kaishu_types::DatasetCode;
use kaishu_types::vocabulary::{DatasetState, OpenClass, ResourceKind};

use crate::{Error, Portal, Result, blocking};

/// How long after its last byte an unfinished upload counts as left over by a kill.
const LEFT_OVER_AFTER: Duration = Duration::from_secs(24 * 3600);

/// Codes looked at together.
const BATCH: u64 = 500;

/// How the parts of a portal stand to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// The place of the last change of the catalogue.
    pub feed_position: u64,
    /// The place up to which the index follows.
    pub index_position: u64,
    /// Datasets in the index.
    pub n_indexed: u64,
    /// Public datasets in the database.
    pub n_public: u64,
}

/// What looking for the bytes of files found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileCheck {
    /// Files that were looked for.
    pub n_checked: u64,
    /// Those that are not there: dataset and number of the resource, with the reason.
    pub missing: Vec<String>,
    /// Codes of published entries, unconditional or conditional, without any resource (PUB-01).
    pub without_resource: Vec<String>,
    /// Codes of those that have resources, but none that programs can read (PUB-03).
    pub unreadable: Vec<String>,
    /// Whether there are more datasets than were looked at.
    pub is_partial: bool,
}

impl Portal {
    /// Loads dictionaries and runs each part of a search once, so that no reader waits for them.
    pub async fn warm(&self) -> Result<()> {
        let index = self.inner.index.clone();
        blocking(move || {
            index.warm();
            Ok(())
        })
        .await
    }

    /// Compares the database with the index.
    pub async fn health(&self) -> Result<Health> {
        let head = kaishu_store::feed::head(&self.inner.store).await?;
        let counts =
            kaishu_store::stats::counts(&self.inner.store, self.listed(), self.today()).await?;
        Ok(Health {
            feed_position: u64::try_from(head).unwrap_or_default(),
            index_position: self.inner.index.position(),
            n_indexed: self.inner.index.n_datasets(),
            n_public: counts.n_datasets,
        })
    }

    /// Takes away what uploads left behind that were killed at least a day ago.
    pub async fn sweep_left_over(&self) -> Result<()> {
        let n_swept = self.inner.blobs.sweep_staged(LEFT_OVER_AFTER).await?;
        if n_swept > 0 {
            tracing::info!(n_swept, "files of killed uploads were taken away");
        }
        Ok(())
    }

    /// Looks whether entries have resources and the bytes of their files are there, for up to `n_datasets` datasets.
    pub async fn check_files(&self, n_datasets: u64) -> Result<FileCheck> {
        let mut check = FileCheck::default();
        let mut after_id = Some(0);
        let mut n_seen = 0;
        while let Some(from) = after_id {
            if n_seen >= n_datasets {
                check.is_partial = true;
                break;
            }
            let page =
                kaishu_store::datasets::page_of_codes(&self.inner.store, from, BATCH).await?;
            n_seen += page.codes.len() as u64;
            after_id = page.next_after_id;
            for code in &page.codes {
                let parsed: DatasetCode =
                    code.parse().map_err(|error| Error::Internal(format!("{error}")))?;
                self.check_files_of(&parsed, &mut check).await?;
            }
        }
        Ok(check)
    }

    async fn check_files_of(&self, code: &DatasetCode, check: &mut FileCheck) -> Result<()> {
        let store = &self.inner.store;
        let Some(dataset) = kaishu_store::datasets::find(store, code).await? else { return Ok(()) };
        let class =
            visibility::shown_class(dataset.fields.open.class, visibility::classes(&dataset.items));
        let must_have_one = dataset.state == DatasetState::Published && class != OpenClass::None;
        if is_bare(&dataset) {
            check.without_resource.push(code.to_string());
        } else if must_have_one
            && !dataset.resources.iter().any(|it| it.format.is_machine_readable())
        {
            check.unreadable.push(code.to_string());
        }
        for resource in dataset.resources.iter().filter(|it| it.kind == ResourceKind::File) {
            let key = kaishu_store::datasets::blob_key(store, code, resource.id).await?;
            let Some(key) = key else { continue };
            check.n_checked += 1;
            let id = resource.id;
            match self.inner.blobs.get(&key, None).await {
                Ok(read) if Some(read.size_bytes) != resource.size_bytes => {
                    let size = read.size_bytes;
                    check.missing.push(format!(
                        "{code}, resource {id}: has {size} bytes, not as many as it should"
                    ));
                }
                Ok(_) => {}
                Err(error) => check.missing.push(format!("{code}, resource {id}: {error}")),
            }
        }
        Ok(())
    }
}

impl Error {
    /// Whether the index is written by another process, which then follows the feed itself.
    pub fn is_index_locked(&self) -> bool {
        matches!(self, Self::Search(kaishu_search::Error::Locked { .. }))
    }
}
