//! A dataset for those who look after it: new data, revision, changes, findings, and its life.

mod acts;
mod bare;
mod draw;
mod give;

use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::publishing::OwnView;
use kaishu_types::{DatasetCode, ErrorCode};

use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::respond;
use crate::pages::account::to_login;
use crate::ui::form::Typed;

pub(crate) use acts::{act, decide, measure, note, revise, transfer, upload};
pub(super) use bare::{above_list, in_list};

/// `GET /workbench/datasets/{code}`
pub(crate) async fn show(
    Asked(ctx): Asked,
    Path(code): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match kaishu_types::query::only(&ctx.query, &["done"], ctx.lang) {
        Ok(asked) => asked,
        Err(faults) => return respond(&ctx, || Err(AppError::fields(faults))),
    };
    let found = find(&ctx, &portal, &code).await;
    let done = asked.get("done").map(String::as_str);
    respond(&ctx, || Ok(draw::page(&ctx, &portal, &found?, done, &Typed::default())))
}

async fn find(ctx: &Ctx, portal: &Portal, code: &str) -> Result<OwnView, AppError> {
    let lang = ctx.lang;
    let unknown = || {
        let (one, all) = lang.pick(("数据集", "我的数据集"), ("dataset", "my datasets"));
        AppError::unknown(lang, code, one, all, "/workbench/datasets")
    };
    let parsed: DatasetCode = code.parse().map_err(|_| unknown())?;
    match portal.own_dataset(&ctx.caller, &parsed, lang).await {
        Err(error) if error.code() == ErrorCode::NotFound => Err(unknown()),
        other => Ok(other?),
    }
}
