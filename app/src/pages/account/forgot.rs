//! Asking for a link to choose another password.

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use leptos::prelude::*;

use super::{form_page, go, message_page};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::ui::form::{Field, Typed};

/// `GET /forgot`
pub(crate) async fn show(ctx: Ctx) -> Response {
    respond(&ctx, || Ok(page(&ctx, &Typed::default())))
}

/// `POST /forgot`
pub(crate) async fn submit(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let typed = Typed::of(pairs);
    let login = typed.value("login").trim();
    if login.is_empty() {
        let message =
            ctx.lang.pick("填写登录名或者邮箱。", "Give the login name or the address for mail.");
        let again = typed.clone().refused(kaishu_portal::Error::field("login", message));
        return respond(&ctx, || Ok(page(&ctx, &again?)));
    }
    if let Err(error) = portal.forgot(login, ctx.lang).await {
        return respond(&ctx, || Err(error.into()));
    }
    go(&ctx.href("/forgot/sent"), [])
}

/// `GET /forgot/sent`
pub(crate) async fn sent(ctx: Ctx) -> Response {
    let lang = ctx.lang;
    let text = view! {
        <p>
            {lang.pick(
                "有这个账号的，登记的邮箱会在几分钟内收到链接，1 小时内有效。",
                "If there is such an account, its address gets a link within minutes; it works for an hour.",
            )}
        </p>
        <p>
            {lang.pick(
                "没有收到的，看看垃圾邮件，核对登录名；账号没有登记邮箱的，联系本平台的系统管理员。",
                "Where it does not arrive, look among unwanted mail and check the name; where no address is known, ask the system administrator of this portal.",
            )}
        </p>
    };
    let title = lang.pick("去邮箱查收", "Look at your mail");
    respond(&ctx, || Ok(message_page(&ctx, title, text, ("/login", ctx.words.log_in))))
}

fn page(ctx: &Ctx, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let form = view! {
        <form method="post" action=ctx.href("/forgot") novalidate=true>
            {Field::text("login", lang.pick("登录名或者邮箱", "Login name or address for mail"))
                .autocomplete("username")
                .draw(typed)}
            <p class="mt-8">
                <button class="btn btn-primary" type="submit">{lang.pick("发送链接", "Send the link")}</button>
            </p>
        </form>
    };
    let title = lang.pick("忘记密码", "Forgotten password");
    let lead = lang.pick(
        "登记的邮箱会收到一个链接，用它重新设置密码。",
        "The address of the account gets a link to choose another password.",
    );
    form_page(ctx, title, lead, typed, form.into_any(), ().into_any())
}
