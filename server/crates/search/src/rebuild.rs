//! Rebuilding: a new index grows beside the old one and takes over in one step.

use kaishu_types::search::SearchDocument;
use tantivy::{IndexWriter, Term};

use crate::schema::{self, Fields};
use crate::writer::{commit, open_engine};
use crate::{Index, Result, generation};

/// An index under construction. Dropped before [`Rebuild::finish`], it leaves the current index
/// as it is; its remains are removed by the next one.
pub struct Rebuild {
    index: Index,
    generation: u64,
    built: tantivy::Index,
    fields: Fields,
    engine: IndexWriter,
}

impl Rebuild {
    pub(crate) fn start(index: Index, memory_bytes: usize) -> Result<Self> {
        index.refresh()?;
        let generation = index.snapshot().generation + 1;
        let built = match index.root() {
            Some(root) => generation::create(root, generation)?,
            None => generation::create_in_ram(),
        };
        let engine = open_engine(&index, &built, memory_bytes)?;
        let (_, fields) = schema::schema();
        Ok(Self { index, generation, built, fields, engine })
    }

    /// Adds datasets; a later one takes the place of an earlier one with the same code.
    pub fn add(&mut self, documents: &[SearchDocument]) -> Result<()> {
        let schema = self.built.schema();
        for document in documents {
            let code = document.card.code.as_str();
            self.engine.delete_term(Term::from_field_text(self.fields.code, code));
            self.engine.add_document(schema::entry(&schema, &self.fields, document)?)?;
        }
        Ok(())
    }

    /// Puts the new index in place of the old one. `position` is the position of the change feed
    /// at which the datasets were read; what came later is applied from there.
    pub fn finish(self, position: u64) -> Result<()> {
        let Self { index, generation, built, fields: _, mut engine } = self;
        commit(&mut engine, position)?;
        engine.wait_merging_threads()?;
        if let Some(root) = index.root() {
            generation::write_pointer(root, generation)?;
        }
        index.take_over(built, generation)?;
        if let Some(root) = index.root() {
            generation::remove_others(root, generation)?;
        }
        Ok(())
    }
}
