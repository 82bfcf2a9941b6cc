//! Who used shared data, when and for which matter, as its provider reads it (SHR-08).

use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::sharing::ShareUse;
use kaishu_types::Lang;
use kaishu_types::receipt::Retrieved;
use leptos::prelude::*;

use super::{ALL, REQUESTS, certificates, entry, share_page};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::respond;
use crate::pages::account::to_login;
use crate::ui::data::data;
use crate::ui::dates::full_time;

/// `GET /share/{code}/uses`
pub(crate) async fn show(
    ctx: Ctx,
    Path(code): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = match entry::find(&ctx, &portal, &code).await {
        Ok(found) => found,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let uses = portal.share_uses(&ctx.caller, &found.code, ctx.lang).await;
    respond(&ctx, || {
        let lang = ctx.lang;
        let unknown = || {
            let (one, all) = lang.pick(("使用记录", "共享数据"), ("record of use", "shared data"));
            AppError::unknown(lang, &code, one, all, ALL)
        };
        let uses = uses.map_err(|error| AppError::or_unknown(error, unknown))?;
        let title = lang.pick("使用记录", "Record of use");
        let entry = found.fields.title.clone();
        let places =
            vec![(entry.clone(), Some(format!("{ALL}/{}", found.code))), (title.to_owned(), None)];
        Ok(share_page(&ctx, title, places, data(lang, entry), table(&ctx, &uses)))
    })
}

/// What was taken, in a word.
fn taken(lang: Lang, kind: Retrieved) -> &'static str {
    match kind {
        Retrieved::Original => lang.pick("文件", "file"),
        Retrieved::Export => lang.pick("导出", "export"),
        Retrieved::Rows => lang.pick("查询", "rows"),
        Retrieved::Bundle => lang.pick("打包下载", "bundle"),
        Retrieved::Verified => lang.pick("核验", "verification"),
        Retrieved::Offline => lang.pick("线下交付", "handed over"),
    }
}

/// Draws retrievals as a table.
pub(super) fn table(ctx: &Ctx, uses: &[ShareUse]) -> AnyView {
    let lang = ctx.lang;
    if uses.is_empty() {
        let none = lang.pick("还没有人使用。", "Nobody has used it yet.");
        return view! { <p class="ks-mute">{none}</p> }.into_any();
    }
    let rows: Vec<_> = uses
        .iter()
        .map(|told| {
            let path = ctx.href(&format!("{REQUESTS}/{}", told.case));
            let proof = certificates::address(ctx, told.receipt.as_str());
            let account = told.account.clone().unwrap_or_else(|| "—".to_owned());
            view! {
                <tr>
                    <td>{full_time(lang, told.at)}</td>
                    <td>{data(lang, told.user.label(lang))}</td>
                    <td>{data(lang, account)}</td>
                    <td><a class="ks-link" href=path>{data(lang, told.matter.clone())}</a></td>
                    <td>{taken(lang, told.kind)}" "{data(lang, told.resource.clone())}</td>
                    <td class="num"><a class="ks-link" href=proof>{told.receipt.to_string()}</a></td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="overflow-x-auto">
            <table class="table">
                <thead><tr>
                    <th scope="col">{lang.pick("时间", "Time")}</th>
                    <th scope="col">{lang.pick("使用单位", "Agency")}</th>
                    <th scope="col">{lang.pick("账号", "Account")}</th>
                    <th scope="col">{lang.pick("业务事项", "Matter")}</th>
                    <th scope="col">{lang.pick("获取内容", "What was taken")}</th>
                    <th scope="col">{lang.pick("来源证明", "Certificate")}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
