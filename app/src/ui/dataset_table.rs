//! A short list of datasets as a table, as on the pages of organizations and regions.

use kaishu_types::dataset::DatasetCard;
use leptos::prelude::*;

use super::class_mark::{MarkSize, class_mark};
use super::data::data;
use super::dates::{day_of, short_day};
use super::heading::section_head;
use super::numbers::thousands;
use crate::ctx::Ctx;

/// Whether the table names the provider of each dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Providers {
    Shown,
    Left,
}

/// Draws the head of a section of the latest datasets, with the way to all of them, and its table.
pub(crate) fn latest_datasets(
    ctx: &Ctx,
    all: &str,
    n_datasets: u64,
    latest: &[DatasetCard],
    providers: Providers,
) -> AnyView {
    let words = ctx.words;
    view! {
        <div class="flex flex-wrap items-baseline justify-between gap-3">
            {section_head("h-data", words.latest)}
            <a class="ks-link" href=ctx.href(all)>
                {words.all_n_datasets(&thousands(n_datasets), n_datasets == 1)}
            </a>
        </div>
        {dataset_table(ctx, latest, words.latest_caption, providers)}
    }
    .into_any()
}

/// Says that there is no dataset, and where one can be asked for.
pub(crate) fn no_dataset(ctx: &Ctx) -> AnyView {
    view! {
        <p class="mt-3">
            {ctx.words.no_public_dataset}
            {ctx.gap()}
            <a class="ks-link" href=ctx.href("/demands")>{ctx.words.demand_link}</a>
        </p>
    }
    .into_any()
}

/// Draws datasets, each with date, title, class and frequency.
pub(crate) fn dataset_table(
    ctx: &Ctx,
    cards: &[DatasetCard],
    caption: &'static str,
    providers: Providers,
) -> AnyView {
    let words = ctx.words;
    let shows_providers = providers == Providers::Shown;
    let rows: Vec<_> = cards
        .iter()
        .map(|card| {
            let target = ctx.href(&format!("/datasets/{}", card.code));
            let provider = shows_providers
                .then(|| view! { <td>{data(ctx.lang, card.organization.label(ctx.lang))}</td> });
            view! {
                <tr>
                    <td class="nw ks-mute">{short_day(ctx, day_of(card.updated_at))}</td>
                    <td><a class="ks-link" href=target>{data(ctx.lang, card.title(ctx.lang))}</a></td>
                    {provider}
                    <td class="nw">{class_mark(ctx.lang, card.open_class, MarkSize::Normal)}</td>
                    <td class="nw ks-mute">{card.frequency.label(ctx.lang)}</td>
                </tr>
            }
        })
        .collect();
    let provider = shows_providers.then(|| view! { <th scope="col">{words.provider}</th> });
    view! {
        <div class="mt-4 border-t border-[var(--line-2)]">
            <table class="ks-table ks-stack is-brief">
                <caption class="sr-only">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">{words.date}</th>
                        <th scope="col">{words.dataset}</th>
                        {provider}
                        <th scope="col">{words.open_class}</th>
                        <th scope="col">{words.frequency}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// Draws the way to the open catalogue of an organization (`org`) or a region (`region`) as a file (CAT-16).
pub(crate) fn open_list(ctx: &Ctx, of: &str, code: &str) -> AnyView {
    let query = kaishu_types::query::encode(&[(of, code)]);
    let path = format!("/api/v1/catalogue.csv?{query}");
    view! { <p class="mt-6"><a class="ks-link" href=path download>{ctx.words.open_list}</a></p> }
        .into_any()
}
