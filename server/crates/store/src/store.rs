//! The handle on the database.

use std::sync::Arc;
use std::time::Duration;

use kaishu_domain::Calendar;
use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction,
    DbBackend, IsolationLevel, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;

use crate::migration::Migrator;
use crate::{Result, StoreError};

/// How long a statement waits for another writer.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Key of the PostgreSQL lock that lets one catalogue change commit after the other.
const WRITER_LOCK: i64 = 0x6b61_6973_6875;

/// The handle on the database: cheap to clone, shared by everyone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) connection: DatabaseConnection,
    /// Decides by when data is renewed.
    pub(crate) calendar: Arc<Calendar>,
}

/// Writes that are kept together or not at all: none is before [`commit`](Self::commit), and one that is
/// dropped leaves nothing.
#[must_use = "nothing is kept before `commit`"]
pub struct Transaction {
    pub(crate) inner: DatabaseTransaction,
    pub(crate) calendar: Arc<Calendar>,
}

mod connected {
    /// What leads to a connection; sealed, so that no table leaves this crate.
    pub trait Connected {
        type Connection: sea_orm::ConnectionTrait;

        fn connection(&self) -> &Self::Connection;
    }
}
pub(crate) use connected::Connected;

/// Where something is read: in the [`Store`], which shows what is kept, or in a [`Transaction`], which shows what it
/// has written besides.
pub trait Reads: Connected + Sync {}

impl Connected for Store {
    type Connection = DatabaseConnection;

    fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }
}

impl Connected for Transaction {
    type Connection = DatabaseTransaction;

    fn connection(&self) -> &DatabaseTransaction {
        &self.inner
    }
}

impl Reads for Store {}
impl Reads for Transaction {}

impl Transaction {
    /// Keeps what was written.
    pub async fn commit(self) -> Result<()> {
        Ok(self.inner.commit().await?)
    }
}

impl Store {
    /// Opens `sqlite:///folder/kaishu.sqlite` (made if missing), `sqlite::memory:` (one connection,
    /// gone at the end) or `postgres://…`. The tables are made by [`migrate`](Self::migrate).
    pub async fn connect(url: &str, max_connections: u32) -> Result<Self> {
        let in_memory = url.starts_with("sqlite:") && url.contains(":memory:");
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(if in_memory { 1 } else { max_connections.max(1) })
            .min_connections(1)
            .acquire_timeout(BUSY_TIMEOUT)
            .test_before_acquire(!url.starts_with("sqlite:"))
            .sqlx_logging(false);
        if in_memory {
            // The database lives as long as its only connection.
            options.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
        }
        options.map_sqlx_sqlite_opts(move |options| {
            let options = options
                .create_if_missing(true)
                .foreign_keys(true)
                .busy_timeout(BUSY_TIMEOUT)
                .statement_cache_capacity(200)
                // 8 MiB of pages a connection, flat however large the file is; what is read often
                // is in the page cache of the system, once for all connections.
                .pragma("cache_size", "-8192")
                .pragma("temp_store", "MEMORY");
            if in_memory {
                return options;
            }
            // In WAL mode NORMAL loses no commit when the process is killed, only (perhaps) when
            // the machine loses power, and then never a consistent file.
            options.pragma("journal_mode", "WAL").pragma("synchronous", "NORMAL")
        });
        let connection =
            Database::connect(options).await.map_err(|error| StoreError::Unavailable {
                what: "opening the database".to_owned(),
                source: Box::new(error),
            })?;
        let calendar = Calendar::load().map_err(|error| StoreError::corrupt(error.to_string()))?;
        Ok(Self { connection, calendar: Arc::new(calendar) })
    }

    /// Counts by another calendar than the one that comes with the program. All nodes need the same.
    #[must_use]
    pub fn with_calendar(self, calendar: Calendar) -> Self {
        Self { calendar: Arc::new(calendar), ..self }
    }

    /// Brings the tables up to this version of the program.
    pub async fn migrate(&self) -> Result<()> {
        Ok(Migrator::up(&self.connection, None).await?)
    }

    /// Takes all tables away, with everything in them. For tests of the migrations.
    pub async fn rollback_all(&self) -> Result<()> {
        Ok(Migrator::down(&self.connection, None).await?)
    }

    /// Answers when the database does.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.connection.ping().await?)
    }

    /// Waits for the statements under way and closes all connections.
    pub async fn close(self) -> Result<()> {
        Ok(self.connection.close().await?)
    }

    /// Begins a transaction that writes something else than the catalogue.
    pub async fn begin(&self) -> Result<Transaction> {
        Ok(self.transaction(self.begin_immediate().await?))
    }

    /// Begins a transaction that writes the catalogue, and perhaps something else; only one runs at a time.
    pub async fn begin_catalogue(&self) -> Result<Transaction> {
        Ok(self.transaction(self.begin_write().await?))
    }

    fn transaction(&self, inner: DatabaseTransaction) -> Transaction {
        Transaction { inner, calendar: Arc::clone(&self.calendar) }
    }

    /// Begins a transaction that sees one moment of the database.
    pub(crate) async fn begin_read(&self) -> Result<DatabaseTransaction> {
        let options = match self.connection.get_database_backend() {
            DbBackend::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
            // A deferred transaction reads one snapshot of the WAL.
            _ => TransactionOptions::default(),
        };
        Ok(self.connection.begin_with_options(options).await?)
    }

    /// Begins a transaction that writes the catalogue; only one runs at a time, so that rows of the
    /// change feed appear in the order of their numbers and no follower misses one.
    pub(crate) async fn begin_write(&self) -> Result<DatabaseTransaction> {
        let transaction = self.begin_immediate().await?;
        if transaction.get_database_backend() == DbBackend::Postgres {
            let lock = format!("SELECT pg_advisory_xact_lock({WRITER_LOCK})");
            transaction.execute_unprepared(&lock).await?;
        }
        Ok(transaction)
    }

    /// Begins a transaction that writes something else than the catalogue.
    pub(crate) async fn begin_immediate(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            // A deferred one that reads first fails at its first write when another has written.
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.connection.begin_with_options(options).await?)
    }
}
