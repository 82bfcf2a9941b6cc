//! Facts as a list of words and values; empty facts are left out.

use leptos::prelude::*;

use super::data::tag_of;

/// Draws one fact.
pub(crate) fn fact(word: &'static str, value: impl IntoAny) -> AnyView {
    view! { <div><dt>{word}</dt><dd>{value.into_any()}</dd></div> }.into_any()
}

/// Draws one fact, or nothing where there is no value.
pub(crate) fn text_fact(word: &'static str, value: Option<&str>) -> Option<AnyView> {
    let value = value.filter(|value| !value.trim().is_empty())?.to_owned();
    let tag = tag_of(&value);
    Some(view! { <div><dt>{word}</dt><dd lang=tag>{value}</dd></div> }.into_any())
}

/// Draws a list of facts.
pub(crate) fn meta(facts: Vec<AnyView>) -> AnyView {
    view! { <dl class="ks-meta mt-1">{facts}</dl> }.into_any()
}

/// Draws a digest or an identifier that may be copied.
pub(crate) fn hash(text: &str) -> AnyView {
    view! { <span class="ks-hash">{text.to_owned()}</span> }.into_any()
}
