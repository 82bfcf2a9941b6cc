//! Datasets, views and downloads of classes and of regions (SHOW-07): three charts in one order,
//! and one table.

use kaishu_types::stats::GroupStats;
use leptos::prelude::*;

use super::N_BARS;
use crate::ctx::Ctx;
use crate::ui::bars::{Bar, bars};
use crate::ui::data::data;
use crate::ui::numbers::thousands;

/// What the groups are, in words.
pub(super) struct Groups {
    /// Of what the figures are.
    pub(super) title: &'static str,
    /// The heading of the column of groups.
    pub(super) column: &'static str,
    /// The filter of the catalogue that leads to the datasets of a group.
    pub(super) filter: &'static str,
    /// The colour of the bar of a group.
    pub(super) colour: fn(&str) -> Option<&'static str>,
}

/// Draws the charts of groups with their table.
pub(super) fn section(ctx: &Ctx, groups: &Groups, figures: &[GroupStats]) -> AnyView {
    let words = ctx.words;
    let title = groups.title;
    let charts = [
        chart(ctx, groups, words.datasets_word, figures, |group| group.count),
        chart(ctx, groups, words.views, figures, |group| group.n_views),
        chart(ctx, groups, words.downloads, figures, |group| group.n_downloads),
    ];
    let note = (figures.len() > N_BARS).then(|| {
        view! { <p class="mt-2 text-sm ks-mute">{words.first_of(N_BARS, figures.len())}</p> }
    });
    view! {
        <section class="ks-chart">
            <h2>{title}</h2>
            <div class="grid lg:grid-cols-3 gap-x-12 gap-y-6">{charts}</div>
            {note}
            <details>
                <summary>{words.data_table}<span class="sr-only">{ctx.lang.pick("：", ": ")}{title}</span></summary>
                {table(ctx, groups, figures)}
            </details>
        </section>
    }
    .into_any()
}

fn chart(
    ctx: &Ctx,
    groups: &Groups,
    title: &'static str,
    figures: &[GroupStats],
    figure: fn(&GroupStats) -> u64,
) -> AnyView {
    let values = figures
        .iter()
        .take(N_BARS)
        .map(|group| Bar {
            label: group.label.clone(),
            path: Some(format!("/datasets?{}={}", groups.filter, group.value)),
            count: figure(group),
            marked: 0,
            colour: (groups.colour)(&group.value),
        })
        .collect();
    view! {
        <div>
            <h3 class="mb-1 text-base">{title}</h3>
            {bars(ctx, values)}
        </div>
    }
    .into_any()
}

fn table(ctx: &Ctx, groups: &Groups, figures: &[GroupStats]) -> AnyView {
    let words = ctx.words;
    let rows: Vec<_> = figures
        .iter()
        .map(|group| {
            view! {
                <tr>
                    <th scope="row" class="!font-normal !whitespace-normal">{data(ctx.lang, group.label.as_str())}</th>
                    <td class="r">{thousands(group.count)}</td>
                    <td class="r">{thousands(group.n_views)}</td>
                    <td class="r">{thousands(group.n_downloads)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <table class="ks-table mt-2 max-w-[40rem]">
            <caption class="sr-only">{groups.title}</caption>
            <thead>
                <tr>
                    <th scope="col">{groups.column}</th>
                    <th scope="col" class="r">{words.datasets_word}</th>
                    <th scope="col" class="r">{words.views}</th>
                    <th scope="col" class="r">{words.downloads}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
