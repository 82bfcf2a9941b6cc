//! What stops the reading of a whole file.

use thiserror::Error;

/// A file, or a mapping, that cannot be read.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The bytes could not be had.
    #[error("the file could not be read: {0}")]
    Read(#[from] std::io::Error),
    /// The bytes are not text.
    #[error("{place} is not UTF-8 text ({detail}); save the file as UTF-8")]
    Encoding {
        /// Where.
        place: String,
        /// Which byte.
        detail: String,
    },
    /// The text breaks the rules of its format.
    #[error("{place}: {message}")]
    Syntax {
        /// Where, as in `line 3, column 7`.
        place: String,
        /// What is wrong there.
        message: String,
    },
    /// The file is well-formed but holds something else.
    #[error("{0}")]
    Shape(String),
    /// The file is larger than a whole-file reader accepts.
    #[error(
        "the file is larger than {limit} bytes, which is the most that is read as one document; \
         split it, or write one record a line (JSON lines)"
    )]
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// A JSON-LD document refers to a context that is not built in.
    #[error(
        "the JSON-LD context `{url}` is not built in and is not fetched; write its terms into the \
         document, or export Turtle or RDF/XML"
    )]
    RemoteContext {
        /// The address of the context.
        url: String,
    },
    /// A mapping file says something that is not understood.
    #[error("{file}, line {line}: {message}")]
    Mapping {
        /// Name of the mapping file.
        file: String,
        /// Line in it, from 1.
        line: usize,
        /// What is wrong and what would be right.
        message: String,
    },
}
