//! The rows.

use kaishu_portal::tables::Answer;
use kaishu_types::Lang;
use kaishu_types::table::address::{QUESTION, query_string, write};
use kaishu_types::table::{Cell, TableColumn};
use kaishu_types::vocabulary::ItemType;
use leptos::prelude::*;

use super::Shown;
use super::filters::joined;
use crate::cell;
use crate::islands::live_rows::LiveRows;
use crate::ui::data::{data, foreign};
use crate::ui::icon::icon;
use crate::ui::numbers::thousands;

/// Draws the rows with what there is to say of them.
pub(super) fn section(shown: &Shown<'_>) -> AnyView {
    let Shown { ctx, resource, view, answer, .. } = shown;
    let words = ctx.words;
    let Ok(answer) = answer else { return ().into_any() };
    if shown.is_bare() {
        let is_one = shown.table.names.len() < 2;
        let text = if is_one { words.no_rows_in_file } else { words.no_rows_in_table };
        return view! { <p class="py-8" role="status">{text}</p> }.into_any();
    }
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
            let number = first + place as u64;
            view! { <tr aria-rowindex=number + 1><td class="r ks-mute">{thousands(number)}</td>{cells}</tr> }
        })
        .collect();
    let is_empty = n == 0;
    // Rows that go on while one scrolls need a window at every width.
    let frame = if answer.next.is_some() {
        "ks-frame is-live lg:max-h-[46rem]"
    } else {
        "ks-frame lg:max-h-[46rem]"
    };
    view! {
        {said(shown, n, status)}
        {is_empty.then(|| view! { <p class="py-8">{words.no_such_rows}</p> })}
        {(!is_empty).then(|| view! {
            <div id="rows" class=frame tabindex="0" role="region" aria-label=words.table_region>
                <table class="ks-table is-dense" aria-rowcount=answer.total + 1>
                    <caption class="sr-only" lang=foreign(ctx.lang, &resource.title)>{resource.title.clone()}</caption>
                    <thead><tr aria-rowindex="1"><th scope="col" class="r"><span class="sr-only">{words.row_number}</span><span aria-hidden="true">"#"</span></th>{heads}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        })}
        {ways(shown, answer, first + n)}
    }
    .into_any()
}

/// The ways to other rows; `next` is the number of the first row that follows.
fn ways(shown: &Shown<'_>, answer: &Answer, next: u64) -> AnyView {
    let Shown { ctx, view, .. } = shown;
    let words = ctx.words;
    let further = answer.next.clone().map(|cursor| {
        let target = ctx.href(&view.next(cursor, next));
        let n = thousands((answer.total + 1).saturating_sub(next));
        view! {
            <a id="next-rows" class="btn btn-outline" rel="next" href=target>{words.next_rows}{icon("next")}</a>
            <p id="rows-left" class="text-sm ks-mute num max-md:basis-full">{words.rows_left(&n, false)}</p>
        }
    });
    let start = view.request.cursor.is_some().then(|| {
        let target = ctx.href(&view.changed(|_| ()));
        view! { <a class="btn btn-outline" href=target>{words.first_rows}</a> }
    });
    view! {
        <nav class="flex flex-wrap items-center gap-3 mt-4" aria-label=words.pages>{start}{further}</nav>
    }
    .into_any()
}

/// Says which rows are shown; where there are more, scripts go on with them.
fn said(shown: &Shown<'_>, n: u64, status: String) -> AnyView {
    let Shown { ctx, view, answer, found, resource, .. } = shown;
    let words = ctx.words;
    let Some((answer, next)) = answer.as_ref().ok().and_then(|it| Some((it, it.next.clone()?)))
    else {
        return view! { <p class="py-2 text-sm ks-mute num" role="status">{status}</p> }.into_any();
    };
    let mut question = write(&view.request);
    question.retain(|(name, _)| QUESTION.contains(name) || *name == "version");
    let address = format!(
        "/api/v1/datasets/{}/resources/{}/rows?{}",
        found.dataset.code,
        resource.id,
        query_string(&question)
    );
    let pattern = words.rows_status(&thousands(answer.total), &thousands(view.from), "{}", n);
    // Where the rows after those that came while one scrolled begin, without the cursor and the number.
    let further = joined(&ctx.href(&view.changed(|_| ())));
    view! {
        <LiveRows
            address=address
            cursor=view.request.cursor.clone()
            limit=view.request.limit as u64
            first=view.from
            n=n
            next=Some(next)
            status=status
            pattern=pattern
            total=answer.total
            left=words.rows_left("{}", true)
            further=further
            no_value=words.null_value.to_owned()
            failed=words.rows_failed.to_owned()
            again=words.try_again.to_owned()
            is_english={ctx.lang == Lang::En}
        />
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
    let cell::Shown { class, lang: tag, text } =
        cell::shown(lang, column.item_type, cell.as_deref().unwrap_or_default());
    match text {
        None => view! { <td class=class><span class="ks-mute">{no_value}</span></td> }.into_any(),
        Some(text) => view! { <td class=class lang=tag>{text}</td> }.into_any(),
    }
}
