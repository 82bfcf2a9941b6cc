//! A search from request to results.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kaishu_types::search::{Facet, Relaxation, SearchHit, SearchRequest};

use crate::Result;
use crate::snapshot::Snapshot;

/// Which part of the results is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// By number, for people.
    Offset {
        /// How many results to leave out.
        offset: usize,
        /// How many results to return.
        limit: usize,
    },
    /// By cursor, for programs: nothing is left out or repeated between pages.
    After {
        /// The cursor of the page before.
        cursor: String,
        /// How many results to return.
        limit: usize,
    },
}

/// The results of a search.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SearchResult {
    /// How many datasets match.
    pub total: u64,
    /// The wanted part of them.
    pub hits: Vec<SearchHit>,
    /// For each facet its values with the number of results that choosing the value gives, most
    /// first. Values without results are left out, except chosen ones.
    pub facets: BTreeMap<Facet, Vec<(String, u64)>>,
    /// Words that were searched beside the given ones, as they are written in the dictionary.
    pub expanded: Vec<String>,
    /// Words of the request that no dataset has.
    pub unknown: Vec<String>,
    /// Whether there was nothing with all words, so that results have most of them.
    pub partial: bool,
    /// Leads to the next page; `None` on the last.
    pub next: Option<String>,
}

pub(crate) fn search(
    _snapshot: &Snapshot,
    _request: &SearchRequest,
    _page: &Page,
    _today: NaiveDate,
) -> Result<SearchResult> {
    Ok(SearchResult::default())
}

pub(crate) fn relax(
    _snapshot: &Snapshot,
    _request: &SearchRequest,
    _today: NaiveDate,
) -> Result<Vec<Relaxation>> {
    Ok(Vec::new())
}
