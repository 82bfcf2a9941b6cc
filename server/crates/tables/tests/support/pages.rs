//! Whole answers, page by page.

use kaishu_tables::{Engine, Governed};
use kaishu_types::table::TableQuery;

use super::support::run;

/// Asks for all pages of an answer.
pub(crate) fn all(
    engine: &Engine,
    table: &Governed,
    query: &TableQuery,
    limit: usize,
) -> Vec<String> {
    run(async {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let page = engine.page(table, query, after.as_ref(), limit, None).await.unwrap().slice;
            let written = page.rows.iter().map(|row| {
                let cells = row.iter().map(|cell| cell.clone().unwrap_or_else(|| "∅".to_owned()));
                cells.collect::<Vec<_>>().join("|")
            });
            rows.extend(written);
            after = page.next;
            if after.is_none() {
                return rows;
            }
        }
    })
}
