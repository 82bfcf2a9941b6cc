//! Search over the catalogue: tantivy schema, analysers, the index that follows the change feed,
//! queries, facets, highlights, suggestions and spelling.
//!
//! The index is a cache: everything in it comes from the feed, and an index that cannot be used is
//! replaced by an empty one at position 0. Only this crate names tantivy. It never reads the
//! database: the card of a dataset is kept in the index.
//!
//! ```
//! use chrono::NaiveDate;
//! use kaishu_search::{Index, Page};
//! use kaishu_types::search::SearchRequest;
//!
//! let index = Index::in_ram()?;
//! let mut writer = index.writer(15_000_000)?;
//! writer.apply(&[], 7)?;
//! let request = SearchRequest { q: "停车场".to_owned(), ..SearchRequest::default() };
//! let page = Page::Offset { offset: 0, limit: 20 };
//! let found = index.search(&request, &page, NaiveDate::default())?;
//! assert_eq!((index.position(), found.total), (7, 0));
//! # Ok::<(), kaishu_search::Error>(())
//! ```

mod analysers;
mod columns;
mod error;
mod filters;
mod fold;
mod generation;
mod highlight;
mod index;
mod matching;
mod order;
mod phonetic;
mod plan;
mod profile;
mod query;
mod rebuild;
mod schema;
mod search;
mod snapshot;
mod spelling;
mod suggest;
mod synonyms;
mod terms;
mod values;
mod weights;
mod words;
mod writer;

pub use error::{Error, Result};
pub use generation::Opened;
pub use index::Index;
pub use rebuild::Rebuild;
pub use search::{Page, SearchResult};
pub use writer::{Change, Writer};
