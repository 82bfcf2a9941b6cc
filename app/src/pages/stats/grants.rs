//! How many grants of conditional data there are, without names (APP-07).

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_types::stats::GrantCount;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::{Keep, Page, Section, respond};
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::heading::page_head;
use crate::ui::numbers::thousands;

/// Where it is.
pub(crate) const PATH: &str = "/stats/grants";

/// `GET /stats/grants`
pub(crate) async fn show(ctx: Ctx, State(portal): State<Portal>) -> Response {
    let counts = portal.grant_counts().await;
    respond(&ctx, || Ok(page(&ctx, &counts.map_err(AppError::from)?.items)))
}

/// Draws the way to it.
pub(super) fn way(ctx: &Ctx) -> AnyView {
    view! { <p><a class="ks-link inline-block py-2" href=ctx.href(PATH)>{title(ctx)}</a></p> }
        .into_any()
}

fn title(ctx: &Ctx) -> &'static str {
    ctx.lang.pick("有条件开放数据的使用权限", "Grants of conditional data")
}

fn page(ctx: &Ctx, rows: &[GrantCount]) -> Page {
    let (lang, title) = (ctx.lang, title(ctx));
    let lead = lang.pick(
        "有条件开放的数据，按数据、提供单位、用途和起始年份统计使用权限，不公布由谁使用。",
        "Grants of conditional data by dataset, provider, purpose and the year in which they began; who holds them is not told.",
    );
    let how = lang.pick(
        "每项权限只计一次。同类的不到三项的，并入其他年份、其他用途或者其他数据一起统计，仍然不到三项的不公布；一项、两项的写作“少于3”。有效的包括暂时中止的。部门之间共享的不计算。",
        "Each grant is counted once. Fewer than three of a kind are counted with other years, purposes or data, and left out where those are fewer than three as well; one and two read \"below 3\". Those that go on include suspended ones. What agencies share with each other does not count.",
    );
    let table = match rows.is_empty() {
        true => {
            let none = lang.pick(
                "使用权限还不到三项，暂不公布数字。",
                "There are fewer than three grants; no figures are told yet.",
            );
            view! { <p class="ks-mute">{none}</p> }.into_any()
        }
        false => table(ctx, title, rows),
    };
    let above =
        vec![(ctx.words.stats.to_owned(), Some("/stats".to_owned())), (title.to_owned(), None)];
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, above)}
            {page_head(title, lead)}
            {table}
            <p class="mt-4 ks-mute">{how}</p>
        </main>
    };
    let mut page = Page::new(title, body).section(Section::Stats).description(lead.to_owned());
    // Grants begin and end without the catalogue changing.
    page.keep = Keep::Never;
    page
}

fn table(ctx: &Ctx, title: &'static str, rows: &[GrantCount]) -> AnyView {
    let heads = ctx.lang.pick(
        ["数据", "提供单位", "用途", "起始年份", "有效", "已结束", "已收回"],
        ["Data", "Provider", "Purpose", "Began in", "Going on", "Ended", "Revoked"],
    );
    let heads: Vec<_> = heads
        .into_iter()
        .enumerate()
        .map(|(place, head)| {
            let class = (place > 2).then_some("r");
            view! { <th scope="col" class=class>{head}</th> }
        })
        .collect();
    let rows: Vec<_> = rows.iter().map(|row| drawn(ctx, row)).collect();
    view! {
        <div class="ks-frame" tabindex="0" role="region" aria-label=title>
            <table class="ks-table">
                <caption class="sr-only">{title}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn drawn(ctx: &Ctx, row: &GrantCount) -> AnyView {
    let lang = ctx.lang;
    let dataset = match &row.dataset {
        Some(dataset) => {
            let path = ctx.href(&format!("/datasets/{}", dataset.code));
            view! { <a class="ks-link" href=path>{data(lang, dataset.label(lang))}</a> }.into_any()
        }
        None => lang.pick("其他数据", "Other data").into_any(),
    };
    let organization = match &row.organization {
        Some(organization) => {
            let path = ctx.href(&format!("/organizations/{}", organization.code));
            view! { <a class="ks-link" href=path>{data(lang, organization.label(lang))}</a> }
                .into_any()
        }
        None => lang.pick("其他单位", "Other providers").into_any(),
    };
    let purpose = match row.purpose {
        Some(purpose) => purpose.label(lang),
        None => lang.pick("其他各项用途", "Other purposes"),
    };
    let year = match row.year {
        Some(year) => year.to_string(),
        None => lang.pick("其他各年", "Other years").to_owned(),
    };
    let figures = [row.n_going_on, row.n_ended, row.n_revoked];
    let figures: Vec<_> = figures
        .into_iter()
        .map(|figure| {
            let few = || lang.pick("少于3", "below 3").to_owned();
            view! { <td class="r">{figure.map_or_else(few, thousands)}</td> }
        })
        .collect();
    view! {
        <tr>
            <th scope="row" class="!font-normal !whitespace-normal">{dataset}</th>
            <td class="!whitespace-normal">{organization}</td>
            <td>{purpose}</td>
            <td class="r">{year}</td>
            {figures}
        </tr>
    }
    .into_any()
}
