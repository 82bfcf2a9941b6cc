//! Results that everybody may see, because their makers let it be (USE-09).

use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::results::{ResultPage, UseResult};
use kaishu_types::{DatasetCode, ErrorCode};
use leptos::prelude::*;

use super::{list as draw_list, older, result};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, Section, respond};
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::heading::page_head;

/// `GET /results`
pub(crate) async fn list(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    let asked = match ctx.only(&["dataset", "before"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let code: Option<DatasetCode> = match asked.get("dataset").map(|code| code.parse()) {
        Some(Ok(code)) => Some(code),
        Some(Err(_)) => return respond(&ctx, || Err(unknown(&ctx))),
        None => None,
    };
    let found = portal.public_results(code.as_ref(), None, before(asked.get("before"))).await;
    respond(&ctx, || {
        let found = found.map_err(|error| AppError::or_unknown(error, || unknown(&ctx)))?;
        let lang = ctx.lang;
        let (path, lead) = match &code {
            None => ("/results".to_owned(), None),
            Some(code) => (
                format!("/results?dataset={code}"),
                Some(lang.pick(
                    format!("使用数据集 {code} 取得的成果。"),
                    format!("Results of the use of dataset {code}."),
                )),
            ),
        };
        Ok(page(&ctx, &found, (&path, lead)))
    })
}

/// `GET /results/holders/{holder}`
pub(crate) async fn holder(
    Asked(ctx): Asked,
    State(portal): State<Portal>,
    Path(holder): Path<String>,
) -> Response {
    let asked = match ctx.only(&["before"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let found = portal.public_results(None, Some(&holder), before(asked.get("before"))).await;
    respond(&ctx, || {
        let found = found?;
        let Some(first) = found.results.first() else { return Err(unknown(&ctx)) };
        let lang = ctx.lang;
        let lead = lang.pick(
            format!("{} 公开展示的成果。", first.shown_as),
            format!("Results that {} shows.", first.shown_as),
        );
        Ok(page(&ctx, &found, (&format!("/results/holders/{holder}"), Some(lead))))
    })
}

fn before(text: Option<&String>) -> Option<i64> {
    text.and_then(|text| text.parse().ok())
}

fn unknown(ctx: &Ctx) -> AppError {
    let text = ctx.lang.pick("没有公开展示的成果", "There are no results that are shown.");
    AppError::new(ErrorCode::NotFound, text)
        .with_remedy(ctx.lang.pick("查看所有成果", "See all results"), "/results".to_owned())
}

fn page(ctx: &Ctx, found: &ResultPage, (path, lead): (&str, Option<String>)) -> Page {
    let lang = ctx.lang;
    let title = lang.pick("数据利用成果", "Results of the use of data");
    let lead = lead.unwrap_or_else(|| {
        lang.pick(
            "获准使用数据的单位和个人登记、并且愿意公开的产品、服务、报告和论文，都注明数据来源和获取日期。",
            "Products, services, reports and papers that holders of grants registered and show, each with its source and the day its data was taken.",
        )
        .to_owned()
    });
    let rows: Vec<_> =
        found.results.iter().map(|it| result(ctx, it, Some(shown_as(ctx, it)))).collect();
    let body = match rows.is_empty() {
        true => {
            let none = lang.pick("还没有公开展示的成果。", "None is shown yet.");
            view! { <p class="ks-mute">{none}</p> }.into_any()
        }
        false => draw_list(rows, older(ctx, path, found.next)),
    };
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, vec![(title.to_owned(), None)])}
            {page_head(title, lead)}
            {body}
        </main>
    };
    let mut page = Page::new(title, body).section(Section::Showcases).private();
    page.listed = true;
    page
}

/// Whose it is, with the way to the others of the same maker.
fn shown_as(ctx: &Ctx, found: &UseResult) -> AnyView {
    let path = ctx.href(&format!("/results/holders/{}", found.holder));
    view! {
        <p class="mt-1 text-[.9375rem]">
            {ctx.lang.pick("署名：", "by ")}<a class="ks-link" href=path>{data(ctx.lang, found.shown_as.clone())}</a>
        </p>
    }
    .into_any()
}
