//! Text with its matches marked.

use kaishu_types::search::Span;
use leptos::prelude::*;

/// Draws spans; those that matched are marked.
pub(crate) fn spans(parts: Vec<Span>) -> AnyView {
    parts
        .into_iter()
        .map(|part| {
            if part.hit {
                view! { <mark>{part.text}</mark> }.into_any()
            } else {
                part.text.into_any()
            }
        })
        .collect::<Vec<_>>()
        .into_any()
}
