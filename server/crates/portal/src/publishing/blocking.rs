//! Blocking rules of quality: a file for which one does not hold becomes no version (PUB-05).

use kaishu_domain::quality::{FaultyRow, Measure, Severity};
use kaishu_tables::{Expected, Ingested};
use kaishu_types::dataset::DatasetView;
use kaishu_types::draft::{DraftDocument, DraftResource};
use kaishu_types::{FieldError, Lang};

use super::files::is_table;
use crate::tables::expected_of;
use crate::{Error, Portal, Result};

/// Rows that a refusal names for each rule; it gives the number of all.
const NAMED_ROWS: usize = 5;

impl Portal {
    /// Refuses an entry with a file for which a blocking rule does not hold.
    ///
    /// # Errors
    ///
    /// `InvalidInput` with rule, column and rows; a file that cannot be read is named with the reason.
    pub(super) async fn refuse_blocked(&self, document: &DraftDocument, lang: Lang) -> Result<()> {
        let mut faults = Vec::new();
        for file in document.resources.iter().filter(|file| is_table(file)) {
            let (_folder, tables) = self.assessed(file, expected_in(document), lang).await?;
            faults.extend(tables.iter().flat_map(|(table, _)| faults_of(file, table, lang)));
        }
        refused("resources", faults)
    }
}

/// What an entry says of its tables.
pub(super) fn expected_in(document: &DraftDocument) -> Expected {
    let n_tables = document.resources.iter().filter(|file| is_table(file)).count();
    expected_of(&document.fields, &document.items, (&document.region, n_tables))
}

/// What the entry of a dataset says of the tables of a new file.
pub(super) fn expected_of_next(dataset: &DatasetView) -> Expected {
    let is_table = kaishu_store::tables::is_tabular;
    let n_tables = dataset.resources.iter().filter(|it| is_table(it)).count().max(1);
    expected_of(&dataset.fields, &dataset.items, (&dataset.region.code, n_tables))
}

/// Refuses new data for which a blocking rule does not hold.
pub(super) fn refuse_new(file: &DraftResource, tables: &[Ingested], lang: Lang) -> Result<()> {
    refused("file", tables.iter().flat_map(|table| faults_of(file, table, lang)).collect())
}

fn refused(field: &str, faults: Vec<String>) -> Result<()> {
    if faults.is_empty() {
        return Ok(());
    }
    let faults = faults.into_iter().map(|message| FieldError { field: field.to_owned(), message });
    Err(Error::InvalidInput(faults.collect()))
}

/// Whether it is a blocking rule that does not hold.
pub(super) fn blocks(measure: &Measure) -> bool {
    measure.n_failed > 0 && measure.rule.severity() == Severity::Blocking
}

fn faults_of(file: &DraftResource, table: &Ingested, lang: Lang) -> Vec<String> {
    let name = file.file_name.as_deref().unwrap_or(&file.title);
    let blocking = table.quality.iter().filter(|measure| blocks(measure));
    blocking.map(|measure| fault_of(name, measure, lang)).collect()
}

/// One rule that does not hold, with columns, rows and what would satisfy it.
fn fault_of(name: &str, measure: &Measure, lang: Lang) -> String {
    let Measure { rule, columns, n_failed, rows, .. } = measure;
    let columns = match columns.join(lang.pick("、", ", ")) {
        none if none.is_empty() => none,
        names => lang.pick(format!("列 {names}，"), format!(", column {names}")),
    };
    let rows: Vec<String> = rows.iter().take(NAMED_ROWS).map(|row| row_of(row, lang)).collect();
    let rows = match rows.is_empty() {
        true => String::new(),
        false => lang.pick(format!("：{}", rows.join("；")), format!(": {}", rows.join("; "))),
    };
    let (code, checks, remedy) = (rule.as_str(), rule.checks(lang), rule.remedy(lang));
    lang.pick(
        format!("{name}：强制规则“{checks}”（{code}）不成立，{columns}共 {n_failed} 处{rows}。{remedy}"),
        format!(
            "{name}: a blocking rule does not hold, `{checks}` ({code}){columns}, {n_failed} times{rows}. {remedy}"
        ),
    )
}

fn row_of(row: &FaultyRow, lang: Lang) -> String {
    let words = row.fault.words(lang);
    let value = row.value.as_ref().map(|it| lang.pick(format!("“{it}”"), format!(" `{it}`")));
    let value = value.unwrap_or_default();
    let number = row.row;
    lang.pick(format!("第 {number} 行{value}{words}"), format!("row {number}{value}, {words}"))
}
