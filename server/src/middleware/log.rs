//! One line for each request, where the setting `log` asks for it (`access=info`).

use std::time::Instant;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

use super::request_id::RequestId;

/// Writes method, path, status and time. The query is left out: it can hold what people look for.
pub(super) async fn write(request: Request, next: Next) -> Response {
    if !tracing::enabled!(target: "access", tracing::Level::INFO) {
        return next.run(request).await;
    }
    let begun = Instant::now();
    let method = request.method().clone();
    let path = told(request.uri().path()).to_owned();
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let response = next.run(request).await;
    let duration_ms = begun.elapsed().as_secs_f64() * 1_000.0;
    let status = response.status().as_u16();
    tracing::info!(target: "access", %method, %path, status, duration_ms, request_id = %id, "answered");
    response
}

/// The path as it may stand in a log: the address of a preview is its key.
pub(super) fn told(path: &str) -> &str {
    let kept = ["/preview/", "/en/preview/"].into_iter().find(|start| path.starts_with(start));
    kept.unwrap_or(path)
}
