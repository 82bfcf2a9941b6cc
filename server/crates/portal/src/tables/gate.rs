//! What personal data and secret marks stop, and what persons decided about it (SEC-21, PUB-02).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kaishu_domain::personal::{self, Sensitive};
use kaishu_domain::release::{self, Decision, Release};
use kaishu_store::decisions::{self, Decided, Subject};
use kaishu_store::jobs::{self, JobState};
use kaishu_store::tables::{StoredTable, is_tabular};
use kaishu_tables::IngestedColumn;
use kaishu_types::dataset::{DataItemView, DatasetView, ResourceView};
use kaishu_types::table::Mask;
use kaishu_types::vocabulary::{Format, ResourceKind};
use kaishu_types::{DatasetCode, ErrorCode, Lang, Remedy, RuleRef};

use super::{INGEST, Loaded};
use crate::{Error, Portal, Result};

/// What an entry and its older versions say of the columns of its files. It is taken of the whole
/// entry, before anything is left out for the public.
#[derive(Debug, Clone, Default)]
pub(crate) struct Described {
    items: Vec<DataItemView>,
    /// Files of the current version.
    current: Vec<i64>,
    /// Masked and sensitive items of the older versions that have a file.
    before: HashMap<i64, Vec<DataItemView>>,
}

impl Described {
    pub(crate) fn of(dataset: &DatasetView) -> Self {
        let mut before: HashMap<i64, Vec<DataItemView>> = HashMap::new();
        for version in dataset.versions.iter().filter(|version| !version.guards.is_empty()) {
            for resource in &version.resources {
                before.entry(resource.id).or_default().extend(version.guards.iter().cloned());
            }
        }
        Self {
            items: dataset.items.clone(),
            current: dataset.resources.iter().map(|resource| resource.id).collect(),
            before,
        }
    }

    /// The items that keep columns of a file back. What the current version has follows the current
    /// items; a file that only older ones have follows theirs, too.
    fn guards(&self, file: i64) -> impl Iterator<Item = &DataItemView> {
        let current = self.items.iter().filter(|item| release::is_guard(item));
        current.chain(self.before(file))
    }

    /// The items of older versions that kept columns of a file back which only those have.
    fn before(&self, file: i64) -> impl Iterator<Item = &DataItemView> {
        let before = self.before.get(&file).filter(|_| self.is_older(file));
        before.into_iter().flatten()
    }

    /// Whether only older versions have a file.
    fn is_older(&self, file: i64) -> bool {
        !self.current.contains(&file)
    }
}

/// The data item that describes a column: the one of its name, else the one of its label.
pub(crate) fn item_of<'a>(items: &'a [DataItemView], column: &str) -> Option<&'a DataItemView> {
    let by_name = items.iter().find(|item| item.name.trim() == column);
    by_name.or_else(|| items.iter().find(|item| item.label.trim() == column))
}

fn describes(item: &DataItemView, column: &str) -> bool {
    item_of(std::slice::from_ref(item), column).is_some()
}

/// What holds for the columns of a dataset: its data items and the last decisions.
pub(crate) struct Gate {
    described: Described,
    columns: HashMap<String, Decision>,
    /// Files that a person let pass although nobody can look into them.
    files: Vec<i64>,
}

/// Whether the bytes of a file may leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileRelease {
    /// As they are.
    Open,
    /// It is not known yet: the file is being looked through.
    Waiting,
    /// It cannot be looked through, so nobody knows what is in it.
    Unknown,
    /// These columns stop them.
    Stopped(Vec<StoppedColumn>),
}

/// A column that does not leave as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoppedColumn {
    /// Its heading.
    pub name: String,
    /// Why, and whether it leaves at all.
    pub release: Release,
    /// What was found in it.
    pub kinds: Vec<Sensitive>,
}

impl Gate {
    /// What becomes of a column of a file.
    pub(crate) fn of(&self, file: i64, column: &IngestedColumn) -> Release {
        let kinds: Vec<Sensitive> = column.findings.iter().map(|finding| finding.kind).collect();
        let name = &column.stored.name;
        let by = |item| Release::of(&kinds, item, self.columns.get(name));
        let mut release = by(item_of(&self.described.items, name));
        // What was found in a file before anybody said how to mask it goes on to be held.
        if matches!(release, Release::Masked(_)) && self.described.is_older(file) {
            let is_guarded = self.described.before(file).any(|item| describes(item, name));
            if !is_guarded {
                release = release.stricter(by(None));
            }
        }
        let guards = self.described.guards(file).filter(|item| describes(item, name));
        guards.fold(release, |release, item| release.stricter(by(Some(item))))
    }

    /// Whether a person let a file pass that nobody can look into.
    fn lets_pass(&self, file: i64) -> bool {
        self.files.contains(&file)
    }
}

impl Portal {
    /// Reads what holds for the columns of a dataset.
    pub(crate) async fn gate(&self, code: &DatasetCode, described: &Described) -> Result<Gate> {
        let decided = decisions::of_dataset(&self.inner.store, code).await?;
        let described = described.clone();
        let mut gate = Gate { described, columns: HashMap::new(), files: Vec::new() };
        for Decided { subject, decision, .. } in decided {
            match subject {
                Subject::Column(name) => {
                    gate.columns.insert(name, decision);
                }
                Subject::File(id) if matches!(decision, Decision::Justify(_)) => {
                    gate.files.push(id);
                }
                Subject::File(id) => gate.files.retain(|file| *file != id),
            }
        }
        Ok(gate)
    }

    /// Says of all files of a dataset whether their bytes may leave, in their order. What is not a table
    /// is not looked into: where an item of its entry is masked or sensitive, it waits for a person.
    pub(crate) async fn file_releases(
        &self,
        gate: &Gate,
        resources: &[&ResourceView],
    ) -> Result<Vec<FileRelease>> {
        let ids: Vec<i64> =
            resources.iter().filter(|it| is_tabular(it)).map(|resource| resource.id).collect();
        let mut tables: HashMap<i64, Vec<StoredTable>> = HashMap::new();
        for table in kaishu_store::tables::of_resources(&self.inner.store, &ids).await? {
            tables.entry(table.resource_id).or_default().push(table);
        }
        let mut names: HashSet<String> = HashSet::new();
        let mut releases = Vec::with_capacity(resources.len());
        for resource in resources {
            releases.push(match tables.remove(&resource.id) {
                _ if resource.kind != ResourceKind::File => FileRelease::Open,
                _ if !is_tabular(resource) => match gate.described.guards(resource.id).next() {
                    Some(_) if !gate.lets_pass(resource.id) => FileRelease::Unknown,
                    _ => FileRelease::Open,
                },
                Some(tables) => self.release_of_tables(gate, resource, &tables, &mut names).await?,
                // Nothing of it is here; it is looked through when it comes, before it leaves.
                None if resource.in_place.is_some() => FileRelease::Open,
                None => self.release_without_tables(gate, resource.id).await?,
            });
        }
        // An item that is to be masked and is no column anywhere is a column under another name.
        for (resource, release) in resources.iter().zip(&mut releases) {
            let is_met = |item: &DataItemView| names.iter().any(|name| describes(item, name));
            if *release == FileRelease::Open
                && is_tabular(resource)
                && !gate.lets_pass(resource.id)
                && !gate.described.guards(resource.id).all(is_met)
            {
                *release = FileRelease::Unknown;
            }
        }
        Ok(releases)
    }

    async fn release_of_tables(
        &self,
        gate: &Gate,
        resource: &ResourceView,
        tables: &[StoredTable],
        names: &mut HashSet<String>,
    ) -> Result<FileRelease> {
        let mut stopped: Vec<StoppedColumn> = Vec::new();
        // In an archive there are files that no tables are made of.
        let is_guarded = gate.described.guards(resource.id).next().is_some();
        let mut is_known = resource.format != Format::Zip || !is_guarded;
        for table in tables {
            let loaded = self.load_table(table).await?;
            is_known &= loaded.ingested.outside.is_empty();
            for column in &loaded.ingested.columns {
                names.insert(column.stored.name.clone());
                let release = gate.of(resource.id, column);
                if release != Release::Open {
                    stopped.push(stopped_column(column, release));
                }
            }
        }
        Ok(match stopped.is_empty() {
            true if is_known || gate.lets_pass(resource.id) => FileRelease::Open,
            true => FileRelease::Unknown,
            false => FileRelease::Stopped(stopped),
        })
    }

    async fn release_without_tables(&self, gate: &Gate, id: i64) -> Result<FileRelease> {
        if gate.lets_pass(id) {
            return Ok(FileRelease::Open);
        }
        let job = jobs::find(&self.inner.store, INGEST, id).await?;
        let state = job.map(|job| job.state);
        Ok(match state {
            Some(JobState::Failed | JobState::Cancelled) => FileRelease::Unknown,
            // A file without any table, as an empty archive.
            Some(JobState::Done) => FileRelease::Unknown,
            Some(JobState::Waiting | JobState::Running) | None => FileRelease::Waiting,
        })
    }

    pub(crate) async fn load_table(&self, table: &StoredTable) -> Result<Arc<Loaded>> {
        let key = (table.blob_key.clone(), table.created_at);
        if let Some(loaded) = self.inner.loaded_tables.get(&key) {
            return Ok(loaded);
        }
        let facts = kaishu_store::tables::facts(&self.inner.store, table).await?;
        let ingested = serde_json::from_str(&facts)
            .map_err(|error| Error::Internal(format!("facts of a table: {error}")))?;
        let loaded = Arc::new(Loaded { ingested });
        self.inner.loaded_tables.insert(key, Arc::clone(&loaded));
        Ok(loaded)
    }
}

pub(crate) fn stopped_column(column: &IngestedColumn, release: Release) -> StoppedColumn {
    let kinds = column.findings.iter().map(|finding| finding.kind).collect();
    StoppedColumn { name: column.stored.name.clone(), release, kinds }
}

/// Refuses the bytes of a file that stays back, saying why and what there is instead.
pub(crate) fn kept_back(code: &DatasetCode, id: i64, release: &FileRelease, lang: Lang) -> Error {
    let (status, message) = match release {
        FileRelease::Open | FileRelease::Waiting => (
            ErrorCode::Unavailable,
            lang.pick(
                "文件正在检查里面有没有个人信息和涉密标志，检查完才能下载，一般几分钟。",
                "The file is being checked for personal data and secret markings; it can be downloaded after that, mostly within minutes.",
            )
            .to_owned(),
        ),
        FileRelease::Unknown => (
            ErrorCode::Forbidden,
            lang.pick(
                "文件的内容读不出来，没有办法检查里面有没有个人信息，发布人确认以前不提供下载。",
                "The contents of the file cannot be read and so cannot be checked for personal data; it is not offered before its publisher has confirmed it.",
            )
            .to_owned(),
        ),
        FileRelease::Stopped(columns) => {
            let [original, others] = [
                lang.pick("原文件不能直接下载：", "The original file cannot be taken directly: "),
                lang.pick(
                    "其余数据项可以在表格里查看和下载。",
                    "The other columns can be read and taken from the table.",
                ),
            ];
            (ErrorCode::Forbidden, format!("{original}{}{others}", why_stopped(columns, lang)))
        }
    };
    Error::Refused {
        code: status,
        message,
        rule: Some(rule()),
        remedy: Some(Remedy {
            text: lang
                .pick("查看表格，下载其余数据项", "See the table and take its other columns")
                .to_owned(),
            link: format!("/datasets/{code}/resources/{id}"),
        }),
    }
}

/// The rule that stops personal data and secret markings.
pub fn rule() -> RuleRef {
    RuleRef { id: "SEC-21".to_owned(), article: String::new() }
}

/// Says which columns do not leave as they are, and why.
pub fn why_stopped(columns: &[StoppedColumn], lang: Lang) -> String {
    let held = |release: &Release| *release == Release::Held;
    let dropped =
        |release: &Release| matches!(release, Release::Restricted | Release::Masked(Mask::Drop));
    let masked = |release: &Release| {
        !matches!(release, Release::Open) && !held(release) && !dropped(release)
    };
    let groups = [
        (
            of(columns, &held),
            "可能含有个人信息或者涉密标志，核对以前不提供",
            "may hold personal data or secret markings and wait for a person to look at them",
        ),
        (of(columns, &dropped), "经核对不提供", "were looked at and are not released"),
        (of(columns, &masked), "脱敏以后提供", "are released masked"),
    ];
    let sentences = groups.into_iter().filter_map(|(meant, zh, en)| {
        let names: Vec<String> = meant.into_iter().map(|column| named(column, lang)).collect();
        let names = (!names.is_empty()).then(|| names.join(lang.pick("、", ", ")))?;
        Some(match lang {
            Lang::Zh => format!("{names}{zh}。"),
            Lang::En => format!("{names} {en}. "),
        })
    });
    sentences.collect()
}

fn of<'a>(
    columns: &'a [StoppedColumn],
    is_meant: &dyn Fn(&Release) -> bool,
) -> Vec<&'a StoppedColumn> {
    columns.iter().filter(|column| is_meant(&column.release)).collect()
}

fn named(column: &StoppedColumn, lang: Lang) -> String {
    let kinds: Vec<&str> = column.kinds.iter().map(|kind| kind.label(lang)).collect();
    let name = match personal::is_in(&column.name) {
        true => lang.pick("一列", "a column").to_owned(),
        false => format!("“{}”", column.name),
    };
    match (kinds.is_empty(), lang) {
        (true, _) => name,
        (false, Lang::Zh) => format!("{name}（{}）", kinds.join("、")),
        (false, Lang::En) => format!("{name} ({})", kinds.join(", ")),
    }
}
