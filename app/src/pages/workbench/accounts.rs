//! The accounts of an agency, and what it asks for them (ORG-06).

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::accounts::{AgencyAccounts, Known, REQUESTED_ROLES, RequestForm};
use kaishu_portal::directory::Directory;
use kaishu_types::account::{AccountWish, Role};
use kaishu_types::case::{CaseCard, CaseKind, CaseView};
use kaishu_types::{Lang, OrganizationCode};
use leptos::prelude::*;

use super::{bench_page, expired};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::ui::dates::{day_of, full_day};
use crate::ui::fields::{Choice, area, label, line, options, select};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::section_head;
use crate::ui::meta::{fact, meta};

/// `GET /workbench/accounts`
pub(crate) async fn show(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let agencies = portal.agency_accounts(&ctx.caller, ctx.lang).await;
    let requests = portal.open_account_requests(&ctx.caller, ctx.lang).await;
    respond(&ctx, || Ok(list(&ctx, &portal.directory(), agencies?, &requests?)))
}

/// `GET /workbench/accounts/new`
pub(crate) async fn ask(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    // The list leads here with what is known already.
    let asked = match ctx.only(&["wish", "organization", "login"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let own = portal.asks_accounts_for(&ctx.caller, ctx.lang);
    let typed = Typed::of(asked.into_iter().collect());
    let held = held(&ctx, &portal, &typed).await;
    respond(&ctx, || Ok(form(&ctx, &portal.directory(), &own?, &typed, &held?)))
}

/// `POST /workbench/accounts/new`
pub(crate) async fn submit(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let roles: Vec<String> =
        pairs.iter().filter(|(name, _)| name == "roles").map(|(_, role)| role.clone()).collect();
    let typed = Typed::of(pairs);
    let wanted = RequestForm {
        wish: typed.value("wish").to_owned(),
        organization: typed.value("organization").to_owned(),
        login: typed.value("login").to_owned(),
        name: typed.value("name").to_owned(),
        email: typed.value("email").to_owned(),
        roles: roles.clone(),
        reason: typed.value("reason").to_owned(),
    };
    match portal.request_account(&ctx.caller, &wanted, ctx.lang).await {
        Ok(case) => go(&ctx.href(&format!("/workbench/cases/{case}")), []),
        Err(error) => respond(&ctx, || {
            let own = portal.asks_accounts_for(&ctx.caller, ctx.lang)?;
            Ok(form(&ctx, &portal.directory(), &own, &typed.refused(error)?, &roles))
        }),
    }
}

/// The roles that an account of the agency has now, where a change of it is asked for.
async fn held(ctx: &Ctx, portal: &Portal, typed: &Typed) -> Result<Vec<String>, AppError> {
    if typed.value("wish") != AccountWish::Change.as_str() {
        return Ok(Vec::new());
    }
    let agencies = portal.agency_accounts(&ctx.caller, ctx.lang).await?;
    let of_agency =
        agencies.iter().find(|it| it.organization.as_str() == typed.value("organization"));
    let mut accounts = of_agency.into_iter().flat_map(|it| &it.accounts);
    let account = accounts.find(|it| it.login.as_str() == typed.value("login"));
    let roles = account.map(|it| it.roles.iter().map(|held| held.role.to_string()).collect());
    Ok(roles.unwrap_or_default())
}

fn list(
    ctx: &Ctx,
    directory: &Directory,
    agencies: Vec<AgencyAccounts>,
    requests: &[CaseCard],
) -> Page {
    let lang = ctx.lang;
    let parts: Vec<_> = agencies.iter().map(|it| agency(ctx, directory, it)).collect();
    let rows: Vec<_> = requests.iter().map(|case| request_row(ctx, case)).collect();
    let requests = (!rows.is_empty()).then(|| {
        view! {
            <section class="mb-12" aria-labelledby="h-requests">
                {section_head("h-requests", lang.pick("办理中的申请", "Open requests"))}
                <ul class="mt-2 divide-y divide-[var(--line)]">{rows}</ul>
            </section>
        }
    });
    let body = view! {
        <p class="mb-10">
            <a class="btn btn-primary" href=ctx.href("/workbench/accounts/new?wish=make")>
                {lang.pick("申请开立账号", "Ask for an account")}
            </a>
        </p>
        {requests}
        {parts}
    };
    let title = lang.pick("本单位账号", "Accounts of the organization");
    let lead = lang.pick(
        "人员变动时，在这里申请开立、变更或者注销账号，由数据主管部门办理。",
        "When people come or go, ask here for accounts to be made, changed or cancelled; the data authority decides.",
    );
    bench_page(ctx, title, vec![(title.to_owned(), None)], lead, body.into_any())
}

fn request_row(ctx: &Ctx, case: &CaseCard) -> AnyView {
    let path = ctx.href(&format!("/workbench/cases/{}", case.id));
    view! {
        <li class="py-3 flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
            <a class="ks-link" href=path>{case.title.clone()}</a>
            <span class="text-[.9375rem] ks-mute">
                {case.state.label.clone()}
                {case.standing.clone().map(|standing| format!(" · {standing}"))}
            </span>
        </li>
    }
    .into_any()
}

fn agency(ctx: &Ctx, directory: &Directory, agency: &AgencyAccounts) -> AnyView {
    let lang = ctx.lang;
    let code = &agency.organization;
    let name = directory.organization(code.as_str());
    let name = name.map_or_else(|| code.to_string(), |it| it.named.label(lang).to_owned());
    let id = format!("h-{code}");
    // The frame scrolls by itself, so it has a name beside that of its section.
    let table = lang.pick(format!("{name}的账号"), format!("Accounts of {name}"));
    let rows: Vec<_> = agency.accounts.iter().map(|it| account_row(ctx, code, it)).collect();
    view! {
        <section class="mb-12" aria-labelledby=id.clone()>
            <h2 class="text-xl" id=id.clone()>{name.clone()}</h2>
            <div class="ks-frame max-md:!overflow-visible mt-3" tabindex="0" role="region" aria-label=table.clone()>
                <table class="ks-table is-dense ks-stack md:min-w-[48rem]">
                    <caption class="sr-only">{table.clone()}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{lang.pick("账号", "Account")}</th>
                            <th scope="col">{lang.pick("角色", "Roles")}</th>
                            <th scope="col">{lang.pick("状态", "State")}</th>
                            <th scope="col">{lang.pick("最近登录", "Last login")}</th>
                            <th scope="col">{lang.pick("申请", "Ask")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn account_row(ctx: &Ctx, organization: &OrganizationCode, account: &Known) -> AnyView {
    let lang = ctx.lang;
    let roles: Vec<&str> = account.roles.iter().map(|held| held.role.label(lang)).collect();
    let roles = roles.join(lang.pick("、", ", "));
    let last = account.last_login_at.map(|at| full_day(lang, day_of(at)));
    let login = account.login.to_string();
    let link = |wish: AccountWish, word: &'static str| {
        let query = format!("?wish={wish}&organization={organization}&login={}", account.login);
        let path = ctx.href(&format!("/workbench/accounts/new{query}"));
        let whose = format!(" {}", account.login);
        view! {
            <a class="ks-link inline-block py-2 mr-4" href=path>
                {word}<span class="sr-only">{whose}</span>
            </a>
        }
    };
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">
                {account.name.clone()}
                <span class="block text-sm ks-mute font-normal num">{login}</span>
            </th>
            <td data-l=lang.pick("角色", "Roles")>{roles}</td>
            <td class="nw" data-l=lang.pick("状态", "State")>{account.state.label(lang)}</td>
            <td class="nw num ks-mute" data-l=lang.pick("最近登录", "Last login")>{last}</td>
            <td class="nw" data-l=lang.pick("申请", "Ask")>
                {link(AccountWish::Change, lang.pick("变更", "Change"))}
                {link(AccountWish::Cancel, lang.pick("注销", "Cancel"))}
            </td>
        </tr>
    }
    .into_any()
}

fn form(
    ctx: &Ctx,
    directory: &Directory,
    own: &[OrganizationCode],
    typed: &Typed,
    roles: &[String],
) -> Page {
    let lang = ctx.lang;
    let label = |name: &str, text: &str, hint: &str| label(typed, name, text, hint);
    let named = |code: &OrganizationCode| -> Choice {
        let found = directory.organization(code.as_str());
        let name = found.map_or_else(|| code.to_string(), |it| it.named.label(lang).to_owned());
        (code.to_string(), name)
    };
    let organizations: Vec<Choice> = own.iter().map(named).collect();
    let chosen = match (typed.value("organization"), organizations.as_slice()) {
        ("", [(only, _)]) => only.clone(),
        (typed, _) => typed.to_owned(),
    };
    let wishes: Vec<Choice> = AccountWish::ALL
        .iter()
        .map(|wish| (wish.to_string(), wish.label(lang).to_owned()))
        .collect();
    let grantable: Vec<Choice> = REQUESTED_ROLES
        .iter()
        .map(|role| (role.to_string(), role.label(lang).to_owned()))
        .collect();
    let body = view! {
        <div class="max-w-[36rem]">
            {summary(ctx, typed)}
            <form method="post" action=ctx.href("/workbench/accounts/new") novalidate=true>
                {once()}
                {options(&label("wish", lang.pick("申请什么", "What is asked for"), ""), "radio", &wishes, |code| code == typed.value("wish"))}
                {select(&label("organization", lang.pick("单位", "Organization"), ""), lang.pick("请选择", "Choose"), &organizations, &chosen)}
                {line(&label("login", lang.pick("登录名", "Login name"), lang.pick("小写字母、数字、点、短横，以字母开头。变更和注销的，写现有的登录名。", "Lower-case letters, digits, dots and hyphens, a letter first. To change or cancel, the one there is.")), "text", typed.value("login"))}
                {line(&label("name", lang.pick("使用人姓名", "Name of the person"), lang.pick("开立账号时填写。", "For a new account.")), "text", typed.value("name"))}
                {line(&label("email", lang.pick("使用人邮箱", "Address for mail of the person"), lang.pick("开立账号时填写，设置密码的链接发到这里；办结以前加密保存，不进日志。", "For a new account; the link to set the password goes there. It is kept encrypted until the decision and is in no log.")), "email", typed.value("email"))}
                {options(&label("roles", lang.pick("在本单位的角色", "Roles for the organization"), lang.pick("注销账号时不用选。变更后只保留选中的。", "None to cancel. After a change the account has those that are chosen.")), "checkbox", &grantable, |code| roles.iter().any(|role| role == code))}
                {area(&label("reason", lang.pick("理由", "Reason"), lang.pick("例如：张伟调入数据科，接替李娜。", "As in: Zhang Wei takes over from Li Na.")), 3, typed.value("reason"))}
                <p class="mt-8">
                    <button class="btn btn-primary" type="submit">{lang.pick("提出申请", "File the request")}</button>
                </p>
            </form>
        </div>
    };
    let title = lang.pick("申请账号", "Request for an account");
    let all = lang.pick("本单位账号", "Accounts of the organization");
    let places =
        vec![(all.to_owned(), Some("/workbench/accounts".to_owned())), (title.to_owned(), None)];
    bench_page(ctx, title, places, (), body.into_any()).refused(lang, typed)
}

/// Draws what a request asks for, on the page of its case.
pub(super) fn asked(ctx: &Ctx, case: &CaseView) -> Option<AnyView> {
    if case.kind != CaseKind::AccountRequest {
        return None;
    }
    let lang = ctx.lang;
    let known = |name: &str| case.facts.get(name).map(String::as_str).unwrap_or_default();
    let wish = known("wish").parse::<AccountWish>();
    let mut facts = vec![
        fact(
            lang.pick("申请", "Asked for"),
            wish.as_ref().map_or_else(|_| known("wish").to_owned(), |it| it.label(lang).to_owned()),
        ),
        fact(lang.pick("登录名", "Login name"), known("login").to_owned()),
    ];
    if !known("name").is_empty() {
        facts.push(fact(lang.pick("姓名", "Name"), known("name").to_owned()));
    }
    let roles: Vec<&str> = known("roles")
        .split(' ')
        .filter_map(|it| Some(it.parse::<Role>().ok()?.label(lang)))
        .collect();
    if !roles.is_empty() {
        facts.push(fact(lang.pick("角色", "Roles"), roles.join(lang.pick("、", ", "))));
    }
    let after = wish.ok().filter(|_| case.is_open).map(|wish| what_follows(wish, lang));
    Some(
        view! {
            <section aria-labelledby="h-asked" class="mb-10">
                {section_head("h-asked", lang.pick("申请内容", "What is asked for"))}
                {meta(facts)}
                {after.map(|text| view! { <p class="mt-3 ks-mute max-w-[40em]">{text}</p> })}
            </section>
        }
        .into_any(),
    )
}

fn what_follows(wish: AccountWish, lang: Lang) -> &'static str {
    match wish {
        AccountWish::Make => lang.pick(
            "同意以后账号立即开立，设置密码的链接发到使用人的邮箱。",
            "Once granted, the account is made and the link to set the password goes to the person's address.",
        ),
        AccountWish::Change => lang.pick(
            "同意以后角色立即变更，这个账号的登录和访问令牌全部结束。",
            "Once granted, the roles change, and all logins and tokens of the account end at once.",
        ),
        AccountWish::Cancel => lang.pick(
            "同意以后账号立即停用，登录和访问令牌全部结束；还在其他单位任职的，只取消在本单位的角色。",
            "Once granted, the account is disabled and all its logins and tokens end at once; who works for others, too, loses the roles for this organization only.",
        ),
    }
}
