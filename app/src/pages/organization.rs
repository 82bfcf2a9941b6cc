//! The page of an organization: what it does, who answers for it, what it publishes (ORG-01, ORG-02).

use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::places::OrganizationPage;
use kaishu_types::search::{Facet, SearchRequest};
use kaishu_types::{Lang, OrganizationCode};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, Section, respond};
use crate::ui::bars::{bar_section, facet_bars};
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::dataset_table::{Providers, latest_datasets, no_dataset, open_list};
use crate::ui::heading::{Rank, page_head, rail_head, section_head};
use crate::ui::links::{address, safe_url};
use crate::ui::meta::{fact, meta, text_fact};
use crate::ui::numbers::thousands;

/// `GET /organizations/{code}`
pub(crate) async fn show(
    ctx: Ctx,
    State(portal): State<Portal>,
    Path(code): Path<String>,
) -> Response {
    let found = find(&ctx, &portal, &code).await;
    respond(&ctx, || Ok(page(&ctx, &found?)))
}

async fn find(ctx: &Ctx, portal: &Portal, code: &str) -> Result<OrganizationPage, AppError> {
    let parsed: OrganizationCode = code.parse().map_err(|_| unknown(ctx, code))?;
    let found = portal.organization_page(&parsed, ctx.lang).await;
    found.map_err(|error| AppError::or_unknown(error, || unknown(ctx, code)))
}

fn unknown(ctx: &Ctx, code: &str) -> AppError {
    let [one, all] = match ctx.lang {
        Lang::Zh => ["机构"; 2],
        Lang::En => ["organization", "organizations"],
    };
    AppError::unknown(ctx.lang, code, one, all, "/organizations")
}

fn page(ctx: &Ctx, found: &OrganizationPage) -> Page {
    let words = ctx.words;
    let organization = &found.organization;
    let title = organization.named.label(ctx.lang).to_owned();
    let description = organization.description.clone().unwrap_or_default();
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![
                (words.organizations.to_owned(), Some("/organizations".to_owned())),
                (title.clone(), None),
            ])}
            {page_head(&title, data(ctx.lang, description.as_str()))}
            <div class="grid lg:grid-cols-[minmax(0,1fr)_19.5rem] gap-x-16 gap-y-12">
                <div class="min-w-0">
                    {datasets(ctx, found)}
                    {children(ctx, found)}
                </div>
                {rail(ctx, found)}
            </div>
        </main>
    };
    let page = Page::new(title, body).section(Section::Organizations);
    if description.is_empty() { page } else { page.description(description) }
}

fn datasets(ctx: &Ctx, found: &OrganizationPage) -> AnyView {
    let words = ctx.words;
    if found.n_datasets == 0 {
        return view! {
            <section aria-labelledby="h-data" class="border-t-2 border-[var(--color-base-content)] pt-3">
                {section_head("h-data", words.datasets)}
                {no_dataset(ctx)}
            </section>
        }
        .into_any();
    }
    let code = found.organization.named.code.clone();
    let own = SearchRequest { org: vec![code], ..Default::default() };
    let all = address(&own, 1);
    let class_bars = facet_bars(&own, Facet::Open, &found.classes);
    let theme_bars = facet_bars(&own, Facet::Theme, &found.themes);
    view! {
        <section aria-labelledby="h-data" class="border-t-2 border-[var(--color-base-content)] pt-3">
            {latest_datasets(ctx, &all, found.n_datasets, &found.latest, Providers::Left)}
        </section>
        {bar_section(ctx, "h-class", words.datasets_by_class, class_bars)}
        {bar_section(ctx, "h-theme", words.datasets_by_theme, theme_bars)}
    }
    .into_any()
}

fn children(ctx: &Ctx, found: &OrganizationPage) -> Option<AnyView> {
    if found.children.is_empty() {
        return None;
    }
    let rows: Vec<_> = found
        .children
        .iter()
        .map(|child| {
            let target = ctx.href(&format!("/organizations/{}", child.named.code));
            view! {
                <li class="flex items-baseline justify-between gap-4 py-2.5 border-t border-[var(--line)]">
                    <a class="ks-plain" href=target>{data(ctx.lang, child.named.label(ctx.lang))}</a>
                    <span class="num text-sm ks-mute">{thousands(child.n_datasets)}</span>
                </li>
            }
        })
        .collect();
    Some(
        view! {
            <section aria-labelledby="h-below" class="mt-12">
                {section_head("h-below", ctx.words.bodies_below)}
                <ul class="mt-3 grid sm:grid-cols-2 gap-x-12">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

fn rail(ctx: &Ctx, found: &OrganizationPage) -> AnyView {
    let words = ctx.words;
    let organization = &found.organization;
    let mut facts = Vec::new();
    facts.push(fact(words.kind_of_body, organization.kind.label(ctx.lang)));
    facts.push(fact(words.level, organization.level.label(ctx.lang)));
    let region = ctx.href(&format!("/regions/{}", organization.region.code));
    facts.push(fact(
        words.region,
        view! { <a class="ks-link" href=region>{data(ctx.lang, organization.region.label(ctx.lang))}</a> },
    ));
    if let Some(parent) = &organization.parent {
        let target = ctx.href(&format!("/organizations/{}", parent.code));
        facts.push(fact(
            words.body_above,
            view! { <a class="ks-link" href=target>{data(ctx.lang, parent.label(ctx.lang))}</a> },
        ));
    }
    facts.push(fact(words.code, organization.named.code.clone()));
    let mut people = Vec::new();
    people.extend(text_fact(words.responsible_head, organization.responsible_head.as_deref()));
    people.extend(text_fact(words.contact, organization.contact.as_deref()));
    if let Some(url) = organization.homepage.as_deref().and_then(safe_url) {
        let shown = url.clone();
        people.push(fact(
            words.website,
            view! { <a class="ks-link" rel="external noopener" href=url>{shown}</a> },
        ));
    }
    let people = (!people.is_empty()).then(|| {
        view! {
            {rail_head(words.who_answers, Rank::Next)}
            {meta(people)}
        }
    });
    view! {
        <aside aria-label=words.facts class="text-[.9375rem]">
            {rail_head(words.facts, Rank::First)}
            {meta(facts)}
            {people}
            {open_list(ctx, "org", &organization.named.code)}
        </aside>
    }
    .into_any()
}
