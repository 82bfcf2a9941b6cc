//! The rows.

use kaishu_types::Lang;
use kaishu_types::table::{Cell, TableColumn};
use kaishu_types::vocabulary::ItemType;
use leptos::prelude::*;

use super::Shown;
use crate::ui::data::{data, foreign};
use crate::ui::icon::icon;
use crate::ui::numbers::thousands;

/// A value is shown with so many characters; the rest is in the file.
const SHOWN: usize = 160;

/// Longer texts are set in several lines.
const LONG: usize = 24;

/// Draws the rows with what there is to say of them.
pub(super) fn section(shown: &Shown<'_>) -> AnyView {
    let Shown { ctx, resource, view, answer, .. } = shown;
    let words = ctx.words;
    let Ok(answer) = answer else { return ().into_any() };
    let n = answer.slice.rows.len() as u64;
    let first = view.from;
    let status = words.rows_status(
        &thousands(answer.total),
        &thousands(first),
        &thousands(first + n.saturating_sub(1)),
        n,
    );
    let heads: Vec<_> = answer.slice.columns.iter().map(|column| head(shown, column)).collect();
    let rows: Vec<_> = answer
        .slice
        .rows
        .iter()
        .enumerate()
        .map(|(place, row)| {
            let cells: Vec<_> = row
                .iter()
                .zip(&answer.slice.columns)
                .map(|(cell, column)| value(ctx.lang, words.null_value, cell, column))
                .collect();
            view! { <tr><td class="r ks-mute">{thousands(first + place as u64)}</td>{cells}</tr> }
        })
        .collect();
    let next = answer.next.clone().map(|cursor| {
        let target = ctx.href(&view.next(cursor, first + n));
        view! { <a class="btn btn-outline" rel="next" href=target>{words.next_rows}{icon("next")}</a> }
    });
    let start = view.request.cursor.is_some().then(|| {
        let target = ctx.href(&view.changed(|_| ()));
        view! { <a class="btn btn-outline" href=target>{words.first_rows}</a> }
    });
    let is_empty = n == 0;
    view! {
        <p class="py-2 text-sm ks-mute num" role="status">{status}</p>
        {is_empty.then(|| view! { <p class="py-8">{words.no_such_rows}</p> })}
        {(!is_empty).then(|| view! {
            <div class="ks-frame lg:max-h-[46rem]" tabindex="0" role="region" aria-label=words.table_region>
                <table class="ks-table is-dense">
                    <caption class="sr-only">{resource.title.clone()}</caption>
                    <thead><tr><th scope="col" class="r"><span class="sr-only">{words.row_number}</span><span aria-hidden="true">"#"</span></th>{heads}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        })}
        <nav class="flex flex-wrap gap-3 mt-4" aria-label=words.pages>{start}{next}</nav>
    }
    .into_any()
}

fn head(shown: &Shown<'_>, column: &TableColumn) -> AnyView {
    let Shown { ctx, view, .. } = shown;
    let words = ctx.words;
    let class = is_number(column).then_some("r");
    let direction = view.direction(&column.name);
    let sort = match direction {
        None => None,
        Some(false) => Some("ascending"),
        Some(true) => Some("descending"),
    };
    let mark =
        direction.map(|is_descending| icon(if is_descending { "arrow-down" } else { "arrow-up" }));
    let target = ctx.href(&view.sorted_by(&column.name));
    let masked = column.mask.as_ref().map(|_| {
        view! { <span class="ks-mute font-normal">" "{words.masked}</span> }
    });
    view! {
        <th scope="col" class=class aria-sort=sort>
            <a class="ks-plain" rel="nofollow" href=target>
                {data(ctx.lang, column.label.clone())}{mark}
            </a>
            {masked}
        </th>
    }
    .into_any()
}

pub(super) fn is_number(column: &TableColumn) -> bool {
    matches!(column.item_type, ItemType::Integer | ItemType::Decimal)
}

fn value(lang: Lang, no_value: &'static str, cell: &Cell, column: &TableColumn) -> AnyView {
    let text = cell.as_deref().unwrap_or_default();
    let class = match column.item_type {
        ItemType::Integer | ItemType::Decimal => Some("r"),
        ItemType::Code => Some("ks-id"),
        _ if text.chars().count() > LONG => Some("ks-text"),
        _ => None,
    };
    if text.trim().is_empty() {
        return view! { <td class=class><span class="ks-mute">{no_value}</span></td> }.into_any();
    }
    let shown = match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    };
    let tag = foreign(lang, &shown);
    view! { <td class=class lang=tag>{shown}</td> }.into_any()
}
