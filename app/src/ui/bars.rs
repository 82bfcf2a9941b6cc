//! Counts as bars: the words and numbers are text, the bars only show what they say.

use kaishu_types::search::{Facet, FacetCount, SearchRequest};
use leptos::prelude::*;

use super::class_mark::class_colour;
use super::data::data;
use super::heading::section_head;
use super::links::address;
use super::numbers::thousands;
use crate::ctx::Ctx;

/// One bar.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bar {
    /// What was counted.
    pub(crate) label: String,
    /// A path to what was counted.
    pub(crate) path: Option<String>,
    /// How many.
    pub(crate) count: u64,
    /// Of these, the ones that are drawn in ink.
    pub(crate) marked: u64,
    /// The colour of an open class, as in `is-open`.
    pub(crate) colour: Option<&'static str>,
}

/// Makes a bar of each value of a facet that has any dataset; it leads to those of `own` datasets.
pub(crate) fn facet_bars(own: &SearchRequest, facet: Facet, counts: &[FacetCount]) -> Vec<Bar> {
    counts
        .iter()
        .filter(|count| count.count > 0)
        .map(|count| Bar {
            label: count.label.clone(),
            path: Some(address(&own.with_value(facet, &count.value), 1)),
            count: count.count,
            marked: 0,
            colour: if facet == Facet::Open {
                count.value.parse().ok().map(class_colour)
            } else {
                None
            },
        })
        .collect()
}

/// Below this a bar says less than its number.
const LEAST_GREATEST: u64 = 5;

/// Draws bars; the greatest count fills the width. One or two values, or only small ones, are a
/// list: their bars would be large and say nothing.
pub(crate) fn bars(ctx: &Ctx, bars: Vec<Bar>) -> AnyView {
    let greatest = bars.iter().map(|bar| bar.count).max().unwrap_or(0);
    if bars.len() <= 2 || greatest < LEAST_GREATEST {
        return list(ctx, bars);
    }
    let rows: Vec<_> = bars
        .into_iter()
        .map(|bar| {
            let width = share(bar.count, greatest);
            let marked = (bar.marked > 0).then(|| {
                view! { <rect width=share(bar.marked, greatest) height="1" fill="currentColor"></rect> }
            });
            let label = linked(ctx, bar.label, bar.path);
            view! {
                <li>
                    <span>{label}</span>
                    <svg class="ks-bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                        <rect width=width height="1" class=bar.colour></rect>
                        {marked}
                    </svg>
                    <b>{thousands(bar.count)}</b>
                </li>
            }
        })
        .collect();
    view! { <ol class="ks-bars is-wide">{rows}</ol> }.into_any()
}

fn list(ctx: &Ctx, bars: Vec<Bar>) -> AnyView {
    let rows: Vec<_> = bars
        .into_iter()
        .map(|bar| {
            view! {
                <li class="flex items-baseline justify-between gap-4 py-1.5 border-t border-[var(--line)] first:border-t-0">
                    <span>{linked(ctx, bar.label, bar.path)}</span>
                    <span class="num text-sm ks-mute">{thousands(bar.count)}</span>
                </li>
            }
        })
        .collect();
    view! { <ol class="max-w-[30rem] text-[.9375rem]">{rows}</ol> }.into_any()
}

fn linked(ctx: &Ctx, label: String, path: Option<String>) -> AnyView {
    let label = data(ctx.lang, label);
    match path {
        Some(path) => view! { <a class="ks-plain" href=ctx.href(&path)>{label}</a> }.into_any(),
        None => label,
    }
}

/// Draws a section of bars; one value alone is compared with nothing and has none.
pub(crate) fn bar_section(
    ctx: &Ctx,
    id: &'static str,
    title: &'static str,
    values: Vec<Bar>,
) -> Option<AnyView> {
    if values.len() < 2 {
        return None;
    }
    Some(
        view! {
            <section aria-labelledby=id class="mt-12">
                {section_head(id, title)}
                <div class="mt-3">{bars(ctx, values)}</div>
            </section>
        }
        .into_any(),
    )
}

/// Returns the length of a bar out of 100, with one decimal; what there is can be seen.
pub(crate) fn share(count: u64, greatest: u64) -> String {
    if count == 0 || greatest == 0 {
        return "0".to_owned();
    }
    let tenths = (u128::from(count) * 1_000 / u128::from(greatest)).clamp(5, 1_000);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_share() {
        assert_eq!(share(0, 10), "0");
        assert_eq!(share(5, 10), "50.0");
        assert_eq!(share(10, 10), "100.0");
        assert_eq!(share(1, 3), "33.3");
        assert_eq!(share(1, 1_000_000), "0.5");
        assert_eq!(share(0, 0), "0");
        assert_eq!(share(u64::MAX, u64::MAX), "100.0");
    }
}
