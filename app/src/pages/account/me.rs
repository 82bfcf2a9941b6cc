//! What one's own account is: name, roles, and what to do next.

use axum::extract::State;
use axum::response::Response;
use kaishu_domain::permission::Action;
use kaishu_portal::Portal;
use kaishu_portal::access::PlatformTerms;
use kaishu_portal::accounts::Me;
use kaishu_portal::directory::Directory;
use kaishu_types::account::RoleGrant;
use leptos::prelude::*;

use super::{Part, agreement, own_page, proof, to_login};
use crate::ctx::Ctx;
use crate::page::{Page, respond};
use crate::ui::data::data;
use crate::ui::dates::{day_of, full_day};
use crate::ui::heading::section_head;
use crate::ui::meta::{fact, meta, text_fact};

/// `GET /me`
pub(crate) async fn show(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let me = portal.me(&ctx.caller, ctx.lang).await;
    let terms = portal.own_platform_terms(&ctx.caller, ctx.lang).await;
    respond(&ctx, || Ok(page(&ctx, &portal, &me?, terms?.as_ref())))
}

fn page(ctx: &Ctx, portal: &Portal, me: &Me, terms: Option<&PlatformTerms>) -> Page {
    let lang = ctx.lang;
    let directory = &portal.directory();
    let roles: Vec<_> = me.roles.iter().map(|held| role(ctx, directory, held)).collect();
    let codes = if me.has_second_factor {
        lang.pick("已设置", "Set up")
    } else {
        lang.pick("没有设置", "Not set up")
    };
    let ends = me.ends_at.map(|ends_at| {
        fact(lang.pick("合同终止", "Contract ends"), full_day(lang, day_of(ends_at)))
    });
    let facts = [
        Some(fact(lang.pick("登录名", "Login name"), me.login.to_string())),
        Some(fact(lang.pick("名称", "Name"), data(lang, me.name.clone()))),
        Some(fact(lang.pick("账号类型", "Kind"), me.kind.label(lang))),
        text_fact(lang.pick("邮箱", "Mail"), me.email.as_deref()),
        Some(fact(lang.pick("验证码", "One-time codes"), codes)),
        Some(fact(lang.pick("开立日期", "Since"), full_day(lang, day_of(me.created_at)))),
        ends,
    ];
    let body = view! {
        <div class="grid lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)] gap-x-16 gap-y-12">
            <section aria-labelledby="h-account">
                {section_head("h-account", lang.pick("账号", "Account"))}
                {meta(facts.into_iter().flatten().collect())}
            </section>
            <section aria-labelledby="h-roles">
                {section_head("h-roles", lang.pick("角色", "Roles"))}
                <ul class="mt-1 divide-y divide-[var(--line)]">{roles}</ul>
                <p class="mt-3 text-[.9375rem] ks-mute">
                    {lang.pick(
                        "角色由安全管理员分配。角色变动后，所有登录和令牌立即结束，重新登录就按新的角色。",
                        "The security administrator gives roles. When they change, all logins and tokens end at once; logging in again brings the new ones.",
                    )}
                </p>
            </section>
        </div>
        {proof::section(ctx, portal, me)}
        {terms.map(|terms| agreement::section(ctx, terms))}
        {next_steps(ctx, me)}
    };
    let title = lang.pick("我的账号", "My account");
    own_page(ctx, Part::Overview, title, (), body.into_any())
}

fn role(ctx: &Ctx, directory: &Directory, held: &RoleGrant) -> AnyView {
    let organization = held.organization.as_ref().map(|code| {
        let name = directory
            .organization(code.as_str())
            .map_or_else(|| code.to_string(), |found| found.named.label(ctx.lang).to_owned());
        let path = ctx.href(&format!("/organizations/{code}"));
        view! { <a class="ks-link" href=path>{data(ctx.lang, name)}</a> }.into_any()
    });
    let region = held.region.as_ref().map(|code| {
        let name = directory
            .region(code.as_str())
            .map_or_else(|| code.to_string(), |found| found.named.label(ctx.lang).to_owned());
        let path = ctx.href(&format!("/regions/{code}"));
        view! { <a class="ks-link" href=path>{data(ctx.lang, name)}</a> }.into_any()
    });
    view! {
        <li class="py-2.5 flex flex-wrap gap-x-4">
            <b class="font-semibold">{held.role.label(ctx.lang)}</b>
            {organization}
            {region}
        </li>
    }
    .into_any()
}

/// What somebody may want to do: what protects the account first.
fn next_steps(ctx: &Ctx, me: &Me) -> AnyView {
    let lang = ctx.lang;
    let step = |path: &str, word: &'static str, text: &'static str| {
        view! {
            <li class="py-3">
                <a class="ks-link font-semibold inline-block py-1" href=ctx.href(path)>{word}</a>
                <p class="text-[.9375rem] ks-mute">{text}</p>
            </li>
        }
        .into_any()
    };
    let mut steps = Vec::new();
    if ctx.caller.may_ever(Action::SeeDrafts) {
        steps.push(step(
            "/workbench",
            lang.pick("打开工作台", "Open the workbench"),
            lang.pick(
                "编制目录、上传数据，办理等您处理的审查。",
                "Write entries, upload data, take the steps that wait for you.",
            ),
        ));
    }
    steps.push(step(
        "/me/applications",
        lang.pick("我的申请", "My applications"),
        lang.pick(
            "有条件开放的数据：申请办到哪里，哪些正在使用。",
            "Conditional data: where your applications are, and what you use.",
        ),
    ));
    if !me.has_second_factor {
        steps.push(step(
            "/me/security/code",
            lang.pick("设置验证码", "Set up one-time codes"),
            lang.pick("别人得到密码也不能登录。", "Nobody logs in with your password alone."),
        ));
    }
    steps.push(step(
        "/datasets",
        lang.pick("查找数据", "Search datasets"),
        lang.pick(
            "无条件开放的直接下载，有条件开放的写明条件和办理期限。",
            "Open data is downloaded at once; conditional data says under which conditions and by which day.",
        ),
    ));
    steps.push(step(
        "/me/tokens",
        lang.pick("给程序用的访问令牌", "Tokens for programs"),
        lang.pick(
            "程序用令牌调用接口，范围不超过本人，到期自动失效。",
            "Programs call the API with a token, which reaches no farther than you and ends by itself.",
        ),
    ));
    view! {
        <section class="mt-12" aria-labelledby="h-next">
            {section_head("h-next", lang.pick("接下来", "What next"))}
            <ul class="mt-1 divide-y divide-[var(--line)] max-w-[44rem]">{steps}</ul>
        </section>
    }
    .into_any()
}
