//! The form of a chart: only the fields that its kind has, and only the columns that fit.

use kaishu_types::Lang;
use kaishu_types::table::GroupKey;
use kaishu_types::table::write::column_name;
use leptos::prelude::*;

use crate::ui::data::foreign;

use super::choice::{Choice, Kind, Measure};
use super::plan::{Parts, Plan, column_of, is_number};
use super::told::key_name;
use crate::pages::explorer::Shown;
use crate::pages::explorer::filters::kept;

/// Draws the form of a kind of chart.
pub(super) fn form(shown: &Shown<'_>, kind: Kind) -> AnyView {
    let Shown { ctx, view, chart, found, resource, .. } = shown;
    let words = ctx.words;
    let parts = &chart.parts;
    let plan = match &chart.drawn {
        Some(Ok((plan, _))) => Some(plan),
        _ => None,
    };
    let choice = view.chart.clone().unwrap_or_else(|| Choice::of(kind));
    let action =
        ctx.href(&format!("/datasets/{}/resources/{}#chart", found.dataset.code, resource.id));
    let fields = if kind.is_of_groups() {
        let (key, measure, column) = match plan {
            Some(Plan::Groups { key, measure, column, .. }) => {
                (Some(key.clone()), Some(*measure), Some(column.clone()))
            }
            _ => (choice.x.clone(), choice.measure, choice.y.clone()),
        };
        let by = keys(parts, kind, key.as_ref(), ctx.lang);
        view! {
            {select(ctx.lang, "ch-x", "x", if kind == Kind::Line { words.across } else { words.group_by }, by)}
            {select(ctx.lang, "ch-agg", "agg", words.computed, measures(kind, measure, ctx.lang))}
            {select(ctx.lang, "ch-y", "y", words.of_column, of_columns(parts, measure, column.as_deref(), words.no_column_needed))}
        }
        .into_any()
    } else {
        let (x, y) = match plan {
            Some(Plan::Pairs { x, y, .. }) => (Some(x.clone()), Some(y.clone())),
            Some(Plan::Histogram { column }) => (Some(column.clone()), None),
            _ => (choice.x.as_ref().map(|key| column_of(key).to_owned()), choice.y.clone()),
        };
        let (first, second) = match kind {
            Kind::Points => (words.longitude, words.latitude),
            Kind::Histogram => (words.column, words.column),
            _ => (words.across, words.upwards),
        };
        let second = (kind != Kind::Histogram)
            .then(|| select(ctx.lang, "ch-y", "y", second, numbers(parts, y.as_deref())));
        view! { {select(ctx.lang, "ch-x", "x", first, numbers(parts, x.as_deref()))}{second} }
            .into_any()
    };
    view! {
        <form method="get" action=action class="flex flex-wrap items-end gap-x-4 gap-y-3 mt-4 text-sm" aria-label=words.what_chart_shows>
            {kept(&view.pairs_without(&["x", "y", "agg"]))}
            {fields}
            <button class="btn btn-sm btn-outline !min-h-9" type="submit">{words.draw}</button>
        </form>
    }
    .into_any()
}

/// An option: its value, its words, whether it is chosen.
type Choices = Vec<(String, String, bool)>;

fn select(
    lang: Lang,
    id: &'static str,
    name: &'static str,
    label: &'static str,
    options: Choices,
) -> AnyView {
    let options: Vec<_> = options
        .into_iter()
        .map(|(value, text, is_chosen)| view! { <option value=value lang=foreign(lang, &text) selected=is_chosen>{text.clone()}</option> })
        .collect();
    view! {
        <div class="max-w-full">
            <label for=id class="block ks-mute">{label}</label>
            <select id=id name=name class="select !h-9 text-sm w-52 max-w-full">{options}</select>
        </div>
    }
    .into_any()
}

fn keys(parts: &Parts, kind: Kind, chosen: Option<&GroupKey>, lang: Lang) -> Choices {
    let mut keys = parts.keys(kind);
    // What the address asks for is offered, whatever it is.
    keys.extend(chosen.filter(|key| !keys.contains(key)).cloned());
    let option =
        |key: GroupKey| (key.to_string(), key_name(parts, &key, lang), Some(&key) == chosen);
    keys.into_iter().map(option).collect()
}

fn measures(kind: Kind, chosen: Option<Measure>, lang: Lang) -> Choices {
    let has_parts = matches!(kind, Kind::Pie | Kind::Divisions);
    Measure::ALL
        .into_iter()
        .filter(|measure| !has_parts || measure.adds_up())
        .map(|it| (it.code().to_owned(), it.label(lang).to_owned(), Some(it) == chosen))
        .collect()
}

fn of_columns(
    parts: &Parts,
    measure: Option<Measure>,
    chosen: Option<&str>,
    none: &'static str,
) -> Choices {
    let mut options = vec![(String::new(), none.to_owned(), chosen.is_none_or(str::is_empty))];
    let columns = parts
        .columns
        .iter()
        .filter(|column| measure == Some(Measure::Distinct) || is_number(column));
    options.extend(columns.map(|column| {
        (column_name(&column.name), column.label.clone(), Some(column.name.as_str()) == chosen)
    }));
    options
}

fn numbers(parts: &Parts, chosen: Option<&str>) -> Choices {
    parts
        .numbers()
        .map(|column| {
            let is_chosen = Some(column.name.as_str()) == chosen;
            (column_name(&column.name), column.label.clone(), is_chosen)
        })
        .collect()
}
