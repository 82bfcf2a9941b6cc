//! Texts of the data, which keep their own language on a page of another: marked, they are read
//! aloud and set as what they are.

use kaishu_types::Lang;
use leptos::prelude::*;

pub(crate) use crate::cell::{foreign, tag_of};

/// Draws a text, marked with its language where that is not the language of the page.
pub(crate) fn data(lang: Lang, text: impl Into<String>) -> AnyView {
    let text = text.into();
    match foreign(lang, &text) {
        Some(tag) => view! { <span lang=tag>{text}</span> }.into_any(),
        None => text.into_any(),
    }
}
