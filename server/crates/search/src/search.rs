//! A search from request to results.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kaishu_types::search::{Facet, Relaxation, SearchHit, SearchRequest};
use rustc_hash::FxHashMap;
use tantivy::{DocAddress, DocId};

use crate::Result;
use crate::filters::{Counts, Filters};
use crate::highlight::Marker;
use crate::matching::{self, Matches};
use crate::order::{self, Place, Top};
use crate::query::{self, ItemFilter, Query};
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
    /// For each priority topic that has any the number of results that choosing it gives.
    pub by_priority: FxHashMap<String, u64>,
    /// Words that were searched beside the given ones, as they are written in the dictionary.
    pub expanded: Vec<String>,
    /// Words of the request that no dataset has.
    pub unknown: Vec<String>,
    /// Whether few datasets or none have all words, so that others with most of them follow.
    pub partial: bool,
    /// Leads to the next page; `None` on the last.
    pub next: Option<String>,
}

pub(crate) fn search(
    snapshot: &Snapshot,
    request: &SearchRequest,
    page: &Page,
    today: NaiveDate,
) -> Result<SearchResult> {
    let query = Query::read(snapshot, &request.q, request.exact)?;
    let sort = order::effective(request.sort, !query.is_all);
    let (after, n_left_out, limit) = match page {
        Page::Offset { offset, limit } => (None, *offset, *limit),
        Page::After { cursor, limit } => (Some(Place::parse(cursor, sort)?), 0, *limit),
    };
    let item = item_of(snapshot, request)?;
    let filters = Filters::read(request, today);
    // One more than wanted tells whether there is another page.
    let n_wanted = n_left_out.saturating_add(limit).saturating_add(1);
    let matched = matching::find(snapshot, &query, item.as_ref())?;
    let mut counts = Counts::default();
    let mut found: Vec<(Place, DocAddress)> = Vec::new();
    for (segment, (matches, columns)) in matched.segments.iter().zip(&snapshot.columns).enumerate()
    {
        let mut judged = filters.judge(columns);
        let mut top = Top::new(n_wanted, after.as_ref().map(|place| place.key_in(sort, columns)));
        each_match(snapshot, segment, matches, |entry, score| {
            let Some(row) = columns.rows.get(entry as usize) else { return };
            if judged.count(row) {
                top.offer(order::key(sort, columns, entry, row, score, filters.today()), entry);
            }
        });
        judged.add_to(&mut counts);
        found.extend(top.into_entries().map(|(key, entry)| {
            let place = Place::of(sort, columns, entry, key);
            (place, DocAddress::new(segment as u32, entry))
        }));
    }
    found.sort_unstable_by(|(left, _), (right, _)| order::compare(left, right));
    let shown = found.get(n_left_out..).unwrap_or_default();
    let has_more = shown.len() > limit;
    let shown = shown.get(..limit).unwrap_or(shown);
    let next = shown.last().filter(|_| has_more).map(|(place, _)| place.to_cursor(sort));
    let marker = Marker::new(&query, item.as_ref());
    let hits =
        shown.iter().map(|(_, address)| hit(snapshot, *address, &marker)).collect::<Result<_>>()?;
    Ok(SearchResult {
        total: counts.total,
        by_priority: std::mem::take(&mut counts.by_priority),
        hits,
        facets: counts.into_facets(&filters),
        partial: matched.partial && !query.is_all,
        expanded: query.expanded,
        unknown: query.unknown,
        next,
    })
}

fn hit(snapshot: &Snapshot, address: DocAddress, marker: &Marker<'_>) -> Result<SearchHit> {
    let (card, names) = snapshot.stored(address)?;
    let highlights = marker.highlights(&card, &names);
    Ok(SearchHit { card, highlights })
}

fn item_of(snapshot: &Snapshot, request: &SearchRequest) -> Result<Option<ItemFilter>> {
    match &request.item {
        Some(item) => query::item_weight(snapshot, item),
        None => Ok(None),
    }
}

fn each_match(
    snapshot: &Snapshot,
    segment: usize,
    matches: &Matches,
    mut visit: impl FnMut(DocId, f32),
) {
    match matches {
        Matches::Some(found) => found.iter().for_each(|(entry, score)| visit(*entry, *score)),
        Matches::All => {
            let reader = snapshot.searcher.segment_reader(segment as u32);
            reader.doc_ids_alive().for_each(|entry| visit(entry, 0.0));
        }
    }
}

pub(crate) fn relax(
    snapshot: &Snapshot,
    request: &SearchRequest,
    today: NaiveDate,
) -> Result<Vec<Relaxation>> {
    let query = Query::read(snapshot, &request.q, request.exact)?;
    let item = item_of(snapshot, request)?;
    let filters = Filters::read(request, today);
    let matched = matching::find(snapshot, &query, item.as_ref())?;
    let mut counts = Counts::default();
    for (segment, (matches, columns)) in matched.segments.iter().zip(&snapshot.columns).enumerate()
    {
        let mut judged = filters.judge(columns);
        each_match(snapshot, segment, matches, |entry, _| {
            if let Some(row) = columns.rows.get(entry as usize) {
                judged.count(row);
            }
        });
        judged.add_to(&mut counts);
    }
    let mut relaxations: Vec<Relaxation> = Facet::ALL
        .iter()
        .filter(|facet| filters.restricts(**facet))
        .map(|facet| Relaxation { facet: *facet, count: counts.n_without(*facet) })
        .filter(|relaxation| relaxation.count > counts.total)
        .collect();
    relaxations.sort_by_key(|relaxation| std::cmp::Reverse(relaxation.count));
    Ok(relaxations)
}
