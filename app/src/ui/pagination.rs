//! The ways from page to page of a list.

use kaishu_types::query::DEFAULT_PER_PAGE;
use kaishu_types::search::SearchRequest;
use leptos::prelude::*;

use super::icon::icon;
use super::links::{address, n_pages};
use super::numbers::thousands;
use crate::ctx::Ctx;

/// Draws which results a page shows, and links to the other pages.
pub(crate) fn pagination(ctx: &Ctx, request: &SearchRequest, number: usize, total: u64) -> AnyView {
    let words = ctx.words;
    let last = n_pages(total);
    let is_single = last == 1;
    let from = (number - 1) * DEFAULT_PER_PAGE + 1;
    let to = (number * DEFAULT_PER_PAGE).min(usize::try_from(total).unwrap_or(usize::MAX));
    let shown = if is_single {
        words.all_shown(&thousands(total))
    } else {
        words.range(&thousands(from as u64), &thousands(to as u64), &thousands(total))
    };
    let near = number.saturating_sub(1).max(1)..=(number + 1).min(last);
    let mut numbers: Vec<usize> = std::iter::once(1).chain(near).chain([last]).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut before = 0;
    let links: Vec<_> = numbers
        .into_iter()
        .map(|page| {
            let gap = (page > before + 1).then(|| view! { <span class="px-1">"…"</span> });
            before = page;
            let current = (page == number).then_some("page");
            let class = if page == number {
                "btn btn-sm btn-primary num"
            } else {
                "btn btn-sm btn-outline num"
            };
            view! {
                {gap}
                <a class=class aria-current=current href=ctx.href(&address(request, page))>
                    {thousands(page as u64)}
                </a>
            }
        })
        .collect();
    let previous = (number > 1).then(|| {
        view! {
            <a class="btn btn-sm btn-outline" rel="prev" href=ctx.href(&address(request, number - 1))>
                {icon("previous")}{words.page_previous}
            </a>
        }
    });
    let next = (number < last).then(|| {
        view! {
            <a class="btn btn-sm btn-outline" rel="next" href=ctx.href(&address(request, number + 1))>
                {words.page_next}{icon("next")}
            </a>
        }
    });
    view! {
        <nav
            class="border-t border-[var(--line)] pt-6 flex flex-wrap items-center justify-between gap-4"
            aria-label=words.pages
        >
            <p class="text-sm ks-mute num">{shown}</p>
            {(!is_single).then(|| view! {
                <div class="flex flex-wrap gap-2 items-center">{previous}{links}{next}</div>
            })}
        </nav>
    }
    .into_any()
}
