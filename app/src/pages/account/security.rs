//! Password, one-time codes, and where one is logged in.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::accounts::{Me, OwnSession};
use kaishu_portal::{Error, Portal};
use leptos::prelude::*;

use super::{Part, flash, go, own_page, to_login};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::ui::dates::full_time;
use crate::ui::form::{Field, Typed, summary};
use crate::ui::heading::section_head;

/// `GET /me/security`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    let asked = match ctx.only(&["done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let done = asked.get("done").map(String::as_str);
    draw(&ctx, &portal, &Typed::default(), done).await
}

async fn draw(ctx: &Ctx, portal: &Portal, typed: &Typed, done: Option<&str>) -> Response {
    if let Some(elsewhere) = to_login(ctx) {
        return elsewhere;
    }
    let me = portal.me(&ctx.caller, ctx.lang).await;
    let sessions = portal.sessions(&ctx.caller, ctx.lang).await;
    respond(ctx, || Ok(page(ctx, &me?, &sessions?, typed, done)))
}

/// `POST /me/security/password`
pub(crate) async fn change_password(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let typed = Typed::of(pairs);
    let (current, new) = (typed.value("current"), typed.value("password"));
    let changed = portal.change_password(&ctx.caller, current, new, ctx.lang).await;
    after(&ctx, &portal, typed, changed, "password").await
}

/// `POST /me/security/code/end`
pub(crate) async fn give_up_codes(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let typed = Typed::of(pairs);
    let password = typed.value("code_password");
    let given_up = portal.give_up_second_factor(&ctx.caller, password, ctx.lang).await;
    after(&ctx, &portal, typed, given_up, "no-code").await
}

/// `POST /me/security/identities/end`
pub(crate) async fn end_identities(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let typed = Typed::of(pairs);
    let password = typed.value("identity_password");
    let ended = portal.end_identities(&ctx.caller, password, ctx.lang).await;
    after(&ctx, &portal, typed, ended, "identities").await
}

/// `POST /me/security/sessions/end-others`
pub(crate) async fn end_others(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    let ended = portal.end_other_sessions(&ctx.caller, ctx.lang).await;
    after(&ctx, &portal, Typed::default(), ended, "sessions").await
}

/// `POST /me/security/sessions/{id}/end`
pub(crate) async fn end_session(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    Path(id): Path<String>,
) -> Response {
    let id: i64 = id.parse().unwrap_or_default();
    let ended = portal.end_own_session(&ctx.caller, id, ctx.lang).await;
    after(&ctx, &portal, Typed::default(), ended, "session").await
}

async fn after(
    ctx: &Ctx,
    portal: &Portal,
    typed: Typed,
    result: Result<(), Error>,
    done: &str,
) -> Response {
    if let Some(elsewhere) = to_login(ctx) {
        return elsewhere;
    }
    match result {
        Ok(()) => go(&format!("{}?done={done}", ctx.href("/me/security")), []),
        Err(error) => match typed.refused(error) {
            Ok(typed) => draw(ctx, portal, &typed, None).await,
            Err(error) => respond(ctx, || Err(error)),
        },
    }
}

fn page(ctx: &Ctx, me: &Me, sessions: &[OwnSession], typed: &Typed, done: Option<&str>) -> Page {
    let lang = ctx.lang;
    let done = match done {
        Some("password") => Some(lang.pick(
            "新密码已经生效。在别处的登录和所有接口令牌都已经结束。",
            "The new password counts from now on. Logins elsewhere and all API tokens have ended.",
        )),
        Some("code") => Some(lang.pick(
            "验证码已经设置，在别处的登录已经结束。",
            "One-time codes are set up; logins elsewhere have ended.",
        )),
        Some("no-code") => Some(lang.pick(
            "验证码已经停用，以后只用密码登录。",
            "One-time codes are given up; the password alone logs you in.",
        )),
        Some("identities") => Some(lang.pick(
            "统一身份认证已经解除关联，以后用密码登录。",
            "Single sign-on opens this account no more; the password does.",
        )),
        Some("sessions") => {
            Some(lang.pick("在别处的登录已经全部结束。", "All logins elsewhere have ended."))
        }
        Some("session") => Some(lang.pick("那次登录已经结束。", "That login has ended.")),
        _ => None,
    };
    let rows: Vec<_> = sessions.iter().map(|session| session_row(ctx, session)).collect();
    let end_others = (sessions.len() > 1).then(|| {
        view! {
            <form class="mt-6" method="post" action=ctx.href("/me/security/sessions/end-others")>
                <button class="btn btn-outline" type="submit">
                    {lang.pick("结束在别处的全部登录", "End all logins elsewhere")}
                </button>
            </form>
        }
    });
    let body = view! {
        {flash(done)}
        <div class="max-w-[30rem]">{summary(ctx, typed)}</div>
        {me.has_password.then(|| password_part(ctx, me, typed))}
        {codes_part(ctx, me, typed)}
        {(!me.identities.is_empty()).then(|| identities_part(ctx, me, typed))}
        <section class="mt-14" aria-labelledby="h-sessions">
            {section_head("h-sessions", lang.pick("在哪里登录着", "Where you are logged in"))}
            <p class="mt-1 text-[.9375rem] ks-mute">
                {lang.pick("不认识的，立即结束，再更换密码。", "End what you do not recognise at once, then change the password.")}
            </p>
            <ul class="mt-3 divide-y divide-[var(--line)] border-t border-[var(--line-2)] max-w-[44rem]">{rows}</ul>
            {end_others}
        </section>
    };
    let title = lang.pick("登录与安全", "Login and security");
    own_page(ctx, Part::Security, title, (), body.into_any()).refused(lang, typed)
}

fn password_part(ctx: &Ctx, me: &Me, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    view! {
        <section aria-labelledby="h-password">
            {section_head("h-password", lang.pick("密码", "Password"))}
            <form class="mt-4 max-w-[30rem]" method="post" action=ctx.href("/me/security/password") novalidate=true>
                <input type="hidden" name="login" value=me.login.to_string() autocomplete="username"/>
                {Field::password("current", lang.pick("现在的密码", "Present password"), "current-password").draw(typed)}
                {Field::password("password", lang.pick("新密码", "New password"), "new-password")
                    .hint(lang.pick("至少 10 个字符，几个词连在一起就很好。更换以后，在别处的登录和所有接口令牌都会结束。", "At least 10 characters; a few words in a row are fine. Logins elsewhere and all API tokens end with the old one."))
                    .draw(typed)}
                <p class="mt-6">
                    <button class="btn btn-outline" type="submit">{lang.pick("更换密码", "Change the password")}</button>
                </p>
            </form>
        </section>
    }
    .into_any()
}

fn codes_part(ctx: &Ctx, me: &Me, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let text = match (me.has_second_factor, me.needs_second_factor) {
        (true, true) => lang.pick(
            "已经设置。工作人员的账号必须使用验证码；换手机时先在新手机上重新设置。",
            "Set up. Staff must use them; when you change phones, set them up on the new one first.",
        ),
        (true, false) => lang.pick("已经设置，登录时另外输入验证码。", "Set up; each login asks for one."),
        (false, _) => lang.pick(
            "没有设置。设置以后，别人得到密码也不能登录。",
            "Not set up. With them nobody logs in with your password alone.",
        ),
    };
    let set_up = if me.has_second_factor {
        lang.pick("换到另一台手机", "Move to another phone")
    } else {
        lang.pick("设置验证码", "Set up one-time codes")
    };
    let give_up = (me.has_second_factor && !me.needs_second_factor).then(|| {
        view! {
            <form class="mt-8 max-w-[30rem]" method="post" action=ctx.href("/me/security/code/end") novalidate=true>
                {Field::password("code_password", lang.pick("停用要再输入一次密码", "To give them up, type the password again"), "current-password").draw(typed)}
                <p class="mt-6">
                    <button class="btn btn-outline text-error" type="submit">{lang.pick("停用验证码", "Give one-time codes up")}</button>
                </p>
            </form>
        }
    });
    view! {
        <section class="mt-14" aria-labelledby="h-codes">
            {section_head("h-codes", lang.pick("验证码", "One-time codes"))}
            <p class="mt-1">{text}</p>
            <p class="mt-4"><a class="btn btn-outline" href=ctx.href("/me/security/code")>{set_up}</a></p>
            {give_up}
        </section>
    }
    .into_any()
}

fn identities_part(ctx: &Ctx, me: &Me, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let issuers: Vec<_> =
        me.identities.iter().map(|issuer| view! { <li>{issuer.clone()}</li> }).collect();
    let way = if me.has_password {
        view! {
            <form class="mt-4 max-w-[30rem]" method="post" action=ctx.href("/me/security/identities/end") novalidate=true>
                {Field::password("identity_password", lang.pick("解除要输入一次密码", "To end this, type the password"), "current-password").draw(typed)}
                <p class="mt-6">
                    <button class="btn btn-outline text-error" type="submit">{lang.pick("解除关联", "End it")}</button>
                </p>
            </form>
        }
        .into_any()
    } else {
        let text = lang.pick(
            "这个账号没有密码。要解除，先用“忘记密码”设置一个。",
            "This account has no password. To end this, set one first by “forgotten the password”.",
        );
        view! { <p class="mt-2 ks-mute">{text}</p> }.into_any()
    };
    view! {
        <section class="mt-14" aria-labelledby="h-identities">
            {section_head("h-identities", lang.pick("统一身份认证", "Single sign-on"))}
            <p class="mt-1">{lang.pick("可以用这些系统的身份登录这个账号：", "Identities of these systems open this account:")}</p>
            <ul class="mt-2 list-disc pl-5">{issuers}</ul>
            {way}
        </section>
    }
    .into_any()
}

fn session_row(ctx: &Ctx, session: &OwnSession) -> AnyView {
    let lang = ctx.lang;
    let browser = browser_name(session.user_agent.as_deref().unwrap_or_default());
    let unnamed = lang.pick("没有说明名称的浏览器", "A browser that does not say its name");
    let browser = browser.unwrap_or_else(|| unnamed.to_owned());
    let end = if session.is_current {
        let text = lang.pick("这一次", "This one");
        view! { <span class="ks-mark is-ok">{text}</span> }.into_any()
    } else {
        let action = ctx.href(&format!("/me/security/sessions/{}/end", session.id));
        let which = session.created_at.format("%Y-%m-%d %H:%M").to_string();
        view! {
            <form method="post" action=action>
                <button class="btn btn-outline" type="submit">
                    {lang.pick("结束", "End")}<span class="sr-only">{format!(" {which}")}</span>
                </button>
            </form>
        }
        .into_any()
    };
    view! {
        <li class="py-4 flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
            <div class="min-w-0">
                <p class="font-semibold">{browser}</p>
                <p class="text-[.9375rem] ks-mute">
                    {lang.pick("最近使用", "Last used")}" "{full_time(lang, session.last_seen_at)}
                </p>
                <p class="text-[.9375rem] ks-mute">
                    {lang.pick("开始于", "Begun")}" "{full_time(lang, session.created_at)}
                    {session.address.clone().map(|address| view! { " · "<span class="num">{address}</span> })}
                </p>
            </div>
            {end}
        </li>
    }
    .into_any()
}

/// Names a browser and its system by what it says of itself.
fn browser_name(user_agent: &str) -> Option<String> {
    let found = |names: &[(&'static str, &'static str)]| {
        names.iter().find(|(part, _)| user_agent.contains(part)).map(|(_, name)| *name)
    };
    let browser = found(&[
        ("MicroMessenger", "微信"),
        ("Edg", "Edge"),
        ("QQBrowser", "QQ 浏览器"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ])?;
    let system = found(&[
        ("HarmonyOS", "HarmonyOS"),
        ("OpenHarmony", "HarmonyOS"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    Some(match system {
        Some(system) => format!("{browser} · {system}"),
        None => browser.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_named_as_people_know_them() {
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0 Safari/537.36";
        assert_eq!(browser_name(windows).as_deref(), Some("Chrome · Windows"));
        assert_eq!(browser_name(&format!("{windows} Edg/143")).as_deref(), Some("Edge · Windows"));
        assert_eq!(browser_name("curl/8"), None);
    }
}
