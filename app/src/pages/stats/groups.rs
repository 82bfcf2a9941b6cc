//! Datasets, views and downloads of classes and of regions (SHOW-07): three charts in one order,
//! and one table.

use kaishu_types::stats::GroupStats;
use leptos::prelude::*;

use super::N_BARS;
use crate::ctx::Ctx;
use crate::ui::bars::{Bar, bars};
use crate::ui::data::data;
use crate::ui::data_table::{Row, data_table};

/// What the groups are, in words.
pub(super) struct Groups<'a> {
    /// Of what the figures are.
    pub(super) title: &'static str,
    /// The heading of the column of groups.
    pub(super) column: &'static str,
    /// The filter of the catalogue that leads to the datasets of a group.
    pub(super) filter: &'static str,
    /// The colour of the bar of a group.
    pub(super) colour: fn(&str) -> Option<&'static str>,
    /// The group that holds all others: beside it their bars would all be short.
    pub(super) whole: Option<&'a str>,
}

/// Leaves out the group that holds all others, unless it is the only one.
fn drawn<'a>(figures: &'a [GroupStats], whole: Option<&str>) -> Vec<&'a GroupStats> {
    let parts: Vec<_> = figures.iter().filter(|it| Some(it.value.as_str()) != whole).collect();
    if parts.is_empty() { figures.iter().collect() } else { parts }
}

/// Draws the charts of groups with their table.
pub(super) fn section(ctx: &Ctx, groups: &Groups<'_>, figures: &[GroupStats]) -> AnyView {
    let words = ctx.words;
    let title = groups.title;
    let drawn = drawn(figures, groups.whole);
    let charts: Vec<_> = [
        chart(ctx, groups, words.datasets_word, &drawn, |group| group.count),
        chart(ctx, groups, words.views, &drawn, |group| group.n_views),
        chart(ctx, groups, words.downloads, &drawn, |group| group.n_downloads),
    ]
    .into_iter()
    .flatten()
    .collect();
    let layout = match charts.len() {
        1 => "max-w-[46rem]",
        2 => "grid lg:grid-cols-2 gap-x-12 gap-y-6",
        _ => "grid lg:grid-cols-3 gap-x-12 gap-y-6",
    };
    let note = (drawn.len() > N_BARS).then(|| {
        view! { <p class="mt-2 text-sm ks-mute">{words.first_of(N_BARS, drawn.len())}</p> }
    });
    let left_out = figures.iter().find(|it| Some(it.value.as_str()) == groups.whole);
    let whole = left_out.filter(|_| drawn.len() < figures.len()).map(|group| {
        view! {
            <p class="mt-2 text-sm ks-mute">
                {words.region_in_full}{data(ctx.lang, group.label.as_str())}
                {ctx.lang.pick("。", ".")}
            </p>
        }
    });
    let rows = figures.iter().map(|group| Row {
        head: data(ctx.lang, group.label.as_str()),
        figures: vec![group.count, group.n_views, group.n_downloads],
    });
    let columns = [groups.column, words.datasets_word, words.views, words.downloads];
    let table = data_table(ctx, title, &columns, rows);
    view! {
        <section class="ks-chart">
            <h2>{title}</h2>
            <div class=layout>{charts}</div>
            {note}
            {whole}
            {table}
        </section>
    }
    .into_any()
}

fn chart(
    ctx: &Ctx,
    groups: &Groups<'_>,
    title: &'static str,
    figures: &[&GroupStats],
    figure: fn(&GroupStats) -> u64,
) -> Option<AnyView> {
    // Before the first view or download, every label would stand beside a nought.
    if figures.iter().all(|group| figure(group) == 0) {
        return None;
    }
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
    Some(
        view! {
            <div>
                <h3 class="mb-1 text-base">{title}</h3>
                {bars(ctx, values)}
            </div>
        }
        .into_any(),
    )
}
