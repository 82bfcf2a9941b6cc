//! Setting one-time codes up: scan, type one, done.

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::accounts::{Enrolment, EnrolmentProof, Waits};
use leptos::prelude::*;

use super::{form_page, go, local, to_login};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::session::held;
use crate::ui::form::{Field, Typed};
use crate::ui::heading::{Rank, rail_head};
use crate::ui::icon::picture;

/// `GET /me/security/code`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    let asked = match ctx.only(&["next"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let next = asked.get("next").and_then(|next| local(next));
    let typed = Typed::default().with("next", next.unwrap_or_default());
    if let Some(elsewhere) = elsewhere(&ctx) {
        return elsewhere;
    }
    let offered = portal.offer_second_factor(&ctx.caller, ctx.lang).await;
    respond(&ctx, || Ok(page(&ctx, &typed, &offered?)))
}

fn elsewhere(ctx: &Ctx) -> Option<Response> {
    if ctx.caller.waits() == Some(Waits::Enrolment) { None } else { to_login(ctx) }
}

/// `POST /me/security/code`
pub(crate) async fn submit(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(elsewhere) = elsewhere(&ctx) {
        return elsewhere;
    }
    let typed = Typed::of(pairs);
    let proven = (typed.value("code"), typed.value("current"));
    match portal.set_up_second_factor(&ctx.caller, proven, ctx.lang).await {
        Ok(token) => {
            let own = format!("{}?done=code", ctx.href("/me/security"));
            let next = local(typed.value("next")).unwrap_or(own);
            go(&next, [held(&ctx.site, &token)])
        }
        Err(error) => {
            let offered = portal.offer_second_factor(&ctx.caller, ctx.lang).await;
            let again = typed.with("code", "").with("current", "").refused(error);
            respond(&ctx, || Ok(page(&ctx, &again?, &offered?)))
        }
    }
}

fn page(ctx: &Ctx, typed: &Typed, offered: &Enrolment) -> Page {
    let lang = ctx.lang;
    let is_forced = ctx.caller.waits().is_some();
    let title = lang.pick("设置验证码", "Set up one-time codes");
    let lead = if is_forced {
        lang.pick(
            "工作人员除了密码还要用验证码登录。设置一次，以后每次登录输入手机上的 6 位数字。",
            "Staff log in with a one-time code besides the password. Set it up once; from then on each login asks for the 6 digits on your phone.",
        )
    } else {
        lang.pick(
            "别人得到密码也不能登录。设置一次，以后每次登录输入手机上的 6 位数字。",
            "Nobody logs in with your password alone. Set it up once; from then on each login asks for the 6 digits on your phone.",
        )
    };
    let next = typed.value("next").to_owned();
    let current = match offered.proof {
        EnrolmentProof::Nothing => None,
        EnrolmentProof::Password => Some(lang.pick("现在的密码", "Present password")),
        EnrolmentProof::PasswordOrCode => Some(lang.pick(
            "现在的密码，或者旧验证器的验证码",
            "Present password, or a code of the authenticator before",
        )),
    };
    let current =
        current.map(|label| Field::password("current", label, "current-password").draw(typed));
    let alternative = lang.pick("二维码，内容与下面的密钥相同", "QR code; it holds the key below");
    let form = view! {
        <ol class="list-decimal pl-5 space-y-6">
            <li>
                {lang.pick(
                    "在手机上打开验证器（符合 RFC 6238 的都可以，例如 Microsoft Authenticator、FreeOTP），扫描二维码：",
                    "Open an authenticator on your phone (any that follows RFC 6238, as Microsoft Authenticator or FreeOTP) and scan:",
                )}
                <div class="mt-3">{picture(&offered.picture, alternative)}</div>
                <p class="mt-3 text-[.9375rem]">
                    {lang.pick("不能扫描的，手工输入密钥：", "Where scanning does not work, type the key:")}
                    <code class="block font-mono mt-1 tracking-wide">{offered.secret.clone()}</code>
                </p>
                <p class="mt-1 text-[.9375rem]">
                    <a class="ks-link inline-block py-2.5" href=offered.uri.clone()>
                        {lang.pick("在这台设备的验证器里打开", "Open in an authenticator on this device")}
                    </a>
                </p>
            </li>
            <li>
                {lang.pick("输入验证器显示的数字：", "Type the digits it shows:")}
                <form class="mt-4" method="post" action=ctx.href("/me/security/code") novalidate=true>
                    <input type="hidden" name="next" value=next/>
                    {Field::code(lang.pick("验证码", "One-time code")).draw(typed)}
                    {current}
                    <p class="mt-6">
                        <button class="btn btn-primary" type="submit">{lang.pick("完成设置", "Finish")}</button>
                    </p>
                </form>
            </li>
        </ol>
    };
    let aside = view! {
        <aside class="text-[.9375rem]" aria-label=lang.pick("须知", "Good to know")>
            {rail_head(lang.pick("须知", "Good to know"), Rank::First)}
            <ul class="mt-2 list-disc pl-5 space-y-1.5">
                <li>{lang.pick("密钥只在这一页显示，不要拍照或者转发。", "The key is shown on this page only; do not take pictures of it or pass it on.")}</li>
                <li>{lang.pick("设置以后，在别处的登录都会结束。", "Logins elsewhere end once it is set up.")}</li>
                <li>{lang.pick("每个验证码只能用一次。", "Each code works once.")}</li>
            </ul>
        </aside>
    };
    form_page(ctx, title, lead, typed, form.into_any(), aside.into_any())
}
