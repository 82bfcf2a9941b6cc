//! Disputes on the class of a published entry, by the chain of the profile (CLS-16, aba 24¶5).
//!
//! Nothing here changes a class: what was decided is carried out by a revision, which is reviewed like any other.

mod acting;
mod opening;
mod view;

pub use acting::DisputeAct;
pub use opening::{DisputeForm, NewDispute};
pub use view::DisputeView;

use kaishu_store::cases::Case;
use kaishu_types::Lang;
use kaishu_types::draft::DraftDocument;
use kaishu_types::oversight::DisputedClass;
use kaishu_types::vocabulary::{OpenClass, ShareClass};

/// The code of one of the two classes.
fn class_of(class: DisputedClass, share: &ShareClass, open: &OpenClass) -> String {
    match class {
        DisputedClass::Share => share.to_string(),
        DisputedClass::Open => open.to_string(),
    }
}

/// The class of a draft that a dispute is about.
fn class_in(case: &Case, document: &DraftDocument) -> Option<String> {
    let class: DisputedClass = case.file.facts.get("class")?.parse().ok()?;
    Some(class_of(class, &document.fields.share.class, &document.fields.open.class))
}

/// The words for the code of a class; `None` for a code that is none.
fn word_of(class: DisputedClass, code: &str, lang: Lang) -> Option<&'static str> {
    match class {
        DisputedClass::Share => code.parse().ok().map(|it: ShareClass| it.label(lang)),
        DisputedClass::Open => code.parse().ok().map(|it: OpenClass| it.label(lang)),
    }
}
