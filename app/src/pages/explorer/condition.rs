//! The fields of a condition: a range for numbers and days, a choice where there are few values, a text
//! for everything else.

use kaishu_types::table::{ColumnProfile, TableColumn};
use kaishu_types::vocabulary::ItemType;
use leptos::prelude::*;

use super::Shown;
use super::address::{BETWEEN, CONDITIONS, Draft, ONE_OF};
use crate::ctx::Ctx;
use crate::ui::data::data;
use crate::ui::icon::icon;
use crate::ui::numbers::thousands;

/// A column with no more different values than these offers them.
const FEW: u64 = 24;

/// A condition that stands in the form and does not hold.
pub(super) struct Begun {
    pub(super) draft: Draft,
    /// Its place among the conditions where it is refused; it lacks a value where it has none.
    pub(super) place: Option<usize>,
}

/// Finds what was begun: what was sent without its value, or what the answer refuses.
pub(super) fn begun(shown: &Shown<'_>) -> Option<Begun> {
    if let Some(draft) = shown.view.draft.clone() {
        return Some(Begun { draft, place: None });
    }
    let (place, draft) = shown.view.refused(shown.answer.as_ref().err()?)?;
    Some(Begun { draft, place: Some(place) })
}

/// Draws the fields for the column that an address names; those that fit every column where it names
/// none, because the reader has yet to choose one, and where a comparison goes back into the form.
pub(super) fn fields(shown: &Shown<'_>, columns: &[TableColumn], begun: Option<&Begun>) -> AnyView {
    let Shown { ctx, view, table, .. } = shown;
    let named = begun.map(|begun| begun.draft.column.as_str());
    let wanted = named.or(view.add.as_deref());
    let place = columns.iter().position(|column| Some(column.name.as_str()) == wanted);
    let column = place.and_then(|place| columns.get(place));
    let profile = place.and_then(|place| table.governed.profile(place));
    let has_own = |begun: &&Begun| [BETWEEN, ONE_OF].contains(&begun.draft.operator.as_str());
    let compared = begun.filter(|begun| !has_own(begun));
    let fields = match column.filter(|_| compared.is_none()) {
        None => any(ctx, CONDITIONS, compared),
        Some(column) => match (column.item_type, few(profile)) {
            (ItemType::Integer | ItemType::Decimal, _) => range(ctx, "number", profile),
            (ItemType::Date, _) => range(ctx, "date", None),
            (_, Some(profile)) => choices(ctx, profile),
            (ItemType::Datetime, None) => any(ctx, CONDITIONS, None),
            (_, None) => any(ctx, OF_TEXT, None),
        },
    };
    let lack = begun.filter(|begun| begun.place.is_none()).map(|begun| {
        let text = ctx.words.value_needed(&begun.draft.operator);
        view! { <p id="f-fault" class="ks-bad" role="alert">{icon("close")}{text}</p> }
    });
    view! {
        <div id="f-value">
            {lack}
            <div class="flex flex-wrap items-end gap-x-4 gap-y-3">{fields}</div>
        </div>
    }
    .into_any()
}

/// Conditions of texts, with the one that finds most first.
const OF_TEXT: &[(&str, &str, &str)] = &[
    ("has", "包含", "contains"),
    ("starts", "开头是", "begins with"),
    ("eq", "等于", "is"),
    ("ne", "不等于", "is not"),
    ("none", "没有值", "has no value"),
    ("some", "有值", "has a value"),
];

fn few(profile: Option<&ColumnProfile>) -> Option<&ColumnProfile> {
    profile.filter(|profile| {
        let n = profile.top.len() as u64;
        let is_cut = profile.top.iter().any(|value| value.value.ends_with('…'));
        profile.is_exact && n >= 2 && n == profile.n_distinct && n <= FEW && !is_cut
    })
}

fn any(
    ctx: &Ctx,
    conditions: &'static [(&'static str, &'static str, &'static str)],
    begun: Option<&Begun>,
) -> AnyView {
    let words = ctx.words;
    let chosen = begun.map(|begun| begun.draft.operator.as_str());
    let conditions: Vec<_> = conditions
        .iter()
        .map(|(code, zh, en)| {
            let is_chosen = chosen == Some(*code);
            view! { <option value=*code selected=is_chosen>{ctx.lang.pick(*zh, *en)}</option> }
        })
        .collect();
    let value = begun.map(|begun| begun.draft.value.clone());
    let is_invalid = begun.map(|_| "true");
    let described = begun.filter(|begun| begun.place.is_none()).map(|_| "f-fault");
    view! {
        <div>
            <label for="f-o" class="block ks-mute">{words.condition}</label>
            <select id="f-o" name="o" class="select !h-9 text-sm w-32">{conditions}</select>
        </div>
        <div>
            <label for="f-v" class="block ks-mute">{words.value}</label>
            <input id="f-v" name="v" class="input !h-9 text-sm w-44" value=value aria-invalid=is_invalid aria-describedby=described autocomplete="off"/>
        </div>
    }
    .into_any()
}

/// A range; the least and greatest value stand in the empty fields.
fn range(ctx: &Ctx, kind: &'static str, profile: Option<&ColumnProfile>) -> AnyView {
    let words = ctx.words;
    let step = (kind == "number").then_some("any");
    let least = profile.and_then(|profile| profile.min.clone());
    let greatest = profile.and_then(|profile| profile.max.clone());
    view! {
        <input type="hidden" name="o" value=BETWEEN/>
        <div>
            <label for="f-v" class="block ks-mute">{words.from_value}</label>
            <input id="f-v" name="v" type=kind step=step placeholder=least class="input !h-9 text-sm w-40" autocomplete="off"/>
        </div>
        <div>
            <label for="f-w" class="block ks-mute">{words.to_value}</label>
            <input id="f-w" name="w" type=kind step=step placeholder=greatest class="input !h-9 text-sm w-40" autocomplete="off"/>
        </div>
    }
    .into_any()
}

/// The values there are, with how many rows have each.
fn choices(ctx: &Ctx, profile: &ColumnProfile) -> AnyView {
    let boxes: Vec<_> = profile
        .top
        .iter()
        .map(|value| {
            view! {
                <label class="ks-opt">
                    <input class="checkbox" type="checkbox" name="v" value=value.value.clone()/>
                    <span>{data(ctx.lang, value.value.clone())}</span>
                    <small>{thousands(value.count)}</small>
                </label>
            }
        })
        .collect();
    view! {
        <input type="hidden" name="o" value=ONE_OF/>
        <fieldset class="max-w-full">
            <legend class="ks-mute">{ctx.words.any_of}</legend>
            <div class="grid sm:grid-cols-2 gap-x-6 max-h-44 overflow-auto border border-[var(--line-2)] px-3 py-1 min-w-52" tabindex="0" role="group" aria-label=ctx.words.any_of>{boxes}</div>
        </fieldset>
    }
    .into_any()
}
