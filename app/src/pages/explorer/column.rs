//! What the values of one column have in common.

use kaishu_types::table::address::query_string;
use kaishu_types::table::{Bin, ColumnProfile, TableColumn, ValueCount};
use kaishu_types::vocabulary::ItemType;
use leptos::prelude::*;

use super::Shown;
use super::filters::{joined, kept};
use super::rows::is_number;
use crate::ctx::Ctx;
use crate::islands::live_part::LivePart;
use crate::ui::bars::share;
use crate::ui::data::{data, foreign};
use crate::ui::meta::{fact, meta};
use crate::ui::numbers::thousands;

/// So many frequent values are shown.
const TOP: usize = 8;

/// Draws the profile of the chosen column, or of the first that has one.
pub(super) fn aside(shown: &Shown<'_>) -> AnyView {
    let Shown { ctx, table, view, resource, found, .. } = shown;
    let words = ctx.words;
    let columns = table.governed.columns();
    let wanted = view.column.as_deref();
    let chosen = columns.iter().position(|column| Some(column.name.as_str()) == wanted);
    let place = chosen.unwrap_or(0);
    let Some(column) = columns.get(place) else { return ().into_any() };
    let options: Vec<_> = columns
        .iter()
        .enumerate()
        .map(|(other, column)| {
            view! { <option value=column.name.clone() lang=foreign(ctx.lang, &column.label) selected={other == place}>{column.label.clone()}</option> }
        })
        .collect();
    let action = ctx.href(&format!("/datasets/{}/resources/{}", found.dataset.code, resource.id));
    let profile = match table.governed.profile(place) {
        Some(profile) => facts(ctx, column, profile),
        None => view! { <p class="mt-3 text-sm ks-mute">{words.no_profile}</p> }.into_any(),
    };
    let rest: Vec<_> = view.pairs().into_iter().filter(|(name, _)| *name != "col").collect();
    let follow =
        if rest.is_empty() { action.clone() } else { format!("{action}?{}", query_string(&rest)) };
    let follow = format!("{}col={{}}", joined(&follow));
    let said = ctx.lang.pick("已显示“{}”的概况", "Shown: about “{}”").to_owned();
    view! {
        <aside aria-labelledby="h-col" class="lg:mt-4">
            <h2 id="h-col" class="text-base border-t-2 border-[var(--color-base-content)] pt-2">{words.column_profile}</h2>
            <form method="get" action=action class="flex gap-2 mt-2 text-sm">
                {kept(&view.pairs_without(&["col"]))}
                <label for="p-col" class="sr-only">{words.column}</label>
                <select id="p-col" name="col" class="select !h-9 text-sm flex-1 min-w-0">{options}</select>
                <button class="btn btn-sm btn-outline !min-h-9" type="submit">{words.view_column}</button>
            </form>
            <LivePart choice="p-col".to_owned() part="col-facts".to_owned() address=follow said=said is_kept=true/>
            <div id="col-facts">{profile}</div>
        </aside>
    }
    .into_any()
}

fn facts(ctx: &Ctx, column: &TableColumn, profile: &ColumnProfile) -> AnyView {
    let words = ctx.words;
    let kind = column.item_type.label(ctx.lang);
    let unit = column.unit.clone().map(|unit| format!(" · {}{unit}", ctx.lang.pick("单位 ", "")));
    let n_rows = profile.n_values + profile.n_blank;
    let near = if profile.is_exact { "" } else { ctx.lang.pick("约 ", "about ") };
    let mut rows = vec![
        fact(
            words.without_value,
            format!(
                "{}{}",
                percent(profile.n_blank, n_rows),
                words.n_rows_in_brackets(&thousands(profile.n_blank))
            ),
        ),
        fact(words.different_values, format!("{near}{}", thousands(profile.n_distinct))),
    ];
    let is_day = matches!(column.item_type, ItemType::Date | ItemType::Datetime);
    if let (Some(min), Some(max)) = (&profile.min, &profile.max)
        && (is_day || is_number(column))
    {
        rows.push(fact(words.least_and_greatest, data(ctx.lang, format!("{min} / {max}"))));
    }
    let numbers = profile.numbers.as_ref().filter(|_| is_number(column));
    let to = ctx.lang.pick("—", "–");
    if let Some(numbers) = numbers {
        let [_, lower, median, upper, _] = numbers.quantiles;
        let say = |number| said(column, number);
        rows.push(fact(words.median, say(median)));
        rows.push(fact(words.middle_half, format!("{}{to}{}", say(lower), say(upper))));
        rows.push(fact(words.mean, say(numbers.mean)));
    } else if profile.n_values > 0 && !is_day {
        let lengths = &profile.lengths;
        let text = if lengths.min == lengths.max {
            lengths.max.to_string()
        } else {
            format!("{}{to}{}", lengths.min, lengths.max)
        };
        rows.push(fact(words.characters, text));
    }
    if profile.formats.len() > 1 && !is_day {
        let ways: Vec<String> = profile.formats.iter().take(3).map(|it| it.value.clone()).collect();
        rows.push(fact(words.written_as, data(ctx.lang, ways.join(" · "))));
    }
    let histogram = numbers.and_then(|numbers| histogram(column, &numbers.histogram));
    view! {
        <p class="mt-3 text-sm ks-mute">{kind}{unit}" · "{words.of_all_rows}</p>
        {histogram}
        <div class="text-sm num">{meta(rows)}</div>
        {top(ctx, profile, n_rows)}
    }
    .into_any()
}

fn top(ctx: &Ctx, profile: &ColumnProfile, n_rows: u64) -> Option<AnyView> {
    let greatest = profile.top.first()?.count;
    if profile.n_distinct < 2 || greatest < 2 {
        return None;
    }
    let rows: Vec<_> = profile
        .top
        .iter()
        .take(TOP)
        .map(|ValueCount { value, count }| {
            view! {
                <li>
                    <span class="truncate">{data(ctx.lang, value.clone())}</span>
                    <svg class="ks-bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                        <rect width=share(*count, greatest) height="1"></rect>
                    </svg>
                    <b>{percent(*count, n_rows)}</b>
                </li>
            }
        })
        .collect();
    Some(
        view! {
            <h3 class="text-sm font-semibold mt-4">{ctx.words.most_frequent}</h3>
            <ol class="ks-bars is-narrow mt-1">{rows}</ol>
        }
        .into_any(),
    )
}

/// Draws a histogram; its figures stand in the facts beside it.
fn histogram(column: &TableColumn, bins: &[Bin]) -> Option<AnyView> {
    let greatest = bins.iter().map(|bin| bin.count).max().filter(|greatest| *greatest > 0)?;
    if bins.len() < 2 {
        return None;
    }
    let (first, last) = (bins.first()?.from, bins.last()?.to);
    #[expect(clippy::cast_precision_loss, reason = "a drawing")]
    let width = 100.0 / bins.len() as f64;
    let bars: Vec<_> = bins
        .iter()
        .enumerate()
        .map(|(place, bin)| {
            #[expect(clippy::cast_precision_loss, reason = "a drawing")]
            let (x, height) = (place as f64 * width, bin.count as f64 / greatest as f64 * 40.0);
            let shown = if bin.count > 0 { height.max(0.6) } else { 0.0 };
            view! {
                <rect x=format!("{:.2}", x + width * 0.04) y=format!("{:.2}", 40.0 - shown) width=format!("{:.2}", width * 0.92) height=format!("{shown:.2}")></rect>
            }
        })
        .collect();
    Some(
        view! {
            <svg class="ks-histogram mt-2" viewBox="0 0 100 40" preserveAspectRatio="none" aria-hidden="true" focusable="false">{bars}</svg>
            <p class="flex justify-between text-xs ks-mute num" aria-hidden="true"><span>{said(column, first)}</span><span>{said(column, last)}</span></p>
        }
        .into_any(),
    )
}

/// Writes a number of a column; years take no commas.
fn said(column: &TableColumn, number: f64) -> String {
    let is_year = column.item_type == ItemType::Integer
        && (column.label.contains('年') || column.name.to_lowercase().contains("year"));
    if is_year && (1_000.0..2_200.0).contains(&number) {
        return format!("{number:.0}");
    }
    short(number)
}

/// Writes a number with four significant digits at most, and without trailing zeros.
pub(super) fn short(number: f64) -> String {
    if !number.is_finite() {
        return "–".to_owned();
    }
    let rounded = if number.abs() >= 1000.0 {
        format!("{number:.0}")
    } else {
        let text = format!("{number:.3e}");
        let value: f64 = text.parse().unwrap_or(number);
        return value.to_string();
    };
    let (sign, digits) = match rounded.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", rounded.as_str()),
    };
    match digits.parse() {
        Ok(whole) => format!("{sign}{}", thousands(whole)),
        Err(_) => format!("{number:.3e}"),
    }
}

fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "0%".to_owned();
    }
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let share = part as f64 * 100.0 / whole as f64;
    match share {
        _ if part == 0 => "0%".to_owned(),
        share if share < 0.1 => "<0.1%".to_owned(),
        share => format!("{share:.1}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(short(34.567_89), "34.57");
        assert_eq!(short(0.001_234_56), "0.001235");
        assert_eq!(short(1_234_567.8), "1,234,568");
        assert_eq!(short(-4_000.0), "-4,000");
        assert_eq!(short(31.0), "31");
        assert_eq!(short(f64::NAN), "–");
        assert_eq!(percent(1, 3), "33.3%");
        assert_eq!(percent(1, 30_000), "<0.1%");
    }
}
