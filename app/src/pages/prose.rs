//! The frame of long texts: headings with fragments, and a table of contents beside them.

use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::page::Page;
use crate::ui::crumbs::crumbs;
use crate::ui::heading::page_head;
use crate::ui::toc::toc;

/// A part of a long text.
pub(super) struct Part {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) body: AnyView,
}

/// Makes a part of a long text.
pub(super) fn part(id: &'static str, title: &'static str, body: impl IntoAny) -> Part {
    Part { id, title, body: body.into_any() }
}

/// Draws paragraphs.
pub(super) fn paragraphs(lines: &[&'static str]) -> AnyView {
    lines.iter().map(|line| view! { <p>{*line}</p> }).collect::<Vec<_>>().into_any()
}

/// Draws a list of points.
pub(super) fn points(lines: &[&'static str]) -> AnyView {
    let rows: Vec<_> = lines.iter().map(|line| view! { <li>{*line}</li> }).collect();
    view! { <ul>{rows}</ul> }.into_any()
}

/// Draws a page of prose.
pub(super) fn prose_page(
    ctx: &Ctx,
    title: &'static str,
    lead: &'static str,
    parts: Vec<Part>,
) -> Page {
    let entries = parts.iter().map(|part| (part.id.to_owned(), part.title.to_owned())).collect();
    let parts: Vec<_> = parts
        .into_iter()
        .map(|part| {
            view! {
                <h2 id=part.id>{part.title}</h2>
                {part.body}
            }
        })
        .collect();
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![(title.to_owned(), None)])}
            {page_head(title, lead)}
            <div class="grid lg:grid-cols-[13rem_minmax(0,1fr)] gap-x-16 gap-y-8">
                {toc(ctx, entries)}
                <div class="ks-prose min-w-0">{parts}</div>
            </div>
        </main>
    };
    Page::new(title, body).description(lead)
}
