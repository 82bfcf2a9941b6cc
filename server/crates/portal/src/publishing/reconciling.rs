//! Comparing what the portal holds with what the provider says that it holds (PUB-13, anshan 23, aba 41).
//!
//! The provider states how many rows a table has, the hash of its file and some of its rows. What differs is
//! kept with its date; of the sample only the places of the rows that are missing, never their values.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use kaishu_domain::permission::Action;
use kaishu_store::reconciliations;
use kaishu_store::tables::StoredTable;
use kaishu_tables::{Governed, Ingested, View, VisibleColumn, read_rows};
use kaishu_types::dataset::{DatasetView, ResourceView};
use kaishu_types::table::{Filter, Literal, Operator, TableQuery};
use kaishu_types::vocabulary::ResourceKind;
use kaishu_types::{DatasetCode, ErrorCode, Lang};

pub use kaishu_store::reconciliations::Reconciliation;

use crate::accounts::Caller;
use crate::cases::LogAct;
use crate::{Error, Portal, Result};

/// Most rows of a sample: each is looked for in the whole table.
pub const MAX_SAMPLE: usize = 20;
/// Longest text of a sample, in bytes.
const MAX_SAMPLE_BYTES: usize = 64 << 10;
/// Comparisons that are listed of a dataset.
pub(crate) const LISTED: u64 = 200;
/// Inconsistencies on a desk.
const ON_DESK: u64 = 100;

/// A row of a sample: values by the names of their columns.
pub type SampleRow = BTreeMap<String, String>;

/// What a provider states of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stated {
    /// The version; the one that serves where there is none.
    pub version: Option<u32>,
    /// The file; the only one where there is none.
    pub resource: Option<i64>,
    /// Which table of the file, from 1; the first where there is none.
    pub table: Option<u32>,
    /// Rows of the table, without its header.
    pub rows: Option<u64>,
    /// SHA-256 of the file, hex.
    pub sha256: Option<String>,
    /// Rows that the table must hold.
    pub sample: Vec<SampleRow>,
}

impl Stated {
    /// Reads a sample as people paste it: lines of a table with its header.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for what is no table.
    pub fn read_sample(text: &str, lang: Lang) -> Result<Vec<SampleRow>> {
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        if text.len() > MAX_SAMPLE_BYTES {
            let message = lang.pick("样例不能超过 64 KB", "the sample has 64 kB at most");
            return Err(Error::field("sample", message));
        }
        let rows = read_rows(text.as_bytes(), lang.pick("样例", "the sample"));
        let rows = rows.map_err(|error| Error::field("sample", error.message(lang)))?;
        Ok(rows.into_iter().map(|row| row.values).collect())
    }

    fn check(&self, lang: Lang) -> Result<()> {
        if self.rows.is_none() && self.sha256.is_none() && self.sample.is_empty() {
            let message = lang.pick(
                "请填写行数、SHA-256 或者样例，至少一项",
                "state the rows, the SHA-256 or a sample: one of them at least",
            );
            return Err(Error::field("rows", message));
        }
        let is_hash =
            |hash: &String| hash.len() == 64 && hash.bytes().all(|it| it.is_ascii_hexdigit());
        if self.sha256.as_ref().is_some_and(|hash| !is_hash(hash)) {
            let message =
                lang.pick("SHA-256 是 64 位十六进制数字", "a SHA-256 is 64 digits in hex");
            return Err(Error::field("sha256", message));
        }
        if self.sample.len() > MAX_SAMPLE {
            let message = lang.pick("样例不能超过 20 行", "the sample has 20 rows at most");
            return Err(Error::field("sample", message));
        }
        if self.sample.iter().any(|row| row.values().all(|value| value.trim().is_empty())) {
            let message = lang.pick("样例里有空行", "the sample has a row without any value");
            return Err(Error::field("sample", message));
        }
        Ok(())
    }
}

impl Portal {
    /// Compares a version with what its provider states, and keeps what came of it.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not know of the dataset, and for a version or a file that it does not
    /// have; refused for who does not edit it; `InvalidInput` naming what cannot be compared; `Unavailable`
    /// while the file is being taken in.
    pub async fn reconcile(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        stated: &Stated,
        lang: Lang,
    ) -> Result<Reconciliation> {
        let dataset = self.overseen_dataset(caller, code).await?;
        let by = self.actor_on(caller, Action::EditDatasets, &dataset, lang).await?;
        stated.check(lang)?;
        let (version, resource) = compared(&dataset, stated, lang)?;
        let table = stated.table.unwrap_or(1);
        let (mut rows, mut missing) = (None, Vec::new());
        if stated.rows.is_some() || !stated.sample.is_empty() {
            let found = self.stored_table(&resource, table, lang).await?;
            let n_rows = self.load_table(&found).await?.ingested.n_rows;
            rows = stated.rows.map(|stated| (stated, n_rows));
            missing = Box::pin(self.missing_of(&found, &stated.sample, lang)).await?;
        }
        let sha256 = match &stated.sha256 {
            None => None,
            Some(stated) => {
                let found = resource.sha256.clone().ok_or_else(|| {
                    let message = lang.pick(
                        "平台没有这个文件的 SHA-256",
                        "the portal has no SHA-256 of this file",
                    );
                    Error::field("sha256", message)
                })?;
                Some((stated.to_ascii_lowercase(), found))
            }
        };
        let mut kept = Reconciliation {
            id: 0,
            dataset: code.clone(),
            title: dataset.fields.title.clone(),
            organization: dataset.organization.code.clone(),
            region: dataset.region.code.clone(),
            version,
            resource: resource.id,
            resource_title: resource.title.clone(),
            table,
            stated_by: by.name.clone(),
            stated_at: self.instant(),
            rows,
            sha256,
            n_sample: u32::try_from(stated.sample.len()).unwrap_or(u32::MAX),
            missing,
        };
        let transaction = self.inner.store.begin().await?;
        kept.id = reconciliations::add(&transaction, &kept).await?;
        let facts = facts_of(&kept);
        let act = LogAct {
            kind: "dataset",
            subject: code.as_str(),
            event: "reconciled",
            by,
            facts,
            ..LogAct::default()
        };
        self.log(&transaction, act).await?;
        transaction.commit().await?;
        Ok(kept)
    }

    /// Lists the comparisons of a dataset, the newest first.
    ///
    /// # Errors
    ///
    /// `NotFound` where no role of the caller covers the dataset.
    pub async fn reconciliations(
        &self,
        caller: &Caller,
        code: &DatasetCode,
    ) -> Result<Vec<Reconciliation>> {
        self.overseen_dataset(caller, code).await?;
        Ok(reconciliations::of_dataset(&self.inner.store, code, LISTED).await?)
    }

    /// Lists what stands inconsistent with its source, for its provider and for those who supervise; nothing
    /// for others.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn inconsistencies(&self, caller: &Caller) -> Result<Vec<Reconciliation>> {
        let (mut organizations, mut regions) = (Vec::new(), Vec::new());
        for action in [Action::EditDatasets, Action::Supervise] {
            let (of, within) = self.reach(caller, action);
            organizations.extend(of);
            regions.extend(within);
        }
        if organizations.is_empty() && regions.is_empty() {
            return Ok(Vec::new());
        }
        let within = (organizations.as_slice(), regions.as_slice());
        Ok(reconciliations::inconsistent(&self.inner.store, within, ON_DESK).await?)
    }

    /// Finds a dataset for somebody who looks after it or over it.
    pub(crate) async fn overseen_dataset(
        &self,
        caller: &Caller,
        code: &DatasetCode,
    ) -> Result<DatasetView> {
        let hidden = || Error::not_found("dataset", code.to_string());
        let found = kaishu_store::datasets::find(&self.inner.store, code).await?;
        let dataset = found.ok_or_else(hidden)?;
        let (organization, region) = (&dataset.organization.code, &dataset.region.code);
        let subject = self.subject(Some(organization), Some(region), false);
        match caller.role_for(Action::SeeDrafts, &subject) {
            Some(_) => Ok(dataset),
            None => Err(hidden()),
        }
    }

    async fn stored_table(
        &self,
        resource: &ResourceView,
        number: u32,
        lang: Lang,
    ) -> Result<StoredTable> {
        let tables = kaishu_store::tables::of_resources(&self.inner.store, &[resource.id]).await?;
        if tables.is_empty() {
            return Err(Error::refused(
                ErrorCode::Unavailable,
                lang.pick(
                    "这个文件没有表格，或者还在整理，不能比对行数和样例；可以先比对 SHA-256",
                    "the file has no table, or is still being taken in: its rows cannot be compared; its SHA-256 can",
                ),
            ));
        }
        let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        place
            .and_then(|place| tables.into_iter().nth(place))
            .ok_or_else(|| Error::not_found("table", format!("{number} of {}", resource.id)))
    }

    /// Looks for the rows of a sample in a table, and returns the places of those that are not there. A row
    /// that stands several times in the sample must be there as often.
    async fn missing_of(
        &self,
        table: &StoredTable,
        sample: &[SampleRow],
        lang: Lang,
    ) -> Result<Vec<u32>> {
        if sample.is_empty() {
            return Ok(Vec::new());
        }
        let loaded = self.load_table(table).await?;
        let names: BTreeSet<&str> =
            loaded.ingested.columns.iter().map(|column| column.stored.name.as_str()).collect();
        let unknown =
            sample.iter().flat_map(SampleRow::keys).find(|it| !names.contains(it.as_str()));
        if let Some(unknown) = unknown {
            let unknown: String = unknown.chars().take(80).collect();
            let message = lang.pick(
                format!("表格里没有名为“{unknown}”的列"),
                format!("the table has no column `{unknown}`"),
            );
            return Err(Error::field("sample", message));
        }
        let path = self.inner.blobs.local_copy(&table.blob_key, &self.inner.table_cache).await?;
        let governed = whole(&loaded.ingested, path);
        let mut missing = Vec::new();
        for (place, row) in sample.iter().enumerate() {
            let wanted = sample.iter().take(place + 1).filter(|it| *it == row).count();
            let query = TableQuery { filter: Some(same(row)), ..TableQuery::default() };
            let found = match self.inner.engine.count(&governed, &query).await {
                Ok(found) => found,
                // A value that no value of the column can be is in no row.
                Err(error) if error.is_of_question() => 0,
                Err(error) => return Err(error.into()),
            };
            if usize::try_from(found).unwrap_or(usize::MAX) < wanted {
                missing.extend(u32::try_from(place + 1));
            }
        }
        Ok(missing)
    }
}

/// The whole table, for its own provider: what is asked is whether a row is there, and no value leaves.
fn whole(ingested: &Ingested, path: PathBuf) -> Governed {
    let columns = (0..ingested.columns.len()).map(|index| VisibleColumn {
        index,
        label: String::new(),
        unit: None,
        mask: None,
    });
    let view = View { columns: columns.collect(), rows: None };
    Governed::new(ingested.stored(path), view)
}

/// The rows with the values of one.
fn same(row: &SampleRow) -> Filter {
    let tests = row.iter().map(|(column, value)| match value.trim() {
        "" => Filter::IsNull { column: column.clone() },
        _ => Filter::Compare {
            column: column.clone(),
            operator: Operator::Equal,
            value: Literal::Text(value.clone()),
        },
    });
    Filter::And(tests.collect())
}

/// The version and the file that are compared.
fn compared(dataset: &DatasetView, stated: &Stated, lang: Lang) -> Result<(u32, ResourceView)> {
    let code = &dataset.code;
    let number = stated.version.unwrap_or(dataset.version);
    let version = dataset.versions.iter().find(|it| it.number == number);
    let version =
        version.ok_or_else(|| Error::not_found("version", format!("{number} of {code}")))?;
    let mut files = version.resources.iter().filter(|it| it.kind == ResourceKind::File);
    let file = match stated.resource {
        Some(id) => files.find(|it| it.id == id).cloned(),
        None => match (files.next(), files.next()) {
            (Some(only), None) => Some(only.clone()),
            (Some(_), Some(_)) => {
                let message = lang.pick("请选择比对哪个文件", "choose the file that is compared");
                return Err(Error::field("resource", message));
            }
            (None, _) => None,
        },
    };
    let unknown =
        || Error::not_found("resource", format!("{} of {code}", stated.resource.unwrap_or(0)));
    file.map(|file| (number, file)).ok_or_else(unknown)
}

fn facts_of(kept: &Reconciliation) -> BTreeMap<String, String> {
    let mut facts = vec![
        ("comparison", kept.id.to_string()),
        ("version", kept.version.to_string()),
        ("file", kept.resource.to_string()),
        ("consistent", kept.is_consistent().to_string()),
    ];
    if let Some((stated, found)) = kept.rows {
        facts.push(("rows", format!("{stated} {found}")));
    }
    if let Some((stated, found)) = &kept.sha256 {
        facts.push(("sha256", format!("{stated} {found}")));
    }
    if kept.n_sample > 0 {
        facts.push(("sample", format!("{} {}", kept.n_sample, kept.missing.len())));
    }
    facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
