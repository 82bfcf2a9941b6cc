//! What two tables have that differs: rows told by a key, or compared whole (CAT-10, DL-10).
//!
//! Both tables are read through the views of the asker, and only columns that both views show are
//! compared. A row is told by 128 bits of a hash of its key with a secret of the request, its values by
//! 64 bits more, so that of a table no more is held in memory than 32 bytes a row.

mod digest;
mod schema;

use datafusion::prelude::col;
use kaishu_domain::quality::is_key;
use kaishu_types::table::{Cell, ChangeKind, RowChange, TableColumn, TableDiff};

use self::digest::{Change, Changes, Digests, Secret, Told};
use crate::TableError;
use crate::cells::cell;
use crate::engine::Engine;
use crate::parquet::ROW;
use crate::plan::{self, shown_text};
use crate::view::Governed;

/// A part has no more rows than this.
const MOST_ROWS: usize = 1_000;

/// By what rows are told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Keys {
    /// By the first column whose heading says that it is an identifier, where that tells all rows
    /// apart; else whole rows are compared.
    #[default]
    Guess,
    /// Whole rows are compared.
    Rows,
    /// By these columns together.
    Columns(Vec<String>),
}

/// Which differences are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DiffRequest {
    /// By what rows are told.
    pub keys: Keys,
    /// One kind of change; all where none is named.
    pub only: Option<ChangeKind>,
    /// How many rows stand before the wanted part.
    pub offset: u64,
    /// Most rows of the part.
    pub limit: usize,
}

/// A column that both tables show, with its places in the views.
struct Compared {
    column: TableColumn,
    old: usize,
    new: usize,
}

impl Engine {
    /// Compares two tables. Counts are exact.
    ///
    /// # Errors
    ///
    /// Fails where a column is named that the asker cannot see in both, where a key does not tell rows
    /// apart, and where it takes more time or memory than one may have.
    pub async fn diff(
        &self,
        old: &Governed,
        new: &Governed,
        request: &DiffRequest,
    ) -> Result<TableDiff, TableError> {
        let compared = compared(old, new);
        let (key, changes) = self.changes(old, new, &compared, &request.keys).await?;
        let Changes { list: changes, n_same, _reserved } = changes;
        let count = |kind| changes.iter().filter(|change| change.kind == kind).count() as u64;
        let mut diff = TableDiff {
            column_changes: schema::changes(old, new),
            key,
            n_same,
            n_changed: count(ChangeKind::Changed),
            n_added: count(ChangeKind::Added),
            n_removed: count(ChangeKind::Removed),
            ..TableDiff::default()
        };
        let wanted = |change: &&Change| request.only.is_none_or(|kind| kind == change.kind);
        let offset = usize::try_from(request.offset).unwrap_or(usize::MAX);
        let limit = request.limit.clamp(1, MOST_ROWS);
        let part: Vec<Change> =
            changes.iter().filter(wanted).skip(offset).take(limit).copied().collect();
        let n_before = offset.saturating_add(part.len());
        if changes.iter().filter(wanted).nth(n_before).is_some() {
            diff.next = u64::try_from(n_before).ok();
        }
        diff.rows = self.rows_of(old, new, &compared, &part).await?;
        diff.columns = compared.into_iter().map(|it| it.column).collect();
        Ok(diff)
    }

    async fn changes(
        &self,
        old: &Governed,
        new: &Governed,
        compared: &[Compared],
        keys: &Keys,
    ) -> Result<(Vec<String>, Changes), TableError> {
        let guessed = compared.iter().find(|it| is_key(&it.column.name));
        let names = match keys {
            Keys::Rows => Vec::new(),
            Keys::Columns(names) => names.clone(),
            Keys::Guess => guessed.iter().map(|it| it.column.name.clone()).collect(),
        };
        let places = names.iter().map(|name| {
            let place = compared.iter().position(|it| it.column.name == *name);
            place.ok_or_else(|| TableError::NoColumn(name.clone()))
        });
        let places = places.collect::<Result<Vec<usize>, TableError>>()?;
        match self.told(old, new, compared, &places).await? {
            Told::Apart(changes) => Ok((names, changes)),
            Told::Repeated(_) if *keys == Keys::Guess => {
                match self.told(old, new, compared, &[]).await? {
                    Told::Apart(changes) => Ok((Vec::new(), changes)),
                    Told::Repeated(n_repeated) => {
                        Err(TableError::KeyRepeats { columns: Vec::new(), n_repeated })
                    }
                }
            }
            Told::Repeated(n_repeated) => {
                Err(TableError::KeyRepeats { columns: names, n_repeated })
            }
        }
    }

    /// Tells the rows of both tables apart: by what they are, or by their keys.
    async fn told(
        &self,
        old: &Governed,
        new: &Governed,
        compared: &[Compared],
        keys: &[usize],
    ) -> Result<Told, TableError> {
        let n_rows = old.table.n_rows.saturating_add(new.table.n_rows);
        let reserved = self.reserve(digest::memory(n_rows))?;
        let secret = Secret::default();
        let of = |it: &Compared, is_new: bool| if is_new { it.new } else { it.old };
        let frame = |governed: &Governed, is_new: bool| {
            let mut wanted = vec![col(ROW)];
            wanted.extend(compared.iter().map(|it| col(shown_text(of(it, is_new)))));
            Ok::<_, TableError>(plan::base(self, governed)?.select(wanted)?)
        };
        let (first, second) = (frame(old, false)?, frame(new, true)?);
        let keys = keys.to_vec();
        self.run(async move {
            let old = digest::read(first, &secret, &keys).await?;
            let new = digest::read(second, &secret, &keys).await?;
            Ok(Digests::new(old, new, reserved).told(!keys.is_empty()))
        })
        .await
    }

    /// Reads the rows of a part.
    async fn rows_of(
        &self,
        old: &Governed,
        new: &Governed,
        compared: &[Compared],
        part: &[Change],
    ) -> Result<Vec<RowChange>, TableError> {
        let numbers = |of: fn(&Change) -> Option<i64>| part.iter().filter_map(of).collect();
        let old_places: Vec<usize> = compared.iter().map(|it| it.old).collect();
        let new_places: Vec<usize> = compared.iter().map(|it| it.new).collect();
        let before = self.numbered(old, &old_places, numbers(|it| it.old)).await?;
        let after = self.numbered(new, &new_places, numbers(|it| it.new)).await?;
        let find = |rows: &[(i64, Vec<Cell>)], number: Option<i64>| {
            let place = rows.binary_search_by_key(&number?, |(row, _)| *row).ok()?;
            rows.get(place).map(|(_, cells)| cells.clone())
        };
        let row = |change: &Change| RowChange {
            kind: change.kind,
            before: find(&before, change.old),
            after: find(&after, change.new),
        };
        Ok(part.iter().map(row).collect())
    }

    /// Reads rows by their numbers, in the order of the file.
    async fn numbered(
        &self,
        governed: &Governed,
        places: &[usize],
        numbers: Vec<i64>,
    ) -> Result<Vec<(i64, Vec<Cell>)>, TableError> {
        use datafusion::arrow::array::AsArray;
        use datafusion::arrow::datatypes::Int64Type;

        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let mut shown = vec![col(ROW)];
        shown.extend(places.iter().map(|place| col(shown_text(*place))));
        let frame = plan::numbered(self, governed, &numbers)?.select(shown)?;
        let mut rows = Vec::with_capacity(numbers.len());
        for batch in self.collect(frame).await? {
            let Some((first, columns)) = batch.columns().split_first() else { continue };
            let Some(numbers) = first.as_primitive_opt::<Int64Type>() else { continue };
            for (place, number) in numbers.values().iter().enumerate() {
                let cells = columns.iter().map(|column| cell(column, place)).collect();
                rows.push((*number, cells));
            }
        }
        rows.sort_unstable_by_key(|(number, _)| *number);
        Ok(rows)
    }
}

/// The columns that both tables show under one name and with one mask.
fn compared(old: &Governed, new: &Governed) -> Vec<Compared> {
    let before = old.columns();
    let after = new.columns().into_iter().enumerate();
    after
        .filter_map(|(new, column)| {
            let is_same =
                |other: &TableColumn| other.name == column.name && other.mask == column.mask;
            let old = before.iter().position(is_same)?;
            Some(Compared { column, old, new })
        })
        .collect()
}
