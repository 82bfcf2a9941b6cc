//! An account on its own page: what the system administrator does to it, and its roles (SEC-19).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::accounts::{AccountRecord, RoleForm};
use kaishu_portal::{Error, Portal};
use kaishu_types::ErrorCode;
use kaishu_types::account::{AccountState, Login, RoleGrant};
use leptos::prelude::*;

use super::accounts::{LIST, TITLE, role_choices, role_in_words};
use super::{authority_page, flash, no_such, organization_choices, region_choices};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::case::as_field;
use crate::pages::workbench::expired;
use crate::ui::data::data;
use crate::ui::dates::{day_of, full_day, full_time};
use crate::ui::fields::{label, select};
use crate::ui::form::{Typed, summary};
use crate::ui::heading::section_head;
use crate::ui::meta::{fact, meta};

/// `GET /authority/accounts/{login}`
pub(crate) async fn show(
    Asked(ctx): Asked,
    Path(login): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let lang = ctx.lang;
    let done = asked.get("done").map(|done| match done.as_str() {
        "made" => lang.pick("账号已经开立。", "The account is made."),
        "enabled" => lang.pick("账号已经启用。", "The account can be used."),
        "disabled" => lang.pick(
            "账号已经停用，登录和令牌全部结束。",
            "The account is disabled; all logins and tokens ended.",
        ),
        "ended" => lang.pick("登录和令牌全部结束。", "All logins and tokens ended."),
        "forgotten" => lang.pick(
            "手机验证码已经清除，工作人员下次登录时重新设置。",
            "The one-time codes are gone; staff set new ones up at the next login.",
        ),
        _ => lang.pick(
            "角色已经变更，登录和令牌全部结束。",
            "The roles are changed; all logins and tokens ended.",
        ),
    });
    draw(&ctx, &portal, &login, Typed::default(), done).await
}

/// `POST /authority/accounts/{login}/state`
pub(crate) async fn set_state(
    ctx: Ctx,
    Path(login): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let named = match named(&ctx, &login) {
        Ok(named) => named,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let (caller, lang) = (&ctx.caller, ctx.lang);
    let (done, word) = match typed.value("act") {
        "enable" => (portal.set_enabled(caller, &named, true, lang).await, "enabled"),
        "disable" => (portal.set_enabled(caller, &named, false, lang).await, "disabled"),
        "end" => (portal.end_access_of(caller, &named, lang).await, "ended"),
        "forget" => (portal.forget_second_factor(caller, &named, lang).await, "forgotten"),
        _ => {
            let (zh, en) = ("选择要办理的事项", "Choose what is to be done");
            (Err(Error::field("act", lang.pick(zh, en))), "")
        }
    };
    answer(&ctx, &portal, &login, (done, word, "act"), typed).await
}

/// `POST /authority/accounts/{login}/roles`
pub(crate) async fn change_roles(
    ctx: Ctx,
    Path(login): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let named = match named(&ctx, &login) {
        Ok(named) => named,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let form = RoleForm {
        role: typed.value("role"),
        organization: typed.value("organization"),
        region: typed.value("region"),
    };
    let done = match typed.value("act") {
        "take" => portal.take_role_typed(&ctx.caller, &named, &form, ctx.lang).await,
        _ => portal.give_role_typed(&ctx.caller, &named, &form, ctx.lang).await,
    };
    answer(&ctx, &portal, &login, (done, "roles", "role"), typed).await
}

/// Goes on after a form, or draws the account again with what stands against it.
async fn answer(
    ctx: &Ctx,
    portal: &Portal,
    login: &str,
    (done, word, field): (Result<(), Error>, &str, &str),
    typed: Typed,
) -> Response {
    let error = match done {
        Ok(()) => return go(&format!("{}?done={word}", ctx.href(&format!("{LIST}/{login}"))), []),
        Err(error) => error,
    };
    let error = match error.code() {
        ErrorCode::Conflict => as_field(error, field, ctx.lang),
        ErrorCode::NotFound => return respond(ctx, || Err(unknown(ctx, login))),
        _ => error,
    };
    match typed.refused(error) {
        Ok(typed) => draw(ctx, portal, login, typed, None).await,
        Err(error) => respond(ctx, || Err(error)),
    }
}

fn named(ctx: &Ctx, login: &str) -> Result<Login, AppError> {
    login.parse().map_err(|_| unknown(ctx, login))
}

fn unknown(ctx: &Ctx, login: &str) -> AppError {
    no_such(ctx, login, ctx.lang.pick(("账号", "账号"), ("account", "accounts")), LIST)
}

async fn draw(
    ctx: &Ctx,
    portal: &Portal,
    login: &str,
    typed: Typed,
    done: Option<&'static str>,
) -> Response {
    let named = match named(ctx, login) {
        Ok(named) => named,
        Err(error) => return respond(ctx, || Err(error)),
    };
    match portal.account_record(&ctx.caller, &named, ctx.lang).await {
        Ok(record) => {
            respond(ctx, || Ok(page(ctx, portal, &record, &typed, done).refused(ctx.lang, &typed)))
        }
        Err(error) if error.code() == ErrorCode::NotFound => {
            respond(ctx, || Err(unknown(ctx, login)))
        }
        Err(error) => respond(ctx, || Err(error.into())),
    }
}

fn page(
    ctx: &Ctx,
    portal: &Portal,
    record: &AccountRecord,
    typed: &Typed,
    done: Option<&'static str>,
) -> Page {
    let lang = ctx.lang;
    let own = record.is_own.then(|| {
        let text = lang.pick(
            "这是您自己的账号。停用、变更角色由另一位管理员办理。",
            "This is your own account: another administrator disables it or changes its roles.",
        );
        view! { <div class="ks-note mb-8 max-w-[44rem]"><p>{text}</p></div> }
    });
    let manages = record.may_manage && !record.is_own;
    let body = view! {
        {flash(done)}
        {summary(ctx, typed)}
        {own}
        <div class="max-w-[44rem]">{facts(ctx, record)}</div>
        {manages.then(|| acts(ctx, record, typed))}
        {roles(ctx, portal, record, typed)}
    };
    let title = lang
        .pick(format!("账号：{}", record.known.login), format!("Account: {}", record.known.login));
    let above = Some((lang.pick(TITLE.0, TITLE.1), LIST));
    authority_page(ctx, &title, above, (), body.into_any())
}

fn facts(ctx: &Ctx, record: &AccountRecord) -> AnyView {
    let lang = ctx.lang;
    let AccountRecord { known, has_address, n_sessions, n_tokens, .. } = record;
    let yes = |is: bool, zh: (&'static str, &'static str), en: (&'static str, &'static str)| {
        let (some, none) = lang.pick(zh, en);
        if is { some } else { none }
    };
    let last = known.last_login_at.map(|at| full_time(lang, at));
    let mut facts = vec![
        fact(lang.pick("登录名", "Login name"), known.login.to_string()),
        fact(lang.pick("名称", "Name"), data(lang, known.name.clone())),
        fact(lang.pick("账号类型", "Kind"), known.kind.label(lang)),
        fact(lang.pick("状态", "State"), known.state.label(lang)),
        fact(
            lang.pick("邮箱", "Address for mail"),
            yes(
                *has_address,
                ("有，只有本人看得到", "没有"),
                ("There is one, for its owner to see", "None"),
            ),
        ),
        fact(
            lang.pick("手机验证码", "One-time codes"),
            yes(known.has_second_factor, ("已经设置", "没有设置"), ("Set up", "Not set up")),
        ),
        fact(lang.pick("正在使用的登录", "Logins in use"), n_sessions.to_string()),
        fact(lang.pick("有效的访问令牌", "Tokens that work"), n_tokens.to_string()),
        fact(lang.pick("开立于", "Made on"), full_day(lang, day_of(known.created_at))),
        fact(
            lang.pick("最近登录", "Last login"),
            last.unwrap_or_else(|| lang.pick("从未", "Never").into_any()),
        ),
    ];
    if let Some(contract) = &known.contract {
        // The account is good until the midnight after the last day.
        let last_day = day_of(contract.ends_at - chrono::TimeDelta::seconds(1));
        facts.push(fact(
            lang.pick("安全审查记录", "Security review"),
            data(lang, contract.security_review.clone()),
        ));
        facts.push(fact(
            lang.pick("安全保密合同", "Contract on security"),
            data(lang, contract.contract.clone()),
        ));
        facts.push(fact(lang.pick("合同终止日期", "Last day"), full_day(lang, last_day)));
    }
    meta(facts)
}

/// What the system administrator does to the account of somebody else.
fn acts(ctx: &Ctx, record: &AccountRecord, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let known = &record.known;
    let button = |act: &'static str, word: &'static str, class: &'static str| {
        view! { <button class=class type="submit" name="act" value=act>{word}</button> }
    };
    let is_disabled = known.state == AccountState::Disabled;
    let state = match is_disabled {
        true => button("enable", lang.pick("启用账号", "Enable the account"), "btn btn-primary"),
        false => button(
            "disable",
            lang.pick("停用账号", "Disable the account"),
            "btn btn-outline text-error",
        ),
    };
    let end = (!is_disabled)
        .then(|| button("end", lang.pick("结束全部登录", "End all logins"), "btn btn-outline"));
    let forget = known.has_second_factor.then(|| {
        button("forget", lang.pick("清除手机验证码", "Forget one-time codes"), "btn btn-outline")
    });
    let faults: Vec<_> = typed
        .faults("act")
        .into_iter()
        .map(|fault| view! { <p class="ks-bad" id="act">{fault}</p> })
        .collect();
    let action = ctx.href(&format!("{LIST}/{}/state", known.login));
    view! {
        <section class="mt-10 max-w-[44rem]" aria-labelledby="h-acts">
            {section_head("h-acts", lang.pick("办理", "What to do"))}
            <p class="mt-2 ks-mute">
                {lang.pick(
                    "停用和结束登录立即生效，访问令牌同时作废。手机丢了的，清除手机验证码。",
                    "Disabling and ending logins count at once, and tokens end with them. For a lost phone, forget the one-time codes.",
                )}
            </p>
            {faults}
            <form method="post" action=action class="mt-4 flex flex-wrap gap-3">{state}{end}{forget}</form>
        </section>
    }
    .into_any()
}

fn roles(ctx: &Ctx, portal: &Portal, record: &AccountRecord, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let assigns = record.may_assign && !record.is_own;
    let rows: Vec<_> =
        record.known.roles.iter().map(|held| role_row(ctx, portal, record, held)).collect();
    let list = match rows.is_empty() {
        true => {
            view! { <p class="py-4 ks-mute">{lang.pick("还没有角色。", "It holds no role.")}</p> }
                .into_any()
        }
        false => view! { <ul class="mt-2 divide-y divide-[var(--line)]">{rows}</ul> }.into_any(),
    };
    view! {
        <section class="mt-12 max-w-[44rem]" aria-labelledby="h-roles">
            {section_head("h-roles", lang.pick("角色", "Roles"))}
            {list}
        </section>
        {assigns.then(|| giving(ctx, portal, record, typed))}
    }
    .into_any()
}

fn role_row(ctx: &Ctx, portal: &Portal, record: &AccountRecord, held: &RoleGrant) -> AnyView {
    let lang = ctx.lang;
    let word = role_in_words(lang, &portal.directory(), held);
    let take = (record.may_assign && !record.is_own).then(|| {
        let action = ctx.href(&format!("{LIST}/{}/roles", record.known.login));
        let organization = held.organization.as_ref().map(ToString::to_string);
        let region = held.region.as_ref().map(ToString::to_string);
        let whose = format!(" {word}");
        view! {
            <form method="post" action=action>
                <input type="hidden" name="role" value=held.role.as_str()/>
                <input type="hidden" name="organization" value=organization.unwrap_or_default()/>
                <input type="hidden" name="region" value=region.unwrap_or_default()/>
                <button class="btn btn-sm btn-outline text-error" type="submit" name="act" value="take">
                    {lang.pick("取消角色", "Take away")}<span class="sr-only">{whose}</span>
                </button>
            </form>
        }
    });
    view! {
        <li class="py-3 flex flex-wrap items-center justify-between gap-x-6 gap-y-2"><span>{word.clone()}</span>{take}</li>
    }
    .into_any()
}

/// The form by which the security administrator gives a role.
fn giving(ctx: &Ctx, portal: &Portal, record: &AccountRecord, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let directory = portal.directory();
    let field = |name: &str, text: &str, hint: &str| label(typed, name, text, hint);
    let role = field("role", lang.pick("角色", "Role"), "");
    let organization = field(
        "organization",
        lang.pick("为哪个单位", "For which organization"),
        lang.pick(
            "数据专员、第一责任人、单位审核员、行业主管部门要选",
            "For officers, heads, reviewers and sector leads",
        ),
    );
    let region = field(
        "region",
        lang.pick("为哪个地区", "For which region"),
        lang.pick(
            "按地区履职的角色才选；不选的为本平台所在地区",
            "For roles over a region; the portal's own where none is chosen",
        ),
    );
    let regions: Vec<String> = directory.regions.iter().map(|it| it.named.code.clone()).collect();
    let regions = region_choices(ctx, &directory, &regions);
    let none = lang.pick("不选", "None");
    // What was typed to take a role away is not what is given.
    let value = |name: &str| if typed.value("act") == "take" { "" } else { typed.value(name) };
    view! {
        <section class="mt-10 max-w-[36rem]" aria-labelledby="h-give">
            {section_head("h-give", lang.pick("分配角色", "Give a role"))}
            <form method="post" action=ctx.href(&format!("{LIST}/{}/roles", record.known.login)) novalidate=true class="mt-4">
                {select(&role, lang.pick("请选择", "Choose"), &role_choices(lang), value("role"))}
                {select(&organization, none, &organization_choices(ctx, &directory), value("organization"))}
                {select(&region, none, &regions, value("region"))}
                <p class="mt-8">
                    <button class="btn btn-primary" type="submit" name="act" value="give">{lang.pick("分配角色", "Give the role")}</button>
                </p>
            </form>
        </section>
    }
    .into_any()
}
