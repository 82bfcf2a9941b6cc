//! What came of the use of granted data: what its makers register, what the offices follow, what everybody sees.

mod followed;
mod mine;
mod public;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};
use kaishu_portal::Portal;
use kaishu_portal::results::{UseResult, work};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::data::data;
use crate::ui::dates::{day_of, full_day};
use crate::ui::links::safe_url;

/// Returns the routes of a language.
pub(super) fn router<S>(prefix: &str) -> Router<S>
where
    Portal: FromRef<S>,
    S: Clone + Send + Sync + 'static,
{
    let at = |path: &str| format!("{prefix}{path}");
    Router::new()
        .route(&at("/results"), get(public::list))
        .route(&at("/results/holders/{holder}"), get(public::holder))
        .route(&at("/me/results"), get(mine::show).post(mine::register))
        .route(&at("/me/results/{id}"), post(mine::change))
        .route(&at("/workbench/results"), get(followed::show))
}

/// Draws a result, with whatever stands beside it.
pub(super) fn result(ctx: &Ctx, found: &UseResult, beside: Option<AnyView>) -> AnyView {
    let lang = ctx.lang;
    let kind = work(&found.kind).map(|work| work.label(lang));
    let title = match safe_url(&found.url) {
        Some(url) => view! {
            <a class="ks-link" rel="external nofollow noopener" href=url>{data(lang, found.title.clone())}</a>
        }
        .into_any(),
        None => data(lang, found.title.clone()),
    };
    let summary = (!found.summary.is_empty()).then(
        || view! { <p class="mt-1 whitespace-pre-line">{data(lang, found.summary.clone())}</p> },
    );
    let taken = found.retrieved_on.map(|day| {
        view! { <span>{lang.pick("获取日期：", "retrieved ")}{full_day(lang, day)}</span> }
    });
    let source = (!found.source.is_empty()).then(|| {
        view! { <span>{lang.pick("来源：", "source: ")}{data(lang, found.source.clone())}</span> }
    });
    let path = ctx.href(&format!("/datasets/{}", found.dataset));
    view! {
        <li class="py-4">
            <p class="flex flex-wrap items-baseline gap-x-3"><b class="font-semibold">{title}</b><span class="ks-mute">{kind}</span></p>
            {summary}
            <p class="mt-1 text-[.9375rem] ks-mute flex flex-wrap gap-x-4">
                {source}
                {taken}
                <span>{lang.pick("数据集：", "dataset ")}<a class="ks-link num" href=path>{found.dataset.to_string()}</a></span>
                <span>{lang.pick("登记于", "registered ")}{ctx.gap()}{full_day(lang, day_of(found.registered_at))}</span>
            </p>
            {beside}
        </li>
    }
    .into_any()
}

/// Draws the list of them, with the way to older ones.
pub(super) fn list(rows: Vec<AnyView>, older: Option<AnyView>) -> AnyView {
    view! {
        <ul class="divide-y divide-[var(--line)] border-y border-[var(--line)]">{rows}</ul>
        {older}
    }
    .into_any()
}

/// Draws the way to what is older.
pub(super) fn older(ctx: &Ctx, path: &str, next: Option<i64>) -> Option<AnyView> {
    let next = next?;
    let sign = if path.contains('?') { '&' } else { '?' };
    let path = ctx.href(&format!("{path}{sign}before={next}"));
    let word = ctx.lang.pick("更早的成果", "Older results");
    Some(view! { <p class="mt-6"><a class="btn btn-outline" href=path>{word}</a></p> }.into_any())
}
