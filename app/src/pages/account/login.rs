//! Logging in with a password, and out again.

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use kaishu_portal::accounts::Waits;
use kaishu_portal::{Error, Portal};
use leptos::prelude::*;

use super::{Device, escaped, form_page, go, local, sign_on};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::session::{held, taken_away};
use crate::ui::form::{Field, Typed};
use crate::ui::heading::{Rank, rail_head};

/// `GET /login`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    let asked = ctx.only(&["next", "done"]);
    let asked = match asked {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let next = asked.get("next").and_then(|next| local(next));
    if ctx.caller.is_logged_in() {
        return go(&next.unwrap_or_else(|| ctx.href("/me")), []);
    }
    let done = asked.get("done").map(String::as_str);
    let typed = Typed::default().with("next", next.unwrap_or_default());
    respond(&ctx, || Ok(page(&ctx, &portal, &typed, done)))
}

/// `POST /login`
pub(crate) async fn submit(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    Device(browser): Device,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let typed = Typed::of(pairs);
    let (login, password) = (typed.value("login"), typed.value("password"));
    match portal.log_in(login, password, &browser, ctx.lang).await {
        Ok(begun) => {
            // Whoever was logged in with this browser is so no longer.
            if let Err(error) = portal.log_out(&ctx.caller).await {
                return respond(&ctx, || Err(error.into()));
            }
            let next = local(typed.value("next"));
            let to = |path: &str| match &next {
                Some(next) => format!("{}?next={}", ctx.href(path), escaped(next)),
                None => ctx.href(path),
            };
            let path = match begun.waits {
                Some(Waits::Code) => to("/login/code"),
                Some(Waits::Enrolment) => to("/me/security/code"),
                None => next.clone().unwrap_or_else(|| ctx.href("/me")),
            };
            go(&path, [held(&ctx.site, &begun.token)])
        }
        Err(error @ Error::TryLater { .. }) => {
            let typed = typed.noticed(error.to_string());
            respond(&ctx, || Ok(page(&ctx, &portal, &typed, None).stopped(error.into())))
        }
        Err(error) => respond(&ctx, || Ok(page(&ctx, &portal, &typed.refused(error)?, None))),
    }
}

/// `POST /logout`
pub(crate) async fn leave(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    match portal.log_out(&ctx.caller).await {
        Ok(()) => go(&format!("{}?done=out", ctx.href("/login")), [taken_away(&ctx.site)]),
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

fn page(ctx: &Ctx, portal: &Portal, typed: &Typed, done: Option<&str>) -> Page {
    let lang = ctx.lang;
    let done = match done {
        Some("out") => Some(lang.pick("已经退出。", "You are logged out.")),
        Some("confirmed") => Some(lang.pick(
            "邮箱已经确认，现在可以登录。",
            "Your address is confirmed; log in now.",
        )),
        Some("reset") => Some(lang.pick(
            "新密码已经生效，其他登录和访问令牌都已结束。用新密码登录。",
            "The new password counts from now on; all other logins and all tokens have ended. Log in with it.",
        )),
        _ => None,
    };
    let next = typed.value("next").to_owned();
    let elsewhere = portal.has_sign_on().then(|| sign_on::way(ctx, &next));
    let next = (!next.is_empty()).then(|| view! { <input type="hidden" name="next" value=next/> });
    let form = view! {
        {super::flash(done)}
        {elsewhere}
        <form method="post" action=ctx.href("/login") novalidate=true>
            {next}
            {Field::text("login", lang.pick("登录名或者邮箱", "Login name or address for mail"))
                .autocomplete("username")
                .draw(typed)}
            {Field::password("password", lang.pick("密码", "Password"), "current-password").draw(typed)}
            <p class="mt-8 flex flex-wrap items-center gap-x-6 gap-y-3">
                <button class="btn btn-primary" type="submit">{ctx.words.log_in}</button>
                <a class="ks-link inline-block py-2.5" href=ctx.href("/forgot")>
                    {lang.pick("忘记密码", "Forgotten the password")}
                </a>
            </p>
        </form>
    };
    let aside = view! {
        <aside class="text-[.9375rem]" aria-label=lang.pick("没有账号", "Without an account")>
            {rail_head(lang.pick("没有账号", "Without an account"), Rank::First)}
            <p class="mt-2">
                {lang.pick(
                    "查找、查看和验证不需要登录。申请有条件开放的数据、提需求和查看进度，要有账号。",
                    "Searching, reading and verifying need no login. An account is for applying, asking for data and following up.",
                )}
            </p>
            <p class="mt-2">
                <a class="ks-link inline-block py-2.5" href=ctx.href("/register")>
                    {lang.pick("注册个人或者单位账号", "Register a person or an organization")}
                </a>
            </p>
            <div id="providers">
                {rail_head(lang.pick("提供单位和主管部门", "Providers and the authority"), Rank::Next)}
                <p class="mt-2">
                    {lang.pick(
                        "工作人员的账号由系统管理员开立，角色由安全管理员分配，登录时另外输入验证码。",
                        "The system administrator makes the accounts of staff, the security administrator gives them their roles, and staff log in with a one-time code.",
                    )}
                </p>
                <p class="mt-2">{ctx.words.providers_today}</p>
            </div>
        </aside>
    };
    form_page(ctx, ctx.words.log_in, (), typed, form.into_any(), aside.into_any())
}
