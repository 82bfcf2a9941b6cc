//! Quality of a table, as far as the asker may know of it (PUB-05).

use kaishu_domain::quality::{self, Measure, Quality, Rule};
use kaishu_tables::Governed;
use kaishu_types::dataset::{DatasetView, Freshness, ResourceView};
use kaishu_types::rules::RuleView;

use super::OpenTable;
use crate::Portal;

/// Quality of a table with the rule that names its dimensions.
#[derive(Debug, Clone, PartialEq)]
pub struct TableQuality {
    /// Scores, reasons and what to mend; `None` where the table was taken in before quality was
    /// measured.
    pub quality: Option<Quality>,
    /// The rule `quality.dims` of the active profile with its article.
    pub rule: RuleView,
}

impl Portal {
    /// Scores a table by the dimensions of the active profile (`quality.dims`).
    pub fn table_quality(&self, table: &OpenTable) -> TableQuality {
        let dims = &self.policy().rules.quality.dims;
        let is_measured = table.measures.iter().any(|it| it.rule != Rule::UpdatedInTime);
        TableQuality {
            quality: is_measured.then(|| quality::assess(&table.measures, &dims.value)),
            rule: dims.view("quality.dims", "质量维度", "Dimensions of quality"),
        }
    }

    /// Keeps what speaks of nothing that the asker may not have, and adds whether the dataset is
    /// updated in time. `dataset` is the entry as the public knows it.
    pub(super) fn told_measures(
        &self,
        measures: &[Measure],
        governed: &Governed,
        dataset: &DatasetView,
        resource: &ResourceView,
    ) -> Vec<Measure> {
        let is_item = |name: &String| dataset.items.iter().any(|item| item.name == *name);
        let is_told = |measure: &&Measure| match measure.rule {
            Rule::ItemPresent => measure.columns.iter().all(is_item),
            _ => governed.may_judge(&measure.columns),
        };
        let mut told: Vec<Measure> = measures.iter().filter(is_told).cloned().collect();
        let serves_now = dataset.resources.iter().any(|it| it.id == resource.id);
        let is_late = match dataset.freshness(self.today()) {
            Freshness::OnTime | Freshness::DueSoon { .. } => Some(0),
            Freshness::Overdue { .. } => Some(1),
            Freshness::NoCycle => None,
        };
        told.extend(is_late.filter(|_| serves_now).map(|n_failed| Measure {
            rule: Rule::UpdatedInTime,
            columns: Vec::new(),
            n_checked: 1,
            n_failed,
            rows: Vec::new(),
            is_partial: false,
        }));
        told
    }
}
