//! Sectors: how the organizations do that somebody looks after, and the guidance that was posted to them (ORG-07).

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::supervision::{Guidance, Incident, SectorRow};
use kaishu_types::ErrorCode;
use leptos::prelude::*;

use super::{authority_page, flash, no_such, organization_choices, table};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::case::as_field;
use crate::pages::workbench::{expired, tenths};
use crate::ui::data::data;
use crate::ui::dates::full_time;
use crate::ui::fields::{Choice, area, label, select};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::section_head;

const PATH: &str = "/authority/sectors";

/// `GET /authority/sectors`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let done = asked.get("done").map(|done| match done.as_str() {
        "guided" => {
            let told = "The heads and data officers are told; it is on record.";
            ctx.lang.pick("已经送达第一责任人和数据专员，记录在案。", told)
        }
        _ => ctx.lang.pick("行业主管部门已经标注。", "The sector is marked."),
    });
    draw(&ctx, &portal, Typed::default(), done).await
}

/// `POST /authority/sectors/guide`
pub(crate) async fn guide(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let organization = Some(typed.value("organization")).filter(|it| !it.is_empty());
    let posted = (organization, typed.value("notice"));
    let done = portal.guide_sector(&ctx.caller, posted, ctx.lang).await.map(|_| "guided");
    answer(&ctx, &portal, done, typed).await
}

/// `POST /authority/sectors/mark`
pub(crate) async fn mark(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let marked = (typed.value("marked"), typed.value("lead"));
    let done = portal.mark_sector(&ctx.caller, marked, ctx.lang).await.map(|()| "marked");
    if done.as_ref().is_err_and(|error| error.code() == ErrorCode::NotFound) {
        let names = ctx.lang.pick(("机构", "行业"), ("organization", "sectors"));
        return respond(&ctx, || Err(no_such(&ctx, typed.value("marked"), names, PATH)));
    }
    answer(&ctx, &portal, done, typed).await
}

async fn answer(
    ctx: &Ctx,
    portal: &Portal,
    done: Result<&'static str, kaishu_portal::Error>,
    typed: Typed,
) -> Response {
    match done {
        Ok(word) => go(&format!("{}?done={word}", ctx.href(PATH)), []),
        Err(error) if error.code() == ErrorCode::InvalidInput => {
            match typed.refused(as_field(error, "notice", ctx.lang)) {
                Ok(typed) => draw(ctx, portal, typed, None).await,
                Err(error) => respond(ctx, || Err(error)),
            }
        }
        Err(error) => respond(ctx, || Err(error.into())),
    }
}

async fn draw(ctx: &Ctx, portal: &Portal, typed: Typed, done: Option<&'static str>) -> Response {
    let board = portal.sector_board(&ctx.caller, ctx.lang).await;
    let guidance = portal.guidance(&ctx.caller, ctx.lang).await;
    let incidents = portal.incidents(&ctx.caller, ctx.lang).await;
    respond(ctx, || {
        let (board, guidance, incidents) = (board?, guidance?, incidents?);
        let found = (board.as_slice(), guidance.as_slice(), incidents.as_slice());
        Ok(page(ctx, portal, found, &typed, done).refused(ctx.lang, &typed))
    })
}

fn page(
    ctx: &Ctx,
    portal: &Portal,
    (board, guidance, incidents): (&[SectorRow], &[Guidance], &[Incident]),
    typed: &Typed,
    done: Option<&'static str>,
) -> Page {
    let lang = ctx.lang;
    let head = lang.pick(
        [
            "机构",
            "行业主管部门",
            "目录",
            "已发布",
            "质量得分",
            "数据逾期",
            "事项超期",
            "中止开放",
            "违规处理",
        ],
        [
            "Organization",
            "Sector lead",
            "Entries",
            "Published",
            "Quality",
            "Data overdue",
            "Cases overdue",
            "Suspended",
            "Violations",
        ],
    );
    let rows: Vec<_> = board.iter().map(|it| row(ctx, it)).collect();
    let organizations = (!rows.is_empty()).then(|| {
        let caption = lang.pick("机构，按编码", "Organizations by code");
        table(caption, &head, rows)
    });
    let posted: Vec<_> = guidance.iter().map(|it| posted(ctx, it)).collect();
    let none = posted.is_empty().then(|| {
        let none = lang.pick("没有指导意见。", "There is no guidance.");
        view! { <p class="py-4 ks-mute">{none}</p> }
    });
    let body = view! {
        {flash(done)}
        {summary(ctx, typed)}
        {organizations}
        {super::incidents::section(ctx, incidents)}
        {guiding(ctx, board, typed)}
        {marking(ctx, portal, board, typed)}
        <section aria-labelledby="h-guidance" class="mt-12 max-w-[44rem]">
            {section_head("h-guidance", lang.pick("指导意见", "Guidance"))}
            {none}
            <ol class="mt-2 divide-y divide-[var(--line)]">{posted}</ol>
        </section>
    };
    let title = lang.pick("行业指导", "Sectors");
    let lead = lang.pick(
        "行业主管部门查看本行业各单位的目录、质量、超期和事件，只读；指导意见送达单位第一责任人和数据专员，列在单位工作台上，记录在案。",
        "Whoever leads a sector sees entries, quality, what is overdue and incidents of its organizations, and changes nothing; guidance goes to their heads and data officers, stands on their workbench and stays on record.",
    );
    authority_page(ctx, title, None, lead, body.into_any())
}

fn row(ctx: &Ctx, it: &SectorRow) -> AnyView {
    let lang = ctx.lang;
    let page = ctx.href(&format!("/organizations/{}", it.organization.code));
    let lead = it.lead.as_ref().map(|lead| data(lang, lead.label(lang)));
    let counts = it.datasets;
    let quality = match it.scores.mean() {
        Some(mean) => tenths(u32::try_from(mean).unwrap_or(u32::MAX)),
        None => lang.pick("未测", "none").to_owned(),
    };
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">
                <a class="ks-plain" href=page>{data(lang, it.organization.label(lang))}</a>
                <span class="block text-sm ks-mute font-normal num">{it.organization.code.clone()}</span>
            </th>
            <td data-l=lang.pick("行业主管部门", "Sector lead")>{lead}</td>
            <td class="num" data-l=lang.pick("目录", "Entries")>{counts.n_all}</td>
            <td class="num" data-l=lang.pick("已发布", "Published")>{counts.n_published}</td>
            <td class="num" data-l=lang.pick("质量得分", "Quality")>{quality}</td>
            <td class="num" data-l=lang.pick("数据逾期", "Data overdue")>{counts.n_overdue}</td>
            <td class="num" data-l=lang.pick("事项超期", "Cases overdue")>{it.n_overdue_cases}</td>
            <td class="num" data-l=lang.pick("中止开放", "Suspended")>{counts.n_suspended}</td>
            <td class="num" data-l=lang.pick("违规处理", "Violations")>{it.n_violations}</td>
        </tr>
    }
    .into_any()
}

fn posted(ctx: &Ctx, it: &Guidance) -> AnyView {
    let lang = ctx.lang;
    view! {
        <li class="py-3">
            <div class="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
                <b class="font-semibold">{data(lang, it.organization.label(lang))}</b>
                <span class="text-sm ks-mute">{full_time(lang, it.at)}</span>
            </div>
            <p class="text-[.9375rem] ks-mute">{it.by.clone()}</p>
            <p class="mt-1 whitespace-pre-line">{data(lang, it.text.as_str())}</p>
        </li>
    }
    .into_any()
}

fn choices(ctx: &Ctx, board: &[SectorRow], may: impl Fn(&SectorRow) -> bool) -> Vec<Choice> {
    let of = board.iter().filter(|it| may(it)).map(|it| &it.organization);
    of.map(|it| (it.code.clone(), it.label(ctx.lang).to_owned())).collect()
}

/// Draws the form by which guidance is posted.
fn guiding(ctx: &Ctx, board: &[SectorRow], typed: &Typed) -> Option<AnyView> {
    let lang = ctx.lang;
    let led = choices(ctx, board, |it| it.may_guide);
    if led.is_empty() {
        return None;
    }
    let to = label(typed, "organization", lang.pick("送达", "To"), "");
    let notice = label(typed, "notice", lang.pick("指导意见", "Guidance"), "");
    let all = lang.pick("本行业所有单位", "All of the sector");
    let form = view! {
        <section aria-labelledby="h-guide" class="mt-12 max-w-[36rem]">
            {section_head("h-guide", lang.pick("发布指导意见", "Post guidance"))}
            <form method="post" action=ctx.href(&format!("{PATH}/guide")) class="mt-4">
                {once()}
                {select(&to, all, &led, typed.value("organization"))}
                {area(&notice, 4, typed.value("notice"))}
                <p class="mt-6"><button class="btn btn-primary" type="submit">{lang.pick("发布", "Post")}</button></p>
            </form>
        </section>
    };
    Some(form.into_any())
}

/// Draws the form by which the authority says who leads whose sector.
fn marking(ctx: &Ctx, portal: &Portal, board: &[SectorRow], typed: &Typed) -> Option<AnyView> {
    let lang = ctx.lang;
    let kept = choices(ctx, board, |it| it.may_mark);
    if kept.is_empty() {
        return None;
    }
    let leads = organization_choices(ctx, &portal.directory());
    let marked = label(typed, "marked", lang.pick("机构", "Organization"), "");
    let lead = label(typed, "lead", lang.pick("行业主管部门", "Sector lead"), "");
    let choose = lang.pick("请选择", "Choose");
    let nobody = lang.pick("没有行业主管部门", "None");
    let form = view! {
        <section aria-labelledby="h-mark" class="mt-12 max-w-[36rem]">
            {section_head("h-mark", lang.pick("标注行业主管部门", "Mark a sector"))}
            <form method="post" action=ctx.href(&format!("{PATH}/mark")) class="mt-4">
                {once()}
                {select(&marked, choose, &kept, typed.value("marked"))}
                {select(&lead, nobody, &leads, typed.value("lead"))}
                <p class="mt-6"><button class="btn btn-outline" type="submit">{lang.pick("保存", "Save")}</button></p>
            </form>
        </section>
    };
    Some(form.into_any())
}
