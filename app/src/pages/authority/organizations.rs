//! The records of organizations that the reader keeps (ORG-01, ORG-02).

use axum::extract::State;
use axum::response::Response;
use kaishu_domain::permission::Action;
use kaishu_portal::Portal;
use kaishu_portal::administration::OrganizationRow;
use leptos::prelude::*;

use super::{authority_page, flash, table};
use crate::ctx::{Asked, Ctx};
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::ui::icon::icon;

/// `GET /authority/organizations`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let is_done = asked.contains_key("done");
    let rows = portal.organization_records(&ctx.caller, ctx.lang).await;
    let may_add = !portal.regions_for(&ctx.caller, Action::KeepOrganizations).is_empty();
    respond(&ctx, || Ok(page(&ctx, &rows?, may_add, is_done)))
}

fn page(ctx: &Ctx, rows: &[OrganizationRow], may_add: bool, is_done: bool) -> Page {
    let lang = ctx.lang;
    let add = may_add.then(|| {
        view! {
            <p class="mb-6">
                <a class="btn btn-primary" href=ctx.href("/authority/organizations/new")>
                    {lang.pick("登记机构", "Add an organization")}
                </a>
            </p>
        }
    });
    let done = is_done.then(|| lang.pick("机构信息已经保存。", "The record is saved."));
    let lines: Vec<_> = rows.iter().map(|row| line(ctx, row)).collect();
    let head = lang.pick(
        ["机构", "类别", "地区", "第一责任人", "数据专员", "数据集"],
        ["Organization", "Kind", "Region", "Responsible head", "Data officers", "Datasets"],
    );
    let caption = lang.pick("机构，按编码排列", "Organizations, by code");
    let list = match lines.is_empty() {
        true => view! { <p class="py-8 ks-mute">{lang.pick("还没有登记机构。", "None is recorded.")}</p> }
            .into_any(),
        false => table(caption, &head, lines),
    };
    let body = view! { {flash(done)} {add} {list} };
    let title = lang.pick("机构", "Organizations");
    let lead = lang.pick(
        "没有第一责任人和数据专员的单位不能提交目录。两者由系统分配角色产生。",
        "An agency without a responsible head and a data officer cannot submit entries. Both are given by their roles.",
    );
    authority_page(ctx, title, None, lead, body.into_any())
}

fn line(ctx: &Ctx, row: &OrganizationRow) -> AnyView {
    let lang = ctx.lang;
    let view = &row.record.view;
    let path = ctx.href(&format!("/authority/organizations/{}", view.named.code));
    let sector = row.record.sector.clone();
    let sector = sector.map(|it| view! { <span class="block text-sm ks-mute">{it}</span> });
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">
                <a class="ks-plain" href=path>{view.named.label(lang).to_owned()}</a>
                <span class="block text-sm ks-mute font-normal num">{view.named.code.clone()}</span>
            </th>
            <td data-l=lang.pick("类别", "Kind")><span>{view.kind.label(lang)}{sector}</span></td>
            <td data-l=lang.pick("地区", "Region")>{view.region.label(lang).to_owned()}</td>
            <td data-l=lang.pick("第一责任人", "Responsible head")>{people(ctx, &row.heads)}</td>
            <td data-l=lang.pick("数据专员", "Data officers")>{people(ctx, &row.officers)}</td>
            <td class="num" data-l=lang.pick("数据集", "Datasets")>{view.n_datasets}</td>
        </tr>
    }
    .into_any()
}

fn people(ctx: &Ctx, names: &[String]) -> AnyView {
    if names.is_empty() {
        let missing = ctx.lang.pick("未指定", "Missing");
        return view! { <span class="ks-mark is-late !text-[.8125rem]">{icon("late")}{missing}</span> }
            .into_any();
    }
    names.join(ctx.lang.pick("、", ", ")).into_any()
}
