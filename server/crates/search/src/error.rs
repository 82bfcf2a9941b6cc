//! What can go wrong in the index.

use thiserror::Error;

/// The result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// A failure of the index.
#[derive(Debug, Error)]
pub enum Error {
    /// Another process writes into the same folder.
    #[error(
        "the search index in `{folder}` is being written by another process; stop it, or let it do \
         the work"
    )]
    Locked {
        /// The folder of the index.
        folder: String,
    },
    /// A rebuilt index took the place of the one that was being written to.
    #[error(
        "the search index was rebuilt and now stands at position {position}; continue the feed \
         from there"
    )]
    Replaced {
        /// Where the new index stands.
        position: u64,
    },
    /// A cursor that this portal did not give, or gave for another order.
    #[error("`{0}` is not a cursor of this order; start again from the first page")]
    Cursor(String),
    /// A folder that cannot be read or written.
    #[error("cannot use `{path}` for the search index: {source}")]
    Folder {
        /// The file or folder.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A stored entry that cannot be read back.
    #[error("an entry of the search index cannot be read; run `kaishu index rebuild`")]
    Entry(#[source] serde_json::Error),
    /// A stored entry that lacks a part.
    #[error("an entry of the search index lacks `{0}`; run `kaishu index rebuild`")]
    Incomplete(&'static str),
    /// The engine failed.
    #[error("the search index failed; if this repeats, run `kaishu index rebuild`")]
    Engine(#[source] Box<tantivy::TantivyError>),
}

impl From<tantivy::TantivyError> for Error {
    fn from(source: tantivy::TantivyError) -> Self {
        Self::Engine(Box::new(source))
    }
}

impl From<std::io::Error> for Error {
    fn from(source: std::io::Error) -> Self {
        tantivy::TantivyError::from(source).into()
    }
}
