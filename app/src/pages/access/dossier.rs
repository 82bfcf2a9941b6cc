//! The evidence of a grant, for its provider and the authority to take away (AGR-09).

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use http::{HeaderValue, header};
use kaishu_domain::permission::Action;
use kaishu_portal::Portal;
use kaishu_portal::access::ApplicationView;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::respond;
use crate::pages::account::to_login;
use crate::ui::heading::section_head;

/// `POST /applications/{id}/evidence`
pub(crate) async fn take(
    ctx: Ctx,
    Path(id): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let found = match super::application::find(&ctx, &portal, &id).await {
        Ok(found) => found,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    match portal.grant_dossier(&ctx.caller, found.case.id, ctx.lang).await {
        Ok(dossier) => {
            let name = format!("attachment; filename=\"{}\"", dossier.name);
            let chunks = portal.write_dossier(dossier);
            let body = Body::from_stream(chunks.map(|it| it.map_err(std::io::Error::other)));
            let mut response = body.into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
            if let Ok(value) = HeaderValue::from_str(&name) {
                headers.insert(header::CONTENT_DISPOSITION, value);
            }
            response
        }
        Err(error) => {
            let back = ctx.href(&format!("/applications/{}", found.case.id));
            let word = ctx.lang.pick("回到申请", "Back to the application");
            respond(&ctx, || Err(AppError::from(error).with_remedy(word, &back)))
        }
    }
}

/// Draws the button that takes it away; nothing for who holds the grant, and before there is one.
pub(super) fn draw(ctx: &Ctx, found: &ApplicationView) -> Option<AnyView> {
    let may = ctx.caller.may_ever(Action::ExportEvidence);
    if found.grant.is_none() || found.is_own || !may {
        return None;
    }
    let lang = ctx.lang;
    let path = ctx.href(&format!("/applications/{}/evidence", found.case.id));
    let text = lang.pick(
        "审核、协议、通知、获取记录和监督情况，连同每个文件的 SHA-256，打包下载；导出记录在日志里。",
        "Review, agreement, notices, retrievals and supervision with the SHA-256 of each file, in one archive; that it was taken stands in the log.",
    );
    let view = view! {
        <section aria-labelledby="h-evidence" class="mt-12">
            {section_head("h-evidence", lang.pick("履职证据", "Evidence"))}
            <p class="mt-2 ks-mute max-w-[40em]">{text}</p>
            <form method="post" action=path class="mt-4">
                <button class="btn btn-outline" type="submit">{lang.pick("导出证据包", "Take the evidence away")}</button>
            </form>
        </section>
    };
    Some(view.into_any())
}
