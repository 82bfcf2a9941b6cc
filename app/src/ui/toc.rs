//! The list of headings beside a long page.

use leptos::prelude::*;

use super::data::data;
use crate::ctx::Ctx;

/// Draws links to the headings of a page; each is the fragment and the words.
pub(crate) fn toc(ctx: &Ctx, entries: Vec<(String, String)>) -> AnyView {
    let title = ctx.words.on_this_page;
    let rows: Vec<_> = entries
        .into_iter()
        .map(|(id, text)| view! { <li><a href=format!("#{id}")>{data(ctx.lang, text)}</a></li> })
        .collect();
    view! {
        <nav class="ks-toc self-start" aria-label=title>
            <h2 class="text-base">{title}</h2>
            <ol class="max-lg:columns-2 max-lg:gap-x-8">{rows}</ol>
        </nav>
    }
    .into_any()
}
