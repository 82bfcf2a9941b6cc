//! Accounts: logging in, registering, and what people see and change of their own.

mod agreement;
mod code;
mod confirm;
mod enrolment;
mod forgot;
mod inbox;
mod login;
mod me;
pub(crate) mod proof;
mod register;
mod reset;
mod security;
mod sign_on;
mod tokens;

use axum::Router;
use axum::extract::{FromRef, FromRequestParts};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use kaishu_portal::Portal;
use kaishu_portal::accounts::{Browser, Waits};
use kaishu_portal::retrieval::Client;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::page::Page;
use crate::ui::crumbs::crumbs;
use crate::ui::form::Typed;
use crate::ui::heading::page_head;

/// Returns the routes of a language.
pub(super) fn router<S>(prefix: &str) -> Router<S>
where
    Portal: FromRef<S>,
    S: Clone + Send + Sync + 'static,
{
    let at = |path: &str| format!("{prefix}{path}");
    Router::new()
        .route(&at("/login"), get(login::show).post(login::submit))
        .route(&at("/login/code"), get(code::show).post(code::submit))
        .route(&at("/login/provider"), get(sign_on::begin))
        .route(&at("/login/provider/return"), get(sign_on::end))
        .route(&at("/login/provider/join"), get(sign_on::show).post(sign_on::join))
        .route(&at("/logout"), post(login::leave))
        .route(&at("/register"), get(register::show).post(register::submit))
        .route(&at("/register/sent"), get(register::sent))
        .route(&at("/confirm/{token}"), get(confirm::show).post(confirm::submit))
        .route(&at("/forgot"), get(forgot::show).post(forgot::submit))
        .route(&at("/forgot/sent"), get(forgot::sent))
        .route(&at("/reset/{token}"), get(reset::show).post(reset::submit))
        .route(&at("/me"), get(me::show))
        .route(&at("/me/agreement"), get(agreement::show).post(agreement::accept))
        .route(&at("/me/inbox"), get(inbox::show).post(inbox::read))
        .route(&at("/me/security"), get(security::show))
        .route(&at("/me/security/password"), post(security::change_password))
        .route(&at("/me/security/identities/end"), post(security::end_identities))
        .route(&at("/me/security/sessions/end-others"), post(security::end_others))
        .route(&at("/me/security/sessions/{id}/end"), post(security::end_session))
        .route(&at("/me/security/code"), get(enrolment::show).post(enrolment::submit))
        .route(&at("/me/security/code/end"), post(security::give_up_codes))
        .route(&at("/me/tokens"), get(tokens::show).post(tokens::submit))
        .route(&at("/me/tokens/{id}/rotate"), post(tokens::rotate))
        .route(&at("/me/tokens/{id}/revoke"), post(tokens::revoke))
}

/// The browser of a request, for the owner of the account to recognise it by.
pub(super) struct Device(Browser);

impl<S: Send + Sync> FromRequestParts<S> for Device {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let named = parts.headers.get(header::USER_AGENT);
        Ok(Self(Browser {
            user_agent: named.and_then(|name| name.to_str().ok()).map(str::to_owned),
            client: parts.extensions.get::<Client>().copied(),
        }))
    }
}

/// Goes to another page of this site, with cookies.
pub(crate) fn go(path: &str, cookies: impl IntoIterator<Item = Option<HeaderValue>>) -> Response {
    let Ok(location) = HeaderValue::from_str(path) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for cookie in cookies.into_iter().flatten() {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

/// Leads whoever is not logged in to where that is done, and back again.
pub(crate) fn to_login(ctx: &Ctx) -> Option<Response> {
    if ctx.caller.is_logged_in() {
        return None;
    }
    let path = match ctx.caller.waits() {
        Some(Waits::Code) => ctx.href("/login/code"),
        Some(Waits::Enrolment) => ctx.href("/me/security/code"),
        None => login_path(ctx, &ctx.path),
    };
    Some(go(&path, []))
}

/// The address of the login that leads on to a path of this site, which is written without its language.
pub(crate) fn login_path(ctx: &Ctx, next: &str) -> String {
    format!("{}?next={}", ctx.href("/login"), escaped(&ctx.href(next)))
}

/// Writes a path as the value of a parameter.
pub(crate) fn escaped(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes()
        .map(
            |byte| {
                if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
            },
        )
        .collect()
}

/// Takes a path of this site, and nothing else: `//host` and `/\host` would leave it. What changes
/// something, or logs in again, is no place to go on.
fn local(next: &str) -> Option<String> {
    let is_local = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.bytes().all(|byte| byte.is_ascii_graphic());
    let path = next.split(['?', '#']).next().unwrap_or_default();
    let path = path.strip_prefix("/en").unwrap_or(path);
    let is_place = !["/login", "/logout", "/register", "/confirm", "/forgot", "/reset"]
        .iter()
        .any(|start| path.starts_with(start));
    (is_local && is_place).then(|| next.to_owned())
}

/// Draws a page around a form: narrow, with what helps beside it.
fn form_page(
    ctx: &Ctx,
    title: &'static str,
    lead: impl IntoAny,
    typed: &Typed,
    form: AnyView,
    aside: AnyView,
) -> Page {
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![(title.to_owned(), None)])}
            {page_head(title, lead)}
            <div class="grid lg:grid-cols-[minmax(0,1fr)_19.5rem] gap-x-16 gap-y-12">
                <div class="max-w-[30rem]">
                    {crate::ui::form::summary(ctx, typed)}
                    {form}
                </div>
                {aside}
            </div>
        </main>
    };
    Page::new(title, body).private().refused(ctx.lang, typed)
}

/// Draws a page that says one thing, with one way on.
fn message_page(
    ctx: &Ctx,
    title: &'static str,
    text: impl IntoAny,
    way: (&'static str, &'static str),
) -> Page {
    let (path, word) = way;
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![(title.to_owned(), None)])}
            {page_head(title, ())}
            <div class="max-w-[40rem] space-y-3">{text.into_any()}</div>
            <p class="mt-8"><a class="btn btn-outline" href=ctx.href(path)>{word}</a></p>
        </main>
    };
    Page::new(title, body).private()
}

/// The parts of what is one's own, for the tabs above each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Overview,
    Inbox,
    Security,
    Tokens,
}

/// Draws a page of what is one's own.
fn own_page(ctx: &Ctx, part: Part, title: &'static str, lead: impl IntoAny, body: AnyView) -> Page {
    let parts = [
        (Part::Overview, "/me", ctx.lang.pick("概览", "Overview")),
        (Part::Inbox, "/me/inbox", ctx.lang.pick("通知", "Notices")),
        (Part::Security, "/me/security", ctx.lang.pick("登录与安全", "Login and security")),
        (Part::Tokens, "/me/tokens", ctx.lang.pick("访问令牌", "Tokens")),
    ];
    let tabs: Vec<_> = parts
        .into_iter()
        .map(|(place, path, word)| {
            let current = (place == part).then_some("page");
            view! { <li><a class="ks-tab" href=ctx.href(path) aria-current=current>{word}</a></li> }
        })
        .collect();
    let own = ctx.lang.pick("我的账号", "My account");
    let mut places = vec![(own.to_owned(), Some("/me".to_owned())), (title.to_owned(), None)];
    if part == Part::Overview {
        places = vec![(own.to_owned(), None)];
    }
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, places)}
            {page_head(title, lead)}
            <nav aria-label=own><ul class="ks-tabs">{tabs}</ul></nav>
            <div class="pt-8">{body}</div>
        </main>
    };
    Page::new(title, body).private()
}

/// Draws what came of a form, above the page that it led to.
fn flash(text: Option<&'static str>) -> Option<AnyView> {
    let text = text?;
    Some(view! { <div class="ks-note is-ok mb-8" role="status"><p>{text}</p></div> }.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_places_of_this_site_are_gone_to() {
        for good in ["/", "/me", "/en/datasets?q=%E5%AD%A6", "/datasets/YX-1/apply#form"] {
            assert_eq!(local(good).as_deref(), Some(good));
        }
        let bad = [
            "",
            "me",
            "//evil.cn",
            "/\\evil.cn",
            "https://evil.cn",
            "/a\r\nb",
            "/a b",
            "\\/evil.cn",
            "/logout",
            "/en/login?next=/me",
            "javascript:alert(1)",
            "/学校",
        ];
        for bad in bad {
            assert_eq!(local(bad), None, "{bad}");
        }
        assert_eq!(escaped("/en/me?a=1&b"), "/en/me%3Fa%3D1%26b");
    }
}
