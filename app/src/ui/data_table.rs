//! The table beside a chart: all its figures, to be read and copied.

use leptos::prelude::*;

use super::numbers::thousands;
use crate::ctx::Ctx;

/// A row: what the figures are of, and the figures.
pub(crate) struct Row {
    pub(crate) head: AnyView,
    pub(crate) figures: Vec<u64>,
}

/// Draws a table that opens on demand; the first of its columns names the rows.
pub(crate) fn data_table(
    ctx: &Ctx,
    title: &'static str,
    columns: &[&'static str],
    rows: impl IntoIterator<Item = Row>,
) -> AnyView {
    let heads: Vec<_> = columns
        .iter()
        .enumerate()
        .map(|(place, column)| {
            let class = (place > 0).then_some("r");
            view! { <th scope="col" class=class>{*column}</th> }
        })
        .collect();
    let rows: Vec<_> = rows
        .into_iter()
        .map(|Row { head, figures }| {
            let figures: Vec<_> = figures
                .into_iter()
                .map(|figure| view! { <td class="r">{thousands(figure)}</td> })
                .collect();
            view! {
                <tr>
                    <th scope="row" class="!font-normal !whitespace-normal">{head}</th>
                    {figures}
                </tr>
            }
        })
        .collect();
    view! {
        <details>
            <summary>{ctx.words.data_table}<span class="sr-only">{ctx.lang.pick("：", ": ")}{title}</span></summary>
            <div class="ks-frame max-w-[40rem]" tabindex="0" role="region" aria-label=title>
                <table class="ks-table">
                    <caption class="sr-only">{title}</caption>
                    <thead>
                        <tr>{heads}</tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}
