//! Dresses bare errors (of extractors, of the check against forged requests) as a page or as JSON.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State as Shared};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kaishu_portal::Error;
use kaishu_types::{ErrorCode, Lang};

use crate::fallback::refuse;
use crate::plain_page::language_of;
use crate::state::State;

/// Longest sentence that is taken over from a bare error.
const MAX_TEXT: usize = 2_000;

/// Gives every error of plain text a form that helps.
pub(super) async fn dress(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let head = parts.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let is_own =
        matches!(head.uri.path(), "/healthz" | "/readyz") || head.uri.path().starts_with("/_fn/");
    if !is_error || is_own || !is_bare(response.headers()) {
        return response;
    }
    let (old, body) = response.into_parts();
    let text = text_of(body).await;
    let lang = language_of(head.uri.path(), &head.headers);
    let error = Error::Refused {
        code: code_of(status),
        message: sentence(lang, status, text),
        rule: None,
        remedy: None,
    };
    let mut dressed = refuse(state.portal(), &head, error);
    if let Some(allow) = old.headers.get(header::ALLOW) {
        dressed.headers_mut().insert(header::ALLOW, allow.clone());
    }
    dressed
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
        429 => ErrorCode::TooManyRequests,
        503 => ErrorCode::Unavailable,
        500..=599 => ErrorCode::Internal,
        _ => ErrorCode::InvalidInput,
    }
}

fn sentence(lang: Lang, status: StatusCode, text: String) -> String {
    match status {
        StatusCode::FORBIDDEN => lang
            .pick(
                "这个请求来自别的网站，没有执行。请在本平台的页面上再做一次。",
                "This request came from another site and was not carried out. Please do it again on a page of this portal.",
            )
            .to_owned(),
        _ if text.is_empty() => status.canonical_reason().unwrap_or("error").to_owned(),
        _ => text,
    }
}
