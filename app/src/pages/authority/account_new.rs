//! Making an account, with the papers of a contractor (ORG-08).

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::accounts::AccountForm;
use kaishu_types::ErrorCode;
use kaishu_types::account::AccountKind;
use leptos::prelude::*;

use super::accounts::{LIST, TITLE};
use super::authority_page;
use crate::ctx::Ctx;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::case::as_field;
use crate::pages::workbench::expired;
use crate::ui::fields::{Choice, label, line, options};
use crate::ui::form::{Field, Typed, once, summary};

/// `GET /authority/accounts/new`
pub(crate) async fn begin(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let may = portal.check_makes_accounts(&ctx.caller, ctx.lang);
    let typed = Typed::default().with("kind", AccountKind::Person.as_str());
    respond(&ctx, || Ok(may.map(|()| page(&ctx, &portal, &typed))?))
}

/// `POST /authority/accounts/new`
pub(crate) async fn add(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    // A password is never sent back, not even where the login has ended.
    let is_open = |(name, _): &&(String, String)| name != "password";
    let kept: Vec<_> = pairs.iter().filter(is_open).cloned().collect();
    if let Some(again) = expired(&ctx, &kept) {
        return again;
    }
    let typed = Typed::of(pairs);
    let form = AccountForm {
        login: typed.value("login"),
        kind: typed.value("kind"),
        name: typed.value("name"),
        email: typed.value("email"),
        password: typed.value("password"),
        security_review: typed.value("security_review"),
        contract: typed.value("contract"),
        until: typed.value("until"),
    };
    match portal.add_account_typed(&ctx.caller, &form, ctx.lang).await {
        Ok(login) => go(&format!("{}?done=made", ctx.href(&format!("{LIST}/{login}"))), []),
        Err(error) => {
            let is_taken = error.code() == ErrorCode::Conflict;
            let error = if is_taken { as_field(error, "login", ctx.lang) } else { error };
            respond(&ctx, || {
                let typed = typed.refused(error)?;
                Ok(page(&ctx, &portal, &typed).refused(ctx.lang, &typed))
            })
        }
    }
}

fn page(ctx: &Ctx, portal: &Portal, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let field = |name: &str, text: &str, hint: &str| label(typed, name, text, hint);
    let kinds: Vec<Choice> =
        AccountKind::ALL.iter().map(|it| (it.to_string(), it.label(lang).to_owned())).collect();
    let kind = field("kind", lang.pick("谁的账号", "Whose account it is"), "");
    let login = field(
        "login",
        lang.pick("登录名", "Login name"),
        lang.pick(
            "小写字母、数字、点、短横，以字母开头",
            "Lower-case letters, digits, dots and hyphens, a letter first",
        ),
    );
    let name =
        field("name", lang.pick("姓名或者单位全称", "Name of the person or organization"), "");
    let email = field("email", lang.pick("邮箱", "Address for mail"), "");
    let action = ctx.href("/authority/accounts/new");
    let body = view! {
        <div class="max-w-[36rem]">
            {summary(ctx, typed)}
            <form method="post" action=action novalidate=true>
                {once()}
                {options(&kind, "radio", &kinds, |code| code == typed.value("kind"))}
                {line(&login, "text", typed.value("login"))}
                {line(&name, "text", typed.value("name"))}
                {line(&email, "email", typed.value("email"))}
                {password(ctx, portal, typed)}
                {papers(ctx, typed)}
                <p class="mt-8">
                    <button class="btn btn-primary" type="submit">{lang.pick("开立账号", "Make the account")}</button>
                </p>
            </form>
        </div>
    };
    let title = lang.pick("开立账号", "Make an account");
    let lead = lang.pick(
        "新账号没有角色，能做什么由安全管理员分配。",
        "A new account holds no role; the security administrator says what it may do.",
    );
    let above = Some((lang.pick(TITLE.0, TITLE.1), LIST));
    authority_page(ctx, title, above, lead, body.into_any())
}

fn password(ctx: &Ctx, portal: &Portal, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let hint = match portal.can_send_invitations() {
        true => lang.pick(
            "留空的，把设置密码的链接发到上面的邮箱，7 天内有效",
            "Left empty, a link to choose one goes to the address above; it works for 7 days",
        ),
        false => lang.pick(
            "本平台没有设置邮件，请设定初始密码，当面交给使用人",
            "No mail is set up here: set one and hand it over in person",
        ),
    };
    Field::password("password", lang.pick("初始密码", "First password"), "new-password")
        .hint(hint)
        .optional()
        .draw(typed)
}

/// The fields of a contractor's papers: all three or none.
fn papers(ctx: &Ctx, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let field = |name: &str, text: &str, hint: &str| label(typed, name, text, hint);
    let review = field(
        "security_review",
        lang.pick("安全审查记录", "Security review"),
        lang.pick("文号或者存放位置", "Its number, or where it is kept"),
    );
    let contract = field(
        "contract",
        lang.pick("已签署的安全保密合同", "Signed contract on security and confidentiality"),
        lang.pick("合同编号", "Its number"),
    );
    let until = field("until", lang.pick("合同终止日期", "Last day of the contract"), "");
    view! {
        <fieldset class="mt-8 border-t border-[var(--line)] pt-4">
            <legend class="font-semibold pr-3">{lang.pick("受托方的材料", "Papers of a contractor")}</legend>
            <p class="ks-mute mb-4">
                {lang.pick(
                    "只有受托方的账号才填，三样齐全才能启用；到终止日期，账号自动停用（阿坝州公共数据管理办法（试行）第三十九条）。",
                    "Only for a contractor, and all three; after the last day the account is disabled by itself (Aba, article 39).",
                )}
            </p>
            {line(&review, "text", typed.value("security_review"))}
            {line(&contract, "text", typed.value("contract"))}
            {line(&until, "date", typed.value("until"))}
        </fieldset>
    }
    .into_any()
}
