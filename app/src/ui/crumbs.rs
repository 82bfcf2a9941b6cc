//! The way from the home page to here.

use leptos::prelude::*;

use super::data::data;
use crate::ctx::Ctx;

/// Draws the way from the home page; the last place has no link.
pub(crate) fn crumbs(ctx: &Ctx, places: Vec<(String, Option<String>)>) -> AnyView {
    let words = ctx.words;
    let rest: Vec<_> = places
        .into_iter()
        .map(|(text, path)| {
            let text = data(ctx.lang, text);
            match path {
                Some(path) => view! { <li><a href=ctx.href(&path)>{text}</a></li> }.into_any(),
                None => view! { <li>{text}</li> }.into_any(),
            }
        })
        .collect();
    view! {
        <nav class="ks-crumbs" aria-label=words.here>
            <ol>
                <li><a href=ctx.href("/")>{words.home}</a></li>
                {rest}
            </ol>
        </nav>
    }
    .into_any()
}
