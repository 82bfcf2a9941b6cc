//! What personal data and secret marks stop, and what persons decided about it (SEC-21, PUB-02).

use std::collections::HashMap;
use std::sync::Arc;

use kaishu_domain::personal::Sensitive;
use kaishu_domain::release::{Decision, Release};
use kaishu_store::decisions::{self, Decided, Subject};
use kaishu_store::jobs::{self, JobState};
use kaishu_store::tables::{StoredTable, TABULAR};
use kaishu_tables::IngestedColumn;
use kaishu_types::dataset::{DataItemView, ResourceView};
use kaishu_types::table::Mask;
use kaishu_types::vocabulary::ResourceKind;
use kaishu_types::{DatasetCode, ErrorCode, Lang, Remedy, RuleRef};

use super::{INGEST, Loaded};
use crate::{Error, Portal, Result};

/// What holds for the columns of a dataset: its data items and the last decisions.
pub(crate) struct Gate {
    items: HashMap<String, DataItemView>,
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
    /// What becomes of a column.
    pub(crate) fn of(&self, column: &IngestedColumn) -> Release {
        let kinds: Vec<Sensitive> = column.findings.iter().map(|finding| finding.kind).collect();
        let name = &column.stored.name;
        Release::of(&kinds, self.items.get(name), self.columns.get(name))
    }
}

impl Portal {
    /// Reads what holds for the columns of a dataset.
    pub(crate) async fn gate(&self, code: &DatasetCode, items: &[DataItemView]) -> Result<Gate> {
        let decided = decisions::of_dataset(&self.inner.store, code).await?;
        let items = items.iter().map(|item| (item.name.clone(), item.clone())).collect();
        let mut gate = Gate { items, columns: HashMap::new(), files: Vec::new() };
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

    /// Says of files whether their bytes may leave, in their order. What is not a table is not looked
    /// into.
    pub(crate) async fn file_releases(
        &self,
        gate: &Gate,
        resources: &[&ResourceView],
    ) -> Result<Vec<FileRelease>> {
        let is_table = |resource: &ResourceView| {
            resource.kind == ResourceKind::File && TABULAR.contains(&resource.format)
        };
        let ids: Vec<i64> =
            resources.iter().filter(|it| is_table(it)).map(|resource| resource.id).collect();
        let mut tables: HashMap<i64, Vec<StoredTable>> = HashMap::new();
        for table in kaishu_store::tables::of_resources(&self.inner.store, &ids).await? {
            tables.entry(table.resource_id).or_default().push(table);
        }
        let mut releases = Vec::with_capacity(resources.len());
        for resource in resources {
            releases.push(match tables.remove(&resource.id) {
                _ if !is_table(resource) => FileRelease::Open,
                Some(tables) => self.release_of_tables(gate, &tables).await?,
                None => self.release_without_tables(gate, resource.id).await?,
            });
        }
        Ok(releases)
    }

    async fn release_of_tables(&self, gate: &Gate, tables: &[StoredTable]) -> Result<FileRelease> {
        let mut stopped: Vec<StoppedColumn> = Vec::new();
        for table in tables {
            let loaded = self.load_table(table).await?;
            for column in &loaded.ingested.columns {
                let release = gate.of(column);
                if release != Release::Open {
                    stopped.push(stopped_column(column, release));
                }
            }
        }
        Ok(if stopped.is_empty() { FileRelease::Open } else { FileRelease::Stopped(stopped) })
    }

    async fn release_without_tables(&self, gate: &Gate, id: i64) -> Result<FileRelease> {
        if gate.files.contains(&id) {
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
    let name = &column.name;
    match (kinds.is_empty(), lang) {
        (true, _) => format!("“{name}”"),
        (false, Lang::Zh) => format!("“{name}”（{}）", kinds.join("、")),
        (false, Lang::En) => format!("“{name}” ({})", kinds.join(", ")),
    }
}
