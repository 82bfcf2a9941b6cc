//! Refuses bodies that are larger than the limit.

use axum::body::Body;
use axum::extract::{Request, State as Shared};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use http_body_util::Limited;

use crate::state::State;

/// Answers 413 where the length is told, and stops reading at the limit where it is not.
pub(super) async fn guard(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let limit = state.limits().body_bytes;
    let told = request.headers().get(header::CONTENT_LENGTH);
    let told = told.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if told.is_some_and(|told| told > limit as u64) {
        let text = format!("the body has more than {limit} bytes, which is the limit");
        return (StatusCode::PAYLOAD_TOO_LARGE, text).into_response();
    }
    next.run(request.map(|body| Body::new(Limited::new(body, limit)))).await
}
