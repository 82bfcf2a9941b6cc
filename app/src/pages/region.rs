//! The zone of a region: its authority, list and figures (ZON-01, ZON-02).

use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::places::RegionPage;
use kaishu_types::organization::RegionView;
use kaishu_types::search::{Facet, SearchRequest};
use kaishu_types::vocabulary::{OpenClass, RegionLevel};
use kaishu_types::{Lang, RegionCode};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, Section, respond};
use crate::ui::bars::{bar_section, facet_bars};
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::dataset_table::{Providers, latest_datasets, no_dataset, open_list};
use crate::ui::heading::{Rank, page_head, rail_head, section_head};
use crate::ui::links::address;
use crate::ui::meta::{fact, meta};
use crate::ui::numbers::thousands;

/// Providers in the chart of a zone; the list shows them all.
const N_PROVIDERS: usize = 12;

/// `GET /regions/{code}`
pub(crate) async fn show(
    ctx: Ctx,
    State(portal): State<Portal>,
    Path(code): Path<String>,
) -> Response {
    let found = find(&ctx, &portal, &code).await;
    let zones = portal.policy().rules.general.zones.value.clone();
    respond(&ctx, || Ok(page(&ctx, &found?, &zones)))
}

async fn find(ctx: &Ctx, portal: &Portal, code: &str) -> Result<RegionPage, AppError> {
    let parsed: RegionCode = code.parse().map_err(|_| unknown(ctx, code))?;
    let found = portal.region_page(&parsed, ctx.lang).await;
    found.map_err(|error| AppError::or_unknown(error, || unknown(ctx, code)))
}

fn unknown(ctx: &Ctx, code: &str) -> AppError {
    let [one, all] = match ctx.lang {
        Lang::Zh => ["地区"; 2],
        Lang::En => ["region", "regions"],
    };
    AppError::unknown(ctx.lang, code, one, all, "/regions")
}

fn page(ctx: &Ctx, found: &RegionPage, zones: &[RegionLevel]) -> Page {
    let words = ctx.words;
    let region = &found.region;
    let name = region.named.label(ctx.lang).to_owned();
    // Where the rules give a level no zone, the page is a list by place and does not call itself one.
    let title = if zones.contains(&region.level) { words.zone_of(&name) } else { name.clone() };
    let description = region.description.clone().unwrap_or_default();
    let mut places = vec![(words.regions.to_owned(), Some("/regions".to_owned()))];
    places.extend(found.above.iter().map(|above| {
        let path = format!("/regions/{}", above.named.code);
        (above.named.label(ctx.lang).to_owned(), Some(path))
    }));
    places.push((name, None));
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, places)}
            {page_head(&title, data(ctx.lang, description.as_str()))}
            {figures(ctx, found)}
            <div class="grid lg:grid-cols-[minmax(0,1fr)_19.5rem] gap-x-16 gap-y-12 mt-6">
                <div class="min-w-0">{datasets(ctx, found)}</div>
                {rail(ctx, found)}
            </div>
        </main>
    };
    let page = Page::new(title, body).section(Section::Regions);
    if description.is_empty() { page } else { page.description(description) }
}

fn figures(ctx: &Ctx, found: &RegionPage) -> AnyView {
    let words = ctx.words;
    let of_class = |class: OpenClass| {
        let count = found.classes.iter().find(|count| count.value == class.as_str());
        count.map_or(0, |count| count.count)
    };
    let n_providers = found.providers.iter().filter(|count| count.count > 0).count();
    let figures = [
        (words.datasets_word, found.n_datasets),
        (OpenClass::Unconditional.label(ctx.lang), of_class(OpenClass::Unconditional)),
        (OpenClass::Conditional.label(ctx.lang), of_class(OpenClass::Conditional)),
        (words.providers_word, n_providers as u64),
    ];
    let figures: Vec<_> = figures
        .into_iter()
        .map(|(word, number)| view! { <div><dt>{word}</dt><dd>{thousands(number)}</dd></div> })
        .collect();
    view! { <dl class="ks-figures !grid-cols-2 md:!grid-cols-4">{figures}</dl> }.into_any()
}

fn datasets(ctx: &Ctx, found: &RegionPage) -> AnyView {
    let words = ctx.words;
    if found.n_datasets == 0 {
        return view! {
            <section aria-labelledby="h-data">
                {section_head("h-data", words.datasets)}
                {no_dataset(ctx)}
            </section>
        }
        .into_any();
    }
    let own = SearchRequest { region: vec![found.region.named.code.clone()], ..Default::default() };
    let all = address(&own, 1);
    let themes = facet_bars(&own, Facet::Theme, &found.themes);
    let mut providers = facet_bars(&own, Facet::Org, &found.providers);
    let n_more = providers.len().saturating_sub(N_PROVIDERS);
    providers.truncate(N_PROVIDERS);
    let more = (n_more > 0).then(|| {
        let target = ctx.href(&format!("{all}&all=org"));
        view! { <p class="mt-3"><a class="ks-link" href=target>{words.n_more_providers(n_more)}</a></p> }
    });
    let classes = facet_bars(&own, Facet::Open, &found.classes);
    let levels = facet_bars(&own, Facet::Level, &found.levels);
    view! {
        <section aria-labelledby="h-data">
            {latest_datasets(ctx, &all, found.n_datasets, &found.latest, Providers::Shown)}
        </section>
        {bar_section(ctx, "h-theme", words.datasets_by_theme, themes)}
        {bar_section(ctx, "h-org", words.datasets_by_provider, providers)}
        {more}
        {bar_section(ctx, "h-class", words.datasets_by_class, classes)}
        {bar_section(ctx, "h-level", words.datasets_by_level, levels)}
    }
    .into_any()
}

fn rail(ctx: &Ctx, found: &RegionPage) -> AnyView {
    let words = ctx.words;
    let region = &found.region;
    let mut facts = vec![fact(words.level, region.level.label(ctx.lang))];
    let authority = authority(found).map(|named| {
        let target = ctx.href(&format!("/organizations/{}", named.code));
        view! { <a class="ks-link" href=target>{data(ctx.lang, named.label(ctx.lang))}</a> }
    });
    if let Some(authority) = authority {
        facts.push(fact(words.data_authority, authority));
    }
    if let Some(above) = found.above.last() {
        facts.push(fact(words.region_above, region_link(ctx, above)));
    }
    facts.push(fact(words.code, region.named.code.clone()));
    let below: Vec<_> = found
        .below
        .iter()
        .map(|below| {
            view! {
                <li class="flex items-baseline justify-between gap-4 py-1.5 border-t border-[var(--line)] first:border-t-0">
                    {region_link(ctx, below)}
                    <span class="num text-sm ks-mute">{thousands(below.n_datasets)}</span>
                </li>
            }
        })
        .collect();
    let below = (!below.is_empty()).then(|| {
        view! {
            {rail_head(words.regions_below, Rank::Next)}
            <ul class="mt-1">{below}</ul>
        }
    });
    view! {
        <aside aria-label=words.facts class="text-[.9375rem]">
            {rail_head(words.facts, Rank::First)}
            {meta(facts)}
            {below}
            {open_list(ctx, "region", &region.named.code)}
        </aside>
    }
    .into_any()
}

/// Returns the authority of a region: its own, or that of the nearest region above.
fn authority(found: &RegionPage) -> Option<&kaishu_types::organization::Named> {
    let own = found.region.authority.as_ref();
    own.or_else(|| found.above.iter().rev().find_map(|above| above.authority.as_ref()))
}

fn region_link(ctx: &Ctx, region: &RegionView) -> AnyView {
    let target = ctx.href(&format!("/regions/{}", region.named.code));
    view! { <a class="ks-link" href=target>{data(ctx.lang, region.named.label(ctx.lang))}</a> }
        .into_any()
}
