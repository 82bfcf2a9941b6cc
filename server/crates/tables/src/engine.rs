//! Runs plans, within bounds of time and memory, away from the threads that answer.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::DataFusionError;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{
    ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl,
};
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{
    GreedyMemoryPool, MemoryConsumer, MemoryPool, MemoryReservation,
};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use tokio::runtime::{Handle, Runtime};

use crate::TableError;
use crate::numbered::{NumberedRows, Places, places};
use crate::parquet::schema;
use crate::view::StoredTable;

/// What questions to tables may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Memory of all questions under way, in bytes: half for pages, half for what is taken away whole,
    /// so that a long sort does not keep pages from being answered.
    pub memory: usize,
    /// Time for one step of an answer; a page in the order of the file may take several.
    pub time: Duration,
    /// Threads that work on questions.
    pub threads: usize,
}

impl Bounds {
    /// The texts of one page have no more than this, in bytes.
    pub(crate) fn page_bytes(&self) -> usize {
        self.memory / 8
    }
}

impl Default for Bounds {
    fn default() -> Self {
        let threads = crate::scan::n_workers();
        Self { memory: 512 << 20, time: Duration::from_secs(10), threads }
    }
}

/// Answers questions to tables. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
    context: SessionContext,
}

struct Inner {
    /// Gives rows in the order of the file, one after the other.
    sequential: SessionContext,
    /// May sort on disk.
    sorting: SessionContext,
    runtime: Option<Runtime>,
    bounds: Bounds,
    key: [u8; 32],
    places: Arc<Places>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        // A runtime must not be waited for on a thread of another one.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Engine {
    /// Starts an engine. `key` is the secret of hashed values: with another one they no longer match.
    /// Exports that are ordered are sorted in `folder`.
    ///
    /// # Errors
    ///
    /// Fails where no threads can be started.
    pub fn new(bounds: Bounds, key: [u8; 32], folder: &Path) -> Result<Self, TableError> {
        let in_memory = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
        let on_disk = DiskManagerBuilder::default()
            .with_mode(DiskManagerMode::Directories(vec![folder.to_owned()]));
        let half = || -> Arc<dyn MemoryPool> { Arc::new(GreedyMemoryPool::new(bounds.memory / 2)) };
        let (pages, exports) = (half(), half());
        let context = context(bounds.threads, in_memory.clone(), pages)?;
        let sequential = self::context(1, in_memory, Arc::clone(&exports))?;
        let sorting = self::context(bounds.threads, on_disk, exports)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(bounds.threads)
            .thread_name("tables")
            .enable_time()
            .build()?;
        let inner = Inner {
            sequential,
            sorting,
            runtime: Some(runtime),
            bounds,
            key,
            places: Arc::new(places()),
        };
        Ok(Self { inner: Arc::new(inner), context })
    }

    /// The same engine, for answers that are taken away whole: in the order of the file or sorted.
    pub(crate) fn whole(&self, is_sorted: bool) -> Self {
        let Inner { sequential, sorting, .. } = self.inner.as_ref();
        let context = if is_sorted { sorting } else { sequential };
        Self { inner: Arc::clone(&self.inner), context: context.clone() }
    }

    /// The threads that work on questions.
    pub(crate) fn handle(&self) -> Result<Handle, TableError> {
        self.inner.runtime.as_ref().map(|it| it.handle().clone()).ok_or(TableError::Cancelled)
    }

    /// The bounds in force.
    pub fn bounds(&self) -> Bounds {
        self.inner.bounds
    }

    pub(crate) fn key(&self) -> &[u8; 32] {
        &self.inner.key
    }

    /// Reads a stored table: all of it. Only [`crate::plan`] calls this, to put the view on top.
    pub(crate) fn read(&self, table: &StoredTable) -> Result<DataFrame, TableError> {
        // The order of the file is not declared: a limit below a declared order picks row groups
        // without regard to it. Pages in the order of the file are read by ranges of rows instead.
        let options =
            ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension("");
        let path = table.path.to_str().ok_or_else(|| {
            TableError::Unreadable("the folder of the tables has no name in UTF-8".to_owned())
        })?;
        let config = ListingTableConfig::new(ListingTableUrl::parse(path)?)
            .with_listing_options(options)
            .with_schema(as_views(table));
        let provider = ListingTable::try_new(config)?;
        Ok(self.context.read_table(Arc::new(provider))?)
    }

    /// Reads the rows of a stored table that have these numbers, in the order of the file. Only
    /// [`crate::plan`] calls this, to put the view on top.
    pub(crate) fn read_numbered(
        &self,
        table: &StoredTable,
        numbers: &[i64],
    ) -> Result<DataFrame, TableError> {
        let known = Arc::clone(&self.inner.places);
        let most = self.bounds().page_bytes();
        let rows = NumberedRows::new(known, table.path.clone(), as_views(table), numbers, most);
        Ok(self.context.read_table(Arc::new(rows))?)
    }

    /// Takes memory out of what all questions may have together; it is given back when dropped.
    pub(crate) fn reserve(&self, n_bytes: usize) -> Result<MemoryReservation, TableError> {
        let environment = self.context.runtime_env();
        let reservation = MemoryConsumer::new("rows").register(&environment.memory_pool);
        reservation.try_grow(n_bytes)?;
        Ok(reservation)
    }

    /// Runs a piece of work on the threads of the engine, within the bound of time.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, TableError>> + Send + 'static,
    ) -> Result<T, TableError> {
        let Some(runtime) = &self.inner.runtime else { return Err(TableError::Cancelled) };
        let time = self.inner.bounds.time;
        let mut task = AbortOnDrop(runtime.spawn(async move {
            tokio::time::timeout(time, work).await.unwrap_or(Err(TableError::TooLong { time }))
        }));
        (&mut task.0).await.unwrap_or_else(|error| Err(TableError::Unreadable(error.to_string())))
    }
}

/// The schema of a stored table as it is read: texts are views into the pages that they are in.
fn as_views(table: &StoredTable) -> SchemaRef {
    let types: Vec<_> = table.columns.iter().map(|column| column.item_type).collect();
    let fields = schema(&types);
    let fields = fields.fields().iter().map(|field| match field.data_type() {
        DataType::Utf8 => Field::new(field.name(), DataType::Utf8View, true),
        _ => field.as_ref().clone(),
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

fn context(
    partitions: usize,
    disk: DiskManagerBuilder,
    memory: Arc<dyn MemoryPool>,
) -> Result<SessionContext, TableError> {
    let environment = RuntimeEnvBuilder::new()
        .with_memory_pool(memory)
        .with_metadata_cache_limit(64 << 20)
        .with_disk_manager_builder(disk)
        .build_arc()?;
    let mut config = SessionConfig::new()
        .with_target_partitions(partitions)
        .with_information_schema(false)
        .with_collect_statistics(false);
    let options = config.options_mut();
    options.execution.parquet.pushdown_filters = true;
    options.execution.parquet.reorder_filters = true;
    options.execution.parquet.bloom_filter_on_read = false;
    Ok(SessionContext::new_with_config_rt(config, environment))
}

/// Stops the work of whoever went away.
struct AbortOnDrop<T>(tokio::task::JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl From<DataFusionError> for TableError {
    fn from(error: DataFusionError) -> Self {
        match error.find_root() {
            DataFusionError::ResourcesExhausted(_) => Self::TooMuchMemory,
            root => Self::Query(root.strip_backtrace()),
        }
    }
}
