//! The register of filings: what both sides consented to, under which number (REV-08).

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::administration::FilingView;
use leptos::prelude::*;

use super::{authority_page, table};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::ui::data::data;
use crate::ui::dates::full_day;

/// `GET /authority/filings`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["before"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    // A place that is none is the beginning.
    let before = asked.get("before").and_then(|before| before.parse().ok());
    let found = portal.filings(&ctx.caller, before, ctx.lang).await;
    respond(&ctx, || {
        let (rows, next) = found?;
        Ok(page(&ctx, &rows, next))
    })
}

fn page(ctx: &Ctx, all: &[FilingView], next: Option<i64>) -> Page {
    let lang = ctx.lang;
    let rows: Vec<_> = all.iter().map(|it| row(ctx, it)).collect();
    let list = match rows.is_empty() {
        true => {
            let none = lang.pick("没有备案。", "Nothing is filed.");
            view! { <p class="py-4 ks-mute">{none}</p> }.into_any()
        }
        false => {
            let head = lang.pick(
                ["备案编号", "数据集", "提供单位", "备案日期"],
                ["Number", "Dataset", "Provider", "Filed on"],
            );
            table(lang.pick("备案，最新的在前", "Filings, the newest first"), &head, rows)
        }
    };
    let next = next.map(|next| {
        let path = format!("{}?before={next}", ctx.href("/authority/filings"));
        view! { <p class="mt-6"><a class="btn btn-outline" href=path>{lang.pick("更早的备案", "Earlier ones")}</a></p> }
    });
    let body = view! { {list}{next} };
    let title = lang.pick("备案登记簿", "Filings");
    let lead = lang.pick(
        "提供部门和主管部门都同意以后备案，编号按年连续；备案以前不能发布。",
        "What both sides consented to is filed under the next number of its year; nothing is published before.",
    );
    authority_page(ctx, title, None, lead, body.into_any())
}

fn row(ctx: &Ctx, it: &FilingView) -> AnyView {
    let lang = ctx.lang;
    let case = ctx.href(&format!("/workbench/cases/{}", it.kept.case));
    view! {
        <tr>
            <th scope="row" class="num !font-medium"><a class="ks-plain" href=case>{it.kept.shown()}</a></th>
            <td class="!whitespace-normal" data-l=lang.pick("数据集", "Dataset")>
                <span>{data(lang, it.kept.title.as_str())}<span class="block text-sm ks-mute num">{it.kept.dataset.to_string()}</span></span>
            </td>
            <td data-l=lang.pick("提供单位", "Provider")>{data(lang, it.organization.as_str())}</td>
            <td data-l=lang.pick("备案日期", "Filed on")>{full_day(lang, it.kept.filed_on)}</td>
        </tr>
    }
    .into_any()
}
