//! Before applying: who may have the data, on which conditions, who decides, by when (SRCH-03, APP-07).

use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::access::Experience;
use kaishu_portal::entries::DatasetPage;
use kaishu_types::vocabulary::{DatasetState, OpenClass};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Keep, Page, Section, respond};
use crate::pages::account::{go, login_path};
use crate::pages::{dataset, whom};
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::dates::day_text;
use crate::ui::heading::{page_head, section_head};
use crate::ui::law::rule_list;

/// The rules that govern it.
const RULES: [&str; 8] = [
    "open_app.approvers",
    "open_app.order",
    "open_app.reply_wd",
    "open_app.fields",
    "agreement.docs",
    "open_app.filing",
    "usage_report.interval",
    "violation.closure",
];

/// `GET /datasets/{code}/apply`
pub(crate) async fn show(
    ctx: Ctx,
    State(portal): State<Portal>,
    Path(code): Path<String>,
) -> Response {
    let found = match dataset::find(&ctx, &portal, &code).await {
        Ok(found) => found,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let experience = portal.experience(&found.dataset).await;
    respond(&ctx, || Ok(page(&ctx, &portal, (&found, &experience.map_err(AppError::from)?))))
}

/// `POST /datasets/{code}/apply`
pub(crate) async fn begin(
    ctx: Ctx,
    State(portal): State<Portal>,
    Path(code): Path<String>,
) -> Response {
    if !ctx.caller.is_logged_in() {
        return go(&login_path(&ctx, &ctx.path), []);
    }
    let found = match dataset::find(&ctx, &portal, &code).await {
        Ok(found) => found,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    match portal.begin_application(&ctx.caller, &found.dataset.code, ctx.lang).await {
        Ok(case) => go(&ctx.href(&format!("/applications/{case}")), []),
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

fn page(ctx: &Ctx, portal: &Portal, (found, experience): (&DatasetPage, &Experience)) -> Page {
    let lang = ctx.lang;
    let dataset = &found.dataset;
    let title = lang.pick("申请使用", "Apply to use");
    let above = vec![
        (lang.pick("数据目录", "Datasets").to_owned(), Some("/datasets".to_owned())),
        (dataset.fields.title.clone(), Some(format!("/datasets/{}", dataset.code))),
        (title.to_owned(), None),
    ];
    let lead = data(lang, dataset.fields.title.clone());
    let is_open = dataset.fields.open.class == OpenClass::Conditional
        && dataset.state == DatasetState::Published;
    let body = match is_open {
        true => ways(ctx, portal, (found, experience)),
        false => {
            let words = ctx.words;
            let text = match (dataset.state, dataset.fields.open.class) {
                (DatasetState::Published, OpenClass::Unconditional) if found.needs_login => {
                    words.login_needed
                }
                (DatasetState::Published, OpenClass::Unconditional) => words.no_application_needed,
                (DatasetState::Published, _) => words.class_none_today,
                _ => words.no_data_now,
            };
            let path = ctx.href(&format!("/datasets/{}", dataset.code));
            view! {
                <div class="ks-note"><p>{text}</p></div>
                <p class="mt-6"><a class="btn btn-outline" href=path>{words.to_the_dataset}</a></p>
            }
            .into_any()
        }
    };
    let directory = portal.directory();
    let provider = directory.organization(&dataset.organization.code);
    let rules = rule_list(ctx, &portal.policy_view(), &RULES);
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, above)}
            {page_head(title, lead)}
            <div class="grid lg:grid-cols-[minmax(0,1fr)_24rem] gap-x-16 gap-y-12">
                <div>{body}</div>
                <div class="space-y-10">
                    {whom::section(ctx, Some(found), provider)}
                    <section aria-labelledby="h-rules">
                        {section_head("h-rules", lang.pick("依据的规则", "The rules"))}
                        {rules}
                    </section>
                </div>
            </div>
        </main>
    };
    let name = format!("{title} · {}", dataset.fields.title);
    let mut page = Page::new(name, body);
    page.section = Some(Section::Datasets);
    // What there is to find stands on the page of the dataset.
    page.listed = false;
    // Decisions are made without the catalogue changing.
    page.keep = Keep::Never;
    page
}

fn ways(ctx: &Ctx, portal: &Portal, (found, experience): (&DatasetPage, &Experience)) -> AnyView {
    let lang = ctx.lang;
    let open = &found.dataset.fields.open;
    let conditions: Vec<_> = open
        .conditions
        .iter()
        .map(|condition| view! { <li class="py-2">{data(lang, condition.clone())}</li> })
        .collect();
    let conditions = match conditions.is_empty() {
        true => {
            let none = lang.pick("目录没有另外的条件。", "The entry names no other condition.");
            view! { <p class="mt-2 ks-mute">{none}</p> }.into_any()
        }
        false => {
            view! { <ul class="mt-2 divide-y divide-[var(--line)]">{conditions}</ul> }.into_any()
        }
    };
    let measures = open.security_measures.clone().map(|measures| {
        let before = lang.pick("须采取的安全保障措施：", "Safeguards to take: ");
        view! { <p class="mt-3">{before}{data(lang, measures)}</p> }
    });
    let demanded = kaishu_domain::material::demanded(open);
    let demanded: Vec<_> = demanded.into_iter().map(|kind| kind.label(lang)).collect();
    let demanded = (!demanded.is_empty()).then(|| {
        let before = lang.pick("须提交的材料：", "Materials to give: ");
        view! { <p class="mt-3">{before}{demanded.join(lang.pick("、", ", "))}</p> }
    });
    let by = portal.deciders_of(lang).join(lang.pick("、", ", "));
    let day = portal.answered_by().map(|day| day_text(lang, day));
    let who = day.map(|day| {
        lang.pick(
            format!("由{by}审核。今天提交的，最晚 {day} 答复。"),
            format!(
                "Decided by: {by}. What is submitted today is answered by {day} at the latest."
            ),
        )
    });
    let action = ctx.href(&format!("/datasets/{}/apply", found.dataset.code));
    let begin = match ctx.caller.is_logged_in() {
        true => view! {
            <form method="post" action=action>
                <button class="btn btn-primary" type="submit">{lang.pick("开始填写申请", "Begin the application")}</button>
            </form>
        }
        .into_any(),
        false => {
            let word = lang.pick("登录后填写申请", "Log in to apply");
            view! { <a class="btn btn-primary" href=login_path(ctx, &ctx.path)>{word}</a> }.into_any()
        }
    };
    let steps = [
        lang.pick("填写申请：用途、数据项、期限。随时保存，提交以前只有您看得见。", "Write the application: purpose, data items, period. It is kept as you write, and nobody else sees it before you submit."),
        lang.pick("审核：材料不全的退回补正一次；不同意的说明是哪一项公布的条件。", "Decision: what is incomplete is returned once; a refusal names the published condition."),
        lang.pick("签署：您和提供单位先后在平台上签署，用一次性验证码确认。", "Signatures: you and then the provider sign here, with a one-time code."),
        lang.pick("使用：在数据集页面查看和下载您获准的数据项，到期自动结束。", "Use: see and take what was granted on the page of the dataset, until its last day."),
    ]
    .map(|text| view! { <li class="py-2">{text}</li> });
    view! {
        <section aria-labelledby="h-conditions" class="mb-10">
            {section_head("h-conditions", lang.pick("谁可以使用：公布的条件", "Who may use it: the published conditions"))}
            {conditions}
            {measures}
            {demanded}
        </section>
        <section aria-labelledby="h-who" class="mb-10">
            {section_head("h-who", lang.pick("谁来决定，什么时候答复", "Who decides, and when"))}
            <p class="mt-2">{who}</p>
        </section>
        {super::experience::section(ctx, experience)}
        <section aria-labelledby="h-steps" class="mb-10">
            {section_head("h-steps", lang.pick("怎样办理", "How it goes"))}
            <ol class="mt-2 list-decimal ps-5">{steps.into_iter().collect::<Vec<_>>()}</ol>
        </section>
        {begin}
    }
    .into_any()
}
