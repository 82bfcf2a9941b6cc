//! All values of one facet, for facets too long for the side (`?all=org`).

use kaishu_portal::catalogue::CatalogueView;
use kaishu_types::search::{Facet, FacetCount, SearchRequest};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::page::{Page, Section};
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::facets::facet_title;
use crate::ui::icon::icon;
use crate::ui::links::{address, all_values};
use crate::ui::numbers::thousands;

/// From here on the list has a search of its own.
const N_SEARCHED: usize = 24;

/// Draws the values of a facet with their counts, as links that choose them: every one, or those
/// whose names contain `part`.
pub(crate) fn page(
    ctx: &Ctx,
    request: &SearchRequest,
    facet: Facet,
    part: Option<&str>,
    view: CatalogueView,
) -> Page {
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
    let n_all = options.len();
    let wanted = part.unwrap_or_default().to_lowercase();
    let options: Vec<FacetCount> = options
        .into_iter()
        .filter(|option| option.label.to_lowercase().contains(&wanted))
        .collect();
    let search = (n_all > N_SEARCHED || part.is_some())
        .then(|| search(ctx, request, facet, part, options.len()));
    let nothing = options.is_empty().then(|| nothing(ctx, request, facet, part));
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
                    <a class=class href=ctx.href(&target)>{data(ctx.lang, option.label)}{removes}</a>
                    <span class="num text-sm ks-mute">{thousands(option.count)}</span>
                </li>
            }
        })
        .collect();
    let list = (!rows.is_empty()).then(|| {
        view! { <ul class="mt-6 gap-x-12 sm:columns-2 lg:columns-3">{rows}</ul> }
    });
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![
                (words.datasets.to_owned(), Some(address(request, 1))),
                (facet_title(ctx, facet).to_owned(), None),
            ])}
            <h1 class="text-2xl md:text-3xl pt-2">{title.clone()}</h1>
            {search}
            {nothing}
            {list}
        </main>
    };
    let mut page = Page::new(title, body).section(Section::Datasets);
    page.listed = false;
    page
}

fn search(
    ctx: &Ctx,
    request: &SearchRequest,
    facet: Facet,
    part: Option<&str>,
    n_found: usize,
) -> AnyView {
    let words = ctx.words;
    let kept: Vec<_> = request
        .pairs()
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect();
    let found = part.map(|part| {
        let text = words.n_values_with(&thousands(n_found as u64), n_found == 1, part);
        view! {
            <p class="mt-3 ks-mute text-[.9375rem]" role="status">
                {text}
                {ctx.gap()}
                <a class="ks-link" href=ctx.href(&all_values(request, facet))>{words.all_values}</a>
            </p>
        }
    });
    view! {
        <form role="search" method="get" action=ctx.href("/datasets") class="mt-4 max-w-[32rem]">
            {kept}
            <input type="hidden" name="all" value=facet.as_str()/>
            <label for="find" class="block mb-2 ks-mute">{words.part_of_name}</label>
            <div class="ks-search is-slim">
                <input
                    id="find"
                    name="find"
                    type="search"
                    autocomplete="off"
                    maxlength="100"
                    value=part.unwrap_or_default().to_owned()
                />
                <button type="submit">{icon("search")}{words.search}</button>
            </div>
        </form>
        {found}
    }
    .into_any()
}

/// Says why the list is empty, and the way out.
fn nothing(ctx: &Ctx, request: &SearchRequest, facet: Facet, part: Option<&str>) -> AnyView {
    let words = ctx.words;
    if part.is_some() {
        return ().into_any();
    }
    let request = request.without(facet);
    view! {
        <p class="mt-4">
            {words.no_value}
            {ctx.gap()}
            <a class="ks-link" href=ctx.href(&address(&request, 1))>{words.search_datasets}</a>
        </p>
    }
    .into_any()
}
