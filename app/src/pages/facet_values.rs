//! All values of one facet, for facets too long for the side (`?all=org`).

use kaishu_portal::catalogue::CatalogueView;
use kaishu_types::search::{Facet, SearchRequest};
use leptos::prelude::*;

use super::catalogue::{address, facet_title};
use crate::ctx::Ctx;
use crate::page::{Page, Section};
use crate::ui::crumbs::crumbs;
use crate::ui::numbers::thousands;

/// Draws every value of a facet with its count, as links that choose it.
pub(crate) fn page(ctx: &Ctx, request: &SearchRequest, facet: Facet, view: CatalogueView) -> Page {
    let words = ctx.words;
    let title = format!(
        "{}{}{}",
        facet_title(ctx, facet),
        ctx.lang.pick("：", ": "),
        words.filter_all_title
    );
    let options = view
        .facets
        .into_iter()
        .find(|it| it.facet == facet)
        .map(|it| it.options)
        .unwrap_or_default();
    let chosen = request.values(facet);
    let rows: Vec<_> = options
        .into_iter()
        .map(|option| {
            let is_chosen = chosen.contains(&option.value);
            let target = if is_chosen {
                request.without_value(facet, &option.value)
            } else {
                request.with_value(facet, &option.value)
            };
            let target = address(&target, 1);
            let removes = is_chosen.then(|| view! { <span class="sr-only">{words.remove}</span> });
            let class = if is_chosen { "ks-plain font-semibold" } else { "ks-plain" };
            view! {
                <li class="flex items-baseline justify-between gap-4 py-2 border-t border-[var(--line)] break-inside-avoid">
                    <a class=class href=ctx.href(&target)>{option.label}{removes}</a>
                    <span class="num text-sm ks-mute">{thousands(option.count)}</span>
                </li>
            }
        })
        .collect();
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![
                (words.datasets.to_owned(), Some(address(request, 1))),
                (facet_title(ctx, facet).to_owned(), None),
            ])}
            <h1 class="text-2xl md:text-3xl pt-2">{title.clone()}</h1>
            <ul class="mt-6 gap-x-12 sm:columns-2 lg:columns-3">{rows}</ul>
        </main>
    };
    let mut page = Page::new(title, body).section(Section::Datasets);
    page.listed = false;
    page
}
