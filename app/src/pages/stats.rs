//! The figures of the portal (SHOW-07).

pub(super) mod applications;
pub(super) mod grants;
mod groups;

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_types::Lang;
use kaishu_types::stats::{Count, DayUsage, PortalStats, ProviderStats};
use kaishu_types::vocabulary::OpenClass;
use leptos::prelude::*;

use self::groups::Groups;
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Keep, Page, Section, respond};
use crate::ui::bars::{Bar, bars, share};
use crate::ui::class_mark::class_colour;
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::data_table::{Row, data_table};
use crate::ui::dates::{day_text, full_day};
use crate::ui::heading::page_head;
use crate::ui::numbers::thousands;

/// Bars in a chart; the table beside it holds the rest.
const N_BARS: usize = 15;

/// `GET /stats`
pub(crate) async fn show(ctx: Ctx, State(portal): State<Portal>) -> Response {
    let figures = portal.labelled_figures(ctx.lang).await;
    respond(&ctx, || Ok(page(&ctx, &figures.map_err(AppError::from)?)))
}

fn page(ctx: &Ctx, stats: &PortalStats) -> Page {
    let words = ctx.words;
    let [before, after] = match ctx.lang {
        Lang::Zh => ["截至", "的全部数字。每张图下面有数据表，可以复制。"],
        Lang::En => ["All figures as of ", ". Every chart has its table below, to be copied."],
    };
    let description = format!("{before}{}{after}", day_text(ctx.lang, ctx.today));
    let lead = view! { {before}{full_day(ctx.lang, ctx.today)}{after} };
    let by = |field: &'static str| move |value: &str| format!("/datasets?{field}={value}");
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![(words.stats.to_owned(), None)])}
            {page_head(words.stats, lead)}
            {figures(ctx, stats)}
            {(stats.n_datasets == 0).then(|| view! { <p class="mt-8">{words.no_public_dataset}</p> })}
            {(stats.n_datasets > 0).then(|| view! {
                {groups::section(ctx, &classes(ctx), &stats.by_class)}
                {groups::section(ctx, &regions(ctx), &stats.by_region)}
            })}
            <div class="grid lg:grid-cols-2 gap-x-16" hidden=stats.n_datasets == 0>
                <div>
                    {chart(ctx, words.chart_theme, words.theme, count_bars(&stats.by_theme, by("theme")))}
                    {chart(ctx, words.chart_format, words.format, count_bars(&stats.by_format, by("format")))}
                </div>
                <div>
                    {providers(ctx, &stats.by_provider)}
                    {chart(ctx, words.chart_frequency, words.frequency, count_bars(&stats.by_frequency, by("frequency")))}
                </div>
            </div>
            {usage(ctx, &stats.by_day)}
            {applications::way(ctx)}
            {grants::way(ctx)}
        </main>
    };
    let mut page = Page::new(words.stats, body).section(Section::Stats).description(description);
    // Views and downloads change without the catalogue.
    page.keep = Keep::Never;
    page
}

fn figures(ctx: &Ctx, stats: &PortalStats) -> AnyView {
    let words = ctx.words;
    let figures = [
        (words.datasets_word, stats.n_datasets, Some("/datasets")),
        (words.items, stats.n_items, None),
        (words.resources, stats.n_resources, None),
        (words.providers_word, stats.n_organizations, Some("/organizations")),
        (words.views, stats.n_views, None),
        (words.downloads, stats.n_downloads, None),
        (words.overdue_datasets, stats.n_overdue, Some("/datasets?sort=overdue")),
    ];
    let figures: Vec<_> = figures
        .into_iter()
        .map(|(word, number, path)| {
            let number = thousands(number);
            let number = match path {
                Some(path) => view! { <a class="ks-plain underline decoration-1 underline-offset-4" href=ctx.href(path)>{number}</a> }.into_any(),
                None => number.into_any(),
            };
            view! { <div><dt>{word}</dt><dd>{number}</dd></div> }
        })
        .collect();
    view! {
        <dl class="ks-figures !grid-cols-2 md:!grid-cols-4 xl:!grid-cols-7">{figures}</dl>
    }
    .into_any()
}

fn count_bars(counts: &[Count], path: impl Fn(&str) -> String) -> Vec<Bar> {
    let mut bars: Vec<Bar> = counts
        .iter()
        .map(|count| Bar {
            label: count.label.clone(),
            path: Some(path(&count.value)),
            count: count.count,
            ..Bar::default()
        })
        .collect();
    bars.sort_by_key(|bar| std::cmp::Reverse(bar.count));
    bars
}

fn classes(ctx: &Ctx) -> Groups<'static> {
    Groups {
        title: ctx.words.chart_class,
        column: ctx.words.open_class,
        filter: "open",
        colour: |class| class.parse::<OpenClass>().ok().map(class_colour),
        whole: None,
    }
}

fn regions(ctx: &Ctx) -> Groups<'_> {
    Groups {
        title: ctx.words.chart_region,
        column: ctx.words.region,
        filter: "region",
        colour: |_| None,
        whole: Some(&ctx.site.region),
    }
}

fn chart(ctx: &Ctx, title: &'static str, column: &'static str, values: Vec<Bar>) -> AnyView {
    let total = values.len();
    let row =
        |bar: &Bar| Row { head: data(ctx.lang, bar.label.as_str()), figures: vec![bar.count] };
    let table = data_table(ctx, title, &[column, ctx.words.count], values.iter().map(row));
    let shown = values.into_iter().take(N_BARS).collect();
    let note = (total > N_BARS).then(|| {
        view! { <p class="mt-2 text-sm ks-mute">{ctx.words.first_of(N_BARS, total)}</p> }
    });
    view! {
        <section class="ks-chart">
            <h2>{title}</h2>
            {bars(ctx, shown)}
            {note}
            {table}
        </section>
    }
    .into_any()
}

fn providers(ctx: &Ctx, providers: &[ProviderStats]) -> AnyView {
    let words = ctx.words;
    let mut providers: Vec<&ProviderStats> = providers.iter().collect();
    providers.sort_by_key(|it| std::cmp::Reverse(it.n_datasets));
    let total = providers.len();
    let shown = providers
        .iter()
        .take(N_BARS)
        .map(|provider| {
            let name = provider.organization.label(ctx.lang);
            let label = if provider.n_overdue > 0 {
                format!("{name} · {} {}", words.overdue, thousands(provider.n_overdue))
            } else {
                name.to_owned()
            };
            Bar {
                label,
                path: Some(format!("/organizations/{}", provider.organization.code)),
                count: provider.n_datasets,
                marked: provider.n_overdue,
                colour: None,
            }
        })
        .collect();
    let rows = providers.iter().map(|provider| Row {
        head: data(ctx.lang, provider.organization.label(ctx.lang)),
        figures: vec![provider.n_datasets, provider.n_overdue, provider.n_downloads],
    });
    let columns = [words.provider, words.datasets_word, words.overdue, words.downloads];
    let table = data_table(ctx, words.chart_provider, &columns, rows);
    let more = (total > N_BARS).then(|| words.first_of(N_BARS, total));
    view! {
        <section class="ks-chart">
            <h2>{words.chart_provider}</h2>
            <p class="-mt-2 mb-3 text-sm ks-mute">{words.chart_provider_text}</p>
            {bars(ctx, shown)}
            {more.map(|text| view! { <p class="mt-2 text-sm ks-mute">{text}</p> })}
            {table}
        </section>
    }
    .into_any()
}

fn usage(ctx: &Ctx, days: &[DayUsage]) -> AnyView {
    let words = ctx.words;
    let rows = days.iter().rev().map(|day| Row {
        head: full_day(ctx.lang, day.day).into_any(),
        figures: vec![day.views, day.downloads],
    });
    let columns = [words.date, words.views, words.downloads];
    let table = data_table(ctx, words.chart_days, &columns, rows);
    let views: Vec<u64> = days.iter().map(|day| day.views).collect();
    let downloads: Vec<u64> = days.iter().map(|day| day.downloads).collect();
    view! {
        <section class="ks-chart">
            <h2>{words.chart_days}</h2>
            <div class="grid md:grid-cols-2 gap-x-16 gap-y-8">
                {trend(ctx, words.views, days, &views)}
                {trend(ctx, words.downloads, days, &downloads)}
            </div>
            {table}
        </section>
    }
    .into_any()
}

/// Draws a column a day; today stands in ink.
fn trend(ctx: &Ctx, title: &'static str, days: &[DayUsage], values: &[u64]) -> AnyView {
    let total: u64 = values.iter().sum();
    let greatest = values.iter().copied().max().unwrap_or(0);
    let last = values.len().saturating_sub(1);
    let columns: Vec<_> = values
        .iter()
        .enumerate()
        .filter(|(_, value)| **value > 0)
        .map(|(place, value)| {
            let class = (place == last).then_some("is-now");
            let height = share(*value, greatest);
            // Columns hang from the top and the whole picture is turned over.
            view! { <rect x=place * 10 + 1 y="0" width="8" height=height class=class></rect> }
        })
        .collect();
    let picture = (total > 0).then(|| {
        let view_box = format!("0 0 {} 100", values.len() * 10);
        view! {
            <svg class="ks-trend" viewBox=view_box preserveAspectRatio="none" aria-hidden="true" focusable="false">
                <g transform="translate(0 100) scale(1 -1)">{columns}</g>
            </svg>
        }
    });
    let axis = days.first().zip(days.last()).filter(|_| total > 0).map(|(first, last)| {
        view! {
            <p class="ks-axis">
                <span>{day_text(ctx.lang, first.day)}</span>
                <span>{day_text(ctx.lang, last.day)}</span>
            </p>
        }
    });
    let text = ctx.words.trend_text(&thousands(total), &thousands(greatest));
    view! {
        <div>
            <h3 class="text-base">{title}</h3>
            <p class="mb-3 text-sm ks-mute">{if total > 0 { text } else { ctx.words.no_use_yet.to_owned() }}</p>
            {picture}
            {axis}
        </div>
    }
    .into_any()
}
