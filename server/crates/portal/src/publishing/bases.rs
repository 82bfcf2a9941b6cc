//! On what a version of an entry rests, as its page shows it (CAT-10).

use std::collections::BTreeMap;

use kaishu_store::cases::Case;
use kaishu_types::DatasetCode;
use kaishu_types::draft::{ChangeBasis, DraftDocument};

use super::changes::{ANSWERED, answered_by};
use crate::{Portal, Result};

/// The fact of a review that says what kind of change its revision follows.
const CHANGE_BASIS: &str = "change_basis";
/// The fact that names the document, decision or finding.
const CHANGE_REFERENCE: &str = "change_reference";

/// The basis of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasisOfChange {
    /// What kind of change it is.
    pub kind: ChangeBasis,
    /// The document, decision or finding that it follows.
    pub reference: String,
}

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
        let Some(case) = kaishu_store::cases::find(store, case).await? else { return Ok(None) };
        let fact = |name: &str| case.file.facts.get(name);
        let kind = fact(CHANGE_BASIS).and_then(|kind| kind.parse().ok());
        Ok(kind
            .zip(fact(CHANGE_REFERENCE))
            .map(|(kind, reference)| BasisOfChange { kind, reference: reference.clone() }))
    }
}
