//! Tokens for programs: made, shown once, taken back.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use http::HeaderMap;
use kaishu_portal::Portal;
use kaishu_portal::access::Grant;
use kaishu_portal::accounts::{OF_GRANT, Token};
use kaishu_types::Lang;
use kaishu_types::account::TokenScope;
use leptos::prelude::*;

use super::{Part, flash, go, own_page, to_login};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::session::{brought, once, once_taken_away};
use crate::ui::data::data;
use crate::ui::dates::{day_of, full_day};
use crate::ui::form::{Field, Typed, choice, summary};
use crate::ui::heading::section_head;

/// `GET /me/tokens`
pub(crate) async fn show(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    headers: HeaderMap,
) -> Response {
    let asked = match ctx.only(&["done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let is_revoked = asked.get("done").is_some_and(|done| done == "revoked");
    let done = is_revoked.then(|| {
        ctx.lang
            .pick("令牌已经撤销，程序不能再用。", "The token is taken back; no program can use it.")
    });
    let sealed = brought(&headers);
    let made = sealed.as_deref().and_then(|sealed| portal.open_once(&ctx.caller, sealed));
    let typed = Typed::default().with("scope", TokenScope::Read.as_str()).with("days", "90");
    let mut response = draw(&ctx, &portal, &typed, done, made).await;
    if sealed.is_some()
        && let Some(cookie) = once_taken_away(&ctx.site, &ctx.href("/me/tokens"))
    {
        response.headers_mut().append(http::header::SET_COOKIE, cookie);
    }
    response
}

async fn draw(
    ctx: &Ctx,
    portal: &Portal,
    typed: &Typed,
    done: Option<&'static str>,
    made: Option<String>,
) -> Response {
    if let Some(elsewhere) = to_login(ctx) {
        return elsewhere;
    }
    let tokens = portal.tokens(&ctx.caller, ctx.lang).await;
    let keys = portal.grants_for_keys(&ctx.caller, ctx.lang).await;
    let scopes = portal.token_scopes(&ctx.caller);
    let now = portal.now();
    respond(ctx, || Ok(page(ctx, (&tokens?, now), (&scopes, &keys?), typed, (done, made))))
}

/// `POST /me/tokens`
pub(crate) async fn submit(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let typed = Typed::of(pairs);
    let wanted = (typed.value("name"), typed.value("scope"), typed.value("days"));
    let made = portal.make_token(&ctx.caller, wanted, ctx.lang).await;
    let sealed = made.and_then(|token| portal.seal_once(&ctx.caller, &token, ctx.lang));
    match sealed {
        Ok(sealed) => {
            let path = ctx.href("/me/tokens");
            go(&path, [once(&ctx.site, &path, &sealed)])
        }
        Err(error) => match typed.refused(error) {
            Ok(typed) => draw(&ctx, &portal, &typed, None, None).await,
            Err(error) => respond(&ctx, || Err(error)),
        },
    }
}

/// `POST /me/tokens/{id}/rotate`
pub(crate) async fn rotate(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    Path(id): Path<String>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let id: i64 = id.parse().unwrap_or_default();
    let made = portal.rotate_token(&ctx.caller, id, ctx.lang).await;
    match made.and_then(|token| portal.seal_once(&ctx.caller, &token, ctx.lang)) {
        Ok(sealed) => {
            let path = ctx.href("/me/tokens");
            go(&path, [once(&ctx.site, &path, &sealed)])
        }
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

/// `POST /me/tokens/{id}/revoke`
pub(crate) async fn revoke(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    Path(id): Path<String>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let id: i64 = id.parse().unwrap_or_default();
    match portal.revoke_token(&ctx.caller, id, ctx.lang).await {
        Ok(()) => go(&format!("{}?done=revoked", ctx.href("/me/tokens")), []),
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

fn page(
    ctx: &Ctx,
    (tokens, now): (&[Token], DateTime<Utc>),
    (scopes, keys): (&[TokenScope], &[Grant]),
    typed: &Typed,
    (done, made): (Option<&'static str>, Option<String>),
) -> Page {
    let lang = ctx.lang;
    let made = made.map(|token| {
        view! {
            <div class="ks-note is-ok mb-8 max-w-[44rem]" role="status">
                <p>
                    <b class="font-semibold">{lang.pick("令牌已经建好，只显示这一次。", "The token is made, and shown this once.")}</b>
                    {ctx.gap()}
                    {lang.pick("现在复制到程序的设置里，不要放进网页或者代码库。", "Copy it into the settings of the program now; keep it out of web pages and repositories.")}
                </p>
                <pre class="ks-code mt-3" tabindex="0" id="token">{token}</pre>
            </div>
        }
    });
    let rows: Vec<_> = tokens.iter().map(|token| row(ctx, token, now)).collect();
    let list = if rows.is_empty() {
        view! { <p class="mt-2 ks-mute">{lang.pick("还没有令牌。", "There are none yet.")}</p> }
            .into_any()
    } else {
        view! { <ul class="mt-3 divide-y divide-[var(--line)] border-t border-[var(--line-2)] max-w-[44rem]">{rows}</ul> }
            .into_any()
    };
    let keys: Vec<_> = keys.iter().map(|grant| key_choice(lang, grant)).collect();
    let scopes = scopes
        .iter()
        .map(|scope| (scope.as_str(), scope.label(lang), Some(scope_text(ctx, *scope))));
    let of_grant = lang.pick(
        "只打开这一项权限的数据，不能做别的；权限结束，密钥随之失效。",
        "Opens the data of this grant and does nothing else; it ends with the grant.",
    );
    let keys = keys.iter().map(|(value, label)| (value.as_str(), label.as_str(), Some(of_grant)));
    let options = scopes.chain(keys);
    let body = view! {
        {flash(done)}
        {made}
        <section aria-labelledby="h-tokens">
            {section_head("h-tokens", lang.pick("现有的令牌", "Your tokens"))}
            {list}
        </section>
        <section class="mt-14 max-w-[30rem]" aria-labelledby="h-new">
            {section_head("h-new", lang.pick("新建令牌", "Make a token"))}
            <div class="mt-4">{summary(ctx, typed)}</div>
            <form method="post" action=ctx.href("/me/tokens") novalidate=true>
                {Field { maxlength: 60, ..Field::text("name", lang.pick("用途", "What it is for")) }
                    .hint(lang.pick("给哪个程序用，例如“夜间同步”。", "Which program uses it, as in “nightly sync”."))
                    .draw(typed)}
                {choice(typed, "scope", lang.pick("范围", "Scope"), options.collect())}
                {Field { inputmode: Some("numeric"), maxlength: 3, ..Field::text("days", lang.pick("有效天数", "Days it is good for")) }
                    .hint(lang.pick("1 至 366 天，到期自动失效。", "1 to 366; it ends by itself."))
                    .draw(typed)}
                <p class="mt-8">
                    <button class="btn btn-primary" type="submit">{lang.pick("新建令牌", "Make the token")}</button>
                </p>
            </form>
        </section>
    };
    let title = lang.pick("访问令牌", "Tokens");
    let lead = view! {
        {lang.pick("程序用令牌调用接口：请求带上报头 ", "Programs call the API with a token in the header ")}
        <code class="ks-fmt">"Authorization: Bearer …"</code>
        {lang.pick("。令牌能做的不超过本人。", ". It reaches no farther than you.")}
    };
    own_page(ctx, Part::Tokens, title, lead, body.into_any()).refused(lang, typed)
}

fn scope_text(ctx: &Ctx, scope: TokenScope) -> &'static str {
    match scope {
        TokenScope::Read => {
            ctx.lang.pick("只读取本人能看的内容。", "Reads what you may see, and changes nothing.")
        }
        TokenScope::Publish => ctx.lang.pick(
            "编制目录、上传数据、提交审核。",
            "Edits entries, uploads data, submits to review.",
        ),
        TokenScope::Decide => {
            ctx.lang.pick("办理本人职责内的审核和处置。", "Takes the decisions that are yours.")
        }
        TokenScope::Key => ctx.lang.pick("只打开一项使用权限。", "Opens one grant."),
        TokenScope::Apply => ctx.lang.pick(
            "申请使用有条件开放的数据；签署须本人登录办理。",
            "Applies for conditional data; you sign yourself, after logging in.",
        ),
    }
}

/// A grant of which a key can be made: what is sent, and what is read.
fn key_choice(lang: Lang, grant: &Grant) -> (String, String) {
    let (dataset, mode) = (&grant.dataset, grant.mode.label(lang));
    let label = lang.pick(
        format!("密钥：{dataset}，{mode}，到 {}", grant.last_day),
        format!("Key: {dataset}, {mode}, until {}", grant.last_day),
    );
    (format!("{OF_GRANT}{}", grant.case), label)
}

fn row(ctx: &Ctx, token: &Token, now: DateTime<Utc>) -> AnyView {
    let lang = ctx.lang;
    let is_usable = token.is_usable(now);
    let state = if token.revoked_at.is_some() {
        view! { <span class="ks-mute">{lang.pick("已撤销", "Taken back")}</span> }.into_any()
    } else if !is_usable {
        view! { <span class="ks-mute">{lang.pick("已过期", "Ran out")}</span> }.into_any()
    } else {
        let [rotate, revoke] =
            ["rotate", "revoke"].map(|act| ctx.href(&format!("/me/tokens/{}/{act}", token.id)));
        view! {
            <div class="flex flex-wrap gap-2">
                <form method="post" action=rotate>
                    <button class="btn btn-outline" type="submit">
                        {lang.pick("更换", "Replace")}<span class="sr-only">{format!(" {}", token.name)}</span>
                    </button>
                </form>
                <form method="post" action=revoke>
                    <button class="btn btn-outline text-error" type="submit">
                        {lang.pick("撤销", "Take back")}<span class="sr-only">{format!(" {}", token.name)}</span>
                    </button>
                </form>
            </div>
        }
        .into_any()
    };
    let used = match token.last_used_at {
        Some(at) => {
            view! { {lang.pick("最近使用", "last used")}" "{full_day(lang, day_of(at))} }.into_any()
        }
        None => lang.pick("没有用过", "never used").into_any(),
    };
    view! {
        <li class="py-4 flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
            <div class="min-w-0">
                <p class="font-semibold">{data(lang, token.name.clone())}</p>
                <p class="text-[.9375rem] ks-mute">
                    <span class="font-mono">{format!("{}…", token.start)}</span>" · "{token.scope.label(lang)}
                </p>
                <p class="text-[.9375rem] ks-mute">
                    {lang.pick("到期", "Ends")}" "{full_day(lang, day_of(token.expires_at))}" · "{used}
                </p>
            </div>
            {state}
        </li>
    }
    .into_any()
}
