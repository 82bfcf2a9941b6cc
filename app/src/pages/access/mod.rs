//! Access to conditional data: what applying means, the form, the page that always shows where an application is.

mod application;
mod before;
mod decide;
mod form;
mod mine;
mod terms;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};
use kaishu_portal::Portal;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::page::Page;
use crate::ui::crumbs::crumbs;
use crate::ui::heading::page_head;

/// The list of what somebody applied for.
pub(crate) const MINE: &str = "/me/applications";

/// Returns the routes of a language.
pub(super) fn router<S>(prefix: &str) -> Router<S>
where
    Portal: FromRef<S>,
    S: Clone + Send + Sync + 'static,
{
    let at = |path: &str| format!("{prefix}{path}");
    Router::new()
        .route(&at("/datasets/{code}/apply"), get(before::show).post(before::begin))
        .route(&at(MINE), get(mine::show))
        .route(&at("/applications/{id}"), get(application::show).post(form::submit))
        .route(&at("/applications/{id}/act"), post(application::act))
}

fn own_page(
    ctx: &Ctx,
    title: &str,
    places: Vec<(String, Option<String>)>,
    lead: impl IntoAny,
    body: AnyView,
) -> Page {
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, places)}
            {page_head(title, lead)}
            {body}
        </main>
    };
    Page::new(title.to_owned(), body).private()
}

/// The places above an application.
fn places(ctx: &Ctx, title: &str) -> Vec<(String, Option<String>)> {
    let mine = ctx.lang.pick("我的申请", "My applications").to_owned();
    vec![(mine, Some(MINE.to_owned())), (title.to_owned(), None)]
}
