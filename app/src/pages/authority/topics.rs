//! How far the priority topics are open, for whoever supervises (CLS-11).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use kaishu_portal::Portal;
use kaishu_types::oversight::{PriorityReport, PriorityTopicView};
use kaishu_types::search::SearchRequest;
use kaishu_types::vocabulary::OpenClass;
use leptos::prelude::*;

use super::{authority_page, table};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::ui::data::data;
use crate::ui::icon::icon;
use crate::ui::links::address;
use crate::ui::numbers::thousands;

const PATH: &str = "/authority/topics";

/// `GET /authority/topics`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    if let Err(error) = ctx.only(&[]) {
        return respond(&ctx, || Err(error));
    }
    let report = portal.priority_report(&ctx.caller, ctx.lang).await;
    respond(&ctx, || Ok(page(&ctx, &report?)))
}

/// `GET /authority/topics.csv`
pub(crate) async fn csv(ctx: Ctx, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    match portal.priority_csv(&ctx.caller, ctx.lang).await {
        Ok(bytes) => {
            let mut response = bytes.into_response();
            let headers = response.headers_mut();
            let kind = HeaderValue::from_static("text/csv; charset=utf-8");
            headers.insert(header::CONTENT_TYPE, kind);
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            let day = ctx.today.format("%Y%m%d");
            let name = format!("attachment; filename=\"priority-topics-{day}.csv\"");
            if let Ok(value) = HeaderValue::from_str(&name) {
                headers.insert(header::CONTENT_DISPOSITION, value);
            }
            response
        }
        Err(error) => respond(&ctx, || Err(AppError::from(error))),
    }
}

fn page(ctx: &Ctx, report: &PriorityReport) -> Page {
    let lang = ctx.lang;
    let rows: Vec<_> = report.items.iter().map(|topic| row(ctx, topic)).collect();
    let list = match rows.is_empty() {
        true => {
            let none = lang.pick(
                "规则没有列出重点领域，也没有目录标注。",
                "The rules name no topic, and no entry carries one.",
            );
            view! { <p class="py-4 ks-mute">{none}</p> }.into_any()
        }
        false => {
            let head = lang.pick(
                [
                    "重点领域",
                    "已开放",
                    "目录",
                    "无条件开放",
                    "有条件开放",
                    "不予开放",
                    "中止或者撤回",
                ],
                [
                    "Topic",
                    "Open",
                    "Entries",
                    "Unconditional",
                    "Conditional",
                    "Not open",
                    "Suspended or withdrawn",
                ],
            );
            table(lang.pick("重点领域和标注的目录", "Topics and their entries"), &head, rows)
        }
    };
    let (n_open, n_topics) = (report.n_open, report.n_topics);
    let summary = lang.pick(
        format!("{n_topics} 个重点领域中，{n_open} 个已有开放的数据。"),
        format!("Of {n_topics} topics, {n_open} have open data."),
    );
    let note = lang.pick(
        "一个目录可以标注几个领域，每个领域各算一次；数字只含您监督的地区或者单位，链接打开的是面向公众的目录。",
        "An entry may carry several topics, and each counts it. The figures are those of the places that you supervise; links lead to the public catalogue.",
    );
    let body = view! {
        <p class="text-[1.0625rem]"><b class="font-semibold">{summary}</b></p>
        <p class="mt-1 text-[.9375rem] ks-mute">{report.rule.article.clone()}</p>
        {list}
        <p class="mt-3 text-[.9375rem] ks-mute max-w-[44rem]">{note}</p>
        <p class="mt-6">
            <a class="btn btn-outline" href=ctx.href(&format!("{PATH}.csv")) download="">
                {lang.pick("下载 CSV", "Download as CSV")}
            </a>
        </p>
    };
    let title = lang.pick("重点领域开放情况", "Priority topics");
    let lead = lang.pick(
        "规则要求重点和优先开放的领域，各有多少目录，开放到什么程度。",
        "The topics that the rules want opened first: how many entries each has, and how far they are open.",
    );
    authority_page(ctx, title, None, lead, body.into_any())
}

fn row(ctx: &Ctx, topic: &PriorityTopicView) -> AnyView {
    let lang = ctx.lang;
    let is_open = match topic.is_open() {
        true => ("ks-mark is-ok", "check", lang.pick("是", "Yes")),
        false => ("ks-mark", "late", lang.pick("否", "No")),
    };
    let added = (!topic.is_of_profile).then(|| {
        let text = lang.pick("规则以外增加", "Added to the rules");
        view! { <span class="block text-sm ks-mute font-normal">{text}</span> }
    });
    let unconditional = counted(ctx, topic, OpenClass::Unconditional, topic.n_unconditional);
    let conditional = counted(ctx, topic, OpenClass::Conditional, topic.n_conditional);
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">
                {data(lang, topic.label.as_str())}
                {added}
            </th>
            <td data-l=lang.pick("已开放", "Open")><span class=is_open.0>{icon(is_open.1)}{is_open.2}</span></td>
            <td class="num" data-l=lang.pick("目录", "Entries")>{thousands(topic.n_entries())}</td>
            <td class="num" data-l=lang.pick("无条件开放", "Unconditional")>{unconditional}</td>
            <td class="num" data-l=lang.pick("有条件开放", "Conditional")>{conditional}</td>
            <td class="num" data-l=lang.pick("不予开放", "Not open")>{thousands(topic.n_none)}</td>
            <td class="num" data-l=lang.pick("中止或者撤回", "Suspended or withdrawn")>{thousands(topic.n_stopped)}</td>
        </tr>
    }
    .into_any()
}

/// Draws a figure with the way to what the public finds of it; nobody is led to an empty list.
fn counted(ctx: &Ctx, topic: &PriorityTopicView, open: OpenClass, n: u64) -> AnyView {
    if n == 0 {
        return thousands(n).into_any();
    }
    let priority = vec![topic.code.clone()];
    let found = SearchRequest { priority, open: vec![open], ..SearchRequest::default() };
    let path = ctx.href(&address(&found, 1));
    let about = format!(" {} {}", topic.label, open.label(ctx.lang));
    view! { <a class="ks-link" href=path>{thousands(n)}<span class="sr-only">{about}</span></a> }
        .into_any()
}
