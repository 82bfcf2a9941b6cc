//! Opening the index and keeping what searches see up to date.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use chrono::NaiveDate;
use kaishu_types::search::{Relaxation, SearchRequest, Suggestion};

use crate::generation::{self, Opened};
use crate::rebuild::Rebuild;
use crate::search::{Page, SearchResult};
use crate::snapshot::Snapshot;
use crate::writer::Writer;
use crate::{Error, Result, search, spelling, suggest, words};

/// The search index of the catalogue. Clones share it; all calls are synchronous and may read
/// from disk, so servers call them from a pool of blocking threads.
#[derive(Clone)]
pub struct Index {
    shared: Arc<Shared>,
}

struct Shared {
    /// `None` for an index in memory.
    root: Option<PathBuf>,
    opened: Opened,
    current: RwLock<Arc<Snapshot>>,
    /// Held while `current` is replaced, so that a later commit never yields to an earlier one.
    renewing: Mutex<()>,
}

impl Index {
    /// Opens the index in a folder, or makes one. An index of another version and one that cannot
    /// be read are left aside for an empty one at position 0; [`Index::opened`] says so.
    pub fn open(root: &Path) -> Result<Self> {
        fs::create_dir_all(root)
            .map_err(|source| Error::Folder { path: root.display().to_string(), source })?;
        let found = generation::read_pointer(root)?;
        let (snapshot, opened) = match found {
            None => (start_empty(root, 1)?, Opened::Created),
            Some(Err(reason)) => (start_empty(root, newest(root)? + 1)?, Opened::Reset { reason }),
            Some(Ok(pointer)) => {
                let index = generation::open(root, pointer.generation);
                match index.and_then(|index| Snapshot::open(index, pointer.generation)) {
                    Ok(snapshot) => (snapshot, Opened::Existing),
                    Err(error) => {
                        let reason = with_causes(&error);
                        (start_empty(root, newest(root)? + 1)?, Opened::Reset { reason })
                    }
                }
            }
        };
        if let Opened::Reset { reason } = &opened {
            tracing::warn!(%reason, "the search index cannot be used and starts empty");
            generation::remove_others(root, snapshot.generation)?;
        }
        Ok(Self::new(Some(root.to_owned()), opened, snapshot))
    }

    /// Makes an index in memory.
    pub fn in_ram() -> Result<Self> {
        let snapshot = Snapshot::open(generation::create_in_ram(), 1)?;
        Ok(Self::new(None, Opened::Created, snapshot))
    }

    fn new(root: Option<PathBuf>, opened: Opened, snapshot: Snapshot) -> Self {
        let current = RwLock::new(Arc::new(snapshot));
        Self { shared: Arc::new(Shared { root, opened, current, renewing: Mutex::new(()) }) }
    }

    /// Returns how the index was found when it was opened.
    pub fn opened(&self) -> &Opened {
        &self.shared.opened
    }

    /// Loads dictionaries now, so that the first search does not wait for them.
    pub fn warm(&self) {
        words::warm();
        // Each part of a search runs once.
        let request = SearchRequest { q: "数据".to_owned(), ..SearchRequest::default() };
        let page = Page::Offset { offset: 0, limit: 1 };
        if let Err(error) = self.search(&request, &page, NaiveDate::default()) {
            tracing::warn!(error = %with_causes(&error), "the search index did not answer");
        }
    }

    /// Returns the position of the change feed up to which the index follows.
    pub fn position(&self) -> u64 {
        self.snapshot().position
    }

    /// Returns how many datasets are in the index.
    pub fn n_datasets(&self) -> u64 {
        self.snapshot().searcher.num_docs()
    }

    /// Opens the index for writing. One writer a folder: a second one, here or in another
    /// process, gets [`Error::Locked`].
    pub fn writer(&self, memory_bytes: usize) -> Result<Writer> {
        Writer::open(self.clone(), memory_bytes)
    }

    /// Starts a new index beside this one. Searches go on in the old one until
    /// [`Rebuild::finish`].
    pub fn rebuild(&self, memory_bytes: usize) -> Result<Rebuild> {
        Rebuild::start(self.clone(), memory_bytes)
    }

    /// Searches the catalogue. `today` decides what is overdue and recent.
    pub fn search(
        &self,
        request: &SearchRequest,
        page: &Page,
        today: NaiveDate,
    ) -> Result<SearchResult> {
        search::search(&self.snapshot(), request, page, today)
    }

    /// Completes a text while it is typed, in characters, pinyin or initials.
    pub fn suggest(&self, text: &str, limit: usize) -> Result<Vec<Suggestion>> {
        suggest::suggest(&self.snapshot(), text, limit)
    }

    /// Returns words that are spelt or sound like these and find something, where these do not.
    pub fn spelling(&self, text: &str) -> Result<Option<String>> {
        spelling::correct(&self.snapshot(), text)
    }

    /// Returns for each chosen facet how many results there are without it, most first.
    pub fn relax(&self, request: &SearchRequest, today: NaiveDate) -> Result<Vec<Relaxation>> {
        search::relax(&self.snapshot(), request, today)
    }

    /// Takes up what another process did: a rebuilt index, or a commit. Returns whether there was
    /// any.
    pub fn refresh(&self) -> Result<bool> {
        let _renewing = self.renewing();
        let before = self.position();
        let is_another = self.follow_pointer()?;
        if !is_another {
            self.replace(self.snapshot().renew()?);
        }
        Ok(is_another || self.position() != before)
    }

    /// Takes up an index that another process rebuilt, and nothing else.
    pub(crate) fn follow_rebuild(&self) -> Result<()> {
        let _renewing = self.renewing();
        self.follow_pointer()?;
        Ok(())
    }

    fn follow_pointer(&self) -> Result<bool> {
        if let Some(root) = &self.shared.root
            && let Some(Ok(pointer)) = generation::read_pointer(root)?
            && pointer.generation != self.snapshot().generation
        {
            let index = generation::open(root, pointer.generation)?;
            self.replace(Snapshot::open(index, pointer.generation)?);
            return Ok(true);
        }
        Ok(false)
    }

    /// Puts a rebuilt index in place of the current one.
    pub(crate) fn take_over(&self, index: tantivy::Index, generation: u64) -> Result<()> {
        let _renewing = self.renewing();
        self.replace(Snapshot::open(index, generation)?);
        Ok(())
    }

    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.shared.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn root(&self) -> Option<&Path> {
        self.shared.root.as_deref()
    }

    fn replace(&self, snapshot: Snapshot) {
        *self.shared.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
    }

    fn renewing(&self) -> MutexGuard<'_, ()> {
        self.shared.renewing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn start_empty(root: &Path, generation: u64) -> Result<Snapshot> {
    let index = generation::create(root, generation)?;
    generation::write_pointer(root, generation)?;
    Snapshot::open(index, generation)
}

/// Returns the highest generation that has a folder.
fn newest(root: &Path) -> Result<u64> {
    let read = |source| Error::Folder { path: root.display().to_string(), source };
    let mut highest = 0;
    for entry in fs::read_dir(root).map_err(read)? {
        let name = entry.map_err(read)?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix("gen-")?.parse().ok());
        highest = highest.max(number.unwrap_or(0));
    }
    Ok(highest)
}

/// Writes an error with its causes in one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        line = format!("{line}: {inner}");
        cause = inner.source();
    }
    line
}
