//! `GET /api/v1/suggestions`

use axum::extract::State as Shared;
use axum::response::Response;
use kaishu_portal::Error;
use kaishu_portal::catalogue::MAX_TYPED_CHARS;
use kaishu_types::Lang;

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
        (status = 400, description = "`q` is missing or longer than 100 characters", body = Problem, content_type = "application/problem+json")
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
    let n_chars = text.chars().count();
    if n_chars > MAX_TYPED_CHARS {
        let message = match asked.lang {
            Lang::Zh => format!("有 {n_chars} 个字，最多补全 {MAX_TYPED_CHARS} 个字"),
            Lang::En => {
                format!("has {n_chars} characters; at most {MAX_TYPED_CHARS} are completed")
            }
        };
        return Err(Error::field("q", message).into());
    }
    let items = state.portal().suggest(text).await?;
    reply::json(&asked.headers, asked.lang, &Suggestions { items })
}
