//! The register of filings (REV-08, jiamusi 13).

use kaishu_domain::permission::Action;
use kaishu_store::filings::{self, Filing};
use kaishu_types::Lang;

use crate::accounts::Caller;
use crate::cases::not_covered;
use crate::{Portal, Result};

/// Filings on a page.
const ROWS: u64 = 50;

/// A filing as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilingView {
    /// What is kept.
    pub kept: Filing,
    /// Name of the provider.
    pub organization: String,
}

impl Portal {
    /// Lists the filings of the regions that the caller publishes in, the newest first, with the place where
    /// the next page begins.
    ///
    /// # Errors
    ///
    /// Refused for who publishes nothing.
    pub async fn filings(
        &self,
        caller: &Caller,
        before: Option<i64>,
        lang: Lang,
    ) -> Result<(Vec<FilingView>, Option<i64>)> {
        if !caller.may_ever(Action::PublishDatasets) {
            return Err(not_covered(caller, Action::PublishDatasets, lang));
        }
        let regions = self.regions_for(caller, Action::PublishDatasets);
        let mut rows = filings::list(&self.inner.store, &regions, (before, ROWS + 1)).await?;
        let limit = usize::try_from(ROWS).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| has_more).map(|row| row.id);
        let directory = self.directory();
        let view = |kept: Filing| FilingView {
            organization: directory
                .organization(&kept.organization)
                .map_or_else(|| kept.organization.clone(), |it| it.named.label(lang).to_owned()),
            kept,
        };
        Ok((rows.into_iter().map(view).collect(), next))
    }
}
