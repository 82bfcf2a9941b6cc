//! The catalogue: search, facets, results (SRCH-01, SRCH-02).

use axum::extract::{RawQuery, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::catalogue::{CatalogueView, Window};
use kaishu_types::query::{CatalogueQuery, DEFAULT_PER_PAGE, Paging, parse};
use kaishu_types::search::{Highlight, MatchField, SearchHit, SearchRequest, Sort, Span};
use kaishu_types::vocabulary::OpenClass;
use kaishu_types::{ErrorCode, Lang};
use leptos::prelude::*;

use super::facet_values;
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, Section, respond};
use crate::ui::class_mark::{MarkSize, class_mark};
use crate::ui::crumbs::crumbs;
use crate::ui::data::{data, foreign};
use crate::ui::facets::{chips, facet_title, filters};
use crate::ui::freshness::freshness;
use crate::ui::icon::icon;
use crate::ui::links::{address, n_pages};
use crate::ui::numbers::thousands;
use crate::ui::pagination::pagination;
use crate::ui::search_form::{Looks, search_form};
use crate::ui::spans::spans;

/// `GET /datasets`
pub(crate) async fn show(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    RawQuery(raw): RawQuery,
) -> Response {
    let found = find(&ctx, &portal, raw.as_deref().unwrap_or_default()).await;
    respond(&ctx, || {
        let (query, view) = found?;
        match query.all {
            Some(facet) => {
                Ok(facet_values::page(&ctx, &query.request, facet, query.find.as_deref(), view))
            }
            None => page(&ctx, &query, view),
        }
    })
}

async fn find(
    ctx: &Ctx,
    portal: &Portal,
    raw: &str,
) -> Result<(CatalogueQuery, CatalogueView), AppError> {
    let query = parse(raw, Paging::Pages, ctx.lang).map_err(AppError::fields)?;
    let page = query.page.unwrap_or(1);
    let window = Window::Page { number: page, per_page: DEFAULT_PER_PAGE };
    let view = if query.all.is_some() {
        portal.search_with_all_values(&query.request, window, ctx.lang).await?
    } else {
        portal.search(&query.request, window, ctx.lang).await?
    };
    let n_pages = n_pages(view.total);
    if page > n_pages && page > 1 {
        let message = match ctx.lang {
            Lang::Zh => format!("没有第 {page} 页。这些条件下的结果有 {n_pages} 页。"),
            Lang::En => format!("There is no page {page}: these results have {n_pages} pages."),
        };
        let last = address(&query.request, n_pages);
        let text = match ctx.lang {
            Lang::Zh => format!("到第 {n_pages} 页"),
            Lang::En => format!("Go to page {n_pages}"),
        };
        return Err(AppError::new(ErrorCode::NotFound, message).with_remedy(text, last));
    }
    Ok((query, view))
}

fn page(ctx: &Ctx, query: &CatalogueQuery, view: CatalogueView) -> Result<Page, AppError> {
    let words = ctx.words;
    let request = &query.request;
    let number = query.page.unwrap_or(1);
    let total = view.total;
    let asks_nothing = request.q.is_empty() && request.n_filters() == 0;
    let title = if total == 0 && asks_nothing {
        words.no_public_dataset_title.to_owned()
    } else if total == 0 {
        words.no_result(&request.q)
    } else if let ([(_, topic)], true) = (view.priority.as_slice(), request.q.is_empty()) {
        words.topic_title(topic, &thousands(total))
    } else {
        words.results_title(&thousands(total), total == 1, &request.q)
    };
    let expanded = expansion(ctx, request, &view.expanded);
    let doubt = doubt(ctx, request, &view);
    let help = (total == 0 && !asks_nothing).then(|| no_result_help(ctx, request, &view));
    let from = (number - 1) * DEFAULT_PER_PAGE + 1;
    let chosen = chips(ctx, request, &view);
    // Values that no result has are no filters.
    let can_filter = view.facets.iter().any(|facet| !facet.options.is_empty());
    let facets = can_filter.then(|| {
        // The filters are many stops of the keyboard.
        let skip = (total > 0)
            .then(|| view! { <a class="ks-skip" href="#results">{words.skip_to_results}</a> });
        view! { {skip}{filters(ctx, request, &view.facets)} }
    });
    let tools = toolbar(ctx, request, total, can_filter, chosen);
    let layout = if can_filter {
        "grid lg:grid-cols-[15.5rem_minmax(0,1fr)] gap-x-14 pt-2"
    } else {
        "max-w-[54rem] pt-2"
    };
    let rows: Vec<_> = view.hits.into_iter().map(|hit| row(ctx, hit)).collect();
    let paging = (total > 0).then(|| pagination(ctx, request, number, total));
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![(words.datasets.to_owned(), None)])}
            <div class=layout>
                <div class="lg:col-start-2 pb-2">
                    <h1 id="h" class="text-2xl md:text-3xl">{data(ctx.lang, title.as_str())}</h1>
                    {search_form(ctx, request, Looks::List)}
                    {expanded}
                    {doubt}
                </div>
                {facets}
                <section id="results" aria-labelledby="h" class="lg:col-start-2 mt-5">
                    {tools}
                    {help}
                    {(total > 0).then(|| view! { <ol start=from>{rows}</ol> })}
                    {paging}
                    <aside class="ks-note mt-10" aria-labelledby="h-d">
                        <h2 id="h-d" class="text-base">{words.not_found_data}</h2>
                        <p>
                            {words.demand_text}
                            {ctx.gap()}
                            <a class="ks-link" href=ctx.href("/demands")>{words.demand_link}</a>
                        </p>
                    </aside>
                </section>
            </div>
        </main>
    };
    let mut page = Page::new(title, body).section(Section::Datasets);
    // One address for the plain catalogue; search engines need no list of every combination.
    page.listed = asks_nothing;
    Ok(page)
}

/// Draws what stands above the results: what was chosen, and the ways to filter and sort. What has
/// nothing to do is left out.
fn toolbar(
    ctx: &Ctx,
    request: &SearchRequest,
    total: u64,
    can_filter: bool,
    chosen: Option<AnyView>,
) -> AnyView {
    let words = ctx.words;
    let n_filters = request.n_filters();
    if total == 0 && n_filters == 0 {
        return view! { <h2 class="sr-only">{words.results}</h2> }.into_any();
    }
    let to_filters = can_filter.then(|| {
        view! {
            <a class="btn btn-sm btn-outline lg:!hidden !min-h-11" href="#filters">
                {icon("filter")}{words.filters}
            </a>
        }
    });
    let sorting = (total > 1).then(|| sorting(ctx, request));
    view! {
        <div class="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 pb-4">
            <h2 class="text-base max-lg:w-full">{words.n_chosen(n_filters)}</h2>
            {to_filters}
            {sorting}
            {chosen}
        </div>
    }
    .into_any()
}

fn expansion(ctx: &Ctx, request: &SearchRequest, expanded: &[String]) -> Option<AnyView> {
    let words = ctx.words;
    if request.exact {
        let request = SearchRequest { exact: false, ..request.clone() };
        let target = ctx.href(&address(&request, 1));
        return Some(
            view! {
                <p class="mt-3 ks-mute text-[.9375rem]">
                    {words.as_typed_now}{ctx.gap()}
                    <a class="ks-link" href=target>{words.with_synonyms}</a>
                </p>
            }
            .into_any(),
        );
    }
    if expanded.is_empty() {
        return None;
    }
    let request = SearchRequest { exact: true, ..request.clone() };
    let target = ctx.href(&address(&request, 1));
    let stop = ctx.lang.pick("。", ". ");
    Some(
        view! {
            <p class="mt-3 ks-mute text-[.9375rem]">
                {words.also_searched}
                {data(ctx.lang, expanded.join(words.separator))}
                {stop}
                <a class="ks-link" href=target>{words.only_as_typed}</a>
            </p>
        }
        .into_any(),
    )
}

/// Says that no dataset has all words, and offers a better spelling.
fn doubt(ctx: &Ctx, request: &SearchRequest, view: &CatalogueView) -> Option<AnyView> {
    let words = ctx.words;
    if view.total == 0 || !(view.partial || view.spelling.is_some()) {
        return None;
    }
    let partial = view.partial.then_some(words.partial_results);
    let spelling = view.spelling.clone().map(|better| {
        let request = SearchRequest { q: better.clone(), ..request.clone() };
        let target = ctx.href(&address(&request, 1));
        view! { <>{ctx.gap()}{words.did_you_mean}<a class="ks-link" href=target>{data(ctx.lang, better)}</a></> }
    });
    Some(view! { <p class="mt-3 text-[.9375rem]">{partial}{spelling}</p> }.into_any())
}

fn sorting(ctx: &Ctx, request: &SearchRequest) -> AnyView {
    let words = ctx.words;
    let options: Vec<_> = Sort::ALL
        .iter()
        .map(|sort| {
            let word = match sort {
                Sort::Relevance => words.sort_relevance,
                Sort::Updated => words.sort_updated,
                Sort::Downloads => words.sort_downloads,
                Sort::Overdue => words.sort_overdue,
                Sort::Title => words.sort_title,
            };
            view! { <option value=sort.as_str() selected=request.sort == *sort>{word}</option> }
        })
        .collect();
    let kept: Vec<_> = SearchRequest { sort: Sort::default(), ..request.clone() }
        .pairs()
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect();
    view! {
        <form class="flex items-center gap-2" action=ctx.href("/datasets") method="get">
            {kept}
            <label for="sort" class="text-sm ks-mute whitespace-nowrap">{words.sort_by}</label>
            <select id="sort" name="sort" class="select !h-9 w-auto text-sm">{options}</select>
            <button class="btn btn-sm btn-outline">{words.sort}</button>
        </form>
    }
    .into_any()
}

fn row(ctx: &Ctx, hit: SearchHit) -> AnyView {
    let words = ctx.words;
    let SearchHit { card, highlights } = hit;
    let mut title = plain(card.title(ctx.lang));
    let mut summary = plain(card.summary(ctx.lang));
    let mut items: Vec<Vec<Span>> = Vec::new();
    let mut keywords: Vec<Vec<Span>> = Vec::new();
    let mut provider = plain(card.organization.label(ctx.lang));
    for Highlight { field, spans } in highlights {
        match field {
            MatchField::Title if joined(&spans) == card.title(ctx.lang) => title = spans,
            // A part of the summary, in the language that is shown.
            MatchField::Summary
                if card.summary(ctx.lang).contains(joined(&spans).trim_matches('…')) =>
            {
                summary = spans;
            }
            MatchField::Organization if joined(&spans) == card.organization.label(ctx.lang) => {
                provider = spans;
            }
            MatchField::Item => items.push(spans),
            MatchField::Keyword => keywords.push(spans),
            MatchField::Title | MatchField::Summary | MatchField::Organization => {}
        }
    }
    let formats: Vec<_> = card
        .formats
        .iter()
        .map(|format| view! { <span class="ks-fmt">{format.label(ctx.lang)}</span> })
        .collect();
    let formats = (!formats.is_empty()).then(|| {
        let waits = card.open_class == OpenClass::Conditional;
        let before = waits.then_some(words.after_application);
        view! { <span class="flex gap-1.5 flex-wrap">{before}{formats}</span> }
    });
    let n_items = (card.n_items > 0).then(|| {
        view! { <span class="num">{words.item_count(card.n_items, card.n_open_items)}</span> }
    });
    let fresh = card.freshness(ctx.today);
    let title_lang = foreign(ctx.lang, card.title(ctx.lang));
    let summary_lang = foreign(ctx.lang, card.summary(ctx.lang));
    let provider_lang = foreign(ctx.lang, card.organization.label(ctx.lang));
    view! {
        <li class="ks-row">
            <article>
                <h3 lang=title_lang><a href=ctx.href(&format!("/datasets/{}", card.code))>{spans(title)}</a></h3>
                <p class="mt-1 ks-clamp max-w-[46em]" lang=summary_lang>{spans(summary)}</p>
                {matches(ctx, words.matched_items, items)}
                {matches(ctx, words.matched_keywords, keywords)}
                <div class="ks-inline mt-3">
                    {class_mark(ctx.lang, card.open_class, MarkSize::Normal)}
                    <span lang=provider_lang>{spans(provider)}</span>
                    {freshness(ctx, fresh, card.updated_at)}
                    {formats}
                    {n_items}
                </div>
            </article>
        </li>
    }
    .into_any()
}

fn matches(ctx: &Ctx, heading: &'static str, found: Vec<Vec<Span>>) -> Option<AnyView> {
    if found.is_empty() {
        return None;
    }
    let separator = ctx.words.separator;
    let parts: Vec<_> = found
        .into_iter()
        .enumerate()
        .map(|(place, part)| {
            let before = (place > 0).then_some(separator);
            let part_lang = foreign(ctx.lang, &joined(&part));
            view! { <>{before}<span lang=part_lang>{spans(part)}</span></> }
        })
        .collect();
    Some(view! { <p class="mt-2 text-sm ks-mute">{heading}{parts}</p> }.into_any())
}

fn plain(text: &str) -> Vec<Span> {
    vec![Span { text: text.to_owned(), hit: false }]
}

fn joined(parts: &[Span]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect()
}

fn no_result_help(ctx: &Ctx, request: &SearchRequest, view: &CatalogueView) -> AnyView {
    let words = ctx.words;
    let spelling = view.spelling.clone().map(|better| {
        let better_request = SearchRequest { q: better.clone(), ..request.clone() };
        let target = ctx.href(&address(&better_request, 1));
        view! {
            <p class="mt-1 text-lg">{words.did_you_mean}<a class="ks-link" href=target>{data(ctx.lang, better)}</a></p>
        }
    });
    let drops: Vec<_> = view
        .relaxations
        .iter()
        .map(|relaxation| {
            let target = ctx.href(&address(&request.without(relaxation.facet), 1));
            let text =
                words.drop_filter(facet_title(ctx, relaxation.facet), &thousands(relaxation.count));
            view! { <li><a class="ks-link" href=target>{text}</a></li> }
        })
        .collect();
    view! {
        <div class="py-4">
            {spelling}
            <p class="mt-3">{words.no_result_try}</p>
            <ul class="mt-1 list-disc pl-5 space-y-1">
                {drops}
                <li>{words.try_fewer}</li>
                <li>{words.try_pinyin}</li>
            </ul>
        </div>
    }
    .into_any()
}
