//! How far the identifying items of a draft tell its rows apart: the risk of putting it together with what is open
//! already (REV-09, yulin 34). Measured when the desk of its reviewer is drawn; what takes longer goes on meanwhile.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use kaishu_store::drafts::Draft;
use kaishu_tables::{Anonymity, Governed, View, VisibleColumn};
use kaishu_types::Lang;
use kaishu_types::draft::DraftDocument;

use super::review::identifying_items;
use crate::{Portal, Result};

/// A row is told apart that fewer than so many rows are like.
const WANTED_K: u64 = 2;
/// How long whoever opens the page waits for the figures.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a draft is measured at all.
const LONGEST: Duration = Duration::from_secs(600);
/// Drafts whose figures are remembered.
const REMEMBERED: usize = 64;

/// What was found in a table of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Risk {
    /// The file.
    pub file: String,
    /// The columns that together may tell whom a row is about.
    pub columns: Vec<String>,
    /// Rows of the table.
    pub n_rows: u64,
    /// What the measure came to: rows in small groups are those that are told apart.
    pub found: Anonymity,
}

impl Risk {
    /// Says what was found.
    pub fn told(&self, lang: Lang) -> String {
        let columns = self.columns.join(lang.pick("、", ", "));
        let (file, rows, few) = (&self.file, self.n_rows, self.found.n_rows_in_small_groups);
        let share = if rows == 0 { 0.0 } else { few as f64 * 100.0 / rows as f64 };
        lang.pick(
            format!("{file}：按 {columns}，{rows} 行中有 {few} 行（{share:.1}%）是唯一的"),
            format!("{file}: by {columns}, {few} of {rows} rows ({share:.1} %) are unique"),
        )
    }
}

/// How far the measuring of a draft is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measuring {
    /// It goes on.
    Running,
    /// It is done; nothing was found where no table has an identifying item.
    Done(Vec<Risk>),
    /// It cannot be done, and why.
    Failed(String),
}

type Outcome = Shared<BoxFuture<'static, Arc<Measuring>>>;

/// What was measured, and what is being measured, by case and revision.
#[derive(Default)]
pub(crate) struct Risks(Mutex<BTreeMap<(i64, u32), Outcome>>);

impl Portal {
    /// Returns what the tables of a draft are at risk of, as far as that is known by now.
    pub(super) async fn measured(&self, draft: &Draft, document: &DraftDocument) -> Measuring {
        let key = (draft.case, draft.revision);
        let outcome = self.measuring(key, document);
        let Ok(found) = tokio::time::timeout(PATIENCE, outcome).await else {
            return Measuring::Running;
        };
        if matches!(*found, Measuring::Failed(_)) {
            // What failed may do so no more when it is asked for again.
            self.inner.risks.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
        }
        (*found).clone()
    }

    /// Begins to measure, unless that was begun before.
    fn measuring(&self, key: (i64, u32), document: &DraftDocument) -> Outcome {
        let mut known = self.inner.risks.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(outcome) = known.get(&key) {
            return outcome.clone();
        }
        let (portal, document) = (self.clone(), document.clone());
        // It goes on when nobody waits for it any more.
        let task = tokio::spawn(async move {
            let risks = Box::pin(portal.risks_of(&document));
            match tokio::time::timeout(LONGEST, risks).await {
                Ok(Ok(risks)) => Measuring::Done(risks),
                Ok(Err(error)) => Measuring::Failed(error.message(Lang::Zh)),
                Err(_) => Measuring::Failed("测算超过 10 分钟，已经停止".to_owned()),
            }
        });
        let outcome = async move {
            Arc::new(task.await.unwrap_or_else(|error| Measuring::Failed(error.to_string())))
        };
        let outcome = outcome.boxed().shared();
        while known.len() >= REMEMBERED {
            known.pop_first();
        }
        known.insert(key, outcome.clone());
        outcome
    }

    /// Measures the tables of a draft by its identifying items, as its masks let them out.
    async fn risks_of(&self, document: &DraftDocument) -> Result<Vec<Risk>> {
        let identifying: Vec<&str> =
            identifying_items(document).iter().map(|item| item.name.as_str()).collect();
        let mut risks = Vec::new();
        if identifying.is_empty() {
            return Ok(risks);
        }
        for file in &document.resources {
            let (_folder, tables) = self.tables_of(file, Lang::Zh).await?;
            for (table, path) in tables {
                let visible = table.columns.iter().enumerate().map(|(index, column)| {
                    let item = document.items.iter().find(|item| item.name == column.stored.name);
                    let mask = item.and_then(|item| item.mask.clone());
                    VisibleColumn { index, label: String::new(), unit: None, mask }
                });
                let view = View { columns: visible.collect(), rows: None };
                let names = table.columns.iter().map(|column| column.stored.name.as_str());
                let columns = names.filter(|name| identifying.contains(name)).map(str::to_owned);
                let columns: Vec<String> = columns.collect();
                if columns.is_empty() {
                    continue;
                }
                let n_rows = table.n_rows;
                let governed = Governed::new(table.stored(path), view);
                let found = self.inner.engine.anonymity(&governed, &columns, WANTED_K).await?;
                risks.push(Risk { file: file.title.clone(), columns, n_rows, found });
            }
        }
        Ok(risks)
    }
}
