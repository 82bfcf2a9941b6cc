//! All accounts, for the three administrators (SEC-19): searched, page by page.

use axum::extract::State;
use axum::response::Response;
use kaishu_domain::permission::Action;
use kaishu_portal::Portal;
use kaishu_portal::accounts::{AccountFilter, AccountList, Known};
use kaishu_portal::directory::Directory;
use kaishu_types::Lang;
use kaishu_types::account::{AccountState, Role, RoleGrant};
use leptos::prelude::*;

use super::{authority_page, table};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::account::{escaped, to_login};
use crate::ui::data::data;
use crate::ui::dates::{day_of, full_day};
use crate::ui::fields::{Choice, label, line, select};
use crate::ui::form::{Typed, summary};
use crate::ui::numbers::thousands;

pub(super) const LIST: &str = "/authority/accounts";
pub(super) const TITLE: (&str, &str) = ("账号和角色", "Accounts and roles");

/// What an address of the list may ask.
const NAMES: [&str; 4] = ["q", "state", "role", "page"];

/// `GET /authority/accounts`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&NAMES) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let typed = Typed::of(asked.into_iter().collect());
    let filter = AccountFilter {
        text: typed.value("q"),
        state: typed.value("state"),
        role: typed.value("role"),
        page: typed.value("page"),
    };
    let found = portal.find_accounts(&ctx.caller, &filter, ctx.lang).await;
    respond(&ctx, || {
        let (typed, found) = match found {
            Ok(found) => (typed, Some(found)),
            Err(error) => (typed.refused(error)?, None),
        };
        Ok(page(&ctx, &portal.directory(), &typed, found.as_ref()).refused(ctx.lang, &typed))
    })
}

fn page(ctx: &Ctx, directory: &Directory, typed: &Typed, found: Option<&AccountList>) -> Page {
    let lang = ctx.lang;
    let add = ctx.caller.may_ever(Action::ManageAccounts).then(|| {
        view! {
            <p class="mb-8">
                <a class="btn btn-primary" href=ctx.href("/authority/accounts/new")>
                    {lang.pick("开立账号", "Make an account")}
                </a>
            </p>
        }
    });
    let body = view! {
        {summary(ctx, typed)}
        {add}
        {filters(ctx, typed)}
        {found.map(|found| results(ctx, directory, typed, found))}
    };
    let lead = lang.pick(
        "系统管理员开立、停用账号，安全管理员分配角色，审计管理员只查看。三者相互分开，谁也不能改自己的账号。",
        "The system administrator makes and disables accounts, the security administrator gives roles, the audit administrator reads. The three are apart, and nobody changes their own account.",
    );
    authority_page(ctx, lang.pick(TITLE.0, TITLE.1), None, lead, body.into_any())
}

fn filters(ctx: &Ctx, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let text = label(
        typed,
        "q",
        lang.pick("登录名或者名称", "Login or name"),
        lang.pick("写一部分就行", "A part is enough"),
    );
    let state = label(typed, "state", lang.pick("状态", "State"), "");
    let role = label(typed, "role", lang.pick("角色", "Role"), "");
    let states: Vec<Choice> =
        AccountState::ALL.iter().map(|it| (it.to_string(), it.label(lang).to_owned())).collect();
    let all = lang.pick("全部", "All");
    view! {
        <form method="get" action=ctx.href(LIST) class="mb-10" role="search">
            <div class="grid sm:grid-cols-2 lg:grid-cols-3 gap-x-6 gap-y-4 items-end">
                <div>{line(&text, "text", typed.value("q"))}</div>
                <div>{select(&state, all, &states, typed.value("state"))}</div>
                <div>{select(&role, all, &role_choices(lang), typed.value("role"))}</div>
            </div>
            <p class="mt-6 flex flex-wrap gap-3">
                <button class="btn btn-primary" type="submit">{lang.pick("查找", "Search")}</button>
                <a class="btn btn-outline" href=ctx.href(LIST)>{lang.pick("清除条件", "Clear")}</a>
            </p>
        </form>
    }
    .into_any()
}

pub(super) fn role_choices(lang: Lang) -> Vec<Choice> {
    Role::ALL.iter().map(|role| (role.to_string(), role.label(lang).to_owned())).collect()
}

fn results(ctx: &Ctx, directory: &Directory, typed: &Typed, found: &AccountList) -> AnyView {
    let lang = ctx.lang;
    if found.accounts.is_empty() {
        let text = lang.pick("没有符合条件的账号。", "No account fits.");
        return view! { <p class="py-8 ks-mute" role="status">{text}</p> }.into_any();
    }
    let total = thousands(found.total);
    let shown = lang.pick(
        format!("共 {total} 个，第 {} 页，共 {} 页", found.page, found.last),
        format!("{total} in all, page {} of {}", found.page, found.last),
    );
    let way = |page: u64, rel: &'static str, word: &'static str| {
        view! { <a class="btn btn-sm btn-outline" rel=rel href=address(ctx, typed, page)>{word}</a> }
    };
    let previous =
        (found.page > 1).then(|| way(found.page - 1, "prev", lang.pick("上一页", "Previous")));
    let next =
        (found.page < found.last).then(|| way(found.page + 1, "next", lang.pick("下一页", "Next")));
    let rows: Vec<_> = found.accounts.iter().map(|it| row(ctx, directory, it)).collect();
    let head = lang.pick(
        ["账号", "类型", "角色", "状态", "最近登录"],
        ["Account", "Kind", "Roles", "State", "Last login"],
    );
    view! {
        {table(lang.pick("账号，按登录名排列", "Accounts, by login"), &head, rows)}
        <nav class="mt-6 flex flex-wrap items-center justify-between gap-4" aria-label=lang.pick("翻页", "Pages")>
            <p class="text-sm ks-mute num" role="status">{shown}</p>
            <div class="flex flex-wrap gap-2">{previous}{next}</div>
        </nav>
    }
    .into_any()
}

/// The address of a page of the same search.
fn address(ctx: &Ctx, typed: &Typed, page: u64) -> String {
    let mut pairs: Vec<String> = ["q", "state", "role"]
        .into_iter()
        .filter(|name| !typed.value(name).trim().is_empty())
        .map(|name| format!("{name}={}", escaped(typed.value(name).trim())))
        .collect();
    if page > 1 {
        pairs.push(format!("page={page}"));
    }
    let path = ctx.href(LIST);
    if pairs.is_empty() { path } else { format!("{path}?{}", pairs.join("&")) }
}

fn row(ctx: &Ctx, directory: &Directory, account: &Known) -> AnyView {
    let lang = ctx.lang;
    let path = ctx.href(&format!("{LIST}/{}", account.login));
    let roles: Vec<_> = account
        .roles
        .iter()
        .map(|held| view! { <span class="block">{role_in_words(lang, directory, held)}</span> })
        .collect();
    let last = account.last_login_at.map(|at| full_day(lang, day_of(at)));
    let last = last.unwrap_or_else(|| lang.pick("从未", "Never").into_any());
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">
                <a class="ks-plain" href=path>{data(lang, account.name.clone())}</a>
                <span class="block text-sm ks-mute font-normal num">{account.login.to_string()}</span>
            </th>
            <td class="nw" data-l=lang.pick("类型", "Kind")>{account.kind.label(lang)}</td>
            <td data-l=lang.pick("角色", "Roles")><span>{roles}</span></td>
            <td class="nw" data-l=lang.pick("状态", "State")>{account.state.label(lang)}</td>
            <td class="nw num ks-mute" data-l=lang.pick("最近登录", "Last login")>{last}</td>
        </tr>
    }
    .into_any()
}

/// Writes a role with the organization or the region that it is held for.
pub(super) fn role_in_words(lang: Lang, directory: &Directory, held: &RoleGrant) -> String {
    let organization = held.organization.as_ref().map(|code| {
        let found = directory.organization(code.as_str());
        found.map_or_else(|| code.to_string(), |it| it.named.label(lang).to_owned())
    });
    let region = held.region.as_ref().map(|code| {
        let found = directory.region(code.as_str());
        found.map_or_else(|| code.to_string(), |it| it.named.label(lang).to_owned())
    });
    let role = held.role.label(lang);
    match organization.or(region) {
        Some(place) => lang.pick(format!("{role}（{place}）"), format!("{role} ({place})")),
        None => role.to_owned(),
    }
}
