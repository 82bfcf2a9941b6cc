//! What all handlers share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::FromRef;
use kaishu_portal::Portal;

use crate::assets::Assets;
use crate::page_cache::PageCache;

/// How much a request and the kept pages may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of a request's body.
    pub body_bytes: usize,
    /// Most bytes of an upload of files.
    pub upload_bytes: usize,
    /// How long the body of a request may take, and each part of an upload.
    pub body_time: Duration,
    /// Memory for pages that are kept ready.
    pub page_cache_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            upload_bytes: 2 << 30,
            body_time: Duration::from_secs(30),
            page_cache_bytes: 64 << 20,
        }
    }
}

/// What all handlers share; cheap to clone.
#[derive(Clone)]
pub struct State {
    portal: Portal,
    shared: Arc<Shared>,
}

struct Shared {
    assets: Assets,
    pages: PageCache,
    limits: Limits,
    is_warm: AtomicBool,
}

impl State {
    /// Puts together what is served.
    pub fn new(portal: Portal, assets: Assets, limits: Limits) -> Self {
        let pages = PageCache::new(limits.page_cache_bytes);
        let shared = Shared { assets, pages, limits, is_warm: AtomicBool::new(false) };
        Self { portal, shared: Arc::new(shared) }
    }

    /// Returns the use cases.
    pub fn portal(&self) -> &Portal {
        &self.portal
    }

    /// Says that dictionaries and index are loaded, so that `/readyz` may answer.
    pub fn set_warm(&self) {
        self.shared.is_warm.store(true, Ordering::Release);
    }

    pub(crate) fn is_warm(&self) -> bool {
        self.shared.is_warm.load(Ordering::Acquire)
    }

    pub(crate) fn assets(&self) -> &Assets {
        &self.shared.assets
    }

    pub(crate) fn pages(&self) -> &PageCache {
        &self.shared.pages
    }

    pub(crate) fn limits(&self) -> Limits {
        self.shared.limits
    }
}

impl FromRef<State> for Portal {
    fn from_ref(state: &State) -> Self {
        state.portal.clone()
    }
}
