//! `GET /api/v1/suggestions`

use axum::extract::State as Shared;
use axum::response::Response;
use kaishu_portal::Error;

use super::asked::Asked;
use super::listing::Suggestions;
use super::problem::Problem;
use super::reply;
use crate::state::State;

/// Complete what is being typed
#[utoipa::path(
    get, path = "/api/v1/suggestions", tag = "datasets", operation_id = "list_suggestions",
    params(("q" = String, Query, description = "What was typed so far: characters, pinyin or initials", example = "空气")),
    responses(
        (status = 200, description = "At most eight completions", body = Suggestions),
        (status = 400, description = "`q` is missing", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list(Shared(state): Shared<State>, asked: Asked) -> Result<Response, Problem> {
    let values = asked.only(&["q"])?;
    let Some(text) = values.get("q") else {
        return Err(Error::field(
            "q",
            asked
                .lang
                .pick("没有写；它是已经输入的内容", "is missing; it holds what was typed so far"),
        )
        .into());
    };
    let items = state.portal().suggest(text).await?;
    reply::json(&asked.headers, asked.lang, &Suggestions { items })
}
