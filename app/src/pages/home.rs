//! The home page: search, classes, themes, latest, most used, how to obtain.

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::home::HomeView;
use kaishu_types::dataset::DatasetCard;
use kaishu_types::search::SearchRequest;
use kaishu_types::vocabulary::OpenClass;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::ui::class_mark::{MarkSize, class_mark};
use crate::ui::data::data;
use crate::ui::dataset_table::{Providers, dataset_table};
use crate::ui::law::fees_line;
use crate::ui::numbers::thousands;
use crate::ui::search_form::{Looks, search_form};

/// `GET /`
pub(crate) async fn show(ctx: Ctx, State(portal): State<Portal>) -> Response {
    let home = portal.home(ctx.lang).await;
    respond(&ctx, || {
        let fees = fees_line(&ctx, portal.fees(), portal.fees_rule().as_deref());
        Ok(page(&ctx, home.map_err(AppError::from)?, fees))
    })
}

fn page(ctx: &Ctx, home: HomeView, fees: AnyView) -> Page {
    let words = ctx.words;
    let popular: Vec<_> = home
        .popular
        .iter()
        .map(|word| {
            let request = SearchRequest { q: word.clone(), ..Default::default() };
            let target = ctx.href(&format!("/datasets?{}", request.to_query()));
            view! { <a class="ks-link" href=target>{word.clone()}</a> }
        })
        .collect();
    // Chinese parts break between each other only; English ones are longer than a phone is wide.
    let part = ctx.lang.pick("inline-block whitespace-nowrap", "inline-block");
    let body = view! {
        <main id="main">
            <section class="ks-wrap pt-12 md:pt-20 pb-14 md:pb-20" aria-labelledby="h">
                <div class="grid gap-10 lg:gap-20 lg:grid-cols-[minmax(0,1fr)_18rem] items-end">
                    <div>
                        <h1
                            id="h"
                            class="ks-headline text-[clamp(1.6875rem,8.6vw,2.125rem)] md:text-[3.25rem] leading-[1.25] font-normal"
                        >
                            <span class=part>{tight(words.headline_1)}</span>
                            {ctx.gap()}
                            <span class=part>{tight(words.headline_2)}</span>
                        </h1>
                        {search_form(ctx, &SearchRequest::default(), Looks::Home)}
                        {(!popular.is_empty()).then(|| view! {
                            <p class="mt-4 flex flex-wrap gap-x-5 gap-y-1 text-[.9375rem]">
                                <span class="ks-mute">{words.popular}</span>
                                {popular}
                            </p>
                        })}
                    </div>
                    {classes(ctx, &home)}
                </div>
            </section>
            {(home.n_datasets > 0).then(|| themes(ctx, &home))}
            <section class="ks-wrap py-14 md:py-20" aria-labelledby="h-new">
                <div class="flex flex-wrap items-baseline justify-between gap-3">
                    <h2 id="h-new" class="text-2xl">{words.latest}</h2>
                    <a class="ks-link" href=ctx.href("/datasets?sort=updated")>{words.all_updates}</a>
                </div>
                {cards(ctx, home.latest, words.latest_caption)}
                {(!home.most_used.is_empty()).then(|| view! {
                    <h2 class="text-2xl mt-14">{words.most_used}</h2>
                    {cards(ctx, home.most_used, words.most_used_caption)}
                })}
            </section>
            {how_to_obtain(ctx, home.reply_working_days, fees)}
        </main>
    };
    Page::new(words.home, body).description(ctx.site.description.pick(ctx.lang))
}

/// Takes in the empty half of full-width commas, which at this size would stand as holes.
fn tight(text: &'static str) -> Vec<AnyView> {
    text.split_inclusive('，')
        .map(|part| match part.strip_suffix('，') {
            Some(words) => view! { {words}<span class="-mr-[.4em]">"，"</span> }.into_any(),
            None => part.into_any(),
        })
        .collect()
}

fn classes(ctx: &Ctx, home: &HomeView) -> AnyView {
    let words = ctx.words;
    let rows: Vec<_> = home
        .by_class
        .iter()
        .filter_map(|count| {
            let class: OpenClass = count.value.parse().ok()?;
            let target = ctx.href(&format!("/datasets?open={class}"));
            Some(view! {
                <div class="flex justify-between py-1.5 border-t border-[var(--line)] first:border-t-0">
                    <dt>
                        <a class="no-underline hover:underline" href=target>
                            {class_mark(ctx.lang, class, MarkSize::Normal)}
                        </a>
                    </dt>
                    <dd class="num">{thousands(count.count)}</dd>
                </div>
            })
        })
        .collect();
    view! {
        <section
            aria-labelledby="h-all"
            class="border-t-2 border-[var(--color-base-content)] pt-3"
        >
            <h2 id="h-all" class="text-[.9375rem]">
                {words.catalogue_now}
                " "
                <span class="num text-[2.0625rem] font-semibold leading-none align-[-.12em] mx-1">
                    {thousands(home.n_datasets)}
                </span>
                " "
                {words.n_datasets_unit}
            </h2>
            <dl class="mt-4 text-[.9375rem]">{rows}</dl>
        </section>
    }
    .into_any()
}

fn themes(ctx: &Ctx, home: &HomeView) -> AnyView {
    let words = ctx.words;
    let rows: Vec<_> = home
        .by_theme
        .iter()
        .map(|count| {
            let target = ctx.href(&format!("/datasets?theme={}", count.value));
            view! {
                <li class="flex items-baseline justify-between gap-4 py-2.5 border-t border-[var(--line)]">
                    <a class="ks-plain text-[1.0625rem]" href=target>{data(ctx.lang, count.label.as_str())}</a>
                    <span class="num text-sm ks-mute">{thousands(count.count)}</span>
                </li>
            }
        })
        .collect();
    view! {
        <section
            class="bg-[var(--color-base-200)] border-y border-[var(--line)]"
            aria-labelledby="h-theme"
        >
            <div class="ks-wrap py-12 md:py-16">
                <h2 id="h-theme" class="text-2xl">{words.by_theme}</h2>
                <ul class="mt-6 grid gap-x-12 sm:grid-cols-2 lg:grid-cols-3">{rows}</ul>
                {priorities(ctx, home)}
                <p class="mt-6">
                    <a class="ks-link" href=ctx.href("/organizations")>{words.by_organization}</a>
                    <span class="mx-3 ks-mute" aria-hidden="true">"·"</span>
                    <a class="ks-link" href=ctx.href("/regions")>{words.by_region}</a>
                </p>
            </div>
        </section>
    }
    .into_any()
}

/// Draws the ways to the landing pages of the priority topics (SRCH-06).
fn priorities(ctx: &Ctx, home: &HomeView) -> Option<AnyView> {
    if home.by_priority.is_empty() {
        return None;
    }
    let links: Vec<_> = home
        .by_priority
        .iter()
        .map(|count| {
            let target = ctx.href(&format!("/topics/{}", count.value));
            view! {
                <li>
                    <a class="ks-link" href=target>{data(ctx.lang, count.label.as_str())}</a>
                    " "
                    <span class="num text-sm ks-mute">{thousands(count.count)}</span>
                </li>
            }
        })
        .collect();
    Some(
        view! {
            <h3 class="mt-8 text-base">
                <a class="ks-plain" href=ctx.href("/topics")>{ctx.words.by_priority}</a>
            </h3>
            <ul class="mt-2 flex flex-wrap gap-x-6 gap-y-1">{links}</ul>
        }
        .into_any(),
    )
}

fn cards(ctx: &Ctx, cards: Vec<DatasetCard>, caption: &'static str) -> AnyView {
    if cards.is_empty() {
        return view! { <p class="mt-5">{ctx.words.no_public_dataset}</p> }.into_any();
    }
    dataset_table(ctx, &cards, caption, Providers::Shown)
}

fn how_to_obtain(ctx: &Ctx, reply_working_days: u32, fees: AnyView) -> AnyView {
    let words = ctx.words;
    let steps = [
        (words.how_1, words.how_1_text.to_owned()),
        (words.how_2, words.answer_within(reply_working_days)),
        (words.how_3, words.how_3_text.to_owned()),
        (words.how_4, words.how_4_text.to_owned()),
    ];
    let steps: Vec<_> = steps
        .into_iter()
        .enumerate()
        .map(|(place, (title, text))| {
            view! {
                <li>
                    <h3 class="text-lg">
                        <span class="num ks-mute mr-2">{place + 1}</span>
                        {title}
                    </h3>
                    <p class="mt-1">{text}</p>
                </li>
            }
        })
        .collect();
    view! {
        <section class="ks-wrap pb-6" aria-labelledby="h-how">
            <div class="border-t border-[var(--line-2)] pt-10">
                <div class="grid gap-8 lg:grid-cols-[16rem_1fr]">
                    <div>
                        <h2 id="h-how" class="text-2xl [word-break:keep-all]">{words.how_title}</h2>
                        <p class="mt-3 ks-mute">{words.how_text}</p>
                        <p class="mt-2 ks-mute">{fees}</p>
                        <p class="mt-4">
                            <a class="ks-link" href=ctx.href("/rules")>{words.all_rules}</a>
                        </p>
                    </div>
                    <ol class="grid gap-x-10 gap-y-8 sm:grid-cols-2">{steps}</ol>
                </div>
            </div>
        </section>
    }
    .into_any()
}
