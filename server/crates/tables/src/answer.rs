//! Pages of answers.

use std::collections::HashMap;
use std::future::ready;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringViewArray};
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::logical_expr::{Expr, lit};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::prelude::{DataFrame, col};
use futures::{StreamExt, TryStreamExt};
use kaishu_types::table::{Cell, Filter, Key, Position, TableColumn, TableQuery, TableSlice};

use crate::TableError;
use crate::cells::{cell, key, text_bytes};
use crate::engine::Engine;
use crate::first::first_and_count;
use crate::parquet::{ROW, stored_type};
use crate::plan::{self, GroupColumn, Order, Visible, shown_text};
use crate::view::Governed;

/// A page has no more rows than this.
pub const MAX_PAGE: usize = 10_000;

/// A part of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Part {
    /// Its rows or groups.
    pub slice: TableSlice,
    /// How many the whole answer has, where finding the part told that as well.
    pub total: Option<u64>,
}

impl Engine {
    /// Answers with the rows or groups of a question behind a position. Where `total`, how many there are
    /// at all, is known, they are not counted by the way.
    ///
    /// # Errors
    ///
    /// Fails where the question names what the asker cannot see, compares what cannot be compared, or
    /// takes more time or memory than one may have.
    pub async fn page(
        &self,
        governed: &Governed,
        query: &TableQuery,
        after: Option<&Position>,
        limit: usize,
        total: Option<u64>,
    ) -> Result<Part, TableError> {
        let limit = limit.clamp(1, MAX_PAGE);
        let visible = Visible::of(governed);
        if query.grouping.is_some() || query.is_distinct {
            return self.page_of_groups(governed, query, &visible, after, limit, total).await;
        }
        let places = visible.selected(&query.select)?;
        let rows = plan::rows(self, governed, query, &visible)?;
        let mut total = total.or_else(|| known_count(governed, query));
        let (found, next) = if query.sort.is_empty() {
            self.in_file_order(governed, rows, &places, after, limit).await?
        } else {
            // Only what rows are ordered by is read of all of them; the rest of a few.
            let order = plan::order(&query.sort, &visible, [col(ROW)])?;
            let found;
            (found, total) = self.in_order(rows, &order, after, limit, Vec::new(), total).await?;
            let (found, next) = cut(&found, order.parts.len(), limit);
            (self.rows_by_number(governed, &places, &found).await?, next)
        };
        let columns = places.iter().filter_map(|place| visible.columns.get(*place).cloned());
        let slice = TableSlice { columns: columns.collect(), rows: found.rows, next };
        Ok(Part { slice, total })
    }

    /// Finds the first rows of an order behind a position: one more than is wanted. Those behind no
    /// position are counted by the way where their number is not known.
    async fn in_order(
        &self,
        rows: DataFrame,
        order: &Order,
        after: Option<&Position>,
        limit: usize,
        wanted: Vec<Expr>,
        total: Option<u64>,
    ) -> Result<(Vec<RecordBatch>, Option<u64>), TableError> {
        if after.is_some() || total.is_some() {
            return Ok((self.collect(page_of(rows, order, after, limit, wanted)?).await?, total));
        }
        let rows = rows.select(with_keys(wanted, order))?;
        let descending = order.parts.iter().map(|(_, is_descending)| *is_descending).collect();
        let found = first_and_count(self.clone(), rows, descending, limit + 1);
        self.run(found).await.map(|(rows, total)| (rows, Some(total)))
    }

    /// Reads ranges of rows, each wider than the one before, until there are enough.
    async fn in_file_order(
        &self,
        governed: &Governed,
        rows: DataFrame,
        places: &[usize],
        after: Option<&Position>,
        limit: usize,
    ) -> Result<(Found, Option<Position>), TableError> {
        let mut start = match after.map(|position| position.0.as_slice()) {
            None => 0,
            Some([Key::Integer(row)]) => *row,
            Some(_) => return Err(plan::foreign_cursor()),
        };
        let n_rows = i64::try_from(governed.table.n_rows).unwrap_or(i64::MAX);
        let order = Order { parts: vec![(col(ROW), false)] };
        let wanted: Vec<Expr> = places.iter().map(|place| col(shown_text(*place))).collect();
        let mut width = i64::try_from(limit + 1).unwrap_or(i64::MAX).max(256);
        let mut all = Found::default();
        while start < n_rows {
            let end = start.saturating_add(width).min(n_rows);
            let range = col(ROW).gt(lit(start)).and(col(ROW).lt_eq(lit(end)));
            let missing = limit - all.rows.len();
            let page = page_of(rows.clone().filter(range)?, &order, None, missing, wanted.clone())?;
            let batches = self.collect(page).await?;
            // A range that gives just what is missing does not say whether there is more behind it.
            let is_more = batches.iter().map(RecordBatch::num_rows).sum::<usize>() > missing;
            let (found, _) = cut(&batches, 1, missing);
            all.rows.extend(found.rows);
            all.last_keys.extend(found.last_keys);
            if is_more {
                let last = all.last_keys.last().cloned();
                return Ok((all, last.map(|key| Position(vec![key]))));
            }
            start = end;
            width = width.saturating_mul(8);
        }
        Ok((all, None))
    }

    /// Says whether a filter can be asked of a table. No row is read, so that the answer tells nothing of them.
    ///
    /// # Errors
    ///
    /// Fails where it names what the asker cannot see, or compares what cannot be compared.
    pub fn check(&self, governed: &Governed, filter: &Filter) -> Result<(), TableError> {
        plan::check(governed, filter)
    }

    /// Counts the rows or groups of a question.
    ///
    /// # Errors
    ///
    /// As [`Self::page`].
    pub async fn count(&self, governed: &Governed, query: &TableQuery) -> Result<u64, TableError> {
        if let Some(n_rows) = known_count(governed, query) {
            return Ok(n_rows);
        }
        let visible = Visible::of(governed);
        let rows = plan::rows(self, governed, query, &visible)?;
        let counted = match grouping_of(query, &visible)? {
            Some(grouping) => plan::grouped(rows, &grouping, &visible)?.frame,
            None => rows,
        };
        let found = self.collect(plan::counted(counted)?).await?;
        let n = found.first().and_then(|batch| {
            let counts = batch.column_by_name("n")?.as_primitive_opt::<Int64Type>()?;
            counts.iter().next().flatten()
        });
        let n = n.and_then(|n| u64::try_from(n).ok());
        n.ok_or_else(|| TableError::Query("nothing was counted".to_owned()))
    }

    /// Gives the whole answer of a question, row by row: texts as `c0`, …, and with `with_types` typed
    /// values as `n0`, … behind the texts of their columns.
    pub(crate) async fn all_rows(
        &self,
        governed: &Governed,
        query: &TableQuery,
        with_types: bool,
    ) -> Result<(Vec<TableColumn>, SendableRecordBatchStream), TableError> {
        let visible = Visible::of(governed);
        if query.grouping.is_some() || query.is_distinct {
            return self.all_groups(governed, query, &visible).await;
        }
        let engine = self.whole(!query.sort.is_empty());
        let places = visible.selected(&query.select)?;
        let mut rows = plan::rows(&engine, governed, query, &visible)?;
        if !query.sort.is_empty() {
            rows = rows.sort(plan::order(&query.sort, &visible, [col(ROW)])?.sort())?;
        }
        let mut wanted = Vec::new();
        let mut columns = Vec::new();
        for place in places {
            let Some(column) = visible.columns.get(place) else { continue };
            wanted.push(col(shown_text(place)));
            if with_types && stored_type(column.item_type).is_some() {
                wanted.push(col(plan::shown_typed(place)));
            }
            columns.push(column.clone());
        }
        let rows = rows.select(wanted)?;
        let stream = self.handle()?.spawn(async move { rows.execute_stream().await });
        let stream = stream.await.map_err(|error| TableError::Unreadable(error.to_string()))??;
        Ok((columns, stream))
    }

    async fn all_groups(
        &self,
        governed: &Governed,
        query: &TableQuery,
        visible: &Visible,
    ) -> Result<(Vec<TableColumn>, SendableRecordBatchStream), TableError> {
        let Groups { frame, order, columns } = self.whole(true).groups(governed, query, visible)?;
        let frame = match order.parts.is_empty() {
            true => frame,
            false => frame.sort(order.sort())?,
        };
        let frame = frame.select(wanted_groups(&columns))?;
        let stream = self.handle()?.spawn(async move { frame.execute_stream().await });
        let stream = stream.await.map_err(|error| TableError::Unreadable(error.to_string()))??;
        let names =
            (0..columns.len()).map(|place| Field::new(shown_text(place), DataType::Utf8View, true));
        let schema = Arc::new(Schema::new(names.collect::<Vec<_>>()));
        let (of_texts, shown) = (Arc::clone(&schema), columns.clone());
        let stream =
            stream.and_then(move |batch| ready(as_texts(&batch, &shown, Arc::clone(&of_texts))));
        let columns = columns.into_iter().map(|column| column.column).collect();
        Ok((columns, Box::pin(RecordBatchStreamAdapter::new(schema, stream))))
    }

    /// Groups rows: with their order, and the columns of them that are shown.
    fn groups(
        &self,
        governed: &Governed,
        query: &TableQuery,
        visible: &Visible,
    ) -> Result<Groups, TableError> {
        let rows = plan::rows(self, governed, query, visible)?;
        let grouping = grouping_of(query, visible)?.unwrap_or_default();
        let plan::Grouped { frame, mut columns, n_keys } = plan::grouped(rows, &grouping, visible)?;
        let keys = (0..n_keys).map(|place| col(plan::group_column(place)));
        let order = plan::order(&query.sort, &columns, keys)?;
        if query.is_distinct {
            // Distinct rows are groups of which nothing is computed.
            columns.truncate(n_keys);
        }
        Ok(Groups { frame, order, columns })
    }

    async fn page_of_groups(
        &self,
        governed: &Governed,
        query: &TableQuery,
        visible: &Visible,
        after: Option<&Position>,
        limit: usize,
        total: Option<u64>,
    ) -> Result<Part, TableError> {
        let Groups { frame, order, columns } = self.groups(governed, query, visible)?;
        let wanted = wanted_groups(&columns);
        let (found, total) = self.in_order(frame, &order, after, limit, wanted, total).await?;
        let (mut found, next) = cut(&found, order.parts.len(), limit);
        for row in &mut found.rows {
            for (cell, column) in row.iter_mut().zip(&columns) {
                *cell = cell.take().map(|text| column.shown.write(text));
            }
        }
        let columns = columns.into_iter().map(|column| column.column).collect();
        Ok(Part { slice: TableSlice { columns, rows: found.rows, next }, total })
    }

    /// Gives the rows whose numbers were found, in the order they were found in.
    async fn rows_by_number(
        &self,
        governed: &Governed,
        places: &[usize],
        found: &Found,
    ) -> Result<Found, TableError> {
        let numbers: Vec<i64> = found
            .last_keys
            .iter()
            .filter_map(|key| if let Key::Integer(number) = key { Some(*number) } else { None })
            .collect();
        if numbers.is_empty() {
            return Ok(Found::default());
        }
        let mut shown = vec![col(ROW)];
        shown.extend(places.iter().map(|place| col(shown_text(*place))));
        let frame = plan::numbered(self, governed, &numbers)?.select(shown)?;
        let read = self.collect(frame).await?;
        let mut rows: HashMap<Key, Vec<Cell>> = HashMap::with_capacity(numbers.len());
        for batch in &read {
            for row in 0..batch.num_rows() {
                let mut columns = batch.columns().iter();
                let number = columns.next().map_or(Key::None, |column| key(column, row));
                rows.insert(number, columns.map(|column| cell(column, row)).collect());
            }
        }
        let rows = found.last_keys.iter().filter_map(|number| rows.remove(number)).collect();
        Ok(Found { rows, last_keys: Vec::new() })
    }

    /// Collects an answer; its texts have no more than [`Bounds::page_bytes`](crate::Bounds) together.
    pub(crate) async fn collect(&self, frame: DataFrame) -> Result<Vec<RecordBatch>, TableError> {
        let most = self.bounds().page_bytes();
        self.run(async move {
            let mut stream = frame.execute_stream().await?;
            let (mut batches, mut n_bytes) = (Vec::new(), 0_usize);
            while let Some(batch) = stream.next().await {
                let batch = batch?;
                n_bytes = n_bytes.saturating_add(text_bytes(&batch));
                if n_bytes > most {
                    return Err(TableError::TooMuchMemory);
                }
                batches.push(batch);
            }
            Ok(batches)
        })
        .await
    }
}

/// Groups on their way.
struct Groups {
    frame: DataFrame,
    order: Order,
    columns: Vec<GroupColumn>,
}

fn wanted_groups(columns: &[GroupColumn]) -> Vec<Expr> {
    (0..columns.len()).map(|place| col(plan::group_column(place))).collect()
}

/// Writes the values of groups as they are shown.
fn as_texts(
    batch: &RecordBatch,
    columns: &[GroupColumn],
    schema: Arc<Schema>,
) -> datafusion::common::Result<RecordBatch> {
    let texts = batch.columns().iter().zip(columns).map(|(values, column)| {
        let cells = (0..values.len()).map(|row| Some(column.shown.write(cell(values, row)?)));
        Arc::new(StringViewArray::from_iter(cells)) as ArrayRef
    });
    Ok(RecordBatch::try_new(schema, texts.collect())?)
}

/// The groups that a question asks for; distinct rows are groups of all selected columns.
fn grouping_of(
    query: &TableQuery,
    visible: &Visible,
) -> Result<Option<kaishu_types::table::Grouping>, TableError> {
    use kaishu_types::table::{GroupKey, Grouping};

    if query.grouping.is_some() || !query.is_distinct {
        return Ok(query.grouping.clone());
    }
    let places = visible.selected(&query.select)?;
    let names = places.iter().filter_map(|place| visible.columns.get(*place));
    let keys = names.map(|column| GroupKey::Column(column.name.clone())).collect();
    Ok(Some(Grouping { keys, aggregates: Vec::new() }))
}

/// One row more than is wanted, so that one knows whether there are more; what rows are ordered by
/// stands behind what is wanted of them.
fn page_of(
    rows: DataFrame,
    order: &Order,
    after: Option<&Position>,
    limit: usize,
    wanted: Vec<Expr>,
) -> Result<DataFrame, TableError> {
    let rows = match after {
        Some(position) => rows.filter(plan::after(order, position)?)?,
        None => rows,
    };
    let rows = match order.parts.is_empty() {
        // One group of all rows is in any order.
        true => rows,
        false => rows.sort(order.sort())?,
    };
    Ok(rows.limit(0, Some(limit + 1))?.select(with_keys(wanted, order))?)
}

/// What rows are ordered by, behind what is wanted of them.
fn with_keys(mut wanted: Vec<Expr>, order: &Order) -> Vec<Expr> {
    let keys = order.parts.iter().enumerate();
    wanted.extend(keys.map(|(place, (part, _))| part.clone().alias(format!("k{place}"))));
    wanted
}

/// How many rows a question is about, where that is known without looking.
fn known_count(governed: &Governed, query: &TableQuery) -> Option<u64> {
    let is_all = query.filter.is_none()
        && query.contains.is_none()
        && query.grouping.is_none()
        && !query.is_distinct;
    governed.n_rows().filter(|_| is_all)
}

/// Rows that were found.
#[derive(Default)]
struct Found {
    rows: Vec<Vec<Cell>>,
    /// Of each row, the last part of what it is ordered by.
    last_keys: Vec<Key>,
}

/// Takes the rows out of batches, and the position of the last one where there are more.
fn cut(batches: &[RecordBatch], n_keys: usize, limit: usize) -> (Found, Option<Position>) {
    let mut found = Found::default();
    let mut last: Option<Position> = None;
    for batch in batches {
        let n_cells = batch.num_columns().saturating_sub(n_keys);
        let (cells, keys) = batch.columns().split_at(n_cells);
        for row in 0..batch.num_rows() {
            if found.rows.len() == limit {
                return (found, last);
            }
            found.rows.push(cells.iter().map(|column| cell(column, row)).collect());
            let keys: Vec<Key> = keys.iter().map(|column| key(column, row)).collect();
            found.last_keys.push(keys.last().cloned().unwrap_or(Key::None));
            last = Some(Position(keys));
        }
    }
    (found, None)
}
