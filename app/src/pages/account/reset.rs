//! Choosing another password by the link of a mail.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_types::ErrorCode;
use kaishu_types::account::Login;
use leptos::prelude::*;

use super::{form_page, go};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::ui::form::{Field, Typed};

/// `GET /reset/{token}`
pub(crate) async fn show(
    ctx: Ctx,
    State(portal): State<Portal>,
    Path(token): Path<String>,
) -> Response {
    let found = portal.login_of_reset(&token).await;
    respond(&ctx, || {
        let login = found?.ok_or_else(|| gone(&ctx))?;
        Ok(page(&ctx, &login, &Typed::default()))
    })
}

/// `POST /reset/{token}`
pub(crate) async fn submit(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    Path(token): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let typed = Typed::of(pairs);
    let found = portal.login_of_reset(&token).await;
    match portal.reset_password(&token, typed.value("password"), ctx.lang).await {
        Ok(()) => go(&format!("{}?done=reset", ctx.href("/login")), []),
        Err(error) => respond(&ctx, || {
            let login = found?.ok_or_else(|| gone(&ctx))?;
            Ok(page(&ctx, &login, &typed.refused(error)?))
        }),
    }
}

fn gone(ctx: &Ctx) -> AppError {
    let message = ctx.lang.pick(
        "这个链接已经用过，或者已经过期。需要的，再要一个。",
        "This link was used before, or ran out. Ask for another one if you need it.",
    );
    let again = ctx.lang.pick("再发一个链接", "Send another link");
    AppError::new(ErrorCode::NotFound, message).with_remedy(again, "/forgot")
}

fn page(ctx: &Ctx, login: &Login, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let form = view! {
        // The address of the page is the link itself.
        <form method="post" novalidate=true>
            <input type="hidden" name="login" value=login.to_string() autocomplete="username"/>
            {Field::password("password", lang.pick("新密码", "New password"), "new-password")
                .hint(lang.pick("至少 10 个字符，几个词连在一起就很好。", "At least 10 characters; a few words in a row are fine."))
                .draw(typed)}
            <p class="mt-8">
                <button class="btn btn-primary" type="submit">{lang.pick("保存新密码", "Save the new password")}</button>
            </p>
        </form>
    };
    let title = lang.pick("重新设置密码", "Choose another password");
    let lead = view! {
        {lang.pick("账号", "Account")}" "<b class="font-semibold">{login.to_string()}</b>
        {lang.pick("。保存以后，所有登录和访问令牌都会结束。", ". Once saved, all logins and tokens end.")}
    };
    form_page(ctx, title, lead, typed, form.into_any(), ().into_any())
}
