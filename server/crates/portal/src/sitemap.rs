//! The whole public catalogue in the order of its ids, for robots.

use chrono::{DateTime, Utc};
use kaishu_types::DatasetCode;

use crate::{Portal, Result};

/// Datasets whose documents are loaded together.
const BATCH: u64 = 1_000;

/// A part of the public catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SitemapPart {
    /// Public datasets, each with the time of its last update.
    pub entries: Vec<(DatasetCode, DateTime<Utc>)>,
    /// Where the next part begins; `None` at the end.
    pub next: Option<i64>,
}

impl Portal {
    /// Returns where each stretch of `n_datasets` begins, from 0.
    pub async fn sitemap_starts(&self, n_datasets: u64) -> Result<Vec<i64>> {
        let mut starts = Vec::new();
        let mut next = Some(0);
        while let Some(from) = next {
            starts.push(from);
            next = kaishu_store::datasets::page_of_codes(&self.inner.store, from, n_datasets)
                .await?
                .next_after_id;
        }
        Ok(starts)
    }

    /// Returns the public datasets from a place on, at most `n_datasets` and never many at once.
    pub async fn sitemap_part(&self, from: i64, n_datasets: u64) -> Result<SitemapPart> {
        let store = &self.inner.store;
        let n_datasets = n_datasets.min(BATCH);
        let page = kaishu_store::datasets::page_of_codes(store, from, n_datasets).await?;
        let documents =
            kaishu_store::datasets::search_documents(store, &page.codes, self.listed()).await?;
        let entries = documents.into_iter().map(|it| (it.card.code, it.card.updated_at)).collect();
        Ok(SitemapPart { entries, next: page.next_after_id })
    }
}
