//! The head of a page: its one `h1` and a sentence under it.

use leptos::prelude::*;

use super::data::tag_of;

/// Draws the heading of a page; long ones are set smaller.
pub(crate) fn heading(title: &str) -> AnyView {
    let class = if title.chars().count() > 40 {
        "text-[1.375rem] md:text-[1.625rem] leading-[1.4]"
    } else {
        "text-[1.75rem] md:text-[2.375rem] leading-[1.3]"
    };
    view! { <h1 class=class lang=tag_of(title)>{title.to_owned()}</h1> }.into_any()
}

/// Draws the heading of a page with a sentence under it.
pub(crate) fn page_head(title: &str, lead: impl IntoAny) -> AnyView {
    view! {
        <header class="pt-3 pb-8 max-w-[54rem]">
            {heading(title)}
            <div class="mt-3 text-lg">{lead.into_any()}</div>
        </header>
    }
    .into_any()
}

/// Draws the heading of a section of second rank.
pub(crate) fn section_head(id: &'static str, title: impl IntoAny) -> AnyView {
    view! { <h2 id=id class="text-xl">{title.into_any()}</h2> }.into_any()
}

/// Draws the heading of a part of the rail.
pub(crate) fn rail_head(title: impl IntoAny, rank: Rank) -> AnyView {
    let class = match rank {
        Rank::First => "text-base border-t-2 border-[var(--color-base-content)] pt-3",
        Rank::Next => "text-base mt-8 border-t border-[var(--line-2)] pt-3",
    };
    view! { <h2 class=class>{title.into_any()}</h2> }.into_any()
}

/// Whether a part of the rail is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rank {
    First,
    Next,
}
