//! Files that stand at their provider: an address in the place of bytes (PUB-11).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::in_place::FORMATS;
use kaishu_portal::publishing::{DraftView, NewSource};
use kaishu_types::ErrorCode;
use leptos::prelude::*;

use super::find;
use crate::ctx::Ctx;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::case::as_field;
use crate::pages::workbench::{bench_page, expired};
use crate::ui::fields::{Choice, area, label, line, select};
use crate::ui::form::{Typed, summary};

/// `GET /workbench/drafts/{id}/sources`
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

/// `POST /workbench/drafts/{id}/sources`
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
    let new = NewSource {
        title: typed.value("title"),
        url: typed.value("url"),
        format: typed.value("format"),
        reason: typed.value("reason"),
    };
    let place = (draft.case, typed.value("revision").parse().unwrap_or_default());
    match Box::pin(portal.add_draft_source(&ctx.caller, place, new, ctx.lang)).await {
        Ok(_) => go(&ctx.href(&format!("/workbench/drafts/{}?done=file#files", draft.case)), []),
        Err(error) => {
            // What was typed stays, whatever stands against it.
            let error = match error.code() {
                ErrorCode::SourceFailed
                | ErrorCode::SourceSlow
                | ErrorCode::Forbidden
                | ErrorCode::Conflict => as_field(error, "url", ctx.lang),
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
    let title = lang.pick("数据留在提供单位", "Data that stands at its provider");
    let lead = lang.pick(
        "业务系统不具备对接条件的，可以登记数据的地址。有人索取时由平台代为读取，核查、回执、日志与存放在平台的数据相同。",
        "Where a system cannot deliver its data, name the address of the data. The portal fetches it when somebody asks, with the checks, receipts and logs of stored data.",
    );
    let entry = format!("/workbench/drafts/{}", draft.case);
    let places = vec![(draft.document.fields.title.clone(), Some(entry)), (title.to_owned(), None)];
    let body = match portal.serves_in_place() && draft.is_editable {
        true => form(ctx, draft, typed),
        false => {
            let text = lang.pick(
                "现在不能登记：现行规则不允许、平台没有登记可读取的主机，或者这份目录不在编制中。",
                "Nothing can be named now: the rules do not admit it, the portal is set up to ask no host, or the entry is not being edited.",
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
    let url = label(
        "url",
        lang.pick("数据的地址", "Address of the data"),
        lang.pick(
            "平台管理员登记过的主机，地址里不写用户名和密码。登记时读取一次，列出数据项",
            "Of a host that whoever runs the portal has named, without a name or a password. It is fetched once now, to list its data items",
        ),
    );
    let format = label("format", lang.pick("格式", "Format"), "");
    let reason = label(
        "reason",
        lang.pick("为什么不能汇聚到平台", "Why it cannot be delivered"),
        lang.pick("会公开", "This is public"),
    );
    let formats: Vec<Choice> =
        FORMATS.iter().map(|it| (it.as_str().to_owned(), it.label(lang).to_owned())).collect();
    let action = ctx.href(&format!("/workbench/drafts/{}/sources", draft.case));
    view! {
        <div class="max-w-[36rem]">
            {summary(ctx, typed)}
            <form method="post" action=action novalidate=true>
                <input type="hidden" name="revision" value=draft.revision.to_string()/>
                {line(&title, "text", typed.value("title"))}
                {line(&url, "url", typed.value("url"))}
                {select(&format, lang.pick("请选择", "Choose"), &formats, typed.value("format"))}
                {area(&reason, 3, typed.value("reason"))}
                <p class="mt-8">
                    <button class="btn btn-primary" type="submit">{lang.pick("读取并登记", "Fetch and add")}</button>
                </p>
            </form>
        </div>
    }
    .into_any()
}

/// Draws the way to this page, where files may stand at their provider.
pub(super) fn way(ctx: &Ctx, portal: &Portal, draft: &DraftView) -> Option<AnyView> {
    (portal.serves_in_place() && draft.is_editable).then(|| {
        let path = ctx.href(&format!("/workbench/drafts/{}/sources", draft.case));
        let word = ctx.lang.pick(
            "业务系统不具备对接条件？登记数据的地址，数据留在提供单位",
            "The system cannot deliver its data? Name its address, and let the data stand there",
        );
        view! { <p class="mt-4"><a class="ks-link" href=path>{word}</a></p> }.into_any()
    })
}
