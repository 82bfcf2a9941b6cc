//! The table beside a chart: the numbers that are drawn, to be read and copied.

use kaishu_types::Lang;
use kaishu_types::table::Bin;
use leptos::prelude::*;

use super::choice::Kind;
use super::figures::{Figure, Mark, Shape};
use super::plan::{Parts, Plan};
use super::scale::{said, said_bin};
use super::told::{group_name, measure_name};
use crate::ctx::Ctx;
use crate::ui::data::data;
use crate::ui::numbers::thousands;

/// So many rows of dots are listed; all of them are in the file.
const MOST_DOTS: usize = 100;

/// Draws the table of a chart.
pub(super) fn beside(ctx: &Ctx, parts: &Parts, plan: &Plan, figure: &Figure) -> AnyView {
    let lang = ctx.lang;
    let words = ctx.words;
    let n_rows = words.rows_of_table;
    let (heads, rows) = match (&figure.shape, plan) {
        (Shape::Marks { marks, .. }, Plan::Groups { kind, key, measure, column }) => {
            let mut heads = vec![
                group_name(parts, *kind, key, lang),
                measure_name(parts, *measure, column, lang),
            ];
            let is_pie = *kind == Kind::Pie;
            heads.extend(is_pie.then(|| words.share.to_owned()));
            (heads, marks_rows(ctx, marks, is_pie))
        }
        (Shape::Bins(bins), Plan::Histogram { column }) => {
            (vec![label(parts, column), n_rows.to_owned()], bins_rows(ctx, bins))
        }
        (Shape::Dots { dots, .. }, Plan::Pairs { x, y, .. }) => {
            let rows = dots.iter().take(MOST_DOTS).map(|(x, y)| vec![x.to_string(), y.to_string()]);
            (vec![label(parts, x), label(parts, y)], rows.collect())
        }
        _ => return ().into_any(),
    };
    let note = matches!(&figure.shape, Shape::Dots { dots, .. } if dots.len() > MOST_DOTS)
        .then(|| view! { <p class="text-sm ks-mute mb-1">{words.first_rows_of_dots}</p> });
    let is_dots = matches!(figure.shape, Shape::Dots { .. });
    let heads: Vec<_> = heads
        .into_iter()
        .enumerate()
        .map(|(place, head)| {
            let class = (place > 0 || is_dots).then_some("r");
            view! { <th scope="col" class=class>{data(lang, head)}</th> }
        })
        .collect();
    let rows: Vec<_> = rows.into_iter().map(|row| drawn_row(ctx, row, is_dots)).collect();
    view! {
        {note}
        <div class="ks-frame max-h-[26rem]" tabindex="0" role="region" aria-label=words.data_in_chart>
            <table class="ks-table is-dense">
                <caption class="sr-only">{words.data_in_chart}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// What people call a column.
pub(super) fn label(parts: &Parts, name: &str) -> String {
    parts.find(name).map_or_else(|| name.to_owned(), |column| column.label.clone())
}

fn drawn_row(ctx: &Ctx, row: Vec<String>, is_dots: bool) -> AnyView {
    let cells: Vec<_> = row
        .into_iter()
        .enumerate()
        .map(|(place, text)| match place {
            0 if !is_dots => {
                view! { <th scope="row" class="!font-normal !whitespace-normal">{data(ctx.lang, text)}</th> }.into_any()
            }
            _ => view! { <td class="r">{text}</td> }.into_any(),
        })
        .collect();
    view! { <tr>{cells}</tr> }.into_any()
}

fn marks_rows(ctx: &Ctx, marks: &[Mark], is_pie: bool) -> Vec<Vec<String>> {
    let whole: f64 = marks.iter().filter_map(|mark| mark.value).sum();
    marks
        .iter()
        .enumerate()
        .map(|(place, mark)| {
            let no_value = ctx.words.null_value;
            let label = mark.label.clone().unwrap_or_else(|| no_value.to_owned());
            let value = match mark.value {
                Some(_) => said(&mark.text),
                None if mark.text.is_empty() => no_value.to_owned(),
                None => mark.text.clone(),
            };
            if !is_pie {
                return vec![label, value];
            }
            let share = mark.value.unwrap_or(0.0) / whole * 100.0;
            vec![format!("{} {label}", place + 1), value, format!("{share:.1}%")]
        })
        .collect()
}

fn bins_rows(ctx: &Ctx, bins: &[Bin]) -> Vec<Vec<String>> {
    bins.iter()
        .map(|bin| {
            let (from, to) = said_bin(bins, bin);
            let range = match ctx.lang {
                Lang::Zh => format!("{from} 至不足 {to}"),
                Lang::En => format!("{from} to below {to}"),
            };
            vec![range, thousands(bin.count)]
        })
        .collect()
}
