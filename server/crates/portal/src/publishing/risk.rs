//! How far the identifying items of an entry tell its rows apart: the risk of putting it together with what
//! is open already (REV-09, yulin 34).

use kaishu_domain::permission::Action;
use kaishu_tables::{Anonymity, Governed, View, VisibleColumn};
use kaishu_types::Lang;

use super::review::identifying_items;
use crate::accounts::Caller;
use crate::cases::not_covered;
use crate::processing::Measured;
use crate::{Error, Portal, Result};

/// A row is told apart that fewer than so many rows are like.
const WANTED_K: u64 = 2;

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

impl Portal {
    /// Measures the tables of a draft by its identifying items, as its masks let them out, and writes the
    /// result down (PUB-02).
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such draft that the caller may see; refused for whoever neither reviews
    /// nor decides about findings; `InvalidInput` where no item identifies anything.
    pub async fn measure_draft(&self, caller: &Caller, case: i64, lang: Lang) -> Result<Vec<Risk>> {
        let case = self.visible_case(caller, case).await?;
        let subject = self.subject_of(&case.about, false);
        let may = [Action::DecideFindings, Action::ReviewForAuthority, Action::ReviewForCyberspace];
        let role = may.iter().find_map(|action| caller.role_for(*action, &subject));
        let Some(role) = role else {
            return Err(not_covered(caller, Action::DecideFindings, lang));
        };
        let mut by = self.actor(caller);
        by.role = Some(role.role);
        let (draft, document) = self.stored_draft(&case).await?;
        let identifying: Vec<&str> =
            identifying_items(&document).iter().map(|item| item.name.as_str()).collect();
        let mut risks = Vec::new();
        for (place, file) in document.resources.iter().enumerate() {
            let (_folder, tables) = self.tables_of(file, lang).await?;
            for (number, (table, path)) in tables.into_iter().enumerate() {
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
                let file_number = i64::try_from(place + 1).unwrap_or(i64::MAX);
                let asked = Measured {
                    file: file_number,
                    table: number + 1,
                    columns: &columns,
                    k: WANTED_K,
                    n_rows,
                };
                self.log_measure(&draft.code, by.clone(), asked, &found).await?;
                risks.push(Risk { file: file.title.clone(), columns, n_rows, found });
            }
        }
        if risks.is_empty() {
            return Err(Error::field(
                "items",
                lang.pick(
                    "没有能识别个人或者单位的数据项，不需要测算",
                    "no item tells whom a row is about; there is nothing to measure",
                ),
            ));
        }
        Ok(risks)
    }
}
