//! The facets of the catalogue: one GET form, one button; a sheet on phones.

use kaishu_portal::catalogue::{CatalogueView, FacetView};
use kaishu_types::search::{Facet, FacetCount, SearchRequest};
use leptos::prelude::*;

use super::data::{data, foreign};
use super::icon::icon;
use super::links::{address, all_values};
use super::numbers::thousands;
use crate::ctx::Ctx;

/// Options shown before the rest moves to a page of its own.
const N_SHOWN: usize = 5;

/// Facets that stand open; the rest are folded.
const N_OPEN: usize = 4;

/// Draws the form of all facets.
pub(crate) fn filters(ctx: &Ctx, request: &SearchRequest, facets: &[FacetView]) -> AnyView {
    let words = ctx.words;
    let groups: Vec<_> = facets
        .iter()
        .enumerate()
        .filter(|(_, view)| !view.options.is_empty())
        .map(|(place, view)| group(ctx, request, view, place < N_OPEN))
        .collect();
    let clear = (request.n_filters() > 0).then(|| {
        let request = SearchRequest { q: request.q.clone(), ..Default::default() };
        view! {
            <a class="ks-link text-sm max-lg:hidden" href=ctx.href(&address(&request, 1))>
                {words.clear_all}
            </a>
        }
    });
    view! {
        <form
            class="lg:col-start-1 lg:row-start-1 lg:row-span-3 ks-sheet"
            id="filters"
            aria-label=words.filters
            action=ctx.href("/datasets")
            method="get"
        >
            {kept(request)}
            <div class="flex items-center justify-between lg:pt-1.5 pb-3">
                <h2 class="text-lg">{words.filters}</h2>
                <a class="btn btn-sm btn-outline lg:!hidden" href="#results">
                    {icon("close")}{words.close}
                </a>
                {clear}
            </div>
            {groups}
            <div class="border-t border-[var(--line)] pt-4 max-lg:fixed max-lg:inset-x-0 max-lg:bottom-0 max-lg:bg-[var(--color-base-100)] max-lg:p-4">
                <button class="btn btn-primary w-full" type="submit">{words.apply_filters}</button>
            </div>
        </form>
    }
    .into_any()
}

/// Draws what no facet shows as hidden fields: words, order, the rarer filters.
fn kept(request: &SearchRequest) -> AnyView {
    let rest = SearchRequest {
        q: request.q.clone(),
        priority: request.priority.clone(),
        item: request.item.clone(),
        sort: request.sort,
        exact: request.exact,
        ..Default::default()
    };
    rest.pairs()
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect::<Vec<_>>()
        .into_any()
}

fn group(ctx: &Ctx, request: &SearchRequest, view: &FacetView, is_open: bool) -> AnyView {
    let words = ctx.words;
    let facet = view.facet;
    let title = facet_title(ctx, facet);
    let chosen = request.values(facet);
    let is_open = is_open || !chosen.is_empty();
    let (shown, rest) = split(view, &chosen);
    let kind = if facet == Facet::Updated { Choice::One } else { Choice::Many };
    let mut rows: Vec<_> =
        shown.iter().map(|option| option_row(ctx, facet, option, &chosen, kind)).collect();
    if kind == Choice::One {
        let any = chosen.is_empty();
        rows.push(
            view! {
                <label class="ks-opt">
                    <input class="radio" type="radio" name=facet.as_str() value="" checked=any/>
                    <span>{words.any_time}</span>
                    <small></small>
                </label>
            }
            .into_any(),
        );
    }
    let more = (rest > 0).then(|| {
        let target = all_values(request, facet);
        let unit = ctx.lang.pick(Some(" 个"), None);
        view! {
            <a class="ks-link text-sm" href=ctx.href(&target) rel="nofollow">
                {words.more_values}" "{thousands(rest as u64)}{unit}
                <span class="sr-only">" "{title}</span>
            </a>
        }
    });
    view! {
        <details class="ks-facet" open=is_open>
            <summary>{title}{icon("down")}</summary>
            <fieldset class="pb-4">
                <legend class="sr-only">{title}</legend>
                {rows}
                {more}
            </fieldset>
        </details>
    }
    .into_any()
}

/// Chosen options always stay; then the most frequent, up to [`N_SHOWN`].
fn split<'a>(view: &'a FacetView, chosen: &[String]) -> (Vec<&'a FacetCount>, usize) {
    let is_closed_list =
        !matches!(view.facet, Facet::Org | Facet::Theme | Facet::Region | Facet::Format);
    let mut shown: Vec<&FacetCount> = Vec::new();
    let mut rest = 0;
    for option in &view.options {
        if is_closed_list || shown.len() < N_SHOWN || chosen.contains(&option.value) {
            shown.push(option);
        } else {
            rest += 1;
        }
    }
    (shown, rest)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    One,
    Many,
}

fn option_row(
    ctx: &Ctx,
    facet: Facet,
    option: &FacetCount,
    chosen: &[String],
    kind: Choice,
) -> AnyView {
    let (class, input) = match kind {
        Choice::One => ("radio", "radio"),
        Choice::Many => ("checkbox", "checkbox"),
    };
    let is_chosen = chosen.contains(&option.value);
    view! {
        <label class="ks-opt">
            <input class=class type=input name=facet.as_str() value=option.value.clone() checked=is_chosen/>
            <span lang=foreign(ctx.lang, &option.label)>{option.label.clone()}</span>
            <small>{thousands(option.count)}</small>
        </label>
    }
    .into_any()
}

/// Draws the chosen filters; each is a link that removes it.
pub(crate) fn chips(ctx: &Ctx, request: &SearchRequest, view: &CatalogueView) -> Option<AnyView> {
    if request.n_filters() == 0 {
        return None;
    }
    let words = ctx.words;
    let mut chosen: Vec<(String, SearchRequest)> = Vec::new();
    for facet in &view.facets {
        for value in request.values(facet.facet) {
            let label = facet.label(&value).unwrap_or(&value).to_owned();
            chosen.push((label, request.without_value(facet.facet, &value)));
        }
    }
    if let Some(item) = &request.item {
        let label = format!("{}{}{item}", words.item_filter, ctx.lang.pick("：", ": "));
        chosen.push((label, SearchRequest { item: None, ..request.clone() }));
    }
    for (code, word) in &view.priority {
        let priority = request.priority.iter().filter(|it| *it != code).cloned().collect();
        let label = format!("{}{}{word}", words.priority_filter, ctx.lang.pick("：", ": "));
        chosen.push((label, SearchRequest { priority, ..request.clone() }));
    }
    let rows: Vec<_> = chosen
        .into_iter()
        .map(|(label, request)| {
            view! {
                <li>
                    <a class="btn btn-sm btn-outline" href=ctx.href(&address(&request, 1))>
                        {data(ctx.lang, label)}
                        <span class="sr-only">{words.remove}</span>
                        {icon("close")}
                    </a>
                </li>
            }
        })
        .collect();
    Some(
        view! { <ul class="flex flex-wrap gap-2 w-full" aria-label=words.chosen>{rows}</ul> }
            .into_any(),
    )
}

/// Names a facet.
pub(crate) fn facet_title(ctx: &Ctx, facet: Facet) -> &'static str {
    let words = ctx.words;
    match facet {
        Facet::Open => words.open_class,
        Facet::Org => words.provider,
        Facet::Theme => words.theme,
        Facet::Updated => words.updated_within,
        Facet::Region => words.region,
        Facet::Level => words.level,
        Facet::Format => words.format,
        Facet::Frequency => words.frequency,
    }
}
