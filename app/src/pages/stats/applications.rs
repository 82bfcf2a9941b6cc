//! How many applications each provider approved and refused (APP-07).

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::access::ApprovalRate;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Keep, Page, Section, respond};
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::heading::page_head;
use crate::ui::numbers::thousands;

/// Where it is.
pub(crate) const PATH: &str = "/stats/applications";

/// `GET /stats/applications`
pub(crate) async fn show(ctx: Ctx, State(portal): State<Portal>) -> Response {
    let rates = portal.approval_rates().await;
    respond(&ctx, || Ok(page(&ctx, &rates.map_err(AppError::from)?)))
}

/// Draws the way to it.
pub(super) fn way(ctx: &Ctx) -> AnyView {
    let word = ctx.lang.pick("开放申请的审核情况", "How applications were decided");
    view! { <p class="mt-10"><a class="ks-link inline-block py-2" href=ctx.href(PATH)>{word}</a></p> }
        .into_any()
}

fn page(ctx: &Ctx, rates: &[ApprovalRate]) -> Page {
    let lang = ctx.lang;
    let title = lang.pick("开放申请的审核情况", "How applications were decided");
    let lead = lang.pick(
        "各提供单位的有条件开放数据，申请审核完毕的有多少、同意多少。撤回和失效的不计算。",
        "Of applications for conditional data that were decided, how many each provider's were approved. What was withdrawn or lapsed does not count.",
    );
    let table = match rates.is_empty() {
        true => {
            let none = lang.pick("还没有审核完毕的申请。", "None has been decided yet.");
            view! { <p class="ks-mute">{none}</p> }.into_any()
        }
        false => table(ctx, title, rates),
    };
    let above =
        vec![(ctx.words.stats.to_owned(), Some("/stats".to_owned())), (title.to_owned(), None)];
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, above)}
            {page_head(title, lead)}
            {table}
        </main>
    };
    let mut page = Page::new(title, body).section(Section::Stats).description(lead.to_owned());
    // Decisions are made without the catalogue changing.
    page.keep = Keep::Never;
    page
}

fn table(ctx: &Ctx, title: &'static str, rates: &[ApprovalRate]) -> AnyView {
    let lang = ctx.lang;
    let rows: Vec<_> = rates
        .iter()
        .map(|rate| {
            let n = rate.n_approved + rate.n_refused;
            // Of none nothing is said; there is no such row.
            let percent = (rate.n_approved * 100 + n / 2) / n.max(1);
            let path = ctx.href(&format!("/organizations/{}", rate.organization.code));
            view! {
                <tr>
                    <th scope="row" class="!font-normal !whitespace-normal">
                        <a class="ks-link" href=path>{data(lang, rate.organization.label(lang))}</a>
                    </th>
                    <td class="r">{thousands(n)}</td>
                    <td class="r">{thousands(rate.n_approved)}</td>
                    <td class="r">{thousands(rate.n_refused)}</td>
                    <td class="r">{percent}"%"</td>
                </tr>
            }
        })
        .collect();
    let heads = lang.pick(
        ["提供单位", "审核完毕", "同意", "不同意", "同意的比例"],
        ["Provider", "Decided", "Approved", "Refused", "Share approved"],
    );
    let heads: Vec<_> = heads
        .into_iter()
        .enumerate()
        .map(|(place, head)| {
            let class = (place > 0).then_some("r");
            view! { <th scope="col" class=class>{head}</th> }
        })
        .collect();
    view! {
        <div class="ks-frame max-w-[52rem]" tabindex="0" role="region" aria-label=title>
            <table class="ks-table">
                <caption class="sr-only">{title}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
