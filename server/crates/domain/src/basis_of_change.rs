//! On what a revision of a published entry rests: it is submitted with the basis of the change (CAT-09, CAT-10,
//! aba 16, anshan 12).

use kaishu_types::draft::DraftDocument;

use crate::entry::EntryFault;
use crate::policy::PolicyProfile;

/// Longest reference, in characters.
pub const MAX_CHARS: usize = 500;

/// Whether a revision says on what it rests: what kind of change it is, and the document, decision or finding.
pub fn is_named(revision: &DraftDocument) -> bool {
    let n_chars = revision.change_reference.trim().chars().count();
    revision.change_basis.is_some() && (1..=MAX_CHARS).contains(&n_chars)
}

/// Lists what a revision lacks of the basis of its change.
pub fn check(profile: &PolicyProfile, revision: &DraftDocument) -> Vec<EntryFault> {
    let rule = ("catalogue.triggers", &profile.rules.catalogue.triggers);
    let mut faults = Vec::new();
    let mut fault = |field: &'static str, zh: &str, en: &str| {
        faults.push(EntryFault::new(field, (zh.to_owned(), en.to_owned()), rule));
    };
    if revision.change_basis.is_none() {
        fault("change_basis", "请选择变更的情形", "choose what kind of change it is");
    }
    match revision.change_reference.trim().chars().count() {
        0 => fault(
            "change_reference",
            "请写明变更依据：文件名称和条款、决定或者事项编号",
            "name the basis of the change: a document and its article, a decision, a case",
        ),
        n if n > MAX_CHARS => fault(
            "change_reference",
            "变更依据不能超过 500 个字",
            "the basis of the change has 500 characters at most",
        ),
        _ => {}
    }
    faults
}
