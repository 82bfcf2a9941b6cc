//! Webhooks: registered, their secret shown once, what each was told, enabled and taken away.

use axum::Form;
use axum::Router;
use axum::extract::{FromRef, Path, State};
use axum::response::Response;
use axum::routing::get;
use http::{HeaderMap, header};
use kaishu_domain::webhooks::FAMILIES;
use kaishu_portal::Portal;
use kaishu_portal::webhooks::{
    Told, Webhook, WebhookForm, WebhookState, WebhookView, number_of_message,
};
use kaishu_types::{ErrorCode, Lang};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::expired;
use crate::session::{brought, once, once_taken_away};
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::dates::full_time;
use crate::ui::fields::{Choice, label, line, options, select};
use crate::ui::form::{Typed, summary};
use crate::ui::heading::{page_head, section_head};
use crate::ui::meta::{fact, meta};

const PATH: &str = "/me/webhooks";

/// Returns the routes of a language.
pub(super) fn router<S>(prefix: &str) -> Router<S>
where
    Portal: FromRef<S>,
    S: Clone + Send + Sync + 'static,
{
    let at = |path: &str| format!("{prefix}{path}");
    Router::new()
        .route(&at("/me/webhooks"), get(list).post(register))
        .route(&at("/me/webhooks/{id}"), get(show).post(change))
}

/// What somebody has and can have.
struct Own {
    webhooks: Vec<Webhook>,
    organizations: Vec<String>,
    may_own: bool,
}

/// `GET /me/webhooks`
async fn list(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    draw(&ctx, &portal, (Typed::default(), FAMILIES.map(str::to_owned).to_vec())).await
}

/// `POST /me/webhooks`
async fn register(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let chosen = pairs.iter().filter(|(name, _)| name == "events");
    let events: Vec<String> = chosen.map(|(_, value)| value.clone()).collect();
    let typed = Typed::of(pairs);
    let form = WebhookForm {
        url: typed.value("url").to_owned(),
        events: events.clone(),
        organization: typed.value("organization").to_owned(),
    };
    let made = portal.register_webhook(&ctx.caller, &form, ctx.lang).await;
    let made =
        made.and_then(|(id, secret)| Ok((id, portal.seal_once(&ctx.caller, &secret, ctx.lang)?)));
    match made {
        Ok((id, sealed)) => {
            let path = ctx.href(&format!("{PATH}/{id}"));
            go(&path, [once(&ctx.site, &path, &sealed)])
        }
        Err(error) if error.code() == ErrorCode::Conflict => {
            let typed = typed.noticed(error.message(ctx.lang));
            draw(&ctx, &portal, (typed, events)).await
        }
        Err(error) => match typed.refused(error) {
            Ok(typed) => draw(&ctx, &portal, (typed, events)).await,
            Err(error) => respond(&ctx, || Err(error)),
        },
    }
}

async fn draw(ctx: &Ctx, portal: &Portal, (typed, events): (Typed, Vec<String>)) -> Response {
    let found = portal.webhooks(&ctx.caller, ctx.lang).await;
    let organizations = portal.hooked_organizations(&ctx.caller);
    let may_own = portal.may_hook(&ctx.caller);
    respond(ctx, || {
        let own = Own { webhooks: found?, organizations, may_own };
        Ok(list_page(ctx, &own, &typed, &events))
    })
}

/// `GET /me/webhooks/{id}`
async fn show(
    ctx: Ctx,
    State(portal): State<Portal>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let sealed = brought(&headers);
    let secret = sealed.as_deref().and_then(|sealed| portal.open_once(&ctx.caller, sealed));
    let found = find(&ctx, &portal, &id).await;
    let mut response = respond(&ctx, || Ok(page(&ctx, &found?, secret)));
    if sealed.is_some()
        && let Some(cookie) = once_taken_away(&ctx.site, &ctx.href(&format!("{PATH}/{id}")))
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// `POST /me/webhooks/{id}`: enables it, draws another secret, or takes it away.
async fn change(
    ctx: Ctx,
    State(portal): State<Portal>,
    Path(id): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let found = match find(&ctx, &portal, &id).await {
        Ok(found) => found.webhook.id,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let path = ctx.href(&format!("{PATH}/{found}"));
    let typed = Typed::of(pairs);
    let done = match typed.value("act") {
        "enable" => portal.enable_webhook(&ctx.caller, found, ctx.lang).await.map(|()| None),
        "end" => portal.end_webhook(&ctx.caller, found, ctx.lang).await.map(|()| None),
        _ => {
            let secret = portal.rotate_webhook(&ctx.caller, found, ctx.lang).await;
            secret.and_then(|it| portal.seal_once(&ctx.caller, &it, ctx.lang)).map(Some)
        }
    };
    match done {
        Ok(_) if typed.value("act") == "end" => go(&ctx.href(PATH), []),
        Ok(sealed) => go(&path, [sealed.and_then(|it| once(&ctx.site, &path, &it))]),
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

async fn find(ctx: &Ctx, portal: &Portal, id: &str) -> Result<WebhookView, AppError> {
    let unknown = || {
        let (one, all) = ctx.lang.pick(("推送地址", "推送地址"), ("webhook", "webhooks"));
        AppError::unknown(ctx.lang, id, one, all, PATH)
    };
    let number = id.parse().map_err(|_| unknown())?;
    let found = portal.webhook(&ctx.caller, number, ctx.lang).await;
    found.map_err(|error| AppError::or_unknown(error, unknown))
}

fn list_page(ctx: &Ctx, own: &Own, typed: &Typed, events: &[String]) -> Page {
    let lang = ctx.lang;
    let title = lang.pick("事件推送", "Webhooks");
    let lead = lang.pick(
        "申请、审核、使用权限和使用报告有变化时，平台向您登记的地址发送一条带签名的消息。消息只说发生了什么，不含申请内容。",
        "When something happens to applications, decisions, grants and reports on use, your address is sent a signed message. It says what happened, and nothing of what was written.",
    );
    let rows: Vec<_> = own.webhooks.iter().map(|webhook| row(ctx, webhook)).collect();
    let listed = match rows.is_empty() {
        true => {
            let none = lang.pick("还没有登记推送地址。", "None is registered yet.");
            view! { <p class="mt-2 ks-mute">{none}</p> }.into_any()
        }
        false => view! { <ul class="mt-3 divide-y divide-[var(--line)] border-y border-[var(--line)] max-w-[54rem]">{rows}</ul> }
            .into_any(),
    };
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![(title.to_owned(), None)])}
            {page_head(title, lead)}
            {summary(ctx, typed)}
            <section aria-labelledby="h-list">
                {section_head("h-list", lang.pick("已经登记的", "Registered"))}
                {listed}
            </section>
            {form(ctx, own, typed, events)}
        </main>
    };
    Page::new(title, body).private().refused(lang, typed)
}

fn row(ctx: &Ctx, webhook: &Webhook) -> AnyView {
    let lang = ctx.lang;
    let path = ctx.href(&format!("{PATH}/{}", webhook.id));
    let whose = webhook.organization.clone();
    view! {
        <li class="py-3 flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
            <span><a class="ks-link break-all" href=path>{webhook.url.clone()}</a>" "<span class="ks-mute num">{whose}</span></span>
            {standing(lang, webhook)}
        </li>
    }
    .into_any()
}

fn standing(lang: Lang, webhook: &Webhook) -> AnyView {
    let (class, text) = match (webhook.state, webhook.n_failures) {
        (WebhookState::Disabled, _) => {
            ("ks-mark is-late", lang.pick("多次失败，已停用", "disabled after failures").to_owned())
        }
        (WebhookState::Active, 0) => ("ks-mark is-ok", lang.pick("启用", "enabled").to_owned()),
        (WebhookState::Active, n) => (
            "ks-mark is-soon",
            lang.pick(
                format!("连续失败 {n} 次，等待重试"),
                format!("failed {n} times, is tried again"),
            ),
        ),
    };
    view! { <span class=class>{text}</span> }.into_any()
}

fn form(ctx: &Ctx, own: &Own, typed: &Typed, events: &[String]) -> Option<AnyView> {
    let lang = ctx.lang;
    if !own.may_own && own.organizations.is_empty() {
        return None;
    }
    let label = |name: &str, text: &str, hint: &str| label(typed, name, text, hint);
    let families: Vec<Choice> = FAMILIES
        .iter()
        .map(|it| ((*it).to_owned(), format!("{}（{it}.*）", family_label(lang, it))))
        .collect();
    let organizations: Vec<Choice> =
        own.organizations.iter().map(|code| (code.clone(), code.clone())).collect();
    let whose = (!organizations.is_empty()).then(|| {
        let none = match own.may_own {
            true => lang.pick("本人（我提交的申请）", "My own (my applications)"),
            false => lang.pick("请选择", "Choose"),
        };
        let label = label(
            "organization",
            lang.pick("属于", "Whose it is"),
            lang.pick(
                "选择单位时，推送申请本单位数据的事件",
                "Of an organization: applications for its data",
            ),
        );
        select(&label, none, &organizations, typed.value("organization"))
    });
    let hint = lang.pick(
        "以 https:// 开头的公网地址。返回 2xx 表示收到；不跟随跳转",
        "A public address that begins with https://. An answer of 2xx says that it came; redirects are not followed",
    );
    let view = view! {
        <section aria-labelledby="h-new" class="mt-14 max-w-[40rem]">
            {section_head("h-new", lang.pick("登记推送地址", "Register a webhook"))}
            <form method="post" action=ctx.href(PATH) class="mt-4" novalidate=true>
                {line(&label("url", lang.pick("地址", "Address"), hint), "url", typed.value("url"))}
                {options(&label("events", lang.pick("推送的事件", "Events"), ""), "checkbox", &families, |it| events.iter().any(|chosen| chosen == it))}
                {whose}
                <p class="mt-8"><button class="btn btn-primary" type="submit">{lang.pick("登记", "Register")}</button></p>
            </form>
        </section>
    };
    Some(view.into_any())
}

fn family_label(lang: Lang, family: &str) -> &'static str {
    match family {
        "application" => lang.pick("申请", "applications"),
        "decision" => lang.pick("审核决定", "decisions"),
        "grant" => lang.pick("使用权限", "grants"),
        _ => lang.pick("使用情况报告", "reports on use"),
    }
}

fn page(ctx: &Ctx, found: &WebhookView, secret: Option<String>) -> Page {
    let lang = ctx.lang;
    let webhook = &found.webhook;
    let title = lang.pick("推送地址", "Webhook");
    let secret = secret.map(|secret| {
        let text = lang.pick(
            "签名密钥只显示这一次，现在复制到接收程序的设置里：",
            "The secret that calls are signed with is shown this once. Copy it into the settings of the receiver now:",
        );
        view! {
            <div class="ks-note is-ok mb-8 max-w-[44rem]" role="status">
                <p>{text}</p>
                <pre class="ks-code mt-3" tabindex="0" id="secret">{secret}</pre>
            </div>
        }
    });
    let events: Vec<String> = webhook.events.iter().map(|it| format!("{it}.*")).collect();
    let facts = vec![
        fact(lang.pick("状态", "State"), standing(lang, webhook)),
        fact(lang.pick("事件", "Events"), events.join("  ")),
        fact(lang.pick("属于", "Whose"), whose(lang, webhook)),
        fact(lang.pick("登记", "Registered"), full_time(lang, webhook.made_at)),
    ];
    let rows: Vec<_> = found.told.iter().map(|told| told_row(lang, told)).collect();
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![
                (lang.pick("事件推送", "Webhooks").to_owned(), Some(PATH.to_owned())),
                (webhook.id.to_string(), None),
            ])}
            {page_head(title, view! { <span class="break-all">{webhook.url.clone()}</span> })}
            {secret}
            {meta(facts)}
            {acts(ctx, webhook)}
            <section aria-labelledby="h-told" class="mt-12">
                {section_head("h-told", lang.pick("推送记录", "Deliveries"))}
                <div class="ks-frame mt-3" tabindex="0" role="region" aria-label=lang.pick("推送记录表", "Table of deliveries")>
                    <table class="ks-table">
                        <caption class="sr-only">{lang.pick("推送记录，最新的在前", "Deliveries, the newest first")}</caption>
                        <thead>
                            <tr>
                                <th scope="col">{lang.pick("消息编号", "Message")}</th>
                                <th scope="col">{lang.pick("事件", "Event")}</th>
                                <th scope="col">{lang.pick("发生", "Came about")}</th>
                                <th scope="col" class="r">{lang.pick("次数", "Tries")}</th>
                                <th scope="col">{lang.pick("结果", "Outcome")}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </section>
        </main>
    };
    Page::new(title, body).private()
}

fn whose(lang: Lang, webhook: &Webhook) -> AnyView {
    match &webhook.organization {
        Some(code) => data(lang, code.clone()),
        None => lang.pick("本人", "your own").into_any(),
    }
}

fn told_row(lang: Lang, told: &Told) -> AnyView {
    let outcome = match (told.delivered_at, &told.note, told.n_attempts) {
        (Some(at), ..) => {
            view! { <span class="ks-mark is-ok">{lang.pick("已送达", "delivered")}</span>" "{full_time(lang, at)} }.into_any()
        }
        (None, _, 0) => lang.pick("等待推送", "waits").into_any(),
        (None, note, _) => {
            let note = note.clone().unwrap_or_default();
            view! { <span class="ks-mark is-late">{lang.pick("失败", "failed")}</span>" "<span lang="en">{note}</span> }.into_any()
        }
    };
    view! {
        <tr>
            <th scope="row" class="font-mono !font-normal">{number_of_message(told)}</th>
            <td>{told.event.clone()}</td>
            <td>{full_time(lang, told.created_at)}</td>
            <td class="r num">{told.n_attempts.to_string()}</td>
            <td>{outcome}</td>
        </tr>
    }
    .into_any()
}

fn acts(ctx: &Ctx, webhook: &Webhook) -> AnyView {
    let lang = ctx.lang;
    let action = ctx.href(&format!("{PATH}/{}", webhook.id));
    let enable = (webhook.state == WebhookState::Disabled).then(|| {
        let word = lang.pick("重新启用", "Enable it again");
        view! { <button class="btn btn-primary" type="submit" name="act" value="enable">{word}</button> }
    });
    view! {
        <form method="post" action=action class="mt-6 flex flex-wrap gap-3">
            {enable}
            <button class="btn btn-outline" type="submit" name="act" value="rotate">{lang.pick("更换签名密钥", "Draw another secret")}</button>
            <button class="btn btn-outline text-error" type="submit" name="act" value="end">{lang.pick("停止推送并删除", "Take it away")}</button>
        </form>
    }
    .into_any()
}
