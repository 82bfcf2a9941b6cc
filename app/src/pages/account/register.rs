//! Registering a person or an organization that uses data.

use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Form};
use kaishu_portal::Portal;
use kaishu_portal::access::TemplateVersion;
use kaishu_portal::accounts::Registration;
use kaishu_portal::retrieval::Client;
use leptos::prelude::*;

use super::{agreement, form_page, go, message_page};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::ui::form::{Field, Typed, choice};
use crate::ui::heading::{Rank, rail_head};

/// `GET /register`
pub(crate) async fn show(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if ctx.caller.is_logged_in() {
        return go(&ctx.href("/me"), []);
    }
    let typed = Typed::default().with("kind", "person");
    let terms = portal.platform_terms().await;
    respond(&ctx, || Ok(page(&ctx, &typed, terms?.as_ref())))
}

/// `POST /register`
pub(crate) async fn submit(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    client: Option<Extension<Client>>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let client = client.map(|Extension(client)| client);
    let typed = Typed::of(pairs);
    let value = |name: &str| typed.value(name).to_owned();
    let registration = Registration {
        kind: value("kind"),
        login: value("login"),
        name: value("name"),
        email: value("email"),
        password: value("password"),
        terms: value("terms"),
    };
    match portal.register(&registration, client, ctx.lang).await {
        Ok(()) => go(&ctx.href("/register/sent"), []),
        Err(error) => {
            let terms = portal.platform_terms().await;
            respond(&ctx, || Ok(page(&ctx, &typed.refused(error)?, terms?.as_ref())))
        }
    }
}

/// `GET /register/sent`
pub(crate) async fn sent(ctx: Ctx) -> Response {
    let lang = ctx.lang;
    let text = view! {
        <p>
            {lang.pick(
                "确认邮件已经发出。在 48 小时内打开其中的链接，账号就可以使用。",
                "A mail is on its way. Open its link within 48 hours, and the account can be used.",
            )}
        </p>
        <p>
            {lang.pick(
                "没有收到的，先看看垃圾邮件；仍没有，用刚才的登录名和密码登录一次，邮件会再发一次。",
                "Where it does not arrive, look among unwanted mail; then log in with the name and password you just chose, and it is sent again.",
            )}
        </p>
    };
    let title = lang.pick("去邮箱确认", "Confirm your address");
    let way = ("/login", ctx.words.log_in);
    respond(&ctx, || Ok(message_page(&ctx, title, text, way)))
}

fn page(ctx: &Ctx, typed: &Typed, terms: Option<&TemplateVersion>) -> Page {
    let lang = ctx.lang;
    let kinds = vec![
        ("person", lang.pick("个人", "A person"), None),
        (
            "organization",
            lang.pick("单位", "An organization"),
            Some(lang.pick(
                "企业、高校、研究机构和其他组织",
                "A company, university, institute or other body",
            )),
        ),
    ];
    let form = view! {
        <form method="post" action=ctx.href("/register") novalidate=true>
            {choice(typed, "kind", lang.pick("账号属于谁", "Whose account it is"), kinds)}
            {Field::text("name", lang.pick("姓名或者单位全称", "Name, or full name of the organization"))
                .autocomplete("name")
                .draw(typed)}
            {Field::text("login", lang.pick("登录名", "Login name"))
                .hint(lang.pick("2 至 40 个小写字母、数字、点、短横或者下划线，以字母开头。", "2 to 40 lower-case letters, digits, dots, hyphens and underscores, beginning with a letter."))
                .autocomplete("username")
                .draw(typed)}
            {Field { kind: "email", inputmode: Some("email"), ..Field::text("email", lang.pick("邮箱", "Address for mail")) }
                .hint(lang.pick("用来确认账号和重新设置密码，加密保存，不公开。", "For confirming the account and for a forgotten password; kept encrypted and never shown to others."))
                .autocomplete("email")
                .draw(typed)}
            {Field::password("password", lang.pick("密码", "Password"), "new-password")
                .hint(lang.pick("至少 10 个字符，几个词连在一起就很好；不要求符号和大写。", "At least 10 characters; a few words in a row are fine. No symbols or capitals are demanded."))
                .draw(typed)}
            {terms.map(|terms| agreement::accepting(ctx, typed, terms))}
            <p class="mt-8"><button class="btn btn-primary" type="submit">{lang.pick("注册", "Register")}</button></p>
        </form>
    };
    let aside = view! {
        <aside class="text-[.9375rem]" aria-label=lang.pick("须知", "Good to know")>
            {rail_head(lang.pick("收集什么，做什么用", "What is collected, and what for"), Rank::First)}
            <p class="mt-2">
                {lang.pick(
                    "只收集这一页的内容，用于开立账号和联系本人。不要求人脸、指纹等生物特征。",
                    "Only what stands on this page, to make the account and to reach you. No face, fingerprint or other biometric is asked for.",
                )}
            </p>
            <p class="mt-1">
                <a class="ks-link inline-block py-2.5" href=ctx.href("/help#privacy")>{ctx.words.privacy}</a>
            </p>
            {rail_head(lang.pick("已有账号", "With an account"), Rank::Next)}
            <p><a class="ks-link inline-block py-2.5" href=ctx.href("/login")>{ctx.words.log_in}</a></p>
        </aside>
    };
    let title = lang.pick("注册账号", "Register");
    let lead = lang.pick(
        "用来申请有条件开放的数据、提出需求和查看办理进度。",
        "To apply for conditional data, to ask for data, and to follow up.",
    );
    form_page(ctx, title, lead, typed, form.into_any(), aside.into_any())
}
