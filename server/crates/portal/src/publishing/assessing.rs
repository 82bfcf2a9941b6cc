//! Profile and quality of the files of a draft, before anything of it is published (PUB-05).

use kaishu_domain::personal::Sensitive;
use kaishu_domain::quality::{self, Quality};
use kaishu_tables::Ingested;
use kaishu_types::Lang;
use kaishu_types::draft::DraftResource;
use kaishu_types::rules::RuleView;
use kaishu_types::table::ColumnProfile;
use kaishu_types::vocabulary::ItemType;

use super::blocking::expected_in;
use super::files::is_table;
use crate::accounts::Caller;
use crate::{Portal, Result};

/// A table of a draft.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftTable {
    /// The file, and the sheet where it has several.
    pub name: String,
    /// Its rows.
    pub n_rows: u64,
    /// Its columns.
    pub columns: Vec<DraftColumn>,
    /// Scores, reasons and what to mend.
    pub quality: Quality,
}

/// A column of a draft.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftColumn {
    /// Its heading.
    pub name: String,
    /// The type that the entry declares, or that its values have.
    pub item_type: ItemType,
    /// What its values have in common.
    pub profile: ColumnProfile,
    /// What looks personal in it.
    pub findings: Vec<Sensitive>,
}

impl Portal {
    /// Measures the files of a draft by the rules of quality that decide about its publication. Returns its tables
    /// and the rule that names the dimensions.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such draft that the caller may see; a file that cannot be read is named with
    /// the reason.
    pub async fn draft_quality(
        &self,
        caller: &Caller,
        case: i64,
        lang: Lang,
    ) -> Result<(Vec<DraftTable>, RuleView)> {
        let case = self.visible_case(caller, case).await?;
        let (_, document) = self.stored_draft(&case).await?;
        let dims = &self.policy().rules.quality.dims;
        let mut found = Vec::new();
        for file in document.resources.iter().filter(|file| is_table(file)) {
            let (_folder, tables) = self.assessed(file, expected_in(&document), lang).await?;
            let n_tables = tables.len();
            for (place, (table, _)) in tables.into_iter().enumerate() {
                let quality = quality::assess(&table.quality, &dims.value);
                found.push(table_of(file, (place, n_tables), table, quality));
            }
        }
        Ok((found, dims.view("quality.dims", "质量维度", "Dimensions of quality")))
    }
}

fn table_of(
    file: &DraftResource,
    (place, n_tables): (usize, usize),
    table: Ingested,
    quality: Quality,
) -> DraftTable {
    let name = file.file_name.clone().unwrap_or_else(|| file.title.clone());
    let columns = table.columns.into_iter().map(|column| DraftColumn {
        name: column.stored.name,
        item_type: column.stored.item_type,
        profile: column.stored.profile,
        findings: column.findings.into_iter().map(|it| it.kind).collect(),
    });
    DraftTable {
        name: if n_tables > 1 { format!("{name} · {}", place + 1) } else { name },
        n_rows: table.n_rows,
        columns: columns.collect(),
        quality,
    }
}
