//! The open class as people see it: a block with an icon, always with the word.

use kaishu_types::Lang;
use kaishu_types::vocabulary::OpenClass;
use leptos::prelude::*;

use super::icon::icon;

/// Draws the mark of a class; `large` on the page of a dataset.
pub(crate) fn class_mark(lang: Lang, class: OpenClass, size: MarkSize) -> AnyView {
    let image = match class {
        OpenClass::Unconditional => "unlock",
        OpenClass::Conditional => "key",
        OpenClass::None => "lock",
    };
    let colour = class_colour(class);
    let classes = match size {
        MarkSize::Normal => format!("ks-class {colour}"),
        MarkSize::Large => format!("ks-class {colour} is-lg"),
    };
    view! { <span class=classes><span>{icon(image)}</span>{class.label(lang)}</span> }.into_any()
}

/// Returns the class of the style sheet that colours an open class.
pub(crate) fn class_colour(class: OpenClass) -> &'static str {
    match class {
        OpenClass::Unconditional => "is-open",
        OpenClass::Conditional => "is-cond",
        OpenClass::None => "is-none",
    }
}

/// How large a mark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkSize {
    Normal,
    Large,
}
