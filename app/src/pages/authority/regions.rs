//! The records of regions that the reader keeps (ORG-04, ZON-01).

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::administration::RegionRow;
use kaishu_portal::directory::Directory;
use leptos::prelude::*;

use super::{authority_page, flash, table};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::ui::icon::icon;

/// `GET /authority/regions`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let is_done = asked.contains_key("done");
    let rows = portal.region_records(&ctx.caller, ctx.lang).await;
    respond(&ctx, || Ok(page(&ctx, &portal.directory(), &rows?, is_done)))
}

fn page(ctx: &Ctx, directory: &Directory, rows: &[RegionRow], is_done: bool) -> Page {
    let lang = ctx.lang;
    let done = is_done.then(|| lang.pick("地区信息已经保存。", "The record is saved."));
    let lines: Vec<_> = rows.iter().map(|row| line(ctx, directory, row)).collect();
    let head = lang.pick(
        ["地区", "层级", "上级地区", "数据主管部门", "数据集"],
        ["Region", "Level", "Region above", "Data authority", "Datasets"],
    );
    let caption = lang.pick("地区，上级在前", "Regions, upper ones first");
    let body = view! {
        {flash(done)}
        <p class="mb-6">
            <a class="btn btn-primary" href=ctx.href("/authority/regions/new")>
                {lang.pick("登记地区", "Add a region")}
            </a>
        </p>
        {table(caption, &head, lines)}
    };
    let title = lang.pick("地区", "Regions");
    let lead = lang.pick(
        "每个地区有一个数据主管部门和一个专区。专区的说明由本地区维护，名称和主管部门由上级地区维护。",
        "Each region has one data authority and one zone. What the zone says is kept by the region, its name and authority by the region above.",
    );
    authority_page(ctx, title, None, lead, body.into_any())
}

fn line(ctx: &Ctx, directory: &Directory, row: &RegionRow) -> AnyView {
    let lang = ctx.lang;
    let record = &row.record;
    let path = ctx.href(&format!("/authority/regions/{}", record.code));
    let name_of = |code: &String| {
        let found = directory.region(code);
        found.map_or_else(|| code.clone(), |it| it.named.label(lang).to_owned())
    };
    let name = name_of(&record.code);
    let authority = record.authority.as_ref().map(|code| {
        let found = directory.organization(code);
        found.map_or_else(|| code.clone(), |it| it.named.label(lang).to_owned())
    });
    let authority = match authority {
        Some(authority) => authority.into_any(),
        None => {
            let missing = lang.pick("未指定", "Missing");
            view! { <span class="ks-mark is-late !text-[.8125rem]">{icon("late")}{missing}</span> }
                .into_any()
        }
    };
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">
                <a class="ks-plain" href=path>{name}</a>
                <span class="block text-sm ks-mute font-normal num">{record.code.clone()}</span>
            </th>
            <td data-l=lang.pick("层级", "Level")>{record.level.label(lang)}</td>
            <td data-l=lang.pick("上级地区", "Region above")>{record.parent.as_ref().map(name_of)}</td>
            <td data-l=lang.pick("数据主管部门", "Data authority")>{authority}</td>
            <td class="num" data-l=lang.pick("数据集", "Datasets")>{row.n_datasets}</td>
        </tr>
    }
    .into_any()
}
