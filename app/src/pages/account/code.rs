//! The second step of a login: a one-time code.

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use kaishu_portal::accounts::Waits;
use kaishu_portal::{Error, Portal};
use leptos::prelude::*;

use super::{Device, form_page, go, local, to_login};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::session::held;
use crate::ui::form::{Field, Typed};
use crate::ui::heading::{Rank, rail_head};

/// `GET /login/code`
pub(crate) async fn show(Asked(ctx): Asked) -> Response {
    let asked = match ctx.only(&["next"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let next = asked.get("next").and_then(|next| local(next));
    if ctx.caller.waits() != Some(Waits::Code) {
        return to_login(&ctx).unwrap_or_else(|| go(&ctx.href("/me"), []));
    }
    let typed = Typed::default().with("next", next.unwrap_or_default());
    respond(&ctx, || Ok(page(&ctx, &typed)))
}

/// `POST /login/code`
pub(crate) async fn submit(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    Device(browser): Device,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if ctx.caller.waits() != Some(Waits::Code) {
        return to_login(&ctx).unwrap_or_else(|| go(&ctx.href("/me"), []));
    }
    let typed = Typed::of(pairs);
    match portal.give_code(&ctx.caller, typed.value("code"), browser.client, ctx.lang).await {
        Ok(token) => {
            let next = local(typed.value("next")).unwrap_or_else(|| ctx.href("/me"));
            go(&next, [held(&ctx.site, &token)])
        }
        Err(error @ Error::TryLater { .. }) => {
            let again = typed.with("code", "").noticed(error.to_string());
            respond(&ctx, || Ok(page(&ctx, &again).stopped(error.into())))
        }
        Err(error) => {
            let again = typed.with("code", "").refused(error);
            respond(&ctx, || Ok(page(&ctx, &again?)))
        }
    }
}

fn page(ctx: &Ctx, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let next = typed.value("next").to_owned();
    let form = view! {
        <form method="post" action=ctx.href("/login/code") novalidate=true>
            <input type="hidden" name="next" value=next/>
            {Field::code(lang.pick("验证码", "One-time code"))
                .hint(lang.pick("验证器里现在显示的 6 位数字，30 秒换一次。", "The 6 digits that your authenticator shows now; they change every 30 seconds."))
                .draw(typed)}
            <p class="mt-8"><button class="btn btn-primary" type="submit">{ctx.words.log_in}</button></p>
        </form>
        <form class="mt-4" method="post" action=ctx.href("/logout")>
            <button class="ks-link cursor-pointer py-2.5" type="submit">
                {lang.pick("换一个账号登录", "Log in with another account")}
            </button>
        </form>
    };
    let aside = view! {
        <aside class="text-[.9375rem]" aria-label=lang.pick("没有验证码", "Without a code")>
            {rail_head(lang.pick("手机丢了或者换了", "The phone is lost or replaced"), Rank::First)}
            <p class="mt-2">
                {lang.pick(
                    "联系本平台的系统管理员，核实身份以后清除原来的设置，再登录一次就可以重新设置。",
                    "Ask the system administrator of this portal, who clears the old setting after checking who you are; then log in once more and set it up anew.",
                )}
            </p>
        </aside>
    };
    let title = lang.pick("输入验证码", "Give a one-time code");
    form_page(ctx, title, (), typed, form.into_any(), aside.into_any())
}
