//! The whole public catalogue in the order of its codes, for robots.

use chrono::{DateTime, Utc};
use kaishu_store::datasets::{ListedFrom, listed_codes, n_listed};
use kaishu_types::DatasetCode;

use crate::{Portal, Result};

impl Portal {
    /// Counts the public datasets.
    pub async fn n_listed(&self) -> Result<u64> {
        Ok(n_listed(&self.inner.store, self.listed()).await?)
    }

    /// Lists public datasets by code, each with the time of its last update. Places count public
    /// datasets only: the hidden ones between them leave no gap (SRCH-04).
    pub async fn listed_codes(
        &self,
        from: &ListedFrom,
        limit: u64,
    ) -> Result<Vec<(DatasetCode, DateTime<Utc>)>> {
        Ok(listed_codes(&self.inner.store, self.listed(), from, limit).await?)
    }
}
