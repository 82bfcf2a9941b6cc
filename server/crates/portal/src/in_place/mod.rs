//! Data that stands at its provider and is served from there: logically central, physically distributed (PUB-11,
//! jiamusi 7).
//!
//! There is no second way to it. Whoever asks passes the checks of stored data; then the source is asked whether
//! it still has what was fetched last, and what is new is taken in as every file is: hashed, looked through for
//! personal data, made a table behind the governed view. What was fetched counts for minutes, goes within hours,
//! and is no version: the catalogue says that the data stands elsewhere.

mod address;
mod source;
mod taking;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_domain::cases::Actor;
use kaishu_domain::in_place::{RULE, is_admitted};
use kaishu_store::in_place::{self, Copy};
use kaishu_store::tables::{TableRow, TabularFile};
use kaishu_tables::{Ingested, Progress, table_format};
use kaishu_types::dataset::DatasetView;
use kaishu_types::vocabulary::Format;
use kaishu_types::{DatasetCode, ErrorCode, Lang, Remedy};
use reqwest::Url;
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

use self::address::Allowed;
use self::source::{Fault, Given, Marks, ask};
use crate::cases::LogAct;
use crate::{Error, Portal, Result};

pub use address::InPlaceSettings;
pub(crate) use address::{has_credentials, is_in, is_public};

/// Formats that are served in place: those whose every value can be looked through.
pub const FORMATS: [Format; 6] =
    [Format::Csv, Format::Tsv, Format::Xlsx, Format::Json, Format::Ndjson, Format::Geojson];

/// So many sources are asked at once; each takes a processor when its data is taken in.
const TURNS: usize = 16;

/// Failures that are remembered.
const FAILURES: usize = 1_000;

/// A copy that ran out is kept for so long, for those who are still taking it.
const KEPT: TimeDelta = TimeDelta::hours(1);

/// The name of the file that a source gives.
const FETCHED: &str = "fetched";

/// Whom the portal asks, and how it went.
pub(crate) struct Sources {
    settings: InPlaceSettings,
    allowed: Allowed,
    turns: [Mutex<()>; TURNS],
    failed: quick_cache::sync::Cache<i64, (Fault, Instant)>,
}

/// How a file that stands at its provider was last fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fetched {
    /// When its bytes came.
    pub fetched_at: DateTime<Utc>,
    /// When its provider last said that they are what it has.
    pub asked_at: DateTime<Utc>,
}

impl Sources {
    /// Reads the settings; nothing is asked before somebody wants data.
    ///
    /// # Errors
    ///
    /// Names the host that is none.
    pub(crate) fn new(settings: InPlaceSettings) -> Result<Self> {
        Ok(Self {
            allowed: Allowed::new(&settings)?,
            settings,
            turns: std::array::from_fn(|_| Mutex::new(())),
            failed: quick_cache::sync::Cache::new(FAILURES),
        })
    }

    /// Waits for the turn to ask for a file, no longer than an answer may take.
    async fn turn(&self, id: i64) -> Result<MutexGuard<'_, ()>, Fault> {
        let place = usize::try_from(id.unsigned_abs()).unwrap_or_default() % TURNS;
        let turn = self.turns.get(place).ok_or(Fault::Slow)?;
        let within = Duration::from_secs(self.settings.seconds.max(1));
        tokio::time::timeout(within, turn.lock()).await.map_err(|_| Fault::Slow)
    }

    /// What a source failed by, where that was just now.
    fn failure(&self, id: i64) -> Option<Fault> {
        let (fault, since) = self.failed.get(&id)?;
        (since.elapsed() < self.settings.pause).then_some(fault)
    }
}

impl Portal {
    /// Whether files may stand at their providers here: the rules admit it, and the operator named hosts.
    pub fn serves_in_place(&self) -> bool {
        is_admitted(self.policy()) && self.inner.in_place.allowed.is_any()
    }

    /// Says when the files of a dataset that stand at their provider were last fetched; those that never were,
    /// or not for long, are not among them.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn fetched(&self, code: &DatasetCode) -> Result<BTreeMap<i64, Fetched>> {
        let times = in_place::times(&self.inner.store, code).await?;
        let fetched = |(fetched_at, asked_at)| Fetched { fetched_at, asked_at };
        Ok(times.into_iter().map(|(id, times)| (id, fetched(times))).collect())
    }

    /// Refuses where the rules want all data on the platform.
    pub(crate) fn check_in_place(&self, lang: Lang) -> Result<()> {
        let profile = self.policy();
        if is_admitted(profile) {
            return Ok(());
        }
        Err(Error::Refused {
            code: ErrorCode::Forbidden,
            message: lang
                .pick(
                    "现行规则要求数据汇聚到平台，不能由平台代理读取提供单位的系统",
                    "the rules in force want the data on the platform; it is not served from its provider",
                )
                .to_owned(),
            rule: Some(profile.rules.aggregation.connection.reference(RULE, lang)),
            remedy: None,
        })
    }

    /// Reads the address of a source that somebody gives.
    pub(crate) fn source_address(&self, text: &str, organization: &str, lang: Lang) -> Result<Url> {
        self.inner.in_place.allowed.read(text, organization, lang)
    }

    /// Fetches what a source has into a folder of its own, for whoever is about to publish it.
    pub(crate) async fn fetch_once(
        &self,
        url: &Url,
        format: Format,
        lang: Lang,
    ) -> Result<(TempDir, std::path::PathBuf)> {
        let folder = self.in_place_folder()?;
        let target = folder.path().join(FETCHED);
        let given = self.ask_source(url, &Marks::default(), &target).await;
        let fetched = match given {
            Ok(_) => check_format(&target, format).await,
            Err(fault) => Err(fault),
        };
        fetched.map_err(|fault| source_failed(&fault, None, lang))?;
        Ok((folder, target))
    }

    /// Sees to it that what is here of a file that stands at its provider is what the provider has, or was just
    /// now. Whoever asks for it has passed the checks of stored data.
    ///
    /// # Errors
    ///
    /// `SourceFailed` and `SourceSlow` with whom to turn to, where the provider gives nothing; `Forbidden` where
    /// the rules do not admit it any more; `NotFound` where the present version has no such file.
    pub(crate) async fn freshen(&self, dataset: &DatasetView, id: i64, lang: Lang) -> Result<()> {
        let (store, code) = (&self.inner.store, &dataset.code);
        self.check_in_place(lang)?;
        let source = in_place::source(store, code, id).await?.filter(|source| source.is_current);
        let hidden = || Error::not_found("resource", format!("{id} of {code}"));
        let source = source.ok_or_else(hidden)?;
        let failed = |fault: &Fault| {
            tracing::warn!(dataset = %code, resource = id, ?fault, "a source gives nothing");
            source_failed(fault, Some(dataset), lang)
        };
        // A host that is named no longer is not asked, whatever was fetched before.
        let url = self.source_address(&source.url, &dataset.organization.code, lang);
        let url = url.map_err(|_| failed(&Fault::Unsuited("the host is not named".to_owned())))?;
        let _turn = self.inner.in_place.turn(id).await.map_err(|fault| failed(&fault))?;
        // What the entry says of it may be new since: then it is taken in anew.
        let counts = |copy: &Copy| copy.url == source.url && copy.fetched_at >= dataset.updated_at;
        let known = in_place::copy(store, id).await?.filter(counts);
        let is_fresh = |copy: &Copy| {
            let age = self.now().signed_duration_since(copy.asked_at);
            age >= TimeDelta::zero() && age < self.inner.in_place.settings.fresh_for
        };
        if known.as_ref().is_some_and(is_fresh) {
            return Ok(());
        }
        if let Some(fault) = self.inner.in_place.failure(id) {
            return Err(source_failed(&fault, Some(dataset), lang));
        }
        let wanted = Wanted { dataset, id, url: &url, written: &source.url, format: source.format };
        match Box::pin(self.fetch_anew(&wanted, known)).await? {
            Ok(()) => {
                self.inner.in_place.failed.remove(&id);
                Ok(())
            }
            Err(fault) => {
                self.inner.in_place.failed.insert(id, (fault.clone(), Instant::now()));
                Err(failed(&fault))
            }
        }
    }

    async fn ask_source(&self, url: &Url, known: &Marks, target: &Path) -> Result<Given, Fault> {
        let Sources { allowed, settings, .. } = &self.inner.in_place;
        ask(allowed, url, (settings.seconds, settings.max_bytes), known, target).await
    }

    fn in_place_folder(&self) -> Result<TempDir> {
        let folder = tempfile::Builder::new().prefix("in-place-").tempdir_in(&self.inner.work_dir);
        folder
            .map_err(|source| Error::Io { path: self.inner.work_dir.display().to_string(), source })
    }

    /// Asks a source, and takes in what is new.
    async fn fetch_anew(
        &self,
        wanted: &Wanted<'_>,
        known: Option<Copy>,
    ) -> Result<Result<(), Fault>> {
        let (store, asked_at) = (&self.inner.store, self.instant());
        let folder = self.in_place_folder()?;
        let target = folder.path().join(FETCHED);
        let marks = known.as_ref().map(|copy| Marks {
            etag: copy.etag.clone(),
            last_modified: copy.last_modified.clone(),
        });
        let marks = match self.ask_source(wanted.url, &marks.unwrap_or_default(), &target).await {
            Ok(Given::Same) => {
                in_place::confirm(store, wanted.id, asked_at).await?;
                return Ok(Ok(()));
            }
            Ok(Given::New(marks)) => marks,
            Err(fault) => return Ok(Err(fault)),
        };
        if let Err(fault) = check_format(&target, wanted.format).await {
            return Ok(Err(fault));
        }
        let blob = self.inner.blobs.put_file(&target).await?;
        let is_same = known.is_some_and(|copy| copy.sha256 == blob.sha256);
        if is_same {
            in_place::confirm(store, wanted.id, asked_at).await?;
            return Ok(Ok(()));
        }
        let code = &wanted.dataset.code;
        let copy = Copy {
            resource: wanted.id,
            dataset: code.clone(),
            url: wanted.written.to_owned(),
            etag: marks.etag,
            last_modified: marks.last_modified,
            blob_key: blob.key,
            size_bytes: blob.size_bytes,
            sha256: blob.sha256,
            sm3: blob.sm3,
            fetched_at: asked_at,
            asked_at,
        };
        let tables = match Box::pin(self.tables_of_copy(&copy, wanted.format)).await? {
            Ok(tables) => tables,
            Err(fault) => return Ok(Err(fault)),
        };
        let kept: BTreeSet<String> =
            tables.iter().map(|table| &table.blob_key).chain([&copy.blob_key]).cloned().collect();
        for key in &kept {
            self.inner.blobs.ensure(key).await?;
        }
        let mut before = in_place::put(store, &copy, tables).await?;
        before.retain(|key| !kept.contains(key));
        let facts = BTreeMap::from([
            ("resource".to_owned(), copy.resource.to_string()),
            ("sha256".to_owned(), copy.sha256),
            ("bytes".to_owned(), copy.size_bytes.to_string()),
        ]);
        let (kind, subject, event) = ("dataset", code.as_str(), "fetched_in_place");
        let by = Actor::system();
        self.record(LogAct { kind, subject, event, by, facts, ..LogAct::default() }).await?;
        self.wake_index();
        self.let_go(before).await?;
        Ok(Ok(()))
    }

    /// Makes the tables of what came, where it is what the entry describes.
    async fn tables_of_copy(
        &self,
        copy: &Copy,
        format: Format,
    ) -> Result<Result<Vec<TableRow>, Fault>> {
        let unsuited = |why: String| Ok(Err(Fault::Unsuited(why)));
        let file = TabularFile {
            dataset: copy.dataset.clone(),
            blob_key: copy.blob_key.clone(),
            size_bytes: copy.size_bytes,
            format,
            file_name: None,
        };
        let made = self.make_tables(copy.resource, &file, &Arc::new(Progress::default())).await;
        let rows = match made {
            Ok((rows, _)) => rows,
            Err(Error::Table(error)) => return unsuited(error.to_string()),
            Err(error) => return Err(error),
        };
        // Of the whole entry: the view of the public knows only a part of its items.
        let found = kaishu_store::datasets::find(&self.inner.store, &copy.dataset).await?;
        let items = found.map(|dataset| dataset.items).unwrap_or_default();
        let said: BTreeSet<&str> = items.iter().map(|item| item.name.as_str()).collect();
        for row in &rows {
            let table: Ingested = serde_json::from_str(&row.facts)
                .map_err(|error| Error::Internal(format!("facts of a table: {error}")))?;
            let is: BTreeSet<&str> =
                table.columns.iter().map(|column| column.stored.name.as_str()).collect();
            if is != said {
                let names: Vec<&str> = is.symmetric_difference(&said).copied().collect();
                return unsuited(format!("columns differ: {}", names.join(", ")));
            }
        }
        if rows.is_empty() { unsuited("there is no table".to_owned()) } else { Ok(Ok(rows)) }
    }

    /// Takes away what was fetched and not asked for any more.
    pub(crate) async fn sweep_in_place(&self) -> Result<()> {
        let store = &self.inner.store;
        let before = self.now() - self.inner.in_place.settings.fresh_for - KEPT;
        loop {
            let run_out = in_place::run_out(store, before).await?;
            if run_out.is_empty() {
                return Ok(());
            }
            for (id, code) in run_out {
                let keys = in_place::remove(store, id, &code).await?;
                self.let_go(keys).await?;
            }
            self.wake_index();
        }
    }

    /// Lets bytes go that nothing refers to any more.
    async fn let_go(&self, mut keys: BTreeSet<String>) -> Result<()> {
        let store = &self.inner.store;
        let all: Vec<String> = keys.iter().cloned().collect();
        let mut used = kaishu_store::condemned::used(store, &all).await?;
        used.extend(kaishu_store::condemned::drafted(store).await?);
        keys.retain(|key| !used.contains(key));
        if keys.is_empty() {
            return Ok(());
        }
        let at = self.instant();
        let transaction = store.begin().await?;
        let new = kaishu_store::condemned::add(&transaction, &keys, at).await?;
        transaction.commit().await?;
        self.condemn(keys, &new, at).await;
        Ok(())
    }
}

/// A file that is to be fetched.
struct Wanted<'a> {
    dataset: &'a DatasetView,
    id: i64,
    url: &'a Url,
    /// The address as it is written in the entry.
    written: &'a str,
    format: Format,
}

/// What a source calls its bytes is not believed: they are what the entry says, or nothing.
async fn check_format(path: &Path, format: Format) -> Result<(), Fault> {
    let path = path.to_owned();
    let found = crate::blocking(move || {
        let failed = |source| Error::Io { path: path.display().to_string(), source };
        let file = File::open(&path).map_err(failed)?;
        table_format(BufReader::new(file), &format!("{FETCHED}.{}", format.as_str()))
            .map_err(failed)
    });
    match found.await {
        Ok(found) if found.is_none_or(|found| found == format) => Ok(()),
        Ok(found) => Err(Fault::Unsuited(format!("it is {found:?}, and not {format}"))),
        Err(error) => Err(Fault::Broken(error.to_string())),
    }
}

/// Says in plain words that a source gives nothing, and whom to turn to. What it answered is for the log only.
fn source_failed(fault: &Fault, dataset: Option<&DatasetView>, lang: Lang) -> Error {
    let (zh, en) = match fault {
        Fault::Slow => ("没有及时答复", "does not answer in time"),
        Fault::Broken(_) => ("连接不上，或者中途断开", "cannot be reached, or broke off"),
        Fault::Status(300..=399) => {
            ("把请求转到了别处，平台不跟随", "leads elsewhere, where the portal does not follow")
        }
        Fault::Status(_) => ("拒绝了请求", "refused the request"),
        Fault::TooLong => ("给出的数据超过上限", "gives more than is taken"),
        Fault::Unsuited(_) => ("给出的数据与目录不符", "gives what the entry does not describe"),
    };
    let (zh_whom, en_whom) = match dataset {
        Some(dataset) => {
            let contact = dataset.fields.contact.as_deref().unwrap_or_default().trim();
            let contact = |open: &str, close: &str| match contact {
                "" => String::new(),
                contact => format!("{open}{contact}{close}"),
            };
            let [zh, en] = [Lang::Zh, Lang::En].map(|lang| dataset.organization.label(lang));
            (format!("{zh}{}", contact("（", "）")), format!("{en}{}", contact(" (", ")")))
        }
        None => ("系统的管理人员".to_owned(), "whoever runs it".to_owned()),
    };
    Error::Refused {
        code: if *fault == Fault::Slow { ErrorCode::SourceSlow } else { ErrorCode::SourceFailed },
        message: lang.pick(
            format!("数据存放在提供单位的系统里，对方{zh}，现在取不到。请稍后再试，或者联系{zh_whom}。"),
            format!("The data stands in a system of its provider, which {en}. Try again later, or turn to {en_whom}."),
        ),
        rule: None,
        remedy: dataset.map(|dataset| Remedy {
            text: lang.pick("查看数据集", "See the dataset").to_owned(),
            link: format!("/datasets/{}", dataset.code),
        }),
    }
}
