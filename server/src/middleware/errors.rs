//! Dresses bare errors (of extractors, of the check against forged requests) as a page or as JSON.

use app::AppError;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State as Shared};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kaishu_portal::Error;
use kaishu_types::{ErrorCode, Lang};

use crate::api::problem::Problem;
use crate::fallback::refuse;
use crate::negotiation;
use crate::plain_page::language_of;
use crate::state::State;

/// Longest sentence that is taken over from a bare error.
const MAX_TEXT: usize = 2_000;

/// Gives every error of plain text a form that helps.
pub(super) async fn dress(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let head = parts.clone();
    let mut response = next.run(Request::from_parts(parts, body)).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        return in_language(&head, response, problem);
    }
    if let Some(error) = response.extensions_mut().remove::<AppError>()
        && negotiation::prefers_json(head.uri.path(), &head.headers)
    {
        let problem = Problem::from(error);
        return in_language(&head, problem.clone().into_response(), problem);
    }
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let is_own =
        matches!(head.uri.path(), "/healthz" | "/readyz") || head.uri.path().starts_with("/_fn/");
    if !is_error || is_own || !is_bare(response.headers()) {
        return response;
    }
    let (old, body) = response.into_parts();
    let text = text_of(body).await;
    tracing::debug!(%status, text, "a bare error was dressed");
    let lang = language_of(head.uri.path(), &head.headers);
    let error = Error::Refused {
        code: code_of(status),
        message: sentence(lang, status).to_owned(),
        rule: None,
        remedy: None,
    };
    let mut dressed = refuse(state.portal(), &head, error);
    if let Some(allow) = old.headers.get(header::ALLOW) {
        dressed.headers_mut().insert(header::ALLOW, allow.clone());
    }
    dressed
}

/// Writes a problem in the language of its reader.
fn in_language(head: &Parts, mut response: Response, problem: Problem) -> Response {
    let path = head.uri.path();
    let lang = if path.starts_with("/_fn/") {
        negotiation::language(&head.headers)
    } else {
        language_of(path, &head.headers)
    };
    *response.body_mut() = problem.into_body(lang);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()));
    headers.append(header::VARY, HeaderValue::from_static("accept-language"));
    response
}

fn is_bare(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .map(HeaderValue::as_bytes)
        .is_none_or(|kind| kind.starts_with(b"text/plain"))
}

async fn text_of(body: Body) -> String {
    match to_bytes(body, MAX_TEXT).await {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => {
            tracing::warn!(%error, "the text of an error could not be read");
            String::new()
        }
    }
}

fn code_of(status: StatusCode) -> ErrorCode {
    match status.as_u16() {
        401 => ErrorCode::Unauthenticated,
        403 => ErrorCode::Forbidden,
        404 => ErrorCode::NotFound,
        410 => ErrorCode::Gone,
        413 => ErrorCode::TooLarge,
        423 => ErrorCode::Locked,
        429 => ErrorCode::TooManyRequests,
        502 => ErrorCode::SourceFailed,
        503 => ErrorCode::Unavailable,
        504 => ErrorCode::SourceSlow,
        500..=599 => ErrorCode::Internal,
        _ => ErrorCode::InvalidInput,
    }
}

/// Says what is wrong. The texts of the framework are for its programmers, and English.
fn sentence(lang: Lang, status: StatusCode) -> &'static str {
    let (zh, en) = match status {
        StatusCode::FORBIDDEN => (
            "这个请求来自别的网站，没有执行。请在本平台的页面上再做一次。",
            "This request came from another site and was not carried out. Please do it again on a page of this portal.",
        ),
        StatusCode::BAD_REQUEST => (
            "地址里有读不懂的字符或者参数；地址用 UTF-8 编码。从页面上的链接进入，或者重新填写。",
            "The address holds characters or parameters that cannot be read; addresses are UTF-8. Come by a link of a page, or fill in the form again.",
        ),
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::UNSUPPORTED_MEDIA_TYPE => (
            "提交的内容不完整或者格式不对。请在页面上重新填写。",
            "What was sent is incomplete or of the wrong kind. Fill in the form on the page again.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => (
            "提交的内容超过大小限制。请减少内容后再试。",
            "What was sent is larger than the limit. Send less.",
        ),
        StatusCode::URI_TOO_LONG => {
            ("地址太长。请减少条件后再试。", "The address is too long. Use fewer filters.")
        }
        StatusCode::NOT_FOUND => (
            "这个地址没有内容。可能地址有误，或者内容已经移走。",
            "There is nothing at this address. It may be mistyped, or what was here has moved.",
        ),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => (
            "现在请求太多，没有办成。过一会儿再试。",
            "There are too many requests at the moment. Try again in a while.",
        ),
        _ if status.is_server_error() => {
            ("原因在我们这边。过一会儿再试。", "The fault is ours. Try again in a while.")
        }
        _ => (
            "这个请求不能办理。请从页面上的链接或按钮进入。",
            "This request cannot be carried out. Please come here by a link or button of a page.",
        ),
    };
    lang.pick(zh, en)
}
