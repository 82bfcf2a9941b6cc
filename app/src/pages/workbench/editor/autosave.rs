//! What is answered to a form that was sent while somebody was writing it: JSON, for the island that sent it.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header;
use kaishu_portal::accounts::log_in_first;
use kaishu_portal::{Error, Portal};
use kaishu_types::china::time_in_china;
use kaishu_types::{ErrorCode, Lang};
use serde::Serialize;

use super::{find, read};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::respond;
use crate::ui::dates::day_text;

/// That an entry was saved.
#[derive(Serialize)]
struct Saved {
    /// The revision that the next save names.
    revision: u32,
    /// The time on the clocks in China, as in `12:03`.
    saved_at: String,
}

/// Saves what was typed, as the button would.
pub(super) async fn answer(
    ctx: &Ctx,
    portal: &Portal,
    id: &str,
    pairs: &[(String, String)],
) -> Response {
    match save(ctx, portal, id, pairs).await {
        Ok(saved) => ([(header::CACHE_CONTROL, "no-store")], Json(saved)).into_response(),
        Err(error) => respond(ctx, || Err(error)),
    }
}

async fn save(
    ctx: &Ctx,
    portal: &Portal,
    id: &str,
    pairs: &[(String, String)],
) -> Result<Saved, AppError> {
    if !ctx.caller.is_logged_in() {
        return Err(log_in_first(ctx.lang).into());
    }
    let draft = find(ctx, portal, id).await?;
    let revision = pairs.iter().rev().find(|(name, _)| name == "revision");
    let revision = revision.and_then(|(_, text)| text.parse().ok()).unwrap_or_default();
    if let Some(unread) = read::unread(pairs, ctx.lang).into_iter().next() {
        return Err(AppError::new(ErrorCode::InvalidInput, unread.told()));
    }
    let typed = read::document(pairs, draft.document.clone());
    let saved = portal.save_draft(&ctx.caller, draft.case, revision, typed, ctx.lang).await;
    let revision = saved.map_err(|error| match error.code() {
        ErrorCode::Conflict => conflict(ctx.lang, &draft),
        _ => worded(error, ctx.lang),
    })?;
    let saved_at = time_in_china(portal.now()).format("%H:%M").to_string();
    Ok(Saved { revision, saved_at })
}

/// Who was faster.
fn conflict(lang: Lang, draft: &kaishu_portal::publishing::DraftView) -> AppError {
    let (by, there) = (&draft.updated_by, time_in_china(draft.updated_at));
    let day = day_text(lang, there.date_naive());
    let time = there.format("%H:%M");
    let text = lang.pick(
        format!("最近一次保存：{by}，{day} {time}。"),
        format!("It was last saved by {by}, {day} {time}."),
    );
    AppError::new(ErrorCode::Conflict, text)
}

/// The words of an error as the editor shows them.
fn worded(error: Error, lang: Lang) -> AppError {
    match error.code() {
        ErrorCode::InvalidInput | ErrorCode::Forbidden => {
            AppError::new(error.code(), error.message(lang))
        }
        _ => error.into(),
    }
}
