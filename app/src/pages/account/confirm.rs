//! The link that confirms an address: a page with one button, since programs open links of mails too.

use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_types::ErrorCode;
use kaishu_types::account::Login;
use leptos::prelude::*;

use super::go;
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::ui::crumbs::crumbs;
use crate::ui::heading::page_head;

/// `GET /confirm/{token}`
pub(crate) async fn show(
    ctx: Ctx,
    State(portal): State<Portal>,
    Path(token): Path<String>,
) -> Response {
    let found = portal.login_of_confirmation(&token).await;
    respond(&ctx, || {
        let login = found?.ok_or_else(|| gone(&ctx))?;
        Ok(page(&ctx, &login))
    })
}

/// `POST /confirm/{token}`
pub(crate) async fn submit(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    Path(token): Path<String>,
) -> Response {
    match portal.confirm(&token).await {
        Ok(()) => go(&format!("{}?done=confirmed", ctx.href("/login")), []),
        Err(error) => respond(&ctx, || Err(AppError::or_unknown(error, || gone(&ctx)))),
    }
}

fn gone(ctx: &Ctx) -> AppError {
    let message = ctx.lang.pick(
        "这个链接已经用过，或者过了 48 小时。已经确认的直接登录；没有确认的，登录一次会再收到邮件。",
        "This link was used before, or is older than 48 hours. If the address is confirmed, just log in; if it is not, logging in sends another mail.",
    );
    AppError::new(ErrorCode::NotFound, message).with_remedy(ctx.words.log_in, "/login")
}

fn page(ctx: &Ctx, login: &Login) -> Page {
    let lang = ctx.lang;
    let title = lang.pick("确认邮箱", "Confirm your address");
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![(title.to_owned(), None)])}
            {page_head(title, ())}
            <p>
                {lang.pick("账号", "Account")}" "<b class="font-semibold">{login.to_string()}</b>
                {lang.pick("：确认以后就可以登录。", ": once the address is confirmed, you can log in.")}
            </p>
            // The address of the page is the link itself.
            <form class="mt-8" method="post">
                <button class="btn btn-primary" type="submit">{lang.pick("确认邮箱", "Confirm")}</button>
            </form>
        </main>
    };
    Page::new(title, body).private()
}
