//! What islands ask of the server.

use axum::body::to_bytes;
use axum::extract::{Request, State as Shared};
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode, header};
use kaishu_portal::Error;
use leptos::prelude::provide_context;
use leptos::server_fn::axum::get_server_fn_service;

use crate::api::problem::Problem;
use crate::state::State;

/// Longest text of an error that is read.
const MAX_TEXT: usize = 4_000;

/// `GET /_fn/…`
pub(crate) async fn call(Shared(state): Shared<State>, mut request: Request) -> Response {
    // The router takes the body away again.
    *request.method_mut() = Method::GET;
    let path = request.uri().path().to_owned();
    if get_server_fn_service(&path, Method::GET).is_none() {
        return Problem::from(Error::not_found("function", shown(&path))).into_response();
    }
    // A failed call of a page without scripts would lead back to whatever page named itself.
    request.headers_mut().remove(header::REFERER);
    request.headers_mut().remove(header::ACCEPT);
    let portal = state.portal().clone();
    let context = move || provide_context(portal.clone());
    let response =
        leptos_axum::handle_server_fns_with_context(context, request).await.into_response();
    if response.status().is_server_error() { failure(&path, response).await } else { response }
}

/// Tells a wrong argument from a fault of ours, which is logged and not told.
async fn failure(path: &str, response: Response) -> Response {
    let text = match to_bytes(response.into_body(), MAX_TEXT).await {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => format!("the text of the error could not be read: {error}"),
    };
    if let Some(fault) = text.strip_prefix("Args|").or_else(|| text.strip_prefix("MissingArg|")) {
        return Problem::from(Error::field("arguments", shown(fault))).into_response();
    }
    tracing::error!(path, error = text, "a call of an island failed");
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    Problem::new(status, "internal", "Something went wrong on our side")
        .in_chinese("原因在我们这边，没有办成", None)
        .into_response()
}

fn shown(text: &str) -> String {
    text.chars().take(200).collect()
}
