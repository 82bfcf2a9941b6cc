//! A draft as the public would see it, for whoever holds a link: nobody else finds the page, and nothing keeps it.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderName, HeaderValue, header};
use kaishu_portal::Portal;
use kaishu_portal::entries::DatasetPage;
use kaishu_portal::publishing::Preview;
use kaishu_portal::retrieval::Client;
use kaishu_types::ErrorCode;
use kaishu_types::dataset::ResourceView;
use kaishu_types::vocabulary::OpenClass;
use leptos::prelude::*;

use super::{facts, head, items, terms, versions};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::ui::data::data;
use crate::ui::dates::full_time;

/// What keeps the address, which is a key, where it is.
const HEADERS: [(HeaderName, &str); 3] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
];

/// `GET /preview/{token}`
pub(crate) async fn show(
    ctx: Ctx,
    State(portal): State<Portal>,
    client: Option<Extension<Client>>,
    Path(token): Path<String>,
) -> Response {
    let client = client.map(|Extension(client)| client);
    let found = Box::pin(portal.preview(&ctx.caller, &token, client, ctx.lang)).await;
    let found = found.map_err(|error| AppError::or_unknown(error, || unknown(&ctx)));
    let mut response = respond(&ctx, || Ok(page(&ctx, &found?)));
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The same for every link that is not good, whatever the reason.
fn unknown(ctx: &Ctx) -> AppError {
    let text = ctx.lang.pick(
        "没有这个预览，或者链接已经失效。需要查看的，请向提供单位索取新的链接。",
        "There is no such preview, or its link is no longer good. Ask the provider for a new one.",
    );
    AppError::new(ErrorCode::NotFound, text)
}

fn page(ctx: &Ctx, preview: &Preview) -> Page {
    let lang = ctx.lang;
    let found = &preview.page;
    let body = view! {
        <main id="main" class="ks-wrap">
            <div class="ks-note is-warn mt-6" role="status">
                <p class="font-semibold">{lang.pick("预览：尚未公开", "Preview: not public yet")}</p>
                <p>
                    {lang.pick(
                        "这是一份草稿公开后公众将看到的页面，内容还可能修改。请不要转发。链接有效期至",
                        "This is what the public would see of a draft, which may still change. Please do not pass it on. The link is good until ",
                    )}
                    {full_time(lang, preview.expires_at)}
                    {lang.pick("。", ".")}
                </p>
            </div>
            {head(ctx, found)}
            <div class="grid lg:grid-cols-[minmax(0,1fr)_19.5rem] gap-x-16 gap-y-12">
                <div class="min-w-0">
                    {files(ctx, found)}
                    {items::section(ctx, found)}
                    {terms::section(ctx, found)}
                    {versions::citation(ctx, found)}
                </div>
                {facts::preview_rail(ctx, found)}
            </div>
        </main>
    };
    let title = lang.pick("预览：", "Preview: ").to_owned() + found.dataset.title(lang);
    Page::new(title, body).private()
}

/// The files by their names and formats. Nobody looked into them yet, so nothing else is said of them.
fn files(ctx: &Ctx, found: &DatasetPage) -> AnyView {
    let lang = ctx.lang;
    let is_conditional = found.dataset.fields.open.class == OpenClass::Conditional;
    let text = match (found.dataset.resources.is_empty(), found.may_download, is_conditional) {
        (true, ..) => lang.pick("公众看不到文件。", "The public sees no file."),
        (false, true, _) => lang.pick(
            "公开并检查以后才能下载，预览时没有下载。",
            "They can be taken once they are public and were looked into, not from a preview.",
        ),
        (false, false, false) => lang.pick(
            "按现行规则，整个文件不直接提供下载。",
            "Under the rules in force the files are not offered whole.",
        ),
        (false, false, true) => lang.pick(
            "公开后须申请才能取得，预览时没有下载。",
            "They are had on application once they are public, not from a preview.",
        ),
    };
    let rows: Vec<_> = found.dataset.resources.iter().map(|it| file(ctx, it)).collect();
    view! {
        <section aria-labelledby="h-files" class="border-t-2 border-[var(--color-base-content)] pt-4">
            <h2 id="h-files" class="text-xl">{ctx.words.resources}</h2>
            <p class="mt-1 ks-mute">{text}</p>
            <ul class="mt-3 divide-y divide-[var(--line)]">{rows}</ul>
        </section>
    }
    .into_any()
}

fn file(ctx: &Ctx, it: &ResourceView) -> AnyView {
    let description = it.description.clone().map(|text| {
        view! { <span class="block text-[.9375rem] whitespace-pre-line">{data(ctx.lang, text)}</span> }
    });
    view! {
        <li class="py-3">
            <b class="font-semibold">{data(ctx.lang, it.title.as_str())}</b>
            " "
            <span class="ks-fmt">{it.format.label(ctx.lang)}</span>
            {description}
        </li>
    }
    .into_any()
}
