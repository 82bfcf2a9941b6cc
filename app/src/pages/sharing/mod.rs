//! Sharing between agencies: the catalogue that only agencies see, an entry of it, requests with their timeline.

mod certificates;
mod decide;
mod delivery;
mod entry;
mod form;
mod list;
mod lookup;
mod outside;
mod push;
mod request;
mod uses;
mod verify;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};
use kaishu_portal::Portal;
use kaishu_portal::sharing::RequestCard;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::page::Page;
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::dates::day_text;
use crate::ui::heading::page_head;

/// The share catalogue.
const ALL: &str = "/share";
/// What the agencies of the reader asked for.
const REQUESTS: &str = "/share/requests";
/// What they asked to be verified.
const VERIFICATIONS: &str = "/share/verifications";

/// Returns the routes of a language.
pub(super) fn router<S>(prefix: &str) -> Router<S>
where
    Portal: FromRef<S>,
    S: Clone + Send + Sync + 'static,
{
    let at = |path: &str| format!("{prefix}{path}");
    Router::new()
        .route(&at(ALL), get(list::show))
        .route(&at(REQUESTS), get(list::requests))
        .route(&at("/share/requests/{id}"), get(request::show).post(request::resubmit))
        .route(&at("/share/requests/{id}/act"), post(request::act))
        .route(&at("/share/requests/{id}/work"), post(request::work))
        .route(&at("/share/verifications"), get(verify::list))
        .route(&at("/share/verifications/new"), get(verify::write).post(verify::ask))
        .route(&at("/share/verifications/{id}"), get(verify::show))
        .route(&at("/share/verifications/{id}/act"), post(verify::act))
        .route(&at("/share/outside"), get(outside::show).post(outside::ask))
        .route(&at("/share/lookup"), get(lookup::show))
        .route(&at("/share/certificates"), get(certificates::ask))
        .route(&at("/share/certificates/{number}"), get(certificates::show))
        .route(&at("/share/{code}"), get(entry::show))
        .route(&at("/share/{code}/take"), post(entry::take))
        .route(&at("/share/{code}/request"), get(entry::write).post(entry::ask))
        .route(&at("/share/{code}/uses"), get(uses::show))
}

fn share_page(
    ctx: &Ctx,
    title: &str,
    places: Vec<(String, Option<String>)>,
    lead: impl IntoAny,
    body: AnyView,
) -> Page {
    let all = ctx.lang.pick("共享目录", "Share catalogue").to_owned();
    let mut above = vec![(all, (!places.is_empty()).then(|| ALL.to_owned()))];
    above.extend(places);
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, above)}
            {page_head(title, lead)}
            {body}
        </main>
    };
    Page::new(title.to_owned(), body).private()
}

/// Draws requests, each with where it is.
fn request_list(ctx: &Ctx, cards: &[RequestCard]) -> AnyView {
    let lang = ctx.lang;
    if cards.is_empty() {
        let none = lang.pick("还没有共享申请。", "There is no request yet.");
        return view! { <p class="ks-mute">{none}</p> }.into_any();
    }
    let rows: Vec<_> = cards.iter().map(|card| request_row(ctx, card)).collect();
    view! { <ul class="divide-y divide-[var(--line)] border-y border-[var(--line)]">{rows}</ul> }
        .into_any()
}

fn request_row(ctx: &Ctx, card: &RequestCard) -> AnyView {
    let lang = ctx.lang;
    let path = ctx.href(&format!("{REQUESTS}/{}", card.case));
    let due = card.due.map(|day| {
        lang.pick(format!("到 {}", day_text(lang, day)), format!("until {}", day_text(lang, day)))
    });
    let ends = card.grant.as_ref().filter(|grant| grant.is_active).map(|grant| {
        let day = day_text(lang, grant.last_day);
        lang.pick(format!("可以使用到 {day}"), format!("can be used until {day}"))
    });
    view! {
        <li class="py-4 flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
            <span>
                <a class="ks-link font-semibold" href=path>{data(lang, card.title.clone())}</a>
                " " <span class="ks-mute">{data(lang, card.user.label(lang))}" · "{data(lang, card.matter.clone())}</span>
            </span>
            <span class="flex flex-wrap gap-x-4"><b class="font-semibold">{card.state.clone()}</b>
                <span class="ks-mute">{ends.or(due)}</span>
            </span>
        </li>
    }
    .into_any()
}
