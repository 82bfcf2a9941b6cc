//! The search form around the search field.

use kaishu_types::search::SearchRequest;
use leptos::prelude::*;

use super::icon::icon;
use crate::ctx::Ctx;
use crate::islands::search_box::SearchBox;

/// Draws the search form. The filters of `request` stay as hidden fields.
pub(crate) fn search_form(ctx: &Ctx, request: &SearchRequest, looks: Looks) -> AnyView {
    let words = ctx.words;
    let (form_class, box_class, label_class) = match looks {
        Looks::Home => ("mt-8 md:mt-10 max-w-[46rem]", "ks-search", "block mb-2 ks-mute"),
        Looks::List => ("mt-4 max-w-[44rem]", "ks-search is-slim", "sr-only"),
    };
    let kept: Vec<_> = SearchRequest { q: String::new(), ..request.clone() }
        .pairs()
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect();
    view! {
        <form role="search" action=ctx.href("/datasets") method="get" class=form_class>
            <label for="q" class=label_class>{words.search_label}</label>
            <div class=box_class>
                <SearchBox
                    initial=request.q.clone()
                    placeholder=words.search_placeholder.to_owned()
                    label=words.suggestions.to_owned()
                    help=words.suggestions_help.to_owned()
                    as_typed=words.as_typed.to_owned()
                    prefix=ctx.lang.prefix().to_owned()
                />
                <button type="submit">{icon("search")}{words.search}</button>
            </div>
            {kept}
        </form>
    }
    .into_any()
}

/// Where the form stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Looks {
    /// Large, on the home page.
    Home,
    /// Slim, above a list.
    List,
}
