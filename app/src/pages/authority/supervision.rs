//! What is overdue, for whoever supervises; the authority urges (SUP-02).

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use kaishu_domain::permission::Action;
use kaishu_portal::Portal;
use kaishu_portal::supervision::{
    OverdueBoard, OverdueCase, OverdueDataset, OverdueInspection, Urged,
};
use kaishu_types::{DatasetCode, ErrorCode};
use leptos::prelude::*;

use super::{authority_page, flash, no_such, table};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::pages::workbench::case::as_field;
use crate::pages::workbench::expired;
use crate::ui::data::data;
use crate::ui::dates::{day_of, day_text, full_day};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::section_head;
use crate::ui::icon::icon;
use crate::ui::numbers::times;

const PATH: &str = "/authority/supervision";

/// `GET /authority/supervision`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let done = asked
        .get("done")
        .map(|_| ctx.lang.pick("已经催办，记录在案。", "The notice is sent and on record."));
    draw(&ctx, &portal, Typed::default(), done).await
}

/// `POST /authority/supervision/urge`
pub(crate) async fn urge(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let (caller, lang, notice) = (&ctx.caller, ctx.lang, typed.value("notice"));
    let names = lang.pick(("事项", "超期事项"), ("item", "overdue items"));
    let about = (typed.value("inspection"), typed.value("case"));
    let urged = match (about, typed.value("dataset").parse::<DatasetCode>()) {
        (("", ""), Ok(code)) => portal.urge_dataset(caller, &code, notice, lang).await,
        (("", ""), Err(_)) => {
            let code = typed.value("dataset");
            return respond(&ctx, || Err(no_such(&ctx, code, names, PATH)));
        }
        (("", case), _) => {
            let version = typed.value("version").parse().unwrap_or_default();
            let number = case.parse().unwrap_or_default();
            portal.urge_case(caller, number, (version, notice), lang).await
        }
        ((finding, _), _) => {
            let number = finding.parse().unwrap_or_default();
            portal.urge_inspection(caller, number, notice, lang).await
        }
    };
    let stays = [ErrorCode::InvalidInput, ErrorCode::Conflict];
    match urged {
        Ok(()) => go(&format!("{}?done=urged", ctx.href(PATH)), []),
        Err(error) if stays.contains(&error.code()) => {
            match typed.refused(as_field(error, "notice", lang)) {
                Ok(typed) => draw(&ctx, &portal, typed, None).await,
                Err(error) => respond(&ctx, || Err(error)),
            }
        }
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

async fn draw(ctx: &Ctx, portal: &Portal, typed: Typed, done: Option<&'static str>) -> Response {
    let board = portal.overdue_board(&ctx.caller, ctx.lang).await;
    respond(ctx, || Ok(page(ctx, &board?, &typed, done).refused(ctx.lang, &typed)))
}

fn page(ctx: &Ctx, board: &OverdueBoard, typed: &Typed, done: Option<&'static str>) -> Page {
    let lang = ctx.lang;
    let cases: Vec<_> = board.cases.iter().map(|it| case_row(ctx, it)).collect();
    let datasets: Vec<_> = board.datasets.iter().map(|it| dataset_row(ctx, it)).collect();
    let none = |rows: &[AnyView]| {
        rows.is_empty().then(|| {
            let none = lang.pick("没有超期的。", "Nothing is overdue.");
            view! { <p class="py-4 ks-mute">{none}</p> }
        })
    };
    let inspections: Vec<_> = board.inspections.iter().map(|it| inspection_row(ctx, it)).collect();
    let (no_case, no_dataset, no_inspection) = (none(&cases), none(&datasets), none(&inspections));
    let case_head = lang.pick(
        ["事项", "提供单位", "由谁办理", "到期", "催办"],
        ["Case", "Provider", "Waits for", "Due", "Urged"],
    );
    let dataset_head = lang
        .pick(["数据集", "提供单位", "应更新", "催办"], ["Dataset", "Provider", "Due", "Urged"]);
    let inspection_head = lang.pick(
        ["问题", "责任单位", "整改期限", "催办"],
        ["Finding", "To be mended by", "Until", "Urged"],
    );
    let cases_name = lang.pick("超期的事项，最早到期的在前", "Overdue cases, the oldest first");
    let datasets_name =
        lang.pick("逾期未更新的数据，最早到期的在前", "Overdue data, the oldest first");
    let inspections_name =
        lang.pick("逾期未整改的问题，最早到期的在前", "Findings not mended, the oldest first");
    let body = view! {
        {flash(done)}
        {summary(ctx, typed)}
        {ways(ctx)}
        <section aria-labelledby="h-cases">
            {section_head("h-cases", lang.pick("超期的事项", "Overdue cases"))}
            {no_case}
            {(!cases.is_empty()).then(|| table(cases_name, &case_head, cases))}
        </section>
        <section aria-labelledby="h-data" class="mt-12">
            {section_head("h-data", lang.pick("逾期未更新的数据", "Overdue data"))}
            {no_dataset}
            {(!datasets.is_empty()).then(|| table(datasets_name, &dataset_head, datasets))}
        </section>
        <section aria-labelledby="h-inspections" class="mt-12">
            {section_head("h-inspections", lang.pick("检查发现、逾期未整改的问题", "Found by inspections, not mended in time"))}
            {no_inspection}
            {(!inspections.is_empty()).then(|| table(inspections_name, &inspection_head, inspections))}
        </section>
    };
    let title = lang.pick("督办", "Supervision");
    let lead = lang.pick(
        "到期前一个工作日和到期当天平台自动提醒；过期仍未办理的列在这里，由主管部门催办，催办了几次记录在案。",
        "The platform reminds on the working day before and on the last day; what is not done in time is listed here. The authority urges, and how often stays on record.",
    );
    authority_page(ctx, title, None, lead, body.into_any())
}

/// Draws the ways to what was ordered, and to a new order.
fn ways(ctx: &Ctx) -> AnyView {
    let lang = ctx.lang;
    let all = ctx.caller.may_ever(Action::SeeOrders).then(|| {
        let path = ctx.href("/workbench/orders");
        view! { <a class="ks-link" href=path>{lang.pick("责令改正通知", "Rectification orders")}</a> }
    });
    let new = ctx.caller.may_ever(Action::IssueOrders).then(|| {
        let path = ctx.href("/authority/orders");
        view! { <a class="ks-link" href=path>{lang.pick("责令改正", "Issue an order")}</a> }
    });
    view! { <p class="flex flex-wrap gap-6 mb-8">{all}{new}</p> }.into_any()
}

/// Draws how often somebody was urged and what was said last, and the form that urges.
fn urging(
    ctx: &Ctx,
    (name, value, version): (&'static str, String, String),
    urged: Option<&Urged>,
    may_urge: bool,
) -> AnyView {
    let lang = ctx.lang;
    let urged = urged.map(|urged| {
        let last = day_text(lang, day_of(urged.at));
        let often = lang.pick(
            format!("已催办 {} 次，最近 {last}", urged.n),
            format!("Urged {}, last on {last}", times(urged.n)),
        );
        // What was urged and is still not done can become an order (SUP-05): who urges there issues orders, too.
        let order = may_urge.then(|| {
            let path = ctx.href(&format!("/authority/orders?about={name}:{value}"));
            let about = format!(" {value}");
            view! {
                <a class="ks-link" href=path>
                    {lang.pick("责令改正", "Issue an order")}<span class="sr-only">{about}</span>
                </a>
            }
        });
        view! {
            <p class="text-sm">
                {often}<span class="block ks-mute">{urged.notice.clone()}</span>{order}
            </p>
        }
    });
    let form = may_urge.then(|| {
        let text = lang.pick("已经超期，请尽快办理", "It is overdue: please do it soon");
        let label = format!("{} {value}", lang.pick("催办内容", "Notice about"));
        let sent = format!(" {value}");
        view! {
            <form method="post" action=ctx.href(&format!("{PATH}/urge")) class="flex flex-wrap gap-2">
                {once()}
                <input type="hidden" name=name value=value/>
                <input type="hidden" name="version" value=version/>
                <input class="input input-sm" type="text" name="notice" maxlength="2000" value=text aria-label=label/>
                <button class="btn btn-sm btn-outline" type="submit">
                    {lang.pick("催办", "Urge")}<span class="sr-only">{sent}</span>
                </button>
            </form>
        }
    });
    view! { <div>{urged}{form}</div> }.into_any()
}

fn title_cell(ctx: &Ctx, title: &str, path: Option<String>) -> AnyView {
    let title = data(ctx.lang, title);
    match path {
        Some(path) => view! { <a class="ks-plain" href=ctx.href(&path)>{title}</a> }.into_any(),
        None => title,
    }
}

fn case_row(ctx: &Ctx, it: &OverdueCase) -> AnyView {
    let lang = ctx.lang;
    let card = &it.card;
    let path = it.may_open.then(|| format!("/workbench/cases/{}", card.id));
    let due = card.due.map(|day| full_day(lang, day));
    let about = ("case", card.id.to_string(), it.version.to_string());
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">
                {title_cell(ctx, &card.title, path)}
                <span class="block text-sm ks-mute font-normal">{card.kind.label(lang)} " · " {card.state.label.clone()}</span>
            </th>
            <td data-l=lang.pick("提供单位", "Provider")>{card.organization.clone()}</td>
            <td data-l=lang.pick("由谁办理", "Waits for")>{card.waits_for.clone()}</td>
            <td class="nw" data-l=lang.pick("到期", "Due")>
                <span><span class="ks-mark is-late !text-[.8125rem]">{icon("late")}{card.standing.clone()}</span>
                <span class="block text-sm ks-mute num">{due}</span></span>
            </td>
            <td data-l=lang.pick("催办", "Urged")>{urging(ctx, about, it.urged.as_ref(), it.may_urge)}</td>
        </tr>
    }
    .into_any()
}

fn dataset_row(ctx: &Ctx, it: &OverdueDataset) -> AnyView {
    let lang = ctx.lang;
    let code = it.row.code.to_string();
    let path = it.may_open.then(|| format!("/workbench/datasets/{code}"));
    let due = it.row.next_due.map(|day| full_day(lang, day));
    let about = ("dataset", code.clone(), String::new());
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">
                {title_cell(ctx, &it.row.title, path)}
                <span class="block text-sm ks-mute font-normal num">{code}</span>
            </th>
            <td data-l=lang.pick("提供单位", "Provider")>{it.row.organization.clone()}</td>
            <td class="nw num" data-l=lang.pick("应更新", "Due")>{due}</td>
            <td data-l=lang.pick("催办", "Urged")>{urging(ctx, about, it.urged.as_ref(), it.may_urge)}</td>
        </tr>
    }
    .into_any()
}

fn inspection_row(ctx: &Ctx, it: &OverdueInspection) -> AnyView {
    let lang = ctx.lang;
    let code = it.found.dataset.to_string();
    let path = it.may_open.then(|| format!("/workbench/datasets/{code}/inspections"));
    let about = ("inspection", it.found.id.to_string(), String::new());
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">
                {title_cell(ctx, &it.title, path)}
                <span class="block text-sm ks-mute font-normal num">{code}</span>
                <span class="block text-sm font-normal whitespace-pre-line">{it.found.finding.clone()}</span>
            </th>
            <td data-l=lang.pick("责任单位", "To be mended by")>{it.organization.clone()}</td>
            <td class="nw num" data-l=lang.pick("整改期限", "Until")>{full_day(lang, it.found.due)}</td>
            <td data-l=lang.pick("催办", "Urged")>{urging(ctx, about, it.urged.as_ref(), it.may_urge)}</td>
        </tr>
    }
    .into_any()
}
