//! A snapshot: what searches see between two commits.

use std::sync::Arc;

use kaishu_types::dataset::DatasetCard;
use rustc_hash::FxHashMap;
use tantivy::schema::{Schema, Value};
use tantivy::{DocAddress, IndexReader, ReloadPolicy, Searcher, TantivyDocument};

use crate::columns::Columns;
use crate::schema::{Fields, Names, schema};
use crate::terms::Lengths;
use crate::weights::Weights;
use crate::{Error, Result};

/// A point in time of the index.
pub(crate) struct Snapshot {
    /// Counts up with every rebuild.
    pub(crate) generation: u64,
    /// Where the change feed stands.
    pub(crate) position: u64,
    pub(crate) index: tantivy::Index,
    pub(crate) schema: Schema,
    pub(crate) fields: Fields,
    pub(crate) searcher: Searcher,
    /// The columns of each segment, in the order of the searcher.
    pub(crate) columns: Vec<Arc<Columns>>,
    pub(crate) lengths: Lengths,
    pub(crate) weights: Weights,
    reader: IndexReader,
}

impl Snapshot {
    /// Opens the latest commit of an index.
    pub(crate) fn open(index: tantivy::Index, generation: u64) -> Result<Self> {
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Self::read(index, generation, reader, &FxHashMap::default())
    }

    /// Opens the latest commit of the same index; columns of segments that stayed are shared.
    pub(crate) fn renew(&self) -> Result<Self> {
        self.reader.reload()?;
        let known = self.searcher.segment_readers().iter().map(|reader| reader.segment_id());
        let known = known.zip(self.columns.iter().cloned()).collect();
        Self::read(self.index.clone(), self.generation, self.reader.clone(), &known)
    }

    fn read(
        index: tantivy::Index,
        generation: u64,
        reader: IndexReader,
        known: &FxHashMap<tantivy::index::SegmentId, Arc<Columns>>,
    ) -> Result<Self> {
        let position = position_of(&index)?;
        let searcher = reader.searcher();
        let columns = searcher
            .segment_readers()
            .iter()
            .map(|segment| match known.get(&segment.segment_id()) {
                Some(columns) => Ok(Arc::clone(columns)),
                None => Columns::read(segment).map(Arc::new),
            })
            .collect::<Result<Vec<_>>>()?;
        let (schema, fields) = schema();
        let weights = Weights::default();
        let lengths = Lengths::read(&searcher, &fields, &weights)?;
        Ok(Self {
            generation,
            position,
            index,
            schema,
            fields,
            searcher,
            columns,
            lengths,
            weights,
            reader,
        })
    }

    /// Reads what is stored of an entry.
    pub(crate) fn stored(&self, address: DocAddress) -> Result<(DatasetCard, Names)> {
        let entry: TantivyDocument = self.searcher.doc(address)?;
        let text = |field, name| {
            entry.get_first(field).and_then(|value| value.as_str()).ok_or(Error::Incomplete(name))
        };
        let card = serde_json::from_str(text(self.fields.card, "card")?).map_err(Error::Entry)?;
        let names =
            serde_json::from_str(text(self.fields.names, "names")?).map_err(Error::Entry)?;
        Ok((card, names))
    }
}

/// Reads the position of the change feed that the last commit carries.
fn position_of(index: &tantivy::Index) -> Result<u64> {
    match index.load_metas()?.payload {
        None => Ok(0),
        Some(payload) => payload.parse().map_err(|_| Error::Incomplete("its position")),
    }
}
