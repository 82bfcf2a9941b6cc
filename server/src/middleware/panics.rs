//! A fault in the program costs one request, not the process.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use http::StatusCode;

use super::log::told;
use super::request_id::RequestId;
use crate::api::problem::Problem;
use crate::negotiation::prefers_json;
use crate::plain_page::{self, language_of};

/// Answers 500 where a handler panics, as a page or as JSON.
pub(super) async fn catch(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let lang = language_of(&path, request.headers());
    let as_json = prefers_json(&path, request.headers());
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let caught = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let panic = match caught {
        Ok(response) => return response,
        Err(panic) => panic,
    };
    let path = told(&path);
    tracing::error!(panic = message(panic.as_ref()), %path, request_id = %id, "a handler panicked");
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    if as_json {
        return Problem::new(status, "internal", "Something went wrong on our side")
            .with_reference(id)
            .into_response();
    }
    plain_page::respond(
        lang,
        status,
        lang.pick("系统出错了", "Something went wrong on our side"),
        lang.pick("错误已经记录。请稍后再试。", "The fault is in our log. Please try again later."),
    )
}

fn message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
