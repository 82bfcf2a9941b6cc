//! Pages kept ready: drawn and packed once for each state of the catalogue.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::assets::short_hash;
use crate::negotiation::{Encoding, matches_etag};

/// Counters and dates on pages are this old at most.
const MAX_AGE: Duration = Duration::from_secs(60);

/// What a page weighs besides its bytes.
const OVERHEAD: u64 = 1_024;

/// A guess that lets the cache size its tables.
const MEAN_PAGE_BYTES: u64 = 16_384;

/// Pages kept ready.
pub(crate) struct PageCache(Cache<Key, Arc<Kept>, ByBytes>);

/// What makes two requests the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) address: String,
    pub(crate) theme: Option<Theme>,
    pub(crate) encoding: Encoding,
}

/// The colours a reader chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Theme {
    Light,
    Dark,
}

/// A page as it leaves.
pub(crate) struct Kept {
    revision: u64,
    at: Instant,
    headers: HeaderMap,
    etag: HeaderValue,
    body: Bytes,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Key, Arc<Kept>> for ByBytes {
    fn weight(&self, key: &Key, kept: &Arc<Kept>) -> u64 {
        OVERHEAD + key.address.len() as u64 + kept.body.len() as u64
    }
}

impl PageCache {
    /// Makes a cache of so many bytes.
    pub(crate) fn new(n_bytes: u64) -> Self {
        let n_pages = usize::try_from(n_bytes / MEAN_PAGE_BYTES).unwrap_or(usize::MAX).max(16);
        Self(Cache::with_weighter(n_pages, n_bytes, ByBytes))
    }

    /// Finds a page that still shows the catalogue as it is.
    pub(crate) fn find(&self, key: &Key, revision: u64) -> Option<Arc<Kept>> {
        let kept = self.0.get(key)?;
        (kept.revision == revision && kept.at.elapsed() < MAX_AGE).then_some(kept)
    }

    /// Keeps a page, and gives it back.
    pub(crate) fn keep(&self, key: Key, kept: Kept) -> Arc<Kept> {
        let kept = Arc::new(kept);
        self.0.insert(key, Arc::clone(&kept));
        kept
    }
}

impl Kept {
    /// Makes a page of an answer, for the state of the catalogue it was drawn from.
    pub(crate) fn new(revision: u64, mut headers: HeaderMap, body: Bytes) -> Self {
        let etag = format!("\"{}\"", short_hash(&body));
        let etag = HeaderValue::from_str(&etag).unwrap_or(HeaderValue::from_static("\"0\""));
        headers.insert(header::ETAG, etag.clone());
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        let is_page = headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        let vary = if is_page { "Accept-Encoding, Cookie" } else { "Accept-Encoding" };
        headers.insert(header::VARY, HeaderValue::from_static(vary));
        Self { revision, at: Instant::now(), headers, etag, body }
    }

    /// Answers a request that asks for the page, or only whether it changed.
    pub(crate) fn answer(&self, wanted: &HeaderMap, is_head: bool) -> Response {
        let mut response = Response::new(Body::empty());
        *response.headers_mut() = self.headers.clone();
        if matches_etag(wanted, &self.etag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response.headers_mut().remove(header::CONTENT_LENGTH);
        } else if !is_head {
            *response.body_mut() = Body::from(self.body.clone());
        }
        response
    }
}
