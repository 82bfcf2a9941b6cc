//! The links by which a draft is seen before it is public: made, shown once, taken back.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use http::{HeaderMap, header};
use kaishu_portal::Portal;
use kaishu_portal::publishing::{PreviewLink, Previews};
use kaishu_types::ErrorCode;
use leptos::prelude::*;

use super::{bench_page, expired};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::session::{brought, once, once_taken_away};
use crate::ui::data::data;
use crate::ui::dates::full_time;
use crate::ui::form::{Field, Typed, summary};
use crate::ui::heading::section_head;

/// `GET /workbench/drafts/{id}/previews`
pub(crate) async fn show(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let is_revoked = asked.get("done").is_some_and(|done| done == "revoked");
    let sealed = brought(&headers);
    let made = sealed.as_deref().and_then(|sealed| portal.open_once(&ctx.caller, sealed));
    let typed = Typed::default().with("days", "7");
    let mut response = draw(&ctx, &portal, &id, &typed, (is_revoked, made)).await;
    if sealed.is_some()
        && let Some(cookie) = once_taken_away(&ctx.site, &ctx.href(&path(&id)))
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// `POST /workbench/drafts/{id}/previews`
pub(crate) async fn make(
    ctx: Ctx,
    State(portal): State<Portal>,
    Path(id): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let made = portal.make_preview(&ctx.caller, number(&id), typed.value("days"), ctx.lang).await;
    let sealed = made.and_then(|token| portal.seal_once(&ctx.caller, &token, ctx.lang));
    match sealed {
        Ok(sealed) => {
            let path = ctx.href(&path(&id));
            go(&path, [once(&ctx.site, &path, &sealed)])
        }
        Err(error) if error.code() == ErrorCode::Conflict => {
            let typed = typed.noticed(error.message(ctx.lang));
            draw(&ctx, &portal, &id, &typed, (false, None)).await
        }
        Err(error) => match typed.refused(error) {
            Ok(typed) => draw(&ctx, &portal, &id, &typed, (false, None)).await,
            Err(error) => respond(&ctx, || Err(error)),
        },
    }
}

/// `POST /workbench/drafts/{id}/previews/{link}/revoke`
pub(crate) async fn revoke(
    ctx: Ctx,
    State(portal): State<Portal>,
    Path((id, link)): Path<(String, String)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    match portal.revoke_preview(&ctx.caller, number(&id), number(&link), ctx.lang).await {
        Ok(()) => go(&format!("{}?done=revoked", ctx.href(&path(&id))), []),
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

fn path(id: &str) -> String {
    format!("/workbench/drafts/{}/previews", number(id))
}

/// What is no number is that of nothing.
fn number(text: &str) -> i64 {
    text.parse().unwrap_or_default()
}

async fn draw(
    ctx: &Ctx,
    portal: &Portal,
    id: &str,
    typed: &Typed,
    (is_revoked, made): (bool, Option<String>),
) -> Response {
    let found = portal.previews(&ctx.caller, number(id), ctx.lang).await;
    let now = portal.now();
    respond(ctx, || {
        let found = found.map_err(|error| AppError::or_unknown(error, || unknown(ctx, id)))?;
        Ok(page(ctx, (&found, now), typed, (is_revoked, made)).refused(ctx.lang, typed))
    })
}

fn unknown(ctx: &Ctx, id: &str) -> AppError {
    let (one, all) = ctx.lang.pick(("目录", "工作台事项"), ("draft", "cases"));
    AppError::unknown(ctx.lang, id, one, all, "/workbench")
}

fn page(
    ctx: &Ctx,
    (found, now): (&Previews, DateTime<Utc>),
    typed: &Typed,
    (is_revoked, made): (bool, Option<String>),
) -> Page {
    let lang = ctx.lang;
    let revoked = is_revoked.then(|| {
        let text =
            lang.pick("链接已经撤销，立即失效。", "The link is taken back and leads nowhere now.");
        view! { <div class="ks-note is-ok mb-8" role="status"><p>{text}</p></div> }
    });
    let made = made.map(|token| {
        let address = format!("{}{}", ctx.site.base_url, ctx.href(&format!("/preview/{token}")));
        view! {
            <div class="ks-note is-ok mb-8 max-w-[44rem]" role="status">
                <p>
                    <b class="font-semibold">{lang.pick("链接已经生成，只显示这一次。", "The link is made, and shown this once.")}</b>
                    {ctx.gap()}
                    {lang.pick("有链接的人不用登录就能看到预览，请只发给需要的人。", "Whoever has it sees the preview without a login; give it to those who need it only.")}
                </p>
                <pre class="ks-code mt-3" tabindex="0" id="preview-link">{address}</pre>
            </div>
        }
    });
    let rows: Vec<_> = found.links.iter().map(|link| row(ctx, found, link, now)).collect();
    let list = match rows.is_empty() {
        true => view! { <p class="mt-2 ks-mute">{lang.pick("还没有链接。", "There are none yet.")}</p> }
            .into_any(),
        false => view! { <ul class="mt-3 divide-y divide-[var(--line)] border-t border-[var(--line-2)] max-w-[44rem]">{rows}</ul> }
            .into_any(),
    };
    let form = found.is_open.then(|| form(ctx, found, typed));
    let body = view! {
        {revoked}
        {made}
        <section aria-labelledby="h-links">
            {section_head("h-links", lang.pick("现有的链接", "Links"))}
            {list}
        </section>
        {form}
    };
    let title = lang.pick("预览链接", "Preview links");
    let draft = format!("/workbench/drafts/{}", found.case);
    let places = vec![(found.title.clone(), Some(draft)), (title.to_owned(), None)];
    let lead = lang.pick(
        "按公开后公众看到的样子预览草稿：不予开放的内容不出现，文件不能下载。目录发布、作废以后链接自动失效。",
        "The draft as the public would see it: what is not open does not appear, files cannot be taken. Links end when the draft is published or discarded.",
    );
    bench_page(ctx, title, places, lead, body.into_any())
}

fn form(ctx: &Ctx, found: &Previews, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let action = ctx.href(&format!("/workbench/drafts/{}/previews", found.case));
    let days = Field {
        inputmode: Some("numeric"),
        maxlength: 2,
        ..Field::text("days", lang.pick("有效天数", "Days it is good for"))
    };
    let hint = lang.pick("1 至 30 天", "1 to 30");
    view! {
        <section class="mt-14 max-w-[30rem]" aria-labelledby="h-new">
            {section_head("h-new", lang.pick("生成链接", "Make a link"))}
            <div class="mt-4">{summary(ctx, typed)}</div>
            <form method="post" action=action novalidate=true>
                {days.hint(hint).draw(typed)}
                <p class="mt-8">
                    <button class="btn btn-primary" type="submit">{lang.pick("生成链接", "Make the link")}</button>
                </p>
            </form>
        </section>
    }
    .into_any()
}

fn row(ctx: &Ctx, found: &Previews, link: &PreviewLink, now: DateTime<Utc>) -> AnyView {
    let lang = ctx.lang;
    let state = match (link.revoked_at, link.is_good(now) && found.is_open) {
        (Some(_), _) => {
            view! { <span class="ks-mute">{lang.pick("已撤销", "Taken back")}</span> }.into_any()
        }
        (None, false) => {
            view! { <span class="ks-mute">{lang.pick("已失效", "Ended")}</span> }.into_any()
        }
        (None, true) => {
            let action =
                ctx.href(&format!("/workbench/drafts/{}/previews/{}/revoke", found.case, link.id));
            view! {
                <form method="post" action=action>
                    <button class="btn btn-outline text-error" type="submit">
                        {lang.pick("撤销", "Take back")}<span class="sr-only">{format!(" {}", link.id)}</span>
                    </button>
                </form>
            }
            .into_any()
        }
    };
    let opened = match link.last_opened_at {
        Some(at) => {
            view! { {lang.pick("最近打开", "last opened")}" "{full_time(lang, at)} }.into_any()
        }
        None => lang.pick("没有打开过", "never opened").into_any(),
    };
    view! {
        <li class="py-4 flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
            <div class="min-w-0">
                <p class="font-semibold">{data(lang, link.made_by.as_str())}" "{full_time(lang, link.made_at)}</p>
                <p class="text-[.9375rem] ks-mute">
                    {lang.pick("有效期至", "Good until")}" "{full_time(lang, link.expires_at)}" · "{opened}
                </p>
            </div>
            {state}
        </li>
    }
    .into_any()
}
