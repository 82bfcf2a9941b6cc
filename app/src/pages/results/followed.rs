//! All results of the use of an office's data, shown to everybody or not (USE-06).

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::results::{ResultPage, UseResult};
use leptos::prelude::*;

use super::{list, older, result};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::ui::crumbs::crumbs;
use crate::ui::heading::page_head;

/// `GET /workbench/results`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["before"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let before = asked.get("before").and_then(|text| text.parse().ok());
    let found = portal.followed_results(&ctx.caller, before, ctx.lang).await;
    respond(&ctx, || Ok(page(&ctx, &found?)))
}

fn page(ctx: &Ctx, found: &ResultPage) -> Page {
    let lang = ctx.lang;
    let title = lang.pick("使用者登记的成果", "Results of the use of your data");
    let lead = lang.pick(
        "使用者登记的全部成果，公开展示的和没有公开展示的都在内。",
        "Everything that holders of grants registered, shown to everybody or not.",
    );
    let rows: Vec<_> =
        found.results.iter().map(|it| result(ctx, it, Some(beside(ctx, it)))).collect();
    let body = match rows.is_empty() {
        true => {
            let none = lang.pick("还没有登记的成果。", "None is registered yet.");
            view! { <p class="ks-mute">{none}</p> }.into_any()
        }
        false => list(rows, older(ctx, "/workbench/results", found.next)),
    };
    let bench = lang.pick("工作台", "Workbench").to_owned();
    let places = vec![(bench, Some("/workbench".to_owned())), (title.to_owned(), None)];
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, places)}
            {page_head(title, lead)}
            {body}
        </main>
    };
    Page::new(title, body).private()
}

fn beside(ctx: &Ctx, found: &UseResult) -> AnyView {
    let lang = ctx.lang;
    let path = ctx.href(&format!("/applications/{}", found.grant));
    let shown = match found.is_public {
        true => lang.pick("公开展示", "shown to everybody"),
        false => lang.pick("不公开展示", "not shown"),
    };
    view! {
        <p class="mt-1 text-[.9375rem] flex flex-wrap gap-x-4">
            <a class="ks-link" href=path>{lang.pick("所属申请", "Its application")}</a>
            <span class="ks-mute">{shown}</span>
        </p>
    }
    .into_any()
}
