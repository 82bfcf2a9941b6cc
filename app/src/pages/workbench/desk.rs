//! Desks: what waits for the reader, what is open, what has ended.

use axum::extract::State;
use axum::response::Response;
use kaishu_domain::permission::Action;
use kaishu_portal::Portal;
use kaishu_portal::cases::{DeskFilter, DeskPage};
use kaishu_types::case::CaseCard;
use leptos::prelude::*;

use super::quality::desk_note;
use super::{bench_page, guidance};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::pages::authority::{administration, expiry_warning, way_row, way_rows};
use crate::ui::dates::{day_of, full_day};
use crate::ui::icon::icon;
use crate::ui::numbers::times;

/// `GET /workbench`
pub(crate) async fn show(asked: Asked, state: State<Portal>) -> Response {
    desk(asked, state, false).await
}

/// `GET /authority`
pub(crate) async fn authority(asked: Asked, state: State<Portal>) -> Response {
    desk(asked, state, true).await
}

async fn desk(Asked(ctx): Asked, State(portal): State<Portal>, is_authority: bool) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match kaishu_types::query::only(&ctx.query, &["show", "after"], ctx.lang) {
        Ok(asked) => asked,
        Err(faults) => return respond(&ctx, || Err(AppError::fields(faults))),
    };
    let filter = match asked.get("show").map(String::as_str) {
        Some("open") => DeskFilter::Open,
        Some("closed") => DeskFilter::Closed,
        _ => DeskFilter::Mine,
    };
    let after = asked.get("after").map(String::as_str);
    let cases = portal.desk_page(&ctx.caller, filter, &[], after, ctx.lang).await;
    let inconsistent = portal.inconsistencies(&ctx.caller).await;
    let newest = portal.own_guidance(&ctx.caller, guidance::ON_DESK, ctx.lang).await;
    respond(&ctx, || {
        let expiry = is_authority.then(|| expiry_warning(&ctx, &portal)).flatten();
        let differs = desk_note(&ctx, &inconsistent?);
        let sees_quality = !is_authority && portal.sees_quality_desk(&ctx.caller);
        let sees_sources = !is_authority && portal.sees_sources(&ctx.caller);
        let others = others(&ctx, is_authority, (sees_quality, sees_sources));
        let newest = newest?;
        let newest = (!is_authority).then(|| guidance::on_desk(&ctx, &newest)).flatten();
        let warning = view! { {expiry}{differs}{newest} }.into_any();
        Ok(page(&ctx, filter, is_authority, (cases?, warning, others)))
    })
}

/// The ways to what else there is to do besides cases that wait.
fn others(
    ctx: &Ctx,
    is_authority: bool,
    (sees_quality, sees_sources): (bool, bool),
) -> Option<AnyView> {
    let lang = ctx.lang;
    let may = |action| ctx.caller.may_ever(action);
    let sees_registers = !is_authority && may(Action::SeeRegisters);
    let registers = [
        (sees_registers, "/workbench/systems", lang.pick("信息系统", "Systems")),
        (sees_registers, "/workbench/deliveries", lang.pick("数据归集", "Deliveries")),
        (sees_registers, "/workbench/projects", lang.pick("信息化项目", "IT projects")),
        (sees_registers, "/workbench/exchange/channels", lang.pick("既有共享通道", "Channels")),
        (
            sees_registers,
            "/workbench/exchange/return-demands",
            lang.pick("数据返还需求", "Return demands"),
        ),
        (
            sees_registers,
            "/workbench/exchange/upward-requests",
            lang.pick("向上申请", "Upward requests"),
        ),
        (sees_registers, "/workbench/exchange/backflows", lang.pick("数据回流", "Backflows")),
    ];
    let matters = [
        (
            !is_authority && may(Action::SeeOrders),
            "/workbench/orders",
            lang.pick("责令改正通知", "Rectification orders"),
        ),
        (sees_quality, "/authority/quality", lang.pick("质量监测和评估", "Quality")),
        (
            may(Action::ReportMissing),
            "/workbench/missing",
            lang.pick("目录外开放的资源", "Open without an entry"),
        ),
        (
            may(Action::DisputeClasses),
            "/workbench/disputes",
            lang.pick("类型争议", "Disputes on classes"),
        ),
        (sees_sources, "/workbench/sources", lang.pick("数据不一致", "Data that differs")),
        (may(Action::FollowUse), "/workbench/results", lang.pick("使用成果", "Results of use")),
        (may(Action::FollowUse), "/me/webhooks", lang.pick("事件推送", "Webhooks")),
        (may(Action::RequestAccounts), "/workbench/accounts", lang.pick("本单位账号", "Accounts")),
        (may(Action::KeepTemplates), "/workbench/agreements", lang.pick("协议文本", "Agreements")),
    ];
    let row = |word: &str, ways: &[(bool, &str, &'static str)]| {
        let ways = ways.iter().filter(|way| way.0);
        way_row(ctx, word, ways.map(|(_, path, word)| ((*path).to_owned(), *word)).collect())
    };
    let rows = [
        row(lang.pick("登记簿", "Registers"), &registers),
        row(lang.pick("其他事项", "Other matters"), &matters),
    ];
    way_rows(
        rows.into_iter().flatten().collect(),
        lang.pick("登记和其他事项", "Registers and other matters"),
    )
}

fn page(
    ctx: &Ctx,
    filter: DeskFilter,
    is_authority: bool,
    (found, warning, others): (DeskPage, AnyView, Option<AnyView>),
) -> Page {
    let lang = ctx.lang;
    let may_begin = ctx.caller.may_ever(Action::EditDatasets);
    let begin = may_begin.then(|| {
        view! {
            <a class="btn btn-primary" href=ctx.href("/workbench/new")>
                {lang.pick("新建目录", "New entry")}
            </a>
        }
    });
    let ways = [
        ("/workbench/datasets", lang.pick("我的数据集", "My datasets")),
        ("/me/inbox", lang.pick("通知", "Notices")),
    ]
    .map(|(path, word)| view! { <a class="btn btn-outline" href=ctx.href(path)>{word}</a> });
    let base = if is_authority { "/authority" } else { "/workbench" };
    let tabs: Vec<_> = [
        (DeskFilter::Mine, "", lang.pick("待我办理", "Waiting for me")),
        (DeskFilter::Open, "?show=open", lang.pick("办理中", "Open")),
        (DeskFilter::Closed, "?show=closed", lang.pick("已办结", "Ended")),
    ]
    .into_iter()
    .map(|(kind, query, word)| {
        let current = (kind == filter).then_some("page");
        let path = format!("{}{query}", ctx.href(base));
        view! { <li><a class="ks-tab" href=path aria-current=current>{word}</a></li> }
    })
    .collect();
    let rows: Vec<_> = found.cards.iter().map(|case| row(ctx, case)).collect();
    let table = if rows.is_empty() { empty(ctx, filter) } else { table(ctx, rows) };
    let next = found.next.map(|next| {
        let show = match filter {
            DeskFilter::Mine => "",
            DeskFilter::Open => "open",
            DeskFilter::Closed => "closed",
        };
        let pairs = [("show", show), ("after", next.as_str())];
        let pairs: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let path = format!("{}?{}", ctx.href(base), kaishu_types::query::encode(&pairs));
        view! {
            <p class="mt-6"><a class="btn btn-outline" href=path>{lang.pick("下一页", "Next page")}</a></p>
        }
    });
    let elsewhere = match is_authority {
        true => administration(ctx),
        false => None,
    };
    let body = view! {
        {warning}
        {elsewhere}
        {others}
        <div class="flex flex-wrap items-center justify-between gap-4">
            <nav aria-label=lang.pick("办理情况", "Cases")><ul class="ks-tabs">{tabs}</ul></nav>
            <div class="flex flex-wrap gap-3">{ways.into_iter().collect::<Vec<_>>()}{begin}</div>
        </div>
        <div class="pt-6">{table}{next}</div>
    };
    let title = match is_authority {
        true => lang.pick("主管部门工作台", "Authority"),
        false => lang.pick("工作台", "Workbench"),
    };
    bench_page(ctx, title, Vec::new(), (), body.into_any())
}

/// Draws open cases as a desk does.
pub(super) fn list(ctx: &Ctx, found: &DeskPage) -> AnyView {
    let rows: Vec<_> = found.cards.iter().map(|case| row(ctx, case)).collect();
    if rows.is_empty() { empty(ctx, DeskFilter::Open) } else { table(ctx, rows) }
}

fn empty(ctx: &Ctx, filter: DeskFilter) -> AnyView {
    let lang = ctx.lang;
    let text = match filter {
        DeskFilter::Mine => lang.pick("没有等您办理的事项。", "Nothing waits for you."),
        DeskFilter::Open => lang.pick("没有办理中的事项。", "Nothing is open."),
        DeskFilter::Closed => lang.pick("还没有办结的事项。", "Nothing has ended yet."),
    };
    view! { <p class="py-8 ks-mute">{text}</p> }.into_any()
}

pub(super) fn table(ctx: &Ctx, rows: Vec<AnyView>) -> AnyView {
    let lang = ctx.lang;
    let caption = lang.pick("事项，最先到期的在前", "Cases, what is due first comes first");
    view! {
        <div class="ks-frame max-md:!overflow-visible" tabindex="0" role="region" aria-label=caption>
            <table class="ks-table is-dense ks-stack md:min-w-[54rem]">
                <caption class="sr-only">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">{lang.pick("事项", "Case")}</th>
                        <th scope="col">{lang.pick("提供单位", "Provider")}</th>
                        <th scope="col">{lang.pick("状态", "State")}</th>
                        <th scope="col">{lang.pick("下一步", "Next")}</th>
                        <th scope="col">{lang.pick("期限", "Due")}</th>
                        <th scope="col">{lang.pick("更新", "Changed")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

pub(super) fn row(ctx: &Ctx, case: &CaseCard) -> AnyView {
    let lang = ctx.lang;
    let path = ctx.href(&format!("/workbench/cases/{}", case.id));
    let due = case.due.map(|day| {
        let class = match case.is_overdue {
            true => "ks-mark is-late !text-[.8125rem]",
            false => "ks-mark !text-[.8125rem]",
        };
        let sign = icon(if case.is_overdue { "late" } else { "soon" });
        let standing = case.standing.clone();
        let urged = (case.n_urged > 0).then(|| {
            let n = case.n_urged;
            let text = lang.pick(format!("主管部门催办 {n} 次"), format!("urged {}", times(n)));
            view! { <span class="block text-sm">{text}</span> }
        });
        view! {
            <span class=class>{sign}{standing}</span>
            <span class="block text-sm ks-mute num">{full_day(lang, day)}</span>
            {urged}
        }
    });
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">
                <a class="ks-plain" href=path>{case.title.clone()}</a>
                <span class="block text-sm ks-mute font-normal">
                    {case.kind.label(lang)} " · " <span class="num">{case.subject.clone()}</span>
                </span>
            </th>
            <td data-l=lang.pick("提供单位", "Provider")>{case.organization.clone()}</td>
            <td class="nw" data-l=lang.pick("状态", "State")>{case.state.label.clone()}</td>
            <td data-l=lang.pick("下一步", "Next")>{case.waits_for.clone()}</td>
            <td class="nw" data-l=lang.pick("期限", "Due")>{due}</td>
            <td class="nw num ks-mute" data-l=lang.pick("更新", "Changed")>
                {full_day(lang, day_of(case.updated_at))}
            </td>
        </tr>
    }
    .into_any()
}
