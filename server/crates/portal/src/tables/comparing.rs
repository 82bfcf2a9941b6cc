//! What a file has that differs from the same file of another version (CAT-10, DL-10).

use kaishu_tables::{DiffRequest, Keys};
use kaishu_types::dataset::{DatasetView, ResourceView};
use kaishu_types::table::TableDiff;
use kaishu_types::table::address::ChangesRequest;
use kaishu_types::{DatasetCode, Lang};

use super::{OpenTable, TableState};
use crate::accounts::Caller;
use crate::{Error, Portal, Result};

/// Two tables with their differences.
pub struct Comparison {
    /// The table that is compared with.
    pub old: Box<OpenTable>,
    /// The table.
    pub new: Box<OpenTable>,
    /// What differs.
    pub diff: TableDiff,
    /// The version to ask from the next time, where differences since a version were asked for (DL-09).
    pub next_since: Option<u32>,
}

/// What there is to compare.
pub enum Compared {
    /// Two tables.
    Tables(Box<Comparison>),
    /// One of the files has no table to see now.
    NoTable(TableState),
}

impl Portal {
    /// Compares a table of a file with that of another file of the same dataset, or with what it was at a version,
    /// both as the asker may have them.
    ///
    /// # Errors
    ///
    /// As [`Self::table_state`], for both files; `InvalidInput` where rows cannot be told by the named
    /// columns, or a column is not there in both; `NotFound` where no file is named and no version
    /// before has the same. Since a version: `InvalidInput` where it is none to ask from, `Forbidden` with the rule
    /// where a grant is needed, or the one that is held is not in force.
    pub async fn compare(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        id: i64,
        request: &ChangesRequest,
        lang: Lang,
    ) -> Result<Compared> {
        if let Some(since) = request.since {
            return Box::pin(self.follow(caller, code, id, (request, since), lang)).await;
        }
        let new = match self.table_state(caller, code, id, request.table, None, lang).await? {
            TableState::Open(table) => table,
            state => return Ok(Compared::NoTable(state)),
        };
        let from = match request.from {
            Some(from) => from,
            None => {
                let dataset = self.dataset(code).await?;
                let found = file_before(&dataset, id).map(|(_, file)| file.id);
                found.ok_or_else(|| Error::not_found("file before", format!("{id} of {code}")))?
            }
        };
        let old = match self.table_alike(code, from, &new, lang).await? {
            TableState::Open(table) => table,
            state => return Ok(Compared::NoTable(state)),
        };
        // Whichever way granted rows are read, it is a retrieval (SEC-02, DL-04).
        for table in [&old, &new] {
            if table.under.grant.is_some() {
                Box::pin(self.issue_answer_receipt(table, None, "", None)).await?;
            }
        }
        let diff = self.inner.engine.diff(&old.governed, &new.governed, &wanted(request)).await?;
        Ok(Compared::Tables(Box::new(Comparison { old, new, diff, next_since: None })))
    }

    /// Opens the table of a file that is called as another one; a file of one table has that.
    async fn table_alike(
        &self,
        code: &DatasetCode,
        id: i64,
        other: &OpenTable,
        lang: Lang,
    ) -> Result<TableState> {
        let first = self.table_state(&other.caller, code, id, 1, None, lang).await?;
        let TableState::Open(table) = &first else { return Ok(first) };
        if table.names.len() == 1 && other.names.len() == 1 {
            return Ok(first);
        }
        let name = other.names.get(other.number - 1);
        let place = table.names.iter().position(|it| Some(it) == name);
        let missing = || Error::not_found("table", format!("{} of {id}", other.number));
        let number = place.ok_or_else(missing)? + 1;
        self.table_state(&other.caller, code, id, number, None, lang).await
    }
}

/// Which differences a request wants.
pub(super) fn wanted(request: &ChangesRequest) -> DiffRequest {
    DiffRequest {
        keys: match &request.key {
            None => Keys::Guess,
            Some(names) if names.is_empty() => Keys::Rows,
            Some(names) => Keys::Columns(names.clone()),
        },
        only: request.kind,
        offset: request.offset as u64,
        limit: request.limit,
    }
}

/// Finds the same file in the nearest version before, with the number of that version: of the same
/// name, else of the same title and format, else the only one of its format.
pub fn file_before(dataset: &DatasetView, id: i64) -> Option<(u32, &ResourceView)> {
    let has_it = |it: &&ResourceView| it.id == id;
    // Versions stand newest first: the first that came with the file is the last here that has it.
    let place = dataset.versions.iter().rposition(|it| it.resources.iter().any(|r| r.id == id))?;
    let file = dataset.versions.get(place)?.resources.iter().find(has_it)?;
    dataset.versions.iter().skip(place + 1).find_map(|version| {
        let found = same_file(&version.resources, file)?;
        Some((version.number, found))
    })
}

/// Finds among the files of a version the same as one of another version: itself, else of the same name, else of
/// the same title and format, else the only one of its format.
pub(super) fn same_file<'a>(
    resources: &'a [ResourceView],
    file: &ResourceView,
) -> Option<&'a ResourceView> {
    let itself = resources.iter().find(|it| it.id == file.id);
    let alike = || resources.iter().filter(|it| it.format == file.format);
    let named = || alike().find(|it| it.file_name.is_some() && it.file_name == file.file_name);
    let titled = || alike().find(|it| it.title == file.title);
    let only = || alike().next().filter(|_| alike().count() == 1);
    itself.or_else(named).or_else(titled).or_else(only)
}
