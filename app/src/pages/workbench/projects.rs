//! IT projects: what they plan to catalogue, what the authority says, their acceptance (CAT-13).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::cases::{DeskFilter, DeskPage};
use kaishu_portal::registers::{ProjectAct, ProjectForm, ProjectView, as_facts};
use kaishu_types::case::{CaseCard, CaseKind};
use kaishu_types::organization::Named;
use kaishu_types::{ErrorCode, Lang};
use leptos::prelude::*;

use super::case::as_field;
use super::project_acts::acts;
use super::{bench_page, case, expired};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::ui::data::data;
use crate::ui::dates::{day_of, full_day};
use crate::ui::fields::{Choice, area, label, line, options, select};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::section_head;
use crate::ui::icon::icon;
use crate::ui::meta::{fact, meta, text_fact};

pub(super) const LIST: &str = "/workbench/projects";

/// `GET /workbench/projects`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let (filter, found) = match read_list(&ctx, &portal).await {
        Ok(found) => found,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    respond(&ctx, || {
        let (title, lead) = words(ctx.lang);
        let body = list(&ctx, &portal, (filter, &found), LIST);
        Ok(bench_page(&ctx, title, vec![(title.to_owned(), None)], lead, body))
    })
}

/// Reads the address of a list and the projects on it.
pub(crate) async fn read_list(
    ctx: &Ctx,
    portal: &Portal,
) -> Result<(DeskFilter, DeskPage), AppError> {
    let asked = ctx.only(&["show", "after"])?;
    let filter = match asked.get("show").map(String::as_str) {
        Some("closed") => DeskFilter::Closed,
        _ => DeskFilter::Open,
    };
    let after = asked.get("after").map(String::as_str);
    Ok((filter, portal.projects(&ctx.caller, (filter, after), ctx.lang).await?))
}

/// Title and lead of the register.
pub(crate) fn words(lang: Lang) -> (&'static str, &'static str) {
    lang.pick(
        (
            "信息化项目",
            "立项前登记项目和预编的数据目录，主管部门初审或者出具书面建议；验收时目录须已纳入平台，报告备案。",
        ),
        (
            "IT projects",
            "A project and the entries it plans are recorded before approval, and the authority reviews it or advises; at acceptance the entries are in the catalogue, and the report is recorded.",
        ),
    )
}

/// Draws the register, page by page.
pub(crate) fn list(
    ctx: &Ctx,
    portal: &Portal,
    (filter, found): (DeskFilter, &DeskPage),
    path: &str,
) -> AnyView {
    let lang = ctx.lang;
    let tabs: Vec<_> = [
        (DeskFilter::Open, "", lang.pick("办理中", "Open")),
        (DeskFilter::Closed, "?show=closed", lang.pick("已办结", "Ended")),
    ]
    .map(|(kind, query, word)| {
        let current = (kind == filter).then_some("page");
        let target = format!("{}{query}", ctx.href(path));
        view! { <li><a class="ks-tab" href=target aria-current=current>{word}</a></li> }
    })
    .into_iter()
    .collect();
    let rows: Vec<_> = found.cards.iter().map(|it| row(ctx, it)).collect();
    let table = match rows.is_empty() {
        true => {
            let none = lang.pick("没有项目。", "No projects.");
            view! { <p class="py-4 ks-mute">{none}</p> }.into_any()
        }
        false => table(lang, rows),
    };
    let next = found.next.as_ref().map(|next| {
        let show = if filter == DeskFilter::Closed { "closed" } else { "" };
        let pairs = [("show", show), ("after", next.as_str())];
        let pairs: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let target = format!("{}?{}", ctx.href(path), kaishu_types::query::encode(&pairs));
        view! { <p class="mt-6"><a class="btn btn-outline" href=target>{lang.pick("下一页", "Next page")}</a></p> }
    });
    let add = (!portal.keeps_records_for(&ctx.caller).is_empty()).then(|| {
        view! {
            <a class="btn btn-primary" href=ctx.href("/workbench/projects/new")>
                {lang.pick("登记项目", "Register a project")}
            </a>
        }
    });
    view! {
        <div class="flex flex-wrap items-center justify-between gap-4">
            <nav aria-label=lang.pick("办理情况", "Projects")><ul class="ks-tabs">{tabs}</ul></nav>
            {add}
        </div>
        <div class="pt-6">{table}{next}</div>
    }
    .into_any()
}

fn table(lang: Lang, rows: Vec<AnyView>) -> AnyView {
    let caption = lang.pick("信息化项目", "IT projects");
    let head = lang.pick(
        ["项目", "单位", "状态", "下一步", "更新"],
        ["Project", "Agency", "State", "Next", "Changed"],
    );
    let head: Vec<_> = head.iter().map(|word| view! { <th scope="col">{*word}</th> }).collect();
    view! {
        <div class="ks-frame max-md:!overflow-visible" tabindex="0" role="region" aria-label=caption>
            <table class="ks-table is-dense ks-stack md:min-w-[54rem]">
                <caption class="sr-only">{caption}</caption>
                <thead><tr>{head}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(ctx: &Ctx, it: &CaseCard) -> AnyView {
    let lang = ctx.lang;
    let path = ctx.href(&format!("{LIST}/{}", it.id));
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">
                <a class="ks-plain" href=path>{data(lang, it.title.clone())}</a>
                <span class="block text-sm ks-mute font-normal num">{it.subject.clone()}</span>
            </th>
            <td data-l=lang.pick("单位", "Agency")>{it.organization.clone()}</td>
            <td data-l=lang.pick("状态", "State")>{it.state.label.clone()}</td>
            <td data-l=lang.pick("下一步", "Next")>{it.waits_for.clone()}</td>
            <td class="nw num ks-mute" data-l=lang.pick("更新", "Changed")>
                {full_day(lang, day_of(it.updated_at))}
            </td>
        </tr>
    }
    .into_any()
}

/// `GET /workbench/projects/new`
pub(crate) async fn begin(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    // Whoever sees no register learns why.
    let seen = portal.projects(&ctx.caller, (DeskFilter::Open, None), ctx.lang).await;
    respond(&ctx, || {
        seen?;
        Ok(form(&ctx, &portal.keeps_records_for(&ctx.caller), &Typed::default()))
    })
}

/// `POST /workbench/projects/new`
pub(crate) async fn register(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let wanted = ProjectForm {
        organization: typed.value("organization"),
        code: typed.value("code"),
        name: typed.value("name"),
        is_funded: typed.value("funded") == "true",
        planned: typed.value("planned"),
        security_plan: typed.value("security_plan"),
    };
    match portal.register_project(&ctx.caller, &wanted, ctx.lang).await {
        Ok(case) => go(&ctx.href(&format!("{LIST}/{case}")), []),
        Err(error) => respond(&ctx, || {
            Ok(form(&ctx, &portal.keeps_records_for(&ctx.caller), &typed.refused(error)?))
        }),
    }
}

/// The fields for what a project plans.
pub(super) fn plan_fields(lang: Lang, typed: &Typed) -> AnyView {
    let planned = label(
        typed,
        "planned",
        lang.pick("预编项目数据资源目录", "Entries it plans"),
        lang.pick("每行一项数据的名称", "The title of one entry on each line"),
    );
    let security = label(
        typed,
        "security_plan",
        lang.pick("数据安全建设方案", "Data-security construction plan"),
        lang.pick("写明方案名称、文号和存放位置", "Title, number, and where it is kept"),
    );
    view! {
        {area(&planned, 6, typed.value("planned"))}
        {area(&security, 3, typed.value("security_plan"))}
    }
    .into_any()
}

fn form(ctx: &Ctx, own: &[Named], typed: &Typed) -> Page {
    let lang = ctx.lang;
    let organizations: Vec<Choice> =
        own.iter().map(|it| (it.code.clone(), it.label(lang).to_owned())).collect();
    let chosen = match (typed.value("organization"), organizations.as_slice()) {
        ("", [(only, _)]) => only.clone(),
        (typed, _) => typed.to_owned(),
    };
    let organization = label(typed, "organization", lang.pick("单位", "Agency"), "");
    let code = label(
        typed,
        "code",
        lang.pick("项目编号", "Number of the project"),
        lang.pick("项目审批部门赋予的编号", "As whoever approves projects gave it"),
    );
    let name = label(typed, "name", lang.pick("项目名称", "Name of the project"), "");
    let funded = label(typed, "funded", lang.pick("资金", "Funding"), "");
    let paid = [("true".to_owned(), lang.pick("政府投资", "Paid by the government").to_owned())];
    let body = view! {
        <div class="max-w-[40rem]">
            {summary(ctx, typed)}
            <form method="post" action=ctx.href("/workbench/projects/new") novalidate=true>
                {once()}
                {select(&organization, lang.pick("请选择", "Choose"), &organizations, &chosen)}
                {line(&code, "text", typed.value("code"))}
                {line(&name, "text", typed.value("name"))}
                {options(&funded, "checkbox", &paid, |code| code == typed.value("funded"))}
                {plan_fields(lang, typed)}
                <p class="mt-8">
                    <button class="btn btn-primary" type="submit">{lang.pick("登记项目", "Register it")}</button>
                </p>
            </form>
        </div>
    };
    let title = lang.pick("登记项目", "Register a project");
    let (all, _) = words(lang);
    let places = vec![(all.to_owned(), Some(LIST.to_owned())), (title.to_owned(), None)];
    bench_page(ctx, title, places, (), body.into_any()).refused(lang, typed)
}

/// `GET /workbench/projects/{id}`
pub(crate) async fn open(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = find(&ctx, &portal, &id).await;
    respond(&ctx, || Ok(page(&ctx, &found?, &Typed::default())))
}

/// `POST /workbench/projects/{id}/act`
pub(crate) async fn act(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let fields = as_facts(&pairs);
    let typed = Typed::of(pairs);
    let found = match find(&ctx, &portal, &id).await {
        Ok(found) => found,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let wanted = ProjectAct {
        event: typed.value("event").to_owned(),
        version: typed.value("version").parse().unwrap_or_default(),
        reason: typed.value("reason").to_owned(),
        fields,
    };
    let field = match wanted.event.as_str() {
        "link" => "dataset",
        "report" => "report",
        "plan" => "planned",
        _ => "reason",
    };
    match portal.act_on_project(&ctx.caller, found.case.id, wanted, ctx.lang).await {
        Ok(()) => go(&ctx.href(&format!("{LIST}/{id}")), []),
        Err(error) if matches!(error.code(), ErrorCode::InvalidInput | ErrorCode::Conflict) => {
            respond(&ctx, || {
                Ok(page(&ctx, &found, &typed.refused(as_field(error, field, ctx.lang))?))
            })
        }
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

async fn find(ctx: &Ctx, portal: &Portal, id: &str) -> Result<ProjectView, AppError> {
    let unknown = || {
        let (one, all) = ctx.lang.pick(("项目", "项目"), ("project", "projects"));
        AppError::unknown(ctx.lang, id, one, all, LIST)
    };
    let number = id.parse().map_err(|_| unknown())?;
    let found = portal.project(&ctx.caller, number, ctx.lang).await;
    found.map_err(|error| AppError::or_unknown(error, unknown))
}

fn page(ctx: &Ctx, found: &ProjectView, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let body = view! {
        <div class="max-w-[48rem]">
            {summary(ctx, typed)}
            {about(lang, found)}
            {planned(ctx, found)}
            {acts(ctx, found, typed)}
            <section aria-labelledby="h-events">
                {section_head("h-events", lang.pick("办理记录", "What happened"))}
                {case::events(ctx, &found.case)}
            </section>
        </div>
    };
    let (all, _) = words(lang);
    let title = &found.case.title;
    let places = vec![(all.to_owned(), Some(LIST.to_owned())), (title.clone(), None)];
    let lead = format!("{} · {}", CaseKind::Project.label(lang), found.case.state.label);
    bench_page(ctx, title, places, lead, body.into_any()).refused(lang, typed)
}

fn about(lang: Lang, found: &ProjectView) -> AnyView {
    let funding = match found.is_funded {
        true => lang.pick("政府投资", "Paid by the government"),
        false => lang.pick("其他", "Other"),
    };
    let demand = |it: &kaishu_portal::registers::Demand| {
        view! {
            {it.text.clone()}
            <span class="block text-sm ks-mute">{it.rule.article.clone()}</span>
        }
    };
    let mut facts = vec![
        fact(lang.pick("项目编号", "Number"), found.case.subject.clone()),
        fact(lang.pick("单位", "Agency"), data(lang, found.organization.label(lang))),
        fact(lang.pick("资金", "Funding"), funding),
        fact(lang.pick("立项前", "Before approval"), demand(&found.before)),
        fact(lang.pick("验收", "Acceptance"), demand(&found.acceptance)),
    ];
    let plan = lang.pick("数据安全建设方案", "Data-security plan");
    facts.extend(text_fact(plan, Some(&found.security_plan)));
    facts.extend(text_fact(lang.pick("验收报告", "Report"), Some(&found.report)));
    for part in &found.parts {
        facts.extend(text_fact(part.label, Some(&part.text)));
    }
    view! { <section class="mb-12" aria-label=lang.pick("项目信息", "About the project")>{meta(facts)}</section> }
        .into_any()
}

fn planned(ctx: &Ctx, found: &ProjectView) -> AnyView {
    let lang = ctx.lang;
    let rows: Vec<_> = found
        .planned
        .iter()
        .map(|it| {
            let (class, sign, word) = match it.is_delivered {
                true => ("ks-mark is-ok", "check", lang.pick("已纳入平台目录", "In the catalogue")),
                false => ("ks-mark is-late", "late", lang.pick("尚未纳入", "Missing")),
            };
            let entry = it.dataset.clone().map(|code| {
                let path = ctx.href(&format!("/workbench/datasets/{code}"));
                view! { <a class="ks-link num" href=path>{code}</a> }
            });
            view! {
                <li class="py-3 flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
                    <span>{data(lang, it.title.clone())}" "{entry}</span>
                    <span class=class>{icon(sign)}{word}</span>
                </li>
            }
        })
        .collect();
    let list = match rows.is_empty() {
        true => {
            let none = lang.pick("还没有预编目录。", "No entry is planned yet.");
            view! { <p class="mt-2 ks-mute">{none}</p> }.into_any()
        }
        false => {
            let (n, missing) = (found.planned.len(), found.missing().len());
            let text = lang.pick(
                format!("共 {n} 项，尚未纳入平台目录 {missing} 项"),
                format!("planned: {n}, not in the catalogue yet: {missing}"),
            );
            view! {
                <p class="mt-2 ks-mute">{text}</p>
                <ol class="mt-2 divide-y divide-[var(--line)]">{rows}</ol>
            }
            .into_any()
        }
    };
    view! {
        <section class="mb-12" aria-labelledby="h-planned">
            {section_head("h-planned", lang.pick("预编项目数据资源目录", "Planned entries"))}
            {list}
        </section>
    }
    .into_any()
}
