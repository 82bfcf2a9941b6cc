//! On what a version of an entry rests, as its page shows it and programs read it (CAT-10).

use std::collections::BTreeMap;

use kaishu_store::cases::Case;
use kaishu_types::DatasetCode;
use kaishu_types::case::CaseKind;
use kaishu_types::dataset::{BasisOfChange, DatasetView};
use kaishu_types::draft::DraftDocument;

use super::changes::{ANSWERED, answered_by};
use crate::{Portal, Result};

/// The fact of a review that says what kind of change its revision follows.
const CHANGE_BASIS: &str = "change_basis";
/// The fact that names the document, decision or finding.
const CHANGE_REFERENCE: &str = "change_reference";

/// On what a revision rests, and the duties that it answers, now or before (CAT-09, CAT-10).
pub(super) fn basis_facts(
    case: &Case,
    document: &DraftDocument,
    changes: &[Case],
) -> BTreeMap<String, String> {
    let mut answered = answered_by(case);
    answered.extend(changes.iter().map(|change| change.id));
    let answered: Vec<String> = answered.iter().map(ToString::to_string).collect();
    let facts = [
        (CHANGE_BASIS, document.change_basis.map(|it| it.to_string())),
        (CHANGE_REFERENCE, Some(document.change_reference.trim().to_owned())),
        (ANSWERED, Some(answered.join(" "))),
    ];
    let facts = facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    facts.filter(|(_, value)| !value.is_empty()).collect()
}

impl Portal {
    /// Finds on what a version rests; none for the first one, for new data of the same structure, and for what was
    /// published before bases were asked for.
    pub(crate) async fn basis_of(
        &self,
        code: &DatasetCode,
        version: u32,
    ) -> Result<Option<BasisOfChange>> {
        let store = &self.inner.store;
        let approving = kaishu_store::drafts::approving(store, code, version).await?;
        let Some((case, _)) = approving.filter(|(_, became)| *became == version) else {
            return Ok(None);
        };
        let case = kaishu_store::cases::find(store, case).await?;
        Ok(case.as_ref().and_then(basis_in))
    }

    /// Writes into each version of an entry on what it rests, for programs.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn name_bases(&self, dataset: &mut DatasetView) -> Result<()> {
        let (store, code) = (&self.inner.store, &dataset.code);
        let approvals = kaishu_store::drafts::approvals(store, code).await?;
        if approvals.is_empty() {
            return Ok(());
        }
        let kind = CaseKind::Opening;
        let cases = kaishu_store::cases::of_subject(store, code.as_str(), kind).await?;
        let cases: BTreeMap<i64, Case> = cases.into_iter().map(|case| (case.id, case)).collect();
        for version in &mut dataset.versions {
            let case = approvals.get(&version.number).and_then(|case| cases.get(case));
            version.basis = case.and_then(basis_in);
        }
        Ok(())
    }
}

/// The basis that a review holds.
fn basis_in(case: &Case) -> Option<BasisOfChange> {
    let fact = |name: &str| case.file.facts.get(name);
    let kind = fact(CHANGE_BASIS)?.parse().ok()?;
    Some(BasisOfChange { kind, reference: fact(CHANGE_REFERENCE)?.clone() })
}
