//! Logging in with the identity of another system: the way there and back, and joining it to an account.

use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue};
use kaishu_portal::accounts::{Begun, Joining, Returned, SignedOn, Waits};
use kaishu_portal::{Error, Portal};
use leptos::prelude::*;

use super::{Device, escaped, form_page, go, local};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::session::{held, sign_on, sign_on_held, sign_on_taken_away};
use crate::ui::form::{Field, Typed};
use crate::ui::heading::{Rank, rail_head};

/// Longest value that is read of what a browser comes back with.
const MAX_VALUE: usize = 4_000;

/// `GET /login/provider`
///
/// It changes nothing here. A form would not do: the content policy lets forms go to this site alone.
pub(crate) async fn begin(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    let asked = match ctx.only(&["next"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let next = asked.get("next").and_then(|next| local(next));
    if ctx.caller.is_logged_in() {
        return go(&next.unwrap_or_else(|| ctx.href("/me")), []);
    }
    match portal.begin_sign_on(next, ctx.lang).await {
        Ok(begun) => go(&begun.url, [sign_on_held(&ctx.site, &begun.kept)]),
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

/// `GET /login/provider/return`
///
/// The provider adds parameters of its own, so unknown ones are no fault here.
pub(crate) async fn end(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    headers: HeaderMap,
    Device(browser): Device,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Response {
    let kept = sign_on(&ctx.site, &headers);
    let lang = kept.as_deref().and_then(|kept| portal.language_of_sign_on(kept));
    let ctx = ctx.in_language(lang.unwrap_or_default());
    let value = |name: &str| {
        let found = pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        found.filter(|value| value.len() <= MAX_VALUE).cloned()
    };
    let returned = Returned {
        code: value("code"),
        state: value("state"),
        issuer: value("iss"),
        error: value("error"),
    };
    match portal.end_sign_on(kept.as_deref(), &returned, &browser, ctx.lang).await {
        Ok(SignedOn::In(begun, next)) => go_on(&ctx, &portal, &begun, next).await,
        Ok(SignedOn::Asks(kept)) => {
            go(&ctx.href("/login/provider/join"), [sign_on_held(&ctx.site, &kept)])
        }
        Err(error) => {
            let mut response = respond(&ctx, || Err(error.into()));
            add(&mut response, sign_on_taken_away(&ctx.site));
            response
        }
    }
}

/// `GET /login/provider/join`
pub(crate) async fn show(ctx: Ctx, State(portal): State<Portal>, headers: HeaderMap) -> Response {
    let kept = sign_on(&ctx.site, &headers);
    let joining = portal.joining(kept.as_deref(), ctx.lang).await;
    respond(&ctx, || Ok(page(&ctx, &joining?, &Typed::default())))
}

/// `POST /login/provider/join`
pub(crate) async fn join(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    headers: HeaderMap,
    Device(browser): Device,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let kept = sign_on(&ctx.site, &headers);
    let joining = match portal.joining(kept.as_deref(), ctx.lang).await {
        Ok(joining) => joining,
        Err(error) => return respond(&ctx, || Err(error.into())),
    };
    let typed = Typed::of(pairs);
    let given = (typed.value("password"), typed.value("code"));
    match portal.join_identity(kept.as_deref(), given, &browser, ctx.lang).await {
        Ok((begun, next)) => go_on(&ctx, &portal, &begun, next).await,
        Err(error @ Error::TryLater { .. }) => {
            let typed = typed.with("code", "").noticed(error.to_string());
            respond(&ctx, || Ok(page(&ctx, &joining, &typed).stopped(error.into())))
        }
        Err(error) => {
            let again = typed.with("code", "").refused(error);
            respond(&ctx, || Ok(page(&ctx, &joining, &again?)))
        }
    }
}

/// Goes on as after any other login; whoever was logged in with this browser is so no longer.
async fn go_on(ctx: &Ctx, portal: &Portal, begun: &Begun, next: Option<String>) -> Response {
    if let Err(error) = portal.log_out(&ctx.caller).await {
        return respond(ctx, || Err(error.into()));
    }
    let next = next.as_deref().and_then(local);
    let to = |path: &str| match &next {
        Some(next) => format!("{}?next={}", ctx.href(path), escaped(next)),
        None => ctx.href(path),
    };
    let path = match begun.waits {
        Some(Waits::Code) => to("/login/code"),
        Some(Waits::Enrolment) => to("/me/security/code"),
        None => next.clone().unwrap_or_else(|| ctx.href("/me")),
    };
    go(&path, [held(&ctx.site, &begun.token), sign_on_taken_away(&ctx.site)])
}

fn add(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(http::header::SET_COOKIE, cookie);
    }
}

/// Draws the way to the provider, for the page of the login.
pub(super) fn way(ctx: &Ctx, next: &str) -> AnyView {
    let lang = ctx.lang;
    let path = match next {
        "" => ctx.href("/login/provider"),
        next => format!("{}?next={}", ctx.href("/login/provider"), escaped(next)),
    };
    view! {
        <p class="mb-8 pb-8 border-b border-[var(--line)]">
            <a class="btn btn-outline" href=path rel="nofollow">
                {lang.pick("用统一身份认证登录", "Log in with single sign-on")}
            </a>
        </p>
    }
    .into_any()
}

fn page(ctx: &Ctx, joining: &Joining, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let code = joining.needs_code.then(|| {
        Field::code(lang.pick("验证码", "One-time code"))
            .hint(lang.pick(
                "这个账号设置了验证码：输入验证器里现在显示的 6 位数字。",
                "This account uses one-time codes: type the 6 digits that your authenticator shows now.",
            ))
            .draw(typed)
    });
    let form = view! {
        <form method="post" action=ctx.href("/login/provider/join") novalidate=true>
            <input type="hidden" name="login" value=joining.email.clone() autocomplete="username"/>
            {Field::password("password", lang.pick("这个账号的密码", "The password of that account"), "current-password").draw(typed)}
            {code}
            <p class="mt-8 flex flex-wrap items-center gap-x-6 gap-y-3">
                <button class="btn btn-primary" type="submit">{lang.pick("关联并登录", "Join and log in")}</button>
                <a class="ks-link inline-block py-2.5" href=ctx.href("/forgot")>
                    {lang.pick("忘记密码", "Forgotten the password")}
                </a>
            </p>
        </form>
    };
    let aside = view! {
        <aside class="text-[.9375rem]" aria-label=lang.pick("为什么要密码", "Why the password")>
            {rail_head(lang.pick("为什么要密码", "Why the password"), Rank::First)}
            <p class="mt-2">
                {lang.pick(
                    "邮箱相同还不能证明是同一个人。输入一次密码，以后用统一身份认证就能直接登录。",
                    "The same address does not prove the same person. Type the password this once; from then on single sign-on logs you in.",
                )}
            </p>
            <p class="mt-2">
                {lang.pick(
                    "不是你的账号：不要输入密码，联系本平台的系统管理员。",
                    "If the account is not yours, type nothing and ask the system administrator of this portal.",
                )}
            </p>
        </aside>
    };
    let lead = match lang {
        kaishu_types::Lang::Zh => format!("邮箱 {} 在本平台已经有账号。", joining.email),
        kaishu_types::Lang::En => format!("{} has an account here already.", joining.email),
    };
    let title = lang.pick("关联已有的账号", "Join your account");
    let lead = view! { <p>{lead}</p> };
    form_page(ctx, title, lead, typed, form.into_any(), aside.into_any())
}
