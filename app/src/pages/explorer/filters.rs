//! The form of conditions, and the conditions there are.

use kaishu_types::Lang;
use kaishu_types::table::{Filter, Literal, Operator, Sort, TableColumn};
use leptos::prelude::*;

use super::Shown;
use super::address::View;
use super::condition;
use crate::ctx::Ctx;
use crate::islands::live_part::LivePart;
use crate::ui::data::{data, foreign};
use crate::ui::icon::icon;

/// Draws the forms that find rows, with the conditions there are.
pub(super) fn form(shown: &Shown<'_>) -> AnyView {
    let Shown { ctx, table, view, resource, found, .. } = shown;
    let words = ctx.words;
    let columns = table.governed.columns();
    let action = ctx.href(&format!("/datasets/{}/resources/{}", found.dataset.code, resource.id));
    let q = view.request.query.contains.clone().unwrap_or_default();
    // The line under the tabs of a file is the upper line of the bar.
    let bar = match table.names.len() {
        0 | 1 => "border-y border-[var(--line-2)] py-3 text-sm",
        _ => "border-b border-[var(--line-2)] py-3 text-sm",
    };
    view! {
        <div id="f-bar" class=bar>
            <div class="flex flex-wrap items-end gap-x-8 gap-y-3">
                {adding(shown, &columns, action.clone())}
                <form method="get" action=action.clone() class="flex items-end gap-x-2" role="search" aria-label=words.search_in_table>
                    {kept(&view.pairs_without(&["q"]))}
                    <div>
                        <label for="f-q" class="block ks-mute">{words.search_in_table}</label>
                        <input id="f-q" name="q" type="search" class="input !h-9 text-sm w-44" value=q autocomplete="off"/>
                    </div>
                    <button class="btn btn-sm btn-outline !min-h-9" type="submit">{words.search}</button>
                </form>
            </div>
            {chips(shown, &columns)}
            {choice(shown, &columns, action)}
        </div>
    }
    .into_any()
}

/// Draws the form that adds a condition: on a phone a sheet, so that the table is near the top. What has
/// to be mended is not put away.
fn adding(shown: &Shown<'_>, columns: &[TableColumn], action: String) -> AnyView {
    let Shown { ctx, view, .. } = shown;
    let words = ctx.words;
    let begun = condition::begun(shown);
    let named = begun.as_ref().map(|begun| begun.draft.column.as_str());
    let named = named.or(view.add.as_deref());
    // A condition that is refused goes back into the form: what is sent next takes its place.
    let refused = begun.as_ref().and_then(|begun| begun.place);
    let base = refused.map_or_else(|| View::clone(view), |place| view.but_condition(place));
    let options: Vec<_> = columns
        .iter()
        .map(|column| {
            let is_chosen = named == Some(column.name.as_str());
            view! { <option value=column.name.clone() lang=foreign(ctx.lang, &column.label) selected=is_chosen>{column.label.clone()}</option> }
        })
        .collect();
    // Forms that follow the choice of the column are drawn by the server, too.
    let follow = format!("{}add={{}}", joined(&ctx.href(&base.changed(|view| view.add = None))));
    let said = ctx.lang.pick("条件的填法已按“{}”换好", "The fields are those of “{}”").to_owned();
    let is_sheet = begun.is_none();
    let sheet = is_sheet.then_some("ks-sheet");
    let opens = is_sheet.then(|| {
        view! {
            <a class="btn btn-sm btn-outline lg:!hidden !min-h-9" href="#filters">{icon("filter")}{words.filters}</a>
        }
    });
    let closes = is_sheet.then(|| {
        view! {
            <div class="flex items-center justify-between pb-3 lg:hidden">
                <h2 class="text-lg">{words.filter_rows}</h2>
                <a class="btn btn-sm btn-outline" href="#f-bar">{icon("close")}{words.close}</a>
            </div>
        }
    });
    view! {
        {opens}
        <div id="filters" class=sheet>
            {closes}
            <form method="get" action=action class="flex flex-wrap items-end gap-x-4 gap-y-3" aria-label=words.filter_rows>
                {kept(&base.pairs_without(&[]))}
                <div>
                    <label for="f-c" class="block ks-mute">{words.column}</label>
                    <select id="f-c" name="c" class="select !h-9 text-sm w-44">{options}</select>
                </div>
                <LivePart choice="f-c".to_owned() part="f-value".to_owned() address=follow said=said is_kept=false/>
                {condition::fields(shown, columns, begun.as_ref())}
                <button class="btn btn-sm btn-outline !min-h-9" type="submit">{words.add_condition}</button>
            </form>
        </div>
    }
    .into_any()
}

/// An address that a parameter can be added to.
pub(super) fn joined(address: &str) -> String {
    format!("{address}{}", if address.contains('?') { '&' } else { '?' })
}

/// Draws parameters as hidden fields.
pub(super) fn kept(pairs: &[(&'static str, String)]) -> AnyView {
    pairs
        .iter()
        .map(|(name, value)| view! { <input type="hidden" name=*name value=value.clone()/> })
        .collect::<Vec<_>>()
        .into_any()
}

fn chips(shown: &Shown<'_>, columns: &[TableColumn]) -> Option<AnyView> {
    let Shown { ctx, view, .. } = shown;
    let words = ctx.words;
    let query = &view.request.query;
    let mut chips: Vec<(String, String)> = view
        .conditions()
        .iter()
        .enumerate()
        .map(|(place, filter)| (in_words(ctx, filter, columns), view.without_condition(place)))
        .collect();
    if let Some(text) = &query.contains {
        let text = ctx.lang.pick(format!("含“{text}”"), format!("has “{text}”"));
        chips.push((text, view.changed(|view| view.request.query.contains = None)));
    }
    if let Some(Sort { column, is_descending }) = query.sort.first() {
        let name = label(columns, column);
        let text = match (ctx.lang, is_descending) {
            (Lang::Zh, false) => format!("按{name}升序"),
            (Lang::Zh, true) => format!("按{name}降序"),
            (Lang::En, false) => format!("by {name}, upwards"),
            (Lang::En, true) => format!("by {name}, downwards"),
        };
        chips.push((text, view.changed(|view| view.request.query.sort.clear())));
    }
    if chips.is_empty() {
        return None;
    }
    let clear = ctx.href(&view.without_question());
    let chips: Vec<_> = chips
        .into_iter()
        .map(|(text, path)| {
            view! {
                <li>
                    <a class="btn btn-sm btn-outline !min-h-9" href=ctx.href(&path)>
                        {data(ctx.lang, text)}<span class="sr-only">{words.remove}</span>{icon("close")}
                    </a>
                </li>
            }
        })
        .collect();
    Some(
        view! {
            <ul class="flex flex-wrap items-center gap-2 mt-3" aria-label=words.conditions>
                {chips}
                <li><a class="ks-link" href=clear>{words.clear_all}</a></li>
            </ul>
        }
        .into_any(),
    )
}

fn label(columns: &[TableColumn], name: &str) -> String {
    let known = columns.iter().find(|column| column.name == name);
    known.map_or_else(|| name.to_owned(), |column| column.label.clone())
}

/// Says a condition in words; what the form cannot say stands as it is written.
pub(super) fn in_words(ctx: &Ctx, filter: &Filter, columns: &[TableColumn]) -> String {
    match filter {
        Filter::Compare { column, operator, value } => {
            let sign = match operator {
                Operator::Equal => "=",
                Operator::NotEqual => "≠",
                Operator::Less => "<",
                Operator::LessOrEqual => "≤",
                Operator::Greater => ">",
                Operator::GreaterOrEqual => "≥",
            };
            format!("{} {sign} {}", label(columns, column), plain(value))
        }
        Filter::Between { column, from, to } => {
            format!("{} {}—{}", label(columns, column), plain(from), plain(to))
        }
        Filter::In { column, values } => {
            let values: Vec<String> = values.iter().map(plain).collect();
            let or = ctx.lang.pick("、", ", ");
            let word = ctx.lang.pick("是", "is one of");
            format!("{} {word} {}", label(columns, column), values.join(or))
        }
        Filter::IsNull { column } => {
            format!("{} {}", label(columns, column), ctx.lang.pick("没有值", "has no value"))
        }
        Filter::Not(inner) => match inner.as_ref() {
            Filter::IsNull { column } => {
                format!("{} {}", label(columns, column), ctx.lang.pick("有值", "has a value"))
            }
            _ => filter.to_string(),
        },
        Filter::Like { column, pattern, ignores_case: true } => {
            let inner = pattern.strip_suffix('%').unwrap_or(pattern);
            let (word, inner) = match inner.strip_prefix('%') {
                Some(inner) => (ctx.lang.pick("包含", "contains"), inner),
                None => (ctx.lang.pick("开头是", "begins with"), inner),
            };
            format!("{} {word} {}", label(columns, column), inner.replace('\\', ""))
        }
        _ => filter.to_string(),
    }
}

/// A value as it was given.
fn plain(value: &Literal) -> String {
    match value {
        Literal::Text(text) => text.clone(),
        value => value.to_string(),
    }
}

/// Draws the choice of columns.
fn choice(shown: &Shown<'_>, columns: &[TableColumn], action: String) -> Option<AnyView> {
    let Shown { ctx, view, .. } = shown;
    let words = ctx.words;
    if columns.len() < 2 {
        return None;
    }
    let chosen = &view.request.query.select;
    let boxes: Vec<_> = columns
        .iter()
        .map(|column| {
            let is_shown = chosen.is_empty() || chosen.contains(&column.name);
            view! {
                <label class="ks-opt">
                    <input class="checkbox" type="checkbox" name="s" value=column.name.clone() checked=is_shown/>
                    <span>{data(ctx.lang, column.label.clone())}</span>
                </label>
            }
        })
        .collect();
    let n_shown = if chosen.is_empty() { columns.len() } else { chosen.len() };
    let all = ctx.href(&view.changed(|view| view.request.query.select.clear()));
    Some(
        view! {
            <details class="mt-3">
                <summary class="cursor-pointer w-fit">{words.choose_columns}" "<span class="ks-mute num">{n_shown}" / "{columns.len()}</span></summary>
                <form method="get" action=action class="mt-2">
                    {kept(&view.pairs_without(&["select"]))}
                    <fieldset class="grid sm:grid-cols-2 lg:grid-cols-4 gap-x-6 max-h-80 overflow-auto">
                        <legend class="sr-only">{words.choose_columns}</legend>
                        {boxes}
                    </fieldset>
                    <p class="mt-3 flex items-center gap-4">
                        <button class="btn btn-sm btn-outline" type="submit">{words.show_chosen}</button>
                        <a class="ks-link" href=all>{words.all_columns}</a>
                    </p>
                </form>
            </details>
        }
        .into_any(),
    )
}
