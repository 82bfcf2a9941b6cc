//! Icons (lucide, ISC licence), drawn once in a sprite at the foot of the page and used by name.

use leptos::prelude::*;

/// The sprite that [`icon`] refers to.
pub(crate) const SPRITE: &str = include_str!("sprite.svg");

/// The seal of the office (outlines of LXGW WenKai, SIL OFL 1.1).
pub(crate) const SEAL: &str = include_str!("seal.svg");

/// Draws a picture that the program made as an SVG element, with words for those who do not see it.
pub(crate) fn picture(svg: &str, words: &'static str) -> AnyView {
    let svg = svg.to_owned();
    view! {
        <div class="w-52 border border-[var(--line)]" role="img" aria-label=words inner_html=svg></div>
    }
    .into_any()
}

/// Draws an icon of the sprite. It never stands without a word.
pub(crate) fn icon(name: &'static str) -> AnyView {
    view! {
        <svg class="ks-ic" aria-hidden="true" focusable="false">
            <use href=format!("#i-{name}")></use>
        </svg>
    }
    .into_any()
}
