//! What can go wrong between the catalogue and its storage.

use std::error::Error;

use sea_orm::{DbErr, RuntimeErr};
use thiserror::Error;

/// The result of everything in this crate.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// The cause of an error, for logs.
pub type Source = Box<dyn Error + Send + Sync>;

/// A failure of the store.
#[derive(Debug, Error)]
pub enum StoreError {
    /// There is no such thing.
    #[error("{what} does not exist")]
    NotFound {
        /// What was asked for, as in ``dataset `YX-FGW-0001` ``.
        what: String,
    },
    /// Something else holds the place, or the state does not allow it.
    #[error("{what}")]
    Conflict {
        /// What stands against what.
        what: String,
    },
    /// A value cannot be stored.
    #[error("{what}")]
    Invalid {
        /// What is wrong with which value, and what would be right.
        what: String,
    },
    /// A row or blob contradicts what every row or blob must be.
    #[error("the store is corrupt: {what}")]
    Corrupt {
        /// What contradicts what.
        what: String,
    },
    /// The database or the blob storage cannot be reached now, or is too busy.
    #[error("the storage is not available: {what}")]
    Unavailable {
        /// What was tried.
        what: String,
        /// Why it failed.
        #[source]
        source: Source,
    },
    /// The database refused.
    #[error("the database failed")]
    Database(#[source] Source),
    /// The blob storage refused.
    #[error("the blob storage failed at `{key}`")]
    Blob {
        /// Which blob.
        key: String,
        /// Why it failed.
        #[source]
        source: Source,
    },
    /// There is no room left for bytes.
    #[error("there is no room left where files are kept")]
    Full(#[source] Source),
    /// The bytes to be stored could not be read.
    #[error("the bytes to be stored cannot be read")]
    Read(#[source] std::io::Error),
}

impl StoreError {
    pub(crate) fn not_found(what: impl Into<String>) -> Self {
        Self::NotFound { what: what.into() }
    }

    pub(crate) fn invalid(what: impl Into<String>) -> Self {
        Self::Invalid { what: what.into() }
    }

    pub(crate) fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt { what: what.into() }
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        let busy = match &error {
            DbErr::Conn(_) | DbErr::ConnectionAcquire(_) => true,
            DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => is_transient(&cause.to_string()),
            _ => false,
        };
        if busy {
            return Self::Unavailable { what: "a query".to_owned(), source: Box::new(error) };
        }
        Self::Database(Box::new(error))
    }
}

/// Whether the same statement may succeed a moment later.
fn is_transient(message: &str) -> bool {
    let transient = [
        "database is locked",
        "the database system is",
        "pool timed out",
        "connection closed",
        "deadlock detected",
        "could not serialize",
    ];
    transient.iter().any(|part| message.contains(part))
}
