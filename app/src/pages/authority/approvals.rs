//! Standing approvals of the cyberspace office for whole categories (REV-04).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_domain::permission::Action;
use kaishu_portal::Portal;
use kaishu_portal::administration::{ApprovalForm, ApprovalView};
use kaishu_types::ErrorCode;
use leptos::prelude::*;

use super::{authority_page, flash, no_such, region_choices, table};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::case::as_field;
use crate::pages::workbench::expired;
use crate::ui::data::data;
use crate::ui::dates::full_day;
use crate::ui::fields::{Choice, area, label, line, select};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::section_head;

const LIST: &str = "/authority/approvals";

/// `GET /authority/approvals`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let done = asked.get("done").map(|done| match done.as_str() {
        "ended" => ctx.lang.pick("常设同意已经终止。", "The approval is ended."),
        _ => ctx.lang.pick("常设同意已经登记。", "The approval is recorded."),
    });
    let typed = Typed::default().with("first_day", ctx.today.to_string());
    draw(&ctx, &portal, typed, done).await
}

/// `POST /authority/approvals`
pub(crate) async fn record(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let form = ApprovalForm {
        region: typed.value("region"),
        theme: typed.value("theme"),
        approved_by: typed.value("approved_by"),
        evidence: typed.value("evidence"),
        first_day: typed.value("first_day"),
        last_day: typed.value("last_day"),
    };
    match portal.record_approval(&ctx.caller, &form, ctx.lang).await {
        Ok(()) => go(&format!("{}?done=recorded", ctx.href(LIST)), []),
        Err(error) => {
            let is_refusal = error.code() == ErrorCode::Forbidden;
            let error = if is_refusal { as_field(error, "region", ctx.lang) } else { error };
            match typed.refused(error) {
                Ok(typed) => draw(&ctx, &portal, typed, None).await,
                Err(error) => respond(&ctx, || Err(error)),
            }
        }
    }
}

/// `POST /authority/approvals/{id}/end`
pub(crate) async fn end(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let number = id.parse().unwrap_or_default();
    match portal.end_approval(&ctx.caller, number, ctx.lang).await {
        Ok(()) => go(&format!("{}?done=ended", ctx.href(LIST)), []),
        Err(error) if error.code() == ErrorCode::NotFound => {
            let names = ctx.lang.pick(("常设同意", "常设同意"), ("approval", "standing approvals"));
            respond(&ctx, || Err(no_such(&ctx, &id, names, LIST)))
        }
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

async fn draw(ctx: &Ctx, portal: &Portal, typed: Typed, done: Option<&'static str>) -> Response {
    let all = portal.approvals(&ctx.caller, ctx.lang).await;
    respond(ctx, || Ok(page(ctx, portal, &all?, &typed, done).refused(ctx.lang, &typed)))
}

fn page(
    ctx: &Ctx,
    portal: &Portal,
    all: &[ApprovalView],
    typed: &Typed,
    done: Option<&'static str>,
) -> Page {
    let lang = ctx.lang;
    let rows: Vec<_> = all.iter().map(|it| row(ctx, it)).collect();
    let head = lang.pick(
        ["编号", "数据领域", "同意人", "期限", "依据", "状态"],
        ["Number", "Category", "Approved by", "Time", "Evidence", "State"],
    );
    let list = match rows.is_empty() {
        true => {
            let none = lang.pick("没有常设同意。", "There is no standing approval.");
            view! { <p class="py-4 ks-mute">{none}</p> }.into_any()
        }
        false => {
            let caption = lang.pick("常设同意，最新的在前", "Standing approvals, the newest first");
            table(caption, &head, rows)
        }
    };
    let rule = match portal.joint_review_rule(lang) {
        Some(rule) => view! { <p class="mb-6 ks-mute">{rule.article}</p> }.into_any(),
        None => {
            let text = lang.pick(
                "现行规则没有网信会同审查环节，登记的常设同意不起作用。",
                "The rules in force have no joint review with the cyberspace office; an approval takes no step.",
            );
            view! { <div class="ks-note is-warn mb-8"><p>{text}</p></div> }.into_any()
        }
    };
    let body = view! {
        {flash(done)}
        {rule}
        {list}
        <section class="mt-14 max-w-[36rem]" aria-labelledby="h-new">
            {section_head("h-new", lang.pick("登记常设同意", "Record a standing approval"))}
            <div class="mt-4">{summary(ctx, typed)}</div>
            {form(ctx, portal, typed)}
        </section>
    };
    let title = lang.pick("常设同意", "Standing approvals");
    let lead = lang.pick(
        "网信部门对一个数据领域事先同意开放的，期限内提交的目录不再逐项会同审查，审查记录写明依据哪一号常设同意。终止后提交的逐项审查。",
        "What the cyberspace office approved for a category takes the joint step of entries that are submitted within its time, and their record names it. After its end each entry is reviewed again.",
    );
    authority_page(ctx, title, None, lead, body.into_any())
}

fn form(ctx: &Ctx, portal: &Portal, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let directory = portal.directory();
    let codes = portal.regions_for(&ctx.caller, Action::KeepApprovals);
    let regions = region_choices(ctx, &directory, &codes);
    let region = match (typed.value("region"), regions.first()) {
        ("", Some((first, _))) => first.clone(),
        (chosen, _) => chosen.to_owned(),
    };
    let offered = directory.vocabulary("theme").filter(|term| !directory.is_retired(term));
    let themes: Vec<Choice> =
        offered.map(|term| (term.code.clone(), term.label(lang).to_owned())).collect();
    let choose = lang.pick("请选择", "Choose");
    let field = |name: &str, text: &str, hint: &str| label(typed, name, text, hint);
    let place = field(
        "region",
        lang.pick("地区", "Region"),
        lang.pick("对这个地区和下级地区有效", "It holds there and below"),
    );
    let theme = field("theme", lang.pick("数据领域", "Category"), "");
    let by = field(
        "approved_by",
        lang.pick("同意人", "Approved by"),
        lang.pick("部门和人员，例如“州网信办 王敏”", "Office and person"),
    );
    let evidence = field(
        "evidence",
        lang.pick("依据", "Evidence"),
        lang.pick(
            "文件的名称和文号，存放在哪里",
            "Title and number of the document, and where it is kept",
        ),
    );
    let first = field("first_day", lang.pick("开始日期", "First day"), "");
    let last = field(
        "last_day",
        lang.pick("结束日期", "Last day"),
        lang.pick("最长 36 个月", "36 months at most"),
    );
    view! {
        <form method="post" action=ctx.href(LIST) novalidate=true>
            {once()}
            {select(&place, choose, &regions, &region)}
            {select(&theme, choose, &themes, typed.value("theme"))}
            {line(&by, "text", typed.value("approved_by"))}
            {line(&first, "date", typed.value("first_day"))}
            {line(&last, "date", typed.value("last_day"))}
            {area(&evidence, 3, typed.value("evidence"))}
            <p class="mt-8">
                <button class="btn btn-primary" type="submit">{lang.pick("登记常设同意", "Record it")}</button>
            </p>
        </form>
    }
    .into_any()
}

fn row(ctx: &Ctx, it: &ApprovalView) -> AnyView {
    let lang = ctx.lang;
    let state = match (it.kept.ended_at, it.holds) {
        (Some(_), _) => lang.pick("已终止", "Ended"),
        (None, true) => lang.pick("有效", "Holds"),
        (None, false) => lang.pick("不在期限内", "Not now"),
    };
    let end = it.may_end.then(|| {
        let action = ctx.href(&format!("{LIST}/{}/end", it.kept.id));
        let number = format!(" {}", it.kept.id);
        view! {
            <form method="post" action=action class="mt-2">
                <button class="btn btn-sm btn-outline text-error" type="submit">
                    {lang.pick("终止", "End")}<span class="sr-only">{number}</span>
                </button>
            </form>
        }
    });
    view! {
        <tr>
            <th scope="row" class="num !font-medium">{it.kept.id}</th>
            <td data-l=lang.pick("数据领域", "Category")>
                <span>{data(lang, it.theme.as_str())}<span class="block text-sm ks-mute">{data(lang, it.region.as_str())}</span></span>
            </td>
            <td data-l=lang.pick("同意人", "Approved by")>{data(lang, it.kept.approved_by.as_str())}</td>
            <td data-l=lang.pick("期限", "Time")>
                <span>{full_day(lang, it.kept.first_day)}{lang.pick("至", " to ")}{full_day(lang, it.kept.last_day)}</span>
            </td>
            <td class="!whitespace-normal" data-l=lang.pick("依据", "Evidence")>{data(lang, it.kept.evidence.as_str())}</td>
            <td data-l=lang.pick("状态", "State")><div>{state}{end}</div></td>
        </tr>
    }
    .into_any()
}
