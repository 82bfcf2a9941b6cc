//! Interfaces of an entry: the address of an API in the place of a file (PUB-01).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::publishing::{DraftView, NewInterface};
use kaishu_types::ErrorCode;
use leptos::prelude::*;

use super::find;
use crate::ctx::Ctx;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::case::as_field;
use crate::pages::workbench::{bench_page, expired};
use crate::ui::fields::{area, label, line};
use crate::ui::form::{Typed, summary};

/// `GET /workbench/drafts/{id}/interfaces`
pub(crate) async fn show(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    draw(&ctx, &portal, &id, Typed::default()).await
}

/// `POST /workbench/drafts/{id}/interfaces`
pub(crate) async fn add(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let draft = match find(&ctx, &portal, &id).await {
        Ok(draft) => draft,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let typed = Typed::of(pairs);
    let new = NewInterface {
        title: typed.value("title"),
        url: typed.value("url"),
        description: typed.value("description"),
    };
    let place = (draft.case, typed.value("revision").parse().unwrap_or_default());
    match portal.add_draft_interface(&ctx.caller, place, new, ctx.lang).await {
        Ok(_) => go(&ctx.href(&format!("/workbench/drafts/{}?done=file#files", draft.case)), []),
        Err(error) => {
            // What was typed stays, whatever stands against it.
            let error = match error.code() {
                ErrorCode::Forbidden | ErrorCode::Conflict => as_field(error, "url", ctx.lang),
                _ => error,
            };
            match typed.refused(error) {
                Ok(typed) => draw(&ctx, &portal, &id, typed).await,
                Err(error) => respond(&ctx, || Err(error)),
            }
        }
    }
}

async fn draw(ctx: &Ctx, portal: &Portal, id: &str, typed: Typed) -> Response {
    let draft = find(ctx, portal, id).await;
    respond(ctx, || Ok(page(ctx, portal, &draft?, &typed).refused(ctx.lang, &typed)))
}

fn page(ctx: &Ctx, portal: &Portal, draft: &DraftView, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let title = lang.pick("登记接口", "An interface");
    let lead = lang.pick(
        "数据以接口提供的，登记调用地址。地址随目录公开，平台不代为调用。",
        "Where data is served by an API, name its address. It is public with the entry; the portal does not call it.",
    );
    let entry = format!("/workbench/drafts/{}", draft.case);
    let places = vec![(draft.document.fields.title.clone(), Some(entry)), (title.to_owned(), None)];
    let body = match portal.takes_interfaces() && draft.is_editable {
        true => form(ctx, draft, typed),
        false => {
            let text = lang.pick(
                "现在不能登记：现行规则没有数据开放，或者这份目录不在编制中。",
                "Nothing can be named now: the rules open no data, or the entry is not being edited.",
            );
            view! { {summary(ctx, typed)} <div class="ks-note is-warn"><p>{text}</p></div> }
                .into_any()
        }
    };
    bench_page(ctx, title, places, lead, body)
}

fn form(ctx: &Ctx, draft: &DraftView, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let label = |name: &str, text: &str, hint: &str| label(typed, name, text, hint);
    let title = label("title", lang.pick("名称", "Title"), "");
    let hint = lang
        .pick("http 或者 https 开头，不带用户名和密码", "With http or https, without a password");
    let url = label("url", lang.pick("接口地址", "Address"), hint);
    let hint = lang.pick(
        "怎样调用，说明文档在哪里（可不填）",
        "How it is called, where its manual is (optional)",
    );
    let description = label("description", lang.pick("说明", "Description"), hint);
    let action = ctx.href(&format!("/workbench/drafts/{}/interfaces", draft.case));
    view! {
        <div class="max-w-[36rem]">
            {summary(ctx, typed)}
            <form method="post" action=action novalidate=true>
                <input type="hidden" name="revision" value=draft.revision.to_string()/>
                {line(&title, "text", typed.value("title"))}
                {line(&url, "url", typed.value("url"))}
                {area(&description, 3, typed.value("description"))}
                <p class="mt-8">
                    <button class="btn btn-primary" type="submit">{lang.pick("登记接口", "Add it")}</button>
                </p>
            </form>
        </div>
    }
    .into_any()
}

/// Draws the way to this page, where an interface may be named.
pub(super) fn way(ctx: &Ctx, portal: &Portal, draft: &DraftView) -> Option<AnyView> {
    (portal.takes_interfaces() && draft.is_editable).then(|| {
        let path = ctx.href(&format!("/workbench/drafts/{}/interfaces", draft.case));
        let word =
            ctx.lang.pick("数据以接口提供？登记接口地址", "Served by an API? Name its address");
        view! { <p class="mt-4"><a class="ks-link" href=path>{word}</a></p> }.into_any()
    })
}
