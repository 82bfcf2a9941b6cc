//! A portal in a folder of its own, with a clock that stands still.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_portal::access::VerifyLimits;
use kaishu_portal::accounts::{LoginLimit, MailSettings};
use kaishu_portal::importing::{Folder, Input, Options};
use kaishu_portal::in_place::InPlaceSettings;
use kaishu_portal::tables::Bounds;
use kaishu_portal::{BlobSettings, Clock, Error, Portal, Settings, Site};
use kaishu_store::Store;
use kaishu_types::DatasetCode;
use kaishu_types::import::MergeReport;
use kaishu_types::vocabulary::DatasetState;
use tempfile::TempDir;

use crate::catalogue;

/// What a test needs of a portal.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Code of the policy profile.
    pub policy: &'static str,
    /// Whether the demonstration catalogue is loaded.
    pub with_demo: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self { policy: "aba", with_demo: false }
    }
}

/// A portal that is gone at the end of the test.
pub struct TestPortal {
    portal: Portal,
    store: Store,
    folder: TempDir,
    policy: &'static str,
}

/// The instant it is in every test: 12:00 on 21 November 2026 in China.
pub fn now() -> DateTime<Utc> {
    "2026-11-21T04:00:00Z".parse().unwrap()
}

impl TestPortal {
    /// Opens a portal.
    pub async fn open(setup: Setup) -> Self {
        Self::open_with(setup, |_| ()).await
    }

    /// Opens a portal with settings of its own.
    pub async fn open_with(setup: Setup, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if setup.with_demo {
            copy(&Box::pin(demo_folder()).await, folder.path());
        }
        let mut settings = settings(folder.path(), setup.policy);
        change(&mut settings);
        let store = Store::connect(&settings.database_url, 2).await.unwrap();
        let portal = Portal::open(settings).await.unwrap();
        Self { portal, store, folder, policy: setup.policy }
    }

    /// Opens an empty portal whose rules list entries of class none by name.
    pub async fn listing_none() -> Self {
        Self::with_rules(LISTING_NONE).await.unwrap()
    }

    /// Opens an empty portal with a file `rules.toml` whose rules prevail over those of Aba.
    ///
    /// # Errors
    ///
    /// What is wrong with the file.
    pub async fn with_rules(text: &str) -> Result<Self, Error> {
        let folder = tempfile::tempdir().unwrap();
        let rules = folder.path().join("rules.toml");
        fs::write(&rules, text).unwrap();
        let settings = Settings { policy_override: Some(rules), ..settings(folder.path(), "aba") };
        let store = Store::connect(&settings.database_url, 2).await.unwrap();
        let portal = Portal::open(settings).await?;
        Ok(Self { portal, store, folder, policy: "aba" })
    }

    /// Opens the same portal once more, without the rules that prevailed.
    pub async fn open_again(&self) -> Portal {
        Portal::open(settings(self.folder.path(), self.policy)).await.unwrap()
    }

    /// Opens the same portal once more, at another time.
    pub async fn open_at(&self, instant: DateTime<Utc>) -> Portal {
        self.open_later(instant, |_| ()).await
    }

    /// Opens the same portal once more, at another time and with settings of its own.
    pub async fn open_later(
        &self,
        instant: DateTime<Utc>,
        change: impl FnOnce(&mut Settings),
    ) -> Portal {
        let mut settings = settings(self.folder.path(), self.policy);
        settings.clock = Clock::Fixed(instant);
        change(&mut settings);
        Portal::open(settings).await.unwrap()
    }

    /// Opens the same portal once more, as its settings are then.
    pub async fn open_again_with(&self, change: impl FnOnce(&mut Settings)) -> Portal {
        let mut settings = settings(self.folder.path(), self.policy);
        change(&mut settings);
        Portal::open(settings).await.unwrap()
    }

    /// Opens the same portal once more, under another profile.
    pub async fn open_under(&self, policy: &str) -> Portal {
        Portal::open(settings(self.folder.path(), policy)).await.unwrap()
    }

    /// Returns the use cases.
    pub fn portal(&self) -> &Portal {
        &self.portal
    }

    /// Returns the database below the use cases, to bring about what no use case does yet.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Returns the data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Imports a folder of CSV tables, takes its files in and brings the index up to it.
    pub async fn import(&self, folder: Folder) -> MergeReport {
        import(&self.portal, folder).await
    }

    /// Puts a dataset into another state.
    pub async fn set_state(&self, code: &str, state: DatasetState, reason: &str) {
        let code: DatasetCode = code.parse().unwrap();
        kaishu_store::datasets::set_state(&self.store, &code, state, Some(reason), now())
            .await
            .unwrap();
        self.portal.catch_up(|_| ()).await.unwrap();
    }
}

/// Rules that list entries of class none.
const LISTING_NONE: &str = r#"
[profile]
code = "listing"
parent = "aba"
revision = 1
name = "列出不予开放的目录"
name_en = "Entries that are not open are listed"
title = "试验细则"
title_en = "Test rules"
status = "in_force"

[catalogue]
list_none = { value = true, source = "试验细则第一条" }
"#;

fn settings(folder: &Path, policy: &str) -> Settings {
    Settings {
        database_url: format!("sqlite://{}", folder.join("kaishu.sqlite").display()),
        max_connections: 4,
        blobs: BlobSettings::Local(folder.join("blobs")),
        index_dir: folder.join("index"),
        policy: policy.to_owned(),
        policy_override: None,
        calendar_file: None,
        site: Site::demonstration(),
        clock: Clock::Fixed(now()),
        work_dir: folder.join("work"),
        secret: [7; 32],
        mail: MailSettings::default(),
        login_limit: LoginLimit::default(),
        oidc: None,
        upload_time: TimeDelta::hours(24),
        in_place: InPlaceSettings::default(),
        key_requests: std::num::NonZeroU32::new(600).unwrap(),
        kept_requests: std::num::NonZeroU32::new(10_000).unwrap(),
        verify: VerifyLimits::default(),
        verified_for: TimeDelta::days(180),
        webhooks: kaishu_portal::webhooks::WebhookSettings::default(),
        look_least: std::num::NonZeroU32::new(10).unwrap(),
        table_bounds: Bounds::default(),
    }
}

async fn import(portal: &Portal, folder: Folder) -> MergeReport {
    let input = Input::CsvDir(folder);
    let report = Box::pin(portal.import(input, Options::default(), |_| ())).await.unwrap();
    portal.take_in_files(|_| ()).await.unwrap();
    portal.catch_up(|_| ()).await.unwrap();
    report
}

/// Returns a data folder with the demonstration catalogue. It is made once for each build of the
/// tests: runners that start a process for each test would load it as often.
async fn demo_folder() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let built = program.metadata().unwrap().modified().unwrap();
    let age = built.duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    let shelves = program.with_extension("demo");
    let shelf = shelves.join(age.to_string());
    if shelf.is_dir() {
        return shelf;
    }
    fs::create_dir_all(&shelves).unwrap();
    let fresh = tempfile::tempdir_in(&shelves).unwrap();
    {
        let portal = Portal::open(settings(fresh.path(), "aba")).await.unwrap();
        let report = import(&portal, catalogue::demonstration()).await;
        assert_eq!(report.rejected, [], "the demonstration is taken over whole");
        portal.close().await.unwrap();
    }
    // The last connection took the log of SQLite away: the folder is whole.
    assert!(!fresh.path().join("kaishu.sqlite-wal").exists());
    // Another process may have been faster: then its folder serves.
    let fresh = fresh.keep();
    if fs::rename(&fresh, &shelf).is_err() {
        fs::remove_dir_all(&fresh).unwrap();
    }
    assert!(shelf.is_dir());
    shelf
}

fn copy(from: &Path, to: &Path) {
    for entry in from.read_dir().unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}
