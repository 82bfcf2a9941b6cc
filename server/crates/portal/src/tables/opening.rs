//! Which part of which table is whose: the only place where a view is made.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use kaishu_domain::personal;
use kaishu_domain::quality::Measure;
use kaishu_domain::release::Release;
use kaishu_domain::visibility::OpenColumns;
use kaishu_store::jobs::{self, JobState};
use kaishu_store::receipts::Under;
use kaishu_store::tables::{StoredTable, is_tabular};
use kaishu_tables::{ExportFormat, Governed, Ingested, View, VisibleColumn};
use kaishu_types::dataset::{DataItemView, DatasetView, ResourceView};
use kaishu_types::row_scope::{RowCondition, no_rows};
use kaishu_types::table::{Filter, Mask, TableColumn, TableQuery};
use kaishu_types::text::file_name;
use kaishu_types::vocabulary::OpenClass;
use kaishu_types::{DatasetCode, Lang};

use super::gate::{Gate, StoppedColumn, stopped_column};
use super::{INGEST, item_of};
use crate::access::Granted;
use crate::accounts::Caller;
use crate::rules::{FileAccess, PublicView};
use crate::{Error, Portal, Result};

/// A stored table with what was found out about it.
pub(crate) struct Loaded {
    /// What was found out.
    pub(crate) ingested: Ingested,
}

/// A table that somebody may ask.
#[derive(Clone)]
pub struct OpenTable {
    /// Its dataset, as the public may know it.
    pub(crate) entry: Arc<DatasetView>,
    /// The file.
    pub resource: ResourceView,
    /// Which table of the file, from 1.
    pub number: usize,
    /// Names of all tables of the file.
    pub names: Vec<String>,
    /// The table, as the asker may have it.
    pub governed: Governed,
    /// Whether the asker may take the file itself.
    pub may_take_file: bool,
    /// Columns that would be open, and are held back, restricted or masked.
    pub stopped: Vec<StoppedColumn>,
    /// Who opened it.
    pub(crate) caller: Caller,
    /// The language they read.
    pub(crate) lang: Lang,
    /// What some of its columns are open under.
    pub(crate) under: Under,
    /// The key of the stored table: it changes with every byte of it.
    pub(crate) blob_key: String,
    /// How far the rules of quality hold, as far as the asker may know.
    pub(crate) measures: Vec<Measure>,
}

/// What there is to see of a file.
pub enum TableState {
    /// A table.
    Open(Box<OpenTable>),
    /// It is being taken in; so much of a hundred is done.
    Preparing(u8),
    /// It could not be taken in, for this reason.
    Failed(String),
    /// It is of a kind that no table is made of.
    NoTable,
    /// It has a table, of which nothing may leave before a person has decided (SEC-21).
    Stopped(Vec<StoppedColumn>),
}

/// What of a look at a table is counted under a grant (USE-07).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counts {
    /// Data is asked for: what is refused counts.
    Refusals,
    /// Nobody asks for it.
    Nothing,
}

impl OpenTable {
    /// The code of its dataset.
    pub fn dataset(&self) -> &DatasetCode {
        &self.entry.code
    }

    /// Whether some of it is open because it is shared: what is taken of it has a certificate (SHR-21).
    pub fn is_shared(&self) -> bool {
        self.under.organization.is_some()
    }

    /// The version of the dataset whose words describe it.
    pub fn dataset_version(&self) -> u32 {
        self.entry.version
    }

    /// Whether copies of it are each their own: what is taken under a grant bears the number of its receipt.
    pub fn is_marked(&self) -> bool {
        self.under.grant.is_some()
    }

    /// The name under which an answer of it is saved: the title, the sheet where there are several, and
    /// whether it is a part.
    pub fn file_name(&self, query: &TableQuery, format: ExportFormat) -> String {
        let part = if *query == TableQuery::default() { "" } else { "-part" };
        let sheet = self.names.get(self.number - 1).filter(|_| self.names.len() > 1);
        let sheet = sheet.map(|name| format!("-{}", file_name(name))).unwrap_or_default();
        format!("{}{sheet}{part}.{}", file_name(&self.resource.title), format.ending())
    }
}

impl Portal {
    /// Finds what a caller may see of a table of a file, and says why there is nothing to see.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such public file or table; `Unauthenticated` with the rule where
    /// open data needs a login; `Gone` where the dataset serves no data now.
    pub async fn table_state(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        id: i64,
        number: usize,
        version: Option<u32>,
        lang: Lang,
    ) -> Result<TableState> {
        let granted = self.granted(caller, code).await?;
        let of = (code, id, number, version);
        Box::pin(self.state_under(caller, &granted, of, (Counts::Refusals, lang))).await
    }

    /// Finds the same of the newest version where nobody asks for this table by itself: for a page about the file, a
    /// bundle of what there is, a look whether somebody may go on. What is refused there is not held against anybody.
    ///
    /// # Errors
    ///
    /// As [`table_state`](Self::table_state).
    pub async fn look_at_table(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        (id, number): (i64, usize),
        lang: Lang,
    ) -> Result<TableState> {
        let granted = self.granted(caller, code).await?;
        let of = (code, id, number, None);
        Box::pin(self.state_under(caller, &granted, of, (Counts::Nothing, lang))).await
    }

    /// Finds the same of what is granted in one way: what other grants open is not in it.
    pub(crate) async fn state_under(
        &self,
        caller: &Caller,
        granted: &Granted,
        (code, id, number, version): (&DatasetCode, i64, usize, Option<u32>),
        (counted, lang): (Counts, Lang),
    ) -> Result<TableState> {
        let hidden = || Error::not_found("resource", format!("{id} of {code}"));
        let Some(view) = self.find_granted(code, granted).await? else {
            if counted == Counts::Refusals {
                Box::pin(self.note_refusal(caller, code, None)).await;
            }
            return Err(hidden());
        };
        self.check_serves(&view, lang)?;
        let (resource, open) = table_of(&view, id).ok_or_else(hidden)?;
        let of = (resource, open, number, version);
        Box::pin(self.state_of_file(caller, granted, &view, of, (counted, lang))).await
    }

    /// Finds the same of a file of an entry, of which these columns may leave.
    pub(super) async fn state_of_file(
        &self,
        caller: &Caller,
        granted: &Granted,
        view: &PublicView,
        (resource, open, number, version): (ResourceView, OpenColumns, usize, Option<u32>),
        (counted, lang): (Counts, Lang),
    ) -> Result<TableState> {
        let counts = counted == Counts::Refusals;
        let (code, id) = (&view.dataset.code, resource.id);
        // Whoever may have every column may know what is wrong with the file.
        let is_whole = view.files == FileAccess::Free;
        if self.needs_login(caller) {
            return Err(self.login_needed(lang));
        }
        if !is_tabular(&resource) {
            return Ok(TableState::NoTable);
        }
        if resource.in_place.is_some() {
            Box::pin(self.freshen(&view.dataset, id, lang)).await?;
        }
        let tables = kaishu_store::tables::of_resources(&self.inner.store, &[id]).await?;
        if tables.is_empty() {
            return self.why_not(id, is_whole, lang).await;
        }
        let gate = self.gate(code, &view.described).await?;
        let OpenFile { shown, stopped, names } = self.open_file(id, &open, &gate, tables).await?;
        if shown.is_empty() {
            if granted.waits_for_terms {
                return Err(self.accept_first(lang));
            }
            if counts {
                Box::pin(self.note_refusal(caller, code, None)).await;
            }
            return Ok(match stopped.is_empty() {
                true => TableState::NoTable,
                false => TableState::Stopped(stopped),
            });
        }
        let found = number.checked_sub(1).and_then(|place| shown.into_iter().nth(place));
        let ShownTable { row, loaded, opened } =
            found.ok_or_else(|| Error::not_found("table", format!("{number} of {id}")))?;
        let path = self.inner.blobs.local_copy(&row.blob_key, &self.inner.table_cache).await?;
        let said = match version.filter(|version| *version != view.dataset.version) {
            Some(version) => self.as_of(view, version).await?,
            None => view.dataset.clone(),
        };
        let governed = governed(&loaded.ingested, &opened.columns, &said.items, path);
        let needs_grant = |name: &str| {
            let item = item_of(&view.dataset.items, name);
            item.is_none_or(|item| item.open_class != OpenClass::Unconditional)
                || view.dataset.fields.open.class == OpenClass::Conditional
                    && !has_conditional(&view.dataset.items)
        };
        let columns = governed.columns();
        let shows_granted = columns.iter().any(|column| needs_grant(&column.name));
        let by_grants = columns.iter().filter(|column| needs_grant(&column.name));
        let by_grants: BTreeSet<String> =
            by_grants.map(|it| item_name(&view.dataset.items, &it.name)).collect();
        let rows = granted
            .rows(&by_grants, |conditions| rows_of(conditions, &columns, &view.dataset.items));
        let governed = match rows {
            Some(rows) => governed.only(rows),
            None => governed,
        };
        let shared = view.shared.as_ref();
        let shared = shared.filter(|it| columns.iter().any(|column| !it.open.has(&column.name)));
        let under = match (shared, caller.account()) {
            (Some(shared), Some(account)) => shared.under(account),
            _ => Under { grant: granted.case.filter(|_| shows_granted), ..Under::default() },
        };
        let measures =
            self.told_measures(&loaded.ingested.quality, &governed, &view.dataset, &resource);
        Ok(TableState::Open(Box::new(OpenTable {
            entry: Arc::new(said),
            may_take_file: is_whole && stopped.is_empty(),
            caller: caller.clone(),
            lang,
            under,
            resource,
            number,
            names,
            governed,
            stopped: opened.stopped,
            blob_key: row.blob_key,
            measures,
        })))
    }

    /// Finds what anyone may see of the tables of a file, without looking at a row.
    pub(super) async fn open_file(
        &self,
        id: i64,
        open: &OpenColumns,
        gate: &Gate,
        tables: Vec<StoredTable>,
    ) -> Result<OpenFile> {
        let (mut shown, mut stopped) = (Vec::with_capacity(tables.len()), Vec::new());
        for row in tables {
            let loaded = self.load_table(&row).await?;
            let opened = opened(id, &loaded.ingested, open, gate);
            stopped.extend(opened.stopped.iter().cloned());
            // A sheet without any column that may be had is not there: neither its name nor its length.
            if !opened.columns.is_empty() {
                shown.push(ShownTable { row, loaded, opened });
            }
        }
        // A sheet may be called by a person; then it has its number for a name.
        let name = |(place, table): (usize, &ShownTable)| match personal::is_in(&table.row.name) {
            true => place.to_string(),
            false => table.row.name.clone(),
        };
        let names = (1..).zip(&shown).map(name).collect();
        Ok(OpenFile { shown, stopped, names })
    }

    /// Why there is no table. What is wrong with a file is told to those who may have all of it: it may
    /// name what the others may not know.
    async fn why_not(&self, id: i64, is_whole: bool, lang: Lang) -> Result<TableState> {
        let job = jobs::find(&self.inner.store, INGEST, id).await?;
        Ok(match job {
            Some(job) if job.state == JobState::Failed => {
                let note = job.note.filter(|_| is_whole);
                let other =
                    || lang.pick("文件的内容读不出来", "its contents cannot be read").to_owned();
                TableState::Failed(note.unwrap_or_else(other))
            }
            Some(job) if job.state == JobState::Running && job.total > 0 => TableState::Preparing(
                u8::try_from(job.done * 100 / job.total).unwrap_or(100).min(99),
            ),
            _ => TableState::Preparing(0),
        })
    }
}

/// The name of the data item that a column is described by, or its own.
fn item_name(items: &[DataItemView], column: &str) -> String {
    item_of(items, column).map_or_else(|| column.to_owned(), |item| item.name.clone())
}

/// The rows that meet granted conditions, asked of the columns that the data items describe. A table without one of them
/// has no such row.
fn rows_of(conditions: &[RowCondition], columns: &[TableColumn], items: &[DataItemView]) -> Filter {
    let one = |condition: &RowCondition| {
        let is_it = |column: &&TableColumn| item_name(items, &column.name) == condition.column;
        match columns.iter().find(is_it) {
            Some(column) => condition.filter(&column.name),
            None => no_rows(),
        }
    };
    Filter::And(conditions.iter().map(one).collect())
}

fn has_conditional(items: &[DataItemView]) -> bool {
    items.iter().any(|item| item.open_class == OpenClass::Conditional)
}

/// The tables of a file that anyone may see a part of.
pub(super) struct OpenFile {
    pub(super) shown: Vec<ShownTable>,
    /// What is stopped of all tables of the file.
    pub(super) stopped: Vec<StoppedColumn>,
    /// What the tables are called.
    pub(super) names: Vec<String>,
}

/// A table that anyone may see a part of.
pub(super) struct ShownTable {
    row: StoredTable,
    pub(super) loaded: Arc<Loaded>,
    pub(super) opened: Opened,
}

/// What of a table leaves, and what is stopped of what would be open.
pub(super) struct Opened {
    /// Places of columns, with their masks.
    pub(super) columns: Vec<(usize, Option<Mask>)>,
    stopped: Vec<StoppedColumn>,
}

/// A table with nothing but the columns that leave, as data items describe them.
pub(super) fn governed(
    ingested: &Ingested,
    columns: &[(usize, Option<Mask>)],
    items: &[DataItemView],
    path: PathBuf,
) -> Governed {
    let stored = ingested.stored(path);
    let columns = columns.iter().filter_map(|(index, mask)| {
        let name = &stored.columns.get(*index)?.name;
        Some(VisibleColumn { mask: mask.clone(), ..visible(*index, name, item_of(items, name)) })
    });
    let columns = columns.collect();
    Governed::new(stored, View { columns, rows: None })
}

fn opened(file: i64, ingested: &Ingested, open: &OpenColumns, gate: &Gate) -> Opened {
    let mut opened = Opened { columns: Vec::new(), stopped: Vec::new() };
    for (index, column) in ingested.columns.iter().enumerate() {
        if !open.has(&column.stored.name) {
            continue;
        }
        let release = gate.of(file, column);
        match &release {
            Release::Open => opened.columns.push((index, None)),
            Release::Masked(Mask::Drop) | Release::Restricted | Release::Held => {}
            Release::Masked(mask) => opened.columns.push((index, Some(mask.clone()))),
        }
        if release != Release::Open {
            opened.stopped.push(stopped_column(column, release));
        }
    }
    opened
}

/// Finds a public file, with the columns of it that anyone may have.
pub(super) fn table_of(view: &PublicView, id: i64) -> Option<(ResourceView, OpenColumns)> {
    if let Some(resource) = view.dataset.resources.iter().find(|it| it.id == id) {
        return Some((resource.clone(), view.open_columns.clone()));
    }
    // What only older versions have is listed only where it was open whole.
    let mut older = view.dataset.versions.iter().filter(|version| version.is_wholly_open);
    let resource = older.find_map(|version| version.resources.iter().find(|it| it.id == id))?;
    let is_closed = view.closed_resources.contains(&id);
    (!is_closed).then(|| (resource.clone(), OpenColumns::All))
}

fn visible(index: usize, name: &str, item: Option<&DataItemView>) -> VisibleColumn {
    let label = item.map(|item| item.label.clone()).filter(|label| !label.is_empty());
    VisibleColumn {
        index,
        label: label.unwrap_or_else(|| name.to_owned()),
        unit: item.and_then(|item| item.unit.clone()),
        mask: None,
    }
}
