//! Writing: changes of the feed and the position they lead to are one commit.

use kaishu_types::DatasetCode;
use kaishu_types::search::SearchDocument;
use tantivy::directory::error::LockError;
use tantivy::{IndexWriter, TantivyDocument, TantivyError, Term};

use crate::snapshot::Snapshot;
use crate::{Error, Index, Result, schema};

/// The least memory that a writer needs.
const LEAST_MEMORY_BYTES: usize = 15_000_000;
/// The memory from which another thread is worth it.
const THREAD_MEMORY_BYTES: usize = 60_000_000;

/// A change of the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A dataset that the public may find: new, or in place of what the index has of it.
    Put(Box<SearchDocument>),
    /// A dataset that the public may not find, or not any more.
    Delete(DatasetCode),
}

/// The one who writes into the index.
pub struct Writer {
    index: Index,
    memory_bytes: usize,
    generation: u64,
    /// `None` after a failure, until the next try opens it again.
    engine: Option<IndexWriter>,
}

impl Writer {
    pub(crate) fn open(index: Index, memory_bytes: usize) -> Result<Self> {
        let snapshot = index.snapshot();
        let engine = open_engine(&index, &snapshot.index, memory_bytes)?;
        Ok(Self { index, memory_bytes, generation: snapshot.generation, engine: Some(engine) })
    }

    /// Applies changes in order and remembers the position they lead to, both or neither.
    /// Applying a change twice does no harm. Searches see the changes when this returns.
    ///
    /// [`Error::Replaced`] says that a rebuilt index took over: nothing was applied, and the feed
    /// goes on from the position in the error.
    pub fn apply(&mut self, changes: &[Change], position: u64) -> Result<()> {
        self.follow_rebuild()?;
        let snapshot = self.index.snapshot();
        let mut engine = match self.engine.take() {
            Some(engine) => engine,
            None => open_engine(&self.index, &snapshot.index, self.memory_bytes)?,
        };
        // On failure the engine is dropped with all that was not committed.
        for change in changes {
            stage(&engine, &snapshot, change)?;
        }
        commit(&mut engine, position)?;
        self.engine = Some(engine);
        self.index.refresh()?;
        Ok(())
    }

    /// Waits for the merging of segments that is under way and gives the lock back.
    pub fn close(self) -> Result<()> {
        if let Some(engine) = self.engine {
            engine.wait_merging_threads()?;
        }
        self.index.refresh()?;
        Ok(())
    }

    fn follow_rebuild(&mut self) -> Result<()> {
        self.index.follow_rebuild()?;
        let snapshot = self.index.snapshot();
        if snapshot.generation == self.generation {
            return Ok(());
        }
        self.engine = None;
        self.generation = snapshot.generation;
        Err(Error::Replaced { position: snapshot.position })
    }
}

fn stage(engine: &IndexWriter, snapshot: &Snapshot, change: &Change) -> Result<()> {
    let code = match change {
        Change::Put(document) => &document.card.code,
        Change::Delete(code) => code,
    };
    engine.delete_term(Term::from_field_text(snapshot.fields.code, code.as_str()));
    if let Change::Put(document) = change {
        engine.add_document(schema::entry(&snapshot.schema, &snapshot.fields, document)?)?;
    }
    Ok(())
}

/// Commits what was staged together with the position.
pub(crate) fn commit(engine: &mut IndexWriter, position: u64) -> Result<()> {
    let mut prepared = engine.prepare_commit()?;
    prepared.set_payload(&position.to_string());
    prepared.commit()?;
    Ok(())
}

pub(crate) fn open_engine(
    index: &Index,
    engine: &tantivy::Index,
    memory_bytes: usize,
) -> Result<IndexWriter> {
    let n_cores = std::thread::available_parallelism().map_or(1, usize::from);
    let n_threads = (memory_bytes / THREAD_MEMORY_BYTES).clamp(1, n_cores.min(8));
    let memory_bytes = memory_bytes.max(LEAST_MEMORY_BYTES);
    match engine.writer_with_num_threads::<TantivyDocument>(n_threads, memory_bytes) {
        Err(TantivyError::LockFailure(LockError::LockBusy, _)) => {
            let folder =
                index.root().map_or("memory".to_owned(), |root| root.display().to_string());
            Err(Error::Locked { folder })
        }
        opened => Ok(opened?),
    }
}
