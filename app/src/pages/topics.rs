//! The priority topics: what is to be opened first, by which article, and what there is (SRCH-06).

use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::topics::TopicPage;
use kaishu_types::Lang;
use kaishu_types::search::{Facet, SearchRequest};
use kaishu_types::stats::Count;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, Section, respond};
use crate::ui::bars::{bar_section, facet_bars};
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::dataset_table::{Providers, latest_datasets, no_dataset};
use crate::ui::heading::{page_head, section_head};
use crate::ui::law::{quotation, rule_list};
use crate::ui::links::address;
use crate::ui::numbers::thousands;

/// `GET /topics`
pub(crate) async fn list(ctx: Ctx, State(portal): State<Portal>) -> Response {
    let topics = portal.topics(ctx.lang).await;
    respond(&ctx, || Ok(list_page(&ctx, &portal, &topics.map_err(AppError::from)?)))
}

/// `GET /topics/{code}`
pub(crate) async fn show(
    ctx: Ctx,
    State(portal): State<Portal>,
    Path(code): Path<String>,
) -> Response {
    let found = portal.topic_page(&code, ctx.lang).await;
    let found = found.map_err(|error| AppError::or_unknown(error, || unknown(&ctx, &code)));
    respond(&ctx, || Ok(page(&ctx, &portal, &found?)))
}

fn unknown(ctx: &Ctx, code: &str) -> AppError {
    let [one, all] = match ctx.lang {
        Lang::Zh => ["重点领域"; 2],
        Lang::En => ["priority topic", "priority topics"],
    };
    AppError::unknown(ctx.lang, code, one, all, "/topics")
}

fn list_page(ctx: &Ctx, portal: &Portal, topics: &[Count]) -> Page {
    let words = ctx.words;
    let rows: Vec<_> = topics
        .iter()
        .map(|topic| {
            let target = ctx.href(&format!("/topics/{}", topic.value));
            view! {
                <li class="flex items-baseline justify-between gap-4 py-2.5 border-t border-[var(--line)]">
                    <a class="ks-plain text-[1.0625rem]" href=target>{data(ctx.lang, topic.label.as_str())}</a>
                    <span class="num text-sm ks-mute">{thousands(topic.count)}</span>
                </li>
            }
        })
        .collect();
    let list = if rows.is_empty() {
        view! { <p>{words.no_public_dataset}</p> }.into_any()
    } else {
        view! {
            <ul class="grid gap-x-12 sm:grid-cols-2 lg:grid-cols-3 border-b border-[var(--line)]">{rows}</ul>
        }
        .into_any()
    };
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![(words.by_priority.to_owned(), None)])}
            {page_head(words.by_priority, words.topics_lead)}
            {list}
            {why(ctx, portal)}
        </main>
    };
    Page::new(words.by_priority, body).section(Section::Datasets).description(words.topics_lead)
}

/// Quotes the article behind the topics, or says why this portal has them.
fn why(ctx: &Ctx, portal: &Portal) -> AnyView {
    let law = match portal.priority_rule() {
        Some(rule) => quotation(ctx, &rule),
        None => rule_list(ctx, &portal.policy_view(), &["priority"]),
    };
    view! {
        <section aria-labelledby="h-why" class="mt-12">
            {section_head("h-why", ctx.words.why_first)}
            {law}
        </section>
    }
    .into_any()
}

fn page(ctx: &Ctx, portal: &Portal, found: &TopicPage) -> Page {
    let words = ctx.words;
    let lead = words.topic_lead(&thousands(found.n_datasets), found.n_datasets == 1);
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![
                (words.by_priority.to_owned(), Some("/topics".to_owned())),
                (found.label.clone(), None),
            ])}
            {page_head(&found.label, lead.clone())}
            {datasets(ctx, found)}
            {why(ctx, portal)}
        </main>
    };
    Page::new(found.label.clone(), body).section(Section::Datasets).description(lead)
}

fn datasets(ctx: &Ctx, found: &TopicPage) -> AnyView {
    let words = ctx.words;
    if found.n_datasets == 0 {
        return no_dataset(ctx);
    }
    let own = SearchRequest { priority: vec![found.code.clone()], ..Default::default() };
    let all = address(&own, 1);
    let classes = facet_bars(&own, Facet::Open, &found.classes);
    let themes = facet_bars(&own, Facet::Theme, &found.themes);
    view! {
        <section aria-labelledby="h-data" class="border-t-2 border-[var(--color-base-content)] pt-3">
            {latest_datasets(ctx, &all, found.n_datasets, &found.latest, Providers::Shown)}
        </section>
        <div class="grid lg:grid-cols-2 gap-x-16">
            {bar_section(ctx, "h-class", words.datasets_by_class, classes)}
            {bar_section(ctx, "h-theme", words.datasets_by_theme, themes)}
        </div>
    }
    .into_any()
}
