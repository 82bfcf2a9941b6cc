//! The use cases of Kaishu, one module a capability. Pages, the HTTP API and the commands all call
//! the one [`Portal`], so a rule is written once.

#[cfg(target_family = "wasm")]
compile_error!("kaishu-portal is server code: keep it behind the `ssr` feature of `app`");

pub mod access;
pub mod accounts;
pub mod administration;
pub mod cases;
pub mod catalogue;
pub mod consultations;
pub mod directory;
pub mod downloads;
pub mod entries;
pub mod filed_rules;
pub mod health;
pub mod home;
pub mod importing;
pub mod in_place;
pub mod indexing;
pub mod look;
pub mod monitoring;
pub mod open_list;
pub mod places;
pub mod processing;
pub mod publishing;
pub mod registers;
pub mod requests;
pub mod results;
pub mod retrieval;
pub mod rules;
mod sealing;
pub mod sharing;
pub mod site;
pub mod sitemap;
pub mod statistics;
pub mod supervision;
pub mod sweeping;
pub mod tables;
pub mod topics;
pub mod webhooks;

mod clock;
mod error;
mod facets;
mod history;
mod usage;

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, RwLock};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kaishu_domain::{Calendar, PolicyProfile};
use kaishu_search::Index;
use kaishu_store::Store;
use kaishu_store::blobs::Blobs;
use kaishu_store::log::SealKey;
use tokio::sync::Semaphore;

pub use clock::Clock;
pub use error::{Detail, Error, Result};
pub use kaishu_store::datasets::ListedFrom;
pub use site::{Site, Text};

use crate::directory::Directory;

/// Tables whose columns and profiles are kept in memory.
const LOADED_TABLES: usize = 200;

/// Answers whose length is remembered.
const COUNTS: usize = 10_000;

/// Where a portal keeps things and whose it is.
#[derive(Clone)]
pub struct Settings {
    /// `sqlite:///folder/kaishu.sqlite` or `postgres://…`.
    pub database_url: String,
    /// Most connections to the database.
    pub max_connections: u32,
    /// Where the bytes of files are kept.
    pub blobs: BlobSettings,
    /// The folder of the search index; a cache that can be rebuilt.
    pub index_dir: PathBuf,
    /// The folder for work under way and for copies of remote tables; it may be emptied while nothing
    /// runs.
    pub work_dir: PathBuf,
    /// The secret of hashed values, cursors and accounts: the same on all nodes, and never lost.
    pub secret: [u8; 32],
    /// Where mail goes out.
    pub mail: accounts::MailSettings,
    /// How often one client may fail to log in.
    pub login_limit: accounts::LoginLimit,
    /// Where people log in who have an identity of another system.
    pub oidc: Option<accounts::OidcSettings>,
    /// How long an upload waits for more of its file.
    pub upload_time: TimeDelta,
    /// Which providers are asked for data that stands there (PUB-11).
    pub in_place: in_place::InPlaceSettings,
    /// Most requests of a minute with the key of a grant (DL-06).
    pub key_requests: std::num::NonZeroU32,
    /// Most requests of two days that are known by their keys, for each account.
    pub kept_requests: std::num::NonZeroU32,
    /// How much may be verified under a grant (DL-07).
    pub verify: access::VerifyLimits,
    /// How long values that were verified between agencies are kept after the answer (SHR-09).
    pub verified_for: TimeDelta,
    /// Where webhooks may lead.
    pub webhooks: webhooks::WebhookSettings,
    /// The least count of rows that is shown before somebody applies (SRCH-03).
    pub look_least: std::num::NonZeroU32,
    /// What questions to tables may cost.
    pub table_bounds: kaishu_tables::Bounds,
    /// Code of the policy profile, as in `aba`.
    pub policy: String,
    /// A file that puts some rules in the place of those of the profile (ORG-12).
    pub policy_override: Option<PathBuf>,
    /// A file with notices of holidays that come to those of the program, or take their place (SUP-01).
    pub calendar_file: Option<PathBuf>,
    /// Name and keeper of the portal.
    pub site: Site,
    /// What the time is.
    pub clock: Clock,
}

/// Where the bytes of files are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlobSettings {
    /// A folder.
    Local(PathBuf),
    /// An address such as `s3://bucket/prefix` with its options, as in `endpoint`.
    Remote {
        /// The address.
        url: String,
        /// Options by name.
        options: Vec<(String, String)>,
    },
}

/// The one handle that pages, HTTP handlers and commands hold. Cheap to clone.
#[derive(Clone)]
pub struct Portal {
    inner: Arc<Inner>,
}

struct Inner {
    accounts: accounts::Accounts,
    comments: consultations::Limit,
    log_key: SealKey,
    fingerprint_key: [u8; 32],
    calendar: Calendar,
    store: Store,
    blobs: Blobs,
    index: Index,
    policy: PolicyProfile,
    kept_rules: filed_rules::KeptProfiles,
    previews: publishing::PreviewLimit,
    risks: publishing::Risks,
    batches: publishing::Batches,
    in_place: in_place::Sources,
    quotes: rules::Quotes,
    site: Arc<Site>,
    clock: Clock,
    directory: RwLock<Arc<Directory>>,
    upload_time: TimeDelta,
    kept_requests: std::num::NonZeroU32,
    verify: access::VerifyLimits,
    verified_for: TimeDelta,
    looks: look::Looks,
    webhooks: webhooks::WebhookSettings,
    usage: usage::Pending,
    retrievals: retrieval::Retrievals,
    refusals: access::Refusals,
    admission: tables::Admission,
    statistics: statistics::Cache,
    grant_counts: access::GrantCache,
    indexing: indexing::Signal,
    engine: kaishu_tables::Engine,
    seal: tables::Seal,
    work_dir: PathBuf,
    table_cache: PathBuf,
    loaded_tables: quick_cache::sync::Cache<(String, DateTime<Utc>), Arc<tables::Loaded>>,
    counts: quick_cache::sync::Cache<String, u64>,
}

impl Portal {
    /// Opens a portal: the database is brought up to date, the index and the policy are loaded.
    ///
    /// # Errors
    ///
    /// Says which part cannot be opened, and why.
    pub async fn open(settings: Settings) -> Result<Self> {
        // Every caller would carry all its steps otherwise.
        Box::pin(Self::opened(settings)).await
    }

    async fn opened(settings: Settings) -> Result<Self> {
        let today = settings.clock.today();
        let prevailing = settings.policy_override.as_deref();
        let (policy, prevailing) = rules::profile(&settings.policy, prevailing, today)?;
        let calendar = administration::calendar(settings.calendar_file.as_deref())?;
        let store = Store::connect(&settings.database_url, settings.max_connections).await?;
        let store = store.with_calendar(calendar.clone());
        store.migrate().await?;
        supervision::offer_topics(&store, &policy.rules.general.priority_topics.value.0).await?;
        let texts = (PolicyProfile::text_of(&settings.policy), prevailing);
        let kept_rules = filed_rules::keep(&store, &policy, texts, settings.clock.now()).await?;
        let blobs = match &settings.blobs {
            BlobSettings::Local(folder) => Blobs::local(folder)?,
            BlobSettings::Remote { url, options } => Blobs::from_url(url, options)?,
        };
        let work_dir = settings.work_dir.clone();
        std::fs::create_dir_all(&work_dir)
            .map_err(|source| Error::Io { path: work_dir.display().to_string(), source })?;
        let index_dir = settings.index_dir.clone();
        let index = blocking(move || Ok(Index::open(&index_dir)?)).await?;
        let directory =
            Directory::load(&store, rules::listed(policy.rules.catalogue.list_none.value)).await?;
        let accounts = accounts::Accounts::new(&settings)?;
        let inner = Inner {
            accounts,
            comments: consultations::Limit::default(),
            log_key: SealKey::new(tables::derived(&settings.secret, b"log")),
            fingerprint_key: tables::derived(&settings.secret, b"fingerprint"),
            calendar,
            store,
            blobs,
            index,
            quotes: rules::Quotes::of(&policy),
            policy,
            kept_rules,
            previews: publishing::PreviewLimit::default(),
            risks: publishing::Risks::default(),
            batches: publishing::Batches::default(),
            in_place: in_place::Sources::new(settings.in_place)?,
            site: Arc::new(settings.site),
            clock: settings.clock,
            directory: RwLock::new(Arc::new(directory)),
            upload_time: settings.upload_time,
            kept_requests: settings.kept_requests,
            verify: settings.verify,
            verified_for: settings.verified_for,
            looks: look::Looks::new(&settings.secret, settings.look_least),
            webhooks: settings.webhooks,
            usage: usage::Pending::default(),
            retrievals: retrieval::Retrievals::default(),
            refusals: access::Refusals::default(),
            admission: tables::Admission::default(),
            statistics: statistics::Cache::default(),
            grant_counts: access::GrantCache::default(),
            indexing: indexing::Signal::default(),
            engine: kaishu_tables::Engine::new(
                settings.table_bounds,
                tables::derived(&settings.secret, b"mask"),
                &settings.work_dir,
            )?,
            seal: tables::Seal::new(&settings.secret),
            table_cache: settings.work_dir.join("tables"),
            work_dir: settings.work_dir,
            loaded_tables: quick_cache::sync::Cache::new(LOADED_TABLES),
            counts: quick_cache::sync::Cache::new(COUNTS),
        };
        let portal = Self { inner: Arc::new(inner) };
        portal.check_index(&settings.index_dir).await?;
        Ok(portal)
    }

    /// An index that knows more than the feed belongs to another database, and one made under
    /// another rule of listing may tell what is closed now (SRCH-04): both are made anew.
    async fn check_index(&self, folder: &Path) -> Result<()> {
        let head = kaishu_store::feed::head(&self.inner.store).await?;
        let is_foreign = self.inner.index.position() > u64::try_from(head).unwrap_or_default();
        let path = folder.join("listing");
        let rule = format!("list_none = {}\n", self.lists_none());
        let known = std::fs::read_to_string(&path).ok();
        let is_under_other_rule = known.as_ref().is_some_and(|known| *known != rule);
        if is_foreign || is_under_other_rule {
            tracing::warn!(is_foreign, is_under_other_rule, "the search index is built again");
            self.rebuild_index(|_| {}).await?;
        }
        if known.as_ref() != Some(&rule) {
            let name = path.display().to_string();
            std::fs::write(&path, rule).map_err(|source| Error::Io { path: name, source })?;
        }
        Ok(())
    }

    /// Returns name and keeper of the portal.
    pub fn site(&self) -> Arc<Site> {
        Arc::clone(&self.inner.site)
    }

    /// Returns the active policy profile.
    pub fn policy(&self) -> &PolicyProfile {
        &self.inner.policy
    }

    /// Returns the instant it is now.
    pub fn now(&self) -> DateTime<Utc> {
        self.inner.clock.now()
    }

    /// Returns today in the portal's time zone.
    pub fn today(&self) -> NaiveDate {
        self.inner.clock.today()
    }

    /// Returns regions, organizations and terms as they were last loaded.
    pub fn directory(&self) -> Arc<Directory> {
        match self.inner.directory.read() {
            Ok(directory) => Arc::clone(&directory),
            Err(poisoned) => Arc::clone(&poisoned.into_inner()),
        }
    }

    /// Loads regions, organizations and terms again, after they were written.
    pub async fn reload_directory(&self) -> Result<()> {
        let fresh = Arc::new(Directory::load(&self.inner.store, self.listed()).await?);
        match self.inner.directory.write() {
            Ok(mut directory) => *directory = fresh,
            Err(poisoned) => *poisoned.into_inner() = fresh,
        }
        Ok(())
    }

    /// Returns a number that changes whenever a page of the catalogue may look different.
    pub fn revision(&self) -> u64 {
        self.inner.index.position()
    }

    /// Waits for the statements under way and closes the database; nothing can be asked after that.
    pub async fn close(self) -> Result<()> {
        Ok(self.inner.store.clone().close().await?)
    }

    /// Says whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.inner.store.ping().await?)
    }
}

/// How many searches and the like run at once: more would only wait for each other's processor
/// time, each holding its memory.
static AT_ONCE: LazyLock<Semaphore> = LazyLock::new(|| {
    let n_cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    Semaphore::new((2 * n_cores).max(4))
});

/// Runs what would hold up other requests (search, hashing) on the pool for it.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    // The semaphore is never closed; were it, the work would run without waiting.
    let permit = AT_ONCE.acquire().await.ok();
    let done = tokio::task::spawn_blocking(work).await;
    drop(permit);
    match done {
        Ok(done) => done,
        Err(failed) => Err(Error::Internal(format!("a background task stopped: {failed}"))),
    }
}
