//! What the figures of conditional tables come to, without the small ones (SRCH-03).

use std::collections::BTreeSet;
use std::path::PathBuf;

use kaishu_domain::look::{safe_column, safe_count};
use kaishu_store::tables::is_tabular;
use kaishu_types::DatasetCode;
use kaishu_types::dataset::DataItemView;
use kaishu_types::look::{SafeColumn, SafeTable};

use super::item_of;
use super::opening::{ShownTable, governed, table_of};
use crate::access::Granted;
use crate::{Portal, Result};

impl Portal {
    /// Makes figures of the tables of a dataset as somebody would see them who were granted these items: through the
    /// same view, so that what is hidden, held back or masked is not in them. No row is read.
    pub(crate) async fn safe_tables(
        &self,
        code: &DatasetCode,
        items: BTreeSet<String>,
        least: u64,
    ) -> Result<Vec<SafeTable>> {
        let granted = Granted { items, ..Granted::default() };
        let Some(view) = self.find_granted(code, &granted).await? else { return Ok(Vec::new()) };
        let gate = self.gate(code, &view.described).await?;
        let mut tables = Vec::new();
        let ids =
            view.dataset.resources.iter().filter(|it| is_tabular(it) && it.in_place.is_none());
        for id in ids.map(|it| it.id) {
            let Some((resource, open)) = table_of(&view, id) else { continue };
            let stored = kaishu_store::tables::of_resources(&self.inner.store, &[id]).await?;
            for table in self.open_file(id, &open, &gate, stored).await?.shown {
                let columns = safe_columns(&table, &view.dataset.items, least);
                let rows = safe_count(table.loaded.ingested.n_rows, least);
                if !columns.is_empty() {
                    tables.push(SafeTable { title: resource.title.clone(), rows, columns });
                }
            }
        }
        Ok(tables)
    }
}

/// The columns of a table through the view, as far as they tell of nobody. Profiles are asked, never the file.
fn safe_columns(table: &ShownTable, items: &[DataItemView], least: u64) -> Vec<SafeColumn> {
    let ingested = &table.loaded.ingested;
    let governed = governed(ingested, &table.opened.columns, items, PathBuf::new());
    let shown = governed.columns().into_iter().enumerate();
    let safe = shown.filter_map(|(place, column)| {
        let profile = governed.profile(place)?;
        let item = item_of(items, &column.name)?;
        let found = ingested.columns.iter().find(|it| it.stored.name == column.name)?;
        Some(safe_column(item, profile, !found.findings.is_empty(), least))
    });
    safe.collect()
}
