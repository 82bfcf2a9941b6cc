//! Access to conditional data: what applying means, the form, the page that always shows where an application is.

mod accuse;
mod application;
mod around;
mod before;
mod decide;
mod dossier;
mod duties;
mod experience;
mod feed;
mod form;
mod materials;
mod mine;
pub(crate) mod papers;
mod report;
mod rows;
mod terms;
mod verify;
mod violation;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
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
        .route(&at("/datasets/{code}/verify"), get(verify::show).post(verify::ask))
        .route(&at(MINE), get(mine::show))
        .route(&at("/applications/{id}"), get(application::show).post(form::submit))
        .route(&at("/applications/{id}/act"), post(application::act))
        .route(&at("/applications/{id}/documents/{document}"), get(papers::take))
        .route(&at("/applications/{id}/message"), post(around::write))
        .route(&at("/applications/{id}/renew"), post(around::renew))
        .route(&at("/applications/{id}/materials"), get(materials::show).post(materials::act))
        .route(
            &at("/applications/{id}/materials/{part}"),
            // The guard around all routes knows how long an upload may be.
            get(materials::open).post(materials::give).layer(DefaultBodyLimit::disable()),
        )
        .route(&at("/applications/{id}/evidence"), post(dossier::take))
        .route(&at("/applications/{id}/question"), post(duties::ask))
        .route(&at("/applications/{id}/violation"), get(accuse::ask).post(accuse::open))
        .route(&at("/usage-reports/{id}"), get(report::show).post(report::act))
        .route(&at("/violations/{id}"), get(violation::show).post(violation::act))
        .route(&at("/violations/{id}/evidence"), post(violation::take))
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
